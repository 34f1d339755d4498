"""Cells of many stored AnnData by position, for training loaders. Knows no torch; what it gives collates there.

A mapped collection is what torch calls a map-style dataset: it has a length and positions. It can be pickled, and a process
that inherits it or gets it sent opens the files for itself.
"""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.arguments import check_amount
from lamindb.errors import MissingData
from lamindb.io.accessors.collection import AnnDataCollection
from lamindb.io.accessors.selections import checked_positions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Self

    from lamindb.io.accessors.annotated import AnnDataAccessor
    from lamindb.io.accessors.joining import Join
    from lamindb.io.accessors.selections import Positions
    from lamindb.io.accessors.tables import TablePart

    Encode = bool | Sequence[str]

MISSING = -1
"""The code of a missing label, and of one that is declared unknown."""


class MappedCollection:
    """Cells of many files by position, each a dictionary of arrays and values.

    Args:
        parts: The files, in their order, with the labels of each.
        obs_keys: Columns of ``obs`` and labels of files that each cell comes with.
        layers: The matrices that each cell comes with: ``X`` or names of layers.
        join: Whether variables of all files are kept, or of any; those that a file doesn't have are zero.
        encode_labels: Whether ``obs_keys`` are given as codes, or which of them.
        unknown_label: A value that counts as missing.
        dtype: The type of values; by default that of the file.

    Examples:
        >>> cells = dataset.mapped(obs_keys=["cell_type"])
        >>> loader = torch.utils.data.DataLoader(cells, batch_size=128, shuffle=True, num_workers=2)
    """

    def __init__(
        self,
        parts: Sequence[TablePart],
        *,
        obs_keys: Sequence[str] = (),
        layers: Sequence[str] = ("X",),
        join: Join = "inner",
        encode_labels: Encode = True,
        unknown_label: Any = None,
        dtype: Any = None,
    ) -> None:
        self.parts = tuple(parts)
        self.obs_keys = [obs_keys] if isinstance(obs_keys, str) else list(obs_keys)
        self.layers = [layers] if isinstance(layers, str) else list(layers)
        self.join = join
        self.dtype = None if dtype is None else np.dtype(dtype)
        self._unknown = unknown_label
        self._encoded = self.obs_keys if encode_labels is True else list(encode_labels or ())
        self._files: dict[int, list[_Cells]] = {}
        self._read_annotations()

    def _read_annotations(self) -> None:
        collection = AnnDataCollection(self.parts, join=self.join)
        self.var_names: pd.Index[Any] = collection.var_names
        lengths = [len(collection.rows_of(position)) for position in range(len(self.parts))]
        self._ends = np.cumsum(lengths)
        self.shape = (int(self._ends[-1]), len(self.var_names))
        self._codes: dict[str, np.ndarray[Any, Any]] = {}
        self._categories: dict[str, pd.Index[Any]] = {}
        for name in self.obs_keys:
            codes, categories = pd.factorize(_annotation(collection, name, lengths), use_na_sentinel=True)
            self._codes[name], self._categories[name] = self._sorted(codes, pd.Index(categories))
        collection.close()

    def _sorted(self, codes: Any, categories: pd.Index[Any]) -> tuple[np.ndarray[Any, Any], pd.Index[Any]]:
        """Codes in the order of the labels, so that they don't depend on the order of cells."""
        known = [label for label in categories if label != self._unknown]
        ordered = pd.Index(sorted(known, key=lambda label: (str(type(label)), label)), dtype=categories.dtype)
        new = np.append(ordered.get_indexer(categories), MISSING).astype(np.int64)
        return new[codes], ordered

    # -- what it is ---------------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return self.shape[0]

    @property
    def encoders(self) -> dict[str, dict[Any, int]]:
        """The code of each label, by the key; missing labels have the code -1."""
        return {name: {label: code for code, label in enumerate(self._categories[name])} for name in self._encoded}

    def label_weights(self, *names: str) -> np.ndarray[Any, Any]:
        """Per cell how rare its label is, or its combination of labels: one over the number of such cells."""
        frame = pd.DataFrame({name: self._codes[name] for name in names})
        counts = frame.groupby(list(names))[names[0]].transform("size")
        return 1.0 / counts.to_numpy()

    def __repr__(self) -> str:
        return f"{type(self).__name__} of {len(self.parts)} files with shape {self.shape}, obs_keys {self.obs_keys}"

    # -- cells --------------------------------------------------------------------------------------------------------

    def __getitem__(self, position: int) -> dict[str, Any]:
        """One cell: its values by matrix, its labels by key, and ``_store_idx``, the position of its file."""
        return self.__getitems__([position])[0]

    def __getitems__(self, positions: Sequence[int]) -> list[dict[str, Any]]:
        """Several cells, each file read once; torch asks for batches by this name."""
        batch = self.batch(positions)
        names = list(batch)
        return [dict(zip(names, values, strict=True)) for values in zip(*batch.values(), strict=True)]

    def batch(self, positions: Any, *, dense: bool = True) -> dict[str, Any]:
        """Several cells as one array per matrix and key, in the order of the positions.

        Args:
            positions: Which cells; negative ones count from the end.
            dense: Whether matrices are arrays, or sparse matrices of scipy.

        Raises:
            IndexError: A position is out of bounds.
            TypeError: A position is no whole number.
        """
        wanted = _checked(positions, len(self))
        stores = np.searchsorted(self._ends, wanted, side="right")
        found: dict[str, Any] = {name: self._matrix(name, wanted, stores, dense=dense) for name in self.layers}
        for name in self.obs_keys:
            codes = self._codes[name][wanted]
            found[name] = codes if name in self._encoded else self._categories[name].take(codes).where(codes >= 0).array
        return found | {"_store_idx": stores}

    def batches(
        self,
        batch_size: int = 1024,
        *,
        shuffle: bool = True,
        seed: int | None = None,
        block_size: int = 64,
        blocks_at_once: int = 256,
        dense: bool = True,
        drop_last: bool = False,
    ) -> Iterator[dict[str, Any]]:
        """All cells once, in batches that are drawn from blocks of neighbours: nearly as random as cells, far quicker to read.

        Args:
            batch_size: How many cells a batch has.
            shuffle: Whether blocks, and the cells of the blocks that are read together, are shuffled.
            seed: Of the order; by default another each time.
            block_size: How many neighbours are read together.
            blocks_at_once: How many blocks are read, and shuffled, together.
            dense: Whether matrices are arrays, or sparse matrices of scipy.
            drop_last: Whether a last batch that isn't full is left out.

        Raises:
            TypeError: A number of cells or blocks is no whole number.
            ValueError: It is less than 1.
        """
        sizes = {"batch_size": batch_size, "block_size": block_size, "blocks_at_once": blocks_at_once}
        for name, size in sizes.items():
            check_amount(name, size, least=1)
        random = np.random.default_rng(seed)
        starts = np.arange(0, len(self), block_size)
        if shuffle:
            random.shuffle(starts)
        left: np.ndarray[Any, Any] = np.empty(0, dtype=np.int64)
        for first in range(0, len(starts), blocks_at_once):
            blocks = [
                np.arange(one, min(one + block_size, len(self))) for one in starts[first : first + blocks_at_once]
            ]
            positions = np.concatenate([left, *blocks])
            if shuffle:
                random.shuffle(positions)
            full = len(positions) // batch_size * batch_size
            yield from self._cut(positions[:full], batch_size, dense=dense)
            left = positions[full:]
        if len(left) and not drop_last:
            yield self.batch(left, dense=dense)

    def _cut(self, positions: np.ndarray[Any, Any], batch_size: int, *, dense: bool) -> Iterator[dict[str, Any]]:
        """Batches of cells that are read together."""
        if len(positions) == 0:
            return
        together = self.batch(positions, dense=False)
        for start in range(0, len(positions), batch_size):
            part = {name: values[start : start + batch_size] for name, values in together.items()}
            for name in self.layers if dense else ():
                part[name] = _as_dense(part[name])
            yield part

    # -- matrices -----------------------------------------------------------------------------------------------------

    def _matrix(self, name: str, wanted: np.ndarray[Any, Any], stores: np.ndarray[Any, Any], *, dense: bool) -> Any:
        places, parts = [], []
        for store in np.unique(stores):
            of_store = np.flatnonzero(stores == store)
            start = self._ends[store - 1] if store else 0
            part = self._cells(int(store)).read(name, wanted[of_store] - start, self.dtype)
            parts.append(_as_dense(part) if dense else part)
            places.append(of_store)
        return _in_order(parts, np.concatenate(places) if places else np.empty(0, dtype=np.int64), self.shape[1])

    def _cells(self, store: int) -> _Cells:
        # by process: one that was forked must not use the open files of its parent
        opened = self._files.get(os.getpid())
        if opened is None:
            opened = [_Cells(part, self.var_names) for part in self.parts]
            self._files = {os.getpid(): opened}
        return opened[store]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_files"} | {"_files": {}}

    def close(self) -> None:
        """Close the files; they are opened again when a cell is asked for."""
        for cells in self._files.pop(os.getpid(), []):
            cells.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Cells:
    """The cells of one file, with the variables of the collection."""

    def __init__(self, part: TablePart, var_names: pd.Index[Any]) -> None:
        self._part = part
        self._var_names = var_names

    @cached_property
    def _accessor(self) -> AnnDataAccessor:
        from lamindb.io.accessors.opening import open_annotated

        return open_annotated(self._part.path)

    @cached_property
    def _columns(self) -> np.ndarray[Any, Any] | None:
        """Where the variables of the collection are in the file, -1 if they aren't; ``None`` if they are the same."""
        own = self._accessor.var_names
        return None if own.equals(self._var_names) else own.get_indexer(self._var_names)

    def read(self, name: str, rows: np.ndarray[Any, Any], dtype: Any) -> Any:
        """Some rows of a matrix, in their order.

        Raises:
            MissingData: The file has no such layer.
        """
        wanted, back = np.unique(rows, return_inverse=True)
        part = self._accessor[wanted]
        if name != "X" and (part.layers is None or name not in part.layers):
            msg = f"{self._part.path} has no layer {name!r}"
            raise MissingData(msg)
        values = part.matrix(name)
        values = values if dtype is None else values.astype(dtype)
        values = values if self._columns is None else _with_columns(values, self._columns)
        return values if np.array_equal(wanted, rows) else values[back]

    def close(self) -> None:
        """Close the file, if it is open."""
        opened = vars(self).pop("_accessor", None)
        if opened is not None:
            opened.close()


def _checked(positions: Any, length: int) -> Positions:
    """Positions of cells, counted from the start."""
    wanted = np.asarray(positions)
    if wanted.size and wanted.dtype.kind not in "iu":
        msg = f"positions of cells are whole numbers, not {positions!r:.80}"
        raise TypeError(msg)
    return checked_positions(wanted, length)


def _annotation(collection: AnnDataCollection, name: str, lengths: Sequence[int]) -> pd.Series[Any]:
    """A column of ``obs`` or the label of a file, for all cells."""
    columns = []
    for position, part in enumerate(collection.parts):
        if name in part.labels:
            columns.append(pd.Series([part.labels[name][0]] * lengths[position], dtype=object))
        else:
            columns.append(collection.column(position, name).astype(object))
    return pd.concat(columns, ignore_index=True)


def _with_columns(values: Any, columns: np.ndarray[Any, Any]) -> Any:
    """The columns at some positions; zero where there is none."""
    if (columns >= 0).all():
        return values[:, columns]
    if hasattr(values, "tocsr"):
        from scipy.sparse import csr_matrix

        known = np.flatnonzero(columns >= 0)
        ones = (np.ones(len(known), dtype=values.dtype), (columns[known], known))
        return values @ csr_matrix(ones, shape=(values.shape[1], len(columns)))
    wider = np.zeros((len(values), len(columns)), dtype=values.dtype)
    wider[:, columns >= 0] = values[:, columns[columns >= 0]]
    return wider


def _as_dense(values: Any) -> np.ndarray[Any, Any]:
    return values.toarray() if hasattr(values, "toarray") else np.asarray(values)


def _in_order(parts: Sequence[Any], places: np.ndarray[Any, Any], n_columns: int) -> Any:
    """Rows of several matrices as one, each at its place."""
    if not parts:
        return np.empty((0, n_columns))
    if len(parts) == 1:
        whole = parts[0]
    elif any(hasattr(part, "tocsr") for part in parts):
        from scipy.sparse import csr_matrix, vstack

        whole = vstack([part if hasattr(part, "tocsr") else csr_matrix(part) for part in parts], format="csr")
    else:
        whole = np.concatenate(parts)
    back = np.empty(len(places), dtype=np.int64)
    back[places] = np.arange(len(places))
    return whole if np.array_equal(places, np.arange(len(places))) else whole[back]
