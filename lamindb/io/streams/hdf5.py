"""Frames within AnnData files: ``obs`` and ``var`` of h5ad, h5mu and zarr, column by column, without what else is there.

The format is https://anndata.readthedocs.io/en/stable/fileformat-prose.html#dataframes.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnreadableData
from lamindb.io.formats.unpacking import refuse_bomb_in
from lamindb.io.streams.opening import open_for_parts
from lamindb.io.streams.table import ROWS, Part, Table, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from upath import UPath

_ZARR = (".zarr", ".zrad")


@contextmanager
def opened(path: Path | UPath, *, in_parts: bool = True) -> Iterator[Any]:
    """Open an HDF5 file or a zarr store, local or in the cloud, for reading.

    Args:
        path: Where it is.
        in_parts: Whether little of it is read, rather than nearly all.

    Raises:
        UnreadableData: It is neither, or broken.
    """
    if path.suffix in _ZARR:
        from lamindb.io.formats.zarr import open_group

        yield open_group(path)
        return
    import h5py

    try:
        with open_for_parts(path, whole=not in_parts) as file, h5py.File(file, "r") as root:
            yield root
    except (OSError, KeyError, RuntimeError) as error:
        if isinstance(error, FileNotFoundError | PermissionError):
            raise
        raise unreadable(path, "an AnnData file", error) from error


def modalities_of(path: Path | UPath) -> list[str]:
    """The names of the modalities in a MuData file, in their order."""
    with opened(path) as root:
        modalities = root["mod"]
        order = modalities.attrs.get("mod-order")
        return [str(name) for name in (modalities.keys() if order is None else order)]


class StoredFrame(Table):
    """A frame within an AnnData file.

    Args:
        path: The file.
        name: Where the frame is within it, such as ``obs`` or ``mod/rna/var``.
    """

    is_stored = True

    def __init__(self, path: Path | UPath, name: str) -> None:
        self.path = path
        self.name = name
        with self._opened() as group:
            if not hasattr(group, "keys"):
                msg = f"{path} was written by a release of anndata before 0.7: read it and write it again"
                raise UnreadableData(msg)
            self._index_name = str(group.attrs["_index"])
            self.columns = [str(column) for column in group.attrs["column-order"]]

    @cached_property
    def n_rows(self) -> int:
        """The number of rows."""
        with self._opened() as group:
            return int(_length(group[self._index_name]))

    @property
    def has_index(self) -> bool:
        """Every frame has one."""
        return True

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read one column after the other."""
        with self._opened() as group:
            for name in columns:
                element = group[self._index_name if self.names_index(name) else name]
                reader = _reader_of(element, group)
                for start in range(0, self.n_rows, ROWS):
                    yield Part(name, start, reader(slice(start, min(start + ROWS, self.n_rows))))

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """The labels in the index."""
        wanted = sorted(set(positions))
        labels: dict[int, Any] = {}
        with self._opened() as group:
            reader = _reader_of(group[self._index_name], group)
            for start in range(0, self.n_rows, ROWS):
                own = [position for position in wanted if start <= position < start + ROWS]
                if own:
                    values = reader(slice(start, min(start + ROWS, self.n_rows)))
                    labels |= {position: values.iloc[position - start] for position in own}
        return [labels[position] for position in positions]

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        with opened(self.path) as root:
            yield root[self.name]


def column_of_group(group: Any, name: str) -> pd.Series[Any]:
    """A whole column of a frame in an open file."""
    column: pd.Series[Any] = _reader_of(group[name], group)(slice(0, int(_length(group[name]))))
    return column


# -- the encodings of columns -----------------------------------------------------------------------------------------


def _length(element: Any) -> int:
    if hasattr(element, "shape"):
        return int(element.shape[0])
    return int(element["codes" if "codes" in element else "values"].shape[0])


def _reader_of(element: Any, frame: Any) -> Any:
    """What reads some rows of a column into a series."""
    encoding = element.attrs.get("encoding-type")
    if encoding == "categorical":
        return _Categorical(
            element["codes"], element["categories"], is_ordered=bool(element.attrs.get("ordered", False))
        )
    if "categories" in element.attrs:  # as anndata 0.7 wrote it
        categories = frame["__categories"][str(element.name).rpartition("/")[2]]
        return _Categorical(element, categories, is_ordered=bool(categories.attrs.get("ordered", False)))
    if str(encoding).startswith("nullable-"):
        return lambda rows: _with_gaps(_values(element["values"], rows), element["mask"][rows])
    if not hasattr(element, "shape"):
        return _Whole(element)
    return lambda rows: _series(_values(element, rows))


class _Categorical:
    """Reads rows of a categorical column."""

    def __init__(self, codes: Any, categories: Any, *, is_ordered: bool) -> None:
        import pandas as pd

        refuse_bomb_in(categories)
        different = pd.Index(_values(categories, slice(None)), dtype=None)
        self._codes = codes
        self._dtype = pd.CategoricalDtype(different, ordered=is_ordered)

    def __call__(self, rows: slice) -> pd.Series[Any]:
        import pandas as pd

        return pd.Series(pd.Categorical.from_codes(self._codes[rows], dtype=self._dtype))


class _Whole:
    """Reads rows of a column in an encoding that only anndata knows; all of it is read at once."""

    def __init__(self, element: Any) -> None:
        import pandas as pd
        from anndata.io import read_elem

        refuse_bomb_in(element)
        self._column = pd.Series(read_elem(element))

    def __call__(self, rows: slice) -> pd.Series[Any]:
        return self._column.iloc[rows]


def _values(element: Any, rows: slice) -> npt.NDArray[Any]:
    """Rows of an array, with texts as texts."""
    import numpy as np

    is_hdf5_text = hasattr(element, "asstr") and element.dtype.kind in "OS"
    values = element.asstr()[rows] if is_hdf5_text else element[rows]
    return np.asarray(values)


def _series(values: npt.NDArray[Any]) -> pd.Series[Any]:
    import pandas as pd

    return pd.Series(values.astype(object) if values.dtype.kind in "TU" else values)


def _with_gaps(values: npt.NDArray[Any], mask: npt.NDArray[np.bool_]) -> pd.Series[Any]:
    """The values with missing ones where the mask says so."""
    import pandas as pd

    kinds = {"i": pd.arrays.IntegerArray, "u": pd.arrays.IntegerArray, "b": pd.arrays.BooleanArray}
    kind = kinds.get(values.dtype.kind)
    if kind is not None:
        return pd.Series(kind(values, mask))
    return pd.Series(values.astype(object)).mask(mask, None)
