"""The power goes at any moment: what was acknowledged is there, and no row is without its content."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.faults.power import Disk, moments

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

pytestmark = [
    pytest.mark.sqlite,
    pytest.mark.skipif(
        shutil.which("strace") is None, reason="install what shows system calls: apt-get install strace"
    ),
]

WORK = """
import os, pathlib
import lamindb as ln

ln.settings.verbosity = "error"
ln.settings.upon_file_create_if_hash_exists = "warn_create_new"


def tell(*what):
    os.write(1, (" ".join(what) + "\\n").encode())


def saved(*files):
    for file in files:
        tell("file", file.id, file.hash)


def source(text):
    path = pathlib.Path(f"{text}.txt")
    path.write_text(text)
    return path


keyed, plain = ln.File(source("a"), key="folder/a.txt"), ln.File(source("b"), description="b")
keyed.save()
saved(keyed)
plain.save()
saved(plain)
many = [ln.File(source(f"many {number}"), key=f"many/{number}.txt") for number in range(3)]
ln.save(many)
saved(*many)
store = pathlib.Path("store.zarr")
(store / "X").mkdir(parents=True)
(store / ".zgroup").write_text('{"zarr_format": 2}')
(store / "X" / "0.0").write_text("chunk")
folder = ln.File(store, key="store.zarr")
folder.save()
saved(folder)
label = ln.ULabel(name="label")
label.save()
keyed.ulabels.add(label)
tell("labels", "1")
ln.save([ln.ULabel(name=f"label {number}") for number in range(10)])
tell("labels", "11")
keyed.replace(source("a is other"))
tell("going", keyed.id)
keyed.save()
saved(keyed)
version = ln.File(source("version"), key="folder/version.txt", is_new_version_of=keyed)
version.save()
saved(version)
name = plain.id
tell("going", name)
plain.delete(storage=True)
tell("gone", name)
saved(ln.trash.restore(name))
"""


def problems(root: Path, told: list[str]) -> list[str]:
    """What isn't as a program was told, and which rows are without their content."""
    with closing(sqlite3.connect(root / "lab.lndb")) as database:
        whole = database.execute("PRAGMA quick_check").fetchone()[0] == "ok"
        rows = database.execute("SELECT id, key, suffix, hash FROM lnschema_core_file").fetchall()
        labels = database.execute("SELECT count(*) FROM lnschema_core_ulabel").fetchone()[0]
    expected: dict[str, str | None] = {}
    expected_labels = 0
    for what, name, *digest in map(str.split, told):
        if what == "labels":
            expected_labels = int(name)
        else:
            expected[name] = digest[0] if digest else None  # on its way to another state, either is right
    found = {name: digest for name, _, _, digest in rows}
    lost = [name for name, digest in expected.items() if digest is not None and found.get(name) != digest]
    damaged = [
        name for name, key, suffix, digest in rows if not _is_whole(root / (key or f".lamindb/{name}{suffix}"), digest)
    ]
    return [] if whole and not lost and not damaged and labels >= expected_labels else [f"{lost=} {damaged=} {labels=}"]


def _is_whole(path: Path, digest: str) -> bool:
    if path.suffix == ".zarr":
        return {one.name for one in path.rglob("*") if one.is_file() and one.stat().st_size} == {".zgroup", "0.0"}
    return path.exists() and base64.urlsafe_b64encode(hashlib.md5(path.read_bytes()).digest())[:22].decode() == digest


def test_nothing_that_was_acknowledged_is_lost(fresh_instance, tmp_path):
    """Saving, replacing, labelling, deleting and restoring: the power goes after each flush, and after each name.

    While content is replaced, its row has the old digest: whoever opens the instance puts the old content back.
    """
    user: Sandbox = fresh_instance("--name", "lab")
    root = Path(user.python("import lamindb as ln; print(ln.settings.storage)").stdout.split()[-1])
    (user.home / "work.py").write_text(WORK)
    disk = Disk(root)
    reopened = 0
    told: list[str] = []
    for told in moments(disk, [sys.executable, "work.py"], user.home, user.environment, tmp_path / "calls"):
        for has_all_names in (False, True):
            shutil.rmtree(root)
            disk.write_to(root, has_all_names=has_all_names)
            if problems(root, told):
                reopened += 1
                user.python("import lamindb as ln; ln.File.filter().count()")
                assert problems(root, told) == []
    assert [line.split()[0] for line in told[-2:]] == ["gone", "file"]
    assert reopened
    assert "nothing found" in user.lamin("fsck", "--read-data").stdout
