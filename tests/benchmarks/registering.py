"""What it takes to register labels and files, beside the same rows and digests without LaminDB."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tempfile
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks import bare
from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 100_000  # labels


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own; what is told of similar names is made, but not shown."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="benchmarks")
        for count in [1, 10] if smoke else [1, 100]:
            yield _labels(_names(count), root)
        for registered in [0, 100] if smoke else [0, 100, 1_000, 10_000, 100_000, 1_000_000]:
            _register(_names(registered), root)
            yield _labels(_names(100 if smoke else 10_000), root)
        for registered in [100] if smoke else [1_000, 100_000, 1_000_000]:
            series = [f"sample {number} of liver" for number in range(registered + (100 if smoke else 10_000))]
            _register(series[:registered], root)
            yield _labels(series[registered:], root, kind="labels of a series")
        _register([], root)
        yield from _files_of_a_folder(20 if smoke else 10_000, root)
        yield _files_one_by_one(20 if smoke else 1_000, root)
        setup.close(mute=True)


def _labels(names: list[str], root: Path, *, kind: str = "labels") -> Figure:
    import lamindb as ln

    registered, count = ln.ULabel.filter().count(), len(names)
    ours = of_call(lambda: ln.save([ln.ULabel(name=name) for name in names]))
    assert ln.ULabel.filter(name__in=names[:500]).count() == min(count, 500)
    operation = f"{count:,} {kind} among {registered:,}: construct, save"
    return Figure(operation, ours, _insert(names, root), "sqlite3: executemany")


def _names(count: int) -> list[str]:
    return [f"{os.urandom(8).hex()} {number}" for number in range(count)]


def _register(names: list[str], root: Path) -> None:
    """Leave the registry of labels with these names, and the database that is the floor."""
    import lamindb as ln

    ln.ULabel.filter().delete()
    (root / "floor.db").unlink(missing_ok=True)
    for start in range(0, len(names), _AT_ONCE):
        some = names[start : start + _AT_ONCE]
        ln.save([ln.ULabel.from_fields(name=name) for name in some])
        _fill(some, root)


def _files_of_a_folder(count: int, root: Path) -> Iterator[Figure]:
    import lamindb as ln

    folder = _folder_of_files(root / "storage" / "folder", count)
    time.sleep(0.2)  # as files of users, these are old enough for their digests to be remembered
    ours = of_call(lambda: ln.save(ln.File.from_dir(folder)))
    assert ln.File.filter(key__startswith="folder/").count() == count
    yield Figure(f"{count:,} files in place: from_dir and save", ours, _hash_and_insert(folder, root), "md5 and insert")
    ours = of_call(lambda: ln.save(ln.File.from_dir(folder)))
    assert ln.File.filter(key__startswith="folder/").count() == count
    yield Figure(f"{count:,} files: the same again, unchanged", ours, _stat_and_select(folder, root), "stat and select")


def _files_one_by_one(count: int, root: Path) -> Figure:
    import lamindb as ln

    folder = _folder_of_files(root / "storage" / "single", count)
    paths = sorted(folder.iterdir())

    def register() -> None:
        for path in paths:
            ln.File(path).save()

    ours = of_call(register)
    assert ln.File.filter(key__startswith="single/").count() == count
    return Figure(f"{count:,} files in place, one by one", ours, _hash_and_insert(folder, root), "md5 and insert")


def _folder_of_files(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        (folder / f"{number}.txt").write_bytes(os.urandom(1024))
    return folder


def _hash_and_insert(folder: Path, root: Path) -> float:
    def work() -> None:
        _fill([hashlib.md5(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())], root)

    return of_call(work)


def _stat_and_select(folder: Path, root: Path) -> float:
    def work() -> None:
        for path in sorted(folder.iterdir()):
            path.stat()
        with closing(sqlite3.connect(root / "storage" / "benchmarks.lndb")) as database:
            database.execute("SELECT * FROM lnschema_core_file").fetchall()

    return of_call(work)


def _insert(names: list[str], root: Path) -> float:
    return of_call(lambda: _fill(names, root))


def _fill(names: list[str], root: Path) -> None:
    """Insert labels into the database that is the floor."""
    now = str(datetime.now(tz=UTC).replace(tzinfo=None))
    rows = [(os.urandom(6).hex(), name, now, now, "00000000") for name in names]
    bare.insert_labels(rows, root / "floor.db", like=root / "storage" / "benchmarks.lndb")
