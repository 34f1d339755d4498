"""What people and programs pass that nobody expects: one sentence or a report, never a traceback, nothing written."""

from __future__ import annotations

import datetime as dt
import json
import time
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import lamindb as ln
from lamindb.errors import CriteriaNotMet

pytestmark = pytest.mark.usefixtures("labels")

CELLS = st.one_of(
    st.none(),
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.dates(),
    st.datetimes(timezones=st.none() | st.timezones()),
    st.timedeltas(),
    st.binary(max_size=5),
    st.complex_numbers(),
    st.decimals(allow_nan=False),
    st.lists(st.integers(), max_size=2),
    st.sampled_from(
        [
            "T cell",
            "t cell",
            "t cell; T cell",
            ";t ; T  cel",
            "\ud800",
            "\0",
            pd.NA,
            pd.NaT,
            np.nan,
            np.float32(1),
            np.int8(1),
            2**63,
            2**80,
        ]
    ),
)
CRITERIA = st.sampled_from(
    [
        {"registry": "core.ULabel"},
        {"registry": "core.ULabel", "nullable": True, "unique": True},
        {"type": "number", "minimum": 0, "maximum": 10},
        {"type": "integer", "unique": True},
        {"type": "text", "pattern": ".+"},
        {"type": "bool"},
        {"type": "datetime", "minimum": "2000-01-01"},
        {"type": "timedelta", "maximum": "1 days"},
        {"type": "complex"},
        {"type": "category"},
        {"type": "any", "unique": True},
        {"allowed": ["T cell", 1, True]},
        {"registry": "core.ULabel", "separator": " ", "tolerance": 0.5},
        {"allowed": ["T cell", "t"], "separator": ";"},
        {"type": "text", "pattern": "[a-z]*", "separator": "1", "tolerance": 1},
    ]
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS, max_size=8), CRITERIA)
def test_any_column_is_inspected_and_mended(cells, arguments):
    """Every failing cell is reported and can be listed; what is mended fails no more often; the data stay as they are."""
    frame = pd.DataFrame({"x": pd.Series(cells, dtype=object)})
    before = frame["x"].tolist()
    criteria = ln.Criteria({"x": arguments})
    report = criteria.inspect(frame)
    assert len(report.rows()) == sum(report.counts().values())
    json.loads(report.to_json())
    assert "<table>" in report._repr_html_() or report.ok
    mended = criteria.inspect(criteria.standardize(frame, typos=True))
    duplicates = report.counts().get("duplicate", 0), mended.counts().get("duplicate", 0)
    assert sum(mended.counts().values()) - duplicates[1] <= sum(report.counts().values()) - duplicates[0]
    assert all(one is other for one, other in zip(frame["x"].tolist(), before, strict=True))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(st.text(max_size=5), st.integers(), st.none(), st.floats(), st.tuples(st.integers())), max_size=5
    )
)
def test_any_names_of_columns(names):
    """Of any type, repeated, empty."""
    frame = pd.DataFrame([[1] * len(names)], columns=pd.Index(names, dtype=object, tupleize_cols=False))
    criteria = ln.Criteria({"a": "number", "1": "number"}, allow_others=False)
    report = criteria.inspect(frame)
    assert not report.ok or set(names) == {"a", "1"}
    criteria.inspect(criteria.standardize(frame))


def arrow(values, kind):
    """A column of a data type of Arrow."""
    return pd.array(values, dtype=pd.ArrowDtype(kind))


COLUMNS = {
    "sparse floats": pd.arrays.SparseArray([0.0, 1.0, np.nan]),
    "sparse integers": pd.arrays.SparseArray([0, 0, 5]),
    "arrow integers": arrow([1, None, 3], pa.int64()),
    "arrow texts": arrow(["a", None, ""], pa.string()),
    "arrow truths": arrow([True, None, False], pa.bool_()),
    "arrow times": arrow([pd.Timestamp("2020"), None, pd.Timestamp("2021")], pa.timestamp("us")),
    "arrow dictionary": arrow(["a", "b", "a"], pa.dictionary(pa.int32(), pa.string())),
    "arrow decimals": arrow([Decimal(1), Decimal(2), None], pa.decimal128(5, 2)),
    "arrow lists": arrow([[1], [2], None], pa.list_(pa.int64())),
    "arrow dates": arrow([dt.date(2020, 1, 1), None, None], pa.date32()),
    "periods": pd.period_range("2020", periods=3, freq="M"),
    "intervals": pd.interval_range(0, 3),
    "complex": np.array([1j, 2, np.nan]),
    "pandas texts": pd.array(["a", None, "b"], dtype="string"),
    "categories of integers": pd.Categorical([1, 2, None]),
    "categories of times": pd.Categorical(pd.to_datetime(["2020", "2021", "2020"])),
    "categories of intervals": pd.Categorical(pd.interval_range(0, 3)),
    "durations": pd.to_timedelta([1, None, 2], unit="s"),
    "times": pd.to_datetime(["2020", None, "2021"]),
    "times in a zone": pd.to_datetime(["2020", None, "2021"], utc=True),
    "half floats": np.array([1, 2, 3], dtype="f2"),
    "bytes": np.array([1, 2, 3], dtype="u1"),
    "objects": np.array([object(), 1, "a"], dtype=object),
    "nullable floats": pd.array([1.5, None, 2], dtype="Float64"),
}
NOT_IN_ARROW = {
    "sparse floats", "sparse integers", "complex", "objects", "categories of times", "categories of intervals", "periods",
    "intervals", "arrow dictionary",
}  # fmt: skip
ARGUMENTS = [
    {"registry": "core.ULabel", "unique": True},
    {"type": "number", "minimum": 1, "maximum": 1, "unique": True},
    {"type": "integer", "allowed": [1]},
    {"type": "text", "pattern": "x"},
    {"type": "bool"},
    {"type": "datetime", "minimum": "2020-06-01", "unique": True},
    {"type": "timedelta", "minimum": "1 days"},
    {"type": "complex"},
    {"type": "category"},
    {"type": "any", "unique": True},
]


@pytest.mark.parametrize("name", COLUMNS)
def test_any_data_type(name):
    """Whatever pandas and Arrow have: every failing cell is listed, and mending what can be mended is no error."""
    frame = pd.DataFrame({"x": COLUMNS[name]})
    tables = [frame] if name in NOT_IN_ARROW else [frame, pa.Table.from_pandas(frame)]
    for table in tables:
        for arguments in ARGUMENTS:
            criteria = ln.Criteria({"x": arguments})
            report = criteria.inspect(table)
            assert len(report.rows()) == sum(report.counts().values()), arguments
            json.loads(report.to_json())
            criteria.standardize(table, typos=True)


def test_long_texts_are_quick():
    """A million characters, in a column of labels, of texts, of numbers and of times."""
    long = "x" * 1_000_000
    frame = pd.DataFrame({"a": [long, "T cell"], "b": [long, "b"], "c": [long, 1], "d": [long, "2024-01-01"]})
    criteria = ln.Criteria(
        {"a": ln.ULabel, "b": {"type": "text", "unique": True}, "c": "number", "d": {"type": "datetime"}}
    )
    started = time.process_time()
    report = criteria.inspect(frame)
    assert time.process_time() - started < 3
    assert {"a", "c", "d"} == set(report.df["column"])
    assert len(str(report)) < 5000


def test_long_texts_in_files(tmp_path):
    """A cell may be larger than what is read at once."""
    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "x" * 20_000_000 + ",1\nT cell,2\n")
    report = ln.Criteria({"a": ln.ULabel, "b": "integer"}).inspect(path)
    assert [len(value) for value in report.df["value"]] == [20_000_000]


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame(),
        pd.DataFrame({"a": []}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame([[1]], columns=[5]),
        pd.DataFrame({"a": [1, "x"]}),
        pd.DataFrame({"a": ["T cell", np.nan]}),
        pd.DataFrame({"a": ["x" * 1_000_000]}),
        pd.DataFrame({"a": [["T cell"]]}),
        pd.DataFrame({"a": pd.Categorical(["x"], categories=["x", "T cell"])}),
        pd.DataFrame({"a": ["T cell\0"]}),
        pd.DataFrame({"a": ["\ud800"]}, dtype=object),
    ],
    ids=[
        "empty", "no rows", "duplicate columns", "number as name", "mixed types", "nan among labels", "million characters",
        "lists", "unused levels", "nul character", "half a character",
    ],
)  # fmt: skip
def test_bad_data_are_not_saved(frame, instance):
    """The error says what is wrong, and nothing is written: no record, no feature, no label, no object."""

    def state():
        rows = [set(registry.objects.values_list("pk", flat=True)) for registry in (ln.File, ln.Feature, ln.ULabel)]
        return rows, sorted(map(str, instance.storage.root.rglob("*")))

    before = state()
    criteria = ln.Criteria({"a": ln.ULabel})
    with pytest.raises(CriteriaNotMet) as caught:
        criteria.save(frame, key="bad.parquet")
    assert not caught.value.report.ok
    assert len(str(caught.value)) < 2000
    assert state() == before


def test_unused_levels_are_no_labels():
    """Categories that no cell has are neither checked nor linked."""
    frame = pd.DataFrame({"a": pd.Categorical(["T cell"], categories=["T cell", "B cell", "not registered"])})
    file = ln.Criteria({"a": ln.ULabel}).save(frame, key="levels.parquet")
    assert file.ulabels.list("name") == ["T cell"]


def test_unsaved_labels_are_no_labels():
    """A record counts once it is saved."""
    label = ln.ULabel.from_fields(name="Megakaryocyte")
    criteria, frame = ln.Criteria({"a": ln.ULabel}), pd.DataFrame({"a": ["Megakaryocyte"]})
    assert not criteria.validate(frame, mute=True)
    label.save()
    assert criteria.validate(frame, mute=True)


def test_empty_registry(instance):
    """Has no value, and no suggestion."""
    ln.ULabel.filter().delete()
    report = ln.Criteria({"a": ln.ULabel}).inspect(pd.DataFrame({"a": ["T cell"]}))
    assert report.df[["reason", "suggestion"]].to_numpy().tolist() == [["unregistered", None]]


@pytest.mark.slow
def test_a_million_rows_take_seconds():
    """Twenty columns of a million rows, clean and dirty."""
    rng, n = np.random.default_rng(0), 1_000_000
    frame = pd.DataFrame({f"c{number}": rng.choice(["T cell", "B cell"], n).astype(object) for number in range(8)})
    frame = frame.assign(**{f"n{number}": rng.random(n) for number in range(11)}, id=np.arange(n))
    expected = {f"c{number}": ln.ULabel for number in range(8)}
    expected |= {f"n{number}": {"type": "number", "minimum": 0, "maximum": 1} for number in range(11)}
    criteria = ln.Criteria({**expected, "id": {"type": "integer", "unique": True}})
    started = time.process_time()
    assert criteria.inspect(frame).ok
    dirty = frame.assign(c0="t cell", n0=frame["n0"] - 0.001)
    dirty.loc[5, "id"] = 4
    report = criteria.inspect(dirty)
    assert time.process_time() - started < 12
    assert report.counts()["unregistered"] == n
    assert report.counts()["duplicate"] == 2
    assert report.df.loc[report.df["reason"] == "unregistered", "suggestion"].tolist() == ["T cell"]
