"""Uploads to S3 in parts that go on where a killed process stopped.

Which parts have arrived is noted in a local file, by the digest of each. An upload that is found there goes on if the store still
has it: every part is read and compared, only what is missing is sent. The notes are locked by the process that is at work.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.io import hashing, locking
from lamindb.io.paths import AUTO_KEY_PREFIX
from lamindb.io.placing import discard, make_folder

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path
    from typing import TextIO

    from upath import UPath

    from lamindb.io.hashing import FileHash

_PART = 8 * 1024 * 1024
_MOST_PARTS = 10_000  # of an upload, says S3
_AT_ONCE = 4  # parts that are on their way
_AUTO_KEY = re.compile(r"(^|/)" + re.escape(AUTO_KEY_PREFIX) + r"[0-9A-Za-z]{20}(\.[^/]*)?$")


@dataclass(frozen=True)
class _Part:
    """A part that has arrived: the digest of its bytes, and the tag that the store gave it."""

    digest: str
    tag: str


class Notes:
    """What is known of an upload that may go on: a file with a line for the upload and a line for each part."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        make_folder(path.parent)
        self._file: TextIO | None = _locked(path)

    @property
    def is_ours(self) -> bool:
        """Whether this process may write them, that is, none else is at work on the upload."""
        return self._file is not None

    def read(self) -> tuple[dict[str, Any], dict[int, _Part]]:
        """The upload and its parts, empty if there are none; a last line that is cut off is none."""
        if self._file is None:
            return {}, {}
        self._file.seek(0)
        values = [value for line in self._file if (value := _value_of(line)) is not None]
        parts = {value["number"]: _Part(value["digest"], value["tag"]) for value in values[1:]}
        return (values[0], parts) if values else ({}, {})

    def begin(self, upload: dict[str, Any]) -> None:
        """Note a new upload instead of what was there."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
        self._write(upload)

    def add(self, number: int, part: _Part) -> None:
        """Note that a part has arrived."""
        self._write({"number": number, "digest": part.digest, "tag": part.tag})

    def _write(self, value: dict[str, Any]) -> None:
        with self._lock:
            if self._file is not None:
                self._file.write(f"{json.dumps(value)}\n")  # in this mode always at the end
                self._file.flush()

    def close(self, *, forget: bool) -> None:
        """Let another process go on with the upload, or forget it."""
        with self._lock:
            if self._file is None:
                return
            if forget:
                discard(self._path)
            self._file.close()
            self._file = None


def _value_of(line: str) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return value


def _locked(path: Path) -> TextIO | None:
    """The file for this process alone; None if another one has it, or where the system has no such locks."""
    file = path.open("a+", encoding="utf-8")
    if not locking.try_lock(file):
        file.close()
        return None
    with suppress(FileNotFoundError):
        if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    file.close()  # another process has just finished it
    return None


def _digest(content: bytes) -> bytes:
    hasher = hashing.hasher(hashing.BLAKE3)
    hasher.update(content)
    return hasher.digest()


class PartsUpload:
    """A large file that is sent to S3 in parts: no object before it is committed.

    Args:
        target: Where it shall be.
        size: Its size in bytes.
        expected: The digest of all its bytes; without it, the upload can't go on later.
        folder: Where notes are kept; without it, the upload can't go on later.
    """

    def __init__(self, target: UPath, size: int, expected: FileHash | None, folder: Path | None) -> None:
        self._fs: Any = target.fs
        self._bucket, self._target_key, _ = self._fs.split_path(target.path)
        self._part_size = max(_PART, -(-size // _MOST_PARTS))
        self._notes = None if folder is None or expected is None else Notes(folder / self._name(expected, size))
        self._upload: dict[str, Any] = {}
        self._known: dict[int, _Part] = {}
        self._tags: dict[int, str] = {}
        self._sending: dict[int, Future[_Part]] = {}
        self._buffer = bytearray()
        self._number = 0
        self._executor = ThreadPoolExecutor(_AT_ONCE)

    def _name(self, expected: FileHash, size: int) -> str:
        # files without key have another one in every process, so the key is no part of it
        facts = [str(self._fs.endpoint_url), self._bucket, expected.type, expected.value, size, self._part_size]
        return f"{hashlib.blake2b(json.dumps(facts).encode(), digest_size=12).hexdigest()}.jsonl"

    # -- begin --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Go on with the upload that is noted, if the store has it and it may become the object, or begin one."""
        upload, parts = ({}, {}) if self._notes is None else self._notes.read()
        there = self._listed(upload) if upload and self._is_usable(upload["key"]) else None
        if there is not None:
            self._upload = upload
            self._known = {number: part for number, part in parts.items() if there.get(number) == part.tag}
            return
        made = self._call("create_multipart_upload", Key=self._target_key)
        self._upload = {"key": self._target_key, "id": made["UploadId"]}
        if self._notes is not None:
            self._notes.begin(self._upload)

    def _is_usable(self, key: str) -> bool:
        """Whether an upload to a key can become the object: it is the same key, or that of a file that never got its row."""
        is_auto = all(_AUTO_KEY.search(one) for one in (key, self._target_key))
        return bool(key == self._target_key or is_auto)

    def _listed(self, upload: dict[str, Any]) -> dict[int, str] | None:
        """The tags of the parts that the store has, ``None`` if it has no such upload any more."""
        tags: dict[int, str] = {}
        marker = 0
        while True:
            try:
                page = self._call("list_parts", Key=upload["key"], UploadId=upload["id"], PartNumberMarker=marker)
            except OSError:  # s3fs has no error of its own for uploads that are gone
                return None
            tags |= {part["PartNumber"]: part["ETag"] for part in page.get("Parts", ())}
            if not page.get("IsTruncated"):
                return tags
            marker = page["NextPartNumberMarker"]

    # -- send ---------------------------------------------------------------------------------------------------------

    def write(self, chunk: bytes | memoryview) -> None:
        """Take bytes, and send them in parts; blocks while enough parts are on their way."""
        if not self._upload:
            self.begin()
        self._buffer += chunk
        while len(self._buffer) >= self._part_size:
            self._send(bytes(self._buffer[: self._part_size]))
            del self._buffer[: self._part_size]

    def finish(self) -> None:
        """Send what is left, and wait until all parts have arrived."""
        if self._buffer:
            self._send(bytes(self._buffer))
            self._buffer.clear()
        while self._sending:
            self._take_in()
        self._executor.shutdown()

    def _send(self, content: bytes) -> None:
        self._number += 1
        digest = hashing.to_b64_str(_digest(content))
        known = self._known.get(self._number)
        if known is not None and known.digest == digest:
            self._tags[self._number] = known.tag
            return
        while len(self._sending) >= _AT_ONCE:
            self._take_in()
        self._sending[self._number] = self._executor.submit(self._put, self._number, content, digest)

    def _put(self, number: int, content: bytes, digest: str) -> _Part:
        answer = self._call(
            "upload_part", Key=self._upload["key"], UploadId=self._upload["id"], PartNumber=number, Body=content
        )
        part = _Part(digest, answer["ETag"])
        if self._notes is not None:
            self._notes.add(number, part)
        return part

    def _take_in(self) -> None:
        """Wait for the first of the parts that are on their way."""
        number = min(self._sending)
        self._tags[number] = self._sending.pop(number).result().tag

    # -- end ----------------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make it the object at the target."""
        parts = [{"PartNumber": number, "ETag": tag} for number, tag in sorted(self._tags.items())]
        key = self._upload["key"]
        try:
            self._call(
                "complete_multipart_upload", Key=key, UploadId=self._upload["id"], MultipartUpload={"Parts": parts}
            )
        except Exception:  # clients of object stores raise whatever they like
            if not self._has_arrived(key):
                self.let_go(forget=False)  # whoever tries again has nothing to send
                self._upload = {}
                raise
        self._fs.invalidate_cache()
        if key != self._target_key:
            self._fs.cp_file(f"{self._bucket}/{key}", f"{self._bucket}/{self._target_key}")
            self._fs.rm_file(f"{self._bucket}/{key}")
        self.let_go(forget=True)

    def _has_arrived(self, key: str) -> bool:
        """Whether the object is there although the answer was lost: putting large ones together can take a store minutes."""
        digests = [tag.strip('"') for _, tag in sorted(self._tags.items())]
        try:
            whole = hashlib.md5(bytes.fromhex("".join(digests)), usedforsecurity=False).hexdigest()
            told = self._call("head_object", Key=key)
        except (OSError, ValueError):  # it isn't, or the tags are no digests
            return False
        return bool(told["ETag"].strip('"') == f"{whole}-{len(digests)}")

    def discard(self) -> None:
        """Forget the parts."""
        self._executor.shutdown(cancel_futures=True)
        if self._upload:
            try:
                self._call("abort_multipart_upload", Key=self._upload["key"], UploadId=self._upload["id"])
            except OSError:
                if self._listed(self._upload) is not None:
                    raise
        self.let_go(forget=True)

    def let_go(self, *, forget: bool) -> None:
        """Let another process go on with it, or forget that it can; nothing is kept that none could find."""
        self._executor.shutdown(cancel_futures=True)
        if not forget and (self._notes is None or not self._notes.is_ours):
            self.discard()
        elif self._notes is not None:
            self._notes.close(forget=forget)

    def _call(self, method: str, **arguments: Any) -> Any:
        return self._fs.call_s3(method, Bucket=self._bucket, **arguments)
