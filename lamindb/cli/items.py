"""Commands about several things: each is tried, also after another failed, and the exit status tells whether all succeeded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.cli import exits
from lamindb.cli.problems import problem_of, shortened
from lamindb.errors import LaminError, PartialSuccess

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_EXPECTED = (LaminError, OSError)


@dataclass(frozen=True)
class Outcome:
    """What became of one of several things."""

    item: str
    status: int
    """The exit status that the command would have had for this one alone."""
    value: Any = None
    error: BaseException | None = None

    @property
    def ok(self) -> bool:
        """Whether it succeeded."""
        return self.status == exits.OK

    @property
    def problem(self) -> dict[str, Any]:
        """The error as ``--json`` prints it; nothing if there is none."""
        return problem_of(self.error).as_json() if self.error is not None else {}


def try_each(items: Iterable[str], act: Callable[[str], tuple[int, Any]]) -> list[Outcome]:
    """Do something with each item, once.

    Args:
        items: Names, paths or keys.
        act: Returns an exit status and what was made; raises an error of ours if it fails.
    """
    return [_try(item, act) for item in dict.fromkeys(items)]


def _try(item: str, act: Callable[[str], tuple[int, Any]]) -> Outcome:
    try:
        status, value = act(item)
    except _EXPECTED as error:
        return Outcome(item, problem_of(error).exit_code, error=error)
    return Outcome(item, status, value)


def status_of(outcomes: Sequence[Outcome]) -> int:
    """The exit status of a command: that of its items if they agree, else that some failed.

    Errors of items are told on standard error, one sentence each.

    Raises:
        LaminError: What all items failed of.
        PartialSuccess: Some failed; names them.
    """
    failed = [outcome for outcome in outcomes if not outcome.ok]
    if len(failed) == len(outcomes) and failed and failed[0].error is not None and len(failed) == 1:
        raise failed[0].error
    for outcome in failed:
        if outcome.error is not None:
            log.error(f"{shortened(outcome.item)}: {problem_of(outcome.error).message}")
    statuses = {outcome.status for outcome in outcomes}
    if len(statuses) == 1:
        return statuses.pop()
    if len(failed) == len(outcomes):
        return exits.FAILED
    names = ", ".join(repr(outcome.item) for outcome in failed)
    msg = f"{len(failed)} of {len(outcomes)} failed: {names}"
    raise PartialSuccess(msg)
