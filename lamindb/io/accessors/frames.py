"""Some rows of tables of annotations in storage, read without the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.io.accessors.selections import as_indexer

if TYPE_CHECKING:
    from lamindb.io.accessors.selections import Selection

_PLAIN = frozenset({"array", "string-array"})


def can_read_rows(member: Any) -> bool:
    """Whether the layout of a table lets one read some of its rows: it has since anndata 0.8."""
    if not hasattr(member, "keys") or "column-order" not in member.attrs or "_index" not in member.attrs:
        return False
    return all(_is_known(member[name]) for name in [*member.attrs["column-order"], member.attrs["_index"]])


def _is_known(element: Any) -> bool:
    encoding = element.attrs.get("encoding-type")
    return encoding == "categorical" or (encoding in _PLAIN and hasattr(element, "shape"))


def n_rows_of(member: Any) -> int | None:
    """The number of rows of a table, or None if its layout doesn't tell."""
    if not hasattr(member, "keys"):
        return int(member.shape[0])
    name = member.attrs.get("_index")
    index: Any = None if name is None else member[name]
    return int(index.shape[0]) if hasattr(index, "shape") else None


def read_rows(member: Any, rows: Selection) -> pd.DataFrame:
    """Read some rows of a table, in their order."""
    names = [str(name) for name in member.attrs["column-order"]]
    columns = {name: _values(member[name], rows) for name in names}
    index_name = str(member.attrs["_index"])
    index = pd.Index(_values(member[index_name], rows))
    frame = pd.DataFrame(columns, index=index, columns=names)
    return frame.rename_axis(None if index_name == "_index" else index_name)


def read_names_of_rows(member: Any, rows: Selection) -> pd.Index[Any]:
    """Read the names of some rows of a table, in their order."""
    names: pd.Index[Any] = pd.Index(np.asarray(_values(member[str(member.attrs["_index"])], rows)).astype(object))
    return names


def _values(element: Any, rows: Selection) -> Any:
    if element.attrs.get("encoding-type") != "categorical":
        return _at(element, rows)
    categories = pd.Index(_at(element["categories"], range(element["categories"].shape[0])))
    is_ordered = bool(element.attrs.get("ordered", False))
    return pd.Categorical.from_codes(_at(element["codes"], rows), categories=categories, ordered=is_ordered)


def _at(array: Any, rows: Selection) -> np.ndarray[Any, Any]:
    indexer = as_indexer(rows)
    if hasattr(array, "oindex"):
        return np.asarray(array.oindex[indexer])
    is_text = array.dtype.kind in "OS"
    if isinstance(indexer, slice):
        return np.asarray(array.asstr()[indexer] if is_text else array[indexer])
    values = _points(array, indexer)
    return np.array([one.decode() for one in values], dtype=object) if is_text else values


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
