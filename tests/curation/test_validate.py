"""Which values are values of a registry."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import FieldError

import lamindb as ln

pytestmark = pytest.mark.usefixtures("features")

VALUES = ["cell type", "CT", None, "cell type", "zz"]


def test_membership_is_exact():
    """Neither synonyms nor other casings are valid, nor are empty values."""
    valid = ln.Feature.validate(["cell type", "Cell type", "CT", "", None, float("nan"), "tissue "])
    assert valid.dtype == bool
    assert valid.tolist() == [True, False, False, False, False, False, False]


def test_one_value_gives_one_boolean():
    """A string is no list of characters."""
    assert ln.Feature.validate("ct") is np.True_
    assert ln.Feature.validate("c") is np.False_
    assert ln.Feature.validate("") is np.False_


def test_an_empty_list_gives_an_empty_array(messages):
    """With a warning."""
    messages()
    valid = ln.Feature.validate([])
    assert valid.shape == (0,)
    assert valid.dtype == bool
    assert messages() == ["❗ input has zero length"]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["ct", "zz", None]),
        pd.Series(["ct", "zz", None], dtype="category"),
        pd.Series(["ct", "zz", None], dtype="category").cat.add_categories(["unused"]),
        pd.Series(["ct", "zz", None], dtype="string"),
        pd.Index(["ct", "zz", None]),
        np.array(["ct", "zz", ""]),
        (value for value in ["ct", "zz", None]),
    ],
)
def test_every_kind_of_list_is_understood(values):
    """Nulls of every kind are not valid."""
    assert ln.Feature.validate(values).tolist() == [True, False, False]


@pytest.mark.parametrize("values", [[1, 2], ["ct", 1.5], ["ct", ["x"]], ["ct", b"x"]])
def test_values_that_are_no_strings_are_refused(values):
    """With a sentence."""
    with pytest.raises(TypeError, match=r"values .*need to be strings, but"):
        ln.Feature.validate(values)


def test_messages_count_different_values(messages):
    """Percentages are exact; empty and repeated values are mentioned if something failed."""
    messages()
    ln.Feature.validate(VALUES)
    assert messages() == [
        "❗ received 3 unique terms, 2 empty/duplicated terms are ignored",
        "✅ 1 term (33.33%) is validated for name",
        "❗ 2 terms (66.67%) are not validated for name: CT, zz",
    ]
    ln.Feature.validate(["ct", "ct", "tissue"])
    assert messages() == ["✅ 2 terms (100.00%) are validated for name"]


@pytest.mark.parametrize("mute", [{"mute": True}, {"logging": False}])
def test_messages_can_be_muted(messages, mute):
    """In the new and in the older way."""
    messages()
    ln.Feature.validate(VALUES, **mute)
    ln.Feature.validate([], **mute)
    ln.Feature.inspect(VALUES, **mute)
    assert messages() == []


def test_the_field_can_be_chosen():
    """By reference or by name."""
    assert ln.Feature.validate(["category"], ln.Feature.type).tolist() == [True]
    assert ln.Feature.validate(["category"], field="type").tolist() == [True]
    with pytest.raises(TypeError, match="please pass a Registry string field"):
        ln.Feature.validate(["category"], ln.Feature)


@pytest.mark.parametrize("verb", ["validate", "inspect", "from_values"])
def test_a_field_that_there_is_not_is_an_error(verb):
    """That of Django's queries, with the fields that there are."""
    with pytest.raises(FieldError, match=r"Feature has no field named 'nam'\. Choices are: id, name, type"):
        getattr(ln.Feature, verb)(["x"], "nam")


def test_users_are_validated_by_handle():
    """The default field is that of the registry."""
    assert ln.User.validate([ln.User.filter().first().handle, "nobody"]).tolist() == [True, False]


def test_query_sets_and_managers_validate_against_their_records(features):
    """A slice included."""
    some = ln.Feature.filter(name__startswith="c")
    assert some.validate(["tissue", "ct"]).tolist() == [False, True]
    assert ln.Feature.filter().order_by("name")[:2].validate(["AB", "tissue"]).tolist() == [True, False]
    assert ln.Feature.objects.validate(["tissue"]).tolist() == [True]
    parent, child = ln.ULabel(name="parent"), ln.ULabel(name="child")
    ln.save([parent, child])
    child.parents.add(parent)
    assert child.parents.validate(["parent", "child"], mute=True).tolist() == [True, False]


def test_further_conditions_restrict_the_records():
    """Keyword arguments are conditions."""
    assert ln.Feature.validate(["ct"], type="number").tolist() == [False]
    assert ln.Feature.validate(["ct"], type="category").tolist() == [True]


def test_a_registry_with_an_empty_name_does_not_validate_empty_values():
    """``Modality()`` has an empty name."""
    ln.Modality.from_fields(name="").save()
    assert ln.Modality.validate(["", None]).tolist() == [False, False]


@pytest.mark.parametrize("number", [3, 5_000])
def test_the_number_of_statements_does_not_grow(count_queries, number):
    """Two for many values."""
    with count_queries() as queries:
        ln.Feature.validate([f"name {i}" for i in range(number)], mute=True)
    assert len(queries) <= 2
