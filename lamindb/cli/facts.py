"""Facts about the current user and instance, for ``--json``; secrets are left out or masked. Knows no Django."""

from __future__ import annotations

from typing import Any

from lamindb.errors import InstanceNotLoaded
from lamindb.setup import database_url
from lamindb.setup.current import settings


def user_facts() -> dict[str, Any]:
    """Who the current user is."""
    user = settings.user
    return {"handle": user.handle, "email": user.email, "id": user.id, "name": user.name}


def instance_facts() -> dict[str, Any] | None:
    """What the current instance is, or None if none is loaded."""
    try:
        instance = settings.instance
    except InstanceNotLoaded:
        return None
    storage = instance.storage
    return {
        "identifier": instance.identifier,
        "owner": instance.owner,
        "name": instance.name,
        "id": instance.id,
        "storage": {"root": storage.root_as_str, "type": storage.type, "region": storage.region},
        "db": database_url.mask(instance.db),
        "dialect": instance.dialect,
        "schema": list(instance.schemas),
    }
