"""The wanted term is the first hit, whatever the user remembers of it, among ten thousand others."""

from __future__ import annotations

import pytest

import lamindb as ln
from tests.core import remembered

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.slow, pytest.mark.sqlite]

N_DISTRACTORS = 10_000
LEAST = 0.97


@pytest.fixture
def vocabulary():
    """The wanted terms among names of the same kind of words."""
    features = [ln.Feature.from_fields(name=name, type="category") for name in remembered.distractors(N_DISTRACTORS)]
    for name, (synonyms, abbreviation) in remembered.WANTED.items():
        features.append(ln.Feature.from_fields(name=name, type="category", synonyms=f"{synonyms}|{abbreviation}"))
    ln.save(features)


def test_wanted_terms_come_first(vocabulary):
    """The mean reciprocal rank over names, synonyms, abbreviations, typos and swapped words is at least 0.97."""
    ranks: dict[str, list[float]] = {}
    for kind, question, name in remembered.questions():
        hits = list(ln.Feature.search(question).index)
        ranks.setdefault(kind, []).append(1 / (hits.index(name) + 1) if name in hits else 0.0)
    every = [rank for found in ranks.values() for rank in found]
    by_kind = {kind: round(sum(found) / len(found), 3) for kind, found in ranks.items()}
    assert sum(every) / len(every) >= LEAST, by_kind
