"""``lamin fsck`` and ``lamin cache``: exit statuses, what is printed, and what is never deleted."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
import pytest

from lamindb.cli import exits
from lamindb.cli.amounts import CopyFilter, Duration

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

FILES = """
import lamindb as ln
root = ln.settings.storage
for number in range(5):
    (root / f"{number}.txt").write_text(f"content {number}")
ln.save(ln.File.from_dir(root))
"""


@pytest.fixture
def user(fresh_instance) -> Sandbox:
    """A user with five files in storage."""
    user = fresh_instance()
    user.python(FILES)
    return user


def test_status_says_what_was_found(user: Sandbox) -> None:
    """0 for a clean pass, 5 for garbage only, 4 for damage, 3 when the time was up; repairing and collecting end with 0."""
    storage = user.home / "storage"
    assert user.lamin("fsck").stdout.startswith("clean: 5 files")
    assert user.lamin("fsck", "--time-limit", "0", check=False).returncode == exits.PARTIAL
    assert user.lamin("fsck").returncode == exits.OK
    (storage / ".lamindb-tmp-1").write_text("garbage")
    assert user.lamin("fsck").returncode == exits.OK  # too young to be told from a writer's
    found = user.lamin("fsck", "--grace", "0s", "--json", check=False)
    assert found.returncode == exits.GARBAGE
    assert json.loads(found.stdout)["counts"] == {"temporary": 1}
    assert user.lamin("fsck", "--grace", "0s", "--collect").returncode == exits.OK
    assert not (storage / ".lamindb-tmp-1").exists()
    (storage / "3.txt").write_text("CONTENT 3")
    assert user.lamin("fsck").returncode == exits.OK
    damaged = user.lamin("fsck", "--read-data", "-q", check=False)
    assert (damaged.returncode, damaged.stdout) == (exits.DAMAGED, "3.txt\n")
    assert user.lamin("fsck", "--read-data", "--repair", check=False).returncode == exits.DAMAGED
    (storage / "3.txt").write_text("content 3")
    assert user.lamin("fsck", "--read-data").returncode == exits.OK


@pytest.mark.parametrize(
    "arguments",
    [
        ["fsck", "--grace", "soon"],
        ["fsck", "--time-limit", "1y"],
        ["fsck", "--grace", "9" * 400],
        ["cache", "list", "--filter", "size"],
        ["cache", "list", "--filter", "colour=red"],
        ["cache", "prune", "--filter", "size>many"],
    ],
)
def test_amounts_that_are_none_are_refused(user: Sandbox, arguments: list[str]) -> None:
    """A usage error that shows what is meant."""
    done = user.lamin(*arguments, check=False)
    assert done.returncode == exits.USAGE
    assert "such as" in done.stderr


def test_unknown_storage_is_not_found(user: Sandbox) -> None:
    """The sentence names the storage locations that there are."""
    done = user.lamin("fsck", "--storage", str(user.home), check=False)
    assert done.returncode == exits.NOT_FOUND
    assert str(user.home / "storage") in done.stderr


def test_amounts_have_units() -> None:
    """Times and sizes in the units that people type."""
    assert [Duration("d").convert(text, None, None) for text in ("2", "90s", "1.5h", "0")] == [172_800, 90, 5400, 0]
    with pytest.raises(click.UsageError):
        Duration("s").convert("1e3", None, None)

    class Copy:
        size, accessed, state = 2_000_000_000, 0.0, "good"

    meets = {text: CopyFilter().convert(text, None, None)(Copy()) for text in
             ("size>1GB", "size>2GiB", "size<=2g", "accessed>30d", "accessed < 1h", "state=damaged")}  # fmt: skip
    assert list(meets.values()) == [True, False, True, True, False, False]
