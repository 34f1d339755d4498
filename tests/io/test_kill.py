"""A process that is killed at any step of a transfer leaves the old or the new object, whole, and known garbage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lamindb.io import faults
from lamindb.io.hashing import digest_path
from lamindb.io.listing import content_of, files_below
from lamindb.io.paths import TEMPORARY_FOLDER, TEMPORARY_PREFIX
from lamindb.io.transfer import store_file, store_tree
from tests.sandbox import isolated_environment

MIB = 1024 * 1024

CHILD = """
import os, signal, sys
from pathlib import Path
from lamindb.io import faults, transfer

verb, point, passes, source, target, root = sys.argv[1:]
remaining = int(passes)

def kill(name):
    global remaining
    if name == point:
        remaining -= 1
        if remaining == 0:
            os.kill(os.getpid(), signal.SIGKILL)

with faults.hooked(kill):
    if verb == "remove":
        transfer.remove(target)
    elif verb == "move":
        transfer.move(source, target)
    elif verb == "fetch":
        transfer.fetch(Path(source), Path(target))
    else:
        getattr(transfer, verb)(Path(source), Path(target), root=Path(root))
"""


def points(verb):
    """The steps of a verb."""
    return [name for name in faults.POINTS if name.startswith(f"{verb}.")]


def run_until_killed(verb, point, source, target, root, home, *, passes=1):
    """Run a verb in a process that is killed at a step."""
    arguments = [verb, point, str(passes), source, target, root]
    done = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, arguments)],
        env=isolated_environment(home),
        check=False,
        capture_output=True,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture
def root(tmp_path):
    """An empty storage location."""
    path = tmp_path / "root"
    path.mkdir()
    return path


@pytest.fixture
def source(tmp_path):
    """A file of several chunks."""
    path = tmp_path / "source.bin"
    path.write_bytes(os.urandom(10 * MIB))
    return path


@pytest.fixture
def store(tmp_path):
    """A folder of several files."""
    path = tmp_path / "store.zarr"
    (path / "X").mkdir(parents=True)
    for name in (".zgroup", "X/.zarray", "X/0.0", "X/0.1"):
        (path / name).write_text(name * 100)
    return path


def garbage(root):
    """What is no object."""
    return [
        path for path in root.rglob("*") if TEMPORARY_PREFIX in str(path) or f"/{TEMPORARY_FOLDER}/" in path.as_posix()
    ]


@pytest.mark.parametrize("has_old", [True, False])
@pytest.mark.parametrize("point", points("store"))
def test_killed_store_leaves_whole_files(source, root, tmp_path, point, has_old):
    """After a kill the target is absent, old or new, never partial; storing again succeeds."""
    target = root / "folder" / "x.bin"
    if has_old:
        target.parent.mkdir()
        target.write_text("old")
    run_until_killed(
        "store_file", point, source, target, root, tmp_path, passes=2 if point.endswith("half-copied") else 1
    )
    content = target.read_bytes() if target.exists() else None
    assert content in {source.read_bytes(), b"old" if has_old else None}
    assert files_below(root) == (["folder/x.bin"] if target.exists() else [])
    assert len(garbage(root)) <= 1
    assert store_file(source, target, root=root) == digest_path(source)


@pytest.mark.parametrize(
    ("point", "has_old"),
    [(name, old) for name in points("store-tree") for old in (True, False) if old or name != "store-tree.old-moved"],
)
def test_killed_store_of_a_folder_leaves_whole_folders(store, root, tmp_path, point, has_old):
    """After a kill the target is absent, old or new, never partial, and an old folder is kept aside; storing again succeeds."""
    target = root / "b.zarr"
    if has_old:
        target.mkdir()
        (target / "old").write_text("old")
    run_until_killed("store_tree", point, store, target, root, tmp_path)
    content = content_of(target) if target.exists() else None
    assert content in (content_of(store), ["old"] if has_old else None, None)
    if has_old and content is None:
        assert any(path.name == "old" for path in garbage(root))
    assert store_tree(store, target, root=root) == digest_path(store) == digest_path(target)


@pytest.mark.parametrize("point", points("fetch"))
def test_killed_fetch_leaves_whole_files(source, root, tmp_path, point):
    """After a kill the local copy is absent or whole."""
    target = root / "x.bin"
    run_until_killed("fetch", point, source, target, root, tmp_path)
    assert not target.exists() or digest_path(target) == digest_path(source)
    assert files_below(root) in ([], ["x.bin"])


@pytest.mark.parametrize("point", points("remove"))
def test_killed_remove_leaves_whole_folders(store, root, tmp_path, point):
    """After a kill a folder is whole or gone."""
    target = root / "b.zarr"
    store_tree(store, target)
    run_until_killed("remove", point, store, target, root, tmp_path)
    assert not target.exists() or digest_path(target) == digest_path(store)


@pytest.mark.parametrize("point", points("move"))
def test_killed_move_leaves_one_whole_file(source, root, tmp_path, point):
    """After a kill the file is at one of the two places."""
    expected = source.read_bytes()
    target = root / "x.bin"
    run_until_killed("move", point, source, target, root, tmp_path)
    assert [Path(path).read_bytes() for path in (source, target) if path.exists()] == [expected]


def test_kill_at_random_times_leaves_whole_files(tmp_path, root):
    """A process that stores files in a loop and is killed at any time leaves only whole ones."""
    source = tmp_path / "source"
    source.write_bytes(os.urandom(2 * MIB))
    code = (
        "import itertools, sys; from pathlib import Path; from lamindb.io.transfer import store_file\n"
        "for i in itertools.count(): store_file(Path(sys.argv[1]), Path(sys.argv[2]) / f'{i % 5}', root=Path(sys.argv[2]));"
        " print(i, flush=True)"
    )
    for stored in (1, 2, 5, 9):
        child = subprocess.Popen(
            [sys.executable, "-c", code, source, root], env=isolated_environment(tmp_path), stdout=subprocess.PIPE
        )
        for _ in range(stored):
            child.stdout.readline()
        child.kill()
        child.wait()
        child.stdout.close()
        assert all((root / name).read_bytes() == source.read_bytes() for name in files_below(root))
    assert files_below(root)
