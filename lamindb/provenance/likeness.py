"""Whether two results are the same up to rounding: tables, matrices, annotated matrices. Knows no registry and no Django."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any

TOLERANCE = 1e-5
"""By how much of its value a number may differ."""

_PARTS_OF_MATRIX = ("obs", "var", "X", "layers", "obsm", "varm", "obsp", "varp", "uns", "raw")
_PARTS_OF_MODALITIES = ("obs", "var", "mod", "obsm", "varm", "uns")


def are_close(first: Any, second: Any, tolerance: float = TOLERANCE) -> bool:
    """Whether two values are equal up to rounding.

    Tables have the same columns, index and types; annotated matrices are compared in all their parts; sparse matrices stay sparse.

    Args:
        first: A value as it was loaded.
        second: Another one.
        tolerance: By how much of its value a number may differ.
    """
    for is_kind, compare in _KINDS:
        if is_kind(first) or is_kind(second):
            return is_kind(first) and is_kind(second) and compare(first, second, tolerance)
    return bool(type(first) is type(second) and first == second)


# -- tables -----------------------------------------------------------------------------------------------------------


def _is_table(value: Any) -> bool:
    pd = import_module("pandas")
    return isinstance(value, pd.DataFrame | pd.Series | pd.Index)


def _are_close_tables(first: Any, second: Any, tolerance: float) -> bool:
    pd = import_module("pandas")
    if type(first) is not type(second):
        return False
    kind = {pd.DataFrame: "frame", pd.Series: "series"}.get(type(first), "index")
    compare = getattr(pd.testing, f"assert_{kind}_equal")
    try:
        compare(first, second, rtol=tolerance, check_categorical=False)
    except AssertionError:
        return False
    return True


# -- matrices ---------------------------------------------------------------------------------------------------------


def _is_annotated(value: Any) -> bool:
    return hasattr(value, "obs") and hasattr(value, "var")


def _are_close_annotated(first: Any, second: Any, tolerance: float) -> bool:
    names = _PARTS_OF_MODALITIES if hasattr(first, "mod") else _PARTS_OF_MATRIX
    parts = ((getattr(first, name, None), getattr(second, name, None)) for name in names)
    return all(are_close(*pair, tolerance) for pair in parts)


def _is_raw(value: Any) -> bool:
    """Whether it is the raw data of an annotated matrix, which have variables and no observations of their own."""
    return hasattr(value, "var") and hasattr(value, "X") and not hasattr(value, "obs")


def _are_close_raw(first: Any, second: Any, tolerance: float) -> bool:
    return are_close(first.X, second.X, tolerance) and are_close(first.var, second.var, tolerance)


def _is_sparse(value: Any) -> bool:
    return hasattr(value, "tocsr") and hasattr(value, "nnz")


def _are_close_sparse(first: Any, second: Any, tolerance: float) -> bool:
    if first.shape != second.shape:
        return False
    one, other = first.tocsr(copy=True), second.tocsr(copy=True)
    for matrix in (one, other):
        matrix.eliminate_zeros()
        matrix.sort_indices()
    if one.nnz == other.nnz and (one.indices == other.indices).all() and (one.indptr == other.indptr).all():
        return _are_close_arrays(one.data, other.data, tolerance)
    beyond = abs(one - other) - tolerance * abs(other)  # a zero here may be a rounded number there
    return bool(beyond.nnz == 0 or beyond.max() <= tolerance * 1e-3)


def _is_array(value: Any) -> bool:
    np = import_module("numpy")
    return isinstance(value, np.ndarray | np.generic)


def _are_close_arrays(first: Any, second: Any, tolerance: float) -> bool:
    np = import_module("numpy")
    if first.shape != second.shape or first.dtype.kind != second.dtype.kind:
        return False
    if first.dtype.names is not None:
        names = first.dtype.names
        return bool(names == second.dtype.names) and all(
            _are_close_arrays(first[name], second[name], tolerance) for name in names
        )
    if first.dtype.kind in "fc":
        return bool(np.allclose(first, second, rtol=tolerance, equal_nan=True))
    return bool(np.array_equal(first, second))


# -- further ----------------------------------------------------------------------------------------------------------


def _is_mapping(value: Any) -> bool:
    return isinstance(value, Mapping)


def _are_close_mappings(first: Mapping[Any, Any], second: Mapping[Any, Any], tolerance: float) -> bool:
    same = first.keys() == second.keys()
    return same and all(are_close(first[name], second[name], tolerance) for name in first)


def _is_sequence(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


def _are_close_sequences(first: Sequence[Any], second: Sequence[Any], tolerance: float) -> bool:
    return len(first) == len(second) and all(map(are_close, first, second, [tolerance] * len(first)))


def _is_number(value: Any) -> bool:
    return isinstance(value, float)


def _are_close_numbers(first: float, second: float, tolerance: float) -> bool:
    return math.isclose(first, second, rel_tol=tolerance) or (math.isnan(first) and math.isnan(second))


_KINDS = (
    (_is_table, _are_close_tables), (_is_annotated, _are_close_annotated), (_is_raw, _are_close_raw),
    (_is_sparse, _are_close_sparse), (_is_array, _are_close_arrays), (_is_mapping, _are_close_mappings),
    (_is_sequence, _are_close_sequences), (_is_number, _are_close_numbers),
)  # fmt: skip
