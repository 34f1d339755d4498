"""``lamin trash``: what was deleted is listed, restored and purged."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lamindb.cli import exits

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

DELETE = """
from pathlib import Path
import lamindb as ln
for name in ("a", "b"):
    Path(f"{name}.txt").write_text(name)
    file = ln.File(f"{name}.txt", key=f"{name}.txt")
    file.save()
    file.delete(storage=True)
"""


def test_what_was_deleted_is_restored_and_purged(fresh_instance) -> None:
    """Names are keys or ids; nothing is purged without a yes; an unknown name has the status of what isn't found."""
    user: Sandbox = fresh_instance()
    user.python(DELETE)
    shown = json.loads(user.lamin("trash", "list", "--json").stdout)
    assert [one["name"] for one in shown["deleted"]] == ["b.txt", "a.txt"]
    assert shown["size"] == 2
    user.lamin("trash", "restore", "a.txt")
    assert (user.home / "storage" / "a.txt").read_text() == "a"
    assert user.lamin("trash", "restore", "c.txt", check=False).returncode == exits.NOT_FOUND
    assert user.lamin("trash", "purge", check=False).returncode == exits.NOT_CONFIRMED
    assert user.lamin("trash", "list", "-q").stdout.strip() == shown["deleted"][0]["id"]
    assert json.loads(user.lamin("trash", "purge", "--older-than", "1d", "--yes", "--json").stdout)["deleted"] == []
    assert user.lamin("trash", "purge", "--yes", "-q").stdout.strip() == shown["deleted"][0]["id"]
    assert user.lamin("fsck").stdout.startswith("clean: 1 files")


def test_each_is_restored_also_after_another_was_not(fresh_instance) -> None:
    """The status says that some are missing, the sentences which and why."""
    user: Sandbox = fresh_instance()
    user.python(DELETE)
    done = user.lamin("trash", "restore", "a.txt", "none.txt", "b.txt", check=False)
    assert done.returncode == exits.PARTIAL
    assert "1 of 3 failed: 'none.txt'" in done.stderr
    assert {path.name for path in (user.home / "storage").glob("*.txt")} == {"a.txt", "b.txt"}
