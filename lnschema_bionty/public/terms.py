"""The terms of a table, prepared for being found: by value, by synonym, by descent. Knows no file and no source."""

from __future__ import annotations

from collections import deque
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from lamindb.text.joined import BAR
from lamindb.text.ranking import rank
from lamindb.text.synonyms import find_standards, pick
from lnschema_bionty.public.columns import OBSOLETE, ONTOLOGY_ID, PARENTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pyarrow as pa

    from lamindb.text.synonyms import Keep


class Terms:
    """The terms of a table, and what was computed of them so far."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self._values: dict[str, frozenset[Any]] = {}
        self._lists: dict[str, list[Any]] = {}
        self._calls: dict[tuple[str, str], dict[str, list[int]]] = {}

    @cached_property
    def live(self) -> pa.Table:
        """The terms in use."""
        import pyarrow.compute as pc

        return self.table.filter(pc.invert(self.table[OBSOLETE]))

    def values(self, field: str) -> frozenset[Any]:
        """The values that terms in use have in a column."""
        if field not in self._values:
            self._values[field] = frozenset(_flat(self.listed(field))) - {None, ""}
        return self._values[field]

    def listed(self, field: str) -> list[Any]:
        """The column of the terms in use, in order."""
        if field not in self._lists:
            self._lists[field] = self.live[field].to_pylist()
        return self._lists[field]

    # -- exactly -------------------------------------------------------------------------------------------------------

    def records(self, field: str, values: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
        """The rows of values of a column, those in use first."""
        import pyarrow as pa
        import pyarrow.compute as pc

        wanted = {str(value): value for value in values if value is not None}
        column = self.table[field]
        texts = column if pa.types.is_string(column.type) else pc.cast(column, pa.string())
        found = pc.is_in(texts, value_set=pa.array(list(wanted), pa.string()))
        indices = pc.indices_nonzero(found)
        records: dict[str, list[dict[str, Any]]] = {}
        rows = self.table.take(indices).to_pylist()
        for row in sorted(rows, key=lambda row: row[OBSOLETE]):
            records.setdefault(wanted[str(row[field])], []).append(row)
        return {value: records[value] for value in wanted.values() if value in records}

    def rows(self, numbers: Sequence[int]) -> list[tuple[Any, ...]]:
        """Rows of terms in use by their numbers, as tuples of all columns."""
        chosen = taken(self.live, numbers)
        return list(zip(*(column.to_pylist() for column in chosen.columns), strict=True))

    # -- by other names ------------------------------------------------------------------------------------------------

    def standards(
        self, values: Iterable[str], field: str, synonyms_field: str, *, case_sensitive: bool, keep: Keep
    ) -> dict[str, Any]:
        """What values stand for by casing or synonym, for values that aren't terms in use."""
        known = self.values(field)
        unknown = [value for value in values if value not in known]
        if not unknown:
            return pick({}, keep)
        names, synonyms, called = self.listed(field), self.listed(synonyms_field), self._called(field, synonyms_field)
        numbers = sorted({number for value in unknown for number in called.get(value.casefold(), ())})
        pairs = ((names[number], synonyms[number]) for number in numbers)
        return pick(find_standards(unknown, pairs, case_sensitive=case_sensitive), keep)

    def _called(self, field: str, synonyms_field: str) -> dict[str, list[int]]:
        """The numbers of terms in use by what they are called, in one casing; made once, for calls with few values."""
        if (field, synonyms_field) not in self._calls:
            called: dict[str, list[int]] = {}
            for number, (name, synonyms) in enumerate(
                zip(self.listed(field), self.listed(synonyms_field), strict=True)
            ):
                for text in [name or "", *(synonyms or "").split(BAR)]:
                    if text:
                        called.setdefault(text.casefold(), []).append(number)
            self._calls[field, synonyms_field] = called
        return self._calls[field, synonyms_field]

    def search(
        self, string: str, field: str, synonyms_field: str | None, *, limit: int | None, case_sensitive: bool
    ) -> list[tuple[int, float]]:
        """Numbers and scores of the terms in use that match a text, best first; without a limit also what scores 0."""
        names = self.listed(field)
        synonyms = self.listed(synonyms_field) if synonyms_field else [None] * len(names)
        entries = list(zip(range(len(names)), names, synonyms, strict=True))
        hits = [(hit.key, hit.score) for hit in rank(string, entries, limit=limit, case_sensitive=case_sensitive)]
        if limit is None:
            matched = {number for number, _ in hits}
            hits += [(number, 0.0) for number in range(len(names)) if number not in matched]
        return hits

    def entries(self, field: str) -> list[tuple[Any, int]]:
        """Each value of a column of the terms in use with the number of its row."""
        return [(value, number) for number, value in enumerate(self.listed(field))]

    # -- by descent ----------------------------------------------------------------------------------------------------

    def closure(self, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The rows of ids and of all their ancestors, by id."""
        pending = deque(one for one in ids if one in self._numbers)
        reached = dict.fromkeys(pending)
        while pending:
            for parent in self._parents[self._numbers[pending.popleft()]] or ():
                if parent in self._numbers and parent not in reached:
                    reached[parent] = None
                    pending.append(parent)
        rows = taken(self.table, [self._numbers[one] for one in reached]).to_pylist()
        return dict(zip(reached, rows, strict=True))

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {one: number for number, one in enumerate(self.table[ONTOLOGY_ID].to_pylist())}

    @cached_property
    def _parents(self) -> list[list[str] | None]:
        parents: list[list[str] | None] = self.table[PARENTS].to_pylist()
        return parents


def taken(table: pa.Table, numbers: Sequence[int]) -> pa.Table:
    """Some rows of a table by their numbers."""
    import pyarrow as pa

    return table.take(pa.array(numbers, pa.int64()))


def _flat(values: list[Any]) -> Iterable[Any]:
    return chain.from_iterable(value or () for value in values) if _has_lists(values) else values


def _has_lists(values: list[Any]) -> bool:
    return any(isinstance(value, list) for value in values[:1])
