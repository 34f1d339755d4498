"""Rows of the registry of storage locations, as far as set-up changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from lamindb.setup.instances import InstanceSettings


def _rows() -> QuerySet[Any]:
    from django.apps import apps

    rows: QuerySet[Any] = apps.get_model("lnschema_core", "Storage").objects.all()
    return rows


def stand_in(instance: InstanceSettings) -> None:
    """Let the location that was registered first be the default one of an instance that was moved, without writing it.

    That is for databases that can't be written. Where the database doesn't lie in its default location, nothing is known.
    """
    from django.db import DatabaseError

    if instance.database_address is not None:
        return
    try:
        rows = list(_rows().order_by("created_at", "pk"))
    except DatabaseError:  # it has no tables; what follows says so
        return
    if rows and all(row.root != instance.storage.root_as_str for row in rows):
        instance.storage.use_record(rows[0])


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
