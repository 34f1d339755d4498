"""Typos: which names are near, and what is never taken for one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.text import typos

NAMES = [
    "T cell",
    "B cell",
    "Dendritic",
    "CD14+ Monocyte",
    "CD4+ T",
    "CD25-",
    "IL2RA",
    "interferon alpha",
    "type II",
    None,
]


def find_typos(values, names, **kwargs):
    """Typos among a list of names."""
    return typos.find_typos(values, names, n_names=len(names), **kwargs)


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("Dendritc", "Dendritic"),
        ("dendirtic", "Dendritic"),
        ("DENDRITICC", "Dendritic"),
        ("CD14+ Monocytes", "CD14+ Monocyte"),
        ("Tcell", "T cell"),
        ("T-cell", "T cell"),
        ("T_cell", "T cell"),
        ("CD14+_Monocyte", "CD14+ Monocyte"),
        ("interferon alhpa", "interferon alpha"),
    ],
)
def test_few_edits_are_a_typo(value, name):
    """One to three letters, depending on the length; casing doesn't count."""
    assert find_typos([value], NAMES) == {value: [name]}


@pytest.mark.parametrize(
    "value",
    ["A cell", "CD8+ T", "CD41+ Monocyte", "CD25+", "CD25", "IL2RB", "type III", "type I", "Denrtc", "CD4", "xyz", ""],
)
def test_meaning_is_no_typo(value):
    """Numbers, signs, single letters, Roman numerals and short words tell names apart."""
    assert find_typos([value], NAMES) == {}


def test_greek_letters_tell_names_apart():
    """Alpha is not beta."""
    assert find_typos(["interferon \u03b1"], ["interferon \u03b2"]) == {}


def test_equally_near_names_are_all_returned():
    """Nobody knows which of them was meant."""
    assert find_typos(["monocytx"], ["monocyte", "monocyta"]) == {"monocytx": ["monocyte", "monocyta"]}


def test_nearer_names_win():
    """The number of edits decides."""
    assert find_typos(["natural killre cell"], ["natural killer cell", "natural killer cells"]) == {
        "natural killre cell": ["natural killer cell"]
    }


def test_separators_are_less_than_letters():
    """A name without its blank is that name, although it is as near to another one."""
    assert find_typos(["Bcell", "B_cell"], ["cell", "B cell"]) == {"Bcell": ["B cell"], "B_cell": ["B cell"]}


def test_comparisons_are_bounded():
    """The last values get no names if there are too many; the first are compared with all names."""
    names = [f"vocabulary {chr(97 + n % 26)}{'x' * (n % 7)}word" for n in range(200)] + ["Dendritic", "Macrophage"]
    assert find_typos(["Dendritc", "Macrophagee"], names, most_comparisons=300) == {"Dendritc": ["Dendritic"]}
    assert find_typos(["Dendritc", "Macrophagee"], names) == {"Dendritc": ["Dendritic"], "Macrophagee": ["Macrophage"]}


def test_comparisons_are_few_where_names_are_numbered():
    """Only names with the same numbers are compared: a thousand values against a hundred thousand names take a second."""
    names = [f"registered sample {number}" for number in range(100_000)]
    started = time.process_time()
    found = find_typos([f"registerd sample {number}" for number in range(1000)], names)
    assert time.process_time() - started < 3
    assert found == {f"registerd sample {number}": [f"registered sample {number}"] for number in range(1000)}


def test_long_texts_take_no_time():
    """A text of a million characters is no misspelt name."""
    started = time.process_time()
    assert find_typos(["x" * 1_000_000], NAMES) == {}
    assert time.process_time() - started < 1


@given(st.text())
def test_any_text_is_compared(value):
    """No text is an error, and names of the vocabulary come back as they are in it."""
    assert all(name in NAMES for names in find_typos([value], NAMES).values() for name in names)
