"""Names of instances: identifiers, what a name may be, and which name a storage or database suggests."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from urllib.parse import parse_qsl

from lamindb import log
from lamindb.arguments import check_text
from lamindb.errors import InvalidInstanceName

_HUB = "https://lamin.ai/"
_MAX_BYTES = 100
_RESERVED = {".", "..", "null"}
FILE_PREFIX = "lamin://"
"""What addresses of files begin with."""

_INVISIBLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def parse_identifier(identifier: str, *, owner: str) -> tuple[str, str]:
    """Owner and name from ``"name"`` (of the given owner), ``"owner/name"``, ``"https://lamin.ai/owner/name"`` or ``"lamin://owner/name/…"``.

    Raises:
        InvalidInstanceName: It is none of these.
    """
    if identifier.startswith(FILE_PREFIX):
        return _of_file(identifier)
    is_url = identifier.startswith(_HUB)
    parts = (identifier.removeprefix(_HUB).removesuffix("/") if is_url else identifier).split("/")
    if len(parts) == 1:
        parts = [owner, *parts]
    if len(parts) != 2 or not all(map(is_usable, parts)):  # noqa: PLR2004 - owner and name
        msg = (
            "The instance identifier needs to be 'owner/name', the instance name (owner is current user) or the URL: "
            f"{_HUB}owner/name."
        )
        raise InvalidInstanceName(msg)
    return parts[0], parts[1]


def _of_file(address: str) -> tuple[str, str]:
    """Owner and name of the instance in the address of a file."""
    parts = address.removeprefix(FILE_PREFIX).split("/")
    if len(parts) < 2 or not all(map(is_usable, parts[:2])):  # noqa: PLR2004 - owner and name
        msg = (
            f"{address} doesn't say of which instance it is, such as {FILE_PREFIX}owner/name/key: `lamin get file {address}` shows "
            "the file of the current one"
        )
        raise InvalidInstanceName(msg)
    return parts[0], parts[1]


def check_name(name: str) -> str:
    """The name, if an instance can be called so.

    Raises:
        InvalidInstanceName: It can't.
        TypeError: It is no text.
    """
    check_text("name", name)
    if "/" in name:
        log.warning("Please provide a valid instance name: '/' delimiter not allowed.")
        msg = "Invalid instance name: '/' delimiter not allowed."
        raise InvalidInstanceName(msg)
    reason = why_unusable(name)
    if reason is not None:
        msg = f"Invalid instance name: {name[:40]!r} {reason}. Please provide another one with `--name`."
        raise InvalidInstanceName(msg)
    return name


def is_usable(word: str) -> bool:
    """Whether a word can be an owner or a name."""
    return why_unusable(word) is None


def why_unusable(word: str) -> str | None:
    """Why a word can't be an owner or a name, that is, a part of file names and of lines in settings files."""
    if not word:
        return "is empty"
    if word in _RESERVED:
        return "has a meaning of its own in paths or settings files"
    if word != word.strip():
        return "begins or ends with a blank"
    if {"/", "\\"} & {*word}:
        return "has a slash or backslash"
    if any(unicodedata.category(character) in _INVISIBLE for character in word):
        return "has control characters, or others that can't be seen"
    return f"is longer than {_MAX_BYTES} bytes" if len(word.encode()) > _MAX_BYTES else None


def infer_name(*, storage: str, db: str | None) -> str:
    """The name that a database url suggests, else the one that the storage root suggests.

    A database gives its own name, or that of the service by which it is found; a bucket its name, a local folder its last component without suffix, both in lower case.
    """
    if db is not None:
        address, _, options = db.partition("?")
        return address.rpartition("/")[2] or dict(parse_qsl(options)).get("service", "")
    if "://" in storage and not storage.startswith("file://"):
        return storage.partition("://")[2].partition("/")[0].lower()
    return Path(storage.removeprefix("file://")).expanduser().resolve().stem.lower()
