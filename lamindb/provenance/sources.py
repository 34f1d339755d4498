"""The source code of what runs, as text without secrets. Knows no database."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.provenance.parameters import masker
from lamindb.provenance.shown import clear

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LARGEST = 20_000_000
"""More than that in bytes is no code."""


@dataclass(frozen=True)
class Source:
    """A text that is kept as a file."""

    text: str
    suffix: str
    description: str
    """What it is, for those who come across it."""


def source_of(path: Path) -> Source | None:
    """The source code in a script or notebook, None if it is too large to be code.

    Of a notebook the outputs are left out, so that executing it doesn't change its source.

    Raises:
        OSError: The file can't be read.
        ValueError: The file is no text, or no notebook.
    """
    if path.stat().st_size > LARGEST:
        return None
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return Source(masker().mask_source(text), path.suffix[:20] or ".txt", f"source of {path.name}")
    notebook = mapped(json.loads(text), masker().mask_source)
    clear(notebook)
    for cell in notebook["cells"]:
        cell.get("metadata", {}).pop("execution", None)
    return Source(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", ".ipynb", f"source of {path.name}")


def mapped(value: Any, change: Callable[[str], str]) -> Any:
    """A value of JSON with all its texts changed; the lines of a cell are one text."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        if value and all(isinstance(one, str) for one in value):
            return change("".join(value)).splitlines(keepends=True) if "\n" in "".join(value) else [*map(change, value)]
        return [mapped(one, change) for one in value]
    if isinstance(value, dict):
        return {name: mapped(one, change) for name, one in value.items()}
    return value
