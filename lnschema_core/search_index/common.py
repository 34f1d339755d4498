"""Trigrams that so many texts of a large registry have that looking them up takes longer than people wait, and tells next to nothing.

A sample of the texts tells them.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING

from django.db import connection

from lnschema_core.search_index import definitions, trigrams
from lnschema_core.search_index.definitions import quoted

if TYPE_CHECKING:
    from lnschema_core.search_index.layout import Layout

_MANY = 200_000
"""An index reads so many entries of a trigram in some milliseconds."""
_LEAST_PART = 0.025
"""A part of all texts that a sample tells."""
_TEXTS = 600
"""How many texts are a sample. Those that are beside each other have much in common, so they are from all over the registry."""


def common_trigrams(layout: Layout) -> frozenset[str]:
    """The trigrams, in lower case, that more than some hundred thousand texts of a registry have; none in smaller registries."""
    rows = _number_of_rows(layout)
    if rows < _MANY:
        return frozenset()
    texts = _sample(layout, rows)
    least = len(texts) * max(_LEAST_PART, _MANY / rows)
    numbers = Counter(trigram for text in texts for trigram in trigrams.trigrams_of(text.lower()))
    return frozenset(trigram for trigram, number in numbers.items() if number >= least)


def _number_of_rows(layout: Layout) -> int:
    """About how many rows there are, as is known without counting."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"SELECT max(rowid) FROM {quoted(layout.table)}")  # noqa: S608 - our name
        else:
            cursor.execute("SELECT reltuples FROM pg_class WHERE oid = to_regclass(%s)", [quoted(layout.table)])
        return int(cursor.fetchone()[0] or 0)


def _sample(layout: Layout, rows: int) -> list[str]:
    """Some texts from all over the registry, the same ones each time."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            numbers = random.Random(0).sample(range(1, rows + 1), _TEXTS)  # noqa: S311 - no secret
            cursor.execute(
                f"SELECT {definitions.text(layout)} FROM {quoted(layout.table)} "  # noqa: S608 - our names
                "WHERE rowid IN (SELECT value FROM json_each(%s))",
                [json.dumps(numbers)],
            )
        else:  # of the rows of each page, one in sixteen is taken
            percent = min(100, 100 * 16 * _TEXTS / rows)
            cursor.execute(
                f"SELECT {definitions.text(layout)} FROM {quoted(layout.table)} "  # noqa: S608 - our names
                f"TABLESAMPLE SYSTEM ({percent}) REPEATABLE (0) WHERE md5({quoted(layout.key)}::text) < '1'"
            )
        return [text for (text,) in cursor.fetchall()]
