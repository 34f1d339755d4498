"""SQLite databases in a bucket: two clients, one lock, and nothing that was saved is lost."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox
from tests.servers import gcs, s3

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.slow

SAVE = """
import sys
import lamindb as ln
ln.settings.verbosity = "error"
ln.ULabel(name={name!r}).save()
"""
COUNT = "import lamindb as ln; print('labels:', ln.ULabel.filter().count())"
LOOK = "import lamindb as ln; print('labels:', sorted(ln.ULabel.filter().list('name')))"
HOLD = """
import sys
import lamindb as ln
ln.ULabel(name="held").save()
print("ready", flush=True)
sys.stdin.readline()
"""
TRY = """
import lamindb as ln
from lamindb.errors import StorageNotWritable
print('labels:', sorted(ln.ULabel.filter().list('name')))
try:
    ln.ULabel(name="second").save()
except StorageNotWritable as error:
    print("refused:", error)
"""


@pytest.fixture
def address(request, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a place in an empty bucket, and the environment in which it is reached."""
    if getattr(request, "param", "s3") == "s3":
        with s3.running_behind(lambda application: application) as endpoint:
            s3.make_bucket(endpoint, "lab")
            yield "s3://lab/mine", s3.environment(endpoint)
    else:
        with gcs.running() as endpoint:
            gcs.make_bucket(endpoint, "lab")
            options = '{"project": "test", "token": "anon"}'
            yield "gs://lab/mine", {"STORAGE_EMULATOR_HOST": endpoint, "FSSPEC_GS": options, "FSSPEC_GCS": options}


@pytest.fixture
def two(address, tmp_path: Path) -> tuple[Sandbox, Sandbox, str]:
    """Two users on two machines, of whom one has made an instance."""
    root, environment = address
    users = [Sandbox(tmp_path / name) for name in ("first", "second")]
    for user in users:
        user.environment |= environment
    users[0].lamin("init", "--storage", root, "--name", "mine")
    return users[0], users[1], root


def hold(user: Sandbox, code: str = HOLD) -> subprocess.Popen[str]:
    """A process that has saved something and is still at work."""
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=user.home,
        env=user.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until_ready(process)
    return process


def step(process: subprocess.Popen[str]) -> str:
    """What a process prints that goes on until it is ready again."""
    process.stdin.write("go\n")
    process.stdin.flush()
    return until_ready(process)


def until_ready(process: subprocess.Popen[str]) -> str:
    """What a process prints before it is ready."""
    lines = []
    while "ready" not in lines[-1:]:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        lines.append(line.strip())
    return "\n".join(lines)


@pytest.mark.parametrize("address", ["s3", "gs"], indirect=True)
def test_two_clients(two) -> None:
    """What one saves the other sees; while one is at work, the other reads and is told who writes."""
    first, second, root = two
    first.python(SAVE.format(name="one"))
    second.lamin("load", root)
    assert "labels: ['one']" in second.python(LOOK).stdout
    second.python(SAVE.format(name="two"))
    assert "labels: ['one', 'two']" in first.python(LOOK).stdout
    listed = first.lamin("list", "ULabel", "--json")
    assert {row["name"] for row in json.loads(listed.stdout)["records"]} == {"one", "two"}
    assert "unlocking cloud SQLite" in listed.stderr
    holder = hold(first)
    first.python(SAVE.format(name="three"))  # processes of one machine share the lock
    shown = second.python(TRY).stdout
    assert "labels: ['one', 'two']" in shown
    assert "refused: The instance" in shown
    assert "it is locked by" in shown
    refused = second.lamin("load", root, check=False).stderr
    assert "Cannot load the instance, it is locked by" in refused
    assert f"lamin load {root}/mine.lndb --break-lock" in refused
    holder.communicate("go\n", timeout=60)
    assert "labels: ['held', 'one', 'three', 'two']" in second.python(LOOK).stdout
    first.lamin("delete", "mine", "--force")
    assert "There is no instance at" in second.lamin("load", root, check=False).stderr


def test_killed_and_broken(two) -> None:
    """A killed process leaves its lock; it goes on here, or is broken there, and then what it saved is kept."""
    first, second, root = two
    holder = hold(first)
    holder.kill()
    holder.communicate()
    assert "labels: ['held']" in first.python(LOOK).stdout  # and is sent
    second.lamin("load", root)
    assert "labels: ['held']" in second.python(LOOK).stdout
    holder = hold(first)
    first.python(SAVE.format(name="unsent"))
    second.lamin("load", root, "--break-lock")
    second.python(SAVE.format(name="other"))
    assert "could not be sent" in "".join(holder.communicate("go\n", timeout=60))
    assert "labels: ['held', 'other']" in first.python(LOOK).stdout
    (kept,) = (first.home / ".cache").rglob("*.unsent")
    (first.home / "kept").mkdir()
    kept.rename(first.home / "kept" / "mine.lndb")
    first.lamin("load", "./kept")
    assert "'unsent'" in first.python(LOOK).stdout


STEPS = """
import sys
import lamindb as ln
from lamindb.errors import StorageError
def ready():
    print("ready", flush=True)
    sys.stdin.readline()
ln.ULabel(name="one").save()
ready()
try:
    ln.ULabel(name="two").save()
except StorageError as error:
    print("refused:", error)
ready()
ln.save([ln.ULabel(name=f"label {number}") for number in range(50)])
ready()
"""


def test_every_commit_is_sent_where_that_is_chosen(tmp_path: Path) -> None:
    """What was saved outlives the machine, at one upload a transaction; a save that isn't in the bucket is an error."""
    sent, refused = [], []

    def middleware(application):
        def answer(environ, start_response):
            if environ["REQUEST_METHOD"] == "PUT" and environ["PATH_INFO"].endswith("/mine.lndb"):
                if refused:
                    start_response("403 Forbidden", [])
                    return [b""]
                sent.append(environ["PATH_INFO"])
            return application(environ, start_response)

        return answer

    with s3.running_behind(middleware) as endpoint:
        s3.make_bucket(endpoint, "lab")
        first, second = (Sandbox(tmp_path / name, s3.environment(endpoint)) for name in ("first", "second"))
        first.lamin("config", "set", "sync", "commit")
        first.lamin("init", "--storage", "s3://lab/mine", "--name", "mine")
        process = hold(first, STEPS)
        refused.append(True)
        told = step(process)
        assert "refused: what was just saved in" in told
        assert "is on this machine only" in told
        refused.clear()
        sent.clear()
        step(process)
        assert len(sent) == 1
        process.kill()
        process.communicate()
        shutil.rmtree(first.home)  # the machine is gone
        second.lamin("load", "s3://lab/mine", "--break-lock")
        assert "labels: 52\n" in second.python(COUNT).stdout


def test_who_may_not_write_the_bucket_reads(two, address) -> None:
    """The instance is loaded, and what keeps from writing is the permission and nobody's lock."""
    first, second, root = two
    first.python(SAVE.format(name="one"))
    endpoint = address[1]["AWS_ENDPOINT_URL"]
    reader = s3.make_user(endpoint, "reader", ["s3:Get*", "s3:List*"])
    second.environment |= {"AWS_ACCESS_KEY_ID": reader["key"], "AWS_SECRET_ACCESS_KEY": reader["secret"]}
    with s3.enforcing_permissions(endpoint):
        loaded = second.lamin("load", root).stderr
        shown = second.python(TRY).stdout
    assert "locking" not in loaded
    assert "labels: ['one']" in shown
    refusal = shown.partition("refused: ")[2]
    assert f"can only be read: you may not write to {root}." in refusal
    assert "break" not in refusal
