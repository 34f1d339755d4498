"""Records that a string may mean, found by indexes: a bounded number of them, whatever the size of the registry.

They are candidates: ranking tells which of them are similar, and how much. Small registries need none, and a database without
our indexes has none; then the whole registry is ranked.
"""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import OperationalError, connection, transaction
from django.db.models import CharField

from lamindb.setup.postgres.errors import has_timed_out
from lnschema_core.rows.values import is_storable
from lnschema_core.search_index import definitions, first_look, keys, known, series, snapshots, trigrams
from lnschema_core.search_index.definitions import BATCH, quoted
from lnschema_core.search_index.layout import layout_of
from lnschema_core.search_index.snapshots import SMALL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db import models

    from lamindb.text.ranking import AnyEntry
    from lnschema_core.search_index.layout import Layout

_SPELT_ALIKE = 40
_SPELLINGS = 8  # as many, or a multiple of it
_PER_TEXT = 500
_TOO_MANY = 3 * _PER_TEXT  # texts, to be those that are meant
_MOST_READ = 20 * _PER_TEXT  # texts that are read for the words that were not looked up
_ENOUGH = 20
_FEW_ENOUGH = 100  # names in memory that may be similar, to be ranked
_FEW = 2  # pieces that may be missing where any hit is enough
_MOST_WORDS = 6
_TIMEOUT, _PATIENCE = "statement_timeout", "300ms"  # of Postgres, for texts with similar words
_LONGEST = 200  # characters that find candidates


class Knowledge(NamedTuple):
    """What is known of a name and the registry it is asked of."""

    is_known: bool
    """Whether the registry has exactly this name."""
    is_large: bool
    similar: list[AnyEntry] | None
    """Records that may be similar, none if the registry is empty; ``None`` if this is not known yet."""


_UNLIKE_ALL = Knowledge(is_known=False, is_large=True, similar=[])


def knowledge(registry: type[models.Model], name: str, *, with_similar: bool) -> Knowledge:
    """Whether the registry has exactly this name, how large it is, and which names may be similar.

    Where many records are made one after the other, and there are few names, or names have synonyms, no statement tells that, but what was
    read for the first ones. Otherwise one does, which also finds candidates where the registry was large when it was last asked; where
    there are synonyms, another one looks for those.
    """
    names, layout = snapshots.quick_names_of(registry), layout_of(registry)
    if names is None and layout is not None:
        if with_similar and first_look.is_unlike_all(layout, name[:_LONGEST]):
            return _UNLIKE_ALL
        is_known = None if with_similar else first_look.has(layout, name)
        if is_known is not None:
            return Knowledge(is_known, is_large=True, similar=[])
    if names is None:
        names = snapshots.names_of(registry)
    if names is not None:
        is_large = len(names) > SMALL
        similar = names.similar(name, most=_FEW_ENOUGH if is_large else None) if with_similar else []
        return Knowledge(name in names, is_large, similar)
    if layout is not None and known.was_large(layout):
        if not with_similar:
            return Knowledge(_has(registry, name), is_large=True, similar=[])
        found = _namesakes(layout, name)
        if found is not None and found.is_large:
            return found
    found = _name_and_size(registry, layout, name)
    return found if with_similar else found._replace(similar=[])


def _has(registry: type[models.Model], name: str) -> bool:
    """Whether the registry has exactly this name."""
    table, column = _place_of_names(registry)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {table} WHERE {column} = %s LIMIT 1", [name])  # noqa: S608 - our names
        return cursor.fetchone() is not None


def _name_and_size(registry: type[models.Model], layout: Layout | None, name: str) -> Knowledge:
    """Whether the registry has exactly this name, and whether it is large."""
    table, column = _place_of_names(registry)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT EXISTS(SELECT 1 FROM {table} WHERE {column} = %s), EXISTS(SELECT 1 FROM {table}), "  # noqa: S608 - our names
            f"({known.one_beyond_small(table)})",
            [name],
        )
        is_known, has_rows, beyond = cursor.fetchone()
    if layout is not None:
        known.remember_size(layout, is_large=beyond is not None)
    return Knowledge(bool(is_known), beyond is not None, None if has_rows else [])


def _place_of_names(registry: type[models.Model]) -> tuple[str, str]:
    """The quoted names of the table and the column with the names of a registry."""
    field = registry._meta.get_field("name")
    return quoted(field.model._meta.db_table), quoted(str(field.column))  # type: ignore[union-attr]


def is_large(registry: type[models.Model]) -> bool:
    """Whether the registry has so many records that candidates are worth looking up. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(known.one_beyond_small(quoted(registry._meta.db_table)))
        return cursor.fetchone() is not None


def namesakes(registry: type[models.Model], name: str) -> list[AnyEntry] | None:
    """Records that have a new name, and those whose name, or one of whose synonyms, may be similar.

    One statement, and another one where there are synonyms.

    Returns:
        Key, name and synonyms of each; ``None`` if the indexes for that are missing.
    """
    layout = layout_of(registry)
    found = None if layout is None or not is_storable(name) else _namesakes(layout, name)
    return None if found is None else found.similar


def _namesakes(layout: Layout, name: str) -> Knowledge | None:
    if layout.name is None or not known.has(layout, "keys"):
        return None
    statement = _Statement(layout)
    statement.add(f"{quoted(layout.name)} = %s", name, limit=1)
    _by_name(statement, layout.name, name[:_LONGEST], is_new=True)
    statement.parts.append(_if_large(layout))
    found = statement.rows()
    is_large = found.pop(None, None) is not None
    known.remember_size(layout, is_large=is_large)
    found |= _of_a_series(layout, layout.name, name[:_LONGEST], found)
    if layout.synonyms is not None and known.has(layout, "trigrams"):
        statement = _Statement(layout)
        _by_text(statement, name[:_LONGEST], missing=0, limit=_ENOUGH)
        if connection.vendor == "sqlite":
            _of_rest(statement, having=trigrams.words(name[:_LONGEST]))
        found |= statement.rows()
    is_known = any(entry[1] == name for entry in found.values())
    return Knowledge(is_known, is_large, list(found.values()))


def _of_a_series(layout: Layout, column: str, name: str, found: dict[Any, AnyEntry]) -> dict[Any, AnyEntry]:
    """Records with the name as those that were found are spelt; it costs a statement to look for them, where there may be any.

    Fewer than fill one window of neighbours are all that there are.
    """
    others = [other for _, other, _ in found.values() if other]
    spellings = [] if len(others) < keys.NEIGHBOURS else series.spellings(name, others)
    spellings = [one for one in spellings if one not in others]
    if not spellings:
        return {}
    statement = _Statement(layout)
    spellings += spellings[:1] * (series.LOOK_UPS - len(spellings))
    condition = f"{quoted(column)} IN ({', '.join(['%s'] * len(spellings))})"
    statement.add(condition, *spellings, limit=_SPELT_ALIKE)
    return statement.rows()


def are_entries_of(registry: Any, field: str, synonyms: str | None) -> bool:
    """Whether what is found of a registry is what it shows of these fields, and needn't be read again."""
    layout = layout_of(registry)
    if layout is None or registry.filter().query.where or not isinstance(registry._meta.pk, CharField):
        return False
    columns = [None if name is None else str(registry._meta.get_field(name).column) for name in (field, synonyms)]
    return columns == [layout.name, layout.synonyms]


def matches(registry: type[models.Model], string: str, fields: set[str]) -> list[AnyEntry] | None:
    """Those records of a large registry that may be what a search is after.

    Returns:
        At most some hundred; ``None`` if the indexes for that are missing, or fields are not indexed.
    """
    layout = layout_of(registry)
    if layout is None or not fields <= layout.fields or not known.has(layout, "trigrams") or not is_storable(string):
        return None
    string = string[:_LONGEST]
    statement = _Statement(layout)
    if layout.name is not None and known.has(layout, "keys"):
        _by_name(statement, layout.name, string, is_new=False)
    if connection.vendor == "sqlite":
        _of_rest(statement)
    found = statement.rows()
    if layout.name is not None:
        found |= _of_a_series(layout, layout.name, string, found)
    more = _matching_texts_of_sqlite if connection.vendor == "sqlite" else _matching_texts_of_postgres
    return list((found | more(layout, string)).values())


def _matching_texts_of_sqlite(layout: Layout, string: str) -> dict[Any, AnyEntry]:
    """Records whose texts have the trigrams of a string, and if these are few, those that lack more and more of them.

    Common trigrams are looked up only if the others tell nothing.
    """
    found: dict[Any, AnyEntry] = {}
    common = known.common(layout).intersection(trigrams.trigrams_of(string.lower()))
    for left_out in dict.fromkeys([common, frozenset()]):
        most = max(1, len(trigrams.pieces(string, common=left_out))) - 1
        first = 0
        if most:
            few = _if_few(layout, string, missing=min(_FEW, most), left_out=left_out)
            found |= few or {}
            first = 0 if few is None else _FEW + 1
        for missing in () if found else range(first, most + 1):
            statement = _Statement(layout)
            _by_text(statement, string, missing=missing, limit=_PER_TEXT, left_out=left_out)
            more = statement.rows()
            found |= more
            if len(more) >= (_ENOUGH if missing < _FEW else 1):
                break
        if found:
            break
    return found


def _if_few(layout: Layout, string: str, *, missing: int, left_out: frozenset[str]) -> dict[Any, AnyEntry] | None:
    """Records whose texts have all pieces of a string but at most ``missing``, if those are few; SQLite only.

    Then these are also all those that lack fewer, so nobody has to look for them first. Where there are many, a moment finds that out.
    """
    expression = trigrams.expression(string, missing=missing, common=left_out)
    if expression is None:
        return None
    grams = quoted(layout.object_name("gram"))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT rowid FROM {grams} WHERE {grams} MATCH %s LIMIT {_ENOUGH}", [expression])  # noqa: S608 - our names
        numbers = [number for (number,) in cursor.fetchall()]
    if len(numbers) == _ENOUGH:
        return None
    statement = _Statement(layout)
    _of_rows(statement, "SELECT value FROM json_each(%s)", json.dumps(numbers))
    return statement.rows()


def _matching_texts_of_postgres(layout: Layout, string: str) -> dict[Any, AnyEntry]:
    """Records whose texts contain a string; if none does, all its words but one; then all parts of words but one; then similar ones.

    A step is the last one if it tells some records, and not too many. Words and parts that most texts have are not looked up.

    Words that many texts have in common make looking for similar ones take seconds in millions of records: that is given up after a while.
    """
    left_out = known.common(layout)
    statement = _Statement(layout)
    _by_text(statement, string, missing=0, limit=_PER_TEXT, left_out=left_out)
    found = statement.rows()
    if found:
        return found
    words = list(dict.fromkeys(trigrams.words(string)))[:_MOST_WORDS]
    for cuts in ([words], [trigrams.parts(string), trigrams.parts(string, from_end=True)]):
        statement = _Statement(layout)
        for parts in cuts:
            _by_all_but_one(statement, trigrams.rare_parts(parts, left_out))
        found = statement.rows() or found
        if 0 < len(found) < _TOO_MANY:
            return found
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SELECT current_setting('{_TIMEOUT}'), set_config('{_TIMEOUT}', '{_PATIENCE}', true)")
            before = cursor.fetchone()[0]
            for missing in (1, 2):
                statement = _Statement(layout)
                _by_text(statement, string, missing=missing, limit=_PER_TEXT)
                more = statement.rows()
                found |= more
                if more:
                    break
            cursor.execute(f"SELECT set_config('{_TIMEOUT}', %s, true)", [before])
    except OperationalError as error:
        if not has_timed_out(error):
            raise
    return found


# -- statements -------------------------------------------------------------------------------------------------------


class _Statement:
    """Several bounded selections of keys, names and synonyms of one registry in one statement.

    Selections for names that are as long as others have the same text, so that nobody has to parse it again.
    """

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.parts: list[str] = []
        self.parameters: list[Any] = []

    def add(self, condition: str, *parameters: Any, limit: int) -> None:
        """Add at most ``limit`` rows that meet a condition, which may end with an order."""
        self.parts.append(_selection(self.layout, condition, limit))
        self.parameters += parameters

    def rows(self) -> dict[Any, AnyEntry]:
        """The rows by key."""
        if not self.parts:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(self.parts), self.parameters)
            return {row[0]: row for row in cursor.fetchall()}


@cache
def _selection(layout: Layout, condition: str, limit: int) -> str:
    columns = ", ".join(quoted(column) for column in (layout.key, layout.name or layout.texts[0]))
    columns += f", {quoted(layout.synonyms)}" if layout.synonyms else ", NULL"
    selection = f"SELECT {columns} FROM {quoted(layout.table)} WHERE {condition} LIMIT {limit}"  # noqa: S608 - our names
    return f"SELECT * FROM ({selection}) AS part"  # noqa: S608 - likewise


@cache
def _if_large(layout: Layout) -> str:
    """A row without a key if the registry is large."""
    table, key = quoted(layout.table), quoted(layout.key)
    selection = f"SELECT NULLIF({key}, {key}), '', '' FROM {table} LIMIT 1 OFFSET {SMALL}"  # noqa: S608 - our names
    return f"SELECT * FROM ({selection}) AS part"  # noqa: S608 - likewise


def _by_name(statement: _Statement, column: str, name: str, *, is_new: bool) -> None:
    """The same name in another case, its parts, and its neighbours in the order of names and in that of keys.

    Of a new name, only neighbours are of interest that begin like it; SQLite can tell those by the order of names.
    """
    vendor = connection.vendor
    spellings = keys.spellings(name)
    spellings += spellings[:1] * (-len(spellings) % _SPELLINGS)
    starts = keys.starts(name)
    is_bounded = is_new and vendor == "sqlite" and keys.beginning(name) != ""
    ends, head = keys.ends(name, vendor), keys.head(name, vendor)
    statement.parts += _selections_by_name(
        statement.layout, column, _Shape(vendor, len(spellings), len(starts), is_bounded, len(ends))
    )
    statement.parameters += spellings
    for start in starts:
        if is_bounded:
            beginning = keys.beginning(start)
            statement.parameters += [start, beginning + keys.HIGHEST, start, beginning]
        else:
            statement.parameters += [start, start]
    after = [(end + head, keys.behind(end)) for end in ends]
    before = [(end + head, end) for end in ends]
    ranges = [one for pair in zip(after, before, strict=True) for one in pair] if vendor == "sqlite" else after + before
    statement.parameters += [one for pair in ranges for one in pair]


class _Shape(NamedTuple):
    """What names have in common that are looked up by the same selections."""

    vendor: str
    spellings: int
    starts: int
    is_bounded: bool
    ends: int


@cache
def _selections_by_name(layout: Layout, column: str, shape: _Shape) -> list[str]:
    key, column = definitions.key(column, shape.vendor), quoted(column)
    selections = [_selection(layout, f"{column} IN ({', '.join(['%s'] * shape.spellings)})", _SPELT_ALIKE)]
    after, before = ("", "") if not shape.is_bounded else (f"AND {column} < %s ", f"AND {column} >= %s ")
    for _ in range(shape.starts):
        selections.append(_selection(layout, f"{column} >= %s {after}ORDER BY {column}", keys.NEIGHBOURS))
        selections.append(_selection(layout, f"{column} < %s {before}ORDER BY {column} DESC", keys.NEIGHBOURS))
    if shape.vendor == "sqlite":
        for _ in range(shape.ends):
            selections.append(_selection(layout, f"{key} >= %s AND {key} < %s ORDER BY {key}", keys.NEIGHBOURS))
            selections.append(_selection(layout, f"{key} < %s AND {key} >= %s ORDER BY {key} DESC", keys.NEIGHBOURS))
    else:  # a selection takes it as long to plan as to do, so there is one for all ranges
        given = f"(VALUES {', '.join(['(%s, %s)'] * shape.ends)}) AS given (place, border)"
        for condition in (
            f"{key} >= place AND {key} < border ORDER BY {key}",
            f"{key} < place AND {key} >= border ORDER BY {key} DESC",
        ):
            part = _selection(layout, condition, keys.NEIGHBOURS)
            selections.append(f"SELECT part.* FROM {given} CROSS JOIN LATERAL ({part}) AS part")  # noqa: S608 - our names
    return selections


def _by_text(
    statement: _Statement, string: str, *, missing: int, limit: int, left_out: frozenset[str] = frozenset()
) -> None:
    """Records whose texts have the trigrams of the string, all but those of so many pieces.

    Trigrams that are left out are not looked up; where none may be missing, the texts with all others are read instead.

    Postgres knows texts that contain the string; where one piece may be missing, texts that have similar words; where more, texts that
    are similar as a whole.
    """
    layout = statement.layout
    if connection.vendor == "sqlite":
        expression = trigrams.expression(string, missing=missing, common=left_out)
        if expression is not None:
            having = trigrams.words(string) if left_out and not missing else []
            grams = quoted(layout.object_name("gram"))
            most = _MOST_READ if having else limit
            selection = f"SELECT rowid FROM {grams} WHERE {grams} MATCH %s LIMIT {most}"  # noqa: S608 - our names
            _of_rows(statement, selection, expression, having=having)
        return
    text = f"({definitions.text(layout)})"
    if not missing:
        stretches = [one for one in trigrams.rare_stretches(string, left_out) if one != string]
        looked_up = [f"{text} ILIKE %s"] * len(stretches)
        read = f"({text} || '') ILIKE %s" if stretches else f"{text} ILIKE %s"  # an index is of one expression
        patterns = [_containing(one) for one in [*stretches, string]]
        statement.add(" AND ".join([*looked_up, read]), *patterns, limit=limit)
    elif missing == 1:
        statement.add(f"{text} %%> %s ORDER BY word_similarity(%s, {text}) DESC", string, string, limit=limit)
    else:
        statement.add(f"{text} %% %s ORDER BY similarity({text}, %s) DESC", string, string, limit=limit)


def _containing(string: str) -> str:
    return "%" + string.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"


def _by_all_but_one(statement: _Statement, parts: list[str]) -> None:
    """Records whose texts have all parts of a string but one, which may be misspelt; Postgres only."""
    text = f"({definitions.text(statement.layout)})"
    for number in range(len(parts)) if len(parts) > 1 else ():
        patterns = [f"%{part}%" for part in parts[:number] + parts[number + 1 :]]
        statement.add(" AND ".join([f"{text} ILIKE %s"] * len(patterns)), *patterns, limit=_PER_TEXT)


def _of_rest(statement: _Statement, *, having: Sequence[str] = ()) -> None:
    """Records that are not in the table of trigrams yet, and whose texts have all of some words."""
    _of_rows(statement, f"SELECT row FROM {quoted(statement.layout.object_name('rest'))}", having=having)  # noqa: S608 - our name


def _of_rows(statement: _Statement, numbers: str, *parameters: Any, having: Sequence[str] = ()) -> None:
    """Records of rows whose numbers are selected, and whose texts have all of some words."""
    condition = f"rowid IN ({numbers})" + f" AND {definitions.text(statement.layout)} LIKE %s" * len(having)
    patterns = [f"%{word}%" for word in having]
    statement.add(condition, *parameters, *patterns, limit=_PER_TEXT + BATCH)
