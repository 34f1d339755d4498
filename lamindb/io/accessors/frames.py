"""Some rows of tables of annotations in storage, read without the others.

The rows are copied into a small file in memory, in the layout in which they are stored, and read from there by anndata: so the
result has the types that the installed release gives to whole tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.io.accessors.selections import as_indexer

if TYPE_CHECKING:
    from lamindb.io.accessors.selections import Selection

_BY_ROW = frozenset({"codes", "values", "mask"})
"""The members of encoded columns that have a value per row."""


def can_read_rows(member: Any) -> bool:
    """Whether the layout of a table lets one read some of its rows: it has since anndata 0.8."""
    if not hasattr(member, "keys") or "column-order" not in member.attrs or "_index" not in member.attrs:
        return False
    return all(_is_known(member[name]) for name in [*member.attrs["column-order"], member.attrs["_index"]])


def _is_known(element: Any) -> bool:
    encoding = str(element.attrs.get("encoding-type"))
    if hasattr(element, "shape"):
        return encoding in ("array", "string-array") and len(element.shape) == 1
    return encoding == "categorical" or encoding.startswith("nullable-")


def n_rows_of(member: Any) -> int | None:
    """The number of rows of a table, or None if its layout doesn't tell."""
    if not hasattr(member, "keys"):
        return int(member.shape[0])
    name = member.attrs.get("_index")
    index: Any = None if name is None else member[name]
    if index is not None and not hasattr(index, "shape"):
        index = index.get("values", None)
    return None if index is None else int(index.shape[0])


def read_rows(member: Any, rows: Selection) -> pd.DataFrame:
    """Read some rows of a table, in their order."""
    return _read(member, rows, [str(name) for name in member.attrs["column-order"]])


def read_names_of_rows(member: Any, rows: Selection) -> pd.Index[Any]:
    """Read the names of some rows of a table, in their order."""
    names: pd.Index[Any] = pd.Index(np.asarray(_read(member, rows, []).index).astype(object))
    return names


def _read(member: Any, rows: Selection, columns: list[str]) -> pd.DataFrame:
    import h5py
    from anndata.io import read_elem

    with h5py.File("rows", "w", driver="core", backing_store=False) as file:
        copy = file.create_group("table")
        _copy_attributes(member, copy)
        copy.attrs["column-order"] = np.array(columns, dtype=h5py.string_dtype())
        for name in [*columns, str(member.attrs["_index"])]:
            _copy(member[name], copy, name, rows)
        frame: pd.DataFrame = read_elem(copy)
    return frame


def _copy(element: Any, target: Any, name: str, rows: Selection | None) -> None:
    """Copy a column, or part of one, into a group; of what has a value per row, some rows only."""
    if hasattr(element, "shape"):
        copy = _store(target, name, element[()] if rows is None else _at(element, rows))
    else:
        copy = target.create_group(name)
        for part in element.keys():  # noqa: SIM118 - groups are no dictionaries
            _copy(element[part], copy, part, rows if part in _BY_ROW else None)
    _copy_attributes(element, copy)


def _store(target: Any, name: str, values: Any) -> Any:
    import h5py

    is_text = getattr(values, "dtype", np.dtype(object)).kind in "OTU"
    if not is_text:
        return target.create_dataset(name, data=values)
    return target.create_dataset(name, data=np.asarray(values, dtype=object), dtype=h5py.string_dtype())


def _copy_attributes(element: Any, copy: Any) -> None:
    for name, value in element.attrs.items():
        if name != "column-order":
            copy.attrs[name] = value


def _at(array: Any, rows: Selection) -> Any:
    indexer = as_indexer(rows)
    if hasattr(array, "oindex"):
        return array.oindex[indexer]
    return array[indexer] if isinstance(indexer, slice) else _points(array, indexer)


def _points(dataset: Any, positions: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Elements of an HDF5 dataset in any order; of texts, no others are made."""
    from h5py import h5s

    values = np.empty(len(positions), dtype=dataset.dtype)
    if len(positions) == 0:
        return values
    wanted, back = np.unique(positions, return_inverse=True)
    places = dataset.id.get_space()
    places.select_elements(wanted.astype(np.uint64).reshape(-1, 1))
    found = values[: len(wanted)]
    dataset.id.read(h5s.create_simple((len(wanted),)), places, found)
    return found[back]
