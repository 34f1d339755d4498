"""Ranking the entries of a vocabulary against a string."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz import fuzz, utils

from lamindb.text.ranking import LONGEST_QUERY, Entry, Hit, rank

IMMUNE = ["immune", "Immune phenotyping 1", "Immunology", "Research cluster of intestine", "Petal & sepal regressor"]
CELLS = [
    Entry("1", "T cell"),
    Entry("2", "cell"),
    Entry("3", "gamma-delta T cell"),
    Entry("4", "B cell"),
    Entry("5", "leukocyte", "white blood cell"),
]


def entries(*names):
    """A vocabulary without synonyms."""
    return [Entry(str(i), name) for i, name in enumerate(names)]


def scores(hits):
    """Names with rounded scores."""
    return {hit.value: round(hit.score, 6) for hit in hits}


@pytest.mark.parametrize(
    ("query", "vocabulary", "expected"),
    [
        ("project", entries("My project 1", "My project 2"), {"My project 1": 90, "My project 2": 90}),
        ("my project 1", entries("My project 1"), {"My project 1": 100}),
        ("My project 2", entries("My project 1"), {"My project 1": 91.666667}),
        (
            "ULabel 1",
            entries("ULabel 0", "ULabel 1", "ULabel 2"),
            {"ULabel 1": 100, "ULabel 0": 87.5, "ULabel 2": 87.5},
        ),
        ("immune", entries(*IMMUNE), dict(zip(IMMUNE, [100, 90, 81.818182, 60, 22.5], strict=True))),
        (
            "search3",
            entries("test-search3", "test-search4", "nonsense"),
            {"test-search3": 90, "test-search4": 78.923077, "nonsense": 26.666667},
        ),
        ("x", entries("test-search3", "nonsense"), {}),
        (
            "CT",
            [Entry("1", "cell type", "CT|celltyp"), Entry("2", "ct"), Entry("3", "cell line")],
            {"cell type": 100, "ct": 100, "cell line": 60},
        ),
        (
            "t cells",
            CELLS,
            {"T cell": 92.307692, "cell": 90, "gamma-delta T cell": 85.5, "B cell": 76.923077, "leukocyte": 75},
        ),
    ],
)
def test_scores_are_those_of_the_reference(query, vocabulary, expected):
    """Scores and order are those that the product has always given."""
    assert list(scores(rank(query, vocabulary)).items()) == list(expected.items())


def test_case_counts_when_asked_for():
    """With case_sensitive, strings are compared as they are."""
    hits = rank("Immune", entries(*IMMUNE), case_sensitive=True)
    assert list(scores(hits).items())[:3] == [
        ("Immune phenotyping 1", 90),
        ("immune", 83.333333),
        ("Immunology", 81.818182),
    ]


def test_a_name_that_is_also_a_synonym_of_another_entry_scores_for_itself():
    """Names are always candidates, so that an exact name is always found with 100."""
    hits = rank("ct", [Entry("1", "cell type", "ct"), Entry("2", "ct")])
    assert hits == [Hit("2", "ct", 100), Hit("1", "cell type", 100)]


def test_a_shared_synonym_reaches_every_entry_that_has_it():
    """All entries with the synonym are found, not only the first."""
    hits = rank("wbc", [Entry("1", "leukocyte", "WBC"), Entry("2", "white blood cell", "x|WBC"), Entry("3", "neuron")])
    assert [hit.value for hit in hits if hit.score == 100] == ["leukocyte", "white blood cell"]


def test_the_limit_counts_entries_and_not_their_synonyms():
    """Many synonyms of one entry don't push other entries out."""
    vocabulary = [Entry("1", "cell", "cell a|cell b|cell c|cell d"), Entry("2", "cell line"), Entry("3", "cells")]
    assert [hit.key for hit in rank("cell", vocabulary, limit=2)] == ["1", "2"]
    assert len(rank("cell", vocabulary, limit=3)) == 3


def test_entries_of_the_same_name_are_all_returned_with_the_same_score():
    """A synonym of one entry lifts its namesakes, and each counts for the limit."""
    vocabulary = [Entry("b", "tube"), Entry("a", "tube", "vial"), Entry("c", "vials")]
    assert rank("vial", vocabulary)[:2] == [Hit("a", "tube", 100), Hit("b", "tube", 100)]
    assert [hit.key for hit in rank("vial", vocabulary, limit=1)] == ["a"]


def test_the_limit_cuts_the_ordered_hits():
    """Which of many equal hits are returned does not depend on the order of the vocabulary."""
    names = [f"cell {letter}" for letter in "hgfedcba"]
    assert [hit.value for hit in rank("cell", entries(*names), limit=3)] == ["cell a", "cell b", "cell c"]
    assert [hit.value for hit in rank("cell", entries(*names[::-1]), limit=3)] == ["cell a", "cell b", "cell c"]
    assert len(rank("cell", entries(*names), limit=None)) == 8
    assert rank("cell", entries(*names), limit=0) == []


def test_the_exact_name_comes_first_among_equal_scores():
    """Other spellings that score 100 as well come after it."""
    assert [hit.value for hit in rank("b-cell", entries("B CELL", "B cell", "b-cell"))] == [
        "b-cell",
        "B CELL",
        "B cell",
    ]


def test_nulls_are_never_found_by_their_name():
    """An entry without a name is found by its synonyms only."""
    vocabulary = [Entry("1", None), Entry("2", None, "alias"), Entry("3", float("nan")), Entry("4", "None")]
    assert [hit.key for hit in rank("alias", vocabulary, min_score=90)] == ["2"]
    assert [hit.key for hit in rank("None", vocabulary, min_score=90)] == ["4"]
    assert rank("nan", vocabulary, min_score=90) == []


def test_dates_and_numbers_are_found_by_their_text():
    """Values other than strings take part as what they print."""
    assert rank("9606", [Entry("1", 9606), Entry("2", 10090)])[0] == Hit("1", 9606, 100)


def test_nothing_matches_nothing():
    """Empty queries and queries of punctuation only have no hits, empty vocabularies neither."""
    assert rank("", CELLS) == []
    assert rank("!?", CELLS) == []
    assert rank("cell", []) == []
    assert rank("cell", iter([])) == []


def test_hits_below_the_wanted_score_are_left_out():
    """The threshold is inclusive and does not change scores."""
    assert scores(rank("t cells", CELLS, min_score=90)) == {"T cell": 92.307692, "cell": 90}


@pytest.mark.parametrize("query", [None, 1, b"cell", ["cell"]])
def test_a_query_that_is_no_string_is_refused(query):
    """The error type and text are those that callers know."""
    with pytest.raises(TypeError, match="sentence must be a String"):
        rank(query, CELLS)


def test_a_negative_limit_is_refused():
    """Instead of cutting from the end."""
    with pytest.raises(ValueError, match="limit has to be at least 0"):
        rank("cell", CELLS, limit=-1)


def test_a_very_long_query_ends_soon():
    """Only its beginning is compared."""
    query = "cell " * 200_000
    assert rank(query, CELLS) == rank(query[:LONGEST_QUERY], CELLS) != []


def test_ranking_a_few_entries_loads_neither_numpy_nor_pandas():
    """A constructor that looks for similar names stays quick to start."""
    code = (
        "import sys; from lamindb.text.ranking import rank; assert rank('a', [(1, 'a', None)]);"
        "assert not {'numpy', 'pandas', 'django'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


_TEXTS = st.text(alphabet="aAbBé 1-|%", max_size=6)


@given(
    query=_TEXTS.filter(bool),
    names=st.lists(st.none() | _TEXTS, max_size=8),
    synonyms=st.lists(st.none() | _TEXTS, min_size=8, max_size=8),
    limit=st.none() | st.integers(1, 4),
    case_sensitive=st.booleans(),
)
def test_hits_are_those_that_comparing_with_each_text_gives(query, names, synonyms, limit, case_sensitive):
    """An entry scores as its best text, and as its namesakes do; the best come first, the exact name before others on par."""
    entries = list(zip(range(len(names)), names, synonyms, strict=False))

    def score(entry):
        texts = [entry[1], *(entry[2] or "").split("|")]
        processor = None if case_sensitive else utils.default_process
        return max(fuzz.WRatio(query, text, processor=processor) for text in texts if text is not None)

    scores = {
        entry[0]: max(
            score(other) for other in entries if other is entry or (entry[1] is not None and other[1] == entry[1])
        )
        for entry in entries
    }
    found = [entry for entry in entries if scores[entry[0]] > 0]
    found.sort(key=lambda entry: (-scores[entry[0]], entry[1] != query, str(entry[1]), str(entry[0])))
    hits = rank(query, entries, limit=limit, case_sensitive=case_sensitive)
    assert hits == [(key, value, scores[key]) for key, value, _ in found[:limit]]
