"""Uploads to S3 in parts that go on where a killed process stopped.

Which parts have arrived is noted, by the digest of each. An upload that is found in the notes goes on if the store still has it:
every part is read and compared, only what is missing is sent.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.io import hashing
from lamindb.io.upload_notes import Notes, may_become, name_of

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash

_PART = 8 * 1024 * 1024
_MOST_PARTS = 10_000  # of an upload, says S3
_AT_ONCE = 4  # parts that are on their way


@dataclass(frozen=True)
class _Part:
    """A part that has arrived: the digest of its bytes, and the tag that the store gave it."""

    digest: str
    tag: str


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
        self._notes = None
        if folder is not None and expected is not None:
            facts = (str(self._fs.endpoint_url), self._bucket, expected.type, expected.value, size, self._part_size)
            self._notes = Notes(folder / name_of(*facts))
        self._upload: dict[str, Any] = {}
        self._known: dict[int, _Part] = {}
        self._tags: dict[int, str] = {}
        self._sending: dict[int, Future[_Part]] = {}
        self._buffer = bytearray()
        self._number = 0
        self._executor = ThreadPoolExecutor(_AT_ONCE)

    # -- begin --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Go on with the upload that is noted, if the store has it and it may become the object, or begin one."""
        upload, noted = ({}, []) if self._notes is None else self._notes.read()
        there = self._listed(upload) if upload and may_become(upload["key"], self._target_key) else None
        if there is not None:
            self._upload = upload
            parts = {one["number"]: _Part(one["digest"], one["tag"]) for one in noted}
            self._known = {number: part for number, part in parts.items() if there.get(number) == part.tag}
            return
        made = self._call("create_multipart_upload", Key=self._target_key)
        self._upload = {"key": self._target_key, "id": made["UploadId"]}
        if self._notes is not None:
            self._notes.begin(self._upload)

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
            self._notes.add({"number": number, "digest": digest, "tag": part.tag})
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
