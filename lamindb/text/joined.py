"""Several strings in one text field, joined by a bar: ``"CT|celltyp"``. Knows synonyms and registry lists by form only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

BAR = "|"


def split(text: str | None) -> list[str]:
    """The parts of a joined text, in order; an empty list for ``None`` and for an empty text."""
    return [part for part in text.split(BAR) if part] if text else []


def join(parts: Iterable[str]) -> str | None:
    """Join the parts in order, each once; ``None`` when there is none."""
    return BAR.join(dict.fromkeys(part for part in parts if part)) or None
