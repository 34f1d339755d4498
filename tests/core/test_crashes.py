"""A process is killed while it saves a file: what is left is what the documentation says, and saving again succeeds."""

from __future__ import annotations

from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "commit-point.md"

SCRIPT = """
import os, signal
from pathlib import Path
import lamindb as ln
from django.db import connections
from lamindb.io import faults, transfer
from lamindb.io.hashing import digest_file

root = Path(ln.settings.storage)
data = Path("data.bin")

def make_file():
    return ln.File(data, key="data.bin") if {kind!r} == "key" else ln.File(data, description="data")

def save_and_die(step):
    def die(name):
        if name == step:
            os.kill(os.getpid(), signal.SIGKILL)
    file = make_file()
    with faults.hooked(die):
        file.save()

def what_is_left():
    files = ln.File.filter().list()
    assert all(digest_file(Path(file.path)).value == file.hash for file in files)
    paths = {{Path(file.path) for file in files}}
    left = [path for path in root.rglob("*") if path.is_file() and ".lndb" not in path.name and path not in paths]
    temporary = [path for path in left if path.name.startswith(".lamindb-tmp-") or ".lamindb/tmp/" in str(path)]
    if files:
        return "the object", "committed"
    return "temporary object" if temporary else "object without a row" if left else "nothing", "none"

assert what_is_left() == ("nothing", "none")
for number, (step, left, row) in enumerate({steps!r}):
    data.write_bytes(str(number).encode() * 100_000)
    connections.close_all()
    child = os.fork()
    if not child:
        save_and_die(step)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL, step
    assert what_is_left() == (left, row), (step, what_is_left())
    make_file().save()
    assert ln.File.filter().one().path.read_bytes() == data.read_bytes(), step
    ln.File.filter().one().delete(storage=True)
    for path in root.rglob("*.bin"):
        transfer.remove(path)
    transfer.remove(root / ".lamindb")
    for path in root.glob(".lamindb-tmp-*"):
        transfer.remove(path)
print("steps:", number + 1)
"""


def _steps(column):
    for line in PAGE.read_text().partition("## Replacing")[0].splitlines():
        if line.startswith("| `"):
            cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
            yield cells[0], cells[column], cells[3]


@pytest.mark.parametrize(("kind", "column"), [("key", 1), ("id", 2)])
def test_kill_at_every_step_of_saving_a_file(fresh_instance, kind, column):
    """Before the commit nothing is visible, after it all is; the table of the documentation says what is left."""
    steps = list(_steps(column))
    shown = fresh_instance().python(SCRIPT.format(kind=kind, steps=steps)).stdout
    assert f"steps: {len(steps)}" in shown
    assert len(steps) >= 10
