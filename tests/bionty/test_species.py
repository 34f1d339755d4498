"""The species within which genes, proteins and cell markers are looked for."""

from __future__ import annotations

import pytest


def test_species_is_set_by_name(lb):
    """It is made from the public source, saved, and linked with it."""
    lb.settings.species = "human"
    species = lb.settings.species
    assert (species.id, species.name, species.taxon_id, species.scientific_name) == (
        "uHJU",
        "human",
        9606,
        "homo_sapiens",
    )
    assert not species._state.adding
    assert species.bionty_source.entity == "Species"
    assert "human" in repr(lb.settings)


def test_species_is_set_by_record_and_unset(lb):
    """A record is taken as it is, ``None`` unsets it."""
    mouse = lb.Species.from_bionty(name="mouse")
    lb.settings.species = mouse
    assert lb.settings.species is mouse
    assert lb.Species.filter(name="mouse").one() == mouse
    lb.settings.species = None
    assert lb.settings.species is None


def test_unknown_species_changes_nothing(lb):
    """It is refused with a sentence, the verbosity and the species stay."""
    from lamindb import log

    lb.settings.species = "human"
    log.set_verbosity(3)
    with pytest.raises(ValueError, match="No species with name='unicorn' is found, please create a species record!"):
        lb.settings.species = "unicorn"
    assert lb.settings.species.name == "human"
    assert log.verbosity() == 3
    with pytest.raises(TypeError, match="species must be"):
        lb.settings.species = 9606


@pytest.mark.parametrize("verb", ["validate", "inspect", "standardize", "from_values"])
def test_species_is_needed(lb, verb):
    """The error says how to pass it."""
    with pytest.raises(
        AssertionError, match=r"^Gene requires to specify a species name via `species=` or `lb\.settings\.species=`!$"
    ):
        getattr(lb.Gene, verb)(["TCF7"])


def test_unknown_species_is_an_error(lb):
    """Wherever it is passed; nothing is written."""
    with pytest.raises(AssertionError, match="No species with name='unicorn' is found"):
        lb.Gene.from_values(["TCF7"], species="unicorn")
    assert not lb.Species.filter().exists()


def test_values_are_validated_within_a_species(lb):
    """A gene of another species is not valid."""
    human = lb.Gene.from_bionty(symbol="TCF7", species="human")
    human.save()
    assert lb.Gene.validate(["TCF7"], species="human").tolist() == [True]
    assert lb.Gene.validate(["TCF7"], species="mouse").tolist() == [False]
    lb.settings.species = "mouse"
    assert not lb.Gene.validate("TCF7")
    assert lb.Gene.validate("TCF7", species=human.species)


def test_species_is_ignored_where_there_is_none(lb):
    """Cell types belong to no species."""
    lb.CellType(name="my state").save()
    assert lb.CellType.validate(["my state"], species="human").tolist() == [True]
    assert lb.CellType.bionty(species="human").species == "all"


def test_species_without_a_public_source_has_its_registry(lb, capsys):
    """Values are compared with records; that nothing else is known is said. Asking for the source is an error."""
    species = lb.Species(name="axolotl")
    species.save()
    lb.Gene(symbol="AMEX1", species=species).save()
    assert [one.symbol for one in lb.Gene.from_values(["AMEX1", "AMEX2"], species="axolotl")] == ["AMEX1"]
    said = capsys.readouterr().out
    assert "there is no public source for Gene" in said
    assert "did not create Gene record for 1 non-validated symbol: 'AMEX2'" in said
    with pytest.raises(ValueError, match="No source is available with"):
        lb.Gene.bionty(species="axolotl")
