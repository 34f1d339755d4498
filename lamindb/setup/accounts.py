"""``login`` and ``signup``: who creates records. Without a hub both store a local profile; no network, no password."""

from __future__ import annotations

from lamindb import log
from lamindb.setup import connection, current, locations, users
from lamindb.setup.users import UserSettings


def login(user: str, *, password: str | None = None) -> None:
    """Log in a user by email or handle.

    No account is needed: a user who is not known on this machine gets a local profile, with an id that is the same
    on every machine.

    Args:
        user: The email address or the handle.
        password: For a hub; without one it is neither needed nor stored.

    Raises:
        LoginError: Users can't be called so.
        SettingsNotWritable: The settings folder can't be written.
        TypeError: The user is no text.
    """
    users.check_login(user)
    locations.check_settings_dir()
    if password is not None:
        log.warning("no hub is configured: the password is not needed and was not stored")
    profile = users.read_user(locations.user_file(user)) or _new_profile(user)
    _become(profile)
    if "@" in user:
        log.success(f"logged in with handle {profile.handle} and id {profile.id}")
    else:
        log.success(f"logged in with email {profile.email} and id {profile.id}")


def signup(email: str) -> None:
    """Store a local profile for an email address, since no hub is configured.

    Raises:
        LoginError: It is no email address.
        SettingsNotWritable: The settings folder can't be written.
        TypeError: It is no text.
    """
    users.check_email(email)
    log.info("no hub is configured: no account is needed, a local profile is stored instead")
    login(email)


def _new_profile(user: str) -> UserSettings:
    """A profile that knows nothing but who it is for."""
    if "@" not in user:
        return users.completed(UserSettings(handle=user))
    profile = users.completed(UserSettings(email=user))
    stand_in = users.local_user()
    if profile.handle == stand_in.handle:
        # The person who has worked without a login until now: what they made stays theirs.
        profile.id = stand_in.id
    namesake = users.read_user(locations.user_file(profile.handle or ""))
    if namesake is not None and namesake.email != user:
        profile.id = users.id_from(user.lower())
        profile.handle = users.distinct_handle(profile)
    return profile


def _become(profile: UserSettings) -> None:
    """Make a profile the current user, also in the instance that this process is connected to."""
    users.write_user(profile)
    current.settings.forget_user()
    if connection.is_connected() and connection.is_writable():
        connection.announce_ready(current.settings.instance)
