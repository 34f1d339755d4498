"""Suggestions: white space, casing, synonyms, other sources, typos, in this order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lamindb.text.suggestions import Suggestion, single_spaced, suggest

TERMS = [("T cell", "T lymphocyte|TC"), ("B cell", None), ("Dendritic", "DC"), ("x y", "both"), ("z w", "both")]


def found(*values, **kwargs):
    """Suggestions from the terms above."""
    names = {name for name, _ in TERMS}
    return suggest(values, lambda: iter(TERMS), names.intersection, count=TERMS.__len__, **kwargs)


def test_every_way_is_named():
    """A suggestion says how it was found."""
    assert found(" T  cell", "t CELL", "t lymphocyte", "Dendritc") == {
        " T  cell": Suggestion("T cell", "strip"),
        "t CELL": Suggestion("T cell", "casing"),
        "t lymphocyte": Suggestion("T cell", "synonym"),
        "Dendritc": Suggestion("Dendritic", "typo"),
    }


def test_ways_combine():
    """White space around another casing or a synonym is stripped, too."""
    assert found(" t cell ")[" t cell "] == Suggestion("T cell", "casing")
    assert found("dc\u00a0")["dc\u00a0"] == Suggestion("Dendritic", "synonym")


def test_values_that_mean_nothing_have_no_suggestion():
    """They are left out."""
    assert found("neuron", "  ", "\u200b") == {}


def test_ambiguous_values_have_options():
    """A synonym of two names is a mend for neither."""
    suggestion = found("both")["both"]
    assert suggestion.value is None
    assert suggestion.options == ("x y", "z w")
    assert not suggestion.is_safe


def test_further_source_is_asked_before_typos():
    """It gets what is left, and what it knows is taken for no typo."""
    asked = []

    def further(values):
        asked.extend(values)
        return {"Dendritc": Suggestion("Dendritc cell", "public")}

    result = found("t cell", "Dendritc", "Bcell", further=further)
    assert asked == ["Dendritc", "Bcell"]
    assert result["Dendritc"] == Suggestion("Dendritc cell", "public")
    assert result["Bcell"] == Suggestion("B cell", "typo")


def test_safe_are_all_but_typos_and_public_names():
    """What changes no meaning needs nobody's look."""
    assert [how for how in ("strip", "casing", "synonym", "cast", "typo", "public") if Suggestion("x", how).is_safe] == [
        "strip", "casing", "synonym", "cast",
    ]  # fmt: skip


@given(st.text())
def test_single_spaced_is_stable(text):
    """Doing it twice changes nothing."""
    assert single_spaced(single_spaced(text)) == single_spaced(text)
