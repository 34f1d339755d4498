"""The code of runs in RO-Crates: the captured source, else what is known of the transform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.crate import address_of
from lamindb.provenance.exports.history import media_type
from lnschema_core.catalogue import core_registry
from lnschema_core.files.reading import local_path
from lnschema_core.history.executions import execution_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamindb.provenance.exports.crate import Crate
    from lamindb.provenance.exports.history import History
    from lnschema_core.models import File, Run

_SOURCE = ["SoftwareSourceCode"]
_WORKFLOW = ["SoftwareSourceCode", "ComputationalWorkflow", "HowTo"]


@dataclass(frozen=True)
class Codes:
    """The code of the runs of a history."""

    crate: Crate
    sources: Mapping[str, File]
    """The captured source code by run."""
    workflows: frozenset[str]
    """The names of code that steps ran within."""

    def of(self, run: Run) -> Any:
        """The code that a run ran."""
        name = _name(run, self.sources)
        known = self.crate.crate.dereference(name)
        if known is not None:
            return known
        source = self.sources.get(run.pk)
        return self._described(run, name) if source is None else self._stored(run, source, name)

    def _described(self, run: Run, name: str) -> Any:
        """Code that isn't here."""
        transform = run.transform
        url = transform.reference if (transform.reference or "").startswith(("http://", "https://")) else name
        kind = _WORKFLOW if name in self.workflows else "SoftwareApplication"
        facts = {"name": transform.name or transform.pk, "version": transform.version or "1", "url": url}
        return self.crate.entity(name, kind, **facts)

    def _stored(self, run: Run, source: File, name: str) -> Any:
        execution = execution_of(run)
        facts = {
            "@type": ["File", *(_WORKFLOW if name in self.workflows else _SOURCE)],
            "name": (source.description or name).removeprefix("source of "),
            "version": run.transform.version or (None if execution is None else execution.git_commit) or source.pk,
            "url": address_of(source.pk),
            "encodingFormat": media_type(source.suffix),
        }
        return self.crate.crate.add_file(local_path(source), name, properties=facts)


def codes_of(crate: Crate, history: History) -> Codes:
    """The code of the runs of a history; one query."""
    ids = {run.pk: execution.source_id for run in history.runs if (execution := execution_of(run)) is not None}
    files = core_registry("File").objects.filter(pk__in={*ids.values()} - {None}).select_related("storage")
    found = {file.pk: file for file in files}
    sources = {run_id: found[source_id] for run_id, source_id in ids.items() if source_id in found}
    around = {*history.around.values()}
    return Codes(crate, sources, frozenset(_name(run, sources) for run in history.runs if run.pk in around))


def _name(run: Run, sources: Mapping[str, File]) -> str:
    """What the code of a run is called in a crate."""
    source = sources.get(run.pk)
    return address_of(run.transform_id) if source is None else f"code/{source.pk}{source.suffix}"
