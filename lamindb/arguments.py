"""What callers pass: numbers and texts, checked before anything is done with them.

For arguments that would otherwise fail somewhere inside, in words of Python. Knows nothing but the standard library.
"""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any


def check_text(name: str, value: object) -> None:
    """Refuse what is no text.

    Raises:
        TypeError: It is none; the message has the name of the argument, but not the value, which may be a secret.
    """
    if not isinstance(value, str):
        msg = f"{name} has to be text, but is of type {type(value).__name__}"
        raise TypeError(msg)


def check_truth(name: str, value: object) -> None:
    """Refuse what is neither true nor false.

    Raises:
        TypeError: It is neither; the message has the name of the argument.
    """
    if value not in (True, False):
        msg = f"{name} has to be True or False, not {value!r:.80}"
        raise TypeError(msg)


def check_number(name: str, value: object, *, least: float | None = None) -> None:
    """Refuse what is no number; infinity is one.

    Args:
        name: The argument.
        value: Its value.
        least: The smallest number that it can be, if there is one.

    Raises:
        TypeError: It is no number; the message has the name of the argument.
        ValueError: It is too small.
    """
    if not isinstance(value, Real):
        msg = f"{name} has to be a number, not {value!r:.80}"
        raise TypeError(msg)
    number: Any = value
    if least is not None and not number >= least:  # also what is not a number in floating point
        msg = f"{name} has to be at least {least}, but is {value}"
        raise ValueError(msg)


def check_amount(name: str, value: object, *, least: int = 0) -> None:
    """Refuse what can't be a number of things.

    Args:
        name: The argument.
        value: Its value.
        least: The smallest number that it can be.

    Raises:
        TypeError: It is no whole number; the message has the name of the argument.
        ValueError: It is too small.
    """
    if not isinstance(value, Integral):
        msg = f"{name} has to be a whole number, not {value!r:.80}"
        raise TypeError(msg)
    if value < least:
        msg = f"{name} has to be at least {least}, but is {value}"
        raise ValueError(msg)
