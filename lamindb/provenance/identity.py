"""Ids of transforms that follow from what they identify, so that the same code is recognised again.

The id of a transform is a stem of 12 characters, which all versions share, and 2 characters for the version.
"""

from __future__ import annotations

import hashlib
import string
from dataclasses import dataclass

from lamindb.io.hashing import to_b64_str

STEM_LENGTH = 12

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@dataclass(frozen=True)
class Code:
    """What is known of the code that runs, before the database is asked."""

    stem: str
    """What the ids of all its versions start with."""
    version: str | None
    """Its version; None to take that of the same content, or the newest of the family."""
    name: str
    short_name: str | None
    type: str
    reference: str | None = None
    reference_type: str | None = None
    content: str | None = None
    """The key under which runs capture what the code says; None if code that says something else is no new version."""

    @property
    def id(self) -> str:
        """The id of the transform, if it has to be made."""
        return (self.stem + version_suffix(self.version or ""))[:14]


def version_suffix(version: str) -> str:
    """The 2 characters that stand for a version: the start of its md5 as url-safe base64."""
    return to_b64_str(hashlib.md5(version.encode(), usedforsecurity=False).digest())[:2]


def stem_from(key: str) -> str:
    """The stem of what is identified by a text: 12 base62 characters of its SHA-256."""
    number = int.from_bytes(hashlib.sha256(f"lamindb transform {key}".encode()).digest(), "big")
    characters = []
    for _ in range(STEM_LENGTH):
        number, index = divmod(number, len(_BASE62))
        characters.append(_BASE62[index])
    return "".join(characters)
