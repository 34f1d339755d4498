"""``ln.Feature``: names and types of columns, and which features a frame has."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb import log
from lnschema_core.annotation import frame_features
from lnschema_core.annotation.feature_types import feature_type, type_of_dtype

STRINGS = "object" if pd.__version__.startswith("2.") else "str"


# -- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (pd.Series([1, 2]), "number"),
        (pd.Series([1, 2], dtype="int8"), "number"),
        (pd.Series([1.5, np.nan]), "number"),
        (pd.Series([1, 2], dtype="float32"), "number"),
        (pd.Series([1, 2], dtype="uint8"), "uint"),
        (pd.Series([True, False]), "bool"),
        (pd.Series([True, None], dtype="boolean"), "boolean"),
        (pd.Series([1, None], dtype="Int64"), "Int"),
        (pd.Series([1, None], dtype="Float64"), "Float"),
        (pd.Series([1j]), "complex"),
        (pd.Series(np.array(["2024-01-01"], dtype="datetime64[ns]")), "datetime[ns]"),
        (pd.Series(np.array(["2024-01-01"], dtype="datetime64[ns]")).dt.tz_localize("UTC"), "datetime[ns, UTC]"),
        (pd.Series(np.array([1], dtype="timedelta64[ns]")), "timedelta[ns]"),
        (pd.Series(["a", "b"]), STRINGS),
        (pd.Series(["a", "b"], dtype="string"), "string"),
        (pd.Series(["a", "a"]), "category"),
        (pd.Series(["a", "a"], dtype="string"), "category"),
        (pd.Series(["a", None], dtype="string"), "category"),
        (pd.Series(["a", "b"], dtype="category"), "category"),
        (pd.Series([1, 2], dtype="category"), "category"),
        (pd.Series(["a", 1]), "object"),
        (pd.Series([None, None]), "object"),
        (pd.Series([["a"], ["a"]]), "object"),
        (pd.Series(["a", None], dtype="object"), "object"),
        (pd.Series([], dtype="object"), "object"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.dtype}-{list(value)[:2]}",
)
def test_type_of_a_column(column, expected):
    """Numbers, categories, and else the data type without digits."""
    assert feature_type(column) == expected


def test_type_of_strings_with_a_missing_one():
    """Where pandas knows them as strings, a missing one makes a category."""
    assert feature_type(pd.Series(["a", "b", None])) == ("object" if STRINGS == "object" else "category")


@pytest.mark.parametrize(
    ("dtype", "expected"), [(np.dtype("float32"), "number"), ("int64", "number"), ("bool", "bool"), ("float", "number")]
)
def test_type_of_a_data_type(dtype, expected):
    """Data types are told by object or by name."""
    assert type_of_dtype(dtype) == expected


# -- construct --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("instance")
class TestConstructor:
    def test_python_types_are_stored_by_name(self):
        """Also those of numbers."""
        assert ln.Feature(name="a", type=int).type == "int"
        assert ln.Feature(name="b", type=float).type == "float"
        assert ln.Feature(name="c", type="category").type == "category"

    def test_registries_are_stored_by_name(self):
        """A list of registries becomes one text; a text stays as it is."""
        assert ln.Feature(name="a", type="category", registries=[ln.ULabel]).registries == "core.ULabel"
        two = ln.Feature(name="b", type="category", registries=[ln.ULabel, ln.Modality])
        assert two.registries == "core.ULabel|core.Modality"
        assert ln.Feature(name="c", type="category", registries="core.X").registries == "core.X"
        assert ln.Feature(name="d", type="category", registries=[]).registries is None

    @pytest.mark.parametrize(
        ("arguments", "fields", "error", "message"),
        [
            (("a",), {}, ValueError, "Only non-keyword args allowed"),
            ((), {"name": "a"}, TypeError, r"\['type'\] are required."),
            ((), {"type": "number"}, TypeError, r"\['name'\] are required."),
            ((), {"name": "a", "type": "number", "registries": 1}, ValueError, "has to be a list of Registry types"),
            ((), {"name": "a", "type": "number", "registries": ["ULabel"]}, ValueError, "each element of the list"),
            ((), {"name": "a", "type": "number", "bogus": 1}, TypeError, "unexpected keyword"),
        ],
    )
    def test_wrong_arguments_are_refused(self, arguments, fields, error, message):
        """One sentence says what is wrong."""
        with pytest.raises(error, match=message):
            ln.Feature(*arguments, **fields)

    def test_name_of_a_feature_returns_it(self):
        """The stored feature comes back with its type, whatever else is passed."""
        ln.Feature(name="age", type="number", unit="a").save()
        again = ln.Feature(name="age", type="category")
        assert not again._state.adding
        assert (again.type, again.unit) == ("number", "a")


# -- of frames --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("instance")
class TestFromDf:
    def test_one_feature_per_column_in_order(self):
        """Registered features come as they are stored, others are new."""
        stored = ln.Feature(name="b", type="category", unit="m")
        stored.save()
        features = ln.Feature.from_df(pd.DataFrame({"c": ["x", "x"], "b": [1, 2], "a": [1.0, 2.0]}))
        assert [(feature.name, feature.type) for feature in features] == [
            ("c", "category"),
            ("b", "category"),
            ("a", "number"),
        ]
        assert [feature._state.adding for feature in features] == [True, False, True]
        assert features[1] == stored
        assert ln.Feature.filter().count() == 1

    def test_registered_features_are_found_without_search(self):
        """The setting that turns off the search for names is about warnings only."""
        ln.Feature(name="a", type="number").save()
        ln.settings.upon_create_search_names = False
        try:
            assert not ln.Feature.from_df(pd.DataFrame({"a": [1]}))[0]._state.adding
        finally:
            ln.settings.upon_create_search_names = True

    def test_oldest_of_several_features_is_meant(self):
        """Names of features aren't unique."""
        first, second = (ln.Feature.from_fields(name="twice", type=kind) for kind in ("number", "category"))
        first.save()
        second.save()
        assert ln.Feature.from_df(pd.DataFrame({"twice": [1]})) == [first]

    @pytest.mark.parametrize("n", [3, 3000])
    def test_any_number_of_columns_takes_two_queries(self, n, count_queries):
        """One query for the columns, one for names that are similar to new ones."""
        ln.save(ln.Feature.from_df(pd.DataFrame({f"old{i}": [0] for i in range(n)})))
        frame = pd.DataFrame({f"{kind}{i}": [0] for i in range(n) for kind in ("old", "another")})
        with count_queries() as queries:
            features = ln.Feature.from_df(frame)
        assert len(queries) == 2
        assert sum(feature._state.adding for feature in features) == n

    def test_similar_names_are_pointed_out_in_one_warning(self, capsys):
        """Only for new names; by name and by synonym."""
        ln.save(
            [
                ln.Feature(name="cell type", type="category", synonyms="kind of cell"),
                ln.Feature(name="age", type="number"),
            ]
        )
        capsys.readouterr()
        ln.Feature.from_df(pd.DataFrame({"cell_type": ["a"], "kind of cell": ["b"], "age": [1], "unlike": [1]}))
        out = capsys.readouterr().out
        assert out.count("did you mean to load one of them?") == 1
        assert "'cell_type' is similar to 'cell type'" in out
        assert "'kind of cell' is similar to 'cell type' (100)" in out
        assert "unlike" not in out
        assert "'age'" not in out

    def test_too_many_names_are_not_compared(self, capsys, monkeypatch):
        """What would take long is left out, and said as a hint."""
        ln.Feature(name="cell type", type="category").save()
        monkeypatch.setattr(frame_features, "MOST_FEATURES", 0)
        with log.at_verbosity("hint"):
            ln.Feature.from_df(pd.DataFrame({"cell_type": ["a"]}))
        assert "didn't compare 1 new names" in capsys.readouterr().out

    def test_verbosity_stays_as_it_was_after_an_error(self):
        """Nothing is left behind."""
        before = log.verbosity()
        with pytest.raises(ValueError, match="need to be strings"):
            ln.Feature.from_df(pd.DataFrame({1: [1]}))
        assert log.verbosity() == before

    @pytest.mark.parametrize(
        ("frame", "message"),
        [
            (pd.DataFrame([[1, 2]], columns=["a", "a"]), "several columns are called 'a'"),
            (pd.DataFrame([[1, 2]]), "0 is of type int, 1 is of type int"),
            (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), "of type tuple"),
        ],
        ids=["twice", "numbers", "multiindex"],
    )
    def test_columns_that_cannot_be_features_are_refused(self, frame, message):
        """Names need to be strings, each once."""
        with pytest.raises(ValueError, match=message):
            ln.Feature.from_df(frame)

    @pytest.mark.parametrize("values", [["a", "b"], pd.Series(["a"], name="x"), None], ids=["list", "series", "none"])
    def test_what_is_no_frame_is_refused(self, values):
        """A list of names is for ``from_values``."""
        for registry in (ln.Feature, ln.FeatureSet):
            with pytest.raises(TypeError, match="the columns of a data frame, not of "):
                registry.from_df(values)

    def test_empty_frame_has_no_features(self):
        """No columns, no features."""
        assert ln.Feature.from_df(pd.DataFrame()) == []
