"""``info``: what the current user, instance and choices are, and where they come from. Secrets are masked."""

from __future__ import annotations

from dataclasses import fields

from lamindb import log
from lamindb.errors import InstanceNotLoaded
from lamindb.setup import current, database_url, instances, layers, users
from lamindb.setup.layers import Choice

_SECRETS = {"password", "access_token"}


def info() -> None:
    """Print the current user and the current instance."""
    log.plain(repr(current.settings.user))
    try:
        log.plain(repr(current.settings.instance))
    except InstanceNotLoaded:
        log.plain("No instance loaded: lamin load <instance>")


def choices() -> list[Choice]:
    """Every key that can be chosen, its value and its origin, and those of the current user and instance."""
    return [*map(choice, layers.KEYS), *_user_choices(), *_instance_choices()]


def choice(key: str) -> Choice:
    """The value of a key that is in use; of the instance, `lamin load` decides above the user's file.

    Raises:
        InstanceNotFound: The instance that was chosen isn't known on this machine.
    """
    return _instance_choice() if key == "instance" else layers.choose(key)


def _instance_choice() -> Choice:
    try:
        chosen = current.choose_instance()
    except InstanceNotLoaded:
        return Choice("instance", None, "default")
    return Choice("instance", chosen.instance.identifier, chosen.origin)


def _user_choices() -> list[Choice]:
    user = current.settings.user
    origins = {field.name: users.origin(field.name) for field in fields(user)}
    shown = {field.name: _shown(field.name, getattr(user, field.name)) for field in fields(user)}
    return [Choice(f"user.{name}", value, origins[name]) for name, value in shown.items()]


def _instance_choices() -> list[Choice]:
    try:
        chosen = current.choose_instance()
    except InstanceNotLoaded:
        return []
    overridden = instances.environment_values()
    rows = []
    for key, value in instances.to_values(chosen.instance).items():
        name = key.removeprefix("lamindb_instance_")
        shown = database_url.mask(value) if name == "db" and value else value
        origin = f"environment ({key.upper()})" if key in overridden else chosen.origin
        rows.append(Choice(f"instance.{name}", shown, origin))
    return rows


def _shown(name: str, value: str | None) -> str | None:
    return "***" if name in _SECRETS and value else value
