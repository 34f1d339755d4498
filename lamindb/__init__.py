"""LaminDB: manage biological data and analyses in generic backends.

The door for users: every name is looked up at first use, so that ``import lamindb`` is quick, needs no instance and
never fails. The first use of a registry connects to the current instance.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lamindb._lazy import door

__version__ = "0.55.0"

_NAMES = {
    # data
    "File": "lnschema_core.models:File",
    "Dataset": "lnschema_core.models:Dataset",
    # provenance
    "Transform": "lnschema_core.models:Transform",
    "Run": "lnschema_core.models:Run",
    "User": "lnschema_core.models:User",
    "Storage": "lnschema_core.models:Storage",
    "track": "lamindb.provenance:track",
    "finish": "lamindb.provenance:finish",
    "step": "lamindb.provenance:step",
    "run_context": "lamindb.provenance:run_context",
    # metadata
    "ULabel": "lnschema_core.models:ULabel",
    "Feature": "lnschema_core.models:Feature",
    "FeatureSet": "lnschema_core.models:FeatureSet",
    "Modality": "lnschema_core.models:Modality",
    "Criterion": "lnschema_core.criteria.criterion:Criterion",
    "Criteria": "lnschema_core.criteria.criteria:Criteria",
    # many records
    "save": "lnschema_core.saving:save",
    "add": "lnschema_core.saving:save",
    "delete": "lnschema_core.saving:delete",
    "select": "lnschema_core.saving:select",
    "fsck": "lnschema_core.integrity.checking:fsck",
    "trash": "lnschema_core.trash",
    "view": "lamindb.display:view",
    # rooms
    "settings": "lnschema_core.settings:settings",
    "compute": "lnschema_core.settings:compute",
    "setup": "lamindb.setup",
    "schema": "lamindb.schema",
    "dev": "lamindb.dev",
    "InstanceNotSetupError": "lamindb.errors:InstanceNotLoaded",
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

# Where Django finds the current instance if a script asks Django for it first, as by ``transaction.atomic()``.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lamindb.setup.django_settings")

if TYPE_CHECKING:
    from lamindb import dev, schema, setup
    from lamindb.display import view
    from lamindb.errors import InstanceNotLoaded as InstanceNotSetupError
    from lamindb.provenance import finish, run_context, step, track
    from lnschema_core import trash
    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.integrity.checking import fsck
    from lnschema_core.models import (
        Dataset,
        Feature,
        FeatureSet,
        File,
        Modality,
        Run,
        Storage,
        Transform,
        ULabel,
        User,
    )
    from lnschema_core.saving import delete, save, select
    from lnschema_core.settings import compute, settings

    add = save

__all__ = [
    "Criteria",
    "Criterion",
    "Dataset",
    "Feature",
    "FeatureSet",
    "File",
    "InstanceNotSetupError",
    "Modality",
    "Run",
    "Storage",
    "Transform",
    "ULabel",
    "User",
    "__version__",
    "add",
    "compute",
    "delete",
    "dev",
    "finish",
    "fsck",
    "run_context",
    "save",
    "schema",
    "select",
    "settings",
    "setup",
    "step",
    "track",
    "trash",
    "view",
]
