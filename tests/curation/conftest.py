"""Features to compare values with."""

from __future__ import annotations

import pytest

TERMS = {
    "cell type": "CT|celltyp",
    "ct": None,
    "cell line": "CL|shared",
    "tissue": "shared|TS",
    "Ab": None,
    "AB": "antibody",
}


def save_features(terms):
    """Save features of these names and synonyms, one after the other."""
    import lamindb as ln

    features = [ln.Feature.from_fields(name=name, type="category", synonyms=synonyms) for name, synonyms in terms]
    for feature in features:
        feature.save()
    return features


@pytest.fixture
def features(instance):
    """Saved features by name: some with synonyms, two that differ in casing, two that share a synonym."""
    return dict(zip(TERMS, save_features(TERMS.items()), strict=True))


@pytest.fixture
def messages(capsys):
    """Read what was said since the last time, line by line."""
    from lamindb import log

    before = log.verbosity()
    log.set_verbosity(4)

    def read():
        return capsys.readouterr().out.splitlines()

    yield read
    log.set_verbosity(before)


class Vocabulary:
    """A public vocabulary with two names, one of them with a synonym, and one name that stands for two terms."""

    name = "Encyclopedia"

    def __init__(self):
        self.terms = {"sex": None, "age": "years|tissue age", "dose": None}
        self.copies = {"dose": 2}
        self.asked = []

    def inspect(self, values, field):
        """Compare, without a message."""
        import dataclasses

        from lamindb.text.inspection import compare

        self.asked.append(list(values))
        result = compare(values, set(self.terms).intersection)
        return dataclasses.replace(result, synonyms_mapper=self.standardize(values, field))

    def standardize(self, values, field, *, case_sensitive=False, keep="first", synonyms_field="synonyms"):
        """Find standards, without a message."""
        from lamindb.text.synonyms import find_standards, pick

        return pick(find_standards(values, self.terms.items(), case_sensitive=case_sensitive), keep)

    def make_records(self, values, field):
        """Make features."""
        import lamindb as ln

        return [
            ln.Feature.from_fields(name=value, type="category")
            for value in values
            if value in self.terms
            for _ in range(self.copies.get(value, 1))
        ]


@pytest.fixture
def encyclopedia(instance, monkeypatch):
    """The public vocabulary of features, and what it was asked for."""
    import lamindb as ln

    vocabulary = Vocabulary()

    def public_reference(cls, **scope):
        vocabulary.scope = scope
        return vocabulary

    monkeypatch.setattr(ln.Feature, "public_reference", classmethod(public_reference))
    return vocabulary
