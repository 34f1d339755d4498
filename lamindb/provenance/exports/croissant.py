"""Tables as Croissant: their files with digests, and what their columns are."""

from __future__ import annotations

import hashlib
import json
import shutil
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnsupportedFormat
from lamindb.provenance.addresses import PREFIX
from lamindb.provenance.exports.history import library, name_of
from lamindb.setup import settings
from lnschema_core.files.reading import load, local_path

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.provenance.exports.history import Host
    from lnschema_core.models import File

METADATA = "croissant.json"
"""The name of the description, beside the folder ``data``."""

_FORMATS = {".parquet": "application/x-parquet", ".csv": "text/csv", ".tsv": "text/tab-separated-values"}
_TYPES = {"i": "INTEGER", "u": "INTEGER", "f": "FLOAT", "b": "BOOL", "M": "DATETIME"}


def write_croissant(host: Host, folder: Path, *, license: str | None = None) -> Path:  # noqa: A002 - the word of the standard
    """Write a file or dataset of tables as Croissant: a folder with the data and ``croissant.json``.

    Args:
        host: The file or dataset.
        folder: Where it is written; made if it isn't there.
        license: The address of the licence that the data are under.

    Returns:
        The path of the description.

    Raises:
        MissingExtra: The package ``mlcroissant`` is not installed.
        UnsupportedFormat: It has data that are no tables.
    """
    mlcroissant = library("mlcroissant", "croissant")
    files = _files(host)
    (folder / "data").mkdir(parents=True, exist_ok=True)
    description = mlcroissant.Metadata(
        name=name_of(host),
        description=getattr(host, "description", None) or name_of(host),
        version=_version(host),
        url=f"{PREFIX}{settings.instance.identifier}/{host.pk}",
        license=license,
        cite_as=f"{name_of(host)}, {settings.instance.identifier}",
        date_published=host.created_at,
        creators=[mlcroissant.Person(name=host.created_by.name or host.created_by.handle)],
        distribution=[_file_object(mlcroissant, file, folder) for file in files],
        record_sets=[_record_set(mlcroissant, file) for file in files],
    )
    path = folder / METADATA
    path.write_text(json.dumps(description.to_json(), default=str, indent=1, ensure_ascii=False), encoding="utf-8")
    return path


def _files(host: Host) -> list[File]:
    data: Any = host
    files: list[File] = [data] if hasattr(host, "suffix") else list(data.files.all())
    if not files and getattr(data, "file", None) is not None:
        files = [data.file]
    others = [file for file in files if file.suffix not in _FORMATS]
    if others or not files:
        msg = f"Croissant is written of tables ({', '.join(_FORMATS)}), which {name_of(others[0] if others else host)} is not"
        raise UnsupportedFormat(msg)
    return files


def _version(host: Host) -> str:
    """The version as three numbers, as the standard wants it."""
    numbers = (host.version or "1").split(".")
    return ".".join([*numbers, "0", "0"][:3]) if all(number.isdecimal() for number in numbers) else "1.0.0"


def _file_name(file: File) -> str:
    return f"{file.pk}{file.suffix}"


def _file_object(mlcroissant: Any, file: File, folder: Path) -> Any:
    target = folder / "data" / _file_name(file)
    shutil.copyfile(local_path(file), target)
    with target.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return mlcroissant.FileObject(
        id=_file_name(file),
        name=name_of(file),
        content_url=f"data/{_file_name(file)}",
        content_size=f"{file.size} B",
        encoding_formats=[_FORMATS[file.suffix]],
        sha256=digest,
    )


def _record_set(mlcroissant: Any, file: File) -> Any:
    """The columns of a table and their types."""
    frame = load(file, track=False)
    fields = [
        mlcroissant.Field(
            id=f"{file.pk}/{name}",
            name=str(name),
            data_types=[getattr(mlcroissant.DataType, _TYPES.get(dtype.kind, "TEXT"))],
            source=mlcroissant.Source(
                file_object=_file_name(file), extract=mlcroissant.Extract(column=str(name))
            ),
        )
        for name, dtype in frame.dtypes.items()
    ]  # fmt: skip
    return mlcroissant.RecordSet(id=str(file.pk), name=name_of(file), fields=fields)
