"""A process is killed at every step of bulk saves, replacements, new versions and deletions."""

from __future__ import annotations

import threading
from itertools import takewhile
from pathlib import Path

import pytest
from django.db import connections

from lamindb.io import faults
from lamindb.setup import connection
from tests.faults.killing import kill_at_every_step

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commit-point.md"


def steps_of(verb):
    """The steps in the table of a verb in the documentation, with what is left after each."""
    lines = PAGE.read_text(encoding="utf-8").partition(f"| {verb} is killed at step |")[2].splitlines()[2:]
    table = takewhile(lambda line: line.startswith("|"), lines)
    return [tuple(cell.strip(" `") for cell in line.strip("|").split("|")) for line in table]


def what_is_left(ln):
    """The kinds of findings, once every byte was compared."""
    return {one.kind for one in ln.fsck(read_data=True, resume=False, progress=False, grace=-1).findings}


@pytest.mark.parametrize("key", ["data.txt", None], ids=["key", "id"])
def test_replacing(ln, root, tmp_path, empty, key):
    """Until the commit row and content are the old ones, once the instance is opened; then the new ones."""
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("old")
    new.write_text("new")

    def prepare():
        empty()
        ln.File(old, key=key, description="x").save()

    def replace():
        file = ln.File.filter().one()
        file.replace(new)
        file.save()

    seen = []
    for step in kill_at_every_step(replace, prepare):
        open_again()
        file, left = ln.File.filter().one(), what_is_left(ln)
        is_new = file.hash == ln.File(new, description="y").hash
        seen.append((step, "damaged" if "digest-mismatch" in left else "whole", "new" if is_new else "old"))
        assert left <= {"temporary"}
        assert file.path.read_text() == ("new" if is_new else "old")
        assert ln.fsck(read_data=True, collect=True, progress=False, grace=-1).is_clean
        replace()
        assert ln.File.filter().one().path.read_text() == "new"
        assert not what_is_left(ln)
    assert seen[-1] == ("", "whole", "new")
    assert seen[:-1] == [(step, how.partition(",")[0], row) for step, how, row in steps_of("replacing")]


def test_a_replacement_that_somebody_is_at_work_on_is_left_alone(ln, tmp_path, empty):
    """Whoever opens the instance meanwhile neither waits nor undoes it."""
    from lnschema_core.files import interrupted

    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("old")
    new.write_text("new")
    ln.File(old, key="data.txt").save()
    file = ln.File.filter().one()
    file.replace(new)
    errors = []

    def open_meanwhile(step):
        if step != "save.published":
            return
        look = threading.Thread(target=run_and_note, args=(interrupted.undo_all, errors))
        look.start()
        look.join(timeout=30)

    with faults.hooked(open_meanwhile):
        file.save()
    assert errors == [None]
    assert ln.File.filter().one().path.read_text() == "new"
    assert ln.fsck(read_data=True, progress=False, grace=-1).is_clean


def run_and_note(function, errors):
    """Run a function in a thread, and note what it raised."""
    try:
        function()
        errors.append(None)
    except Exception as error:  # noqa: BLE001 - the test looks at it
        errors.append(error)
    finally:
        connections.close_all()


def open_again():
    """Open the instance anew, as the next process does."""
    connection.disconnect()
    connection.connect()


@pytest.mark.parametrize("key", ["data.txt", None], ids=["key", "id"])
def test_deleting(ln, root, tmp_path, empty, key):
    """The row goes first; from then on the file can be restored, wherever its content is."""
    source = tmp_path / "data.txt"
    source.write_text("data")

    def prepare():
        empty()
        ln.trash.purge()
        ln.File(source, key=key, description="x").save()

    seen = []
    for step in kill_at_every_step(lambda: ln.File.filter().one().delete(storage=True), prepare):
        is_there = ln.File.filter().count() > 0
        assert what_is_left(ln) == set()
        assert ln.fsck(collect=True, progress=False, grace=-1).is_clean
        restored = ln.trash.restore(ln.trash.list().index[0])
        assert restored.path.read_text() == "data"
        assert what_is_left(ln) == set()
        seen.append((step, "there" if is_there else "none", "all"))
    assert seen[-1] == ("", "none", "all")
    assert seen[:-1] == steps_of("deleting")


@pytest.mark.parametrize("key", ["data.txt", None], ids=["key", "id"])
def test_restoring(ln, root, tmp_path, empty, key):
    """The row comes last, and restoring again succeeds."""
    source = tmp_path / "data.txt"
    source.write_text("data")

    def prepare():
        empty()
        ln.trash.purge()
        ln.File(source, key=key, description="x").save()
        ln.File.filter().one().delete(storage=True)

    def restore():
        ln.trash.restore(ln.trash.list().index[0])

    seen = []
    for step in kill_at_every_step(restore, prepare):
        seen.append(step)
        assert ln.File.filter().count() == (0 if step else 1)
        assert ln.fsck(collect=True, progress=False, grace=-1, resume=False).is_clean
        if step:
            restore()
        assert ln.File.filter().one().path.read_text() == "data"
        assert what_is_left(ln) == set()
    assert seen == ["move.start", "move.done", "restore.moved", ""]


@pytest.mark.parametrize("step", ["delete.committed", "move.start"])
def test_a_key_is_taken_while_a_killed_process_was_deleting(ln, root, tmp_path, empty, step):
    """The content that hasn't moved yet is moved by whoever saves another file there."""
    old, new = tmp_path / "old.txt", tmp_path / "new.txt"
    old.write_text("old")
    new.write_text("new")

    def prepare():
        empty()
        ln.trash.purge()
        ln.File(old, key="data.txt").save()

    for reached in kill_at_every_step(lambda: ln.File.filter().one().delete(storage=True), prepare):
        if reached != step:
            continue
        ln.File(new, key="data.txt").save()
        assert ln.File.filter().one().path.read_text() == "new"
        ln.File.filter().one().delete(storage=True)
        ln.trash.restore(ln.trash.list().index[1])
        assert ln.File.filter().one().path.read_text() == "old"


def test_new_version(ln, root, tmp_path, empty):
    """There are the first version only, or both, of which one is the latest."""
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    first.write_text("first")
    second.write_text("second")

    def prepare():
        empty()
        ln.File(first, description="x").save()

    def make_version():
        ln.File(
            second, is_new_version_of=ln.File.filter(version=None).one_or_none() or ln.File.filter(version="1").one()
        ).save()

    for step in kill_at_every_step(make_version, prepare):
        versions = sorted(ln.File.filter().values_list("version", flat=True), key=str)
        assert versions == (["1", "2"] if step in ("save.committed", "") else [None])
        assert what_is_left(ln) <= {"temporary", "orphan"}
        if len(versions) == 1:
            make_version()
        assert sorted(ln.File.filter().values_list("version", flat=True)) == ["1", "2"]
        assert ln.fsck(read_data=True, collect=True, progress=False, grace=-1).is_clean


@pytest.mark.slow
@pytest.mark.parametrize("keys", [True, False], ids=["key", "id"])
def test_bulk_save(ln, root, tmp_path, empty, keys):
    """All files or none, and saving again succeeds."""
    sources = [tmp_path / f"{i}.txt" for i in range(3)]
    for path in sources:
        path.write_text(path.name)

    def save():
        ln.save([ln.File(path, key=path.name if keys else None, description="x") for path in sources])

    steps = 0
    for step in kill_at_every_step(save, empty):
        steps += 1
        assert ln.File.filter().count() == (0 if step else 3)
        assert what_is_left(ln) <= {"temporary", "orphan"}
        if step:
            save()
        assert sorted(file.path.read_text() for file in ln.File.filter()) == ["0.txt", "1.txt", "2.txt"]
        assert ln.fsck(read_data=True, collect=True, progress=False, grace=-1).is_clean
    assert steps > 20
