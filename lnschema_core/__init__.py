"""The core registries of LaminDB: files, datasets, where they come from and what they measure.

The door for users of the schema: the first use of a registry connects to the current instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import __version__
from lamindb._lazy import door

_schema_id = "yvzi"
_name = "core"

_REGISTRIES = (
    "User",
    "Storage",
    "Transform",
    "Run",
    "ULabel",
    "Modality",
    "Feature",
    "FeatureSet",
    "File",
    "Dataset",
)
_BASES = ("Registry", "ORM", "LinkORM", "CanValidate", "HasParents", "Data")
_NAMES = {
    **{name: f"lnschema_core.models:{name}" for name in (*_REGISTRIES, *_BASES)},
    **{name: f"lnschema_core.{name}" for name in ("ids", "types", "users")},
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lnschema_core import ids, types, users
    from lnschema_core.models import (
        ORM,
        CanValidate,
        Data,
        Dataset,
        Feature,
        FeatureSet,
        File,
        HasParents,
        LinkORM,
        Modality,
        Registry,
        Run,
        Storage,
        Transform,
        ULabel,
        User,
    )

__all__ = [
    "ORM",
    "CanValidate",
    "Data",
    "Dataset",
    "Feature",
    "FeatureSet",
    "File",
    "HasParents",
    "LinkORM",
    "Modality",
    "Registry",
    "Run",
    "Storage",
    "Transform",
    "ULabel",
    "User",
    "__version__",
    "ids",
    "types",
    "users",
]
