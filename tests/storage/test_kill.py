"""A process is killed while it saves a file to a bucket: what is left is what the documentation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers import s3

PAGE = Path(__file__).parents[2] / "docs" / "guide" / "storage.md"

SCRIPT = """
import os, signal
from pathlib import Path
import fsspec
import lamindb as ln
from django.db import connections
from lamindb.io import faults
from lamindb.io.hashing import digest_bytes

data = Path("data.bin")
ln.settings.storage = "s3://lab/prefix"

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
    assert all(digest_bytes(file.path.read_bytes()).value == file.hash for file in files)
    paths = {{file.path.path for file in files}}
    left = [path for path in fsspec.filesystem("s3", use_listings_cache=False).find("lab/prefix") if path not in paths]
    temporary = [path for path in left if "/.lamindb/tmp/" in path]
    if files:
        return "the object", "committed"
    return "temporary object" if temporary else "object without a row" if left else "nothing", "none"

assert what_is_left() == ("nothing", "none")
for number, (step, left, row) in enumerate({steps!r}):
    data.write_bytes(os.urandom(1000) * {size})
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
    bucket = fsspec.filesystem("s3", use_listings_cache=False)
    for path in bucket.find("lab/prefix"):
        bucket.rm_file(path)
print("steps:", number + 1)
"""


def _steps(column):
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if line.startswith("| `"):
            cells = [cell.strip(" `") for cell in line.strip("|").split("|")]
            yield cells[0], cells[column], cells[3]


@pytest.fixture
def user(fresh_instance):
    """A user with an instance on SQLite and a bucket, whose address and credentials are in the environment."""
    with s3.running() as endpoint:
        s3.make_bucket(endpoint, "lab")
        user = fresh_instance()
        user.environment |= s3.environment(endpoint)
        yield user


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "column"), [("key", 1), ("id", 2)])
def test_kill_at_every_step_of_saving_a_file(user, kind, column):
    """Before the commit nothing is visible, after it all is; the table of the documentation says what is left."""
    steps = list(_steps(column))
    shown = user.python(SCRIPT.format(kind=kind, steps=steps, size=100)).stdout
    assert f"steps: {len(steps)}" in shown
    assert len(steps) >= 10


@pytest.mark.slow
def test_kill_while_a_large_file_is_sent(user):
    """A file that is sent in parts is nowhere until all parts are there."""
    unseen = ["store.half-copied", "save.before-publish"]
    steps = [(step, "nothing", "none") for step in unseen] + [("save.published", "object without a row", "none")]
    assert f"steps: {len(steps)}" in user.python(SCRIPT.format(kind="key", steps=steps, size=53_000)).stdout
