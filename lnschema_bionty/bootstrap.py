"""What must exist in an instance that mounts biological registries: the rows of public sources."""

from __future__ import annotations

from typing import Any

from lnschema_bionty._settings import settings
from lnschema_bionty.catalogue import bio_registry


def on_database_ready(*, writable: bool, **_: Any) -> None:
    """Add the rows of sources that are missing, after an instance was initialised, loaded or migrated."""
    from django.apps import apps
    from django.db import connection

    if not writable or not apps.is_installed(
        "lnschema_bionty"
    ):  # this process was connected to another instance before
        return
    if bio_registry("BiontySource")._meta.db_table in connection.introspection.table_names():
        from lnschema_bionty.sources import ensure_rows

        ensure_rows()


def on_instance_connected(**_: Any) -> None:
    """Forget records of the instance that this process was connected to before."""
    settings.leave_instance()
