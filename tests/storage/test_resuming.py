"""An upload to S3 or GCS that was killed goes on where it stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial

import pytest

from tests.servers import gcs, s3
from tests.servers.middleware import Counting

SIZE = 120 * 1024 * 1024
SHARE = 0.6  # of the bytes, after which the first process is killed

SAVE = """
import sys
from pathlib import Path
import lamindb as ln

ln.settings.verbosity = "error"
ln.settings.storage = f"{sys.argv[2]}://lab/prefix"
key = sys.argv[1] or None
ln.File("large.bin", key=key, description="large").save()
"""

LOOK = """
import fsspec
import lamindb as ln
from lamindb.io.hashing import digest_file
file = ln.File.filter().one()
assert digest_file(file.stage()).value == file.hash
found = fsspec.filesystem(file.path.protocol, use_listings_cache=False).find("lab")
assert found == [file.path.path], found
"""

ON_THEIR_WAY = 5 * 8 * 1024 * 1024
"""Four parts and what their requests add: a third of this file, 4 % of one of a gigabyte."""


@pytest.fixture
def user(fresh_instance):
    """A user with a large file."""
    user = fresh_instance()
    block = bytes(range(256)) * 4096
    with (user.home / "large.bin").open("wb") as file:
        for number in range(SIZE // len(block)):
            file.write(number.to_bytes(8, "big") + block[8:])
    return user


def kill_when(counting, process):
    """Kill a process once enough bytes were sent."""
    while not counting.is_reached.wait(timeout=0.2):
        assert process.poll() is None, process.communicate()[1]
    process.kill()
    process.communicate()
    counting.may_go_on.set()


def start(user, key, protocol):
    """Begin to save the file."""
    command = [sys.executable, "-c", SAVE, key, protocol]
    return subprocess.Popen(command, cwd=user.home, env=user.environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["large.bin", ""], ids=["key", "id"])
@pytest.mark.parametrize(("server", "protocol"), [(s3, "s3"), (gcs, "gs")], ids=["s3", "gs"])
def test_upload_that_was_killed_goes_on(user, server, protocol, key):
    """The second process sends what is left, and at most the parts that were on their way; the object has the digest."""
    counting = Counting(SHARE * SIZE)
    with server.running_behind(counting) as endpoint:
        server.make_bucket(endpoint, "lab")
        user.environment |= server.environment(endpoint)
        kill_when(counting, start(user, key, protocol))
        before = counting.sent
        second = start(user, key, protocol)
        assert second.communicate(timeout=300)[1] == ""
        again = counting.sent - before
        assert again < (1 - SHARE) * SIZE + ON_THEIR_WAY
        user.python(LOOK)


@pytest.mark.slow
@pytest.mark.parametrize(("server", "protocol"), [(s3, "s3"), (gcs, "gs")], ids=["s3", "gs"])
def test_upload_of_a_file_that_changed_meanwhile_is_another_one(user, server, protocol):
    """Parts of the former content are never mixed with those of the new one."""
    counting = Counting(SHARE * SIZE)
    with server.running_behind(counting) as endpoint:
        server.make_bucket(endpoint, "lab")
        user.environment |= server.environment(endpoint)
        kill_when(counting, start(user, "large.bin", protocol))
        with (user.home / "large.bin").open("r+b") as file:
            file.write(b"changed")
        assert start(user, "large.bin", protocol).communicate(timeout=300)[1] == ""
        user.python(LOOK)


SAVE_BY_WORKER = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from os import getpid
import lamindb as ln

if __name__ == "__main__":
    ln.settings.verbosity = "error"
    ln.settings.storage = f"{sys.argv[2]}://lab/prefix"
    key = sys.argv[1] or None
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool, ln.compute(pool):
        print(pool.submit(getpid).result(), flush=True)
        ln.save([ln.File("large.bin", key=key, description="large")])
"""


@pytest.mark.slow
@pytest.mark.parametrize("victim", ["worker", "all"])
def test_upload_of_a_worker_that_was_killed_goes_on(user, victim):
    """By whoever does its work again: the process that asked it, or a worker of a later one, to which the place has another name."""
    (user.home / "save.py").write_text(SAVE_BY_WORKER)
    command = [sys.executable, "save.py", "large.bin", "s3"]
    counting = Counting(SHARE * SIZE)
    with s3.running_behind(counting) as endpoint:
        s3.make_bucket(endpoint, "lab")
        user.environment |= s3.environment(endpoint)
        begin = partial(
            subprocess.Popen, command, cwd=user.home, env=user.environment, stdout=subprocess.PIPE, text=True
        )
        process = begin()
        worker = int(process.stdout.readline())
        while not counting.is_reached.wait(timeout=0.2):
            assert process.poll() is None
        if victim == "all":
            process.kill()
        os.kill(worker, signal.SIGKILL)
        before = counting.sent
        counting.may_go_on.set()
        process.communicate(timeout=300)
        if victim == "all":
            process = begin()
            process.communicate(timeout=300)
        assert process.returncode == 0
        assert counting.sent - before < (1 - SHARE) * SIZE + ON_THEIR_WAY
        user.python(LOOK)
