"""The mounted registries and how they relate: ``ln.schema.view()``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    "graph": "lamindb.schema.diagram:graph",
    "view": "lamindb.schema.diagram:view",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.schema.diagram import graph, view

__all__ = ["graph", "view"]
