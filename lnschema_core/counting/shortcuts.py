"""The number of records of a query where it is known, or where links tell it: records needn't be read to be counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import ForeignKey, ManyToOneRel
from django.db.models.expressions import Col
from django.db.models.lookups import In, Lookup
from django.db.models.sql import Query
from django.db.models.sql.constants import INNER
from django.db.models.sql.where import AND

from lamindb.setup import connection
from lnschema_core.counting import kept

if TYPE_CHECKING:
    from django.db.models import QuerySet

MIGRATION = "0028_ids_of_captured_files"
_LOOKUPS = {"exact", "in"}


def number_of(records: QuerySet[Any]) -> int | None:
    """The number of records of a query set; ``None`` if they have to be read."""
    registry: Any = records.model
    query = records.query
    if not getattr(registry, "keeps_count", False) or records.db != DEFAULT_DB_ALIAS or not _has_only_conditions(query):
        return None
    shown = registry.filter().query.where
    if query.where == shown:
        return kept.number_of(registry)
    conditions = [one for one in query.where.children if one not in shown.children]
    leaves_out = len(conditions) < len(query.where.children)
    links = _links(query, conditions, leaves_out=leaves_out)
    if links is None:
        links = _links_of_chosen(query, conditions, leaves_out=leaves_out)
    return None if links is None else int(links.count())


def _has_only_conditions(query: Query) -> bool:
    """Whether a query is conditions that all have to be met, and nothing else that changes how many rows there are."""
    is_more = query.is_sliced or query.combinator or query.distinct or query.group_by or query.annotations
    return not is_more and not query.extra_tables and query.where.connector == AND and not query.where.negated


def _links(query: Query, conditions: list[Any], *, leaves_out: bool) -> QuerySet[Any] | None:
    """The rows that refer to the records of a query, if the conditions are on these rows or on what else they refer to.

    Each of them is a row of the join that counting would make, since each refers to one record.

    Args:
        query: The query.
        conditions: Those of its conditions that don't only leave out what the registry doesn't show.
        leaves_out: Whether there are others.
    """
    used = {alias for alias, count in query.alias_refcount.items() if count} - {query.base_table}
    joins: list[Any] = [join for alias, join in query.alias_map.items() if alias in used]
    if not joins or not _refers_to_records(query, joins[0]) or connection.misses("lnschema_core", MIGRATION):
        return None
    link, *others = joins
    if not all(_is_reference(one, link) for one in others):
        return None
    paths = {link.table_alias: ""} | {one.table_alias: f"{one.join_field.name}__" for one in others}
    if not all(_is_simple(one) and one.lhs.alias in paths for one in conditions):
        return None
    relation = link.join_field
    links: QuerySet[Any] = relation.related_model._base_manager.all()
    for one in conditions:
        links = links.filter(**{f"{paths[one.lhs.alias]}{one.lhs.target.name}__{one.lookup_name}": one.rhs})
    return links.filter(relation.model.is_shown(relation.field.name)) if leaves_out else links


def _links_of_chosen(query: Query, conditions: list[Any], *, leaves_out: bool) -> QuerySet[Any] | None:
    """The different foreign keys that choose the records of a query, such as those of links in ``filter_by_label``.

    Args:
        query: The query.
        conditions: Those of its conditions that don't only leave out what the registry doesn't show.
        leaves_out: Whether there are others.
    """
    is_chosen = len(conditions) == 1 and _chooses_records(query, conditions[0])
    if not is_chosen or connection.misses("lnschema_core", MIGRATION):
        return None
    chosen = conditions[0].rhs
    registry: Any = query.model
    parts: list[QuerySet[Any]] = []
    for part in chosen.combined_queries or (chosen,):
        keys = [one.target for one in part.select if isinstance(one, Col) and _always_refers_to(registry, one.target)]
        if not len(keys) == len(part.select) == 1 or not _has_only_conditions(part):
            return None
        links: QuerySet[Any] = part.model._base_manager.all()
        links.query = part.chain()
        parts.append(links.filter(registry.is_shown(keys[0].name)) if leaves_out else links)
    return parts[0].union(*parts[1:]) if len(parts) > 1 else parts[0].distinct()


def _chooses_records(query: Query, condition: Any) -> bool:
    """Whether a condition is that the key of a record is among those that another query selects."""
    is_of_key = isinstance(condition, In) and isinstance(condition.lhs, Col) and condition.lhs.target.primary_key
    if not is_of_key or condition.lhs.alias != query.base_table or not isinstance(condition.rhs, Query):
        return False
    return condition.rhs.combinator in {None, "union"} and not condition.rhs.is_sliced


def _always_refers_to(registry: Any, field: Any) -> bool:
    """Whether a field is a foreign key to a registry that is never empty, and that the database holds to it."""
    if not isinstance(field, ForeignKey) or field.remote_field.model is not registry:
        return False
    reference: Any = field
    return bool(reference.target_field.primary_key and reference.db_constraint and not reference.null)


def _refers_to_records(query: Query, join: Any) -> bool:
    """Whether a joined table has a foreign key to the records, which is never empty."""
    is_foreign = isinstance(join.join_field, ManyToOneRel) and not join.join_field.field.null
    return is_foreign and join.join_type == INNER and join.parent_alias == query.base_table


def _is_reference(join: Any, link: Any) -> bool:
    """Whether a joined table is what a foreign key of a link refers to."""
    return bool(join.parent_alias == link.table_alias and join.join_type == INNER and join.join_field.many_to_one)


def _is_simple(condition: Any) -> bool:
    """Whether a condition compares a column with plain values."""
    return (
        isinstance(condition, Lookup)
        and isinstance(condition.lhs, Col)
        and condition.lookup_name in _LOOKUPS
        and not hasattr(condition.rhs, "resolve_expression")
        and not condition.bilateral_transforms
    )
