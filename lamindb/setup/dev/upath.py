"""Paths of local and remote objects. What is done with their bytes is in ``lamindb.io``."""

from __future__ import annotations

from lamindb.io.path_class import UPath
from lamindb.io.storage import infer_filesystem

__all__ = ["UPath", "infer_filesystem"]
