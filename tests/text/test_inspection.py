"""Results of comparing values with a vocabulary, and what is said about them."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from lamindb.text.inspection import InspectResult, compare
from lamindb.text.messages import about_synonyms, about_unknown, about_validation, listed

VALUES = ["a", "x", "a", None, "", "c"]


def test_a_result_tells_what_is_known():
    """Lists are unique and in order; the frame keeps the values as passed."""
    result = compare(VALUES, {"a", "b"}.intersection)
    assert result.validated == ["a"]
    assert result.non_validated == ["x", "c"]
    assert result.frac_validated == 33.3
    assert (result.n_unique, result.n_empty) == (3, 3)
    assert result.synonyms_mapper == {}
    assert result.df.index.tolist() == VALUES
    assert result.df["__validated__"].tolist() == [True, False, True, False, False, False]
    assert result.df["__validated__"].dtype == bool


def test_brackets_give_the_lists():
    """Under their names and under older ones."""
    result = compare(VALUES, {"a"}.intersection)
    assert result["validated"] == result["mapped"] == ["a"]
    assert result["non_validated"] == result["not_mapped"] == ["x", "c"]
    with pytest.raises(KeyError, match="invalid key"):
        result["df"]


def test_an_empty_batch_has_an_empty_result():
    """No division by zero."""
    result = compare([], {"a"}.intersection)
    assert (result.validated, result.non_validated, result.n_unique, result.n_empty) == ([], [], 0, 0)
    assert result.frac_validated == 0
    assert result.df.shape == (0, 1)
    assert compare([None, ""], {"", None}.intersection).frac_validated == 0


def test_empty_values_are_never_validated():
    """Even where the vocabulary has an empty name."""
    assert compare(["", None], {"", None}.intersection).is_validated.tolist() == [False, False]


@pytest.mark.parametrize(
    "values",
    [
        pd.Series(["a", "b"], index=[7, 8]),
        pd.Categorical(["a", "b"]),
        np.array(["a", "b"]),
        ("a", "b"),
        pd.Index(["a", "b"]),
    ],
)
def test_every_kind_of_list_is_understood(values):
    """The index of the frame is made of the values."""
    assert compare(values, {"a"}.intersection).df["__validated__"].to_dict() == {"a": True, "b": False}


def test_the_representations_are_short_and_escaped():
    """HTML of values is text."""
    result = dataclasses.replace(
        compare(["a", "<script>", "x", *map(str, range(100))], {"a"}.intersection), synonyms_mapper={"x": "<b>X</b>"}
    )
    assert repr(result) == "InspectResult(1 of 103 values validated (1.0%), 1 stand for another name)"
    html = result._repr_html_()
    assert "&lt;script&gt;" in html
    assert "&lt;b&gt;X&lt;/b&gt;" in html
    assert "<script>" not in html
    assert html.count("<tr>") == 21
    assert "and 82 more" in html
    assert "<table>" not in compare(["a"], {"a"}.intersection)._repr_html_()


# -- sentences --------------------------------------------------------------------------------------------------------


def said(messages):
    """Levels and texts as plain tuples."""
    return [tuple(message) for message in messages]


def test_percentages_are_exact():
    """Two decimals are two true decimals, and empty or repeated values are mentioned."""
    assert said(about_validation(compare(VALUES, {"a"}.intersection), "name")) == [
        ("warning", "received 3 unique terms, 3 empty/duplicated terms are ignored"),
        ("success", "1 term (33.33%) is validated for name"),
        ("warning", "2 terms (66.67%) are not validated for name: x, c"),
    ]


def test_one_line_suffices_if_everything_is_validated():
    """Duplicates don't matter then."""
    assert said(about_validation(compare(["a", "b", "b"], {"a", "b"}.intersection), "name")) == [
        ("success", "2 terms (100.00%) are validated for name")
    ]


def test_singular_forms_are_used_for_one():
    """Of terms that failed and of terms that were ignored."""
    assert said(about_validation(compare(["x", None], {"a"}.intersection))) == [
        ("warning", "received 1 unique term, 1 empty/duplicated term is ignored"),
        ("warning", "1 term (100.00%) is not validated: x"),
    ]


def test_no_input_is_said_to_be_none():
    """A warning instead of percentages."""
    assert said(about_validation(compare([], {"a"}.intersection), "name")) == [("warning", "input has zero length")]


def test_at_most_twenty_values_are_listed():
    """More are dots."""
    assert listed(["a", 1]) == "'a', '1'"
    assert listed(list("abcdefghijklmnopqrst"), quoted=False).endswith("s, t")
    assert listed(list("abcdefghijklmnopqrstu"), quoted=False).endswith("s, t, ...")


def test_synonyms_and_casing_are_told_apart():
    """With the verb that mends them."""
    assert said(about_synonyms({"TC": "T cell"})) == [
        ("plain", "   detected 1 terms with synonym: 'TC'"),
        ("plain", "→  standardize terms via .standardize()"),
    ]
    assert said(about_synonyms({"TC": "T cell", "b CELL": "B cell"}))[0][1] == (
        "   detected 2 terms with inconsistent casing/synonyms: 'TC', 'b CELL'"
    )
    assert about_synonyms({}) == []


def test_unknown_values_come_with_what_to_do():
    """Create records, if sure."""
    assert said(about_unknown(["x"], "Feature")) == [
        ("plain", "   couldn't validate 1 term: 'x'"),
        ("plain", "→  if you are sure, create new record via ln.Feature() and save to your registry"),
    ]
    assert about_unknown([], "Feature") == []


def test_results_are_made_of_what_was_found():
    """They can be built by plug-ins as well."""
    result = InspectResult(["a", "b"], ["a"], ["b"], {"b": "a"})
    assert result.is_validated.tolist() == [True, False]
