"""Rows of species: animals with a common name, as the NCBI taxonomy has them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_DIVISIONS = {"vertebrates": "NCBITaxon:7742", "metazoa": "NCBITaxon:33208"}
_SPECIES = re.compile(r"[A-Z][a-z]+ [a-z][a-z-]+( [a-z]+)?")
_LONGEST = 64

# How Ensembl calls species; https://www.ensembl.org/info/about/species.html
_ENSEMBL_NAMES = {
    9606: "human",
    10090: "mouse",
    10116: "rat",
    7955: "zebrafish",
    9823: "pig",
    9913: "cow",
    9940: "sheep",
    9925: "goat",
    9796: "horse",
    9615: "dog",
    9685: "cat",
    9986: "rabbit",
    9031: "chicken",
    9544: "macaque",
    9541: "crab-eating macaque",
    9483: "white-tufted-ear marmoset",
    9595: "gorilla",
    10141: "guinea pig",
    10036: "golden hamster",
    8364: "tropical clawed frog",
    8090: "japanese medaka hdrr",
    30608: "mouse lemur",
    8839: "mallard",
    7227: "drosophila melanogaster",
    6239: "caenorhabditis elegans",
}
# Ensembl has these among the vertebrates, to compare with them.
_OUTGROUPS = {
    7227: "Drosophila melanogaster",
    6239: "Caenorhabditis elegans",
    559292: "Saccharomyces cerevisiae",
}


def read_species(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows of species by division."""
    from lnschema_bionty.public.cellxgene import read_json

    taxa = read_json(path)
    chosen = {one: taxon for one, taxon in taxa.items() if _is_named_species(one, taxon)}
    names = {one: _name(_number(one), taxon) for one, taxon in chosen.items()}
    counts = Counter(names.values())
    divisions: dict[str, list[dict[str, Any]]] = {division: [] for division in _DIVISIONS}
    for one in sorted(chosen, key=_number):
        is_own = counts[names[one]] == 1 or _number(one) in _ENSEMBL_NAMES
        name = names[one] if is_own else chosen[one]["label"].lower()
        divisions[_division(chosen[one])].append(
            _row(_number(one), chosen[one]["label"], name, chosen[one]["synonyms"])
        )
    divisions["vertebrates"] += [_row(number, label, label.lower(), []) for number, label in _OUTGROUPS.items()]
    return divisions


def _number(one: str) -> int:
    return int(one.partition(":")[2])


def _is_named_species(one: str, taxon: Mapping[str, Any]) -> bool:
    if not taxon.get("synonyms") or not _SPECIES.fullmatch(taxon["label"]) or len(taxon["label"]) > _LONGEST:
        return False
    return _division(taxon) != "" and (not taxon.get("deprecated")) and _number(one) > 0


def _division(taxon: Mapping[str, Any]) -> str:
    return next((name for name, root in _DIVISIONS.items() if root in taxon.get("ancestors", {})), "")


def _name(number: int, taxon: Mapping[str, Any]) -> str:
    """Ensembl's name where it is known, else the shortest common name."""
    common = sorted((one.lower() for one in taxon["synonyms"]), key=lambda one: (len(one), one))
    return _ENSEMBL_NAMES.get(number) or next((one for one in common if len(one) <= _LONGEST), taxon["label"].lower())


def _row(number: int, label: str, name: str, common: list[str]) -> dict[str, Any]:
    return {
        "id": f"NCBI_{number}",
        "name": name,
        "scientific_name": label.lower().replace(" ", "_"),
        "taxon_id": number,
        "common_names": "|".join(sorted(common)) or None,
    }
