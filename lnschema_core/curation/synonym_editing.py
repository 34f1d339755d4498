"""Add and remove synonyms and abbreviations of a record."""

from __future__ import annotations

from functools import reduce
from itertools import islice
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from lamindb import log
from lamindb.errors import InvalidSynonym, SynonymConflict
from lamindb.text.batch import as_list, check_strings, unique
from lamindb.text.joined import BAR, join, split
from lnschema_core.curation.vocabulary import SYNONYMS
from lnschema_core.fields import has_field, string_field
from lnschema_core.rows.values import storable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model

_PER_STATEMENT = 100
_LONGEST = 1_000
"""Characters of a synonym by which the database finds it; https://www.sqlite.org/limits.html#max_like_pattern_length."""


def add_synonym(record: Model, synonym: Any, *, force: bool = False, save: bool | None = None) -> None:
    """Add synonyms to a record, behind those that it has.

    Args:
        record: The record.
        synonym: One synonym or several; empty ones are ignored.
        force: Add them even if another record has them.
        save: Save the record; by default if it is in the database already.

    Raises:
        NotImplementedError: The registry has no synonyms.
        InvalidSynonym: A synonym contains the bar that separates synonyms.
        SynonymConflict: Another record has one of the synonyms.
    """
    synonyms = _checked(record, synonym)
    if not force:
        _refuse_conflicts(record, synonyms)
    _set(record, [*_synonyms(record), *synonyms])
    if synonyms:
        _save(record, save=save)


def remove_synonym(record: Model, synonym: Any) -> None:
    """Remove synonyms from a record, and save it if it is in the database already.

    Raises:
        NotImplementedError: The registry has no synonyms.
        InvalidSynonym: A synonym contains the bar that separates synonyms.
    """
    synonyms = _checked(record, synonym)
    _set(record, [kept for kept in _synonyms(record) if kept not in synonyms])
    if synonyms:
        _save(record)


def set_abbr(record: Model, value: str) -> None:
    """Set the abbreviation of a record, make it a synonym, and save the record if it is in the database already.

    It becomes no synonym if it is the name, if the registry has no synonyms, or if another record has that synonym; the
    last is pointed out.

    Raises:
        InvalidSynonym: The abbreviation contains the bar that separates synonyms.
        TypeError: The abbreviation is no string.
    """
    if not (value is None or isinstance(value, str)):
        msg = f"an abbreviation is a string, but {value!r:.80} is of type {type(value).__name__}"
        raise TypeError(msg)
    registry = type(record)
    if not has_field(registry, "abbr"):
        log.warning(f"{registry.__name__} has no field abbr, so the abbreviation {value!r} is not stored")
    record.abbr = value  # type: ignore[attr-defined]
    if has_field(registry, SYNONYMS) and value != getattr(record, "name", None):
        synonyms = _checked(record, value)
        others = _others_with(record, synonyms)
        if others:
            log.warning(f"{value!r} is not added to the synonyms, because it is one of {others[0]}")
        else:
            _set(record, [*_synonyms(record), *synonyms])
    _save(record)


def _checked(record: Model, synonym: Any) -> list[str]:
    if not has_field(type(record), SYNONYMS):
        msg = f"No synonyms field found in table {type(record).__name__}!"
        raise NotImplementedError(msg)
    synonyms = unique(as_list(synonym))
    check_strings(synonyms, SYNONYMS)
    if any(BAR in one for one in synonyms):
        msg = "a synonym can't contain '|'!"
        raise InvalidSynonym(msg)
    return synonyms


def _synonyms(record: Model) -> list[str]:
    return split(getattr(record, SYNONYMS))


def _set(record: Model, synonyms: list[str]) -> None:
    setattr(record, SYNONYMS, join(synonyms))


def _save(record: Model, *, save: bool | None = None) -> None:
    if save if save is not None else not record._state.adding:
        record.save()


# -- other records ----------------------------------------------------------------------------------------------------


def _refuse_conflicts(record: Model, synonyms: list[str]) -> None:
    others = _others_with(record, synonyms)
    if not others:
        return
    taken = [synonym for synonym in synonyms if any(synonym in _synonyms(other) for other in others)]
    msg = f"input synonyms {taken} already associated with the following records:"
    name = string_field(type(record))
    rows = [f"{other.pk}  {getattr(other, name)}  {getattr(other, SYNONYMS)}" for other in others]
    log.error("\n".join([msg, *rows]))
    raise SynonymConflict("\n".join([msg, *rows]))


def _others_with(record: Model, synonyms: Sequence[str]) -> list[Any]:
    """Other records of the registry that have one of the synonyms, in a stable order."""
    wanted = set(synonyms)
    others = {
        other.pk: other
        for candidates in _candidates(record, synonyms)
        for other in candidates
        if wanted.intersection(_synonyms(other))
    }
    return [others[key] for key in sorted(others)]


def _candidates(record: Model, synonyms: Sequence[str]) -> Iterator[Any]:
    """Records whose synonyms contain one of the texts anywhere; the database compares less exactly than we do."""
    remaining = iter(dict.fromkeys(synonym[:_LONGEST] for synonym in storable(synonyms)))
    while some := list(islice(remaining, _PER_STATEMENT)):
        contained = reduce(or_, (Q(synonyms__contains=synonym) for synonym in some))
        yield type(record)._base_manager.filter(contained).exclude(pk=record.pk).order_by()
