"""Histories as Workflow Run RO-Crates: a folder with the data, the code that made it, and a description of every run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.history import history_of, library, media_type, name_of
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry
from lnschema_core.executions import COMPLETED, execution_of
from lnschema_core.files.reading import local_copy, local_path

if TYPE_CHECKING:
    from datetime import datetime

    from lamindb.provenance.exports.history import History, Host
    from lnschema_core.models import File, Run

PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
"""The profile that crates conform to: https://www.researchobject.org/workflow-run-crate/profiles/process_run_crate"""

VERSION = "1.1"
"""The version of RO-Crate that the profile builds on."""

_STATUSES = {"completed": "CompletedActionStatus", "running": "ActiveActionStatus"}
_NO_LICENSE = "Nobody has said under which licence this may be used: ask the author."


def write_crate(host: Host, folder: Path, *, with_inputs: bool = False, license: str | None = None) -> None:  # noqa: A002 - the word of the standard
    """Write a file or dataset with its history as an RO-Crate.

    Args:
        host: The file or dataset.
        folder: Where the crate is written; made if it isn't there.
        with_inputs: Copy the content of what led to it, too, rather than only describe it.
        license: The address of the licence that the data are under.

    Raises:
        MissingExtra: The package ``rocrate`` is not installed.
    """
    made = library("rocrate.rocrate", "ro-crate").ROCrate(version=VERSION)
    with TemporaryDirectory(prefix="lamin-crate-") as copies:
        _describe(_Crate(made, Path(copies)), host, with_inputs=with_inputs, license_=license)
        made.write(folder)


def _describe(crate: _Crate, host: Host, *, with_inputs: bool, license_: str | None) -> None:
    history = history_of(host)
    root = crate.crate.root_dataset
    root["name"] = name_of(host)
    root["description"] = f"{name_of(host)} with the history of how it was made"
    root["conformsTo"] = crate.entity(
        PROFILE, "CreativeWork", name="Process Run Crate", version=PROFILE.rpartition("/")[2]
    )
    root["author"] = crate.person(host.created_by)
    root["license"] = _NO_LICENSE if license_ is None else crate.entity(
        license_, "CreativeWork", name=license_.rstrip("/").rpartition("/")[2], description=f"The licence at {license_}"
    )  # fmt: skip
    data = {one.pk: crate.data(one, with_content=with_inputs or one.pk == host.pk) for one in history.hosts.values()}
    for run in history.runs:
        _add_run(crate, run, history, data)


@dataclass(frozen=True)
class _Crate:
    """A crate that is being made; what it has is not added twice."""

    crate: Any
    copies: Path
    """Where content is put that is neither here nor in the cache."""

    def entity(self, address: str, kind: str, /, **facts: Any) -> Any:
        """Something that is described and has no content here."""
        entity = library("rocrate.model.contextentity", "ro-crate").ContextEntity
        known = {name: value for name, value in facts.items() if value is not None}
        return self.crate.dereference(address) or self.crate.add(entity(self.crate, address, {"@type": kind, **known}))

    def person(self, user: Any) -> Any:
        """A user."""
        return self.entity(f"#{user.pk}", "Person", name=user.name or user.handle)

    def data(self, host: Host, *, with_content: bool) -> Any:
        """A file or dataset, with its content or only described."""
        facts = {"name": name_of(host), "identifier": host.pk, "version": host.version}
        if not with_content:
            return self.entity(_address(host.pk), "CreativeWork", **facts, additionalProperty=self.digest(host))
        source: Any = host
        file: File | None = source if hasattr(host, "suffix") else source.file
        if file is not None:
            return self.content(file, **facts)
        parts = [self.content(file, name=name_of(file), identifier=file.pk) for file in source.files.all()]
        collection = self.entity(_address(host.pk), "Collection", **facts, hasPart=parts)
        self.crate.root_dataset.append_to("mentions", collection)
        return collection

    def digest(self, host: Host) -> Any:
        """The digest of the content, by which data elsewhere can be compared with it; None if that isn't known."""
        if host.hash is None:
            return None
        kind = getattr(host, "hash_type", None) or "digest"
        return self.entity(f"#{host.pk}-digest", "PropertyValue", name=kind, value=host.hash)

    def content(self, file: File, /, **facts: Any) -> Any:
        """The content of a file, which may be a folder."""
        path = local_copy(file, self.copies)
        known = {name: value for name, value in facts.items() if value is not None}
        name = f"data/{file.pk}{file.suffix}"
        if file.hash is not None:
            known["additionalProperty"] = self.digest(file)
        if path.is_dir():
            return self.crate.dereference(f"{name}/") or self.crate.add_dataset(path, f"{name}/", properties=known)
        known |= {"contentSize": str(file.size), "encodingFormat": media_type(file.suffix)}
        return self.crate.dereference(name) or self.crate.add_file(path, name, properties=known)


def _add_run(crate: _Crate, run: Run, history: History, data: dict[str, Any]) -> None:
    execution = execution_of(run)
    status = COMPLETED if execution is None else execution.status
    code = _add_code(crate, run)
    action = crate.entity(
        f"#{run.pk}",
        "CreateAction",
        name=f"Run of {run.transform.name or run.transform_id}",
        description=f"{code['name']}, run by {run.created_by.handle}",
        startTime=_time(run.run_at),
        endTime=None if execution is None or execution.ended_at is None else _time(execution.ended_at),
        actionStatus=f"http://schema.org/{_STATUSES.get(status, 'FailedActionStatus')}",
        error=None if execution is None else execution.error,
    )
    action["instrument"] = code
    action["agent"] = crate.person(run.created_by)
    used = [data[one] for one in history.used.get(run.pk, ()) if one in data] + _add_params(crate, run)
    made = [data[one] for one in history.made.get(run.pk, ()) if one in data]
    for name, entities in (("object", used), ("result", made)):
        if entities:
            action[name] = entities if len(entities) > 1 else entities[0]
    crate.crate.root_dataset.append_to("mentions", action)


def _add_code(crate: _Crate, run: Run) -> Any:
    """The code that ran: the source if it was captured, else what is known of the transform."""
    transform, execution = run.transform, execution_of(run)
    source_id = None if execution is None else execution.source_id
    source = None if source_id is None else core_registry("File").objects.filter(pk=source_id).first()
    if source is None:
        url = transform.reference if (transform.reference or "").startswith(("http://", "https://")) else None
        return crate.entity(
            _address(transform.pk), "SoftwareApplication",
            name=transform.name or transform.pk, version=transform.version or "1", url=url or _address(transform.pk),
        )  # fmt: skip
    name = f"code/{source.pk}{source.suffix}"
    facts = {
        "@type": ["File", "SoftwareSourceCode"],
        "name": (source.description or name).removeprefix("source of "),
        "version": transform.version or (None if execution is None else execution.git_commit) or source.pk,
        "url": _address(source.pk),
        "encodingFormat": media_type(source.suffix),
    }
    return crate.crate.dereference(name) or crate.crate.add_file(local_path(source), name, properties=facts)


def _add_params(crate: _Crate, run: Run) -> list[Any]:
    execution = execution_of(run)
    params = {} if execution is None else execution.params or {}
    return [
        crate.entity(f"#{run.pk}-{number}", "PropertyValue", name=name, value=str(value))
        for number, (name, value) in enumerate(params.items(), start=1)
    ]


def _address(record_id: str) -> str:
    """What identifies a record everywhere."""
    return f"lamin://{settings.instance.identifier}/{record_id}"


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
