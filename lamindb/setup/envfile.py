"""Settings files: one ``key=value`` per line, ``null`` for nothing. Knows the format, not what the settings mean.

Values are written as they are and read as they are: no quotes, no escapes, no interpolation. Files replace each other
atomically and are readable by their owner only.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from lamindb.errors import InvalidSettings, SettingsNotWritable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_NULL = "null"
_FORBIDDEN = ("\n", "\r", "\0")


def read(path: Path) -> dict[str, str | None]:
    """Read all values of a settings file; keys are lower case.

    Raises:
        FileNotFoundError: There is no such file.
        InvalidSettings: The file can't be read, or is not text.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        if not os.path.exists(path):  # noqa: PTH110 - False also if the folder may not be read
            raise FileNotFoundError(path) from error
        msg = f"The settings file {path} can't be read ({error}): delete it."
        raise InvalidSettings(msg) from error
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    pairs = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip().lower(): None if value == _NULL else value for key, _, value in pairs}


def write(path: Path, values: Mapping[str, str | None]) -> None:
    """Write a settings file, whole or not at all, with mode 0600 from the first byte.

    Raises:
        InvalidSettings: A value has a line break.
        SettingsNotWritable: The folder can't be written.
    """
    write_text(path, render(values))


def render(values: Mapping[str, str | None]) -> str:
    """The text of a settings file.

    Raises:
        InvalidSettings: A value has a line break.
    """
    lines = []
    for key, value in values.items():
        text = _NULL if value is None else value
        if any(character in text for character in _FORBIDDEN) or not _is_utf8(text):
            msg = f"The value of {key} can't be stored: it has a line break, or characters that are no text."
            raise InvalidSettings(msg)
        lines.append(f"{key}={text}\n")
    return "".join(lines)


def write_text(path: Path, text: str) -> None:
    """Replace a file atomically, with mode 0600 from the first byte.

    Raises:
        SettingsNotWritable: The folder can't be written.
    """
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            _write_and_flush(temporary, text)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
        _flush_folder(path.parent)
    except OSError as error:
        msg = f"The settings file {path} can't be written ({error.strerror}): set LAMIN_SETTINGS_DIR to a folder that can."
        raise SettingsNotWritable(msg) from error


def remove(path: Path) -> None:
    """Remove a settings file, if there is one.

    Raises:
        SettingsNotWritable: The folder can't be written.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        msg = f"The settings file {path} can't be removed ({error.strerror})."
        raise SettingsNotWritable(msg) from error


def _write_and_flush(path: Path, text: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a rename in the folder survive a power failure, where the system can."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
