"""Deleting records such that they can be restored: what is gone is written down in the same transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import setup
from lnschema_core.files import places
from lnschema_core.trash import rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnschema_core.models import File


def delete_recorded(records: Sequence[Any], *, file: File | None, has_content: bool) -> str:
    """Delete records with their links, in this order, and write down what is needed to restore them.

    Args:
        records: The record that was asked for, and those that go with it.
        file: The one among them that has content.
        has_content: Whether the content is to be deleted, too.

    Returns:
        The id of the deletion.

    Raises:
        ProtectedError: Something else refers to a record.
    """
    from lnschema_core.models.recovering import Deletion

    first = records[0]
    deletion = Deletion(
        registry=type(first).__name__,
        record_id=first.pk,
        name=getattr(first, "key", None) or getattr(first, "name", None) or first.description,
        has_content=has_content,
        deleted_by=setup.settings.user.handle,
        **_place_of(file),
    )
    with transaction.atomic():
        deletion.rows = [row for record in records for row in rows.delete_with_links(record)]
        deletion.save(force_insert=True)
    return deletion.pk


def _place_of(file: File | None) -> dict[str, Any]:
    if file is None:
        return {}
    root = places.root_as_str(file)
    return {"root": root, "key": places.storage_key(file), "suffix": file.suffix, "size": file.size}
