"""What mixed values are: names, synonyms, ids of several kinds, obsolete terms, terms of other species.

Each value gets one finding. It has a standard only where that is safe: one term in use, and no other reading of the value.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from lamindb.text.synonyms import is_casing_only
from lnschema_bionty.public.columns import OBSOLETE, ONTOLOGY_ID, REPLACED_BY, SYNONYMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pandas as pd

    from lnschema_bionty.public.terms import Terms

Kind: TypeAlias = Literal[
    "in use",
    "not unique",
    "name",
    "id",
    "casing",
    "synonym",
    "shared synonym",
    "obsolete",
    "other species",
    "unknown",
]

_IDS = (ONTOLOGY_ID, "ensembl_gene_id", "stable_id", "hgnc_id", "mgi_id", "uniprotkb_id", "id")
_VERSIONED = re.compile(r"(ENS[A-Z]*\d{11})\.\d+")
_MOST_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """What is known of one value."""

    value: str
    """The value."""
    kind: Kind
    """What it is."""
    standard: str | None = None
    """What it can be replaced by without a doubt."""
    candidates: tuple[str, ...] = ()
    """What it could stand for otherwise."""


@dataclass(frozen=True)
class Examination:
    """What is known of values, each once."""

    findings: tuple[Finding, ...]
    """One finding per value."""

    @cached_property
    def standards(self) -> dict[str, str]:
        """The safe standards of values that aren't terms in use themselves."""
        changing = (one for one in self.findings if one.standard not in (None, one.value))
        return {one.value: one.standard for one in changing if one.standard is not None}

    def of(self, kind: Kind) -> list[Finding]:
        """The findings of one kind."""
        return [one for one in self.findings if one.kind == kind]

    @property
    def df(self) -> pd.DataFrame:
        """The findings as a frame, by value."""
        import pandas as pd

        columns = ["value", "kind", "standard", "candidates"]
        return pd.DataFrame([asdict(one) for one in self.findings], columns=columns).set_index("value")

    def __repr__(self) -> str:
        groups: dict[str, list[Finding]] = {}
        for one in self.findings:
            groups.setdefault(one.kind, []).append(one)
        return "\n".join([f"Examination of {len(self.findings)} values", *(_line(*group) for group in groups.items())])


def _line(kind: str, findings: Sequence[Finding]) -> str:
    shown = ", ".join(map(_shown, findings[:_MOST_SHOWN]))
    return f"{len(findings):>6} {kind}: {shown}{', …' if len(findings) > _MOST_SHOWN else ''}"


def _shown(one: Finding) -> str:
    if one.standard not in (None, one.value):
        return f"{one.value} → {one.standard}"
    return f"{one.value} ({' or '.join(one.candidates[:_MOST_SHOWN])})" if one.candidates else one.value


def examine(
    terms: Terms, values: Iterable[str], field: str, name_field: str, others: Mapping[str, Terms]
) -> Examination:
    """Find out what values are.

    Args:
        terms: The terms that they should be.
        values: Strings, each once.
        field: The column that has the standards.
        name_field: The column with names, to which synonyms belong.
        others: Terms of other species, by species.
    """
    examiner = _Examiner(terms, field, name_field, others)
    listed = list(values)
    for step in (examiner.in_use, examiner.ids, examiner.names, examiner.obsolete, examiner.other_species):
        step([value for value in listed if value not in examiner.found])
    return Examination(tuple(examiner.found.get(value) or Finding(value, "unknown") for value in listed))


class _Examiner:
    """One step per kind of finding; each sees the values that no step before it has found."""

    def __init__(self, terms: Terms, field: str, name_field: str, others: Mapping[str, Terms]) -> None:
        self.found: dict[str, Finding] = {}
        self._terms = terms
        self._field = field
        self._name_field = name_field
        self._others = others

    def _note(self, value: str, kind: Kind, standards: Iterable[Any]) -> None:
        """Note a value with its standard, if there is one only."""
        distinct = sorted({str(one) for one in standards if one})
        only = distinct[0] if len(distinct) == 1 else None
        self.found[value] = Finding(value, kind, only, () if only else tuple(distinct))

    def _live(self, field: str, values: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
        found = self._terms.records(field, values)
        kept = {value: [row for row in rows if not row[OBSOLETE]] for value, rows in found.items()}
        return {value: rows for value, rows in kept.items() if rows}

    # -- steps ---------------------------------------------------------------------------------------------------------

    def in_use(self, values: Sequence[str]) -> None:
        """Values of terms in use, of one term or of several."""
        known = [value for value in values if value in self._terms.values(self._field)]
        counts = Counter(self._terms.listed(self._field)) if known else Counter()
        several = self._live(self._field, (value for value in known if counts[value] > 1))
        for value in known:
            ids = sorted({_id_of(row) for row in several.get(value, [])} - {""})
            kind: Kind = "not unique" if counts[value] > 1 else "in use"
            self.found[value] = Finding(value, kind, value, tuple(ids))

    def ids(self, values: Sequence[str]) -> None:
        """Ids of other columns, and ids with a version."""
        bare = {value: found[1] for value in values if (found := _VERSIONED.fullmatch(value))}
        for column in _IDS:
            if column in self._terms.table.column_names:
                rows = self._live(column, {bare.get(value, value) for value in values})
                for value in values:
                    if value not in self.found and (own := rows.get(bare.get(value, value))):
                        self._note(value, "id", (row[self._field] for row in own))

    def names(self, values: Sequence[str]) -> None:
        """Names in other columns than theirs, other casings of them, and synonyms."""
        standards: dict[str, Any] = {value: value for value in values if value in self._terms.values(self._name_field)}
        if SYNONYMS in self._terms.table.column_names:
            rest = [value for value in values if value not in standards]
            standards |= self._terms.standards(rest, self._name_field, SYNONYMS, case_sensitive=False, keep=False)
        shared = {value: names for value, names in standards.items() if isinstance(names, list)}
        clear = {value: name for value, name in standards.items() if value not in shared}
        rows = self._live(self._name_field, {*clear.values(), *(name for names in shared.values() for name in names)})
        for value, name in clear.items():
            kind: Kind = "name" if value == name else "casing" if is_casing_only(value, name) else "synonym"
            if kind != "casing" or not self._species_of(value):  # Cd4 is a gene of mice, no odd way to write CD4
                self._note(value, kind, (row[self._field] for row in rows[name]))
        for value, names in shared.items():
            candidates = sorted({str(row[self._field]) for name in names for row in rows[name] if row[self._field]})
            self.found[value] = Finding(value, "shared synonym", None, tuple(candidates))

    def obsolete(self, values: Sequence[str]) -> None:
        """Terms that are obsolete, with their successors."""
        columns = [name for name in dict.fromkeys((self._field, *_IDS)) if name in self._terms.table.column_names]
        for column in columns:
            rows = self._terms.records(column, (value for value in values if value not in self.found))
            successors = {row[REPLACED_BY] for own in rows.values() for row in own if row[REPLACED_BY]}
            live = {
                one: found for name in _IDS if name in columns for one, found in self._live(name, successors).items()
            }
            for value, own in rows.items():
                kept = [after[self._field] for row in own for after in live.get(row[REPLACED_BY], [])]
                self._note(value, "obsolete", kept)

    def other_species(self, values: Sequence[str]) -> None:
        """Terms of other species, which have no standard here."""
        for value in values:
            if species := self._species_of(value):
                self.found[value] = Finding(value, "other species", None, tuple(species))

    def _species_of(self, value: str) -> list[str]:
        return [name for name, terms in self._others.items() if _has(terms, self._name_field, self._field, value)]


def _has(terms: Terms, name_field: str, field: str, value: str) -> bool:
    bare = found[1] if (found := _VERSIONED.fullmatch(value)) else value
    columns = {name_field, field, *_IDS} & {*terms.table.column_names}
    return any(bare in terms.values(column) for column in columns)


def _id_of(row: Mapping[str, Any]) -> str:
    return next((str(row[name]) for name in _IDS if row.get(name)), "")
