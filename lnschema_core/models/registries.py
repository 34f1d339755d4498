"""All registries, lowest first: importing this module defines them."""

from __future__ import annotations

from lnschema_core.models.user import User  # isort: split

from lnschema_core.models.storage import Storage  # isort: split

from lnschema_core.models.transform import Transform  # isort: split

from lnschema_core.models.run import Run  # isort: split

from lnschema_core.models.ulabel import ULabel  # isort: split

from lnschema_core.models.modality import Modality  # isort: split

from lnschema_core.models.featureset import FeatureSet  # isort: split

from lnschema_core.models.feature import Feature  # isort: split

from lnschema_core.models.file import File  # isort: split

from lnschema_core.models.dataset import Dataset  # isort: split

from lnschema_core.models.execution import Execution  # isort: split

from lnschema_core.models.recovering import Deletion, Replacement  # isort: split

from lnschema_core.models.links import (
    DatasetFeatureSet,
    DatasetLabelFeature,
    DatasetULabel,
    FileFeatureSet,
    FileLabelFeature,
    FileULabel,
)

__all__ = [
    "Dataset",
    "DatasetFeatureSet",
    "DatasetLabelFeature",
    "DatasetULabel",
    "Deletion",
    "Execution",
    "Feature",
    "FeatureSet",
    "File",
    "FileFeatureSet",
    "FileLabelFeature",
    "FileULabel",
    "Modality",
    "Replacement",
    "Run",
    "Storage",
    "Transform",
    "ULabel",
    "User",
]
