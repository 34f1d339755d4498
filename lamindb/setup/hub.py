"""What a hub would do. None is configured, and nothing needs one."""

from __future__ import annotations

from lamindb.errors import LoginError
from lamindb.setup import current


def register() -> None:
    """Register the current instance on a hub.

    Raises:
        LoginError: No hub is configured.
        InstanceNotLoaded: No instance is loaded.
    """
    instance = current.settings.instance
    msg = (
        f"No hub is configured, so {instance.identifier} can't be registered; it works without. "
        "Share it by its database and its storage location."
    )
    raise LoginError(msg)
