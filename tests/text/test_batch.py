"""What users pass as values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lamindb.text import batch

MISSING = [None, "", float("nan"), np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("value", MISSING)
def test_nulls_of_every_kind_are_missing(value):
    """Also those of pandas, without pandas being asked."""
    assert batch.is_missing(value)


@pytest.mark.parametrize("value", ["a", " ", 0, 0.0, False, np.str_("a"), np.int64(0)])
def test_other_values_are_not_missing(value):
    """Blanks, zeros and False are values."""
    assert not batch.is_missing(value)


@pytest.mark.parametrize(
    "values",
    [
        ["b", "a", "b", "", None],
        ("b", "a", "b", "", None),
        iter(["b", "a", "b", "", None]),
        np.array(["b", "a", "b", "", None], dtype=object),
        pd.Series(["b", "a", "b", "", None]),
        pd.Series(["b", "a", "b", "", None], dtype="string"),
        pd.Series(["b", "a", "b", None, None]).astype(pd.CategoricalDtype(["a", "b", "unused"])),
        pd.Categorical(["b", "a", "b", None, None], categories=["a", "b", "unused"]),
        pd.Index(["b", "a", "b", "", None]),
    ],
)
def test_every_kind_of_list_is_understood(values):
    """Order and length are kept; unused categories are not values."""
    listed = batch.as_list(values)
    assert len(listed) == 5
    assert batch.unique(listed) == ["b", "a"]


@pytest.mark.parametrize("value", ["a", None, np.array("a")])
def test_a_single_value_is_a_list_of_one(value):
    """A string is one value and not its characters."""
    assert len(batch.as_list(value)) == 1


def test_values_that_cannot_be_compared_are_refused_with_a_sentence():
    """Lists among the values are no values."""
    with pytest.raises(TypeError, match="values need to be strings, but"):
        batch.unique(["a", ["b"]])


def test_strings_are_told_from_other_values():
    """The first value that is no string is named."""
    assert batch.unique_strings(["a", 1, ["x"], None, "", "a"]) == ["a"]
    batch.check_strings(["a", np.str_("b")], "name")
    with pytest.raises(TypeError, match="values of name need to be strings, but 1 is of type int"):
        batch.check_strings(["a", 1], "name")


@pytest.mark.parametrize("known", [{"a", "b"}, ["a", "b"], {"a": 1, "b": 2}])
def test_known_values_are_found_exactly(known):
    """One boolean per value."""
    mask = batch.find_known(["a", "A", "b", "a"], known)
    assert mask.dtype == bool
    assert mask.tolist() == [True, False, True, True]
    assert batch.find_known([], known).shape == (0,)
