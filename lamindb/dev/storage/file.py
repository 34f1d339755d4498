"""Objects in storage under the names and signatures that they have had since 0.50."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

from fsspec.callbacks import Callback
from upath import UPath
from upath.implementations.local import FilePath, PosixUPath, WindowsUPath

from lamindb import log
from lamindb.io import formats, paths, transfer
from lamindb.io.formats import anndata as h5ad
from lamindb.io.formats import tables
from lamindb.io.formats.flow import read_fcs
from lamindb.io.paths import AUTO_KEY_PREFIX, KNOWN_SUFFIXES
from lamindb.io.paths import auto_key as auto_storage_key_from_id_suffix
from lamindb.io.transfer import delete_storage
from lamindb.setup import settings

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from anndata import AnnData

    from lamindb.io.accessors import AnnDataAccessor, BackedAccessor
    from lamindb.types import PathLike
    from lnschema_core.models import File

__all__ = [
    "AUTO_KEY_PREFIX",
    "KNOWN_SUFFIXES",
    "LocalPathClasses",
    "ProgressCallback",
    "attempt_accessing_path",
    "auto_storage_key_from_file",
    "auto_storage_key_from_id_suffix",
    "backed_access",
    "delete_storage",
    "delete_storage_using_key",
    "extract_suffix_from_path",
    "filepath_from_file",
    "infer_suffix",
    "load_to_memory",
    "print_hook",
    "read_adata_h5ad",
    "read_fcs",
    "read_tsv",
    "store_object",
    "write_to_file",
]

LocalPathClasses = (PosixUPath, WindowsUPath, FilePath)
"""The classes of local paths."""


def infer_suffix(obj: Any, adata_format: str | None = None) -> str:
    """The suffix of the file that an object in memory is stored as.

    Raises:
        UnsupportedFormat: It isn't known how to store the object.
    """
    return formats.suffix_of_object(obj, format=adata_format)


def load_to_memory(path: PathLike, stream: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - as it was
    """Read an object into memory; the local path if nothing reads it.

    An object in a bucket is fetched into the cache of the instance, unless it is a store, or an h5ad that is to be streamed.
    """
    source = paths.to_path(path)
    is_streamed = paths.is_store(source) or (stream and paths.last_suffix_of(source) == ".h5ad")
    return formats.load(source if is_streamed else _at_hand(source), **kwargs)


def backed_access(file_or_path: File | PathLike) -> AnnDataAccessor | BackedAccessor:
    """Open a file, or the HDF5 file or zarr store at a path, for reading parts of it.

    Raises:
        ValueError: It is of another format.
    """
    from lamindb.io.accessors import open_backed

    if isinstance(file_or_path, str | os.PathLike | UPath):
        return open_backed(file_or_path)
    from lnschema_core.files.reading import path_for_parts

    return open_backed(path_for_parts(file_or_path))


def read_adata_h5ad(path: PathLike, **kwargs: Any) -> AnnData:
    """Read an h5ad file, of cloud objects only the parts that are needed."""
    return h5ad.read_h5ad(paths.to_path(path), **kwargs)


def read_tsv(path: PathLike, **kwargs: Any) -> pd.DataFrame:
    """Read tab-separated values, compressed or not."""
    return tables.read_tsv(_at_hand(path), **kwargs)


def write_to_file(obj: object, path: PathLike) -> None:
    """Write an object to a local path, as the suffix says.

    Raises:
        UnsupportedFormat: It isn't known how to write the object.
    """
    target: Any = paths.to_path(path)
    formats.write(obj, target)


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


def attempt_accessing_path(file: File, storage_key: str) -> UPath:
    """Where an object of the storage location of a file is.

    Raises:
        InvalidKey: The key is empty or absolute, or leads out of the location.
    """
    return paths.path_of_key(file.storage.root_as_path(), storage_key)


def delete_storage_using_key(file: File, storage_key: str) -> None:
    """Delete an object of the storage location of a file.

    Raises:
        FileNotFoundError: There is no such object.
    """
    delete_storage(attempt_accessing_path(file, storage_key))


def _at_hand(path: PathLike) -> Path:
    """Where an object is on this machine: at its path, or in the cache of the instance."""
    local = paths.as_local(path)
    return settings.storage.cloud_to_local(path) if local is None else local


# -- progress of transfers that others make ---------------------------------------------------------------------------


def print_hook(size: int | None, value: int, objectname: str, action: str, **_: Any) -> None:
    """Print how far a transfer is, ``... uploading name: 0.37``, over what was printed before."""
    if "NBPRJ_TEST_NBPATH" in os.environ or not size:
        return
    share = min(value / size, 1.0)
    print(f"... {action} {objectname}: {share:.2f}", end="\n" if share == 1 else "\r", flush=True)  # noqa: T201 - for people


class ProgressCallback(Callback):  # type: ignore[misc] # fsspec has no types
    """Tells how far a transfer of fsspec is.

    Args:
        objectname: What is transferred.
        action: ``"uploading"`` or ``"downloading"``.

    Examples:
        >>> path.fs.get(path.path, "local.csv", callback=ProgressCallback("local.csv", "downloading"))
    """

    def __init__(self, objectname: str, action: str) -> None:
        super().__init__(hooks={"print_progress": partial(print_hook, objectname=objectname, action=action)})
