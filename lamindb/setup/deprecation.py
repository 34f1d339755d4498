"""Marking functions that have a better name now."""

from __future__ import annotations

import functools
import warnings
from typing import TYPE_CHECKING, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

P = ParamSpec("P")
R = TypeVar("R")


def deprecated(new_name: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Warn whoever calls the function that another one took its place.

    Args:
        new_name: The name of the other function.

    Returns:
        A decorator; the functions that it makes have the attribute ``__deprecated``.
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def warning(*args: P.args, **kwargs: P.kwargs) -> R:
            name = function.__name__
            message = f"Use {new_name} instead of {name}, {name} will be removed in the future."
            warnings.warn(message, category=DeprecationWarning, stacklevel=2)
            return function(*args, **kwargs)

        setattr(warning, "__deprecated", True)
        return warning

    return decorate
