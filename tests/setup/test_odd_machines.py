"""Machines with a wrong clock, in any time zone, without a home, with any mask of permissions: the main job is done, or one sentence."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

MAIN_JOB = """
import os
from pathlib import Path
import pandas as pd
import lamindb as ln
ln.setup.init(storage="storage")
ln.ULabel(name="label").save()
file = ln.File(pd.DataFrame({"a": [1]}), key="table.parquet")
file.save()
Path("text.txt").write_text("x")
ln.File("text.txt", key="text.txt").save()
assert ln.File.filter(key="table.parquet").one().load().equals(pd.DataFrame({"a": [1]}))
"""

CLOCK = """
import datetime as dt
from unittest import mock
from django.utils import timezone
shift = dt.timedelta(days={days})
real = timezone.now
mock.patch("django.utils.timezone.now", lambda: real() + shift).start()
import lamindb as ln
"""


def test_no_home(sandbox: Sandbox) -> None:
    """Settings and cache are where their variables say."""
    sandbox.environment.pop("HOME")
    sandbox.python(MAIN_JOB)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no mask of permissions")
@pytest.mark.parametrize("umask", [0o000, 0o077])
def test_masks_of_permissions(sandbox: Sandbox, umask: int) -> None:
    """Files with secrets are private, whatever the mask; the database and files can be read by who made them."""
    sandbox.python(f"import os; os.umask({umask})\n{MAIN_JOB}")
    private = list((sandbox.home / ".lamin").glob("*.env"))
    assert private
    assert {stat.S_IMODE(path.stat().st_mode) for path in private} == {0o600}
    assert all(os.access(path, os.R_OK) for path in (sandbox.home / "storage").rglob("*"))


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns"])
def test_hours_that_happen_twice_or_never(sandbox: Sandbox, zone: str) -> None:
    """Times are stored in UTC and keep their order; frames show them in local time."""
    sandbox.environment["TZ"] = zone
    sandbox.python(
        MAIN_JOB
        + """
import datetime as dt
autumn = dt.datetime(2024, 10, 27, 0, 30, tzinfo=dt.UTC)  # and an hour later it is 2:30 in Berlin, too
spring = dt.datetime(2024, 3, 31, 0, 59, tzinfo=dt.UTC)
times = [spring, spring + dt.timedelta(hours=1), autumn, autumn + dt.timedelta(hours=1)]
for number, time in enumerate(times):
    label = ln.ULabel(name=f"at {number}")
    label.save()
    ln.ULabel.filter(id=label.id).update(updated_at=time)
found = ln.ULabel.filter(name__startswith="at").order_by("updated_at")
assert [record.updated_at for record in found] == times
assert found.list("name") == ["at 0", "at 1", "at 2", "at 3"]
shown = found.df()["updated_at"].tolist()
assert shown == [f"{time.astimezone():%Y-%m-%d %H:%M:%S}" for time in times], shown
"""
    )


@pytest.mark.parametrize("days", [-1, 1])
def test_machines_whose_clocks_differ_by_a_day(sandbox: Sandbox, days: int) -> None:
    """The other machine knows names, adds a version to a family, and what it adds is read by the first."""
    sandbox.python(MAIN_JOB)
    sandbox.python(
        CLOCK.format(days=days)
        + """
from pathlib import Path
assert ln.ULabel(name="label")._state.adding is False
old = ln.File.filter(key="text.txt").one()
Path("text2.txt").write_text("y")
new = ln.File("text2.txt", key="text2.txt", is_new_version_of=old)
new.save()
assert (old.version or "1", new.version) == ("1", "2"), (old.version, new.version)
"""
    )
    sandbox.python(
        """
from pathlib import Path
import lamindb as ln
second = ln.File.filter(version="2").one()
Path("text3.txt").write_text("z")
third = ln.File("text3.txt", key="text3.txt", is_new_version_of=second)
third.save()
assert third.version == "3"
family = ln.File.filter(initial_version_id=second.initial_version_id)
assert sorted(family.list("version")) == ["2", "3"]
"""
    )
    sandbox.lamin("fsck")


def test_disk_without_space(sandbox: Sandbox) -> None:
    """A database that can't be opened or made there is not called damaged, and is as it was once there is space."""
    disk = sandbox.home / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("this user can't mount a small disk")
    try:
        sandbox.lamin("init", "--storage", str(disk / "full"), "--name", "full")
        sandbox.lamin("dump", "full.lamindump")
        (disk / "copy").mkdir()
        with suppress(OSError), (disk / "filling").open("ab", buffering=0) as filling:
            while True:
                filling.write(b"x" * 4096)
        loaded = sandbox.lamin("load", "full", check=False)
        assert "No space is left on its disk: free some" in loaded.stderr
        assert "damaged" not in loaded.stderr
        restored = sandbox.lamin(
            "restore", "full.lamindump", "--name", "copy", "--storage", str(disk / "copy"), check=False
        )
        assert "no space is left for the database: free some" in restored.stderr
        assert list((disk / "copy").iterdir()) == []
        (disk / "filling").unlink()
        sandbox.lamin("load", "full")
        sandbox.lamin("restore", "full.lamindump", "--name", "copy", "--storage", str(disk / "copy"))
    finally:
        subprocess.run(["umount", disk], check=True)
