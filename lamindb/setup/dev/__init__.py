"""For developers: the settings classes, deprecation, and what set-up knows about Django and paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    "UserSettings": "lamindb.setup.users:UserSettings",
    "InstanceSettings": "lamindb.setup.instances:InstanceSettings",
    "StorageSettings": "lamindb.setup.storages:StorageSettings",
    "deprecated": "lamindb.setup.deprecation:deprecated",
    "doc_args": "lamindb.setup.docstrings:doc_args",
    "MISSING_MIGRATIONS_WARNING": "lamindb.setup.migration_state:MISSING_MIGRATIONS_WARNING",
    "django": "lamindb.setup.dev.django",
    "upath": "lamindb.setup.dev.upath",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.setup.deprecation import deprecated
    from lamindb.setup.dev import django, upath
    from lamindb.setup.docstrings import doc_args
    from lamindb.setup.instances import InstanceSettings
    from lamindb.setup.migration_state import MISSING_MIGRATIONS_WARNING
    from lamindb.setup.storages import StorageSettings
    from lamindb.setup.users import UserSettings

__all__ = [
    "MISSING_MIGRATIONS_WARNING",
    "InstanceSettings",
    "StorageSettings",
    "UserSettings",
    "deprecated",
    "django",
    "doc_args",
    "upath",
]
