"""The registry of features: what data measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb.text.joined import join
from lnschema_core import ids
from lnschema_core.models.featureset import FeatureSet
from lnschema_core.models.mixins import CanValidate
from lnschema_core.models.modality import Modality
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    import pandas as pd


class Feature(Registry, CanValidate):
    """Features: dimensions of data, such as the columns of a data frame.

    Args:
        name: A name, such as a column name.
        type: What the values are: ``"number"``, ``"category"``, another word, or a Python type.
        unit: Unit of measurement.
        description: A description.
        synonyms: Further names, separated by ``|``.
        modality: The kind of measurement.
        registries: The registries whose records are values of the feature.

    Raises:
        TypeError: Name or type is missing.
        ValueError: An argument is positional, or the registries are none.

    Examples:
        >>> ln.Feature(name="cell_type", type="category", registries=[ln.ULabel]).save()
    """

    id = models.CharField(max_length=12, default=ids.base62_12, primary_key=True)
    """Universal id, valid across instances."""
    name = models.CharField(max_length=255, db_index=True, default=None)
    """Name, as the column of a data frame has it."""
    type = models.CharField(max_length=64, db_index=True, default=None)
    """What the values are, such as ``number`` or ``category``."""
    modality = models.ForeignKey(Modality, models.PROTECT, null=True, default=None, related_name="features")
    """Kind of measurement."""
    unit = models.CharField(max_length=30, db_index=True, null=True, default=None)
    """Unit of measurement, such as ``m``."""
    description = models.TextField(db_index=True, null=True, default=None)
    """Description."""
    registries = models.CharField(max_length=128, db_index=True, null=True, default=None)
    """Registries whose records are values, such as ``core.ULabel|bionty.CellType``."""
    synonyms = models.TextField(null=True, default=None)
    """Further names, separated by ``|``, under which values are recognised."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="features")
    """Sets that the feature is a member of."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_features")
    """Who created the record."""

    refusal_of_plain_arguments = "Only non-keyword args allowed"

    def _construct(self, fields: dict[str, Any]) -> None:
        values = dict(fields)
        if isinstance(values.get("type"), type):
            values["type"] = values["type"].__name__
        if values.get("registries") is not None:
            values["registries"] = join_registries(values["registries"])
        super()._construct(values)

    @classmethod
    def from_df(cls, df: pd.DataFrame) -> list[Feature]:
        """Make one feature per column of a frame, in its order; existing features are returned as they are stored.

        Args:
            df: The frame.

        Returns:
            As many features as the frame has columns; new ones have the type of the column, and aren't saved yet.

        Raises:
            TypeError: It is no frame.
            ValueError: The names of columns are no texts, or not unique.

        Examples:
            >>> ln.save(ln.Feature.from_df(df))
        """
        from lnschema_core.annotation.frame_features import features_of_frame

        return features_of_frame(df)


def join_registries(registries: str | list[Any]) -> str | None:
    """The names of registries as one string, ``None`` if there are none.

    Raises:
        ValueError: It is neither a string nor a list of registries.
    """
    if isinstance(registries, str):
        return registries
    if not isinstance(registries, list):
        msg = "registries has to be a list of Registry types"
        raise ValueError(msg)  # noqa: TRY004 - the API of 0.54
    for registry in registries:
        if not hasattr(registry, "__get_name_with_schema__"):
            msg = "each element of the list has to be a Registry"
            raise ValueError(msg)
    return join(registry.__get_name_with_schema__() for registry in registries)
