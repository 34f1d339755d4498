"""Messages to the user: levels with icons, one line each.

Messages go to standard output, or wherever :func:`redirect` sends them; colours appear on terminals only. Knows nothing
but the standard library. Use the module as the logger: ``log.warning("…")``.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, TextIO

if TYPE_CHECKING:
    from collections.abc import Iterator

Verbosity = Literal["error", "warning", "success", "info", "hint", "debug"]

VERBOSITIES: dict[str, int] = {"error": 0, "warning": 1, "success": 2, "info": 3, "hint": 4, "debug": 5}

_QUIET, _TALKATIVE = 1, 3  # in sessions with registries, and before

_COLOURS = {"red": 91, "green": 92, "yellow": 93, "blue": 94, "purple": 95, "cyan": 96}


class _State:
    """What the next message depends on."""

    def __init__(self) -> None:
        self.verbosity = _QUIET
        self.is_settled = True
        self.indent = ""
        self.stream: TextIO | None = None


_state = _State()

_NOWHERE = io.StringIO()
"""Stands for no stream at all: nothing is written to it."""


# -- settings ---------------------------------------------------------------------------------------------------------


def verbosity() -> int:
    """The verbosity that is set, from 0 (errors) to 5 (everything); :func:`talk_until_connected` sets none."""
    return _state.verbosity if _state.is_settled else _QUIET


def set_verbosity(value: int | str) -> None:
    """Set the verbosity, as a number from 0 to 5 or as a word.

    Raises:
        KeyError: The word is none of ``error, warning, success, info, hint, debug``.
        ValueError: The number is not in 0 to 5.
    """
    number = VERBOSITIES[value] if isinstance(value, str) else value
    if type(number) is not int or number not in VERBOSITIES.values():
        msg = "verbosity needs to be one of {0, 1, 2, 3, 4, 5}"
        raise ValueError(msg)
    _state.verbosity, _state.is_settled = number, True


def talk_until_connected() -> None:
    """Tell also what happened, until this process works with registries or sets a verbosity."""
    if _state.verbosity == _QUIET:
        _state.verbosity, _state.is_settled = _TALKATIVE, False


def settle() -> None:
    """Tell as little as is usual where registries are used, if this process told more until now."""
    if not _state.is_settled:
        _state.verbosity, _state.is_settled = _QUIET, True


@contextmanager
def at_verbosity(value: int | str) -> Iterator[None]:
    """Use another verbosity within the block, restored however the block ends."""
    before = _state.verbosity, _state.is_settled
    set_verbosity(value)
    try:
        yield
    finally:
        _state.verbosity, _state.is_settled = before


@contextmanager
def muted() -> Iterator[None]:
    """Show nothing but errors within the block."""
    with at_verbosity(0):
        yield


@contextmanager
def silent_if(mute: bool) -> Iterator[None]:  # noqa: FBT001 - the condition is the whole sentence
    """Show no message at all within the block, not even unconditional ones, if ``mute``."""
    if not mute:
        yield
        return
    with redirect(_NOWHERE):
        yield


@contextmanager
def indented(by: int = 3) -> Iterator[None]:
    """Indent the messages within the block."""
    before = _state.indent
    _state.indent = before + " " * by
    try:
        yield
    finally:
        _state.indent = before


@contextmanager
def redirect(stream: TextIO) -> Iterator[None]:
    """Send the messages within the block to another stream."""
    before = _state.stream
    _state.stream = stream
    try:
        yield
    finally:
        _state.stream = before


def shows(level: Verbosity) -> bool:
    """Whether messages of a level are shown at present; what takes time to tell need not be found out otherwise."""
    return _is_shown(VERBOSITIES[level])


# -- messages ---------------------------------------------------------------------------------------------------------


def error(message: str) -> None:
    """Something failed."""
    _emit(0, "❌", message)


def important(message: str) -> None:
    """Something that everybody wants to know."""
    _emit(1, "💡", message)


def warning(message: str) -> None:
    """Something may be wrong."""
    _emit(1, "❗", message)


def success(message: str) -> None:
    """Something worked."""
    _emit(2, "✅", message)


def save(message: str) -> None:
    """Something was saved."""
    _emit(3, "✅", message)


def info(message: str) -> None:
    """Something happened."""
    _emit(3, "💡", message)


def hint(message: str) -> None:
    """Something could be done."""
    _emit(4, "💡", message)


def debug(message: str) -> None:
    """Something for developers."""
    _emit(5, "🐛", message)


def plain(message: str) -> None:
    """Show a text at any verbosity, without an icon."""
    _emit(0, "", message)


def _emit(level: int, icon: str, message: str) -> None:
    if not _is_shown(level):
        return
    text = f"{_state.indent}{icon} {message}" if icon else f"{_state.indent}{message}"
    print(f"{text}\n", end="", file=_state.stream or sys.stdout, flush=True)  # at once, also where nothing is buffered


def _is_shown(level: int) -> bool:
    return _state.verbosity >= level and _state.stream is not _NOWHERE


# -- colours ----------------------------------------------------------------------------------------------------------


def coloured(text: str, colour: str) -> str:
    """The text in a colour, where the stream is a terminal."""
    return f"\x1b[1;{_COLOURS[colour]}m{text}\x1b[0m" if _is_terminal() else text


def bold(text: str) -> str:
    """The text in bold, where the stream is a terminal."""
    return f"\x1b[1m{text}\x1b[0m" if _is_terminal() else text


def _is_terminal() -> bool:
    stream = _state.stream or sys.stdout
    return "NO_COLOR" not in os.environ and hasattr(stream, "isatty") and stream.isatty()
