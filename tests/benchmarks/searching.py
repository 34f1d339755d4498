"""What it takes to find names among many, beside the bare index look-ups, and how well the wanted one is ranked."""

from __future__ import annotations

import io
import random
import sqlite3
import tempfile
from contextlib import closing
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Bare:
    """How names are found by the bare driver of a database."""

    lookup: Callable[[str], object]
    phrase: Callable[[str], object]
    by_name: str
    """What looking one up is called in the table."""
    by_text: str
    worker: int | None = None
    """The process of the server that works for this one."""


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on instances of its own."""
    from lamindb import log, setup

    for count in [2_000] if smoke else [100_000, 1_000_000]:
        with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
            root = Path(folder).resolve()
            setup.init(storage=root / "storage", name="searching")
            names = _register(count)
            with closing(sqlite3.connect(root / "storage" / "searching.lndb")) as database:
                yield from measured(f"{count:,} labels", names, _bare_sqlite(names, database))
            if count <= 100_000:
                yield _ranking(500 if smoke else 10_000)
            setup.close(mute=True)


def make_names(count: int) -> list[str]:
    """Names of three words and a number."""
    rng = random.Random(0)
    words = ["".join(rng.choices("aeioulnrstbcdfgm", k=rng.randint(4, 10))) for _ in range(500)]
    return [f"{' '.join(rng.sample(words, 3))} {number}" for number in range(count)]


def _register(count: int) -> list[str]:
    """Make labels in one statement, and the search index when they are there."""
    from django.db import connection, transaction

    import lamindb as ln
    from lnschema_core.search_index import objects

    names = make_names(count)
    now, user = datetime.now(tz=UTC), ln.User.filter().one().id
    objects.drop()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(_INSERT, ((f"{number:08}", name, now, now, user) for number, name in enumerate(names)))
    objects.ensure()
    return names


def _bare_sqlite(names: list[str], database: sqlite3.Connection) -> Bare:
    """Look-ups by the bare driver, and in a table of trigrams of its own."""
    database.execute("CREATE VIRTUAL TABLE temp.floor USING fts5(name, tokenize='trigram')")
    database.executemany("INSERT INTO temp.floor VALUES (?)", ((name,) for name in names))
    return Bare(
        lambda name: database.execute(_LOOKUP, [name]).fetchall(),
        lambda name: database.execute(_TRIGRAMS, [f'"{name}"']).fetchall(),
        "sqlite3: look-up in index",
        "sqlite3: FTS5 phrase",
    )


def measured(at: str, names: list[str], bare: Bare) -> Iterator[Figure]:
    """What finding some of the names takes, beside the bare driver."""
    import lamindb as ln

    def figure(
        operation: str, ours: Callable[[str], object], floor: Callable[[str], object], asked: list[str]
    ) -> Figure:
        by = bare.by_name if floor == bare.lookup else bare.by_text
        return Figure(f"{operation} at {at}", _each(ours, asked, bare.worker), _each(floor, asked, bare.worker), by)

    asked = random.Random(1).sample(names, _REPEATS)
    yield figure("filter(name=…).one()", lambda name: ln.ULabel.filter(name=name).one(), bare.lookup, asked)
    for operation, made in [
        ("constructor, new name", [f"{name[::-1]} x" for name in asked]),
        ("constructor, similar name", [f"{name}b" for name in asked]),
    ]:
        yield figure(operation, lambda name: ln.ULabel(name=name), bare.lookup, made)
    for operation, sought in [
        ("search, exact", asked),
        ("search, prefix", [name[: len(name) // 2] for name in asked]),
        ("search, misspelt", [f"{name[:4]}{name[5:]}" for name in asked]),
    ]:
        yield figure(operation, ln.ULabel.search, bare.phrase, sought)


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


def _each(action: Callable[[str], object], names: list[str], worker: int | None) -> float:
    """The CPU seconds of one call, once everything that calls share has been made."""
    action(names[0])
    return of_call(lambda: [action(name) for name in names], worker=worker) / len(names)
