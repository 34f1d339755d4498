"""The names of registries, kept in memory while their database doesn't change: making many records asks for them again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, TextField, Value

from lamindb.text.screening import Screen
from lnschema_core.fields import has_field
from lnschema_core.rows import unchanged
from lnschema_core.rows.values import has_more_rows, plain

if TYPE_CHECKING:
    from django.db import models

    from lamindb.text.ranking import AnyEntry

SMALL = 1_000
"""Registries of up to so many records are ranked as a whole, which takes a few milliseconds; so many names are read when they are asked for
a second time."""

_PER_QUESTION, _PER_QUESTION_WITH_SYNONYMS = 100, 50
"""Asking the database for a name takes as long as reading this many."""
_MOST, _MOST_WITH_SYNONYMS = 100_000, 30_000
"""Among more names, asking the database is as quick, or takes much less memory."""
_MOST_IN_VAIN = 16
"""After so many names that too many others may be similar to, such as sequences of bases, the database is asked."""
_QUICK = 10_000
"""Among so many names, those that were read tell what is similar as quickly as a first look at the database tells that nothing is."""


@dataclass
class _Names:
    """The names of one registry, and how often they were asked for before they were read."""

    questions: int = 0
    read: Screen | None = None


def names_of(registry: type[models.Model]) -> Screen | None:
    """The names of a registry as they are now, with their synonyms if it has some.

    Returns:
        ``None`` if asking the database is better: at first, among very many names or those that have much in common, and where it can't
        be told whether names that were read are still the same.
    """
    kept = unchanged.kept()
    if kept is None:
        return None
    key = _Names, registry
    names = kept.get(key) or kept.setdefault(key, _Names())
    if names.read is None:
        names.questions += 1
        if _is_worth_reading(registry, names.questions):
            names.read = Screen(entries_of(registry._base_manager.all(), "name", synonyms_field(registry)))
    return None if names.read is None or names.read.vain > _MOST_IN_VAIN else names.read


def quick_names_of(registry: type[models.Model]) -> Screen | None:
    """The names of a registry if they were read, are still the same, and aren't very many."""
    key = _Names, registry
    names = unchanged.latest().get(key)
    if names is None or names.read is None or names.read.vain > _MOST_IN_VAIN or len(names.read) > _QUICK:
        return None
    kept = unchanged.kept()
    are_same = kept is not None and kept.get(key) is names
    return names.read if are_same else None


def _is_worth_reading(registry: type[models.Model], questions: int) -> bool:
    """Whether so many questions would have paid for reading the names. How many there are is asked at every power of two."""
    if questions == 1 or questions & (questions - 1):
        return False
    if synonyms_field(registry):
        most = max(SMALL, min(_PER_QUESTION_WITH_SYNONYMS * questions, _MOST_WITH_SYNONYMS))
    else:
        most = max(SMALL, min(_PER_QUESTION * questions, _MOST))
    return not has_more_rows(registry._base_manager.order_by(), most)


def entries_of(queryset: models.QuerySet[Any], field: str, synonyms: str | None) -> list[AnyEntry]:
    """Keys, values and synonyms of records, as they are ranked."""
    absent = Value(None, output_field=TextField())
    rows = plain(queryset).values_list("pk", field, F(synonyms) if synonyms else absent)
    return list(rows)


def synonyms_field(registry: type[models.Model]) -> str | None:
    """The field with the synonyms of names, where a registry has one."""
    return "synonyms" if has_field(registry, "synonyms") else None
