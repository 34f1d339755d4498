"""What it takes to find names among many, beside the bare index look-ups, and how well the wanted one is ranked."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from rapidfuzz import process, utils

from tests.benchmarks.figures import Figure, of_call
from tests.core import remembered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REPEATS = 50
_INSERT = (
    "INSERT INTO lnschema_core_ulabel (id, name, created_at, updated_at, created_by_id) VALUES (%s, %s, %s, %s, %s)"
)
_LOOKUP = "SELECT id FROM lnschema_core_ulabel WHERE name = ?"
_TRIGRAMS = "SELECT rowid FROM floor WHERE floor MATCH ? ORDER BY rank LIMIT 500"


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on instances of its own."""
    from lamindb import log, setup

    for count in [2_000] if smoke else [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder, log.silent_if(mute=True):
            root = Path(folder).resolve()
            setup.init(storage=root / "storage", name="searching")
            names = _register(count)
            with closing(sqlite3.connect(root / "storage" / "searching.lndb")) as database:
                yield from _measured(count, names, database)
            if count <= 100_000:
                yield _ranking(500 if smoke else 10_000)
            setup.close(mute=True)


def _register(count: int) -> list[str]:
    """Make labels in one statement, and the search index when they are there."""
    from django.db import connection, transaction

    import lamindb as ln
    from lnschema_core.search_index import objects

    rng = random.Random(0)
    words = ["".join(rng.choices("aeioulnrstbcdfgm", k=rng.randint(4, 10))) for _ in range(500)]
    names = [f"{' '.join(rng.sample(words, 3))} {number}" for number in range(count)]
    now, user = datetime.now(tz=UTC), ln.User.filter().one().id
    objects.drop()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT, ((f"{number:08}", name, now, now, user) for number, name in enumerate(names)))
    objects.ensure()
    return names


def _measured(count: int, names: list[str], database: sqlite3.Connection) -> Iterator[Figure]:
    import lamindb as ln

    database.execute("CREATE VIRTUAL TABLE temp.floor USING fts5(name, tokenize='trigram')")
    database.executemany("INSERT INTO temp.floor VALUES (?)", ((name,) for name in names))
    asked = random.Random(1).sample(names, _REPEATS)
    misspelt = [f"{name[:4]}{name[5:]}" for name in asked]

    def lookup(name: str) -> object:
        return database.execute(_LOOKUP, [name]).fetchall()

    def trigrams(name: str) -> object:
        return database.execute(_TRIGRAMS, [f'"{name}"']).fetchall()

    new, similar = [f"{name[::-1]} x" for name in asked], [f"{name}b" for name in asked]
    at = f"{count:,} labels"
    by_name, by_text = "sqlite3: look-up in index", "sqlite3: FTS5 phrase"
    one = _each(lambda name: ln.ULabel.filter(name=name).one(), asked)
    yield Figure(f"filter(name=…).one() at {at}", one, _each(lookup, asked), by_name)
    yield Figure(f"constructor, new name at {at}", _each(lambda x: ln.ULabel(name=x), new), _each(lookup, new), by_name)
    ours = _each(lambda x: ln.ULabel(name=x), similar)
    yield Figure(f"constructor, similar name at {at}", ours, _each(lookup, similar), by_name)
    yield Figure(f"search, exact at {at}", _each(ln.ULabel.search, asked), _each(trigrams, asked), by_text)
    beginnings = [name[: len(name) // 2] for name in asked]
    yield Figure(f"search, prefix at {at}", _each(ln.ULabel.search, beginnings), _each(trigrams, beginnings), by_text)
    yield Figure(f"search, misspelt at {at}", _each(ln.ULabel.search, misspelt), _each(trigrams, asked), by_text)


def _ranking(n_distractors: int) -> Figure:
    """How far in front a wanted term is, as the mean of 1/rank over what users type for it; 1 is best."""
    import lamindb as ln

    terms = [(name, f"{synonyms}|{short}") for name, (synonyms, short) in remembered.WANTED.items()]
    terms += [(name, None) for name in remembered.distractors(n_distractors)]
    ln.save([ln.Feature.from_fields(name=name, type="category", synonyms=synonyms) for name, synonyms in terms])
    texts = [(text, name) for name, synonyms in terms for text in [name, *(synonyms or "").split("|")] if text]

    def by_hand(question: str) -> list[str]:
        hits = process.extract(question, [text for text, _ in texts], limit=20, processor=utils.default_process)
        return list(dict.fromkeys(texts[place][1] for _, _, place in hits))

    ours = _mean_reciprocal_rank(lambda question: list(ln.Feature.search(question).index))
    operation = f"search: 1/rank among {n_distractors:,} others"
    return Figure(operation, ours, _mean_reciprocal_rank(by_hand), "rapidfuzz.WRatio over all texts", unit="")


def _mean_reciprocal_rank(search: Callable[[str], list[str]]) -> float:
    found = [(search(question), name) for _, question, name in remembered.questions()]
    return sum(1 / (hits.index(name) + 1) if name in hits else 0 for hits, name in found) / len(found)


def _each(action: Callable[[str], object], names: list[str]) -> float:
    """The CPU seconds of one call, once everything that calls share has been made."""
    action(names[0])
    return of_call(lambda: [action(name) for name in names]) / len(names)
