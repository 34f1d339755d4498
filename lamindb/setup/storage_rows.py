"""Rows of the registry of storage locations, as far as set-up changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from django.db.models import QuerySet


def _rows() -> QuerySet[Any]:
    from django.apps import apps

    rows: QuerySet[Any] = apps.get_model("lnschema_core", "Storage").objects.all()
    return rows


def move(old: str, new: str) -> None:
    """Record that the storage location at one root is at another one now.

    Raises:
        RuntimeError: Several locations are registered, none of them at the old root.
    """
    rows = list(_rows().values_list("pk", "root"))
    if any(root == new for _, root in rows):
        return
    meant = [pk for pk, root in rows if root == old or len(rows) == 1]
    if len(rows) > 1 and not meant:
        msg = "You have several storage locations: Can't identify in which storage location the root column is to be updated!"
        raise RuntimeError(msg)
    for pk in meant:
        _rows().filter(pk=pk).update(root=new)
        log.success(f"updated storage root {pk} to {new}")
