"""Who creates records. Migrations point at ``current_user_id``: never move it."""

from __future__ import annotations

from lamindb import setup


def current_user_id() -> str:
    """The id of the user who works with the current instance."""
    return setup.settings.user.id
