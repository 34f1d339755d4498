"""Docstrings that several functions share in part."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def doc_args(*args: str) -> Callable[[T], T]:
    """Fill the placeholders ``{}`` of a docstring.

    Args:
        args: The texts, in the order of their placeholders.

    Returns:
        A decorator for functions and classes.

    Examples:
        >>> @doc_args("a path or an address")
        ... def open(path):
        ...     'Open {}.'
        >>> open.__doc__
        'Open a path or an address.'
    """

    def fill(documented: T) -> T:
        documented.__doc__ = inspect.cleandoc(documented.__doc__ or "").format(*args)
        return documented

    return fill
