"""Which names instances can have, and which ones are inferred."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.errors import InvalidInstanceName
from lamindb.setup import identity

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("identifier", ["x", "me/x", "https://lamin.ai/me/x", "https://lamin.ai/me/x/"])
def test_identifier_in_each_form(identifier: str) -> None:
    """A bare name is the current user's; owner and name, or the url, say whose it is."""
    assert identity.parse_identifier(identifier, owner="me") == ("me", "x")


@pytest.mark.parametrize("identifier", ["", "/", "a/b/c", "a/", "/b", "https://lamin.ai/a/b/c", "a\n", "../x", "a/.."])
def test_identifier_in_no_form_is_refused(identifier: str) -> None:
    """Anything else is a ValueError that shows the forms."""
    with pytest.raises(ValueError, match=r"The instance identifier needs to be 'owner/name'"):
        identity.parse_identifier(identifier, owner="me")


def test_name_with_a_slash_is_refused_with_the_known_words(capsys: pytest.CaptureFixture[str]) -> None:
    """A slash in a name is warned about, and is a ValueError."""
    with pytest.raises(ValueError, match=r"^Invalid instance name: '/' delimiter not allowed\.$"):
        identity.check_name("a/b")
    assert capsys.readouterr().out == "❗ Please provide a valid instance name: '/' delimiter not allowed.\n"


@pytest.mark.parametrize("name", ["", ".", "..", " ", " a", "a\nb", "a\0", "a\\b", "x" * 101, "é" * 51, "\u202eabc"])
def test_name_that_is_no_file_name_is_refused(name: str) -> None:
    """A name becomes part of file names and of lines in files."""
    with pytest.raises(InvalidInstanceName):
        identity.check_name(name)


@given(st.text())
def test_usable_name_stays_in_its_folder_and_on_its_line(name: str) -> None:
    """Whatever is accepted has no separator and no line break."""
    if identity.is_usable(name):
        assert not {"/", "\\", "\n", "\r", "\0"} & set(name)
        assert name not in {".", ".."}


@pytest.mark.parametrize(
    ("storage", "name"),
    [
        ("./My Data", "my data"),
        ("./My.Data", "my"),
        ("./x.y.z", "x.y"),
        ("/a/b/", "b"),
        (".", "here"),
        ("s3://My-Bucket/prefix", "my-bucket"),
        ("gs://bucket", "bucket"),
    ],
)
def test_name_inferred_from_storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, storage: str, name: str) -> None:
    """A folder gives its last component without suffix, a bucket its name, in lower case."""
    (tmp_path / "Here").mkdir()
    monkeypatch.chdir(tmp_path / "Here")
    assert identity.infer_name(storage=storage, db=None) == name


@pytest.mark.parametrize(
    ("db", "name"), [("postgresql://u@h/MyDb", "MyDb"), ("postgresql://u:p@h:1/d?sslmode=require", "d")]
)
def test_name_inferred_from_database_has_no_query(db: str, name: str) -> None:
    """A database gives its name, case kept, without what follows the question mark."""
    assert identity.infer_name(storage="x", db=db) == name
