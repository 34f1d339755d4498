"""The records that values mean: existing ones, by name or by synonym, and new ones of the public reference."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from lamindb.text import messages
from lamindb.text.batch import as_list, unique
from lnschema_core.curation.vocabulary import reference_of, vocabulary_of
from lnschema_core.rows.values import without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from django.db import models

    from lamindb.text.messages import Message
    from lamindb.types import StrField
    from lnschema_core.curation.reference import Reference
    from lnschema_core.curation.vocabulary import Vocabulary


def from_values(
    source: type[models.Model] | models.QuerySet[Any], values: Any, field: StrField | None = None, **scope: Any
) -> list[Any]:
    """Get the records that values mean.

    Args:
        source: A registry, or a query set of existing records.
        values: Values in any number, with or without nulls and duplicates.
        field: The field that has the values; by default the string field of the registry.
        **scope: Further conditions on records; also tell which public reference to ask.

    Returns:
        The records in the order of the values: those that have a value, those of which a value is a synonym or another
        casing, then unsaved records for terms of the public reference. Other values are reported and have no record.

    Raises:
        TypeError: The field has texts, and one of the values is none.
    """
    queryset: models.QuerySet[Any] = source.filter() if isinstance(source, type) else source  # type: ignore[attr-defined]
    return records_of(vocabulary_of(queryset, field, scope), values, partial(reference_of, queryset, scope))


def records_of(vocabulary: Vocabulary, values: Any, find_reference: Callable[[], Reference | None]) -> list[Any]:
    """Get the records that values mean; see :func:`from_values`.

    Args:
        vocabulary: The existing records, and which of their fields has the values.
        values: The values.
        find_reference: Gives the public reference; called only if a value has no record.
    """
    with without_garbage_collection():
        matches = _Matches(vocabulary, unique(as_list(values)))
        matches.match_names()
        matches.match_synonyms()
        reference = find_reference() if matches.left else None
        if reference is not None:
            matches.match_reference(reference)
        messages.show(matches.about())
        records = matches.in_order()
    name = getattr(values, "name", None)
    if isinstance(name, str):
        for record in records:
            record._feature = name  # noqa: SLF001 - declared by the registry
    return records


_key = attrgetter("pk")


@dataclass
class _Matches:
    """Which records the values mean, as far as known."""

    vocabulary: Vocabulary
    values: list[Any]
    """Values that aren't empty, each once."""
    records: dict[Any, list[Any]] = field(default_factory=dict)
    """The records of each standard name."""
    standards: dict[Any, Any] = field(default_factory=dict)
    """The standard name of each value that has records."""
    by_synonym: list[Any] = field(default_factory=list)
    created: list[Any] = field(default_factory=list)
    created_by_synonym: list[Any] = field(default_factory=list)
    reference: str = ""
    """The name of the public reference, if it was asked."""

    @property
    def left(self) -> list[Any]:
        """Values without a record."""
        return [value for value in self.values if value not in self.standards]

    def match_names(self) -> None:
        """Find records that have the values."""
        self._add(self.vocabulary.find_records(self.values))
        self.standards = {value: value for value in self.values if value in self.records}

    def match_synonyms(self) -> None:
        """Find records of which values are synonyms or other casings."""
        standards = self.vocabulary.standards(self.left)
        self._load(standards)
        self.standards |= standards
        self.by_synonym += standards

    def match_reference(self, reference: Reference) -> None:
        """Make records for values that the public reference has, by name or by synonym."""
        self.reference = reference.name
        standards = {value: value for value in self.left}
        standards |= reference.standardize(self.left, self.vocabulary.field)
        self._load(standards)
        loaded = {value: standard for value, standard in standards.items() if standard in self.records}
        self._add(reference.make_records(self._missing(standards), self.vocabulary.field))
        found = {value: standard for value, standard in standards.items() if standard in self.records}
        self.standards |= found
        self.by_synonym += loaded
        self.created += [value for value in found if value not in loaded and found[value] == value]
        self.created_by_synonym += [value for value in found if value not in loaded and found[value] != value]

    def in_order(self) -> list[Any]:
        """All records, in the order of the values."""
        names = dict.fromkeys(self.standards[value] for value in self.values if value in self.standards)
        groups = (self.records[name] for name in names)
        return [record for group in groups for record in (sorted(group, key=_key) if len(group) > 1 else group)]

    def about(self) -> list[Message]:
        """Say what was found, unless every value has one record of that name."""
        registry, name = self.vocabulary.registry.__name__, self.vocabulary.field
        left = self.left
        news = {*self.by_synonym, *self.created, *self.created_by_synonym, *left}
        by_name = [value for value in self.standards if value not in news]
        shared = messages.about_ambiguous_records(registry, self._with_several(by_name + self.by_synonym))
        if not news:
            return shared
        public = f" from {self.reference}"
        several = self._with_several(self.created + self.created_by_synonym)
        return [
            *messages.about_records(("loaded", f" matching {name}"), registry, by_name),
            *messages.about_records(("loaded", " matching synonyms"), registry, self.by_synonym),
            *messages.about_records(("created", f"{public} matching {name}"), registry, self.created),
            *messages.about_records(("created", f"{public} matching synonyms"), registry, self.created_by_synonym),
            *shared,
            *messages.about_ambiguous_records(self.reference, several),
            *messages.about_missing_records(registry, name, left),
        ]

    def _with_several(self, values: list[Any]) -> list[Any]:
        return [value for value in values if len(self.records[self.standards[value]]) > 1]

    def _missing(self, standards: dict[Any, Any]) -> list[Any]:
        return list(dict.fromkeys(name for name in standards.values() if name not in self.records))

    def _load(self, standards: dict[Any, Any]) -> None:
        """Fetch the records of names that aren't here yet."""
        self._add(self.vocabulary.find_records(self._missing(standards)))

    def _add(self, records: Iterable[Any]) -> None:
        name = attrgetter(self.vocabulary.field)
        for record in records:
            self.records.setdefault(name(record), []).append(record)
