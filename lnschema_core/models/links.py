"""The tables that link files and datasets to feature sets and labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from lnschema_core.deleting import pass_on_to_next_feature
from lnschema_core.models.dataset import Dataset
from lnschema_core.models.feature import Feature
from lnschema_core.models.featureset import FeatureSet
from lnschema_core.models.file import File
from lnschema_core.models.registry import LinkORM, Registry
from lnschema_core.models.ulabel import ULabel
from lnschema_core.query import Manager, QuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable


class _Links(QuerySet[Any]):
    """Links of which each pair has one."""

    def bulk_create(
        self,
        objs: Iterable[Any],
        batch_size: int | None = None,
        ignore_conflicts: bool = False,  # noqa: FBT001, FBT002 - Django passes it so
        update_conflicts: bool = False,  # noqa: FBT001, FBT002 - likewise
        *args: Any,
        **kwargs: Any,
    ) -> list[Any]:
        """Insert links; those that somebody else has made meanwhile stay, which Django's ``add`` sees to for links of its own only."""
        return super().bulk_create(
            objs, batch_size, ignore_conflicts or not update_conflicts, update_conflicts, *args, **kwargs
        )


class _ManagerOfLinks(Manager.from_queryset(_Links)[Any]):  # type: ignore[misc]
    """The manager of links of which each pair has one."""


class FileFeatureSet(Registry, LinkORM):
    """Which feature set a file has in which slot."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    feature_set = models.ForeignKey(FeatureSet, models.CASCADE)
    slot = models.CharField(max_length=40, null=True, default=None)
    """Where in the data the features are, such as ``columns`` or ``var``."""

    class Meta:
        unique_together = (("file", "feature_set", "slot"),)
        indexes = (models.Index(fields=["feature_set", "file"], name="files_of_feature_set"),)


class DatasetFeatureSet(Registry, LinkORM):
    """Which feature set a dataset has in which slot."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.CASCADE)
    feature_set = models.ForeignKey(FeatureSet, models.CASCADE)
    slot = models.CharField(max_length=50, null=True, default=None)
    """Where in the data the features are, such as ``columns`` or ``var``."""

    class Meta:
        unique_together = (("dataset", "feature_set", "slot"),)


class FileULabel(Registry, LinkORM):
    """Which label a file has, and under which feature."""

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    ulabel = models.ForeignKey(ULabel, models.CASCADE)
    feature = models.ForeignKey(Feature, pass_on_to_next_feature, null=True, default=None)
    """What the label says something about; further features are rows of ``FileLabelFeature``."""

    objects: ClassVar[_ManagerOfLinks] = _ManagerOfLinks()

    class Meta:
        unique_together = (("file", "ulabel"),)
        indexes = (models.Index(fields=["ulabel", "file", "feature"], name="files_of_ulabel"),)


class DatasetULabel(Registry, LinkORM):
    """Which label a dataset has, and under which feature."""

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.CASCADE)
    ulabel = models.ForeignKey(ULabel, models.CASCADE)
    feature = models.ForeignKey(Feature, pass_on_to_next_feature, null=True, default=None)
    """What the label says something about; further features are rows of ``DatasetLabelFeature``."""

    objects: ClassVar[_ManagerOfLinks] = _ManagerOfLinks()

    class Meta:
        unique_together = (("dataset", "ulabel"),)


class FileLabelFeature(Registry, LinkORM):
    """Under which feature a file has a label, where the link to the label can't say it.

    A row belongs to a link: without it, it says nothing.
    """

    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    feature = models.ForeignKey(Feature, models.CASCADE)
    """What the label says something about."""
    registry = models.CharField(max_length=128)
    """Registry that has the label, such as ``bionty.CellType``."""
    link_id = models.CharField(max_length=255)
    """Key of the link between file and label, by which the label is found."""

    class Meta:
        unique_together = (("registry", "link_id", "feature"),)


class DatasetLabelFeature(Registry, LinkORM):
    """Under which feature a dataset has a label, where the link to the label can't say it.

    A row belongs to a link: without it, it says nothing.
    """

    id = models.BigAutoField(primary_key=True)
    dataset = models.ForeignKey(Dataset, models.CASCADE)
    feature = models.ForeignKey(Feature, models.CASCADE)
    """What the label says something about."""
    registry = models.CharField(max_length=128)
    """Registry that has the label, such as ``bionty.CellType``."""
    link_id = models.CharField(max_length=255)
    """Key of the link between dataset and label, by which the label is found."""

    class Meta:
        unique_together = (("registry", "link_id", "feature"),)
