"""The registries, their bases and the tables that link them: the public path, which migrations and plug-ins use.

Importing this package connects to the current instance, since Django defines registries only for an instance.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door
from lamindb.setup import connection as _connection

_REGISTRIES = [
    "Dataset",
    "DatasetFeatureSet",
    "DatasetLabelFeature",
    "DatasetULabel",
    "Execution",
    "Feature",
    "FeatureSet",
    "File",
    "FileFeatureSet",
    "FileLabelFeature",
    "FileULabel",
    "Modality",
    "Run",
    "Storage",
    "Transform",
    "ULabel",
    "User",
]
_NAMES = {
    **{name: f"lnschema_core.models.mixins:{name}" for name in ("CanValidate", "Data", "HasParents")},
    **{name: f"lnschema_core.models.registry:{name}" for name in ("ORM", "FieldAttr", "LinkORM", "Registry")},
    **{name: f"lnschema_core.models.registries:{name}" for name in _REGISTRIES},
}

# Plug-ins ask for these names while the import of this very module is setting up Django.
if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

_connection.connect_for_registries()

from lnschema_core.models.mixins import CanValidate, Data, HasParents  # noqa: E402 - registries need a connection
from lnschema_core.models.registries import (  # noqa: E402
    Dataset,
    DatasetFeatureSet,
    DatasetLabelFeature,
    DatasetULabel,
    Execution,
    Feature,
    FeatureSet,
    File,
    FileFeatureSet,
    FileLabelFeature,
    FileULabel,
    Modality,
    Run,
    Storage,
    Transform,
    ULabel,
    User,
)
from lnschema_core.models.registry import ORM, FieldAttr, LinkORM, Registry  # noqa: E402

__all__ = [
    "ORM",
    "CanValidate",
    "Data",
    "Dataset",
    "DatasetFeatureSet",
    "DatasetLabelFeature",
    "DatasetULabel",
    "Execution",
    "Feature",
    "FeatureSet",
    "FieldAttr",
    "File",
    "FileFeatureSet",
    "FileLabelFeature",
    "FileULabel",
    "HasParents",
    "LinkORM",
    "Modality",
    "Registry",
    "Run",
    "Storage",
    "Transform",
    "ULabel",
    "User",
]
