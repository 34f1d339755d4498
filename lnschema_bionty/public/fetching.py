"""Downloads over https: verified, resumed where they were cut off, under their final name when they are whole.

A file that is on its way is beside its target, with ``.part`` behind its name; what tells whether the server still has
the same file, in ``.part.of``. Plain http is spoken with this machine only.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from contextlib import contextmanager
from http.client import HTTPException
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from lamindb import __version__
from lamindb.errors import DigestMismatch, StorageError
from lamindb.io.placing import discard, explaining, make_folder, place, sync_file, temporary
from lamindb.io.progress import progress

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.client import HTTPResponse
    from pathlib import Path

TIMEOUT = 30.0
"""Seconds without a byte after which a server is given up."""

_CHUNK = 1024 * 1024
_PARTIAL = 206
_PAST_THE_END = 416
_BUCKET = "s3://"
# The list of 2023 has these addresses, whose servers speak https as well.
_SPEAK_HTTPS = ("purl.obolibrary.org", "ftp.ensemblgenomes.org", "www.ebi.ac.uk")


def fetch(url: str, target: Path, *, md5: str = "", digest: str = "", name: str = "") -> str:
    """Fetch a file, or what is missing of it.

    Args:
        url: An address with ``https:``, or ``s3:`` of a public bucket.
        target: The final path.
        md5: The MD5 in hexadecimal digits that the file has to have, if it is known.
        digest: The SHA-256 in hexadecimal digits, likewise.
        name: What the bar of progress calls it.

    Returns:
        The SHA-256 of the file in hexadecimal digits.

    Raises:
        StorageError: The address can't be reached, or the connection broke off; the next call goes on from there.
        DigestMismatch: The file isn't the one that was announced; nothing of it is kept.
    """
    address = secure_address(url)
    with explaining(target):
        make_folder(target.parent)
        with _part_of(target) as part:
            was_begun = part.exists() and part.stat().st_size > 0
            _download(address, part, name or target.name)
            found = find_difference(part, md5=md5, digest=digest)
            if found and was_begun:  # of another file, perhaps
                discard(part)
                _download(address, part, name or target.name)
                found = find_difference(part, md5=md5, digest=digest)
            if found:
                discard(part)
                msg = f"{shown(url)} isn't the file that was announced ({found}): nothing of it was kept"
                raise DigestMismatch(msg)
            sync_file(part)
            place(part, target)
    return _digest(target, "sha256")


class _Redirects(HTTPRedirectHandler):
    """Follows redirects to addresses that would be fetched themselves."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        """The request for the new address."""
        secure_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


# -- addresses --------------------------------------------------------------------------------------------------------


def secure_address(url: str) -> str:
    """The address with https, or with http on this machine.

    Raises:
        StorageError: It is neither.
    """
    if url.startswith(_BUCKET):
        bucket, _, key = url.removeprefix(_BUCKET).partition("/")
        url = f"https://{bucket}.s3.amazonaws.com/{key}"
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return url.replace(" ", "%20")
    if parts.scheme == "http" and parts.hostname:
        if is_loopback(parts.hostname):
            return url.replace(" ", "%20")
        if parts.hostname in _SPEAK_HTTPS:
            return url.replace("http://", "https://", 1)
    msg = f"{shown(url)} isn't fetched: give an address that begins with https://"
    raise StorageError(msg)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def shown(url: str) -> str:
    """The address without what may be secret in it."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


# -- on its way -------------------------------------------------------------------------------------------------------


@contextmanager
def _part_of(target: Path) -> Iterator[Path]:
    """Where to put bytes that arrive: a name that a later call finds, unless another process is writing there."""
    part = target.with_name(f"{target.name}.part")
    with part.open("ab") as file:
        if _lock(file.fileno(), part):
            try:
                yield part
            finally:
                _tidy(part)
            return
    with temporary(target) as own:
        try:
            yield own
        finally:
            discard(_facts_path(own))


def _tidy(part: Path) -> None:
    """Leave a part and its facts only if there is something to go on from."""
    if not part.exists() or not part.stat().st_size:
        discard(part)
        discard(_facts_path(part))


def _lock(descriptor: int, part: Path) -> bool:
    """Take a part for this process, until it is closed; False where another one has it, or has finished it."""
    if sys.platform == "win32":
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.path.samestat(os.fstat(descriptor), part.stat())
    except OSError:
        return False


def _facts_path(part: Path) -> Path:
    return part.with_name(f"{part.name}.of")


def _download(address: str, part: Path, name: str) -> None:
    """Append to a part what is missing of it, or begin anew if that can't be done."""
    start = part.stat().st_size if part.exists() else 0
    validator = _read_validator(part, address) if start else None
    start = start if validator else 0
    with _open(address, start, validator, part) as response:
        if response.status != _PARTIAL:
            start = 0
        _write_validator(part, address, response)
        total = _total(response, start)
        with part.open("r+b" if part.exists() else "wb") as file, progress(total, name) as advance:
            file.truncate(start)
            file.seek(start)
            advance(start)
            _copy(response, file, advance)
    _require_all(part, total, address)


def _open(address: str, start: int, validator: str | None, part: Path) -> HTTPResponse:
    headers = {"User-Agent": f"lamindb/{__version__}", "Accept-Encoding": "identity"}
    if start and validator:
        headers |= {"Range": f"bytes={start}-", "If-Range": validator}
    try:
        response: HTTPResponse = build_opener(_Redirects).open(Request(address, headers=headers), timeout=TIMEOUT)  # noqa: S310 - https
    except HTTPError as error:
        if error.code == _PAST_THE_END and start:
            discard(part)
            return _open(address, 0, None, part)
        msg = f"{shown(address)} can't be fetched: the server says {error.code} {error.reason}"
        raise StorageError(msg) from error
    except (URLError, OSError) as error:
        msg = f"{shown(address)} can't be reached ({getattr(error, 'reason', None) or error})"
        raise StorageError(msg) from error
    return response


def _copy(response: HTTPResponse, file: Any, advance: Any) -> None:
    try:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            advance(len(chunk))
    except (HTTPException, OSError) as error:
        msg = f"the connection broke off ({error}): the next try goes on from there"
        raise StorageError(msg) from error


def _total(response: HTTPResponse, start: int) -> int | None:
    length = response.headers.get("Content-Length")
    return start + int(length) if length else None


def _require_all(part: Path, total: int | None, address: str) -> None:
    size = part.stat().st_size
    if total is not None and size != total:
        msg = f"{shown(address)} ended after {size:,} of {total:,} bytes: the next try goes on from there"
        raise StorageError(msg)


# -- whether it is the same file ----------------------------------------------------------------------------------------


def _write_validator(part: Path, address: str, response: HTTPResponse) -> None:
    etag = response.headers.get("ETag", "")
    validator = etag if etag and not etag.startswith("W/") else response.headers.get("Last-Modified", "")
    _facts_path(part).write_text(json.dumps({"address": address, "validator": validator}), encoding="utf-8")


def _read_validator(part: Path, address: str) -> str | None:
    try:
        facts = json.loads(_facts_path(part).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return facts.get("validator") or None if facts.get("address") == address else None


def find_difference(path: Path, *, md5: str, digest: str) -> str:
    """What of a file differs from the digests that it has to have, as far as they are known; empty if nothing does."""
    for kind, expected in (("md5", md5), ("sha256", digest)):
        found = _digest(path, kind) if expected else ""
        if found != expected.lower():
            return f"its {kind} is {found} instead of {expected}"
    return ""


def _digest(path: Path, kind: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.new(kind, usedforsecurity=False)).hexdigest()


def digest_of(path: Path) -> str:
    """The SHA-256 of a file in hexadecimal digits."""
    return _digest(path, "sha256")
