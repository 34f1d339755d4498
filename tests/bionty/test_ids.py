"""Ids of biological entities are those that they have in all instances."""

from __future__ import annotations

import pytest

from lnschema_bionty import ids


@pytest.mark.parametrize(
    ("make", "text", "expected"),
    [
        (ids.species, "NCBI_9606", "uHJU"),
        (ids.species, "NCBI_10090", "vado"),
        (ids.species, "NCBI_10091", "24Dy"),
        (ids.species, "NCBI_9986", "2Nq8"),
        (ids.ontology, "cellCL:0000000", "Ry0JGwSD"),
        (ids.ontology, "neuronCL:0000540", "GCBGsuZM"),
        (ids.ontology, "Alzheimer diseaseMONDO:0004975", "nUmxpVTE"),
        (ids.ontology, "fluorescence-activated cell sortingEFO:0009108", "lh5Cxy8w"),
        (ids.protein, "X6R8R1", "KiCrq9BBTviZ"),
        (ids.cellmarker, "CD8", "ttBc0Fs01sYk"),
        (ids.gene, "ENSG00000081059TCF7", "0StEa7eEhivb"),
        (ids.gene, "ENSG00000111113None", "Q4oVHJr1raZj"),
    ],
)
def test_hashed_id(make, text, expected):
    """The start of the hash of a text, without characters that aren't letters or digits."""
    assert make(text) == expected


@pytest.mark.parametrize(
    ("make", "length"),
    [
        (ids.species, 4),
        (ids.gene, 12),
        (ids.protein, 12),
        (ids.cellmarker, 12),
        (ids.ontology, 8),
        (ids.biontysource, 4),
        (ids.source, 4),
    ],
)
def test_id_without_a_text_is_random(make, length):
    """Of the same length, over letters and digits."""
    first, second = make(), make()
    assert first != second
    assert len(first) == len(second) == length
    assert first.isalnum()


def test_species_are_hashed_by_taxon_only():
    """Another prefix is refused with a sentence."""
    with pytest.raises(ValueError, match=r"^Only support hashing NCBI taxon ID for species\.$"):
        ids.species("human")


def test_hash_of_a_text():
    """MD5 as URL-safe base64 without padding, whole."""
    assert ids.hash_str("NCBI_9606")[:4] == "uHJU"
    assert len(ids.hash_str("x")) == 22
    assert ids.to_b64_str(b"\xff\xef") == "_-8"
