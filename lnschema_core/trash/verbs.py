"""Listing, restoring and purging what was deleted."""

from __future__ import annotations

import builtins
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from lamindb import log
from lamindb.arguments import check_number
from lamindb.errors import DatabaseBehind, NoResultFound, NotRestorable
from lamindb.text.batch import as_list
from lnschema_core.catalogue import core_registry
from lnschema_core.trash import content, rows
from lnschema_core.trash.migrated import MIGRATION, is_migrated

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    import pandas as pd

    from lnschema_core.models.recovering import Deletion


@dataclass(frozen=True)
class Deleted:
    """Something that was deleted.

    Attributes:
        id: The id of the deletion.
        registry: ``File`` or ``Dataset``.
        record: The id of the record.
        name: Its key, description or name.
        storage: The root of the storage location that had its content.
        size: The size of the content in bytes.
        has_content: Whether the content is in the trash; else it stayed where it was.
        deleted_at: When it was deleted.
        deleted_by: The handle of the user who did it.
    """

    id: str
    registry: str
    record: str
    name: str | None
    storage: str | None
    size: int | None
    has_content: bool
    deleted_at: datetime
    deleted_by: str | None

    def as_dict(self) -> dict[str, Any]:
        """It as plain values."""
        return asdict(self) | {"deleted_at": self.deleted_at.isoformat()}


def entries() -> builtins.list[Deleted]:
    """Everything in the trash, what was deleted last comes first.

    Raises:
        DatabaseBehind: The database has no tables for it yet.
    """
    return [_described(deletion) for deletion in _deletions().order_by("-deleted_at", "-pk").defer("rows")]


def list() -> pd.DataFrame:  # noqa: A001 - what users call
    """List what is in the trash, what was deleted last comes first.

    Returns:
        A frame with a row per file or dataset: the id of the deletion, registry, record, name, storage, size and when.
    """
    import pandas as pd

    names = Deleted.__dataclass_fields__
    return pd.DataFrame([asdict(one) for one in entries()], columns=builtins.list(names)).set_index("id")


def restore(name: str) -> Any:
    """Restore a file or dataset that was deleted, with its content, labels, features and lineage.

    Args:
        name: The id of the deletion or of the record, or its key, description or name; of several the last that was deleted.

    Returns:
        The record.

    Raises:
        NoResultFound: Nothing like this is in the trash.
        NotRestorable: The content is gone, another file has taken its key, or what it refers to is gone.
    """
    found = _find([name])[0]
    _refuse_if_taken(found)
    key = found.pk
    _deletions().filter(pk=key).update(is_moved=False)  # from now on the content may be in either place
    with transaction.atomic():
        deletion = _deletions().select_for_update().get(pk=key)
        _refuse_if_taken(deletion)
        rows.insert(deletion.rows, required=_records_of(deletion))
        _deletions().filter(pk=key).delete()
        if deletion.key is not None:
            content.move_back(deletion)
    log.success(f"restored {deletion.registry} '{deletion.name or deletion.record_id}'")
    return core_registry(deletion.registry).objects.get(pk=deletion.record_id)


def purge(names: str | Iterable[str] | None = None, *, older_than: float | None = None) -> builtins.list[Deleted]:
    """Remove what is in the trash, for good: first the content, then what is known of it.

    Args:
        names: What to remove, as for :func:`restore`; by default everything, of an empty list nothing.
        older_than: Only what was deleted so many days ago.

    Returns:
        What was removed.

    Raises:
        NoResultFound: A name is of nothing that is in the trash.
        StorageError: Content can't be removed; what comes after it is still there.
        TypeError: ``older_than`` is no number.
        ValueError: It is a negative one.
    """
    if older_than is not None:
        check_number("older_than", older_than, least=0)
    found = [*_deletions().defer("rows")] if names is None else _find(as_list(names))
    if older_than is not None:
        now = timezone.now()
        found = [deletion for deletion in found if (now - deletion.deleted_at) / timedelta(days=1) >= older_than]
    for deletion in found:
        content.remove(deletion)
        _deletions().filter(pk=deletion.pk).delete()
    return [_described(deletion) for deletion in found]


def _deletions() -> Any:
    from lnschema_core.models.recovering import Deletion

    if not is_migrated():
        msg = f"there is no trash, since the database misses migration {MIGRATION}; deploy it: lamin migrate deploy"
        raise DatabaseBehind(msg)
    return Deletion.objects


def _find(names: builtins.list[str]) -> builtins.list[Deletion]:
    found = []
    for name in names:
        same = _deletions().filter(Q(pk=name) | Q(record_id=name) | Q(name=name) | Q(key=name)).order_by("-deleted_at")
        if not same:
            msg = f"nothing in the trash is called {name!r}: see `lamin trash list`"
            raise NoResultFound(msg)
        found.append(same[0])
    return found


def _described(deletion: Deletion) -> Deleted:
    return Deleted(
        deletion.pk,
        deletion.registry,
        deletion.record_id,
        deletion.name,
        deletion.root,
        deletion.size,
        deletion.has_content,
        deletion.deleted_at,
        deletion.deleted_by,
    )


def _records_of(deletion: Deletion) -> builtins.list[str]:
    """The ids of the records themselves; the other rows are links."""
    own = ("lnschema_core.file", "lnschema_core.dataset")
    return [row["values"]["id"] for row in deletion.rows if row["registry"] in own]


def _refuse_if_taken(deletion: Deletion) -> None:
    for row in deletion.rows:
        values = row["values"]
        if row["registry"] not in {"lnschema_core.file", "lnschema_core.dataset"}:
            continue
        registry = core_registry(row["registry"].partition(".")[2])
        taken = Q(pk=values["id"])
        if values.get("key") is not None and "storage_id" in values:
            taken |= Q(storage_id=values["storage_id"], key=values["key"])
        other = registry.objects.filter(taken).first()
        if other is not None:
            msg = f"{deletion.name or deletion.record_id} can't be restored: {other} has its key or id; rename or delete that"
            raise NotRestorable(msg)
