"""Series of names that one line of code makes records of, such as `sample 1` to `sample 10000`: knows when they are not worth comparing.

The members of a series are like each other, so that nearly each has similar names in a registry with others of it. Nobody reads about ten
thousand of them, and finding what is similar takes many times as long as making the record. Knows no registries.
"""

from __future__ import annotations

import inspect
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lamindb.setup import guards

if TYPE_CHECKING:
    from types import CodeType

MOST = 10
"""So many names of a series are compared."""

_OURS = {"lamindb", "lnschema_core", "lnschema_bionty"}
_PAUSE = 10.0  # seconds after which a line begins anew: somebody may have read what was told
_MOST_FORMS, _MOST_LINES = 1_000, 100  # that are remembered
_NUMBER = re.compile(r"\d+")


@dataclass
class _Series:
    """How many names of one form a line has made records of that were compared."""

    compared: int = 0
    ends_at: float = 0.0


class _State:
    """Whether enough names of any series were compared: nothing is asked of a name before."""

    has_series = False


_forms: dict[tuple[type, str], dict[object, _Series]] = {}
"""By the registry of records and the form of their names: the series by the lines that make them."""


def goes_on(registry: type, name: str) -> bool:
    """Whether the name of a record to be made is one more of a series of which enough were compared."""
    lines = _forms.get((registry, _form(name))) if _State.has_series else None
    here = lines.get(_place()) if lines else None
    return here is not None and here.compared >= MOST and time.monotonic() <= here.ends_at


def count(registry: type, name: str) -> int:
    """Count a name that is compared; returns how many of its series were, 0 for a name without numbers."""
    form, place, now = _form(name), _place(), time.monotonic()
    if form == name:
        return 0
    if len(_forms) > _MOST_FORMS:
        _forms.clear()
        _State.has_series = False
    lines = _forms.setdefault((registry, form), {})
    if len(lines) > _MOST_LINES:
        lines.clear()
    here = lines.setdefault(place, _Series())
    here.compared = here.compared + 1 if now <= here.ends_at else 1
    here.ends_at = now + _PAUSE
    _State.has_series |= here.compared >= MOST
    return here.compared


def _form(name: str) -> str:
    """What is left of a name without its numbers."""
    return _NUMBER.sub("\0", name)  # which no name has


def _place() -> tuple[CodeType, int, object]:
    """The line that makes the record, the innermost one outside our packages and the constructors of others' registries; and the session."""
    frame = inspect.currentframe()
    assert frame is not None  # CPython has frames
    while frame.f_back is not None and (
        frame.f_code.co_name == "__init__" or str(frame.f_globals.get("__name__")).partition(".")[0] in _OURS
    ):
        frame = frame.f_back
    return frame.f_code, frame.f_lineno, guards.session()
