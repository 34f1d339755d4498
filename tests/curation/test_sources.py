"""A registry, a query set, a manager and a relation take the same verbs."""

from __future__ import annotations

import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("features")


def _of_modality():
    modality = ln.Modality(name="kind")
    modality.save()
    ln.Feature.filter(name__in=["cell type", "tissue"]).update(modality=modality)
    return modality.features


SOURCES = {
    "registry": lambda: ln.Feature,
    "query set": lambda: ln.Feature.filter(name__in=["cell type", "tissue"]),
    "manager": lambda: ln.Feature.objects,
    "relation": _of_modality,
}


@pytest.mark.parametrize("source", SOURCES)
def test_verbs_are_the_same(source):
    """Names, a synonym and a stranger, asked of each."""
    of = SOURCES[source]()
    values = ["tissue", "celltyp", "stranger"]
    assert of.validate(values, mute=True).tolist() == [True, False, False]
    assert of.inspect(values, mute=True).synonyms_mapper == {"celltyp": "cell type"}
    assert of.standardize(values, mute=True) == ["tissue", "cell type", "stranger"]
    assert of.map_synonyms(values) == ["tissue", "cell type", "stranger"]
    assert [record.name for record in of.from_values(values)] == ["tissue", "cell type"]


@pytest.mark.parametrize("source", ["query set", "relation"])
def test_records_elsewhere_are_not_known(source):
    """A name of a record that isn't among them."""
    of = SOURCES[source]()
    assert not of.validate("cell line", mute=True)
    assert of.standardize(["CL"], mute=True) == ["CL"]
    assert of.from_values(["cell line", "CL"]) == []
