"""Values against registries: which are registered, and what the others probably mean. A constant number of queries each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.core.exceptions import FieldError, ValidationError
from django.db import models

from lamindb.errors import InvalidCriteria, LaminError
from lamindb.text.suggestions import Suggestion, suggest
from lnschema_core.curation.vocabulary import reference_of, vocabulary_of
from lnschema_core.fields import has_field
from lnschema_core.models import LinkORM, Registry

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.curation.vocabulary import Vocabulary

Key = tuple[str, tuple[tuple[str, str], ...]]
"""A registry by name, and the scope of values in it."""


def keys_of(criterion: Criterion) -> list[Key]:
    """The registries that have to have the values of a column, one of them each value."""
    scope = tuple(sorted((name, repr(value)) for name, value in criterion.scope.items()))
    return [(name, scope) for name in criterion.registries]


class Lookup:
    """What one registry knows of the values of several columns.

    Args:
        name: The name of the registry or of a field of it, such as ``core.ULabel``.
        scope: Further conditions on records.

    Raises:
        InvalidCriteria: No such registry is mounted, or it has no such field.
    """

    def __init__(self, name: str, scope: Mapping[str, Any]) -> None:
        self.registry, field = find_registry(name)
        self.scope = dict(scope)
        self.vocabulary = self._vocabulary(name, field)
        self.known: set[Any] = set()
        self.suggestions: dict[Any, Suggestion] = {}

    @property
    def has_texts(self) -> bool:
        """Whether registered values are texts, rather than numbers or the like."""
        return isinstance(self.registry._meta.get_field(self.vocabulary.field), models.CharField | models.TextField)

    def find(self, values: Collection[Any]) -> None:
        """Learn which of the values are registered. One query."""
        fitting = [value for value in values if isinstance(value, str) == self.has_texts]
        self.known |= self.vocabulary.find(fitting) if fitting else set()

    def knows(self, value: Any) -> bool:
        """Whether a value is registered."""
        return isinstance(value, str) == self.has_texts and value in self.known

    def suggest(self, values: Sequence[str]) -> None:
        """Learn what values that aren't registered may mean, the most frequent ones first. At most five queries."""
        if self.has_texts:
            count = self.vocabulary.records.count
            self.suggestions |= suggest(values, self._terms, self._find, count=count, further=self._ask_reference)

    def records_of(self, values: Collection[Any]) -> dict[Any, Any]:
        """The records of registered values, of several the oldest. One query."""
        records: dict[Any, Any] = {}
        for record in sorted(self.vocabulary.find_records(values), key=_age, reverse=True):
            records[getattr(record, self.vocabulary.field)] = record
        return records

    def records_of_reference(self) -> list[Any]:
        """Records of the values that the public reference knows: new ones, unsaved, and those that exist already."""
        values = [value for value, suggestion in self.suggestions.items() if suggestion.how == "public"]
        if not values:
            return []
        return self.registry.from_values(values, self.vocabulary.field, **self.scope)

    def _vocabulary(self, name: str, field: str | None) -> Vocabulary:
        try:
            return vocabulary_of(self.registry.filter(), field, self.scope)
        except (LaminError, FieldError, ValidationError, TypeError, ValueError) as error:
            hint = "conditions on records are the scope of a criterion, such as scope={'species': 'human'}"
            msg = f"values can't be looked up in {name!r}: {error} ({hint})"
            raise InvalidCriteria(msg) from error

    def _find(self, values: list[str]) -> set[Any]:
        return self.vocabulary.find(values)

    def _terms(self) -> Iterable[tuple[str | None, str | None]]:
        field, synonyms = self.vocabulary.field, self.vocabulary.synonyms_field
        records = self.vocabulary.records.exclude(**{field: None})
        if synonyms is not None:
            yield from records.values_list(field, synonyms).iterator()
            return
        for name in records.values_list(field, flat=True).iterator():
            yield name, None

    def _ask_reference(self, values: list[str]) -> dict[str, Suggestion]:
        """What the public reference of the registry has, for which records can be made."""
        reference = reference_of(self.registry.filter(), dict(self.scope))
        if reference is None:
            return {}
        result = reference.inspect(values, self.vocabulary.field)
        names = dict.fromkeys(result.validated) | result.synonyms_mapper
        return {value: Suggestion(standard or value, "public") for value, standard in names.items()}


def unregistered(criterion: Criterion, value: Any, lookups: Sequence[Lookup]) -> list[Any]:
    """The values in a cell that none of the registries has."""
    return [member for member in criterion.members(value) if not any(lookup.knows(member) for lookup in lookups)]


def find_registry(name: str) -> tuple[type[Registry], str | None]:
    """The registry of a name such as ``ULabel``, ``core.ULabel`` or ``core.ULabel.name``, and the field if one is named.

    Raises:
        InvalidCriteria: No such registry is mounted, or it has no such field.
    """
    registries = mounted_registries()
    schema, _, rest = name.partition(".")
    model, _, field = rest.partition(".")
    if not rest:
        found = [registry for full, registry in registries.items() if full.partition(".")[2] == name]
    else:
        found = [registries[full] for full in [f"{schema}.{model}"] if full in registries]
    if len(found) != 1:
        problem = "several registries have that name" if found else "it is not mounted"
        msg = (
            f"values can't be looked up in the registry {name!r}: {problem}. There are {', '.join(sorted(registries))}"
        )
        raise InvalidCriteria(msg)
    if field and not has_field(found[0], field):
        msg = f"values can't be looked up in {name!r}: {found[0].__name__} has no column {field!r}"
        raise InvalidCriteria(msg)
    return found[0], field or None


def mounted_registries() -> dict[str, type[Registry]]:
    """The registries of the instance by name, such as ``core.ULabel``."""
    found = (model for model in apps.get_models() if issubclass(model, Registry) and not issubclass(model, LinkORM))
    return {model.__get_name_with_schema__(): model for model in found}


def _age(record: Any) -> tuple[Any, ...]:
    return (record.created_at, record.pk) if hasattr(record, "created_at") else (record.pk,)
