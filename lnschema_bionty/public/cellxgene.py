"""Ontologies as the package ``cellxgene-ontology-guide`` has them: JSON by term id, compressed by zstandard.

https://github.com/chanzuckerberg/cellxgene-ontology-guide has the code, under the MIT licence; the ontologies keep their
own licences. The files have a term's ancestors with their distance: those at distance 1 are its parents.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra, UnreadableFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Experimental factors say what is measured, and with what, by their place below these terms.
_MOLECULE = "EFO:0002772"
_SEQUENCER = "EFO:0003740"
_INSTRUMENT = "EFO:0002773"
_MEASUREMENT = "EFO:0001444"


def read_terms(path: Path, entity: str) -> Iterator[dict[str, Any]]:
    """The rows of an ontology, by id.

    Raises:
        MissingExtra: The package zstandard isn't installed.
        UnreadableFile: The file isn't such an ontology.
    """
    terms = _read_json(path)
    for one in sorted(terms):
        yield _row(one, terms[one], terms, entity)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        import zstandard
    except ImportError as error:
        msg = "ontologies of cellxgene-ontology-guide are read with zstandard: pip install 'lamindb[bionty]'"
        raise MissingExtra(msg) from error
    try:
        with path.open("rb") as file:
            terms: dict[str, Any] = json.loads(zstandard.ZstdDecompressor().stream_reader(file).read())
    except (zstandard.ZstdError, ValueError) as error:
        msg = f"{path} is damaged or no ontology of cellxgene-ontology-guide: {error}"
        raise UnreadableFile(msg) from error
    return terms


def _row(one: str, term: Mapping[str, Any], terms: Mapping[str, Any], entity: str) -> dict[str, Any]:
    row = {
        "ontology_id": one,
        "name": term["label"],
        "definition": term.get("description"),
        "synonyms": joined(term.get("synonyms") or (), term["label"]),
        "parents": _parents(term.get("ancestors") or {}),
        "obsolete": bool(term.get("deprecated")),
        "replaced_by": term.get("replaced_by"),
    }
    return {**row, **_factors(one, term, terms)} if entity == "ExperimentalFactor" else row


def joined(synonyms: Any, name: str | None) -> str | None:
    """Synonyms as tables have them: sorted, joined by a bar, without the name itself."""
    kept = {" ".join(one.split()) for one in synonyms if "|" not in one} - {name, ""}
    return "|".join(sorted(kept)) or None


def _parents(ancestors: Mapping[str, int]) -> list[str]:
    """The nearest ancestors; where the direct parents are terms of another ontology these are further away."""
    nearest = min(ancestors.values(), default=0)
    return sorted(one for one, distance in ancestors.items() if distance == nearest)


def _factors(one: str, term: Mapping[str, Any], terms: Mapping[str, Any]) -> dict[str, str | None]:
    line = {one: 0, **(term.get("ancestors") or {})}
    below = {root: _names_below(root, line, terms) for root in (_MOLECULE, _SEQUENCER, _INSTRUMENT, _MEASUREMENT)}
    return {
        "molecule": below[_MOLECULE],
        "instrument": below[_SEQUENCER] or below[_INSTRUMENT],
        "measurement": below[_MEASUREMENT],
    }


def _names_below(root: str, line: Mapping[str, int], terms: Mapping[str, Any]) -> str | None:
    direct = [one for one in line if (terms.get(one, {}).get("ancestors") or {}).get(root) == 1]
    return ";".join(terms[one]["label"] for one in sorted(direct, key=lambda one: (line[one], one))) or None
