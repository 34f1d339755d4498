"""Events of OpenLineage (https://openlineage.io/docs/spec): how a run goes, with what it used and made."""

from __future__ import annotations

import os
import uuid
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lamindb.io.paths import is_local
from lamindb.provenance.addresses import PREFIX
from lamindb.provenance.environment import python_version
from lamindb.provenance.imports import version_of
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry
from lnschema_core.files.places import path_of_file
from lnschema_core.history.executions import COMPLETED, FAILED, INTERRUPTED, RUNNING, execution_of
from lnschema_core.history.reproducing import made_by

if TYPE_CHECKING:
    from lamindb.provenance.exports.history import Host
    from lnschema_core.models import Execution, Run

_PRODUCER = "https://lamin.ai/lamindb"
_STATES = {RUNNING: "START", COMPLETED: "COMPLETE", FAILED: "FAIL", INTERRUPTED: "ABORT"}
_ENVIRONMENT = ("CONDA_DEFAULT_ENV", "VIRTUAL_ENV", "SLURM_JOB_ID", "HOSTNAME")
"""Variables that tell where a run is, and never a secret."""


def event_of(run: Run, status: str, *, parent_id: str | None = None, error: str | None = None) -> Any:
    """The event of a run as the client of OpenLineage has it; at its end with inputs and outputs.

    Args:
        run: The run.
        status: How it goes.
        parent_id: The run that it is a step of; by default what is recorded.
        error: What went wrong.
    """
    events, facets = import_module("openlineage.client.event_v2"), import_module("openlineage.client.facet_v2")
    execution = execution_of(run)
    parent_id = parent_id or (None if execution is None else execution.parent_id)
    return events.RunEvent(
        eventType=events.RunState[_STATES[status]],
        eventTime=timezone.now().isoformat(),
        run=events.Run(runId=universal_id(run.pk), facets=_about_run(execution, parent_id, error, facets)),
        job=events.Job(
            namespace=settings.instance.identifier, name=_job_name(run), facets=_about_job(run, execution, facets)
        ),
        producer=_PRODUCER,
        inputs=[
            events.InputDataset(
                **_naming(host), facets=_about_data(host, facets),
                inputFacets={"inputStatistics": _statistics(host, facets.input_statistics_input_dataset.InputStatisticsInputDatasetFacet)},
            ) for host in _used_by(run)
        ],
        outputs=[
            events.OutputDataset(
                **_naming(host), facets=_about_data(host, facets),
                outputFacets={"outputStatistics": _statistics(host, facets.output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet)},
            ) for host in (*made_by(run, "File", "storage"), *made_by(run, "Dataset"))
        ],
    )  # fmt: skip


def universal_id(run_id: str) -> str:
    """The UUID of a run, which the standard wants; always the same one."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{_PRODUCER}/run/{run_id}"))


def _job_name(run: Run) -> str:
    return run.transform.name or run.transform_id


# -- facets -----------------------------------------------------------------------------------------------------------


def _about_run(execution: Execution | None, parent_id: str | None, error: str | None, facets: Any) -> Any:
    """What it runs in, what it is a step of, and what went wrong."""
    about = {
        "processing_engine": facets.processing_engine_run.ProcessingEngineRunFacet(
            version=python_version() if execution is None else execution.python or python_version(),
            name="Python",
            openlineageAdapterVersion=version_of("lamindb"),
        ),
        "environmentVariables": facets.environment_variables_run.EnvironmentVariablesRunFacet(
            environmentVariables=[
                facets.environment_variables_run.EnvironmentVariable(name=name, value=os.environ[name])
                for name in _ENVIRONMENT
                if name in os.environ
            ]
        ),
    }
    if error is not None:
        about["errorMessage"] = facets.error_message_run.ErrorMessageRunFacet(
            message=error, programmingLanguage="PYTHON"
        )
    runs = core_registry("Run").objects.select_related("transform")
    parent = None if parent_id is None else runs.filter(pk=parent_id).first()
    if parent is not None:
        about["parent"] = facets.parent_run.ParentRunFacet(
            run=facets.parent_run.Run(runId=universal_id(parent.pk)),
            job=facets.parent_run.Job(namespace=settings.instance.identifier, name=_job_name(parent)),
        )
    return about


def _about_job(run: Run, execution: Execution | None, facets: Any) -> Any:
    """What kind of job it is, whose, and where its code is."""
    kinds, owners, places = facets.job_type_job, facets.ownership_job, facets.source_code_location_job
    about = {
        "jobType": kinds.JobTypeJobFacet(processingType="BATCH", integration="LAMINDB", jobType="JOB"),
        "ownership": owners.OwnershipJobFacet(owners=[owners.Owner(name=f"user:{run.created_by.handle}")]),
    }
    if execution is not None and execution.source_id is not None:
        about["sourceCodeLocation"] = places.SourceCodeLocationJobFacet(
            type="lamin" if execution.git_commit is None else "git",
            url=f"{PREFIX}{settings.instance.identifier}/{execution.source_id}",
            path=run.transform.reference if run.transform.reference_type == "path" else None,
            version=execution.git_commit or run.transform.version,
        )
    return about


def _used_by(run: Run) -> list[Host]:
    """The files and datasets that a run used; two queries."""
    files = run.input_files.select_related("storage").order_by("created_at", "pk")
    return [*files, *run.input_datasets.order_by("created_at", "pk")]


def _naming(host: Host) -> dict[str, str]:
    name = getattr(host, "key", None) or getattr(host, "name", None) or host.pk
    return {"namespace": settings.instance.identifier, "name": name}


def _about_data(host: Any, facets: Any) -> Any:
    """Where data are, which version they are of, and which columns a table has."""
    about: dict[str, Any] = {}
    if hasattr(host, "storage"):
        about["storage"] = facets.storage_dataset.StorageDatasetFacet(
            storageLayer=host.storage.type, fileFormat=host.suffix.removeprefix(".") or None
        )
    if host.version is not None:
        about["version"] = facets.dataset_version_dataset.DatasetVersionDatasetFacet(datasetVersion=host.version)
    table = _table(host)
    if table is not None:
        fields = [
            facets.schema_dataset.SchemaDatasetFacetFields(name=one.name, type=str(one.type))
            for one in table.schema.to_arrow_schema()
        ]
        about["schema"] = facets.schema_dataset.SchemaDatasetFacet(fields=fields)
    return about  # fmt: skip


def _statistics(host: Host, kind: Any) -> Any:
    """How much it is."""
    table = _table(host)
    return kind(rowCount=None if table is None else table.num_rows, size=getattr(host, "size", None))


def _table(host: Any) -> Any | None:
    """What a Parquet file in local storage says of itself; nothing is fetched for an event."""
    if getattr(host, "suffix", "") != ".parquet":
        return None
    path = path_of_file(host)
    if not is_local(path) or not path.is_file():
        return None
    return import_module("pyarrow.parquet").read_metadata(str(path))
