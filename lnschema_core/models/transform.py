"""The registry of transforms: notebooks, pipelines and other code that makes data."""

from __future__ import annotations

import reprlib
from typing import TYPE_CHECKING, Any

from django.db import models

from lnschema_core.models.mixins import HasParents
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.types import TransformType, default_transform_type
from lnschema_core.users import current_user_id
from lnschema_core.versioning import index_of_later_versions, join_family, plan_version

if TYPE_CHECKING:
    from lnschema_core.versioning import Family

_ARGUMENTS = (
    "name",
    "short_name",
    "version",
    "type",
    "reference",
    "reference_type",
    "is_new_version_of",
    "initial_version_id",
    "id",
)


class Transform(Registry, HasParents):
    """Transforms: code that makes data, such as a notebook, a script, a pipeline or an app.

    Args:
        name: A name or title.
        short_name: A short name, such as the stem of a notebook's file name.
        version: A version.
        type: ``"pipeline"``, ``"notebook"``, ``"app"`` or ``"api"``.
        reference: An external reference, such as a url.
        reference_type: What kind of reference, such as ``"url"``.
        is_new_version_of: The previous version.

    Raises:
        TypeError: The name is no text, or the previous version no transform.
        ValueError: An argument isn't known, or the version doesn't follow the previous one.

    Examples:
        >>> transform = ln.Transform(name="Cell Ranger", version="7.2.0", type="pipeline")
        >>> transform.save()
    """

    id = models.CharField(max_length=14, db_index=True, primary_key=True, default=None)
    """Universal id: a stem of 12 characters that all versions share, and 2 characters for the version."""
    name = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """Name or title."""
    short_name = models.CharField(max_length=128, db_index=True, null=True, default=None)
    """Short name; the stem of the file name of a notebook or script."""
    version = models.CharField(max_length=10, db_index=True, null=True, default=None)
    """Version, such as ``"1"``."""
    type = models.CharField(
        max_length=20, choices=TransformType.choices(), db_index=True, default=default_transform_type
    )
    """What kind of code it is."""
    reference = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """External reference, such as a url."""
    reference_type = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """What kind of reference it is."""
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """Transforms whose outputs this transform uses, for viewing the flow of data."""
    initial_version = models.ForeignKey("self", models.PROTECT, null=True, default=None)
    """The first version of the transform; ``None`` for the first version itself."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_transforms")
    """Who created the record."""

    class Meta:
        indexes = (index_of_later_versions("transform"),)

    family: Family | None = None
    """Where the record stands among its versions, until it is saved."""

    def _construct(self, fields: dict[str, Any]) -> None:
        unknown = {name: value for name, value in fields.items() if name not in _ARGUMENTS}
        if unknown:
            msg = f"Only name, short_name, version, type, is_new_version_of can be passed, but you passed: {reprlib.repr(unknown)}"
            raise ValueError(msg)
        values = {name: value for name, value in fields.items() if name != "is_new_version_of"}
        old = fields.get("is_new_version_of")
        family = plan_version(Transform, old, values.get("version"), values.pop("initial_version_id", None))
        values["id"] = values.get("id") or family.id
        values["version"] = family.version
        values["type"] = str(values.get("type") or default_transform_type())
        if family.initial_version_id is not None:
            values["initial_version_id"] = family.initial_version_id
        if values.get("name") is None and old is not None:
            values["name"] = old.name
        super()._construct(values)
        if self._state.adding:
            join_family(self, family)
            if family.previous is not None:
                self.looked_for = None  # whoever makes the same version at the same time gets the next one

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save the transform; the previous version, too, if this makes it the first of a family."""
        from lnschema_core.versioning import saving_family

        with saving_family(self, has_content=False):
            super().save(*args, **kwargs)
