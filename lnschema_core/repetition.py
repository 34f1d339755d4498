"""Series of names that one line of code makes records of, such as `sample 1` to `sample 10000`: knows when they are not worth comparing.

The members of a series are like each other, so that nearly each has similar names in a registry with others of it. Nobody reads about ten
thousand of them, and finding what is similar takes many times as long as making the record. Knows no registries.
"""

from __future__ import annotations

import inspect
import re
import time
from typing import TYPE_CHECKING

from lamindb.setup import guards

if TYPE_CHECKING:
    from types import CodeType

MOST = 10
"""So many names of a series are compared."""

_OURS = {"lamindb", "lnschema_core", "lnschema_bionty"}
_PAUSE = 10.0  # seconds after which a line begins anew: somebody may have read what was told
_MOST_FORMS = 1_000
_NUMBER = re.compile(r"\d+")


class _Line:
    """The line that makes records, with the forms of their names."""

    place: object = None
    ends_at = 0.0
    forms: dict[str, int] = {}  # noqa: RUF012 - replaced, never shared
    has_series = False
    """Whether enough names of any form were compared."""


_line = _Line()


def goes_on(name: str) -> bool:
    """Whether a name is one more of a series of which enough were compared."""
    if not _line.has_series or _line.forms.get(_form(name), 0) < MOST:
        return False
    return _line.place == _place() and time.monotonic() <= _line.ends_at


def count(name: str) -> int:
    """Count a name that is compared; returns how many of its series were, 0 for a name without numbers."""
    form = _form(name)
    if form == name:
        return 0
    place, now = _place(), time.monotonic()
    if place != _line.place or now > _line.ends_at or len(_line.forms) > _MOST_FORMS:
        _line.place, _line.forms, _line.has_series = place, {}, False
    _line.ends_at = now + _PAUSE
    number = _line.forms[form] = _line.forms.get(form, 0) + 1
    _line.has_series |= number >= MOST
    return number


def _form(name: str) -> str:
    """What is left of a name without its numbers."""
    return _NUMBER.sub("#", name)


def _place() -> tuple[CodeType, int, object]:
    """The line that makes the record, the innermost one outside our packages and the constructors of others' registries; and the session."""
    frame = inspect.currentframe()
    assert frame is not None  # CPython has frames
    while frame.f_back is not None and (
        frame.f_code.co_name == "__init__" or frame.f_globals.get("__name__", "").partition(".")[0] in _OURS
    ):
        frame = frame.f_back
    return frame.f_code, frame.f_lineno, guards.session()
