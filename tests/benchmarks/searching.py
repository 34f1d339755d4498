"""What it takes to find names among 100,000, beside the bare index look-ups."""

from __future__ import annotations

import random
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_REPEATS = 50
_LOOKUP = "SELECT id FROM lnschema_core_ulabel WHERE name = ?"
_TRIGRAMS = "SELECT rowid FROM floor WHERE floor MATCH ? ORDER BY rank LIMIT 500"


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.silent_if(mute=True):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="searching")
        count = 2_000 if smoke else 100_000
        names = _register(count)
        with closing(sqlite3.connect(next((root / "storage").glob("*.lndb")))) as database:
            yield from _measured(count, names, database)
        setup.close(mute=True)


def _register(count: int) -> list[str]:
    import lamindb as ln

    rng = random.Random(0)
    words = ["".join(rng.choices("aeioulnrstbcdfgm", k=rng.randint(4, 10))) for _ in range(500)]
    names = list({f"{' '.join(rng.sample(words, 3))} {number}" for number in range(count)})
    ln.save([ln.ULabel.from_fields(name=name) for name in names])
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
    yield Figure(f"constructor, new name at {at}", _each(lambda x: ln.ULabel(name=x), new), _each(lookup, new), by_name)
    ours = _each(lambda x: ln.ULabel(name=x), similar)
    yield Figure(f"constructor, similar name at {at}", ours, _each(lookup, similar), by_name)
    yield Figure(f"search, exact at {at}", _each(ln.ULabel.search, asked), _each(trigrams, asked), by_text)
    beginnings = [name[: len(name) // 2] for name in asked]
    yield Figure(f"search, prefix at {at}", _each(ln.ULabel.search, beginnings), _each(trigrams, beginnings), by_text)
    yield Figure(f"search, misspelt at {at}", _each(ln.ULabel.search, misspelt), _each(trigrams, asked), by_text)


def _each(action: Callable[[str], object], names: list[str]) -> float:
    """The CPU seconds of one call, once everything that calls share has been made."""
    action(names[0])
    return of_call(lambda: [action(name) for name in names]) / len(names)
