"""Records that may have a text as their name or as one of their synonyms, in any casing: all of those, and some others.

The index of trigrams answers that for a few texts in a large registry. It folds fewer characters than Python does, so only
those stretches of a text are asked for that every folding leaves alike; who asks has to compare what comes back.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import connection, models

from lnschema_core.rows.values import has_more_rows
from lnschema_core.search_index import definitions, known
from lnschema_core.search_index.definitions import quoted
from lnschema_core.search_index.layout import layout_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from lnschema_core.search_index.layout import Layout

_MOST_VALUES = 200
"""Up to so many texts are looked up in the index."""
_ROWS_PER_VALUE = 2_000
"""Looking one text up takes as long as reading this many rows."""
_MOST_TRIGRAMS = 12
_SIZE = 3

# Some characters become several when their case is folded (ß: ss), which Python does, but no database. Two foreign ones become s
# and k, which SQLite does, too. Beside a character that isn't ASCII, a letter may be part of such a fold.
# https://www.unicode.org/Public/UCD/latest/ucd/CaseFolding.txt
_FOLDS = {"sqlite": re.compile("f[fil]+|s[st]+"), "postgresql": re.compile("f[fil]+|st?|k")}
_UNSURE = re.compile(r"\0+|.?[^\x00-\x7f]+.?", re.DOTALL)


def narrowed(
    queryset: models.QuerySet[Any], name: str, synonyms: str, texts: Sequence[str]
) -> models.QuerySet[Any] | None:
    """Those records of a query set that may have one of the texts as name or synonym.

    Args:
        queryset: The records, without an order or slice.
        name: The field of the name.
        synonyms: The field of the synonyms, joined by a bar.
        texts: The texts, without null characters.

    Returns:
        ``None`` if reading all records is quicker, or if the index can't tell.
    """
    registry: type[models.Model] = queryset.model
    layout = layout_of(registry)
    if layout is None or len(texts) > _MOST_VALUES or not {name, synonyms} <= layout.fields:
        return None
    if not has_more_rows(registry._base_manager.all(), _ROWS_PER_VALUE * len(texts)):
        return None
    terms = [_sure(f"|{text}|") for text in texts]  # bars are around names and around each synonym
    if not all(any(len(stretch) >= _SIZE for stretch in term) for term in terms) or not known.has(layout, "trigrams"):
        return None
    return queryset.filter(_MayContain(layout, terms))


def _sure(text: str) -> list[str]:
    """The stretches of a text that all texts share which differ in casing only."""
    marked = _FOLDS[connection.vendor].sub(lambda match: "\0" * len(match[0]), text.casefold())
    return [stretch for stretch in _UNSURE.split(marked) if stretch]


class _MayContain(models.Func):
    """A condition: what is indexed of a record has all stretches of one of the terms."""

    def __init__(self, layout: Layout, terms: Sequence[Sequence[str]]) -> None:
        super().__init__(models.F("pk"), output_field=models.BooleanField())
        self.layout = layout
        self.terms = terms

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The keys of rows that the table of trigrams has, and of those that it doesn't have yet."""
        table, key = quoted(self.layout.table), quoted(self.layout.key)
        grams, rest = quoted(self.layout.object_name("gram")), quoted(self.layout.object_name("rest"))
        numbers = f"SELECT rowid FROM {grams} WHERE {grams} MATCH %%s UNION ALL SELECT row FROM {rest}"  # noqa: S608 - our names
        template = f"%(expressions)s IN (SELECT {key} FROM {table} WHERE rowid IN ({numbers}))"  # noqa: S608 - our names
        sql, parameters = super().as_sql(compiler, connection, template=template, **extra_context)
        return sql, (*parameters, " OR ".join(dict.fromkeys(_all_trigrams(term) for term in self.terms)))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Patterns, each in a selection of its own; several in one condition would not be looked up in the index.

        See https://www.postgresql.org/docs/current/pgtrgm.html#PGTRGM-INDEX.
        """
        table, key = quoted(self.layout.table), quoted(self.layout.key)
        text = definitions.text(self.layout)
        patterns = list(dict.fromkeys(_pattern(term) for term in self.terms))
        keys = " UNION ALL ".join([f"SELECT {key} FROM {table} WHERE ({text}) ILIKE %%s"] * len(patterns))  # noqa: S608 - our names
        sql, parameters = super().as_sql(compiler, connection, template=f"%(expressions)s IN ({keys})", **extra_context)
        return sql, (*parameters, *patterns)


def _all_trigrams(stretches: Sequence[str]) -> str:
    """The condition, in FTS5, that all trigrams of the stretches are there; of many, the first, the last and some between."""
    trigrams = [one[i : i + _SIZE] for one in stretches for i in range(len(one) - _SIZE + 1)]
    count = min(len(trigrams), _MOST_TRIGRAMS)
    some = [trigrams[i * (len(trigrams) - 1) // max(count - 1, 1)] for i in range(count)]
    return f"({' AND '.join(quoted(trigram) for trigram in dict.fromkeys(some))})"


def _pattern(stretches: Sequence[str]) -> str:
    escaped = (re.sub(r"([\\%_])", r"\\\1", stretch) for stretch in stretches)
    return f"%{'%'.join(escaped)}%"
