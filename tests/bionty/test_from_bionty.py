"""Records made of terms of public sources: one, or those of a list of values."""

from __future__ import annotations

import pytest


@pytest.fixture
def said(capsys):
    """What is said, at the level of hints."""
    from lamindb import log

    log.set_verbosity(4)
    return lambda: capsys.readouterr().out


def test_species_of_a_name(lb):
    """An unsaved record; names are case-sensitive where there are no synonyms."""
    human = lb.Species.from_bionty(name="human")
    assert repr(human).startswith("Species(id='uHJU', name='human', taxon_id=9606, scientific_name='homo_sapiens'")
    assert human._state.adding
    assert human._from_bionty
    assert lb.Species.from_bionty(name="Human") is None
    assert lb.Species.from_bionty(taxon_id=10090).id == "vado"


def test_gene_of_a_symbol(lb):
    """The species is saved on the way, the gene is not."""
    gene = lb.Gene.from_bionty(symbol="TCF7", species="human")
    assert gene.id == "0StEa7eEhivb"
    assert gene._state.adding
    assert lb.Species.filter(name="human").one().id == "uHJU"
    assert gene.ensembl_gene_id == "ENSG00000081059"
    assert gene.ncbi_gene_ids == "6932"


def test_gene_of_a_former_symbol_or_id(lb):
    """A synonym leads to the gene, as does the Ensembl id."""
    lb.settings.species = "human"
    assert lb.Gene.from_bionty(symbol="FANCD1").symbol == "BRCA2"
    assert lb.Gene.from_bionty(ensembl_gene_id="ENSG00000139618").id == "JtSRZQHvq978"
    of_mouse = lb.Gene.from_bionty(symbol="Tcf7", species="mouse")
    assert of_mouse.species.name == "mouse"
    assert of_mouse.ensembl_gene_id.startswith("ENSMUSG")


def test_symbol_of_several_genes(lb, said):
    """All are returned, which is said."""
    lb.settings.species = "human"
    frame = lb.Gene.bionty().df()
    genes = frame[frame["symbol"].notna()].drop_duplicates(["symbol", "ensembl_gene_id"])
    symbol = genes["symbol"].value_counts().index[0]
    records = lb.Gene.from_bionty(symbol=symbol)
    assert isinstance(records, list)
    assert len(records) > 1
    assert len({record.ensembl_gene_id for record in records}) == len(records)
    assert f"❗ ambiguous validation in Bionty for 1 record: '{symbol}'" in said()


def test_unknown_value(lb, said):
    """Nothing is made, which is said."""
    assert lb.Gene.from_bionty(symbol="NOTAGENE", species="human") is None
    assert "❗ did not create Gene record for 1 non-validated symbol: 'NOTAGENE'" in said()


def test_markers_of_the_quickstart(lb):
    """CD8 and CD45 are known by these names."""
    markers = lb.CellMarker.from_values(["CD8", "CD45"], species="human")
    assert {marker.id for marker in markers} == {"ttBc0Fs01sYk", "SdwCLUTx0Bod"}


@pytest.mark.parametrize(
    ("registry", "field", "value", "expected"),
    [
        ("ExperimentalFactor", "ontology_id", "EFO:0009108", "lh5Cxy8w"),
        ("ExperimentalFactor", "ontology_id", "EFO:0008913", "068T1Df6"),
        ("Tissue", "name", "bone marrow", "2QjOQrtg"),
        ("Disease", "name", "Alzheimer disease", "nUmxpVTE"),
        ("Pathway", "ontology_id", "GO:0006954", None),
        ("DevelopmentalStage", "name", "embryonic stage", None),
        ("Ethnicity", "name", "European", None),
    ],
)
def test_term_of_each_ontology(lb, registry, field, value, expected):
    """Comes without a download, and has the id that it has everywhere."""
    record = getattr(lb, registry).from_bionty(**{field: value})
    assert record is not None
    assert record.id == (expected or record.id)


def test_source_of_several_is_passed(lb):
    """Phenotypes are those of humans, unless another source is passed; its record is found again."""
    pato = lb.BiontySource.filter(entity="Phenotype", source="pato", currently_used=True).one()
    record = lb.Phenotype.from_bionty(name="age", bionty_source=pato)
    assert (record.id, record.ontology_id, record.bionty_source.source) == ("he7RPQN5", "PATO:0000011", "pato")
    record.save()
    assert lb.Phenotype.from_bionty(name="age", bionty_source=pato) == record
    assert not lb.Phenotype.from_bionty(name="age", bionty_source=pato)._state.adding
    assert {one.bionty_source.source for one in record.ancestors()} == {"pato"}


def test_factor_has_molecule_and_instrument(lb):
    """Those that its ancestors stand for."""
    record = lb.ExperimentalFactor.from_bionty(ontology_id="EFO:0008913")
    assert (record.molecule, record.instrument, record.measurement) == (
        "RNA assay",
        "single cell sequencing",
        None,
    )


def test_synonyms_and_casings_are_one_record(lb, said):
    """Each term once, in the order of the values."""
    records = lb.CellType.from_values(["T cell", "T-cell", "t cell", "B cell", "B-cell", "", None])
    assert [record.name for record in records] == ["T cell", "B cell"]
    text = said()
    assert "✅ created 2 CellType records from Bionty matching name: 'T cell', 'B cell'" in text
    assert "matching synonyms: 'T-cell', 't cell', 'B-cell'" in text


def test_existing_records_are_loaded(lb, said):
    """By name or synonym; nothing is said if all are."""
    lb.CellType.from_bionty(name="T cell").save()
    said()
    assert lb.CellType.from_bionty(name="T-cell") == lb.CellType.filter(name="T cell").one()
    assert "✅ loaded 1 CellType record matching synonyms: 'T-cell'" in said()
    assert len(lb.CellType.from_values(["T cell", "lymphocyte"])) == 2
    assert said() == ""


def test_values_keep_the_name_of_their_series(lb):
    """Of which they may be the values."""
    import pandas as pd

    records = lb.CellType.from_values(pd.Series(["T cell"], name="cell_type"))
    assert records[0]._feature == "cell_type"


def test_no_values_give_no_records(lb):
    """Of any kind."""
    assert lb.CellType.from_values([]) == []
    assert lb.CellType.from_bionty() is None


def test_several_fields_are_refused(lb):
    """One says which term is meant."""
    with pytest.raises(AssertionError, match=r"^Only one field can be passed to generate record from Bionty$"):
        lb.CellType.from_bionty(name="T cell", ontology_id="CL:0000084")


def test_wrong_field_is_refused(lb):
    """By name or by kind."""
    with pytest.raises(TypeError, match="CellType has no field 'symbol'"):
        lb.CellType.from_bionty(symbol="TCF7")
    with pytest.raises(TypeError, match="please pass a Registry string field"):
        lb.CellType.from_values(["T cell"], lb.CellType)


def test_source_that_is_not_here_is_an_error(lb, monkeypatch, said):
    """Which alone says what is missing; a list of values is compared with the registry."""
    from lamindb.errors import StorageError
    from lnschema_bionty.public import tables

    def missing(source):
        msg = f"{source} isn't on this machine"
        raise StorageError(msg)

    monkeypatch.setattr(tables, "load", missing)
    with pytest.raises(StorageError, match="isn't on this machine"):
        lb.CellType.from_bionty(name="T cell")
    assert "❗" not in said()
    lb.CellType(name="my state").save()
    assert lb.CellType.from_bionty(name="my state").name == "my state"
    assert [record.name for record in lb.CellType.from_values(["my state", "other"])] == ["my state"]


def test_obsolete_terms_make_no_records(lb, said):
    """What they were replaced by is said."""
    table = lb.CellType.bionty().table()
    obsolete = next(row for row in table.to_pylist() if row["obsolete"] and row["replaced_by"])
    assert lb.CellType.from_bionty(ontology_id=obsolete["ontology_id"]) is None
    assert f"'{obsolete['ontology_id']}' is obsolete in cl" in said()


def test_inspect_tells_what_the_public_source_has(lb, said):
    """Names and synonyms, and that records can be made of them."""
    lb.CellType.from_bionty(name="T cell").save()
    said()
    result = lb.CellType.inspect(["T cell", "neuron", "nerve cell", "nonsense"])
    assert result.validated == ["T cell"]
    text = said()
    assert "   detected 1 CellType term in Bionty for name: 'neuron'" in text
    assert "   detected 1 CellType term in Bionty as synonym: 'nerve cell'" in text
    assert "→  add records from Bionty to your CellType registry via .from_values()" in text
    assert "   couldn't validate 1 term: 'nonsense'" in text


def test_standardize_asks_the_public_source(lb, said):
    """For values that the registry doesn't know; a string gives a string."""
    lb.CellType.from_bionty(name="T cell").save()
    said()
    assert lb.CellType.standardize(["T-cell", "nerve cell", "nonsense"]) == ["T cell", "neuron", "nonsense"]
    text = said()
    assert "❗ found 1 synonym in Bionty: ['nerve cell']" in text
    assert "please add corresponding CellType records via `.from_values(['neuron'])`" in text
    assert lb.CellType.standardize("nerve cell", bionty_aware=False) == "nerve cell"
    assert lb.CellType.standardize("nerve cell") == "neuron"


def test_registry_without_parents_has_no_picture_of_them(lb):
    """Species, genes, proteins and cell markers."""
    human = lb.Species.from_bionty(name="human")
    human.save()
    with pytest.raises(NotImplementedError, match="Parents view is not supported for Species!"):
        human.view_parents()


def test_synonyms_and_abbreviations_are_edited(lb):
    """As in all registries that have them; sources have none."""
    record = lb.CellType.from_bionty(name="T cell")
    record.save(parents=False)
    record.add_synonym("my T cell")
    record.set_abbr("Tc")
    assert lb.CellType.standardize(["my T cell", "Tc"]) == ["T cell", "T cell"]
    with pytest.raises(AttributeError, match="set_abbr"):
        lb.BiontySource.filter().first().set_abbr("x")


def test_genes_of_sample_data_are_registered_without_their_public_table(lb, tmp_path, monkeypatch, capsys):
    """Counts of yeast can be validated right away: their genes have the ids of the table, once and for all."""
    import pandas as pd

    import lamindb as ln

    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        path = ln.dev.datasets.file_tsv_rnaseq_nfcore_salmon_merged_gene_counts(populate_registries=True)
    assert capsys.readouterr().out == ""
    genes = pd.read_csv(path, sep="\t")["gene_id"]
    lb.settings.species = "saccharomyces cerevisiae"
    assert lb.Gene.validate(genes, lb.Gene.stable_id, mute=True).all()
    assert lb.Gene.filter(species=lb.settings.species).count() == len(genes)
