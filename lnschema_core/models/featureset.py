"""The registry of feature sets: which features data measures together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from lnschema_core.models.modality import Modality
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.query import Manager
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    import pandas as pd

    from lamindb.types import ListLike, StrField
    from lnschema_core.annotation.feature_sets import Members


class FeatureSetManager(Manager[Any]):
    """Gets the feature set of a file or dataset by its slot: ``file.feature_sets["columns"]``."""

    def _in_slot(self, slot: str) -> FeatureSet | None:
        from lnschema_core.annotation.slots import feature_set_of_slot

        return feature_set_of_slot(self, slot)


class FeatureSet(Registry):
    """Feature sets: sets of features that were measured together.

    Args:
        features: Saved records of one registry, such as features or genes.
        type: What the values of all features are; by default ``"number"`` for registries other than ``Feature``.
        modality: The kind of measurement.
        name: A name.

    Raises:
        TypeError: No features are passed, or they aren't records of one registry.
        ValueError: There are none, one isn't saved, or an argument isn't known.

    Examples:
        >>> features = ln.Feature.filter(type="category").list()
        >>> ln.FeatureSet(features, name="annotations of cells").save()
    """

    objects: ClassVar[Any] = FeatureSetManager()

    id = models.CharField(max_length=20, default=None, primary_key=True)
    """Universal id, valid across instances."""
    name = models.CharField(max_length=128, null=True, default=None)
    """Name, such as that of a panel."""
    n = models.IntegerField()
    """Number of features."""
    type = models.CharField(max_length=64, null=True, default=None)
    """What the values of all features are; ``None`` if each feature has its own type."""
    modality = models.ForeignKey(Modality, models.PROTECT, null=True, default=None, related_name="feature_sets")
    """Kind of measurement."""
    registry = models.CharField(max_length=128, db_index=True)
    """Registry that has the features, such as ``core.Feature``."""
    hash = models.CharField(max_length=20, null=True, default=None, db_index=True)
    """Hash of the ids of the features, by which equal sets are found."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_feature_sets")
    """Who created the record."""

    pending_members: Members | None = None
    """The members of a set that isn't saved yet."""

    @property
    def _features(self) -> tuple[str, list[Registry]]:
        """The members of an unsaved set, and the attribute that will have them: what code of the 0.54 days looks at."""
        if self.pending_members is None:
            msg = f"a saved feature set has no attribute '_features': its members are records of {self.registry}"
            raise AttributeError(msg)
        return self.pending_members.accessor, self.pending_members.records()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) > 1 and len(args) != len(self._meta.concrete_fields):
            msg = "Only one non-keyword arg allowed: features"
            raise ValueError(msg)
        if len(args) == 1:
            kwargs["features"], args = args[0], ()
        super().__init__(*args, **kwargs)

    def _construct(self, fields: dict[str, Any]) -> None:
        from lnschema_core.annotation.feature_sets import construct

        construct(self, fields)

    @classmethod
    def from_values(  # type: ignore[override]
        cls,
        values: ListLike,
        field: StrField | None = None,
        type: Any = None,  # noqa: A002 - the API of 0.54
        name: str | None = None,
        modality: Modality | None = None,
        **kwargs: Any,
    ) -> FeatureSet | None:
        """Make a feature set of those values that are validated features.

        Args:
            values: The values, such as names of variables.
            field: The registry field that has the values, such as ``lb.Gene.symbol``; by default ``Feature.name``.
            type: What the values of all features are; by default ``"number"`` for registries other than ``Feature``.
            name: A name of the set.
            modality: The kind of measurement.
            **kwargs: Further conditions that features have to meet, such as ``species="human"``.

        Returns:
            The set, unsaved, or the existing one of the same features; ``None`` if no value is validated.

        Raises:
            TypeError: The field is no field of a registry.
            ValueError: There are no values.
        """
        from lnschema_core.annotation.feature_sets import from_values

        return from_values(values, field, type=type, name=name, modality=modality, **kwargs)

    @classmethod
    def from_df(
        cls,
        df: pd.DataFrame,
        field: StrField | None = None,
        name: str | None = None,
        modality: Modality | None = None,
    ) -> FeatureSet | None:
        """Make a feature set of those columns of a frame that are validated features.

        Args:
            df: The frame.
            field: The registry field that has the names of columns; by default ``Feature.name``.
            name: A name of the set.
            modality: The kind of measurement.

        Returns:
            The set, unsaved, or the existing one of the same features; ``None`` if no column is validated.

        Raises:
            TypeError: The field is no field of a registry, or ``df`` no frame.
            ValueError: The names of columns are no texts or not unique; or the columns have different data types, but the
                features of the registry have no types of their own.
        """
        from lnschema_core.annotation.feature_sets import from_df

        return from_df(df, field, name=name, modality=modality)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the set and its members: all or nothing."""
        from lnschema_core.annotation.feature_sets import saving_members

        with saving_members(self):
            super().save(*args, **kwargs)
