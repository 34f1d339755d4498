"""Records that somebody else has made since a constructor looked for them and found none.

Where no value of a record has to be unique, such as the name of a feature, the database lets processes that begin together make the same one
several times, and none of them can be told by its name any more. So whoever saves such a record looks for it again, in the transaction that
inserts it and behind everybody else who is about to insert into that table. SQLite has one writer at a time anyway; on Postgres a lock
of the table's own is held until the transaction ends.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from django.db import connection

from lnschema_core.fields import oldest_first
from lnschema_core.rows.values import AnyOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_OURS = 0x1A3147
"""The first key of our locks, https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS; the second one tells what is inserted."""


def is_looked_for(record: Any) -> bool:
    """Whether a record isn't saved, and still has the values by which its constructor has found none."""
    wanted = record.looked_for
    return (
        wanted is not None
        and record._state.adding
        and all(getattr(record, name) == value for name, value in wanted.items())
    )


def become_existing(registry: Any, records: Sequence[Any]) -> Sequence[Any]:
    """Let new records become those that somebody else has made since their constructors looked for them; within a transaction.

    One statement for those that were looked for by the same fields, and one before it on Postgres, however many records. They aren't compared
    with each other: who saves two of one name at once wants two.

    Returns:
        The records that are new.
    """
    groups: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for record in records:
        if is_looked_for(record):
            groups[tuple(record.looked_for)].append(record)
    if not groups:
        return records
    wait_for_others([registry._meta.db_table])
    for names, group in groups.items():
        queryset = registry.filter().filter(AnyOf(names[0], list({record.looked_for[names[0]] for record in group})))
        oldest: dict[tuple[Any, ...], Any] = {}
        for row in queryset.order_by(*oldest_first(registry)):
            oldest.setdefault(tuple(getattr(row, name) for name in names), row)
        for record in group:
            same = oldest.get(tuple(record.looked_for.values()))
            if same is not None:
                record.become(same)
    return [record for record in records if record._state.adding]


def wait_for_others(names: Iterable[str]) -> None:
    """Wait on Postgres until nobody else is about to insert what has these names, such as those of tables, always in the same order.

    Each name takes room in memory that all sessions of a server share, until the transaction ends: pass some hundred at most.
    """
    numbers = sorted({_number_of(name) for name in names})
    if connection.vendor == "postgresql" and numbers:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, number) FROM unnest(%s) AS number", [_OURS, numbers])


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big", signed=True)
