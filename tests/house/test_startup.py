"""How long things take to start, in seconds of CPU: the best of several processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

REPEATS = 7


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with an instance, whose Python has compiled everything that the commands below import."""
    sandbox = Sandbox(tmp_path_factory.mktemp("startup") / "home")
    sandbox.lamin("init", "--storage", str(sandbox.home / "storage"))
    sandbox.python("import lamindb as ln; ln.File.filter().first()")
    sandbox.lamin("--help")
    return sandbox


def cpu_seconds(command: list[str], user: Sandbox, *, repeats: int = REPEATS) -> float:
    """The CPU time of the quickest of several runs."""
    return min(_cpu_seconds_once(command, user) for _ in range(repeats))


def _cpu_seconds_once(command: list[str], user: Sandbox) -> float:
    process = subprocess.Popen(command, cwd=user.home, env=user.environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_utime + usage.ru_stime


def python(code: str) -> list[str]:
    """A command that runs Python code."""
    return [sys.executable, "-c", code]


def test_import_is_quick(user: Sandbox) -> None:
    """``import lamindb`` adds less than 0.05 s to the start of Python."""
    bare = cpu_seconds(python("pass"), user)
    assert cpu_seconds(python("import lamindb"), user) - bare < 0.05


def test_command_line_starts_quickly(user: Sandbox) -> None:
    """``lamin --help`` takes less than 0.12 s."""
    assert cpu_seconds([*python("import sys; from lamindb.cli import main; sys.exit(main())"), "--help"], user) < 0.12


def test_first_query_is_quick(user: Sandbox) -> None:
    """``import lamindb`` and a query take less than 0.4 s."""
    assert cpu_seconds(python("import lamindb as ln; ln.ULabel.filter().first()"), user) < 0.4


def test_init_is_quick(user: Sandbox, tmp_path: Path) -> None:
    """A fresh instance on SQLite takes less than 1 s."""
    code = "import sys; from lamindb.cli import main; sys.exit(main())"

    def once(number: int) -> float:
        another = Sandbox(tmp_path / str(number))
        seconds = _cpu_seconds_once([*python(code), "init", "--storage", str(another.home / "storage")], another)
        shutil.rmtree(another.home)
        return seconds

    assert min(once(number) for number in range(3)) < 1
