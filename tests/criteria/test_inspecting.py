"""``criteria.inspect``: everything that fails in a frame, in one pass."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidCriteria
from lamindb.text.inspection import InspectResult
from lnschema_core.criteria import checking

pytestmark = pytest.mark.usefixtures("labels")


def inspect(column, **kwargs):
    """The report about a frame with one column ``x``."""
    frame = column if isinstance(column, pd.DataFrame) else pd.DataFrame({"x": column})
    return ln.Criteria([ln.Criterion("x", **kwargs)]).inspect(frame)


def test_clean_data_pass():
    """Every type, with its conditions."""
    frame = pd.DataFrame(
        {
            "cell_type": ["T cell", "B cell", "T cell"],
            "kind": pd.Categorical(["Dendritic", None, "Dendritic"], categories=["Dendritic", "unused"]),
            "age": [30, 40.5, np.nan],
            "n": [1, 2, 3],
            "id": ["a", "b", "c"],
            "ok": [True, False, True],
            "when": pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]),
            "took": pd.to_timedelta([1, 2, 3], unit="s"),
            "other": [[1], {}, None],
        }
    )
    criteria = ln.Criteria(
        [
            ln.Criterion("cell_type", registry=ln.ULabel),
            ln.Criterion("kind", registry=ln.ULabel, nullable=True),
            ln.Criterion("age", "number", minimum=0, maximum=120, nullable=True),
            ln.Criterion("n", int, minimum=1, allowed=[1, 2, 3]),
            ln.Criterion("id", str, unique=True, pattern="[abc]"),
            ln.Criterion("ok", bool),
            ln.Criterion("when", "datetime", minimum="2024-01-01"),
            ln.Criterion("took", "timedelta", maximum=dt.timedelta(minutes=1)),
            ln.Criterion("missing", required=False),
            ln.Criterion("index", "integer", unique=True),
        ]
    )
    report = criteria.inspect(frame)
    assert report.ok, report
    assert report.df.empty
    assert report.rows().empty
    assert criteria.validate(frame) is True


def test_everything_is_found_at_once(failures):
    """Wrong names of columns, missing values, types, ranges, registries and duplicates are in one report."""
    frame = pd.DataFrame(
        {
            "Cell Type": ["t cell", "Dendritc", " B cell", None, "neuron"],
            "age": ["30", 400, -1, None, "x"],
            "id": ["a", "b", "a", "", "c"],
        }
    )
    criteria = ln.Criteria(
        {
            "cell_type": ln.ULabel,
            "age": {"type": "number", "minimum": 0, "maximum": 120, "nullable": True},
            "id": {"type": "text", "unique": True},
            "donor": ln.ULabel,
        }
    )
    assert set(failures(criteria.inspect(frame))) == {
        ("cell_type", "missing-column", None, 1, "Cell Type", "casing"),
        ("donor", "missing-column", None, 1, None, None),
        ("cell_type", "unregistered", "t cell", 1, "T cell", "casing"),
        ("cell_type", "unregistered", "Dendritc", 1, "Dendritic", "typo"),
        ("cell_type", "unregistered", " B cell", 1, "B cell", "strip"),
        ("cell_type", "unregistered", "neuron", 1, None, None),
        ("cell_type", "missing-value", None, 1, None, None),
        ("age", "type", "30", 1, 30, "cast"),
        ("age", "type", "x", 1, None, None),
        ("age", "above-maximum", 400, 1, None, None),
        ("age", "below-minimum", -1, 1, None, None),
        ("id", "duplicate", "a", 2, None, None),
        ("id", "missing-value", None, 1, None, None),
    }


# -- values -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", [None, np.nan, pd.NA, pd.NaT, ""])
def test_missing_values_are_one_thing(missing, failures):
    """However they are written; and they are fine where they may be."""
    column = pd.Series(["T cell", missing, missing], dtype=object)
    assert failures(inspect(column, registry="core.ULabel")) == [("x", "missing-value", None, 2, None, None)]
    assert inspect(column, registry="core.ULabel", nullable=True).ok


@pytest.mark.parametrize(
    ("column", "type_", "expected"),
    [
        ([1, 2.5], "integer", [2.5]),
        ([1.0, np.nan], "integer", []),
        (["a", 1], "text", [1]),
        (["a", 1, 1.0, True], "text", [1, 1.0, True]),
        ([True, 1], "bool", [1]),
        ([1, True], "number", [True]),
        ([1, 1j], "number", [1j]),
        ([1, 1j], "complex", []),
        ([1, "a"], "category", []),
        ([1.5], "category", [1.5]),
        ([dt.date(2024, 1, 1), pd.Timestamp("2024"), dt.datetime(2024, 1, 1, tzinfo=dt.UTC)], "datetime", []),
        (["2024-01-01"], "datetime", ["2024-01-01"]),
        ([dt.timedelta(1)], "timedelta", []),
        ([2**70, 1], "integer", []),
        ([float("inf")], "number", []),
        (pd.array([1, None], dtype="Int64"), "number", []),
        (pd.array(["a", None], dtype="string"), "text", []),
        (pd.Categorical([1, 2]), "number", []),
        (pd.Categorical(["1", "2"]), "number", ["1", "2"]),
        ([b"x"], "text", [b"x"]),
    ],
)
def test_types_of_values(column, type_, expected):
    """Each value has to be of the kind; equal values of several types are told apart."""
    values = pd.Series(column, dtype=object) if isinstance(column, list) else column
    found = inspect(values, type=type_, nullable=True).df
    assert set(found["reason"]) <= {"type"}
    assert [(type(one), one) for one in found["value"]] == [(type(one), one) for one in expected]


def test_unhashable_values_are_shown_as_text(failures):
    """Lists and dictionaries among texts."""
    report = inspect(pd.Series(["a", [1], [1], {"b": 2}], dtype=object), type="text")
    assert failures(report) == [("x", "type", "[1]", 2, None, None), ("x", "type", "{'b': 2}", 1, None, None)]


@pytest.mark.parametrize("dtype", [object, "float64", "Float64", "float32"])
def test_ranges_of_numbers(dtype):
    """Bounds belong to the range; infinite numbers don't."""
    column = pd.Series([-0.5, 0, 1, 1.5, float("inf")], dtype=dtype)
    found = inspect(column, minimum=0, maximum=1).df
    assert dict(zip(found["value"], found["reason"], strict=True)) == {
        -0.5: "below-minimum", 1.5: "above-maximum", float("inf"): "above-maximum",
    }  # fmt: skip


@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Berlin"])
@pytest.mark.parametrize("bound", ["2024-01-02", "2024-01-02T00:00:00+00:00"])
@pytest.mark.parametrize("dtype", [None, object])
def test_ranges_of_times(zone, bound, dtype):
    """With and without time zone; without, times are in UTC."""
    times = pd.Series(pd.to_datetime(["2024-01-01", "2024-01-02", "2024-01-03"]))
    column = times if zone is None else times.dt.tz_localize("UTC").dt.tz_convert(zone)
    found = inspect(column.astype(dtype) if dtype else column, type="datetime", minimum=bound).df
    assert list(found["position"]) == [0]


def test_allowed_values(failures):
    """Truths and numbers are told apart, 1 and 1.0 aren't; suggestions come from the list."""
    column = pd.Series([1, 1.0, True, "Male", "femael", "male ", "x"], dtype=object)
    report = inspect(column, type="any", allowed=[1, "male", "female"])
    assert failures(report) == [
        ("x", "not-allowed", True, 1, None, None),
        ("x", "not-allowed", "Male", 1, "male", "casing"),
        ("x", "not-allowed", "femael", 1, "female", "typo"),
        ("x", "not-allowed", "male ", 1, "male", "strip"),
        ("x", "not-allowed", "x", 1, None, None),
    ]


def test_allowed_values_of_another_type(failures):
    """The text of a number is suggested where that is allowed."""
    assert failures(inspect([1, 3], type="category", allowed=["1", "2"])) == [
        ("x", "not-allowed", 1, 1, "1", "cast"),
        ("x", "not-allowed", 3, 1, None, None),
    ]


def test_pattern(failures):
    """The whole text has to match; white space is suggested away where that helps."""
    report = inspect(["ab1", "ab1x", " ab2"], pattern=r"[a-z]+\d")
    assert failures(report) == [
        ("x", "pattern", "ab1x", 1, None, None),
        ("x", "pattern", " ab2", 1, "ab2", "strip"),
    ]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (["a", "b", "a", None, None], [("a", 2)]),
        ([1, 2, 2, 2], [(2, 3)]),
        ([0.5, np.nan, np.nan, 0.5], [(0.5, 2)]),
        (pd.Categorical(["x", "y", "x"]), [("x", 2)]),
        (pd.Series([1, "1", True], dtype=object), []),
        (pd.Series([[1], [1], "[1]"], dtype=object), [("[1]", 2)]),
    ],
)
def test_uniqueness(column, expected):
    """Values that occur several times are counted; missing ones don't count, values of several types aren't equal."""
    found = inspect(column, type="any", unique=True, nullable=True).df
    assert list(zip(found["value"], found["n"], strict=True)) == expected


def test_a_value_can_fail_several_times():
    """For each reason it is an entry of its own."""
    report = inspect(["t cell", "t cell"], registry=ln.ULabel, pattern="[A-Z].*", unique=True)
    assert sorted(report.df["reason"]) == ["duplicate", "pattern", "unregistered"]
    assert report.counts() == {"duplicate": 2, "pattern": 2, "unregistered": 2}


# -- registries -------------------------------------------------------------------------------------------------------


def test_synonyms_of_registries(failures):
    """Those that have synonyms are asked for them; an ambiguous one is a mend for neither of its names."""
    ln.save(
        [
            ln.Modality(name="rna", synonyms="transcriptome|omics"),
            ln.Modality(name="protein", synonyms="proteome|omics"),
        ]
    )
    report = inspect(["rna", "Transcriptome", "omics"], registry=ln.Modality)
    assert failures(report) == [
        ("x", "unregistered", "Transcriptome", 1, "rna", "synonym"),
        ("x", "unregistered", "omics", 1, None, "synonym"),
    ]
    assert "'rna' or 'protein'" in report.df["message"].iloc[1]


def test_one_of_several_registries(failures):
    """Has to have the value; each of them makes suggestions."""
    ln.Modality(name="rna").save()
    report = inspect(["T cell", "rna", "RNA", "t cell", "x"], registry=[ln.ULabel, ln.Modality])
    assert failures(report) == [
        ("x", "unregistered", "RNA", 1, "rna", "casing"),
        ("x", "unregistered", "t cell", 1, "T cell", "casing"),
        ("x", "unregistered", "x", 1, None, None),
    ]
    assert report.df["message"].iloc[2] == "is in none of core.ULabel, core.Modality"


def test_field_and_scope_of_a_registry():
    """Values are looked up in a field, among the records that are meant."""
    ln.ULabel(name="a", reference="ref-a", reference_type="here").save()
    ln.ULabel(name="b", reference="ref-b", reference_type="there").save()
    assert inspect(["ref-a", "ref-b"], registry=ln.ULabel.reference).ok
    report = inspect(["ref-a", "ref-b"], registry=ln.ULabel.reference, scope={"reference_type": "here"})
    assert list(report.df["value"]) == ["ref-b"]


def test_numbers_among_labels(failures):
    """They are suggested as texts where these are registered."""
    ln.save([ln.ULabel(name="1"), ln.ULabel(name="1.5")])
    assert failures(inspect(pd.Series([1, 2, 1.5], dtype=object), registry=ln.ULabel)) == [
        ("x", "type", 1.5, 1, "1.5", "cast"),
        ("x", "unregistered", 1, 1, "1", "cast"),
        ("x", "unregistered", 2, 1, None, None),
    ]


def test_public_reference_is_asked(monkeypatch, failures):
    """What it knows can be registered; it is asked before values are taken for typos."""

    def inspect_values(values, field):
        known = [value for value in values if value == "Dendritc"]
        return InspectResult(values, known, [value for value in values if value not in known], {"DC9": "dendritic 9"})

    reference = SimpleNamespace(name="Public", inspect=inspect_values)
    monkeypatch.setattr(ln.ULabel, "public_reference", classmethod(lambda cls, **scope: reference))
    assert failures(inspect(["Dendritc", "DC9", "t cell"], registry=ln.ULabel)) == [
        ("x", "unregistered", "Dendritc", 1, "Dendritc", "public"),
        ("x", "unregistered", "DC9", 1, "dendritic 9", "public"),
        ("x", "unregistered", "t cell", 1, "T cell", "casing"),
    ]


def test_queries_do_not_grow_with_columns(count_queries):
    """One query per registry for clean data; for others a few more, however many columns and values."""

    def count(n_columns, values):
        criteria = ln.Criteria({f"c{number}": ln.ULabel for number in range(n_columns)})
        frame = pd.DataFrame({f"c{number}": values for number in range(n_columns)})
        with count_queries() as queries:
            criteria.inspect(frame)
        return len(queries)

    assert count(1, ["T cell"]) == count(30, ["T cell", "B cell"]) == 1
    strange = ["Dendritc", "t cell", " T cell"]
    assert count(1, strange) == count(30, [*strange, *(f"value {number}" for number in range(500))]) <= 5


def test_too_many_values_are_no_categories(monkeypatch):
    """A column of a registry with millions of different values is one entry."""
    monkeypatch.setattr(checking, "MOST_DIFFERENT", 10)
    report = inspect([f"v{number}" for number in range(50)], registry=ln.ULabel)
    assert list(report.df["reason"]) == ["too-many-values"]


# -- columns ----------------------------------------------------------------------------------------------------------


def test_missing_columns_and_what_was_meant(failures):
    """By white space, casing, separators, synonyms of the registered feature, and typos."""
    ln.Feature(name="age", type="number", synonyms="years|alter").save()
    frame = pd.DataFrame(columns=["Cell-Type", " donor", "Alter", "tisue", "zzz"], data=[["T cell", 1, 2, 3, 4]])
    criteria = ln.Criteria({"cell_type": ln.ULabel, "donor": int, "age": "number", "tissue": int, "sex": "any"})
    assert failures(criteria.inspect(frame)) == [
        ("cell_type", "missing-column", None, 1, "Cell-Type", "casing"),
        ("donor", "missing-column", None, 1, " donor", "strip"),
        ("age", "missing-column", None, 1, "Alter", "synonym"),
        ("tissue", "missing-column", None, 1, "tisue", "typo"),
        ("sex", "missing-column", None, 1, None, None),
    ]


def test_unexpected_columns():
    """Only where there may be no others; those that are meant by another name are no others."""
    frame = pd.DataFrame({"A": [1], "b": [2]})
    criteria = {"a": int}
    assert list(ln.Criteria(criteria).inspect(frame).df["reason"]) == ["missing-column"]
    found = ln.Criteria(criteria, allow_others=False).inspect(frame).df
    assert list(zip(found["column"], found["reason"], strict=True)) == [
        ("a", "missing-column"),
        ("b", "unexpected-column"),
    ]


def test_columns_that_nobody_can_tell_apart(failures):
    """Several of one name are one entry, and not read."""
    frame = pd.DataFrame([["x", "y", 1]], columns=["a", "a", "b"])
    assert failures(ln.Criteria({"a": ln.ULabel, "b": int}).inspect(frame)) == [
        ("a", "duplicate-column", None, 1, None, None)
    ]


def test_names_that_are_no_texts(failures):
    """They can't be names of features; numbers are suggested as texts, unless a column has that name."""
    frame = pd.DataFrame([[1, 2, 3, 4]], columns=[5, ("a", "b"), 6, "6"])
    assert failures(ln.Criteria({"5": int}).inspect(frame)) == [
        (5, "column-name", None, 1, "5", "cast"),
        (("a", "b"), "column-name", None, 1, None, None),
        (6, "column-name", None, 1, None, None),
        ("5", "missing-column", None, 1, 5, "cast"),
    ]


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"x": []}), pd.DataFrame(index=["a"])])
def test_empty_frames(frame):
    """No rows are an entry, and so are missing columns."""
    reasons = set(inspect(frame, type="number").df["reason"])
    assert reasons == {"empty"} if len(frame.columns) else {"missing-column"} <= reasons


def test_index_is_a_column_called_index():
    """Unless there is one."""
    frame = pd.DataFrame({"a": [1, 2]}, index=["T cell", "x"])
    criteria = ln.Criteria({"index": ln.ULabel})
    assert list(criteria.inspect(frame).df["value"]) == ["x"]
    assert criteria.inspect(frame.assign(index="B cell")).ok


def test_wide_tables_without_any_expected_column():
    """Thousands of missing columns among thousands of others take seconds at most."""
    frame = pd.DataFrame(np.zeros((1, 5000)), columns=[f"measured value {number}" for number in range(5000)])
    report = ln.Criteria({f"Measured-Value {number}": "number" for number in range(0, 10000, 2)}).inspect(frame)
    assert report.n_failures == 5000
    assert (report.df["how"] == "casing").sum() == 2500


# -- other data -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("data", [None, 3, [1], {"x": [1]}, pd.Series([1]), np.zeros((2, 2)), object()])
def test_what_is_no_table(data):
    """One sentence that says what to pass."""
    with pytest.raises(TypeError, match="criteria are for tables") as caught:
        ln.Criteria({"x": int}).inspect(data)
    assert "\n" not in str(caught.value)


def test_criteria_for_another_kind_of_data():
    """Frames have no obs, and no X."""
    frame = pd.DataFrame({"x": [1]})
    with pytest.raises(InvalidCriteria, match="criteria for obs, but a table has columns"):
        ln.Criteria(obs={"x": int}).inspect(frame)
    with pytest.raises(InvalidCriteria, match="x_finite"):
        ln.Criteria({"x": int}, x_finite=True).inspect(frame)


def test_data_stay_as_they_are():
    """Nothing is changed in what is inspected or mended."""
    frame = pd.DataFrame({"Cell Type": pd.Categorical(["t cell", "B cell"]), "age": ["1", 2]}, index=["a", "b"])
    before = frame.copy(deep=True)
    criteria = ln.Criteria({"cell_type": ln.ULabel, "age": "number"})
    criteria.inspect(frame)
    mended = criteria.standardize(frame)
    mended.iloc[0, 0] = "B cell"
    mended.iloc[0, 1] = 7
    pd.testing.assert_frame_equal(frame, before)
