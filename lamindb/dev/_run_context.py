"""The path under which the errors of notebooks have been caught since 0.50."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door
from lamindb.errors import NotebookNotSavedError, NoTitleError, UpdateNbWithNonInteractiveEditorError

__getattr__, __dir__ = door(__name__, {"run_context": "lamindb.provenance.context:run_context"})

if TYPE_CHECKING:
    from lamindb.provenance.context import run_context

__all__ = ["NoTitleError", "NotebookNotSavedError", "UpdateNbWithNonInteractiveEditorError", "run_context"]
