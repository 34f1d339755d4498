"""A screen lets everything through that ranking scores high, and little else."""

from __future__ import annotations

import random
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.text import screening
from lamindb.text.ranking import LONGEST_QUERY, rank
from lamindb.text.screening import SIMILAR, Screen

WORDS = ["T", "cell", "cells", "B-cell", "carcinoma", "of", "lung", "a", "IV", "alpha", "β", "naïve", "TP53", "CD4+", "ß", "İ", "日本", "12", "--"]  # fmt: skip
LETTERS = st.text(alphabet="ab c-1éßİK日", max_size=12)
PHRASES = st.builds(str.join, st.sampled_from([" ", "  ", "-"]), st.lists(st.sampled_from(WORDS), max_size=6))
LONG = st.builds(str.__mul__, PHRASES, st.integers(1, 60))
ANY = st.text(max_size=20)


@st.composite
def variants(draw, originals):
    """One of some texts, with characters changed, words in another order, or a part of it."""
    text = draw(originals)
    for _ in range(draw(st.integers(0, 4))):
        at, letter = draw(st.integers(0, len(text))), draw(st.sampled_from("abx é日"))
        shuffled = " ".join(draw(st.permutations(text.split()[:8])))
        choices = [text[:at] + letter + text[at:], text[:at] + text[at + 1 :], text[:at] + letter + text[at + 1 :]]
        text = draw(st.sampled_from([*choices, text[at:], text[:at], text[at:] + text[:at], shuffled, text.swapcase()]))
    return text


@st.composite
def questions(draw):
    """Entries, and texts that some of them may be similar to."""
    texts = draw(st.lists(st.one_of(LETTERS, PHRASES, LONG, ANY), min_size=1, max_size=6))
    some = variants(st.sampled_from(texts))
    names = draw(st.lists(st.none() | some, max_size=8))
    synonyms = st.lists(some, max_size=2).map(lambda found: "|".join(found) or None)
    return [(str(number), name, draw(synonyms)) for number, name in enumerate(names)], draw(st.lists(some, min_size=1))


@pytest.mark.parametrize("few", [0, 1_000])
@given(question=questions())
def test_ranking_what_passes_is_ranking_everything(few, question):
    """Of any names, synonyms and texts: typos, swapped words, parts of each other, other alphabets, nothing, very much."""
    entries, asked = question
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(screening, "_FEW", few)
        screen = Screen(entries)
    for text in asked:
        assert rank(text, screen.similar(text), min_score=SIMILAR) == rank(text, entries, min_score=SIMILAR)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("abcdefghij", "abcdefghi"),  # a letter less
        ("my project 1", "My project 2"),  # a letter changed
        ("naïve t cell", "naive T cell"),
        ("abcdefghijk", "abdefghxijk"),  # a letter less, and one more elsewhere
        ("cell of the lung", "lung of the cell"),  # the same words
        ("cell lung", "lung cell of"),  # some of the words
        ("project", "My project 1"),  # a part
        ("a", "bab"),  # a part that no word begins or ends with
        ("a", "ba-bab 8"),  # the longest text of which it may be a part
        ("x" * LONGEST_QUERY, "x" * LONGEST_QUERY + "y"),
        ("x" * LONGEST_QUERY + "what doesn't count", "x" * LONGEST_QUERY),
        ("Ω-3", "ω 3"),
    ],
)
def test_what_scores_high_passes(text, name):
    """One of each reason that a score is high."""
    assert rank(text, [("1", name, None)], min_score=SIMILAR)
    assert Screen([("0", "something else", None), ("1", name, None)]).similar(text) == [("1", name, None)]


def test_little_else_passes():
    """Among a thousand names of the same words, twenty pass at most, rather than all."""
    rng = random.Random(3)
    names = ["".join(rng.choices(string.ascii_lowercase, k=6)) + f" sample of lung {number}" for number in range(1_000)]
    screen = Screen([(name, name, None) for name in names])
    for name in names[:50]:
        assert 1 <= len(screen.similar(name.replace("lung", "lnug"))) <= 20


def test_all_entries_of_a_name_pass_with_one_of_them():
    """Ranking scores them alike, and takes a name of nothing for no name."""
    entries = [("1", "cell type", "celltyp"), ("2", "cell type", None), ("3", None, "celltyp"), ("4", None, "other")]
    screen = Screen(entries)
    assert rank("celltyp", screen.similar("celltyp"), min_score=SIMILAR) == rank("celltyp", entries, min_score=SIMILAR)
    assert {entry[0] for entry in screen.similar("celltyp")} >= {"1", "2", "3"}


def test_screen_knows_its_names_and_their_number():
    """Names are known exactly; nothing passes an empty one, and too much is not told."""
    screen = Screen([(number, f"sample of lung {number}", "probe") for number in range(10)])
    assert "sample of lung 3" in screen
    assert "Sample of lung 3" not in screen
    assert "probe" not in screen
    assert len(screen) == 10
    assert len(screen.similar("sample of lung 3", most=10)) == 10
    assert screen.similar("sample of lung 3", most=9) is None
    assert Screen([]).similar("sample") == []
