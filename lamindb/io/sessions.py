"""Uploads to GCS that go on where a killed process stopped.

The address of the session is noted. Another process that stores the same content asks the store how many bytes have arrived, and sends
the rest; that all bytes are those of the file is compared at the end, when the store tells the digest of the object.
https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

from __future__ import annotations

import base64
import hashlib
import json
import mimetypes
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from lamindb.errors import DigestMismatch, StorageError
from lamindb.io.upload_notes import Notes, may_become, name_of

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from upath import UPath

    from lamindb.io.hashing import FileHash

_BLOCK = 16 * 1024 * 1024  # sent at once; GCS wants multiples of 256 KiB, but for the last one


class SessionUpload:
    """A large file that is sent to GCS block by block: no object before it is committed, since the last block is kept until then.

    Args:
        target: Where it shall be.
        size: Its size in bytes, more than none.
        expected: The digest of all its bytes; without it, the upload can't go on later.
        folder: Where notes are kept; without it, the upload can't go on later.
    """

    def __init__(self, target: UPath, size: int, expected: FileHash | None, folder: Path | None) -> None:
        self._fs: Any = target.fs
        self._target = target
        self._bucket, self._target_key, _ = self._fs.split_path(target.path)
        self._size = size
        self._notes = None
        if folder is not None and expected is not None:
            facts = (self._fs._location, self._bucket, expected.type, expected.value, size)  # noqa: SLF001 - the server
            self._notes = Notes(folder / name_of(*facts))
        self._upload: dict[str, Any] = {}
        self._arrived = 0  # bytes that the store has
        self._position = 0  # where the buffer begins
        self._buffer = bytearray()
        self._hasher = hashlib.md5(usedforsecurity=False)

    # -- begin --------------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Go on with the session that is noted, if the store has it and it may become the object, or begin one."""
        upload, _ = ({}, []) if self._notes is None else self._notes.read()
        arrived = self._ask(upload) if upload and may_become(upload["key"], self._target_key) else None
        if arrived is not None:
            self._upload, self._arrived = upload, arrived
            return
        kind = mimetypes.guess_type(self._target_key)[0] or "application/octet-stream"
        headers, _ = self._fs.call(
            "POST",
            f"{self._fs._location}/upload/storage/v1/b/{quote(self._bucket)}/o",  # noqa: SLF001 - gcsfs has none that goes on
            uploadType="resumable",
            name=self._target_key,
            headers={"X-Upload-Content-Type": kind},
            json={},
        )
        self._upload = {"key": self._target_key, "session": headers["Location"]}
        if self._notes is not None:
            self._notes.begin(self._upload)

    def _ask(self, upload: Mapping[str, str]) -> int | None:
        """How many bytes have arrived, ``None`` if the store has no such session any more."""
        from gcsfs.retry import HttpError

        headers = {"Content-Range": f"bytes */{self._size}", "Content-Length": "0"}
        try:
            told, object_ = self._fs.call("PUT", upload["session"], headers=headers)
        except FileNotFoundError:
            return None
        except HttpError as error:
            if error.code != HTTPStatus.GONE:
                raise
            return None
        return None if object_ else _end_of(told)  # what is an object already is overwritten as any other

    # -- send ---------------------------------------------------------------------------------------------------------

    def write(self, chunk: bytes | memoryview) -> None:
        """Take bytes, and send all blocks but the last one."""
        if not self._upload:
            self.begin()
        self._hasher.update(chunk)
        self._buffer += chunk
        while len(self._buffer) > _BLOCK:
            self._send(bytes(self._buffer[:_BLOCK]))
            del self._buffer[:_BLOCK]

    def finish(self) -> None:
        """Keep the last block for :meth:`commit`."""

    def _send(self, block: bytes) -> None:
        """Send what hasn't arrived of a block; the store may take a part of it only."""
        end = self._position + len(block)
        while self._arrived < end:
            told, _ = self._put(block[self._arrived - self._position :], total="*")
            if _end_of(told) <= self._arrived:  # as the store answers for a session that was cancelled
                self._upload = {}
                self.let_go(forget=True)
                msg = f"{self._target} can't be written: the store takes no more bytes of this upload, save again"
                raise StorageError(msg)
            self._arrived = _end_of(told)
        self._position = end

    def _put(self, content: bytes, *, total: str) -> tuple[Mapping[str, str], bytes]:
        last = self._arrived + len(content) - 1
        headers = {"Content-Range": f"bytes {self._arrived}-{last}/{total}", "Content-Length": str(len(content))}
        answer: tuple[Mapping[str, str], bytes] = self._fs.call(
            "PUT", self._upload["session"], headers=headers, data=content
        )
        return answer

    # -- end ----------------------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Make it the object at the target.

        Raises:
            DigestMismatch: The store has other bytes than were sent.
        """
        key, last = self._upload["key"], bytes(self._buffer)
        try:
            told = b""
            while not told:
                answer, told = self._put(last[self._arrived - self._position :], total=str(self._size))
                self._arrived = self._size if told else _end_of(answer)
        except Exception:  # clients of object stores raise whatever they like
            self.let_go(forget=False)  # whoever tries again has little to send
            self._upload = {}
            raise
        self._fs.invalidate_cache()
        self._require_digest(json.loads(told), key)
        if key != self._target_key:
            self._fs.cp_file(f"{self._bucket}/{key}", self._target.path)
            self._fs.rm_file(f"{self._bucket}/{key}")
        self.let_go(forget=True)

    def _require_digest(self, told: Mapping[str, str], key: str) -> None:
        """Check that the object is what was sent, and remove it otherwise: what arrived before may have been other bytes."""
        if told["md5Hash"] == base64.b64encode(self._hasher.digest()).decode():
            return
        self.let_go(forget=True)
        self._fs.rm_file(f"{self._bucket}/{key}")
        msg = f"{self._target} has other bytes than were sent: save again"
        raise DigestMismatch(msg)

    def discard(self) -> None:
        """Forget what has arrived."""
        if self._upload:
            self._fs.call("DELETE", self._upload["session"])
        self.let_go(forget=True)

    def let_go(self, *, forget: bool) -> None:
        """Let another process go on with it, or forget that it can; nothing is kept that none could find."""
        if not forget and (self._notes is None or not self._notes.is_ours):
            self.discard()
        elif self._notes is not None:
            self._notes.close(forget=forget)


def _end_of(told: Mapping[str, str]) -> int:
    """How many bytes an answer says that the store has: all up to the end of a range that begins with the first."""
    return int(told["Range"].rpartition("-")[2]) + 1 if "Range" in told else 0
