"""The report: as a frame, as cells, as text, as HTML and as JSON."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

import lamindb as ln
from lamindb.io.streams import parquet
from lnschema_core.criteria import report
from lnschema_core.criteria.reasons import REASONS
from tests.sandbox import REPOSITORY

pytestmark = pytest.mark.usefixtures("labels")

FRAME = pd.DataFrame(
    {
        "cell_type": ["t cell", "T cell", "t cell", None, "neuron", ""],
        "age": [1.0, -1.0, 2.0, -1.0, np.nan, 500.0],
        "n": [1, 2, 2, 3, 4, 5],
    },
    index=list("abcdef"),
)
CRITERIA = {
    "cell_type": {"registry": "core.ULabel"},
    "age": {"type": "number", "minimum": 0, "maximum": 100},
    "n": {"type": "integer", "unique": True},
    "donor": {"type": "text"},
}


@pytest.fixture
def dirty(labels):
    """The report about a small dirty frame."""
    return ln.Criteria(CRITERIA).inspect(FRAME)


def test_frame_has_one_row_per_value(dirty):
    """With the first row that has it, by label and by position, and the number of cells."""
    assert list(dirty.df.columns) == [
        "slot", "column", "row", "position", "value", "n", "reason", "message", "suggestion", "how", "tolerated",
    ]  # fmt: skip
    first = dirty.df[dirty.df["value"] == "t cell"].iloc[0]
    assert first[["slot", "column", "row", "position", "n"]].tolist() == ["columns", "cell_type", "a", 0, 2]
    assert first[["reason", "message", "suggestion", "how"]].tolist() == [
        "unregistered", "is not in core.ULabel", "T cell", "casing",
    ]  # fmt: skip
    assert dirty.df["position"].isna().tolist() == [True] + [False] * 7
    assert dirty.n_failures == len(dirty.df) == 8
    assert not dirty.ok


def test_rows_has_one_row_per_cell(dirty):
    """All of them, in the order of rows; then what isn't about cells."""
    cells = dirty.rows()
    assert list(cells.columns) == list(dirty.df.columns)
    found = list(cells[["row", "position", "column", "value"]].itertuples(index=False, name=None))
    assert found == [
        ("a", 0, "cell_type", "t cell"),
        ("b", 1, "age", -1.0),
        ("b", 1, "n", 2),
        ("c", 2, "cell_type", "t cell"),
        ("c", 2, "n", 2),
        ("d", 3, "cell_type", None),
        ("d", 3, "age", -1.0),
        ("e", 4, "cell_type", "neuron"),
        ("e", 4, "age", None),
        ("f", 5, "cell_type", None),
        ("f", 5, "age", 500.0),
        (None, pd.NA, "donor", None),
    ]
    assert set(cells["n"]) == {1}
    assert dirty.counts() == cells["reason"].value_counts().to_dict()


def test_rows_of_files_are_read_in_parts(tmp_path, labels, monkeypatch, dirty):
    """The same cells, also where parts are small."""
    FRAME.to_parquet(tmp_path / "f.parquet")
    monkeypatch.setattr(parquet, "ROWS", 2)
    of_file = ln.Criteria(CRITERIA).inspect(tmp_path / "f.parquet")
    pd.testing.assert_frame_equal(of_file.df, dirty.df)
    pd.testing.assert_frame_equal(of_file.rows(), dirty.rows())


def test_matrix_is_no_cell(labels):
    """What fails in ``X`` is listed behind the cells, without a warning of any library."""
    adata = AnnData(np.array([[1.0, np.nan]]), obs=pd.DataFrame({"n": [-1]}, index=["cell"]))
    found = ln.Criteria(obs={"n": {"type": int, "minimum": 0}}, x_finite=True).inspect(adata)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cells = found.rows()
    assert cells[["slot", "row", "position", "n"]].to_numpy().tolist() == [["obs", "cell", 0, 1], ["X", "cell", 0, 1]]


def test_text_is_short(dirty):
    """A line per failure, and a sentence before them."""
    lines = repr(dirty).splitlines()
    assert lines[0] == "CriteriaReport: 8 different values in 4 columns fail, out of 6 rows"
    assert "  donor is missing among the columns" in lines
    assert "  cell_type: 't cell' (2 times, first in row 'a') is not in core.ULabel → 'T cell' (casing)" in lines


def test_no_column_hides_another(labels):
    """Of many failures each column and reason shows the same number, and says how many others there are."""
    frame = pd.DataFrame({"x": [f"v{n}" for n in range(50)], "y": [-1.0, *range(49)], "z": range(101, 151)})
    criteria = ln.Criteria({"x": "number", "y": {"minimum": 0}, "z": {"maximum": 100}, "a": int, "b": int, "c": int})
    found = criteria.inspect(frame)
    lines = found.lines(limit=20)
    assert len(lines) == 1 + 3 + (8 + 1) + 1 + (8 + 1)
    assert lines[1] == "  a is missing among the columns"
    assert "  x: 42 more, each of which is of type str, but is expected to be of type number" in lines
    assert "  y: -1.0 (in row 0) is below the minimum of 0" in lines
    assert lines[-1] == "  z: 42 more, each of which is above the maximum of 100"
    assert found.lines(limit=2)[1:] == [*lines[1:2], lines[4], "  and 102 more"]
    assert found._repr_html_().count("<tr>") == 1 + 20
    missing = ln.Criteria({f"c{n}": int for n in range(9)}).inspect(frame)
    assert missing.lines(limit=4)[-1] == "  5 more columns, each of which is missing among the columns"


def test_text_of_a_clean_table(labels):
    """Says how much was checked."""
    assert repr(ln.Criteria({"n": int}).inspect(FRAME)) == "CriteriaReport: the criterion is met by 6 rows"


def test_long_values_are_cut(labels):
    """In text and HTML; the frame has the whole."""
    long = "x" * 1_000_000
    found = ln.Criteria({"a": ln.ULabel}).inspect(pd.DataFrame({"a": [long]}))
    assert found.df["value"].iloc[0] == long
    assert len(repr(found)) < 1000
    assert len(found._repr_html_()) < 2000


def test_html_is_escaped(labels):
    """Values, suggestions, names of rows and columns."""
    evil = "<script>alert(1)</script>"
    ln.ULabel.from_fields(name=evil).save()
    frame = pd.DataFrame({evil: [f" {evil}", f"{evil} x"]}, index=[evil, "b"])
    html = ln.Criteria({evil: ln.ULabel}).inspect(frame)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_json_has_all_that_the_frame_has(dirty):
    """As plain values; what JSON doesn't know is text."""
    document = json.loads(dirty.to_json())
    assert document["ok"] is False
    assert document["n_rows"] == {"columns": 6}
    assert document["n_criteria"] == 4
    assert document["counts"] == dirty.counts()
    assert len(document["failures"]) == 8
    assert document["failures"][0] == {
        "slot": "columns", "column": "donor", "row": None, "position": None, "value": None, "n": 1,
        "reason": "missing-column", "message": "is missing among the columns", "suggestion": None, "how": None,
        "tolerated": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (float("inf"), "inf"),
        (np.float64(1.5), 1.5),
        (pd.Timestamp("2024-01-01"), "2024-01-01T00:00:00"),
        (b"x", "b'x'"),
        ("\ud800", "\\ud800"),
        ([1], "[1]"),
    ],
)
def test_json_of_any_value(value, expected, labels):
    """Never an error, and always valid JSON."""
    found = ln.Criteria({"a": {"allowed": ["x"], "type": "any"}}).inspect(pd.DataFrame({"a": [value]}, dtype=object))
    assert json.loads(found.to_json())["failures"][0]["value"] == expected


def test_many_failures_are_counted(monkeypatch, labels):
    """Of a column in which a hundred thousand values fail, the first are listed; no cell is forgotten."""
    monkeypatch.setattr("lnschema_core.criteria.failing.MOST_LISTED", 10)
    found = ln.Criteria({"x": {"type": "number", "maximum": 0}}).inspect(pd.DataFrame({"x": np.arange(1.0, 101.0)}))
    assert len(found.df) == 11
    assert found.df["n"].sum() == 100
    assert "90 cells more" in found.df["message"].iloc[-1]


def test_reasons_are_those_of_the_schema():
    """The schema of the command line knows all of them."""
    schema = json.loads((REPOSITORY / "lamindb" / "cli" / "schemas" / "validate.json").read_text())
    entry = schema["$defs"]["report"]["properties"]["failures"]["items"]
    assert entry["properties"]["reason"]["enum"] == list(REASONS)
    assert tuple(entry["required"]) == report.COLUMNS
