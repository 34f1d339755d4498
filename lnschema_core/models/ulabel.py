"""The registry of universal labels."""

from __future__ import annotations

from typing import Any

from django.db import models

from lnschema_core import ids
from lnschema_core.models.mixins import CanValidate, HasParents
from lnschema_core.models.registry import Registry
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id

_ARGUMENTS = ("name", "description", "reference", "reference_type")
_FIELDS = frozenset({*_ARGUMENTS, "id", "created_by", "created_by_id"})


class ULabel(Registry, HasParents, CanValidate):
    """Universal labels: categories that annotate files and datasets.

    Args:
        name: A name, unique in the registry.
        description: A description.
        reference: An external reference, such as a url.
        reference_type: What kind of reference.

    Raises:
        TypeError: No name is passed.
        ValueError: An argument is positional or isn't known.

    Examples:
        >>> ln.ULabel(name="My project").save()
    """

    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    """Universal id, valid across instances."""
    name = models.CharField(max_length=255, db_index=True, unique=True, default=None)
    """Name, unique in the registry."""
    description = models.TextField(null=True, default=None)
    """Description."""
    reference = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """External reference, such as a url."""
    reference_type = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """What kind of reference it is."""
    parents = models.ManyToManyField("self", symmetrical=False, related_name="children")
    """More general labels, such as the kind of a label."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_ulabels")
    """Who created the record."""

    refusal_of_plain_arguments = "Only one non-keyword arg allowed"

    def _construct(self, fields: dict[str, Any]) -> None:
        if not fields.keys() <= _FIELDS:
            msg = f"Only {', '.join(_ARGUMENTS)} are valid keyword arguments"
            raise ValueError(msg)
        super()._construct(fields)

    @classmethod
    def from_values(cls, values: Any, field: Any = None, **kwargs: Any) -> list[ULabel]:  # noqa: ARG003 - the API of 0.54
        """Get the labels of a list of names; see :meth:`Registry.from_values`. The field is always ``name``."""
        return super().from_values(values, "name", **kwargs)
