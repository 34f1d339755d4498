"""The quickstart as a notebook: ``python -m tests.docs.notebook`` writes it anew from the script, its only source."""

from __future__ import annotations

import json
import re
from typing import Any

from tests.docs.pages import DOCS

SCRIPT = DOCS / "quickstart.py"
NOTEBOOK = DOCS / "quickstart.ipynb"

# By this the notebook is recognised when it is tracked, in whatever editor it runs.
_TRACKING = {
    "id": "quickStart01",
    "parent": None,
    "pypackage": None,
    "time_init": "2026-11-22T00:00:00+00:00",
    "user_handle": None,
    "user_id": None,
    "user_name": None,
    "version": "0",
}
_CELL = re.compile(r"^# %%(?P<kind> \[markdown\])?\n", re.MULTILINE)


def from_script(text: str) -> str:
    """Turn a script with cells into the text of a notebook without outputs."""
    _, *parts = _CELL.split(text)
    cells = [_cell(number, kind, body) for number, (kind, body) in enumerate(zip(parts[::2], parts[1::2], strict=True))]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}, "nbproject": _TRACKING}
    notebook = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def _cell(number: int, kind: str | None, body: str) -> dict[str, Any]:
    common: dict[str, Any] = {"id": f"cell-{number}", "metadata": {}}
    if kind is None:
        return common | {"cell_type": "code", "execution_count": None, "outputs": [], "source": _lines(body)}
    prose = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
    return common | {"cell_type": "markdown", "source": _lines(prose)}


def _lines(text: str) -> list[str]:
    return text.strip().splitlines(keepends=True)


if __name__ == "__main__":
    NOTEBOOK.write_text(from_script(SCRIPT.read_text(encoding="utf-8")), encoding="utf-8")
