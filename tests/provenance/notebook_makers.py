"""Making notebooks for tests. Writes files and imports nothing of LaminDB."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

# As the reference release wrote them.
METADATA = {
    "id": "NJvdsWWbJlZS",
    "parent": None,
    "pypackage": None,
    "time_init": "2023-08-17T13:26:16.526239+00:00",
    "user_handle": None,
    "user_id": None,
    "user_name": None,
    "version": "0",
}


def markdown(text: str) -> dict[str, Any]:
    """A markdown cell."""
    return {"cell_type": "markdown", "metadata": {}, "source": text.splitlines(keepends=True)}


def code(text: str) -> dict[str, Any]:
    """A code cell that has not run."""
    source = text.splitlines(keepends=True)
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


TITLE = markdown("# My analysis\n\nof things")
TRACK = code("import django\nimport lamindb as ln\n\nln.track()")


def write_notebook(path: Path, *cells: dict[str, Any], metadata: Any = None, indent: int | None = 1) -> Path:
    """A notebook of some cells, by default a title and a cell that tracks; with or without metadata of its own."""
    content = {
        "cells": list(cells or (TITLE, TRACK)),
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            **({} if metadata is None else {"nbproject": metadata}),
        },
        "nbformat": 4,
        "nbformat_minor": 4,
    }
    path.write_text(json.dumps(content, indent=indent, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def metadata_of(path: Path) -> Any:
    """What identifies a notebook on disk."""
    return json.loads(path.read_text(encoding="utf-8"))["metadata"].get("nbproject")
