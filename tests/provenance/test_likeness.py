"""Which results are the same up to rounding."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest
import scipy.sparse as sp

from lamindb.provenance.likeness import are_close

CLOSE = 1 + 1e-9


def matrix(**changes):
    """An annotated matrix with all its parts; one of them by another factor."""
    by = {name: changes.get(name, 1) for name in ("X", "layers", "obsm", "obsp", "uns", "obs", "raw")}
    made = ad.AnnData(
        sp.csr_matrix(np.eye(3) * by["raw"]), obs=pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=list("abc")) * by["obs"]
    )
    made.raw = made.copy()
    made.X = sp.csr_matrix(np.eye(3) * by["X"])
    made.layers["l"] = np.eye(3) * by["layers"]
    made.obsm["p"] = np.ones((3, 2)) * by["obsm"]
    made.obsp["n"] = sp.csr_matrix(np.eye(3) * by["obsp"])
    made.uns["u"] = {"values": np.ones(2) * by["uns"], "name": "x", "one": 1.0 * by["uns"]}
    return made


@pytest.mark.parametrize("part", ["X", "layers", "obsm", "obsp", "uns", "obs", "raw"])
def test_every_part_of_a_matrix_counts(part):
    """Rounding is no difference, anything more in any part is one."""
    assert are_close(matrix(), matrix(**{part: CLOSE}))
    assert not are_close(matrix(), matrix(**{part: 1.01}))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pd.DataFrame({"a": [1.0, None]}), pd.DataFrame({"a": [CLOSE, None]})),
        (pd.Series([1.0]), pd.Series([CLOSE])),
        (np.array([1.0, np.nan]), np.array([CLOSE, np.nan])),
        (np.array([(1, 1.0)], dtype="i4,f8"), np.array([(1, CLOSE)], dtype="i4,f8")),
        (sp.csr_matrix([[1.0, 0]]), sp.csc_matrix([[CLOSE, 0]])),
        (sp.csr_matrix([[1.0, 1e-20]]), sp.csr_matrix([[1.0, 0]])),
        ({"a": [1.0, "x", None]}, {"a": [CLOSE, "x", None]}),
        (float("nan"), float("nan")),
    ],
)
def test_rounding_is_no_difference(first, second):
    """In tables, arrays and sparse matrices, and in what has them."""
    assert are_close(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"b": [1.0]})),
        (pd.DataFrame({"a": [1.0]}), pd.DataFrame({"a": ["1.0"]})),
        (pd.DataFrame({"a": ["x"]}), pd.DataFrame({"a": ["y"]})),
        (np.ones(2), np.ones(3)),
        (np.array(["a"]), np.array(["b"])),
        (sp.csr_matrix([[1.0, 0]]), sp.csr_matrix([[0, 1.0]])),
        (sp.csr_matrix([[1.0]]), np.ones((1, 1))),
        (pd.DataFrame({"a": [1.0]}), {"a": 1.0}),
        ([1.0], [1.0, 2.0]),
        ("a", "b"),
        (1, True),
    ],
)
def test_anything_else_is_one(first, second):
    """Names, kinds, shapes and texts have to be equal."""
    assert not are_close(first, second)


def test_tolerance_is_chosen():
    """It is by how much of its value a number may differ."""
    assert not are_close(np.array([1.0]), np.array([1.1]))
    assert are_close(np.array([1.0]), np.array([1.1]), 0.2)
