"""Objects in storage under the names and signatures that they have had since 0.50."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from upath.implementations.local import FilePath, PosixUPath, WindowsUPath

from lamindb import log
from lamindb.io import formats, paths, transfer
from lamindb.io.formats.anndata import read_h5ad as read_adata_h5ad
from lamindb.io.formats.flow import read_fcs
from lamindb.io.formats.tables import read_tsv
from lamindb.io.paths import AUTO_KEY_PREFIX, KNOWN_SUFFIXES
from lamindb.io.paths import auto_key as auto_storage_key_from_id_suffix
from lamindb.setup import settings

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike
    from lnschema_core.models import File

__all__ = [
    "AUTO_KEY_PREFIX",
    "KNOWN_SUFFIXES",
    "LocalPathClasses",
    "auto_storage_key_from_file",
    "auto_storage_key_from_id_suffix",
    "extract_suffix_from_path",
    "filepath_from_file",
    "infer_suffix",
    "load_to_memory",
    "read_adata_h5ad",
    "read_fcs",
    "read_tsv",
    "store_object",
]

LocalPathClasses = (PosixUPath, WindowsUPath, FilePath)
"""The classes of local paths."""


def infer_suffix(obj: Any, adata_format: str | None = None) -> str:
    """The suffix of the file that an object in memory is stored as.

    Raises:
        UnsupportedFormat: It isn't known how to store the object.
    """
    return formats.suffix_of_object(obj, format=adata_format)


def load_to_memory(path: PathLike, stream: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002, ARG001 - as it was
    """Read an object into memory; the path if nothing reads it. Paths in the cloud are always streamed."""
    return formats.load(paths.to_path(path), **kwargs)


def store_object(localpath: PathLike, storagekey: str) -> float:
    """Copy a local file or folder to its key in the default storage location; returns its size in bytes."""
    return transfer.store_object(localpath, settings.storage.key_to_filepath(storagekey))


def extract_suffix_from_path(path: PathLike, arg_name: str | None = None) -> str:
    """The suffix of a path, or two of them if the first is a known format, as in ``.csv.gz``."""
    finding = paths.suffix_of(path, what=arg_name or "file")
    if finding.note:
        log.warning(finding.note)
    return finding.suffix


def filepath_from_file(file: File) -> UPath:
    """Where the content of a file is."""
    return file.path


def auto_storage_key_from_file(file: File) -> str:
    """The key of the content of a file that was given none."""
    return auto_storage_key_from_id_suffix(file.id, file.suffix)
