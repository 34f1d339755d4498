"""Changing one value in a TOML file of settings; the rest of the file, comments included, stays as it is."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING

from lamindb.errors import InvalidSettings
from lamindb.setup import envfile

if TYPE_CHECKING:
    from pathlib import Path


def change(path: Path, key: str, value: str | None) -> bool:
    """Write a value, or take it away if it is None.

    Returns:
        Whether the file had to be changed.

    Raises:
        InvalidSettings: The file can't be read or understood, or the value can't be stored.
        SettingsNotWritable: The file can't be written.
    """
    before = _read(path)
    after = changed(before, key, value)
    if after == before:
        return False
    _parse(path, after)
    envfile.write_text(path, after)
    return True


def changed(text: str, key: str, value: str | None) -> str:
    """The text of a file with another value of a key at its top level; None for no value."""
    line = "" if value is None else f"{key} = {_quoted(value)}\n"
    head, tables = _split(text)
    present = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=.*(?:\n|\Z)", re.MULTILINE)
    if present.search(head):
        return present.sub(lambda _: line, head, count=1) + tables
    if head and not head.endswith("\n") and line:
        head += "\n"
    return head + line + tables


def _read(path: Path) -> str:
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The configuration file {path} can't be read: {error}."
        raise InvalidSettings(msg) from error
    _parse(path, text)
    return text


def _parse(path: Path, text: str) -> None:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"The configuration file {path} is not valid TOML: {error}."
        raise InvalidSettings(msg) from error


def _split(text: str) -> tuple[str, str]:
    """What is above the first table, and the rest."""
    first = re.search(r"^[ \t]*\[", text, re.MULTILINE)
    return (text, "") if first is None else (text[: first.start()], text[first.start() :])


def _quoted(value: str) -> str:
    """A TOML basic string; JSON escapes what TOML wants escaped, but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007F")
