"""A few values against a large registry: the search index is asked instead of reading all names, with the same answers."""

from __future__ import annotations

import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import lamindb as ln
from lamindb.text.synonyms import find_standards
from lnschema_core.curation.vocabulary import vocabulary_of
from lnschema_core.search_index import holders
from lnschema_core.search_index.definitions import BATCH

pytestmark = pytest.mark.usefixtures("instance")

# Letters that become several when their case is folded, letters whose upper case is foreign, and what SQL and FTS5 quote.
_LETTERS = ["a", "B", "c", "ss", "ß", "ẞ", "ſ", "s", "t", "ﬆ", "f", "i", "ﬁ", "İ", "K", "k", "é", "É", "Σ", "ς", " "]  # noqa: RUF001
_LETTERS += ["%", "_", '"', "'", "\\", "-", "7", "ǰ", "j", "ŉ", "n", "細", "🧬"]


@pytest.fixture
def always_indexed(monkeypatch):
    """The registry counts as large however few records it has."""
    monkeypatch.setattr(holders, "_ROWS_PER_VALUE", 0)


def _word(rng: random.Random) -> str:
    if rng.random() < 0.3:
        return rng.choice(
            ["SOX2", "KRT5", "Straße", "STRASSE", "office", "oﬃce", "ﬆem cell", "test", "Kelvin", "Kelvin"]
        )
    return "".join(rng.choices(_LETTERS, k=rng.randint(3, 12))).strip() or "x"


def _save(pairs: list[tuple[str, str | None]]) -> None:
    ln.save([ln.Feature.from_fields(name=name, type="number", synonyms=synonyms) for name, synonyms in pairs])


def _vocabulary():
    return vocabulary_of(ln.Feature.filter(), "name", {})


@pytest.mark.usefixtures("always_indexed")
@pytest.mark.parametrize("seed", range(3))
def test_index_finds_what_reading_all_names_finds(seed):
    """Names and synonyms of any characters, in any casing, under both rules of case."""
    rng = random.Random(seed)
    pairs = [(_word(rng), "|".join(_word(rng) for _ in range(rng.randint(1, 3)))) for _ in range(700)]
    _save(pairs)
    terms = [term for name, synonyms in rng.sample(pairs, 30) for term in (name, *synonyms.split("|"))]
    values = [case(term) for term in terms for case in (str, str.upper, str.lower, str.casefold, str.swapcase)]
    values = [value for value in dict.fromkeys(values) if value][:150]
    for case_sensitive in (False, True):
        expected = find_standards(values, pairs, case_sensitive=case_sensitive)
        found = {value: _vocabulary().standards([value], case_sensitive=case_sensitive, keep=False) for value in values}
        for value in values:
            names = found[value].get(value, [])
            assert sorted([names] if isinstance(names, str) else names) == sorted(expected.get(value, []))


@pytest.mark.usefixtures("always_indexed")
def test_few_records_are_read():
    """Of 1,600 records those with the values, and those that the index doesn't have yet."""
    _save([(f"marker number {number}", f"mk{number}|the {number}th") for number in range(1600)])
    records = holders.narrowed(_vocabulary().records, "name", "synonyms", ["MARKER NUMBER 5", "the 700TH"])
    assert records is not None
    names = set(records.values_list("name", flat=True))
    assert {"marker number 5", "marker number 700"} <= names
    assert len(names) < 300
    assert ln.Feature.standardize(["MARKER number 5", "the 700TH", "nothing"]) == [
        "marker number 5",
        "marker number 700",
        "nothing",
    ]


@pytest.mark.usefixtures("always_indexed")
def test_beginning_of_many_values_is_none_of_them():
    """Whole names and synonyms are looked up: of a thousand that begin in the same way, one is read."""
    _save([(f"marker number {number}", f"the mk{number}") for number in range(1000, 2024)])
    _save([("marker number 1", "the mk1")])
    records = holders.narrowed(_vocabulary().records, "name", "synonyms", ["MARKER NUMBER 1", "The MK1"])
    assert records is not None
    assert records.filter(name="marker number 1").exists()
    assert records.count() <= BATCH


def test_unknown_values_cost_three_statements_in_a_large_registry():
    """One for names, one to see how large the registry is, one for those that may have the values."""
    _save([(f"marker number {number}", f"mc{number}") for number in range(5000)])
    ln.Feature.validate(["once"], mute=True)
    holders.narrowed(_vocabulary().records, "name", "synonyms", ["once"])
    with CaptureQueriesContext(connection) as statements:
        result = ln.Feature.inspect(["MC7", "Marker number 8"], mute=True)
    assert result.synonyms_mapper == {"MC7": "marker number 7", "Marker number 8": "marker number 8"}
    assert len(statements) == 3
    assert "MATCH" in statements[-1]["sql"] or "ILIKE" in statements[-1]["sql"]


@pytest.mark.usefixtures("always_indexed")
def test_conditions_on_records_hold():
    """Records outside of the query set aren't found by the index either."""
    _save([(f"marker number {number}", f"mk{number}") for number in range(300)])
    some = ln.Feature.filter(name__endswith="1")
    assert some.standardize(["MK21", "mk22"], mute=True) == ["marker number 21", "mk22"]


@pytest.mark.usefixtures("always_indexed")
@pytest.mark.parametrize("value", ["x", "ß", "\0", "a\0bcd", "\ud800abc", "s" * 1000, "細細細細"])
def test_values_that_no_index_has_are_compared_all_the_same(value):
    """Short ones, foreign ones, and those that no database can have."""
    _save([("x ray", "X|細細細細"), ("long", "S" * 1000), ("sharp", "SS")])
    expected = {"x": "x ray", "ß": "sharp", "s" * 1000: "long", "細細細細": "x ray"}
    assert ln.Feature.standardize([value], mute=True) == [expected.get(value, value)]
