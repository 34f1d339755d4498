"""What the constructor of a registry asks before it makes a record: required fields, records of the same or a similar name."""

from __future__ import annotations

from functools import cache
from os import PathLike
from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb import log
from lamindb.text.screening import SIMILAR
from lamindb.text.tables import as_text
from lnschema_core import repetition
from lnschema_core.fields import has_field, oldest_first
from lnschema_core.html import show_frame
from lnschema_core.rows.values import is_storable
from lnschema_core.search_index import candidates
from lnschema_core.search_index.snapshots import synonyms_field
from lnschema_core.settings import settings
from lnschema_core.types import is_ipython

if TYPE_CHECKING:
    from lamindb.text.ranking import AnyEntry
    from lnschema_core.models.registry import Registry
    from lnschema_core.search_index.candidates import Knowledge

_TEXTUAL = (str, type, PathLike)
"""What becomes a text, or is one."""


def check_required(registry: type[Registry], fields: dict[str, Any]) -> None:
    """Refuse to construct a record without its required fields.

    A field is required if it can't be null and its default is literally ``None``.

    Raises:
        TypeError: A required field is missing or ``None``.
    """
    required = _required(registry)
    if all(map(fields.get, required)):
        return
    missing = [name for name, column in required.items() if fields.get(name) is None and fields.get(column) is None]
    if missing:
        msg = f"{missing} are required."
        raise TypeError(msg)


@cache
def _required(registry: type[Registry]) -> dict[str, str]:
    """The columns of required fields by name."""
    fields = [field for field in registry._meta.concrete_fields if not field.null and field.default is None]
    return {field.name: field.attname for field in fields}


def check_texts(registry: type[Registry], fields: dict[str, Any]) -> None:
    """Refuse several values, or an unknown one, where a field has one text.

    Raises:
        TypeError: Names the field.
    """
    texts = _text_fields(registry)
    for name, value in fields.items():
        if name in texts and not isinstance(value, _TEXTUAL) and (hasattr(value, "__iter__") or _has_no_truth(value)):
            msg = f"the {name} of a {registry.__name__} has to be a string, not {value!r:.80}"
            raise TypeError(msg)


def _has_no_truth(value: Any) -> bool:
    """Whether it can't be told if a value is true, as with pandas.NA."""
    try:
        bool(value)
    except (TypeError, ValueError):
        return True
    return False


@cache
def _text_fields(registry: type[Registry]) -> frozenset[str]:
    """The fields with one text; lists of registries are joined to one later."""
    fields = (
        field for field in registry._meta.concrete_fields if isinstance(field, models.CharField | models.TextField)
    )
    return frozenset(field.name for field in fields if field.name != "registries")


def find_namesake(registry: type[Registry], fields: dict[str, Any]) -> Registry | None:
    """The record that a constructor call means because it has the same name, if there is one.

    Where there is none, similarly named records are pointed out, but not those of each name in a long series. A registry with versions has to
    be asked for with ``version`` among the fields: then only a record of the same version is meant, and another version is nothing to point
    out.
    """
    name = fields.get("name")
    if name is None or not settings.upon_create_search_names or not has_field(registry, "name"):
        return None
    _check_name(registry, name)
    if not is_storable(name):
        return None
    wants_similar = log.shows("warning") and not repetition.goes_on(registry, name)
    known = candidates.knowledge(registry, name, with_similar=wants_similar)
    if not known.is_known:
        if wants_similar:
            _point_out_similar(registry, name, known)
        return None
    record = registry.filter(**_same(registry, fields)).order_by(*oldest_first(registry)).first()
    if record is not None:
        what = "name and version" if "version" in fields else "name"
        log.success(f"loaded {registry.__name__} record with exact same {what}: '{name}'")
    return record


def _same(registry: type[Registry], fields: dict[str, Any]) -> dict[str, Any]:
    """The fields of a constructor call that tell which record is meant."""
    same = {"name": fields["name"], "version": fields["version"]} if "version" in fields else {"name": fields["name"]}
    return same | {field: fields[field] for field in registry.namesake_fields if fields.get(field) is not None}


@cache
def may_be_doubled(registry: type[Registry]) -> bool:
    """Whether the database takes several records of one name."""
    return any(field.name == "name" and not field.unique for field in registry._meta.concrete_fields)


def looked_for(registry: type[Registry], fields: dict[str, Any]) -> dict[str, Any] | None:
    """The columns by which a constructor call looked for a record, with their values; ``None`` if it didn't."""
    if fields.get("name") is None or not settings.upon_create_search_names:
        return None
    columns = {field.name: field.attname for field in registry._meta.concrete_fields}
    same = _same(registry, fields)
    return {columns[name]: value.pk if isinstance(value, models.Model) else value for name, value in same.items()}


def _check_name(registry: type[Registry], name: object) -> None:
    if not isinstance(name, str):
        msg = f"the name of a {registry.__name__} has to be a string, not {name!r:.80}"
        raise TypeError(msg)


def warn_similar_version(registry: type[Registry], name: str, version: str | None) -> None:
    """Point out records with a similar name, unless the name is known: then this is another version of it.

    Raises:
        TypeError: The name is no string.
    """
    if not settings.upon_create_search_names:
        return
    _check_name(registry, name)
    if not log.shows("warning") or not is_storable(name):
        return
    versions = set(registry.filter(name=name).list("version"))
    if not versions or version in versions:
        hits = _similar(registry, name, candidates.knowledge(registry, name, with_similar=True))
        if hits:
            _warn_similar(registry, hits)


def _point_out_similar(registry: type[Registry], name: str, known: Knowledge) -> None:
    """Point out the names that are similar to a new one; says so where the next ones of a series are not compared any more."""
    if known.similar == []:
        return
    hits = _similar(registry, name, known)
    if hits:
        _warn_similar(registry, hits)
    if repetition.count(registry, name) == repetition.MOST:
        log.warning(
            f"the next names here that differ from '{name}' only in numbers are not compared with similar ones, but with equal ones: "
            f"{registry.__name__}.search(name) tells what is similar"
        )


def _similar(registry: type[Registry], name: str, known: Knowledge) -> list[tuple[AnyEntry, float]]:
    """The records with similar names, with their scores, best first."""
    from lnschema_core.search import similar

    entries = candidates.namesakes(registry, name) if known.is_large and known.similar is None else known.similar
    return similar(registry, name, entries, threshold=SIMILAR)


def _warn_similar(registry: type[Registry], hits: list[tuple[AnyEntry, float]]) -> None:
    if len(hits) == 1:
        message = "record with similar name exist! did you mean to load it?"
    else:
        message = "records with similar names exist! did you mean to load one of them?"
    names = [name or "" for (_, name, _), _ in hits]
    columns = _columns(registry, hits)
    if is_ipython():
        import pandas as pd  # where names are compared at every construction, it is there for a table only

        log.warning(message)
        show_frame(pd.DataFrame(columns, index=pd.Index(names, name="name")))
    else:
        log.warning(f"{message}\n{as_text(names, columns, index_name='name')}")


def _columns(registry: type[Registry], hits: list[tuple[AnyEntry, float]]) -> dict[str, list[Any]]:
    """What ``search`` shows of similar records."""
    columns: dict[str, list[Any]] = {"id": [key for (key, _, _), _ in hits]}
    if synonyms_field(registry):
        columns["synonyms"] = [synonyms or "" for (_, _, synonyms), _ in hits]
    columns["__ratio__"] = [score for _, score in hits]
    return columns


def warn_select() -> None:
    """Say that ``select`` is the old name of ``filter``."""
    log.warning("select() is deprecated! please use: Registry.filter()")
