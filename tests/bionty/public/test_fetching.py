"""Fetching from a real server that breaks off, swaps files and redirects."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from lamindb.errors import DigestMismatch, StorageError
from lnschema_bionty.public.fetching import fetch, secure_address

if TYPE_CHECKING:
    from pathlib import Path

    from tests.servers.files import FileServer

CONTENT = os.urandom(300_000)
MD5 = hashlib.md5(CONTENT).hexdigest()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    """Where to put a file."""
    return tmp_path / "folder" / "file"


def test_file_is_fetched_whole(server: FileServer, target: Path) -> None:
    """The file is at its final path, with nothing beside it, and its digest is told."""
    server.files["/f"] = CONTENT
    assert fetch(f"{server.url}/f", target, md5=MD5) == SHA256
    assert target.read_bytes() == CONTENT
    assert list(target.parent.iterdir()) == [target]


def test_truncated_download_is_resumed(server: FileServer, target: Path) -> None:
    """What was cut off isn't there under its name; the next call fetches only the rest."""
    server.files["/f"] = CONTENT
    server.breaks_after = 100_000
    for already in (100_000, 200_000):
        with pytest.raises(StorageError, match=f"{already:,} of 300,000 bytes|broke off"):
            fetch(f"{server.url}/f", target, md5=MD5)
        assert not target.exists()
    server.breaks_after = None
    fetch(f"{server.url}/f", target, md5=MD5)
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked in server.asked] == [None, "bytes=100000-", "bytes=200000-"]


def test_file_that_changed_meanwhile_begins_anew(server: FileServer, target: Path) -> None:
    """The rest of another file is never put behind the beginning of the first."""
    server.files["/f"] = os.urandom(300_000)
    server.breaks_after = 100_000
    with pytest.raises(StorageError):
        fetch(f"{server.url}/f", target)
    server.files["/f"], server.breaks_after = CONTENT, None
    fetch(f"{server.url}/f", target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("lacking", ["knows_ranges", "tells_etag"])
def test_server_that_can_not_resume(server: FileServer, target: Path, lacking: str) -> None:
    """Without ranges, or without a word on whether the file is the same, the file is fetched from its start."""
    setattr(server, lacking, False)
    server.files["/f"] = CONTENT
    server.breaks_after = 100_000
    with pytest.raises(StorageError):
        fetch(f"{server.url}/f", target)
    server.breaks_after = None
    fetch(f"{server.url}/f", target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("announced", [{"md5": MD5}, {"digest": SHA256}])
def test_swapped_file_is_refused(server: FileServer, target: Path, announced: dict[str, str]) -> None:
    """A file with another digest than announced leaves nothing behind, and a good file there stays."""
    server.files["/f"] = b"something else"
    with pytest.raises(DigestMismatch, match="isn't the file that was announced"):
        fetch(f"{server.url}/f", target, **announced)
    assert [path.name for path in target.parent.iterdir()] == []
    target.write_bytes(CONTENT)
    with pytest.raises(DigestMismatch):
        fetch(f"{server.url}/f", target, **announced)
    assert target.read_bytes() == CONTENT


def test_two_at_once_do_not_mix(server: FileServer, target: Path) -> None:
    """Threads that fetch the same file at once all get it whole."""
    from concurrent.futures import ThreadPoolExecutor

    server.files["/f"] = CONTENT
    with ThreadPoolExecutor(4) as threads:
        digests = list(threads.map(lambda _: fetch(f"{server.url}/f", target, md5=MD5), range(4)))
    assert digests == [SHA256] * 4


def test_missing_file_is_one_sentence(server: FileServer, target: Path) -> None:
    """What the server says is told, without what may be secret in the address."""
    with pytest.raises(StorageError, match=r"/none can't be fetched: the server says 404") as refused:
        fetch(f"{server.url}/none?apikey=secret", target)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["http://example.org/f", "ftp://example.org/f", "file:///etc/passwd", "f", "https:///f"]
)
def test_only_https_is_spoken(address: str, target: Path) -> None:
    """Plain http with other machines, and all other protocols, are refused before anything is sent."""
    with pytest.raises(StorageError, match="give an address that begins with https://"):
        fetch(address, target)


def test_redirect_to_plain_http_is_refused(server: FileServer, target: Path) -> None:
    """A redirect leads to https, or nowhere."""
    server.redirects["/f"] = "http://example.org/f"
    with pytest.raises(StorageError, match=r"http://example.org/f isn't fetched"):
        fetch(f"{server.url}/f", target)
    server.redirects["/g"] = f"{server.url}/f2"
    server.files["/f2"] = CONTENT
    assert fetch(f"{server.url}/g", target) == SHA256


def test_listed_addresses_are_spoken_to_by_https() -> None:
    """Addresses of the list of 2023 with http and s3 are those with https."""
    assert (
        secure_address("s3://bionty-assets/df_a b.parquet") == "https://bionty-assets.s3.amazonaws.com/df_a%20b.parquet"
    )
    assert secure_address("http://purl.obolibrary.org/obo/hsapdv.owl") == "https://purl.obolibrary.org/obo/hsapdv.owl"
