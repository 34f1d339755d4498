"""Cells with several values, and failures up to a share of rows."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import CriteriaNotMet

pytestmark = pytest.mark.usefixtures("labels")


def inspect(values, **kwargs):
    """The report about a frame with one column ``x``."""
    return ln.Criteria([ln.Criterion("x", **kwargs)]).inspect(pd.DataFrame({"x": values}))


# -- several values in a cell -----------------------------------------------------------------------------------------


def test_each_value_of_a_cell_is_looked_up(failures):
    """Each has to be registered; the cell is mended as a whole, as unsafely as the least safe of its mends."""
    values = ["T cell; B cell", "B cell", "t cell;B cell", "T cell; Dendritc;b cell", "T cell;neuron", ";T cell;", ";"]
    report = inspect(values, registry=ln.ULabel, separator=";")
    assert failures(report) == [
        ("x", "unregistered", "t cell;B cell", 1, "T cell;B cell", "casing"),
        ("x", "unregistered", "T cell; Dendritc;b cell", 1, "T cell; Dendritic;B cell", "typo"),
        ("x", "unregistered", "T cell;neuron", 1, None, None),
        ("x", "unregistered", ";T cell;", 1, "T cell", "strip"),
        ("x", "unregistered", ";", 1, None, None),
    ]
    assert "'T cell;neuron' (in row 4) has a value that is not in core.ULabel" in repr(report)


def test_each_value_of_a_cell_is_allowed_and_matches(failures):
    """Lists and patterns are about each of them, uniqueness is about the cell."""
    report = inspect(["a,b", "a,C", "x, b"], allowed=["a", "b", "c"], separator=",")
    assert failures(report) == [
        ("x", "not-allowed", "a,C", 1, "a,c", "casing"),
        ("x", "not-allowed", "x, b", 1, None, None),
    ]
    report = inspect(["D1|D22", "D1|22", "D1|D1", "D1|D22"], pattern=r"D\d+", separator="|", unique=True)
    assert failures(report) == [
        ("x", "pattern", "D1|22", 1, None, None),
        ("x", "duplicate", "D1|D22", 2, None, None),
    ]


def test_values_of_cells_become_labels(tmp_path):
    """Each one under the feature of the column, from frames and from files; mends are applied before."""
    criteria = ln.Criteria({"x": {"registry": ln.ULabel, "separator": ";", "nullable": True}})
    frame = pd.DataFrame({"x": ["T cell; B cell", "dendritic", None, "B cell"]})
    frame.to_csv(tmp_path / "a.csv", index=False)
    criteria.standardize(tmp_path / "a.csv", to=tmp_path / "b.csv")
    file = criteria.save(tmp_path / "b.csv", key="b.csv")
    feature = ln.Feature.filter(name="x").one()
    assert set(file.labels.get(feature, flat_names=True)) == {"T cell", "B cell", "Dendritic"}
    assert ln.File.filter_by_label("B cell", feature).one() == file


@pytest.mark.parametrize(
    ("kwargs", "match"),
    [
        ({"separator": ""}, "separator"),
        ({"separator": 3}, "separator"),
        ({"separator": ";", "type": "number"}, "only categories and texts"),
        ({"tolerance": 1.5}, "between 0 and 1"),
        ({"tolerance": -0.1}, "between 0 and 1"),
        ({"tolerance": "5%"}, "between 0 and 1"),
        ({"tolerance": float("nan")}, "between 0 and 1"),
    ],
)
def test_arguments_that_make_no_sense(kwargs, match):
    """One sentence, when the criterion is made."""
    with pytest.raises(ValueError, match=match):
        ln.Criterion("x", **kwargs)


# -- tolerance --------------------------------------------------------------------------------------------------------


def test_few_failures_are_tolerated():
    """Each condition by itself; they are reported all the same, and counted in the sentence."""
    values = [1.0, np.nan, 3.0, 4.0, -1.0, -2.0, 7.0, 8.0, 9.0, 10.0]
    report = inspect(values, minimum=0, tolerance=0.1)
    assert not report.ok
    assert report.df[["reason", "tolerated"]].to_numpy().tolist() == [
        ["missing-value", True], ["below-minimum", False], ["below-minimum", False],
    ]  # fmt: skip
    report = inspect(values, minimum=0, tolerance=0.2)
    assert report.ok
    assert report.summary() == "the criterion is met by 10 rows; 3 failing cells tolerated"
    assert "x: -1.0 (in row 4) is below the minimum of 0 (tolerated)" in repr(report)
    assert report.rows()["tolerated"].tolist() == [True] * 3


def test_what_is_tolerated_is_said(capsys):
    """``validate`` is true, and lists it."""
    criteria = ln.Criteria({"x": {"type": "integer", "tolerance": 0.5}})
    assert criteria.validate(pd.DataFrame({"x": ["1", 2]}, dtype=object))
    assert "(tolerated)" in capsys.readouterr().out


def test_a_missing_column_is_not_tolerated():
    """A tolerance is for cells."""
    assert not ln.Criteria({"y": {"type": "any", "tolerance": 1}}).inspect(pd.DataFrame({"x": [1]})).ok


def test_variables_that_are_not_registered_are_tolerated():
    """Of the names of variables those that are registered are the feature set."""
    ln.save([ln.Feature.from_fields(name=f"gene {n}", type="number") for n in range(9)])
    adata = ad.AnnData(np.ones((2, 10)), var=pd.DataFrame(index=[f"gene {n}" for n in range(10)]))
    strict = ln.Criteria(var={"index": ln.Feature})
    with pytest.raises(CriteriaNotMet, match="gene 9"):
        strict.save(adata, key="a.h5ad")
    lenient = ln.Criteria(var={"index": {"registry": ln.Feature, "tolerance": 0.1}})
    file = lenient.save(adata, key="a.h5ad")
    assert set(file.features["var"].list("name")) == {f"gene {n}" for n in range(9)}
