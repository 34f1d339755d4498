"""Matrices read in blocks: dense or sparse, in memory or in AnnData files."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnreadableData
from lamindb.io.streams.hdf5 import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy.typing as npt
    from upath import UPath

VALUES = 1 << 22
"""How many values a block has at most, unless a row has more."""


@dataclass(frozen=True)
class Block:
    """Some values of a matrix, in one dimension.

    Attributes:
        values: The stored values.
        start: The number of stored values before them.
        layout: Where stored values belong.
    """

    values: npt.NDArray[Any]
    start: int
    layout: Layout

    def place(self, number: int) -> tuple[int, int]:
        """Row and column of one of the values, given by its number within the block."""
        return self.layout.place(self.start + number)


class Layout:
    """Where the stored values of a dense matrix belong: row by row."""

    def __init__(self, n_columns: int) -> None:
        self._n_columns = n_columns

    def place(self, number: int) -> tuple[int, int]:
        """Row and column of a stored value, given by its number."""
        return number // self._n_columns, number % self._n_columns


class SparseLayout(Layout):
    """Where the stored values of a compressed sparse matrix belong."""

    def __init__(self, matrix: Any, *, is_by_row: bool) -> None:
        self._matrix = matrix
        self._is_by_row = is_by_row

    def place(self, number: int) -> tuple[int, int]:
        """Row and column of a stored value, given by its number."""
        import numpy as np

        limits = np.asarray(self._matrix["indptr"][:])
        major = int(np.searchsorted(limits, number, side="right")) - 1
        minor = int(np.asarray(self._matrix["indices"][number : number + 1])[0])
        return (major, minor) if self._is_by_row else (minor, major)


class Matrix:
    """A matrix that can be read block by block.

    Args:
        source: An array, a sparse matrix of scipy, or the path of an AnnData file.
        name: Where the matrix is in the file.
    """

    def __init__(self, source: Any, *, path: Path | UPath | None = None, name: str = "X") -> None:
        self._source = source
        self._path = path
        self._name = name

    @property
    def is_stored(self) -> bool:
        """Whether it is read from an address, so that another process can read it."""
        return self._path is not None

    @contextmanager
    def blocks(self) -> Iterator[tuple[Iterator[Block], int]]:
        """All stored values within the block, and the number of zeros that aren't stored.

        Raises:
            UnreadableData: It is no matrix of numbers.
        """
        holder: AbstractContextManager[Any] = (
            nullcontext() if self._path is None else opened(self._path, in_parts=False)
        )
        with holder as root:
            matrix = self._source if root is None else root.get(self._name)
            if matrix is None:
                yield iter(()), 0
                return
            parts = _sparse_parts(matrix)
            _check_numbers(matrix if parts is None else parts["data"])
            yield _dense_blocks(matrix) if parts is None else _sparse_blocks(parts)


def _dense_blocks(matrix: Any) -> tuple[Iterator[Block], int]:
    n_rows, n_columns = (*matrix.shape, 1)[:2]
    layout = Layout(n_columns)
    step = max(1, VALUES // max(1, n_columns))

    def blocks() -> Iterator[Block]:
        import numpy as np

        for start in range(0, n_rows, step):
            yield Block(np.asarray(matrix[start : start + step]).reshape(-1), start * n_columns, layout)

    return blocks(), 0


def _sparse_blocks(parts: dict[str, Any]) -> tuple[Iterator[Block], int]:
    stored = parts["data"].shape[0]
    layout = SparseLayout(parts, is_by_row=parts["is_by_row"])

    def blocks() -> Iterator[Block]:
        import numpy as np

        for start in range(0, stored, VALUES):
            yield Block(np.asarray(parts["data"][start : start + VALUES]), start, layout)

    n_rows, n_columns = (int(length) for length in parts["shape"])
    return blocks(), n_rows * n_columns - stored


def _sparse_parts(matrix: Any) -> dict[str, Any] | None:
    """The arrays of a sparse matrix, None for a dense one."""
    if hasattr(matrix, "keys"):  # a group in a file
        encoding = str(matrix.attrs.get("encoding-type") or matrix.attrs.get("h5sparse_format"))
        shape = matrix.attrs["shape"] if "shape" in matrix.attrs else matrix.attrs["h5sparse_shape"]
        arrays = {name: matrix[name] for name in ("data", "indices", "indptr")}
        return {**arrays, "shape": shape, "is_by_row": encoding.startswith("csr")}
    if not hasattr(matrix, "format"):
        return None
    compressed = matrix if matrix.format in ("csr", "csc") else matrix.tocsr()
    arrays = {name: getattr(compressed, name) for name in ("data", "indices", "indptr")}
    return {**arrays, "shape": compressed.shape, "is_by_row": compressed.format == "csr"}


def _check_numbers(values: Any) -> None:
    kind = getattr(getattr(values, "dtype", None), "kind", "O")
    if kind not in "biufc":
        msg = f"X is no matrix of numbers, but of type {getattr(values, 'dtype', type(values).__name__)}"
        raise UnreadableData(msg)
