"""What the constructors of biological registries take, and what they refuse."""

from __future__ import annotations

import pytest


@pytest.fixture
def human(lb):
    """The species human, saved."""
    lb.settings.species = "human"
    species, lb.settings.species = lb.settings.species, None
    return species


@pytest.mark.parametrize(
    ("registry", "fields", "expected"),
    [
        ("CellType", {"name": "T cell", "ontology_id": "CL:0000084"}, "BxNjby0x"),
        ("CellType", {"name": "B cell", "ontology_id": "CL:0000236"}, "cx8VcggA"),
        ("CellLine", {"name": "K 562 cell", "ontology_id": "CLO:0007050"}, "akITPKqK"),
        ("ExperimentalFactor", {"name": "single-cell RNA sequencing", "ontology_id": "EFO:0008913"}, "068T1Df6"),
        ("Phenotype", {"name": "age", "ontology_id": "PATO:0000011"}, "he7RPQN5"),
        ("Tissue", {"name": "bone marrow", "ontology_id": "UBERON:0002371"}, "2QjOQrtg"),
        ("Species", {"name": "rabbit", "id": "NCBI_9986"}, "2Nq8"),
    ],
)
def test_id_is_hashed(lb, registry, fields, expected):
    """Of name and ontology id, or of the taxon."""
    assert getattr(lb, registry)(**fields).id == expected


@pytest.mark.parametrize(
    ("registry", "fields", "expected"),
    [
        ("Gene", {"symbol": "TCF7", "ensembl_gene_id": "ENSG00000081059"}, "0StEa7eEhivb"),
        ("Gene", {"symbol": "BRCA2", "ensembl_gene_id": "ENSG00000139618"}, "JtSRZQHvq978"),
        ("Gene", {"symbol": None, "ensembl_gene_id": "ENSG00000111113"}, "Q4oVHJr1raZj"),
        ("Protein", {"uniprotkb_id": "X6R8R1"}, "KiCrq9BBTviZ"),
        ("CellMarker", {"name": "CD45"}, "SdwCLUTx0Bod"),
    ],
)
def test_id_of_what_belongs_to_a_species_is_hashed(lb, human, registry, fields, expected):
    """Of public ids and symbol, or of the name, and not of the species."""
    record = getattr(lb, registry)(**fields, species=human)
    assert record.id == expected
    assert record.species == human


def test_id_without_an_ontology_id_is_random_or_given(lb):
    """Terms of one's own have random ids, unless one is passed."""
    first, second = lb.CellType(name="my first state"), lb.CellType(name="my second state")
    assert first.id != second.id
    assert len(first.id) == 8
    assert lb.CellType(name="my third state", id="abcdefgh").id == "abcdefgh"


def test_species_is_that_of_the_settings(lb, human):
    """Where none is passed; without one it is an error that says so."""
    with pytest.raises(RuntimeError, match="please pass a species"):
        lb.Gene(symbol="TCF7")
    lb.settings.species = human
    assert lb.Gene(symbol="TCF7").species == human


def test_species_has_to_be_a_record(lb):
    """A name is refused with a sentence."""
    with pytest.raises(TypeError, match=r"species must be a `lnschema_bionty\.Species` record"):
        lb.Gene(symbol="TCF7", species="human")


def test_name_is_required(lb):
    """No record is made without a name."""
    with pytest.raises(TypeError, match="name"):
        lb.CellType(ontology_id="CL:0000084")


@pytest.mark.parametrize("parents", ["CL:0000084", [1], {"CL:0000084": 1}])
def test_parents_have_to_be_ontology_ids(lb, parents):
    """Anything else is refused with a sentence."""
    with pytest.raises(ValueError, match=r"^not a valid parents kwarg, got to be list of ontology ids$"):
        lb.CellType(name="x", parents=parents)


def test_no_parents_are_no_parents(lb):
    """An empty list is ignored."""
    assert lb.CellType(name="x", parents=[])._parents is None


@pytest.mark.parametrize("arguments", [("T cell",), ("a", "b"), ([],)])
def test_plain_arguments_are_refused(lb, arguments):
    """Only keywords and entries of look-ups make records."""
    with pytest.raises(ValueError, match="please provide keyword arguments, not plain arguments"):
        lb.CellType(*arguments)


def test_record_of_a_lookup_has_its_source(lb):
    """Definition, parents and source of the entry come along."""
    public = lb.CellType.bionty()
    record = lb.CellType(public.lookup().neuron)
    assert (record.name, record.ontology_id, record.id) == ("neuron", "CL:0000540", "GCBGsuZM")
    assert record.description
    assert record._parents
    assert record.bionty_source.version == public.version
    record.save()
    assert lb.CellType(public.lookup().neuron) == record
    assert record.parents.exists()


def test_first_of_several_entries_counts(lb, capsys):
    """Which is said."""
    lookup = lb.CellType.bionty().lookup()
    assert lb.CellType([lookup.neuron, lookup.t_cell]).name == "neuron"
    assert "only returning record from the first entry" in capsys.readouterr().out


def test_name_of_an_existing_record_gives_that_record(lb, human):
    """Unless it has another ontology id or species."""
    lb.CellType(name="my state").save()
    assert lb.CellType(name="my state").pk == lb.CellType.filter(name="my state").one().pk
    assert lb.CellType(name="my state", ontology_id="MY:1")._state.adding
    mouse = lb.Species.from_bionty(name="mouse")
    mouse.save()
    lb.CellMarker(name="marker", species=human).save()
    assert not lb.CellMarker(name="marker", species=human)._state.adding
    of_mouse = lb.CellMarker(name="marker", species=mouse)
    of_mouse.save()
    assert lb.CellMarker.filter(name="marker").count() == 2
    assert lb.CellMarker(name="marker", species=mouse) == of_mouse


def test_sources_have_deterministic_ids(lb):
    """Of entity, source, species and version."""
    fields = {"entity": "CellType", "source": "mine", "species": "all", "version": "1"}
    assert lb.BiontySource(**fields).id == lb.BiontySource(**fields).id == lb.ids.source("CellTypemineall1")
    with pytest.raises(TypeError, match="version"):
        lb.BiontySource(entity="CellType", source="mine", species="all")


def test_readout_is_the_former_name(lb):
    """Of the registry of experimental factors."""
    assert lb.Readout is lb.ExperimentalFactor
