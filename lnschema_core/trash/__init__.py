"""The trash of the instance, ``ln.trash``: what was deleted can be listed, restored and purged.

Examples:
    >>> ln.trash.list()
    >>> ln.trash.restore("plates/a.csv")
    >>> ln.trash.purge(older_than=30)
"""

from __future__ import annotations

from lamindb._lazy import door

_NAMES = {name: f"lnschema_core.trash.verbs:{name}" for name in ("list", "purge", "restore")}

__getattr__, __dir__ = door(__name__, _NAMES)

__all__ = ["list", "purge", "restore"]
