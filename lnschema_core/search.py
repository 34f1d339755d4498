"""Search in registries: which records a string may mean, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F, TextField, Value

from lamindb import log
from lamindb.errors import EmptyInput
from lamindb.text.ranking import check_query, rank, rank_entries
from lnschema_core.fields import field_name, has_field, string_field
from lnschema_core.rows.values import AnyOf, PositionIn, plain
from lnschema_core.search_index import candidates
from lnschema_core.search_index.snapshots import entries_of, synonyms_field

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from lamindb.text.ranking import AnyEntry, Hit
    from lamindb.types import StrField
    from lnschema_core.models.registry import Registry
    from lnschema_core.query import QuerySet

_MOST_HITS = 100
"""So many hits a search index can be asked for; who wants more ranks the whole registry."""


def search(
    queryset: QuerySet[Any],
    string: str,
    *,
    field: StrField | Sequence[StrField] | None = None,
    limit: int | None = 20,
    return_queryset: bool = False,
    case_sensitive: bool = False,
    synonyms_field: str | None = "synonyms",
) -> pd.DataFrame | QuerySet[Any]:
    """Search the records of a query set; see :meth:`QuerySet.search <lnschema_core.query.QuerySet.search>`."""
    check_query(string, limit)
    fields = _fields_to_search(queryset, field)
    synonyms = _usable_synonyms_field(queryset.model, fields[0], synonyms_field)
    rows = _rows_to_rank(queryset, string, fields, synonyms, limit)
    hits: list[tuple[str, Hit]] = []
    for position, name in enumerate(fields):
        if rows is None:
            entries = entries_of(queryset, name, synonyms if position == 0 else None)
        else:
            entries = [(row[0], row[1 + position], row[-1] if position == 0 else None) for row in rows]
        hits += [(name, hit) for hit in rank(string, entries, limit=limit, case_sensitive=case_sensitive)]
    if len(fields) > 1:
        hits.sort(key=lambda pair: -pair[1].score)
    if return_queryset:
        return _in_order(queryset, list(dict.fromkeys(hit.key for _, hit in hits)))
    return _hits_to_frame(queryset, fields, synonyms, [hit for _, hit in hits], rows)


def similar(
    registry: type[Registry], name: str, entries: Sequence[AnyEntry] | None, *, threshold: float
) -> list[tuple[AnyEntry, float]]:
    """The records whose name, or one of whose synonyms, is at least ``threshold`` similar, with their scores; best first.

    Args:
        registry: The registry.
        name: The name.
        entries: The records to compare it with; ``None`` for the whole registry.
        threshold: The least score.
    """
    if entries is None:
        entries = entries_of(registry.filter(), "name", synonyms_field(registry))
    return rank_entries(name, entries, limit=20, case_sensitive=False, min_score=threshold)


def _rows_to_rank(
    queryset: QuerySet[Any], string: str, fields: list[str], synonyms: str | None, limit: int | None
) -> Sequence[tuple[Any, ...]] | None:
    """Keys, fields and synonyms of what the search index of a whole large registry finds; ``None`` if all records are to be ranked."""
    registry = queryset.model
    if limit is None or limit > _MOST_HITS or not _is_whole(queryset):
        return None
    found = candidates.matches(registry, string, set(fields)) if candidates.is_large(registry) else None
    if found is None or (len(fields) == 1 and candidates.are_entries_of(registry, fields[0], synonyms)):
        return found
    columns = [*fields, F(synonyms) if synonyms else Value(None, output_field=TextField())]
    return list(plain(queryset).filter(AnyOf("pk", [key for key, *_ in found])).values_list("pk", *columns))


def _is_whole(queryset: QuerySet[Any]) -> bool:
    """Whether a query set has all records that a registry shows."""
    query = queryset.query
    is_filtered = query.where and query.where != queryset.model.filter().query.where
    return not (is_filtered or query.is_sliced or query.combinator or query.distinct or query.extra_tables)


def _fields_to_search(queryset: QuerySet[Any], field: StrField | Sequence[StrField] | None) -> list[str]:
    if field is None and queryset.model.search_fields is not None:
        return list(queryset.model.search_fields)
    if isinstance(field, (list, tuple)):
        if not field:
            msg = "pass at least one field to search"
            raise EmptyInput(msg)
        return [field_name(one) for one in field]
    return [string_field(queryset, field=field)]  # type: ignore[arg-type]


def _usable_synonyms_field(registry: type[Registry], field: str, synonyms_field: str | None) -> str | None:
    if synonyms_field is None or not has_field(registry, synonyms_field):
        return None
    if synonyms_field == field:
        log.warning("Input field is the same as synonyms field, skipping synonyms matching")
        return None
    return synonyms_field


def _in_order(queryset: QuerySet[Any], keys: list[Any]) -> QuerySet[Any]:
    return queryset.filter(AnyOf("pk", keys)).order_by(PositionIn("pk", keys))


def _hits_to_frame(
    queryset: QuerySet[Any],
    fields: list[str],
    synonyms: str | None,
    hits: list[Hit],
    rows: Sequence[tuple[Any, ...]] | None,
) -> pd.DataFrame:
    import pandas as pd

    columns = [*fields, synonyms] if synonyms else fields
    if not hits and not queryset.exists():
        return pd.DataFrame()
    if rows is None:
        shown = queryset.model._base_manager.filter(AnyOf("pk", list({hit.key for hit in hits})))
        rows = list(shown.values_list("pk", *columns))
    return _frame(fields, columns, {row[0]: row[1:] for row in rows}, hits)


def _frame(fields: list[str], columns: list[str], shown: dict[Any, tuple[Any, ...]], hits: list[Hit]) -> pd.DataFrame:
    """The hits whose values are known, by key, with their scores."""
    import numpy as np
    import pandas as pd

    found = [hit for hit in hits if hit.key in shown]
    data: dict[str, Any] = {"id": [hit.key for hit in found]}
    for position, name in enumerate(columns):
        values = [shown[hit.key][position] for hit in found]
        data[name] = np.array(["" if value is None else value for value in values], dtype=object)
    data["__ratio__"] = [hit.score for hit in found]
    index = pd.Index(data.pop(fields[0] if len(fields) == 1 else "id"), name=fields[0] if len(fields) == 1 else "id")
    return pd.DataFrame(data, index=index)
