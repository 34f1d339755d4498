"""Settings files are plain, whole, private, and never interpreted."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.errors import InvalidSettings, SettingsNotWritable
from lamindb.setup import envfile

if TYPE_CHECKING:
    from pathlib import Path

# What a value may be: text of one line that is not the word for nothing.
values = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\0")).filter(
    lambda text: text != "null"
)


def test_file_has_one_line_per_value_and_null_for_nothing(tmp_path: Path) -> None:
    """Keys keep their order, values are neither quoted nor escaped, None is ``null``, the last line ends."""
    envfile.write(tmp_path / "x.env", {"b": "My Data", "a": None, "c": ""})
    assert (tmp_path / "x.env").read_text() == "b=My Data\na=null\nc=\n"


@given(value=st.none() | values)
def test_value_is_read_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, value: str | None) -> None:
    """Blanks, quotes, equal signs, hashes and dollars are characters like others."""
    path = tmp_path_factory.getbasetemp() / "value.env"
    envfile.write(path, {"key": value, "other": "x"})
    assert envfile.read(path) == {"key": value, "other": "x"}


def test_value_is_not_interpolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``${HOME}`` in a value stays as it is."""
    (tmp_path / "x.env").write_text("key=${HOME}/$USER\n")
    assert envfile.read(tmp_path / "x.env") == {"key": "${HOME}/$USER"}


def test_file_of_another_system_is_read(tmp_path: Path) -> None:
    """Keys are case-insensitive; comments, empty lines and carriage returns don't matter."""
    (tmp_path / "x.env").write_bytes(b"# comment\r\n\r\nKEY=a b\r\n")
    assert envfile.read(tmp_path / "x.env") == {"key": "a b"}


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\0b", "\udcff"])
def test_value_with_a_line_break_is_refused_and_nothing_is_written(tmp_path: Path, value: str) -> None:
    """A value that would become two lines, or is no text, leaves no file."""
    with pytest.raises(InvalidSettings, match="the_key"):
        envfile.write(tmp_path / "x.env", {"the_key": value})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077])
def test_file_is_private_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    """Nobody else can read the file, nor list its folder."""
    before = os.umask(umask)
    try:
        envfile.write(tmp_path / "new" / "x.env", {"key": "secret"})
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new" / "x.env").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700


def test_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    """Writing over a file of mode 0644 makes it private."""
    path = tmp_path / "x.env"
    path.write_text("key=old\n")
    path.chmod(0o644)
    envfile.write(path, {"key": "new"})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_failure_while_writing_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk fails before everything is on it, the old file stays whole and no other appears."""
    path = tmp_path / "x.env"
    envfile.write(path, {"key": "old"})

    def fail(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(SettingsNotWritable, match="No space left on device"):
        envfile.write(path, {"key": "new"})
    assert envfile.read(path) == {"key": "old"}
    assert [path] == list(tmp_path.iterdir())


def test_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 give one sentence with the path."""
    (tmp_path / "x.env").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidSettings, match=r"x\.env"):
        envfile.read(tmp_path / "x.env")


def test_missing_file_is_missing(tmp_path: Path) -> None:
    """A file that isn't there is no invalid one."""
    with pytest.raises(FileNotFoundError):
        envfile.read(tmp_path / "x.env")
