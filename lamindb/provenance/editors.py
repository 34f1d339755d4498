"""Editors that have a notebook open: what they can be asked to do. They keep a copy of the file in memory."""

from __future__ import annotations

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


def save(path: Path) -> None:
    """Ask the editor to write the notebook, and wait until it has; where it can't be asked, nothing happens."""
    before = path.stat().st_mtime_ns
    if not _command("docmanager:save"):
        return
    waiting = time.monotonic()
    while path.stat().st_mtime_ns == before and time.monotonic() - waiting < _PATIENCE:
        time.sleep(0.05)


def reload() -> bool:
    """Ask the editor to read the notebook anew; False where it can't be asked."""
    return _command("docmanager:reload")


def _command(name: str) -> bool:
    """Let JupyterLab, or a notebook server that is built on it, do something through the package ``ipylab``."""
    try:
        ipylab = import_module("ipylab")
    except ImportError:
        return False
    ipylab.JupyterFrontEnd().commands.execute(name)
    return True
