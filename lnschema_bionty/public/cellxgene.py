"""Ontologies as the package ``cellxgene-ontology-guide`` has them: JSON by term id, compressed by zstandard.

https://github.com/chanzuckerberg/cellxgene-ontology-guide has the code, under the MIT licence; the ontologies keep their
own licences. The files have a term's ancestors with their distance: those at distance 1 are its parents.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra, UnreadableFile
from lnschema_bionty.public.factors import add_factors
from lnschema_bionty.public.writing import joined

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path


def read_terms(path: Path, entity: str) -> Iterable[dict[str, Any]]:
    """The rows of an ontology, by id.

    Raises:
        MissingExtra: The package zstandard isn't installed.
        UnreadableFile: The file isn't such an ontology.
    """
    terms = read_json(path)
    rows = {one: _row(one, terms[one]) for one in sorted(terms)}
    if entity == "ExperimentalFactor":
        add_factors(rows)
    return rows.values()


def read_json(path: Path) -> dict[str, Any]:
    """The terms of a file, by id.

    Raises:
        MissingExtra: The package zstandard isn't installed.
        UnreadableFile: The file isn't such an ontology.
    """
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


def _row(one: str, term: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ontology_id": one,
        "name": term["label"],
        "definition": term.get("description"),
        "synonyms": joined(term.get("synonyms") or (), term["label"]),
        "parents": _parents(term.get("ancestors") or {}),
        "obsolete": bool(term.get("deprecated")),
        "replaced_by": term.get("replaced_by"),
    }


def _parents(ancestors: Mapping[str, int]) -> list[str]:
    """The nearest ancestors; where the direct parents are terms of another ontology these are further away."""
    nearest = min(ancestors.values(), default=0)
    return sorted(one for one, distance in ancestors.items() if distance == nearest)
