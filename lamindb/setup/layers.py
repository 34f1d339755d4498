"""Choices in layers: flag, environment, project file, user file, default. Every value knows where it comes from.

The project file is the nearest ``lamin.toml`` in the working directory or above it; the user file is ``config.toml`` in the
settings folder. Files are read when asked, so a running process sees changes.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InvalidSettings
from lamindb.setup import locations

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS: dict[str, str] = {
    "instance": "the instance of this shell, as `owner/name` or `name`",
    "verbosity": "how much is told, from 0 to 5 or as a word",
    "cache_dir": "the folder below which objects of cloud storage are cached",
    "sync": "when an SQLite database in a bucket is sent there: at `close`, or at every `commit`",
}
"""The keys that can be chosen, each with what it is for."""

_SYNC = ("close", "commit")

_flags: dict[str, str] = {}


@dataclass(frozen=True)
class Choice:
    """A value and the layer it comes from."""

    key: str
    value: str | None
    origin: str

    @property
    def is_default(self) -> bool:
        """Whether nobody has chosen."""
        return self.origin == "default"


def choose(key: str) -> Choice:
    """The value of a key in its highest layer.

    Raises:
        InvalidSettings: A project or user file can't be understood.
    """
    return next(_candidates(key), Choice(key, None, "default"))


def choose_above_user(key: str) -> Choice:
    """The value of a key in the layers above the user's."""
    found = (choice for choice in _candidates(key) if not choice.origin.startswith("user "))
    return next(found, Choice(key, None, "default"))


def _candidates(key: str) -> Iterator[Choice]:
    if key in _flags:
        yield Choice(key, _flags[key], "flag")
    variable = f"LAMIN_{key.upper()}"
    if value := os.environ.get(variable):
        yield Choice(key, value, f"environment ({variable})")
    for layer, path in (("project", locations.project_config_file()), ("user", locations.user_config_file())):
        if path is not None and (value := _read_config(path).get(key)) is not None:
            yield Choice(key, value, f"{layer} ({path})")


@contextmanager
def flags(**values: str | None) -> Iterator[None]:
    """Choose within the block what a command line says; None is no choice."""
    before = dict(_flags)
    _flags.update({key: value for key, value in values.items() if value is not None})
    try:
        yield
    finally:
        _flags.clear()
        _flags.update(before)


def _read_config(path: Path) -> dict[str, str]:
    try:
        content = path.read_bytes()
    except OSError as error:
        if not os.path.exists(path):  # noqa: PTH110 - False also if the folder may not be read
            return {}
        msg = f"The configuration file {path} can't be read: {error.strerror}."
        raise InvalidSettings(msg) from error
    import tomllib

    try:
        table = tomllib.loads(content.decode())
    except ValueError as error:
        msg = f"The configuration file {path} is not valid TOML: {error}."
        raise InvalidSettings(msg) from error
    return {key: _checked(path, key, table[key]) for key in KEYS if key in table}


def _checked(path: Path, key: str, value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        msg = f"The value of `{key}` in {path} needs to be a text: {KEYS[key]}."
        raise InvalidSettings(msg)
    return str(path.parent / Path(str(value)).expanduser()) if key == "cache_dir" else str(value)


# -- what the keys mean -----------------------------------------------------------------------------------------------


def cache_root() -> Path:
    """The folder below which objects of cloud storage are cached."""
    configured = choose("cache_dir").value
    return Path(configured).expanduser().absolute() if configured else locations.default_cache_dir()


def check_sync(value: str, origin: str = "the command line") -> str:
    """When an SQLite database in a bucket is sent there, as somebody typed it.

    Raises:
        InvalidSettings: It is neither ``close`` nor ``commit``.
    """
    if value not in _SYNC:
        msg = f"sync {value[:40]!r} from {origin} needs to be one of {', '.join(_SYNC)}."
        raise InvalidSettings(msg)
    return value


def sends_commits() -> bool:
    """Whether an SQLite database in a bucket is sent there at every commit, rather than when it is closed.

    Raises:
        InvalidSettings: What was chosen can't be understood.
    """
    choice = choose("sync")
    return choice.value is not None and check_sync(choice.value, choice.origin) == "commit"


def apply_verbosity() -> None:
    """Use the verbosity that was chosen, unless the process has set another.

    Raises:
        InvalidSettings: It is no verbosity.
    """
    choice = choose("verbosity")
    if choice.value is None or log.verbosity() != 1:
        return
    try:
        log.set_verbosity(int(choice.value) if choice.value.isdecimal() else choice.value)
    except (KeyError, ValueError) as error:
        msg = f"verbosity {choice.value!r} from {choice.origin} needs to be 0 to 5 or one of {', '.join(log.VERBOSITIES)}."
        raise InvalidSettings(msg) from error
