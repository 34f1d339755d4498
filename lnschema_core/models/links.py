"""The tables that link files and datasets to feature sets and labels."""

from __future__ import annotations

from django.db import models

from lnschema_core.models.dataset import Dataset
from lnschema_core.models.feature import Feature
from lnschema_core.models.featureset import FeatureSet
from lnschema_core.models.file import File
from lnschema_core.models.registry import LinkORM, Registry
from lnschema_core.models.ulabel import ULabel


class FileFeatureSet(Registry, LinkORM):
    """Which feature set a file has in which slot."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    feature_set = models.ForeignKey(FeatureSet, models.CASCADE)
    slot = models.CharField(max_length=40, null=True, default=None)
    """Where in the data the features are, such as ``columns`` or ``var``."""

    class Meta:
        unique_together = (("file", "feature_set"),)


class DatasetFeatureSet(Registry, LinkORM):
    """Which feature set a dataset has in which slot."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.CASCADE)
    feature_set = models.ForeignKey(FeatureSet, models.CASCADE)
    slot = models.CharField(max_length=50, null=True, default=None)
    """Where in the data the features are, such as ``columns`` or ``var``."""

    class Meta:
        unique_together = (("dataset", "feature_set"),)


class FileULabel(Registry, LinkORM):
    """Which label a file has, and under which feature."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    ulabel = models.ForeignKey(ULabel, models.CASCADE)
    feature = models.ForeignKey(Feature, models.CASCADE, null=True, default=None)
    """What the label says something about."""

    class Meta:
        unique_together = (("file", "ulabel"),)


class DatasetULabel(Registry, LinkORM):
    """Which label a dataset has, and under which feature."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.CASCADE)
    ulabel = models.ForeignKey(ULabel, models.CASCADE)
    feature = models.ForeignKey(Feature, models.CASCADE, null=True, default=None)
    """What the label says something about."""

    class Meta:
        unique_together = (("dataset", "ulabel"),)
