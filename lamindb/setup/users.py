"""Users: who is logged in, and who stands in when nobody is. Needs no account and no network."""

from __future__ import annotations

import base64
import getpass
import hashlib
import os
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

from lamindb.arguments import check_text
from lamindb.errors import InvalidSettings, LoginError
from lamindb.setup import envfile, identity, locations

if TYPE_CHECKING:
    from pathlib import Path

_PREFIX = "lamin_user_"
_KEYS = ("email", "password", "access_token", "id", "uuid", "handle", "name")
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ID_LENGTH = 8
_HANDLE_LENGTH = 30


@dataclass(repr=False)
class UserSettings:
    """A user: email, handle and id, and what a hub knows about them."""

    email: str | None = None
    password: str | None = None
    access_token: str | None = None
    id: str = "null"
    uuid: str | None = None
    handle: str | None = None
    name: str | None = None

    def get_id_as_int(self) -> int:
        """The id as a whole number: its bytes, decoded from base64, read as big-endian."""
        return int.from_bytes(base64.b64decode(self.id.encode()), "big")

    def __repr__(self) -> str:
        return f"Current user: {self.handle}\n- handle: {self.handle}\n- email: {self.email}\n- id: {self.id}"


# -- who stands in ----------------------------------------------------------------------------------------------------


def local_user() -> UserSettings:
    """The user who stands in without a login: the operating system's, with the same id on every machine and in every run."""
    handle = handle_from(_system_name())
    return UserSettings(email=f"{handle}@localhost", id=id_from(handle), handle=handle)


def _system_name() -> str:
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # the last from Python 3.13 on
        return f"user{os.getuid()}"


def handle_from(text: str) -> str:
    """A handle from a login name or the part of an email before the ``@``."""
    handle = re.sub(r"[^\w.+-]+", "-", text.partition("@")[0]).strip("-.")[:_HANDLE_LENGTH]
    return handle or "user"


def distinct_handle(user: UserSettings) -> str:
    """Another handle for a user whose own is taken."""
    return f"{(user.handle or '')[: _HANDLE_LENGTH - 5]}-{user.id[:4]}"


def id_from(text: str) -> str:
    """The universal id that a handle or an email has everywhere: base62 of its SHA-256."""
    number = int.from_bytes(hashlib.sha256(f"lamindb user {text}".encode()).digest(), "big")
    characters = []
    for _ in range(_ID_LENGTH):
        number, index = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[index])
    return "".join(characters)


# -- files ------------------------------------------------------------------------------------------------------------


def current_user() -> UserSettings:
    """The user who is logged in, else the one who stands in; environment variables ``LAMIN_USER_*`` win.

    Raises:
        InvalidSettings: The file of the user who is logged in can't be understood.
    """
    stored = read_user(locations.current_user_file()) if locations.find_settings_dir() is not None else None
    return _overlaid(stored or local_user(), _environment_values())


def origin(key: str) -> str:
    """Where a fact about the current user comes from."""
    if key in _environment_values():
        return f"environment ({_PREFIX.upper()}{key.upper()})"
    is_logged_in = locations.find_settings_dir() is not None and locations.current_user_file().exists()
    return f"logged in ({locations.current_user_file()})" if is_logged_in else "operating system"


def _environment_values() -> dict[str, str]:
    return {key: os.environ[variable] for key in _KEYS if (variable := f"{_PREFIX}{key}".upper()) in os.environ}


def _overlaid(user: UserSettings, chosen: dict[str, str]) -> UserSettings:
    if not chosen:
        return user
    if "handle" in chosen and chosen["handle"] != user.handle:
        # Another person: nothing of the first one's may remain.
        handle = chosen["handle"]
        user = UserSettings(email=f"{handle}@localhost", id=id_from(handle), handle=handle)
    for key, value in chosen.items():
        setattr(user, key, None if value == "null" else value)
    return user


def read_user(path: Path) -> UserSettings | None:
    """Read a user's file, or None if there is none.

    Raises:
        InvalidSettings: The file can't be understood.
    """
    try:
        values = envfile.read(path)
    except FileNotFoundError:
        return None
    if any(f"{_PREFIX}{key}" not in values for key in _KEYS):
        msg = f"Your user settings file is invalid, please delete {path} and log in again."
        raise InvalidSettings(msg)
    user = UserSettings(**{key: values[f"{_PREFIX}{key}"] for key in _KEYS})  # type: ignore[arg-type]  # id is mended below
    return completed(user)


def completed(user: UserSettings) -> UserSettings:
    """The user with a handle, an email and an id, derived from each other where they are missing."""
    key = user.email or user.handle or local_user().handle or ""
    user.handle = user.handle or handle_from(key)
    user.email = user.email or f"{user.handle}@localhost"
    if user.id in {None, "", "null"}:
        user.id = id_from(key.lower() if "@" in key else key)
    return user


def write_user(user: UserSettings) -> None:
    """Store a user's profile and make it the current one.

    Raises:
        SettingsNotWritable: The settings folder can't be written.
    """
    values = {f"{_PREFIX}{field.name}": getattr(user, field.name) for field in fields(user)}
    for key in filter(None, (user.email, user.handle)):
        envfile.write(locations.user_file(key), values)
    envfile.write(locations.current_user_file(), values)


def check_login(user: str) -> str:
    """The email or handle, if a user can be called so.

    Raises:
        LoginError: They can't.
        TypeError: It is no text.
    """
    check_text("user", user)
    _, at, domain = user.partition("@")
    is_complete = bool(domain) if at else len(user) <= _HANDLE_LENGTH
    if not identity.is_usable(user) or not is_complete or any(map(str.isspace, user)) or user.startswith("@"):
        msg = f"{user[:60]!r} is neither an email address nor a handle of at most {_HANDLE_LENGTH} characters without blanks."
        raise LoginError(msg)
    return user


def check_email(email: str) -> str:
    """The email address, if it is one.

    Raises:
        LoginError: It isn't.
        TypeError: It is no text.
    """
    check_text("email", email)
    if "@" not in email:
        msg = f"{email[:60]!r} is no email address."
        raise LoginError(msg)
    return check_login(email)
