"""Query sets as data frames."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import TextField
from django.db.models.functions import Cast

from lamindb.arguments import check_text
from lnschema_core.rows.values import AnyOf, chunks

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa
    from django.db import models

    from lnschema_core.query import QuerySet

_PER_FETCH = 10_000
_TIMES = ("updated_at", "run_at")
_TEXTS = ("CharField", "TextField", "SlugField", "EmailField", "URLField")
_ARROW_TYPES = {
    **dict.fromkeys(["AutoField", "BigAutoField", "BigIntegerField", "IntegerField", "SmallIntegerField"], "int64"),
    **dict.fromkeys(["PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField"], "int64"),
    "BooleanField": "bool",
    "FloatField": "float64",
    "DateField": "date32",
}
_QUARTER = 900  # seconds; offsets of time zones change at whole quarters of an hour


def queryset_to_frame(queryset: QuerySet[Any], include: Sequence[str]) -> pd.DataFrame:
    """The records as a frame; see :meth:`QuerySet.df <lnschema_core.query.QuerySet.df>`."""
    import pandas as pd

    for expression in include:
        check_text("include", expression)
        _check_many_to_many(queryset.model, expression.partition("__")[0])
    key = queryset.model._meta.pk.attname
    names = [field.attname for field in queryset.model._meta.concrete_fields]
    columns = [name for name in names if name not in (key, "created_at")]
    times = {name: Cast(name, TextField()) for name in _TIMES if name in columns and _has_texts_for_times(queryset)}
    rows = queryset.values_list(key, *(times.get(name, name) for name in columns))
    frame = pd.DataFrame.from_records(list(rows.iterator(_PER_FETCH)), columns=[key, *columns], index=key)
    for name in _TIMES:
        if name in frame.columns and len(frame):
            frame[name] = _local_texts(frame[name])
    for position, expression in enumerate(include):
        frame.insert(position, expression, _linked_values(queryset, expression, list(frame.index)))
    return frame


def queryset_to_arrow(queryset: QuerySet[Any]) -> pa.Table:
    """The records as a table of Arrow; see :meth:`QuerySet.to_arrow <lnschema_core.query.QuerySet.to_arrow>`."""
    import pyarrow as pa

    fields = queryset.model._meta.concrete_fields
    rows = list(queryset.values_list(*(field.attname for field in fields)))
    columns = zip(*rows, strict=True) if rows else ([] for _ in fields)
    arrays = [_array(field, list(values)) for field, values in zip(fields, columns, strict=True)]
    return pa.table(arrays, names=[field.attname for field in fields])


def _array(field: Any, values: list[Any]) -> pa.Array:
    import pyarrow as pa

    kind = (field.target_field if field.is_relation else field).get_internal_type()
    if kind == "DateTimeField":
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    if kind in _ARROW_TYPES:
        return pa.array(values, _ARROW_TYPES[kind])
    if kind in _TEXTS:
        return pa.array(values, pa.string())
    return pa.array([None if value is None else json.dumps(value, default=str) for value in values], pa.string())


def _local_texts(times: pd.Series[Any]) -> list[str | None]:
    """Times as texts in the zone of this machine, with the offsets that were in force at these times."""
    import numpy as np
    import pandas as pd

    missing = times.isna().to_numpy()
    if missing.all() or not isinstance(times[~missing].iloc[0], str):
        instants = pd.to_datetime(times, utc=True).fillna(pd.Timestamp(0, tz="UTC"))
        seconds = instants.astype("datetime64[s, UTC]").astype("int64").to_numpy()
    else:
        texts = times.where(~missing, "1970-01-01 00:00:00").to_numpy(dtype=str).astype("U19")
        seconds = texts.astype("datetime64[s]").astype("int64")
    quarters, position = np.unique(seconds // _QUARTER, return_inverse=True)
    offsets = np.array([time.localtime(int(quarter) * _QUARTER).tm_gmtoff for quarter in quarters], dtype="int64")
    local = (seconds + offsets[position]).astype("datetime64[s]")
    texts = np.char.replace(np.datetime_as_string(local), "T", " ").tolist()
    return [None if is_missing else text for text, is_missing in zip(texts, missing.tolist(), strict=True)]


def _has_texts_for_times(queryset: QuerySet[Any]) -> bool:
    """Whether times are texts in the database, in UTC, which are read quicker than as times."""
    return connections[queryset.db].vendor == "sqlite" and not queryset.query.combinator and not queryset.query.distinct


def _linked_values(queryset: QuerySet[Any], expression: str, keys: list[Any]) -> list[list[Any]]:
    """Per record the values behind a many-to-many expression, in the order in which they were linked."""
    field_name = expression.partition("__")[0]
    path = expression if "__" in expression else f"{expression}__pk"
    linked: dict[Any, list[Any]] = {key: [] for key in keys}
    is_linked = {f"{field_name}__isnull": False}
    for some in chunks(keys):
        pairs = queryset.model._base_manager.filter(AnyOf("pk", some)).filter(**is_linked)
        for key, value in pairs.values_list("pk", path):
            linked[key].append(value)
    return [linked[key] for key in keys]


def _check_many_to_many(registry: type[models.Model], name: str) -> None:
    field: Any
    try:
        field = registry._meta.get_field(name)
    except FieldDoesNotExist:
        field = next((one for one in registry._meta.related_objects if one.get_accessor_name() == name), None)
        if field is None:
            msg = f"{registry.__name__} has no field '{name}'"
            raise AttributeError(msg) from None
    if not field.many_to_many:
        msg = "Only many-to-many fields are allowed here."
        raise ValueError(msg)
