"""Random ids of registries. Migrations point at these functions: add new ones, never move or change one."""

from __future__ import annotations

import string
from functools import cache
from os import urandom

_BASE26 = string.ascii_lowercase
_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE64 = _BASE62 + "_-"
_SPARE = 8  # bytes, since some stand for no character


def base62(n_char: int) -> str:
    """A random string over digits, upper- and lower-case letters."""
    return _random_string(_BASE62, n_char)


def base64(n_char: int) -> str:
    """A random string over the base62 alphabet, ``_`` and ``-``."""
    return _random_string(_BASE64, n_char)


def base26(n_char: int) -> str:
    """A random string over lower-case letters."""
    return _random_string(_BASE26, n_char)


def base62_4() -> str:
    """A random base62 string of length 4."""
    return base62(4)


def base62_8() -> str:
    """A random base62 string of length 8."""
    return base62(8)


def base62_12() -> str:
    """A random base62 string of length 12."""
    return base62(12)


def base62_14() -> str:
    """A random base62 string of length 14."""
    return base62(14)


def base62_16() -> str:
    """A random base62 string of length 16."""
    return base62(16)


def base62_18() -> str:
    """A random base62 string of length 18."""
    return base62(18)


def base62_20() -> str:
    """A random base62 string of length 20."""
    return base62(20)


def base62_24() -> str:
    """A random base62 string of length 24."""
    return base62(24)


def _random_string(alphabet: str, length: int) -> str:
    table, too_large = _tables(alphabet)
    characters = urandom(length + _SPARE).translate(table, too_large)
    while len(characters) < length:
        characters += urandom(length + _SPARE).translate(table, too_large)
    return characters[:length].decode()


@cache
def _tables(alphabet: str) -> tuple[bytes, bytes]:
    """Which character each byte stands for, and which bytes stand for none, so that all characters are equally likely."""
    times = 256 // len(alphabet)
    characters = alphabet.encode() * times
    return characters.ljust(256), bytes(range(len(characters), 256))
