"""What must exist in an instance: the rows of its users and of its default storage location, and its search indexes.

Made on the signals of the set-up layer, since that layer knows no registry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log, setup

if TYPE_CHECKING:
    from lamindb.setup.instances import InstanceSettings
    from lnschema_core.models import Storage, User


def on_database_ready(*, instance: InstanceSettings, **_: Any) -> None:
    """Upsert the current user and the default storage location after an instance was initialised or loaded."""
    ensure_user()
    ensure_storage(instance)


def on_instance_connected(*, writable: bool, **_: Any) -> None:
    """Make sure that the current user has a row, else every record they create would be refused; undo what was interrupted."""
    if not writable:
        return
    from django.db import DatabaseError, connection

    from lnschema_core.files import interrupted
    from lnschema_core.models.user import User
    from lnschema_core.search_index import objects

    try:
        objects.stop_unusable()
        known = User.objects.filter(id=setup.settings.user.id).exists()
        if not known:
            ensure_user()
        interrupted.undo_all()
    except DatabaseError as error:
        connection.close()
        log.warning(f"instance seems not set up ({error})")


def on_tables_changing(**_: Any) -> None:
    """Drop search indexes and kept numbers before migrations: some changes of a column fail while anything else mentions it."""
    from lnschema_core.counting import kept
    from lnschema_core.search_index import known, objects

    kept.drop()
    objects.drop()
    known.forget()


def on_tables_ready(**_: Any) -> None:
    """Make the search indexes that are missing, and keep numbers."""
    from lnschema_core.counting import kept
    from lnschema_core.search_index import known, objects

    kept.ensure()
    objects.ensure()
    known.forget()


def ensure_user() -> User:
    """The row of the current user, created or brought up to date."""
    from lnschema_core.models.user import User

    user = setup.settings.user
    facts = {"handle": user.handle, "email": user.email, "name": user.name}
    record = User.filter(id=user.id).one_or_none()
    if record is None:
        record = User.from_fields(id=user.id, **facts)
        record.save(force_insert=True)
        log.save(f"saved: {record}")
    elif any(getattr(record, name) != value for name, value in facts.items()):
        User.objects.filter(id=user.id).update(**facts)
        record.refresh_from_db()
    return record


def ensure_storage(instance: InstanceSettings) -> Storage:
    """The row of the instance's default storage location, created where missing."""
    from lnschema_core.models.storage import Storage

    storage = instance.storage
    record = Storage.filter(root=storage.root_as_str).one_or_none()
    if record is None:
        record = Storage.from_fields(
            root=storage.root_as_str, type=storage.type, region=storage.region, created_by_id=setup.settings.user.id
        )
        record.save(force_insert=True)
        log.save(f"saved: {record}")
    return record
