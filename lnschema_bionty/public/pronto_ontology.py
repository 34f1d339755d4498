"""Ontologies as objects of the library pronto, with their terms as a table. Imported only where pronto is needed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra
from lnschema_bionty.public.prefixes import has_prefix, own_prefixes, short_id
from lnschema_bionty.public.writing import joined

try:
    import pronto
except ModuleNotFoundError as error:
    message = "OBO, OWL and OBO-graph files are read with pronto: pip install 'lamindb[bionty]'"
    raise MissingExtra(message) from error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import pandas as pd

_EXACT = "EXACT"


class Ontology(pronto.Ontology):  # type: ignore[misc]  # types of pronto are left out
    """An ontology that was read from an OBO, OWL or OBO-graph JSON file. Files that it imports are not read.

    Args:
        handle: A path or an open file; None for an empty ontology.
        import_depth: How far to follow imports.
        timeout: Seconds to wait for files that are imported.
        threads: How many threads read; all processors by default.
        prefix: Goes before ids that aren't found as they are.
    """

    def __init__(
        self,
        handle: Any = None,
        import_depth: int = 0,
        timeout: int = 100,
        threads: int | None = None,
        prefix: str = "",
    ) -> None:
        self._prefix = prefix
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what files have that no table shows
            super().__init__(handle, import_depth=import_depth, timeout=timeout, threads=threads)

    def get_term(self, id: str) -> Any:  # noqa: A002 - as the base class has it
        """The term of an id, also where the file has addresses for ids.

        Raises:
            KeyError: There is no such term.
        """
        try:
            return super().get_term(id)
        except KeyError:
            return super().get_term(f"{self._prefix}{id.replace(':', '_')}")

    def to_df(
        self, source: str | None = None, include_id_prefixes: dict[str, Iterable[str]] | None = None
    ) -> pd.DataFrame:
        """The terms as a frame by ontology id: name, definition, synonyms and parents.

        Args:
            source: The ontology in short, such as ``"cl"``: only terms of its own are taken.
            include_id_prefixes: Per ontology the prefixes of its own terms.
        """
        import pandas as pd

        prefixes = tuple((include_id_prefixes or {}).get(source or "", ())) or own_prefixes(source or "")
        frame = pd.DataFrame(rows_of(self, prefixes), dtype=object).set_index("ontology_id")
        return frame[["name", "definition", "synonyms", "parents"]]


def rows_of(ontology: pronto.Ontology, prefixes: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows of an ontology's own terms that have a name or a successor, by id."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = {row["ontology_id"]: row for row in _rows(ontology, prefixes)}
    for row in rows.values():
        row["parents"] = [parent for parent in row["parents"] if parent in rows]
    return [rows[one] for one in sorted(rows)]


def _rows(ontology: pronto.Ontology, prefixes: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    merged: dict[str, str] = {}
    for term in ontology.terms():
        one = short_id(term.id)
        if not has_prefix(one, prefixes):
            continue
        merged |= dict.fromkeys(map(short_id, term.alternate_ids), one)
        successors = sorted(short_id(successor.id) for successor in term.replaced_by)
        if term.name or successors:
            yield _row(one, term, successors)
    for one, successor in merged.items():
        if one not in ontology:
            yield {"ontology_id": one, "parents": [], "obsolete": True, "replaced_by": successor}


def _row(one: str, term: Any, successors: list[str]) -> dict[str, Any]:
    synonyms = (synonym.description for synonym in term.synonyms if synonym.scope == _EXACT)
    parents = {short_id(parent.id) for parent in term.superclasses(1, with_self=False)}
    return {
        "ontology_id": one,
        "name": term.name,
        "definition": str(term.definition) if term.definition is not None else None,
        "synonyms": joined(synonyms, term.name),
        "parents": sorted(parents),
        "obsolete": bool(term.obsolete),
        "replaced_by": successors[0] if len(successors) == 1 else None,
    }


def of_rows(rows: Iterable[dict[str, Any]]) -> Ontology:
    """An ontology that has the terms of a table."""
    ontology = Ontology()
    listed = [row for row in rows if row["name"]]
    for row in listed:
        term = ontology.create_term(row["ontology_id"])
        term.name, term.obsolete = row["name"], row["obsolete"]
        term.definition = pronto.Definition(row["definition"]) if row["definition"] else None
        for synonym in (row["synonyms"] or "").split("|"):
            if synonym:
                term.add_synonym(synonym, scope=_EXACT)
    for row in listed:
        parents = [ontology[parent] for parent in row["parents"] or () if parent in ontology]
        for parent in parents:
            ontology[row["ontology_id"]].superclasses().add(parent)
    return ontology
