"""What tests of the command line share: calls in this process, a user with two labels, and a server of many calls."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from lamindb.cli import main
from tests.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LABELS = """
import lamindb as ln
ln.save([ln.ULabel(name="T cell"), ln.ULabel(name="B cell"), ln.ULabel(name="neuron")])
ln.Feature(name="age", type="number").save()
"""
TABLE = "cell,age\nT cell,30\nB cell,40\n"
CRITERIA = {"columns": {"cell": {"registry": "core.ULabel"}, "age": {"type": "number", "minimum": 0}}}


@dataclass(frozen=True)
class Result:
    """What one call did."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output, which has to be exactly one JSON value."""
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        """The error object on the last line of standard error."""
        return json.loads(self.err.splitlines()[-1])["error"]


@pytest.fixture
def lamin(capsys: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    """Run ``lamin`` with arguments in this process."""

    def run(*arguments: str) -> Result:
        capsys.readouterr()
        status = main(arguments)
        captured = capsys.readouterr()
        return Result(status, captured.out, captured.err)

    return run


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with an instance that has three labels and a feature, and a table and criteria for it in two files.

    Tests of a module share it and leave it as it is.
    """
    user = Sandbox(tmp_path_factory.mktemp("labelled") / "home")
    user.lamin("init", "--storage", str(user.home / "storage"))
    user.python(LABELS)
    (user.home / "table.csv").write_text(TABLE)
    (user.home / "criteria.json").write_text(json.dumps(CRITERIA))
    return user


@dataclass(frozen=True)
class Server:
    """A process that runs one call after the other, for tests that make hundreds."""

    process: subprocess.Popen[str]

    def lamin(self, *arguments: str) -> Result:
        """Run ``lamin`` with arguments in the other process."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        return Result(**json.loads(self.process.stdout.readline()))


_SERVER = """
import io, json, sys
from contextlib import redirect_stderr, redirect_stdout
from lamindb.cli import main

requests, answers = sys.stdin, sys.stdout
for line in requests:
    out, err = io.StringIO(), io.StringIO()
    sys.stdin = io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(json.loads(line))
    print(json.dumps({"status": status, "out": out.getvalue(), "err": err.getvalue()}), file=answers, flush=True)
"""


@pytest.fixture(scope="module")
def server(labelled: Sandbox) -> Iterator[Server]:
    """A process of the user with labels."""
    command = [sys.executable, "-c", _SERVER]
    with subprocess.Popen(
        command, cwd=labelled.home, env=labelled.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield Server(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=30)
