"""The mounted registries and how they relate, and new ones: ``ln.schema.view()``, ``ln.schema.new()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    "new": "lamindb.schema.making:new",
    "graph": "lamindb.schema.diagram:graph",
    "view": "lamindb.schema.diagram:view",
    "write_stubs": "lamindb.schema.typing.writing:write_stubs",
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.schema.diagram import graph, view
    from lamindb.schema.making import new
    from lamindb.schema.typing.writing import write_stubs

__all__ = ["graph", "new", "view", "write_stubs"]
