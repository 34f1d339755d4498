"""What data are made of: tables by slot, and matrices. Nothing of the content is read here."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.io import formats, paths, workers
from lamindb.io.paths import is_path
from lamindb.io.streams.matrix import Matrix
from lamindb.io.streams.memory import ArrowTable, FrameTable
from lamindb.io.streams.table import Chain
from lnschema_core.criteria.stored import COLUMNS, OBS, VAR, Source, is_read_in_parts, open_stored
from lnschema_core.files import places
from lnschema_core.files.datasets import ordered_files
from lnschema_core.models import Dataset, File
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from upath import UPath

    from lamindb.io.streams.table import Table


def open_source(data: Any) -> Source:
    """Find out what data are made of.

    Args:
        data: A frame, a table of Arrow or of whatever exports one, an AnnData or MuData object, the path of any of them, or a
            file or dataset.

    Raises:
        FileNotFoundError: There is nothing at the path.
        TypeError: Data of this type have no columns that could be checked.
        UnreadableData: The file isn't what its suffix says.
    """
    if isinstance(data, File):
        return _source_of_file(data)
    if isinstance(data, Dataset):
        return _source_of_dataset(data)
    if is_path(data):
        return _source_of_path(paths.to_path(data))
    return _source_of_object(data)


def type_names(data: Any) -> set[str]:
    """The names of the types of an object, each with its package: what it is is known without importing the package."""
    return {f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}" for kind in type(data).__mro__}


def _source_of_object(data: Any) -> Source:
    names = type_names(data)
    if "pandas.DataFrame" in names:
        return Source("table", {COLUMNS: FrameTable(data)})
    if "anndata.AnnData" in names:
        return Source("AnnData", _frames_of(data), [_matrix_of(data)])
    if "mudata.MuData" in names:
        modalities = {
            f"{name}/{slot}": one for name, part in data.mod.items() for slot, one in _frames_of(part).items()
        }
        return Source("MuData", {**_frames_of(data), **modalities})
    if "pyarrow.Table" in names:
        return Source("table", {COLUMNS: ArrowTable(data)})
    if hasattr(data, "__arrow_c_stream__") and not names & {"pandas.Series", "pyarrow.ChunkedArray", "polars.Series"}:
        import pyarrow as pa

        return Source("table", {COLUMNS: ArrowTable(pa.table(data))})
    msg = (
        "criteria are for tables: pass a DataFrame, an Arrow table, an AnnData or MuData object, a path to one, a File or a "
        f"Dataset, not {type(data).__name__} objects"
    )
    raise TypeError(msg)


def _frames_of(data: Any) -> dict[str, Table]:
    return {OBS: FrameTable(data.obs), VAR: FrameTable(data.var)}


def _matrix_of(adata: Any) -> Matrix:
    if getattr(adata, "isbacked", False):
        return Matrix(None, path=Path(adata.filename))
    return Matrix(adata.X)


# -- files ------------------------------------------------------------------------------------------------------------


def _source_of_path(path: UPath) -> Source:
    if is_read_in_parts(path):
        return open_stored(path)
    if not path.exists():
        msg = f"there is nothing at {path}"
        raise FileNotFoundError(msg)
    loaded = formats.load(path, paths.suffix_of(path).suffix)
    if is_path(loaded):
        msg = f"criteria are for tables, but {path} can't be read as one"
        raise TypeError(msg)
    return _source_of_object(loaded)


def _source_of_file(file: File) -> Source:
    memory = file.memory
    if memory is not None:
        return _source_of_object(memory)
    return _source_of_path(places.path_of_file(file))


def _source_of_dataset(dataset: Dataset) -> Source:
    """The files of a dataset as one."""
    files = [dataset.file] if dataset.file is not None else ordered_files(dataset)
    sources = list(_sources_of_files(files))
    if len(sources) == 1:
        return sources[0]
    if len({source.kind for source in sources}) > 1:
        msg = f"the files of the dataset are of several kinds and can't be checked as one: {dataset}"
        raise TypeError(msg)
    return Source(sources[0].kind, _chained(sources), [matrix for source in sources for matrix in source.matrices])


def _sources_of_files(files: Sequence[File]) -> Iterator[Source]:
    """What each file is made of; the workers of the session open those that are read piece by piece, if it has some."""
    stored = [_path_to_parts(file) for file in files]
    opened = workers.results(settings.executor, open_stored, [((path,), True) for path in stored if path is not None])
    for file, path in zip(files, stored, strict=True):
        yield _source_of_file(file) if path is None else next(opened)


def _path_to_parts(file: File) -> UPath | None:
    """Where a file is that is read piece by piece; None for others, which are read as a whole."""
    path = places.path_of_file(file) if file.memory is None else None
    return path if path is not None and is_read_in_parts(path) else None


def _chained(sources: Sequence[Source]) -> dict[str, Table]:
    slots = [slot for slot in sources[0].tables if all(slot in source.tables for source in sources)]
    return {slot: Chain([source.tables[slot] for source in sources]) for slot in slots}
