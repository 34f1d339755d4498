"""A scratch instance: ``python -m lamindb.provenance.scratch fill|tell FILE`` runs in a process that works with it.

``fill`` registers files and datasets with the ids, keys, names and content that they have elsewhere; ``tell`` writes what the scratch
instance has made.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from lamindb import log
from lamindb.io import hashing
from lamindb.setup import connection, settings
from lnschema_core.catalogue import core_registry
from lnschema_core.files.pending import PendingFile

_FIELDS = ("id", "key", "description", "suffix", "accessor", "version")
_FIELDS_OF_DATASET = ("id", "name", "description", "version", "hash", "reference", "reference_type")


def facts_of(file: Any, path: Path) -> dict[str, Any]:
    """What identifies a file, and where its content is."""
    return {name: getattr(file, name) for name in _FIELDS} | {"path": str(path), "hash": file.hash}


def facts_of_dataset(dataset: Any) -> dict[str, Any]:
    """What identifies a dataset, and the ids of its files."""
    facts = {name: getattr(dataset, name) for name in _FIELDS_OF_DATASET}
    return facts | {"file_id": dataset.file_id, "files": [file.pk for file in dataset.files.all()]}


def fill_datasets(datasets: list[dict[str, Any]]) -> None:
    """Register datasets of files that are registered, as they are told."""
    for facts in datasets:
        dataset = core_registry("Dataset").from_fields(**{name: one for name, one in facts.items() if name != "files"})
        dataset.save_base(force_insert=True)
        for file_id in facts["files"]:  # one by one, since their order counts
            dataset.files.add(file_id)


def fill(files: list[dict[str, Any]]) -> None:
    """Register files as they are told."""
    for facts in files:
        path = Path(facts["path"])
        digest = hashing.digest_path(path)
        fields = {name: facts[name] for name in _FIELDS}
        size = path.stat().st_size
        record = core_registry("File").from_fields(
            storage=settings.storage.record, size=size, hash=digest.value, hash_type=digest.type, **fields
        )
        record.pending = PendingFile(source=path)
        record.save()


def made() -> list[dict[str, Any]]:
    """The files that runs of the scratch instance made, oldest first."""
    files = core_registry("File").filter(run__isnull=False).order_by("created_at", "pk")
    return [facts_of(file, Path(str(file.path))) for file in files]


def main(verb: str, path: str) -> None:
    """Do what the command says."""
    connection.connect()
    with log.muted():
        if verb == "fill":
            given = json.loads(Path(path).read_text(encoding="utf-8"))
            fill(given["files"])
            fill_datasets(given["datasets"])
        else:
            Path(path).write_text(json.dumps(made()), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
