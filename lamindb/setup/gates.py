"""The gate that schema packages of the 0.54 days ask in their ``__init__`` before they import their registries."""

from __future__ import annotations

import sys

from lamindb import log
from lamindb.errors import InstanceNotLoaded
from lamindb.setup import connection, current


def check_instance_setup(from_lamindb: bool = False) -> bool:  # noqa: FBT001, FBT002 - the signature that packages call
    """Whether the registries of the calling package can be imported now; connects to the current instance if there is one.

    While Django is being set up the answer is False, and the calling package is imported again right afterwards.

    Args:
        from_lamindb: Say so if there is no instance.
    """
    package = sys._getframe(1).f_globals.get("__name__", "")  # noqa: SLF001 - the caller is the question
    is_schema = package.startswith("lnschema_") and "." not in package
    if connection.is_connecting():
        connection.remember_gated(package if is_schema else None)
        return False
    try:
        connection.connect()
    except InstanceNotLoaded:
        connection.remember_gated(package if is_schema else None)
        if from_lamindb:
            log.warning(f"{current.NOT_SET_UP}\n")
        return False
    if connection.is_refused(package):  # why was said when the instance was opened
        return False
    instance = current.settings.instance
    if is_schema and package not in instance.packages:
        connection.remember_gated(package)
        log.warning(f"{package} is not in the schema of {instance.identifier}: its registries are not there")
        return False
    return True
