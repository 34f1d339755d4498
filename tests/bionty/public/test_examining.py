"""Reports on mixed values: which are safe to standardise, and which are not."""

from __future__ import annotations

from pathlib import Path
from time import process_time

import pytest

from lnschema_bionty import public

SYMBOLS = (Path(__file__).parent / "pbmc68k_symbols.txt").read_text().split()


@pytest.mark.parametrize(
    ("value", "kind", "standard", "candidates"),
    [
        ("TCF7", "in use", "TCF7", ()),
        ("tcf7", "casing", "TCF7", ()),
        ("FANCD1", "synonym", "BRCA2", ()),
        ("CD25", "shared synonym", None, ("IL2RA", "ISG20")),
        ("ENSG00000081059", "id", "TCF7", ()),
        ("ENSG00000081059.21", "id", "TCF7", ()),
        ("HGNC:1101", "id", "BRCA2", ()),
        ("A1S9T", "synonym", "UBA1", ()),
        ("Cd4", "other species", None, ("mouse",)),
        ("Trp53", "other species", None, ("mouse",)),
        ("ENSMUSG00000059552.15", "other species", None, ("mouse",)),
        ("my gene", "unknown", None, ()),
    ],
)
def test_gene_is_recognised(value: str, kind: str, standard: str | None, candidates: tuple[str, ...]) -> None:
    """A gene is recognised by any of its names and ids; in doubt there is no standard."""
    (finding,) = public.Gene().examine(value).findings
    assert (finding.kind, finding.standard, finding.candidates) == (kind, standard, candidates)


@pytest.mark.parametrize(
    ("value", "kind", "standard"),
    [
        ("ENSG00000081059", "in use", "ENSG00000081059"),
        ("ENSG00000081059.21", "id", "ENSG00000081059"),
        ("TCF7", "name", "ENSG00000081059"),
        ("tcf7", "casing", "ENSG00000081059"),
        ("FANCD1", "synonym", "ENSG00000139618"),
        ("Y_RNA", "name", None),
    ],
)
def test_standards_of_another_column(value: str, kind: str, standard: str | None) -> None:
    """Ids can be asked for instead of names; a name of many genes has none."""
    (finding,) = public.Gene().examine([value], "ensembl_gene_id").findings
    assert (finding.kind, finding.standard) == (kind, standard)


def test_name_of_several_terms_is_told() -> None:
    """A symbol of many genes is valid, and their ids are told."""
    (finding,) = public.Gene().examine(["Y_RNA"]).findings
    assert (finding.kind, finding.standard) == ("not unique", "Y_RNA")
    assert len(finding.candidates) > 100


def test_obsolete_terms_lead_to_their_successors() -> None:
    """By id and by name, where the successor is a term in use of the same ontology."""
    terms = public.CellType().table()
    rows = [row for row in terms.to_pylist() if row["obsolete"] and (row["replaced_by"] or "").startswith("CL:")]
    examination = public.CellType().examine([row["ontology_id"] for row in rows], "ontology_id")
    assert {one.kind for one in examination.findings} == {"obsolete"}
    assert len(examination.standards) > 0.9 * len(rows)
    assert set(examination.standards.values()) <= public.CellType().terms.values("ontology_id")


def test_report_on_a_real_data_set(capsys: pytest.CaptureFixture[str]) -> None:
    """The report says how many values are what, and takes a small part of a second."""
    genes = public.Gene()
    genes.examine(SYMBOLS[:1])
    start = process_time()
    examination = genes.examine([*SYMBOLS, "", None])
    assert process_time() - start < 1
    counts = examination.df["kind"].value_counts()
    assert counts["in use"] + counts.get("not unique", 0) == 700
    assert counts["unknown"] == 11
    assert repr(examination).splitlines()[0] == "Examination of 765 values"
    assert "RP11-782C8.1" in repr(examination)
    assert set(examination.standards.values()) <= genes.terms.values("symbol")
