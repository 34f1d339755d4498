"""The values and synonyms of the records of a query set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist, FieldError
from django.db import models

from lamindb.text.batch import check_strings
from lamindb.text.synonyms import find_standards, pick
from lnschema_core.fields import has_field, oldest_first, registry_of, string_field
from lnschema_core.rows.values import find_keys, find_records, find_values, plain, storable, without_garbage_collection
from lnschema_core.search_index import holders

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from lamindb.text.synonyms import Keep
    from lamindb.types import StrField
    from lnschema_core.curation.reference import Reference

SYNONYMS = "synonyms"


@dataclass(frozen=True)
class Vocabulary:
    """The values of one field of some records, with their synonyms."""

    records: models.QuerySet[Any]
    """The records, in any order."""
    field: str
    """The field that has the values."""
    synonyms_field: str | None
    """The field that has synonyms of the values; None if the registry has none."""

    @property
    def registry(self) -> type[Any]:
        """The registry of the records."""
        return registry_of(self.records)

    def find(self, values: Collection[Any]) -> set[Any]:
        """Tell which of the values a record has, exactly.

        Raises:
            TypeError: The field has texts, and one of the values is none.
        """
        self._check(values)
        return find_values(self.records, self.field, values)

    def find_records(self, values: Collection[Any]) -> list[Any]:
        """Fetch the records that have one of the values, in no particular order.

        Raises:
            TypeError: The field has texts, and one of the values is none.
        """
        self._check(values)
        return find_records(self.records, self.field, values)

    def find_keys(self, values: Collection[Any]) -> list[tuple[Any, Any]]:
        """Fetch value and primary key of the records that have one of the values, in no particular order.

        Raises:
            TypeError: The field has texts, and one of the values is none.
        """
        self._check(values)
        return find_keys(self.records, self.field, values)

    def standards(
        self, values: Collection[Any], *, case_sensitive: bool = False, keep: Keep = "first"
    ) -> dict[str, Any]:
        """Find what values stand for that no record has; see :mod:`lamindb.text.synonyms`.

        A few values are looked up in the search index of a large registry; otherwise the names and synonyms of all records are
        read, in a stream. Of several records that share a synonym the oldest one comes first.
        """
        strings = storable([value for value in values if isinstance(value, str)])
        if self.synonyms_field is None or not strings or not self._has_texts():
            return pick({}, keep)
        with without_garbage_collection():
            terms = self._terms(strings, self.synonyms_field)
            standards = find_standards(strings, terms, case_sensitive=case_sensitive)
            return pick(self._oldest_first(standards), keep)

    def _terms(self, values: Sequence[str], synonyms_field: str) -> Iterable[tuple[str | None, str | None]]:
        """Names and synonyms of records, of all or of those that may have one of the values."""
        some = holders.narrowed(self.records, self.field, synonyms_field, values)
        records = self.records if some is None else some
        return records.values_list(self.field, synonyms_field).iterator()

    def _oldest_first(self, standards: dict[str, list[str]]) -> dict[str, list[str]]:
        ambiguous = {name for names in standards.values() if len(names) > 1 for name in names}
        if not ambiguous:
            return standards
        order = oldest_first(self.registry)
        records = sorted(self.find_records(ambiguous), key=lambda record: [getattr(record, name) for name in order])
        positions = {getattr(record, self.field): number for number, record in reversed([*enumerate(records)])}
        return {value: sorted(names, key=lambda name: positions.get(name, 0)) for value, names in standards.items()}

    def _check(self, values: Collection[Any]) -> None:
        if "__" not in self.field and self._has_texts():
            check_strings(values, self.field)

    def _has_texts(self) -> bool:
        """Whether the field has texts, or may have: that of another registry."""
        return "__" in self.field or isinstance(self._column(), models.CharField | models.TextField)

    def _column(self) -> Any:
        try:
            return self.registry._meta.get_field("id" if self.field == "pk" else self.field)
        except FieldDoesNotExist as error:
            msg = f"{error}. Choices are: {', '.join(field.name for field in self.registry._meta.concrete_fields)}"
            raise FieldError(msg) from error


def vocabulary_of(
    queryset: models.QuerySet[Any],
    field: StrField | None,
    scope: dict[str, Any],
    *,
    synonyms_field: str = SYNONYMS,
) -> Vocabulary:
    """The vocabulary of the records of a query set.

    Args:
        queryset: The records.
        field: The field that has the values; by default the string field of the registry.
        scope: Arguments for ``find_scope()`` of the registry, which makes conditions of them.
        synonyms_field: The field that has synonyms, if there is one.
    """
    registry: Any = registry_of(queryset)
    records = plain(queryset).filter(**registry.find_scope(**scope))
    has_synonyms = has_field(registry, synonyms_field)
    name = string_field(queryset, field=field)
    return Vocabulary(records, name, synonyms_field if has_synonyms and synonyms_field != name else None)


def reference_of(queryset: models.QuerySet[Any], scope: dict[str, Any]) -> Reference | None:
    """The public vocabulary behind a registry, in the same scope."""
    registry: Any = registry_of(queryset)
    reference: Reference | None = registry.public_reference(**scope)
    return reference
