"""Standard names by casing and by synonym."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.text.synonyms import find_standards, is_casing_only, pick, replace

TERMS = [
    ("T cell", "T-cell|TC"),
    ("B cell", "B-cell|tc"),
    ("tc", None),
    ("NK", "T cell|killer"),
    ("Nk", ""),
    (None, "x"),
]


def standards(*values, **kwargs):
    """Standards by the terms above."""
    return find_standards(values, TERMS, **kwargs)


def test_a_name_stands_for_itself():
    """Exact names are never rewritten: not to another casing, not to a term that has them as synonym."""
    assert standards("T cell", "tc", "NK", "Nk") == {}


def test_casing_goes_before_synonyms():
    """Another casing of a name is that name."""
    assert standards("t CELL", "b cell") == {"t CELL": ["T cell"], "b cell": ["B cell"]}
    assert standards("Tc") == {"Tc": ["tc"]}


def test_a_synonym_stands_for_its_term():
    """Also in another casing."""
    assert standards("T-cell", "KILLER") == {"T-cell": ["T cell"], "KILLER": ["NK"]}


def test_an_exact_synonym_goes_before_one_of_another_casing():
    """Casing decides between terms whose synonyms differ in casing only."""
    terms = [("first", "AB"), ("second", "ab")]
    assert find_standards(["AB", "ab", "Ab"], terms) == {
        "AB": ["first"],
        "ab": ["second"],
        "Ab": ["first", "second"],
    }


def test_case_sensitive_matches_are_exact():
    """Nothing but exact synonyms is left."""
    assert standards("t cell", "b-cell", "B-cell", case_sensitive=True) == {"B-cell": ["B cell"]}


def test_casing_is_that_of_all_scripts():
    """Greek letters and the micro sign are folded as well."""
    assert find_standards(["ΑΣ", "\u00b5g"], [("ας", None), ("\u03bcG", None)]) == {
        "ΑΣ": ["ας"],
        "\u00b5g": ["\u03bcG"],
    }


def test_values_without_a_standard_are_left_out():
    """Terms without a name are no standard."""
    assert standards("unknown", "x") == {}
    assert find_standards([], TERMS) == {}
    assert find_standards(["a"], []) == {}


def test_ambiguous_synonyms_give_all_terms_in_order():
    """Each name once."""
    terms = [("one", "s"), ("two", "s|t"), ("one", "s")]
    found = find_standards(["s", "t"], terms)
    assert found == {"s": ["one", "two"], "t": ["two"]}
    assert pick(found) == {"s": "one", "t": "two"}
    assert pick(found, "last") == {"s": "two", "t": "two"}
    assert pick(found, False) == {"s": ["one", "two"], "t": "two"}


def test_an_unknown_word_for_keep_is_refused():
    """Instead of being taken for False."""
    with pytest.raises(ValueError, match="keep must be"):
        pick({"a": ["b"]}, "frist")


def test_replacing_keeps_what_is_no_string():
    """Nulls and unhashable values pass through."""
    assert replace(["a", None, ["a"], 1, "b"], {"a": "A"}) == ["A", None, ["a"], 1, "b"]


def test_casing_is_told_from_synonyms():
    """For messages."""
    assert is_casing_only("a", "A")
    assert not is_casing_only("a", "b")


words = st.text(alphabet="aAbB\u03c3\u03a3\u03c2|", min_size=1, max_size=2)
names = words.map(lambda word: word.replace("|", "b"))


def slowly(value, terms):
    """The definition, one value at a time."""
    split = [(name, [part for part in (synonyms or "").split("|") if part]) for name, synonyms in terms]
    rules = [
        lambda name, synonyms: name == value,
        lambda name, synonyms: name.casefold() == value.casefold(),
        lambda name, synonyms: value in synonyms,
        lambda name, synonyms: value.casefold() in [synonym.casefold() for synonym in synonyms],
    ]
    for rule in rules:
        found = list(dict.fromkeys(name for name, synonyms in split if rule(name, synonyms)))
        if found:
            return [] if found == [value] else found
    return []


@given(st.lists(names, max_size=6), st.lists(st.tuples(names, st.none() | words), max_size=6))
def test_standards_agree_with_the_definition(values, terms):
    """For all values and terms."""
    assert find_standards(values, terms) == {value: slowly(value, terms) for value in values if slowly(value, terms)}


def test_time_is_linear_in_values_and_terms():
    """Ten times as much takes about ten times as long."""

    def seconds(number):
        terms = [(f"name {i}", f"synonym {i}|alias {i}") for i in range(number)]
        values = [f"ALIAS {i}" for i in range(number)]
        start = time.process_time()
        assert len(find_standards(values, terms)) == number
        return time.process_time() - start

    def best(number):
        return min(seconds(number) for _ in range(3))

    assert best(20_000) < 40 * max(best(2_000), 0.002)
