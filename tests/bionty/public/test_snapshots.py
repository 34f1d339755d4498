"""What comes with the package: real terms, whole files, and where they are from."""

from __future__ import annotations

import hashlib
from pathlib import Path
from time import process_time

import pytest

from lnschema_bionty import public
from lnschema_bionty.public import places, sources
from lnschema_bionty.public.columns import columns_of

EMBEDDED = sources.embedded()
SYMBOLS = (Path(__file__).parent / "pbmc68k_symbols.txt").read_text().split()


@pytest.mark.parametrize("source", EMBEDDED, ids=lambda one: one.table_name)
def test_snapshot_is_whole_and_says_where_it_is_from(source: public.Source) -> None:
    """Every snapshot has the digest of its list, a licence, an address, and a paragraph in the notice."""
    assert hashlib.sha256(places.snapshot_path(source).read_bytes()).hexdigest() == source.digest
    assert source.licence
    assert source.url.startswith("https://")
    notice = (places.SNAPSHOTS / "NOTICE.md").read_text(encoding="utf-8")
    assert f"## {source.entity}: {source.source_name}, {source.species}, {source.version}\n" in notice


def test_no_snapshot_is_unlisted() -> None:
    """Tables in the folder and sources in its list are the same; together they stay small."""
    files = list(places.SNAPSHOTS.glob("*.parquet"))
    assert {path.name for path in files} == {one.table_name for one in EMBEDDED}
    assert sum(path.stat().st_size for path in files) < 12_000_000


@pytest.mark.parametrize("source", EMBEDDED, ids=lambda one: one.table_name)
def test_table_has_the_columns_of_its_entity(source: public.Source) -> None:
    """A table starts with the columns of its entity; terms have ids and names."""
    ontology = getattr(public, source.entity)(source.species, source.source, source.version)
    names = ontology.table().column_names
    assert tuple(names[: len(columns_of(source.entity))]) == columns_of(source.entity)
    assert names[-2:] == ["obsolete", "replaced_by"]
    if "ontology_id" in names:
        ids = ontology.table()["ontology_id"].to_pylist()
        assert len(set(ids)) == len(ids)
        assert None not in ontology.terms.listed("name")
        assert set().union(*ontology.terms.listed("parents")) <= set(ids)


def test_table_loads_quickly() -> None:
    """The largest tables are read in a small part of a second."""
    import pyarrow.parquet as pq

    largest = max(places.SNAPSHOTS.glob("*.parquet"), key=lambda path: path.stat().st_size)
    times = []
    for _ in range(5):
        start = process_time()
        pq.read_table(largest, use_threads=False)
        times.append(process_time() - start)
    assert min(times) < 0.05


# -- the terms that guides use ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("entity", "field", "value", "expected"),
    [
        ("CellMarker", "name", "CD8", {"gene_symbol": "CD8A", "ncbi_gene_id": "925", "uniprotkb_id": "P01732"}),
        ("CellMarker", "name", "CD45", {"gene_symbol": "PTPRC", "ncbi_gene_id": "5788", "uniprotkb_id": "P08575"}),
        ("ExperimentalFactor", "ontology_id", "EFO:0009108", {"name": "fluorescence-activated cell sorting"}),
        (
            "ExperimentalFactor",
            "ontology_id",
            "EFO:0008913",
            {
                "name": "single-cell RNA sequencing",
                "molecule": "RNA assay",
                "instrument": "single cell sequencing",
                "measurement": None,
            },
        ),
        ("Tissue", "name", "bone marrow", {"ontology_id": "UBERON:0002371"}),
        ("CellType", "name", "neuron", {"ontology_id": "CL:0000540"}),
        ("CellType", "name", "T cell", {"ontology_id": "CL:0000084", "parents": ["CL:0000542"]}),
        ("Disease", "name", "Alzheimer disease", {"ontology_id": "MONDO:0004975"}),
        ("Pathway", "name", "apoptotic process", {"ontology_id": "GO:0006915"}),
        ("Species", "name", "human", {"id": "NCBI_9606", "taxon_id": 9606, "scientific_name": "homo_sapiens"}),
        ("Species", "name", "mouse", {"id": "NCBI_10090", "scientific_name": "mus_musculus"}),
        ("Gene", "symbol", "TCF7", {"ensembl_gene_id": "ENSG00000081059"}),
        ("Gene", "ensembl_gene_id", "ENSG00000139618", {"symbol": "BRCA2", "ncbi_gene_id": "675"}),
        ("Protein", "uniprotkb_id", "P01732", {"gene_symbol": "CD8A", "ensembl_gene_ids": "ENSG00000153563"}),
        ("DevelopmentalStage", "name", "adult stage", {}),
        ("Ethnicity", "name", "European ancestry", {"ontology_id": "HANCESTRO:0005"}),
    ],
)
def test_terms_of_the_guides_are_here(entity: str, field: str, value: str, expected: dict[str, object]) -> None:
    """Names and ids that guides and scripts use give one term, without a download."""
    (row,) = [row for row in getattr(public, entity)().records(field, [value])[value] if not row["obsolete"]]
    assert {name: row[name] for name in expected} == expected


def test_real_gene_symbols() -> None:
    """Of the 765 symbols of a published data set 700 are in use, 54 are former or other ones, and 11 are unknown."""
    result = public.Gene().inspect_values(SYMBOLS, "symbol")
    unknown = [symbol for symbol in result.non_validated if symbol not in result.synonyms_mapper]
    assert (len(SYMBOLS), len(result.validated), len(result.synonyms_mapper), len(unknown)) == (765, 700, 54, 11)


def test_former_symbols_of_genes() -> None:
    """Former and other symbols lead to the approved one, in human and mouse."""
    assert public.Gene().standardize(["FANCD1", "CD45", "TCF7"], mute=True) == ["BRCA2", "PTPRC", "TCF7"]
    assert public.Gene(species="mouse").standardize(["p53"], mute=True) == ["Trp53"]


def test_marker_of_several_genes_names_none() -> None:
    """CD16 is on two genes: the marker is known, and no gene is claimed for it."""
    (row,) = public.CellMarker().records("name", ["CD16"])["CD16"]
    assert (row["gene_symbol"], row["gene_symbols"]) == (None, "FCGR3A|FCGR3B")


def test_markers_of_a_real_panel() -> None:
    """What antibodies of panels are called leads to one marker, whatever the casing."""
    panel = (
        "CD57 Cd19 Cd4 CD8 Igd CD85j CD11c CD16 CD3 CD38 CD27 CD11B Cd14 Ccr6 CD94 CD86 CXCR5 CXCR3 Ccr7 CD45RA CD20"
    )
    panel += " CD127 CD33 CD28 CD24 ICOS CD161 TCRgd CD123 CD56 HLADR CD25 PD-1 CTLA4 FOXP3 Ki67 CD62L CD45RO EpCAM"
    examination = public.CellMarker().examine(panel.split())
    assert {one.kind for one in examination.findings} == {"in use", "casing", "synonym"}


def test_withdrawn_symbols_are_obsolete() -> None:
    """A symbol that was withdrawn is no gene in use, and leads to its successor."""
    (row,) = public.Gene().records("symbol", ["A1S9T"])["A1S9T"]
    assert row["obsolete"]
    assert public.Gene().records("hgnc_id", [row["replaced_by"]])[row["replaced_by"]][0]["symbol"] == "UBA1"
    assert not public.Gene().validate(["A1S9T"], mute=True).any()


def test_species_have_names_of_their_own() -> None:
    """No two species have the same name, scientific name or id."""
    for division in ("vertebrates", "metazoa"):
        frame = public.Species(division).df().reset_index()
        assert all(frame[name].is_unique for name in ("id", "name", "scientific_name", "taxon_id"))
