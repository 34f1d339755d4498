"""A process is killed while it saves a file: what is visible afterwards is whole."""

from __future__ import annotations

import subprocess
import sys

import pytest

POINTS = [
    "store.start",
    "store.temporary-open",
    "store.copied",
    "store.synced",
    "store.done",
    "save.before-publish",
    "save.published",
    "save.before-commit",
    "save.committed",
]

SAVE = """
import os, signal, sys
import lamindb as ln
from lamindb.io import faults
file = ln.File("data.bin", key="data.bin") if sys.argv[2] == "key" else ln.File("data.bin", description="data")
def die(name):
    if name == sys.argv[1]:
        os.kill(os.getpid(), signal.SIGKILL)
with faults.hooked(die):
    file.save()
"""

CHECK = """
import lamindb as ln
from pathlib import Path
from lamindb.io.hashing import digest_file
files = ln.File.filter().list()
for file in files:
    assert digest_file(Path(file.path)).value == file.hash
assert len(files) == {visible}
again = ln.File("data.bin", key="data.bin") if "{kind}" == "key" else ln.File("data.bin", description="data")
again.save()
assert ln.File.filter().count() == 1
assert ln.File.filter().one().path.read_bytes() == Path("data.bin").read_bytes()
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["key", "id"])
@pytest.mark.parametrize("point", POINTS)
def test_kill_at_every_step_of_saving_a_file(fresh_instance, point, kind):
    """Before the commit nothing is visible, after it all is; saving again succeeds."""
    user = fresh_instance()
    (user.home / "data.bin").write_bytes(b"0123456789" * 100_000)
    killed = subprocess.run(
        [sys.executable, "-c", SAVE, point, kind], cwd=user.home, env=user.environment, check=False, timeout=120
    )
    assert killed.returncode == -9
    user.python(CHECK.format(visible=int(point == "save.committed"), kind=kind))
