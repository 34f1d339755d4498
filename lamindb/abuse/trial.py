"""A trial: start clients, let them work at once, check what they were told, and delete what they made."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb import log, setup
from lamindb.abuse.figures import Figures

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHOWN = 10
"""Problems in the report for people."""


@dataclass(frozen=True)
class Report:
    """What came of a trial.

    Attributes:
        n_clients: How many clients were at work.
        seconds: For how long.
        figures: Per kind of work, what calls took.
        errors: What calls raised, and how often.
        untrue: What clients were told although it isn't so.
    """

    n_clients: int
    seconds: float
    figures: Sequence[Figures]
    errors: dict[str, int]
    untrue: Sequence[str]

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "n_clients": self.n_clients,
            "seconds": self.seconds,
            "works": [one.as_dict() for one in self.figures],
            "errors": self.errors,
            "untrue": list(self.untrue),
        }

    def lines(self) -> Iterator[str]:
        """The report for people."""
        for one in self.figures:
            yield from one.lines()
        for error, count in self.errors.items():
            yield f"{count:,} calls: {error}"
        yield from self.untrue[:_SHOWN]
        if len(self.untrue) > _SHOWN:
            yield f"… and {len(self.untrue) - _SHOWN} more"
        if not self.untrue:
            yield "everything that was saved is there, once"


def abuse(*, clients: int, seconds: float, works: Sequence[str]) -> Report:
    """Let clients work on the current instance at once; afterwards it is as before.

    Args:
        clients: How many processes.
        seconds: For how long.
        works: What they do, by chance one after the other: of :data:`lamindb.abuse.figures.WORKS`.

    Raises:
        StorageNotWritable: The instance can only be read.
        RuntimeError: A client couldn't connect.
    """
    setup.connection.connect()
    setup.connection.check_writable()
    from lamindb.abuse import works as room

    trial = f"{room.PREFIX} {secrets.token_hex(4)}"
    try:
        room.begin(trial)
        answers = _answers(trial, clients, seconds, works)
        told = [room.Told(*one) for _, of_client in answers for one in of_client]
        untrue = room.untrue(trial, told)
    finally:
        count = room.clean_up(trial)
        log.info(f"deleted the {count:,} records and links that the trial made")
    calls = [call for of_client, _ in answers for call in of_client]
    errors = Counter(error for _, _, error in calls if error is not None)
    return Report(clients, seconds, [_figures(work, calls, seconds) for work in works], dict(errors), untrue)


def clean_up() -> int:
    """Delete what trials left that were killed, and return how many records and links that were."""
    setup.connection.connect()
    setup.connection.check_writable()
    from lamindb.abuse import works

    return works.clean_up()


def _figures(work: str, calls: list[Any], seconds: float) -> Figures:
    mine = [(milliseconds, error) for kind, milliseconds, error in calls if kind == work]
    answered = sorted(milliseconds for milliseconds, error in mine if error is None)
    return Figures(work, answered, len(mine) - len(answered), seconds)


def _answers(trial: str, clients: int, seconds: float, works: Sequence[str]) -> list[Any]:
    """What each client measured and was told."""
    environment = {**os.environ, "LAMIN_INSTANCE": setup.settings.instance.identifier}
    command = [sys.executable, "-m", "lamindb.abuse.client", trial]
    with ExitStack() as stack:
        started = [
            stack.enter_context(_process([*command, str(number), str(seconds), ",".join(works)], environment))
            for number in range(clients)
        ]
        for process in started:
            if process.stdout.readline() != "ready\n":
                raise RuntimeError(_why(process))
        for process in started:
            process.stdin.write("go\n")
            process.stdin.flush()
        return [_answer(process) for process in started]


@contextmanager
def _process(command: list[str], environment: dict[str, str]) -> Iterator[Any]:
    """A process that is at its end when the block is, whatever happens."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:  # noqa: S603 - our client
        try:
            yield process
        finally:
            process.kill()


def _answer(process: Any) -> Any:
    printed, _ = process.communicate()
    if process.returncode:
        raise RuntimeError(_why(process))
    return json.loads(printed)


def _why(process: Any) -> str:
    process.kill()
    last = [line for line in process.stderr.read().splitlines() if line][-1:]
    return f"a client ended before its time: {''.join(last) or 'it was killed'}"
