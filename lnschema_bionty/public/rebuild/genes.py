"""Rows of genes, and of the proteins and cell markers that they make."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lnschema_bionty.public.writing import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    Row = dict[str, Any]

# https://www.genenames.org/help/symbol-report/#!/#tocAnchor-1-2 says what a locus type is; Ensembl's word where it has one
_BIOTYPES = {
    "gene with protein product": "protein_coding",
    "RNA, long non-coding": "lncRNA",
    "RNA, micro": "miRNA",
    "RNA, small nucleolar": "snoRNA",
    "RNA, small nuclear": "snRNA",
    "RNA, ribosomal": "rRNA",
    "RNA, transfer": "tRNA",
    "RNA, misc": "misc_RNA",
    "immunoglobulin gene": "IG_gene",
    "immunoglobulin pseudogene": "IG_pseudogene",
    "T cell receptor gene": "TR_gene",
    "T cell receptor pseudogene": "TR_pseudogene",
}
_SUCCESSOR = re.compile(r"\[(HGNC:\d+)\]")
_CD = re.compile(r"CD\d+[A-Za-z]?\d?")

# Markers beyond the CD nomenclature, as antibodies call them: complexes, isoforms, and some inside cells.
_FURTHER = {
    "CD3": ("CD3D", "CD3E", "CD3G"),
    "CD45RA": ("PTPRC",),
    "CD45RB": ("PTPRC",),
    "CD45RO": ("PTPRC",),
    "FOXP3": ("FOXP3",),
    "HLA-ABC": ("HLA-A", "HLA-B", "HLA-C"),
    "HLA-DR": ("HLA-DRA", "HLA-DRB1"),
    "IgD": ("IGHD",),
    "IgM": ("IGHM",),
    "Ki-67": ("MKI67",),
    "T-bet": ("TBX21",),
    "TCRab": ("TRAC", "TRBC1"),
    "TCRgd": ("TRDC", "TRGC1"),
    "TIGIT": ("TIGIT",),
    "XCR1": ("XCR1",),
    "granzyme B": ("GZMB",),
    "perforin": ("PRF1",),
}
_OTHER_NAMES = {
    "HLA-ABC": ["HLAABC"],
    "HLA-DR": ["HLADR"],
    "Ki-67": ["Ki67", "MKI67"],
    "T-bet": ["TBX21", "Tbet"],
    "TCRab": ["TCR alpha/beta"],
    "TCRgd": ["TCR gamma/delta"],
    "granzyme B": ["GZMB"],
    "perforin": ["PRF1"],
}


def read_hgnc(path: Path) -> list[Row]:
    """Human genes as the HUGO Gene Nomenclature Committee names them; former and other symbols are synonyms."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [_hgnc_row(entry) for entry in csv.DictReader(lines, delimiter="\t")]


def _hgnc_row(entry: Mapping[str, str]) -> Row:
    symbol = entry["Approved symbol"]
    names = [*entry["Alias symbols"].split(", "), *entry["Previous symbols"].split(", ")]
    row: Row = {
        "hgnc_id": entry["HGNC ID"],
        "symbol": symbol,
        "synonyms": joined(names, symbol),
        "ensembl_gene_id": entry["Ensembl gene ID"] or None,
        "ncbi_gene_id": entry["NCBI Gene ID(supplied by NCBI)"] or None,
        "uniprotkb_id": entry["UniProt ID(supplied by UniProt)"] or None,
        "description": entry["Approved name"],
        "biotype": _BIOTYPES.get(entry["Locus type"], entry["Locus type"].replace(" ", "_")),
    }
    if entry["Status"] == "Approved":
        return row
    successors = _SUCCESSOR.findall(entry["Approved name"])
    return {**row, "obsolete": True, "replaced_by": successors[0] if len(successors) == 1 else None}


def read_mgi(path: Path) -> list[Row]:
    """Mouse genes as the Mouse Genome Informatics group names them."""
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            {
                "mgi_id": f"MGI:{entry['ID']}",
                "symbol": entry["symbol"],
                "synonyms": joined(entry["synonyms"].split("|"), entry["symbol"]),
                "ensembl_gene_id": entry["ensembl"] or None,
            }
            for entry in csv.DictReader(lines, delimiter="\t")
        ]


def read_ensembl(path: Path) -> dict[str, Row]:
    """Genes of an Ensembl release by id, as GENCODE lists them."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        return {
            one: {"ensembl_gene_id": one, "symbol": None if symbol == one else symbol, "biotype": biotype}
            for one, symbol, _, _, biotype, *_ in csv.reader(lines)
        }


def annotate(genes: Mapping[str, Row], named: Iterable[Row], *, keep_others: bool) -> list[Row]:
    """Genes of an Ensembl release with what a nomenclature says of them, by symbol.

    Args:
        genes: The genes of the release.
        named: The genes of the nomenclature.
        keep_others: Keep genes of the nomenclature that the release hasn't.
    """
    rest = dict(genes)
    rows = []
    for name in named:
        gene = rest.pop(name["ensembl_gene_id"], None)
        if gene is not None:
            rows.append({**name, "biotype": gene["biotype"]})
        elif keep_others or (name["ensembl_gene_id"] in genes and not name.get("obsolete")):
            rows.append(name)
    return sorted([*rows, *rest.values()], key=_by_symbol)


def _by_symbol(row: Row) -> tuple[bool, str, str]:
    return (row["symbol"] is None, row["symbol"] or "", row["ensembl_gene_id"] or "")


def proteins(entry_names: Path, species: str, genes: Iterable[Row] = ()) -> Iterator[Row]:
    """Reviewed proteins of a species: those whose name in UniProtKB ends with it, with the genes that make them."""
    import zstandard

    with entry_names.open("rb") as file:
        entries = json.loads(zstandard.ZstdDecompressor().stream_reader(file).read())
    approved = [gene for gene in genes if gene["uniprotkb_id"] and not gene.get("obsolete")]
    by_protein = {one: gene for gene in reversed(approved) for one in gene["uniprotkb_id"].split(", ")}
    for one in sorted(entries):
        entry, accession = entries[one]["label"], one.partition(":")[2]
        if entry.endswith(f"_{species}"):
            yield _protein(accession, entry, by_protein.get(accession))


def _protein(one: str, entry: str, gene: Row | None) -> Row:
    if gene is None:
        return {"uniprotkb_id": one, "name": entry}
    names = [entry, gene["symbol"], *(gene["synonyms"] or "").split("|")]
    row = {"uniprotkb_id": one, "name": gene["description"], "gene_symbol": gene["symbol"]}
    return {**row, "ensembl_gene_ids": gene["ensembl_gene_id"], "synonyms": joined(names, gene["description"])}


def cell_markers(genes: Iterable[Row]) -> list[Row]:
    """Markers of the CD nomenclature, with their genes, and some complexes, isoforms and others.

    A marker that several genes have, or could have, names none of them in ``gene_symbol``.
    """
    approved = [gene for gene in genes if not gene.get("obsolete")]
    by_symbol = {gene["symbol"]: gene for gene in approved}
    makers: dict[str, list[Row]] = defaultdict(list)
    for gene in approved:
        for name in [gene["symbol"], *(gene["synonyms"] or "").split("|")]:
            if _CD.fullmatch(name) and gene["biotype"] == "protein_coding":
                makers[name].append(gene)
    for name, symbols in _FURTHER.items():
        makers[name] = [by_symbol[symbol] for symbol in symbols]
    return [_marker(name, makers[name], set(makers)) for name in sorted(makers)]


def _marker(name: str, genes: list[Row], markers: set[str]) -> Row:
    row: Row = {"name": name, "gene_symbols": "|".join(gene["symbol"] for gene in genes)}
    if len(genes) > 1:
        return {**row, "synonyms": joined(_OTHER_NAMES.get(name, ()), name)}
    gene = genes[0]
    names = [gene["symbol"], *(gene["synonyms"] or "").split("|")]
    others = _OTHER_NAMES.get(name, []) if name in _FURTHER else [other for other in names if other not in markers]
    return {
        **row,
        "synonyms": joined(others, name),
        "gene_symbol": gene["symbol"],
        "ncbi_gene_id": gene["ncbi_gene_id"],
        "uniprotkb_id": (gene["uniprotkb_id"] or "").split(", ")[0] or None,
    }
