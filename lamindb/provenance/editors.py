"""Editors that have a notebook open: what they can be asked to do. They keep a copy of the file in memory."""

from __future__ import annotations

import json
import time
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LAB = "lab"
NOTEBOOK = "notebook"
VS_CODE = "vs_code"
RUNNER = "runner"
"""No editor: a program that executes notebooks, such as ``jupyter nbconvert``."""

_WRITABLE = {LAB, NOTEBOOK, RUNNER}
_PATIENCE = 1.0


def lets_write(editor: str) -> bool:
    """Whether the file may be written while the editor has it open."""
    return editor in _WRITABLE


def save(path: Path) -> bool:
    """Ask the editor to write the notebook, and wait until it has; False where it can't be asked or doesn't."""
    before = path.stat().st_mtime_ns
    if not _command("docmanager:save"):
        return False
    waiting = time.monotonic()
    while path.stat().st_mtime_ns == before or not _is_whole(path):
        if time.monotonic() - waiting > _PATIENCE:
            return False
        time.sleep(0.05)
    return True


def _is_whole(path: Path) -> bool:
    """Whether a notebook has been written to its end: servers empty the file before they write it."""
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return False
    return True


def reload() -> None:
    """Ask the editor to read the notebook anew; it asks the user if it has what isn't in the file."""
    _command("docmanager:reload")


def _command(name: str) -> bool:
    """Let JupyterLab, or a notebook server that is built on it, do something through the package ``ipylab``."""
    try:
        ipylab = import_module("ipylab")
    except ImportError:
        return False
    ipylab.JupyterFrontEnd().commands.execute(name)
    return True
