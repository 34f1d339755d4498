"""Rows of ontologies of which a package has all terms: the Gene Ontology and the Human Disease Ontology."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from lnschema_bionty.public.writing import joined

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_KINDS = ("bp", "mf", "cc")
_SYNONYM = re.compile(r'^synonym: "((?:[^"\\]|\\.)*)" (\w+)')


def read_go(database: Path, obo: Path) -> Iterator[dict[str, Any]]:
    """Terms of the Gene Ontology: a release as a database, and a later file that says which synonyms are exact.

    Synonyms that the later file calls narrower, broader or related are left out.
    """
    connection = sqlite3.connect(database)
    synonyms, secondary = _go_synonyms(connection, _inexact_synonyms(obo))
    parents = _go_parents(connection)
    terms: dict[str, dict[str, Any]] = {}
    for one, name, definition in connection.execute(
        "SELECT go_id, term, definition FROM go_term WHERE go_id LIKE 'GO:%'"
    ):
        row = {"ontology_id": one, "name": name, "definition": definition, "parents": parents[one]}
        terms[one] = {**row, "synonyms": joined(synonyms[one], name)}
    for one, name, definition in connection.execute("SELECT go_id, term, definition FROM go_obsolete"):
        terms[one] = {"ontology_id": one, "name": name, "definition": definition, "obsolete": True}
    for one, successor in secondary.items():
        terms.setdefault(one, {"ontology_id": one, "obsolete": True, "replaced_by": successor})
    for one in sorted(terms):
        yield terms[one]


def _go_synonyms(
    connection: sqlite3.Connection, inexact: set[tuple[str, str]]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Synonyms by term, and the terms that earlier ids were merged into."""
    synonyms: dict[str, list[str]] = defaultdict(list)
    secondary: dict[str, str] = {}
    query = "SELECT go_id, synonym, like_go_id FROM go_synonym JOIN go_term USING (_id)"
    for one, synonym, is_id in connection.execute(query):
        if is_id:
            secondary[synonym] = one
        elif (one, synonym) not in inexact:
            synonyms[one].append(synonym)
    return synonyms, secondary


def _go_parents(connection: sqlite3.Connection) -> dict[str, list[str]]:
    parents: dict[str, list[str]] = defaultdict(list)
    for kind in _KINDS:
        query = (
            f"SELECT child.go_id, parent.go_id FROM go_{kind}_parents AS link "  # noqa: S608 - of our three words
            "JOIN go_term AS child ON child._id = link._id JOIN go_term AS parent ON parent._id = link._parent_id "
            "WHERE relationship_type = 'isa' AND parent.go_id LIKE 'GO:%' ORDER BY parent.go_id"
        )
        for one, parent in connection.execute(query):
            parents[one].append(parent)
    return parents


def _inexact_synonyms(obo: Path) -> set[tuple[str, str]]:
    inexact: set[tuple[str, str]] = set()
    one = ""
    with obo.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("id: "):
                one = line[4:].strip()
            elif (found := _SYNONYM.match(line)) and found[2] != "EXACT":
                inexact.add((one, found[1]))
    return inexact


def read_doid(path: Path) -> Iterator[dict[str, Any]]:
    """Terms of the Human Disease Ontology, which come without definitions."""
    terms: dict[str, dict[str, Any]] = {}
    merged: dict[str, str] = {}
    for term in json.loads(path.read_text(encoding="utf-8")):
        one = term["id"]
        if not one.startswith("DOID:"):
            continue
        parents = [parent for parent in term.get("relations", {}).get("is_a", []) if parent.startswith("DOID:")]
        row = {"ontology_id": one, "name": term["name"], "parents": sorted(parents)}
        terms[one] = {**row, "synonyms": joined(term.get("synonyms", ()), term["name"])}
        merged.update(dict.fromkeys(term.get("alt_ids", ()), one))
    for one, successor in merged.items():
        terms.setdefault(one, {"ontology_id": one, "obsolete": True, "replaced_by": successor})
    for one in sorted(terms):
        yield terms[one]
