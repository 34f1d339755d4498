"""``ln.Criterion`` and ``ln.Criteria``: what can be declared, and in which forms."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InvalidCriteria, MissingExtra
from lnschema_core.criteria.kinds import cast, kind_of_type

pytestmark = pytest.mark.usefixtures("instance")


# -- types ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("number", "number"),
        (float, "number"),
        ("float64", "number"),
        (np.float32, "number"),
        (int, "integer"),
        ("Int64", "integer"),
        ("Int", "integer"),
        ("uint", "integer"),
        (np.dtype("uint8"), "integer"),
        (pd.Int64Dtype(), "integer"),
        (str, "text"),
        ("string", "text"),
        (bool, "bool"),
        ("boolean", "bool"),
        ("category", "category"),
        (pd.CategoricalDtype(), "category"),
        (dt.datetime, "datetime"),
        (dt.date, "datetime"),
        ("datetime[ns, UTC]", "datetime"),
        ("datetime64[ns]", "datetime"),
        (dt.timedelta, "timedelta"),
        (complex, "complex"),
        ("object", "any"),
        (object, "any"),
        (None, "any"),
    ],
)
def test_types_have_many_names(given, expected):
    """Words, the types of features, and types of Python, numpy and pandas are one of nine kinds."""
    assert ln.Criterion("x", given).type == expected


@pytest.mark.parametrize("given", ["numbr", 3, list, "", [int]])
def test_unknown_type_is_refused(given):
    """The sentence lists the words."""
    with pytest.raises(ValueError, match="number, integer, category"):
        ln.Criterion("x", given)


def test_every_type_of_feature_is_understood():
    """What ``Feature.from_df`` stores is a type of criteria."""
    frame = pd.DataFrame({"a": [1], "b": [1.5], "c": ["x"], "d": [True], "e": [pd.Timestamp("2024")], "f": [None]})
    frame["g"] = pd.Categorical(["x"])
    assert all(kind_of_type(feature.type) for feature in ln.Feature.from_df(frame))


@pytest.mark.parametrize(
    ("kwargs", "expected"),
    [
        ({}, "any"),
        ({"registry": "core.ULabel"}, "category"),
        ({"allowed": ["a"]}, "category"),
        ({"minimum": 0}, "number"),
        ({"maximum": dt.date(2024, 1, 1)}, "datetime"),
        ({"pattern": "a"}, "text"),
        ({"separator": ";"}, "category"),
    ],
)
def test_default_type_follows_from_the_rest(kwargs, expected):
    """Registries have categories, ranges have numbers or times, patterns have texts."""
    assert ln.Criterion("x", **kwargs).type == expected


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        ("3", "number", 3),
        (" 1e3 ", "number", 1000.0),
        ("3.0", "integer", 3),
        ("3.5", "integer", None),
        ("1_000", "number", None),
        ("nan", "number", None),
        ("x", "number", None),
        ("9" * 5000, "number", None),
        (True, "number", None),
        ("TRUE", "bool", True),
        (0, "bool", False),
        (2, "bool", None),
        ("yes", "bool", None),
        (5, "text", "5"),
        (None, "text", None),
        ("2024-01-02", "datetime", pd.Timestamp("2024-01-02")),
        ("02/01/2024", "datetime", None),
        ("1 days", "timedelta", pd.Timedelta(days=1)),
        ("5", "timedelta", None),
        ("1+2j", "complex", 1 + 2j),
        (5, "datetime", None),
    ],
)
def test_values_are_cast_without_loss_or_not_at_all(value, kind, expected):
    """Guesses are left to people."""
    assert cast(value, kind) == expected


# -- criterion --------------------------------------------------------------------------------------------------------


def test_registry_has_many_forms():
    """Classes, fields and names of one or several are kept by name; the default field goes without saying."""
    assert ln.Criterion("x", registry=ln.ULabel).registry == "core.ULabel"
    assert ln.Criterion("x", registry=ln.ULabel.name) == ln.Criterion("x", registry="core.ULabel")
    assert ln.Criterion("x", registry=ln.ULabel.reference).registry == "core.ULabel.reference"
    assert ln.Criterion("x", registry=[ln.ULabel, "core.Modality"]).registries == ("core.ULabel", "core.Modality")


@pytest.mark.parametrize(
    ("args", "kwargs", "error", "words"),
    [
        ((3,), {}, TypeError, "name of a criterion"),
        (("",), {}, ValueError, "can't be empty"),
        (("x", int), {"registry": "core.ULabel"}, ValueError, "registry are categories"),
        (("x", "text"), {"minimum": 3}, ValueError, "no minimum"),
        (("x",), {"minimum": 3, "maximum": 2}, ValueError, "at least 3 and at most 2"),
        (("x", "number"), {"minimum": "low"}, ValueError, "has to be a number"),
        (("x", "number"), {"maximum": float("nan")}, ValueError, "has to be a number"),
        (("x", "datetime"), {"minimum": "yesterday"}, ValueError, "has to be a datetime"),
        (("x",), {"pattern": "("}, ValueError, "no regular expression"),
        (("x",), {"allowed": "abc"}, TypeError, "has to be a list|have to be a list"),
        (("x",), {"allowed": []}, ValueError, "empty"),
        (("x",), {"allowed": [["a"]]}, TypeError, "texts, numbers or times"),
        (("x",), {"registry": int}, TypeError, "registry is a class"),
    ],
)
def test_contradictions_are_refused(args, kwargs, error, words):
    """In one sentence, when the criterion is made."""
    with pytest.raises(error, match=words):
        ln.Criterion(*args, **kwargs)


def test_criterion_is_a_value():
    """It can be compared, hashed, copied and pickled, and can't be changed."""
    criterion = ln.Criterion("x", "number", minimum=0, scope={"species": "human"})
    same = ln.Criterion("x", "number", minimum=0, scope={"species": "human"})
    assert criterion == same
    assert len({criterion, same}) == 1
    assert pickle.loads(pickle.dumps(criterion)) == copy.deepcopy(criterion) == criterion
    with pytest.raises(AttributeError):
        criterion.name = "y"
    assert repr(criterion) == "Criterion('x', type='number', minimum=0, scope={'species': 'human'})"


# -- criteria ---------------------------------------------------------------------------------------------------------


def test_criteria_have_many_forms():
    """A list, and a mapping to criteria, to arguments, to types and to registries are the same."""
    as_list = ln.Criteria(
        [ln.Criterion("a", registry=ln.ULabel), ln.Criterion("b", "number", minimum=0), ln.Criterion("c", bool)]
    )
    as_mapping = ln.Criteria({"a": ln.ULabel, "b": {"type": "number", "minimum": 0}, "c": bool})
    as_names = ln.Criteria({"a": "core.ULabel", "b": ln.Criterion("b", float, minimum=0), "c": "bool"})
    assert as_list == as_mapping == as_names
    assert len(as_list) == 3
    assert as_list["b"].minimum == 0
    with pytest.raises(KeyError):
        as_list["d"]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (None, "no criteria"),
        ([], "no criteria"),
        ("cell_type", "a list of"),
        (3, "a list of"),
        ([3], "no criterion"),
        (["cell_type"], "no criterion"),
        ([{"name": "a"}, {"name": "a"}], "two criteria for the column 'a'"),
        ({"a": {"typ": 3}}, "can't have 'typ'"),
        ({"a": {"nulable": True}}, "do you mean 'nullable'"),
        ({"a": "numbr"}, "no type"),
        ({3: "number"}, "name of a criterion"),
    ],
)
def test_criteria_that_make_no_sense_are_refused(given, words):
    """In one sentence, with the name that was probably meant."""
    with pytest.raises(InvalidCriteria, match=words):
        ln.Criteria(given)


def test_names_have_to_agree():
    """A criterion in a mapping has the name of its key."""
    with pytest.raises(InvalidCriteria, match="is called 'b'"):
        ln.Criteria({"a": ln.Criterion("b")})


def test_criteria_from_features():
    """Names, types, registries and units are those of the features; types that nobody knows say nothing."""
    features = [
        ln.Feature(name="cell_type", type="category", registries=[ln.ULabel]),
        ln.Feature(name="age", type="number", unit="years"),
        ln.Feature(name="odd", type="period[M]"),
    ]
    criteria = ln.Criteria.from_features(features, nullable=True)
    assert criteria == ln.Criteria(
        [
            ln.Criterion("cell_type", "category", "core.ULabel", nullable=True),
            ln.Criterion("age", "number", unit="years", nullable=True),
            ln.Criterion("odd", nullable=True),
        ]
    )
    ln.save(features)
    assert ln.Criteria.from_features(ln.FeatureSet(features), nullable=True) == criteria
    for strange in ([], [ln.ULabel(name="x")]):
        with pytest.raises(InvalidCriteria, match="made of features"):
            ln.Criteria.from_features(strange)


EVERYTHING = {
    "columns": {
        "a": {"registry": "core.ULabel", "scope": {"reference": "x"}},
        "b": {"allowed": [1, "x"], "required": False, "separator": ";", "tolerance": 0.5},
    },
    "obs": {"t": {"type": "datetime", "minimum": "2024-01-01T00:00:00"}},
    "var": {"index": {"unique": True, "pattern": "[A-Z]+"}},
    "slots": {"rna/var": {"n": {"type": "number", "maximum": 1.5, "unit": "kg", "nullable": True}}},
    "allow_others": False,
    "x_finite": True,
    "x_integer": True,
    "x_minimum": 0,
}


@pytest.mark.parametrize("scope", [{"species": "human"}, {"created_at": "never"}])
def test_scope_that_a_registry_does_not_have(labels, scope):
    """One sentence that says what a scope is."""
    criteria = ln.Criteria({"a": {"registry": "core.ULabel", "scope": scope}})
    with pytest.raises(InvalidCriteria, match="conditions on records are the scope of a criterion"):
        criteria.inspect(pd.DataFrame({"a": ["T cell"]}))


def test_criteria_are_plain_values():
    """To a dictionary and back, whatever they say."""
    assert ln.Criteria.from_dict(EVERYTHING).to_dict() == EVERYTHING


@pytest.mark.parametrize("suffix", [".json", ".yaml", ".yml"])
def test_criteria_are_files(tmp_path, suffix):
    """To a file and back."""
    path = tmp_path / f"criteria{suffix}"
    criteria = ln.Criteria.from_dict(EVERYTHING)
    criteria.to_file(path)
    assert ln.Criteria.from_file(path) == criteria


def test_criteria_are_read_from_toml(tmp_path):
    """With a table per column."""
    (tmp_path / "c.toml").write_text(
        '[columns.a]\nregistry = "core.ULabel"\n[columns.b]\ntype = "number"\nminimum = 0\n'
    )
    assert ln.Criteria.from_file(tmp_path / "c.toml") == ln.Criteria(
        {"a": ln.ULabel, "b": {"type": "number", "minimum": 0}}
    )


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("c.json", "{", "can't be read"),
        ("c.json", "[]", "table of columns"),
        ("c.json", '{"colums": {}}', "do you mean 'columns'"),
        ("c.json", '{"slots": 3}', "'slots' is a table"),
        ("c.json", "[" * 100_000, "can't be read"),
        ("c.toml", "a = ", "can't be read"),
        ("c.yaml", "a: [", "can't be read"),
        ("c.yaml", "a: !!python/object/apply:os.getcwd []", "can't be read"),
        ("c.txt", "", "not .txt"),
    ],
)
def test_broken_files_of_criteria(tmp_path, name, text, words):
    """One sentence; nothing in them is executed."""
    (tmp_path / name).write_text(text)
    with pytest.raises(InvalidCriteria, match=words) as caught:
        ln.Criteria.from_file(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_yaml_without_its_library(tmp_path, monkeypatch):
    """The sentence has the line that installs it."""
    (tmp_path / "c.yaml").write_text("columns: {}")
    monkeypatch.setitem(__import__("sys").modules, "yaml", None)
    with pytest.raises(MissingExtra, match="pip install pyyaml"):
        ln.Criteria.from_file(tmp_path / "c.yaml")


@pytest.mark.parametrize("registry", ["core.Nothing", "nosuch.CellType", "Nothing", "core.ULabel.nothing"])
def test_registry_that_is_not_mounted(registry):
    """Criteria can be written down anywhere; they are refused where they can't be checked."""
    criteria = ln.Criteria([ln.Criterion("a", registry=registry)])
    with pytest.raises(InvalidCriteria, match="looked up in"):
        criteria.inspect(pd.DataFrame({"a": ["x"]}))


def test_registry_without_schema(labels, failures):
    """The name is enough if only one registry has it."""
    report = ln.Criteria({"a": {"registry": "ULabel"}}).inspect(pd.DataFrame({"a": ["T cell", "x"]}))
    assert failures(report) == [("a", "unregistered", "x", 1, None, None)]
