"""Rows of the registry of users, as far as set-up reads them: who the current user is in an instance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.setup import current, users

if TYPE_CHECKING:
    from lamindb.setup.users import UserSettings


def recognise() -> None:
    """Let the current user be who they are in the connected instance, for as long as the connection lasts.

    A person with the same email address is the same person, whatever their id is here. A person with the same handle and
    another email address is somebody else: the current user gets another handle. Costs a query.
    """
    from django.db import DatabaseError

    try:
        known = _known_as(current.settings.user)
    except DatabaseError:  # the database is behind; what follows says so
        return
    if known != current.settings.user:
        current.settings.stand_for(known)


def _known_as(user: UserSettings) -> UserSettings:
    from django.apps import apps
    from django.db.models import Q

    registry = apps.get_model("lnschema_core", "User")
    similar = Q(pk=user.id) | Q(email=user.email) | Q(handle=user.handle)
    rows = list(registry.objects.filter(similar).values_list("pk", "email", "handle"))
    if user.id not in {pk for pk, _, _ in rows}:
        user = replace(user, id=next((pk for pk, email, _ in rows if email == user.email), user.id))
    if any(handle == user.handle and pk != user.id for pk, _, handle in rows):
        distinct = users.distinct_handle(user)
        log.info(f"using account handle {distinct} (another user of this instance is called {user.handle})")
        user = replace(user, handle=distinct)
    return user
