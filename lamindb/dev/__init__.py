"""What plug-ins and tools may rely on: re-exports only, each looked up at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    # registries
    "Registry": "lnschema_core.models:Registry",
    "CanValidate": "lnschema_core.models:CanValidate",
    "HasParents": "lnschema_core.models:HasParents",
    "Data": "lnschema_core.models:Data",
    "QuerySet": "lnschema_core.query:QuerySet",
    "QueryManager": "lnschema_core.query:Manager",
    "FeatureManager": "lnschema_core.annotation.features:FeatureManager",
    "LabelManager": "lnschema_core.annotation.labels:LabelManager",
    "InspectResult": "lamindb.text.inspection:InspectResult",
    # the session
    "Settings": "lnschema_core.settings:Settings",
    "run_context": "lamindb.provenance.context:run_context",
    # rooms
    "datasets": "lamindb.dev.datasets",
    "exceptions": "lamindb.dev.exceptions",
    "fields": "lamindb.dev.fields",
    "hashing": "lamindb.dev.hashing",
    "storage": "lamindb.dev.storage",
    "types": "lamindb.dev.types",
    "versioning": "lamindb.dev.versioning",
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.dev import datasets, exceptions, fields, hashing, storage, types, versioning
    from lamindb.provenance.context import run_context
    from lamindb.text.inspection import InspectResult
    from lnschema_core.annotation.features import FeatureManager
    from lnschema_core.annotation.labels import LabelManager
    from lnschema_core.models import CanValidate, Data, HasParents, Registry
    from lnschema_core.query import Manager as QueryManager
    from lnschema_core.query import QuerySet
    from lnschema_core.settings import Settings

__all__ = [
    "CanValidate",
    "Data",
    "FeatureManager",
    "HasParents",
    "InspectResult",
    "LabelManager",
    "QueryManager",
    "QuerySet",
    "Registry",
    "Settings",
    "datasets",
    "exceptions",
    "fields",
    "hashing",
    "run_context",
    "storage",
    "types",
    "versioning",
]
