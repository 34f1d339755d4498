"""What is known of an upload to an object store that may go on in another process: a local file of one line per fact.

It is named by the content and the bucket, locked by the process that is at work, and for its owner's eyes only, since who has the
address of an upload may go on with it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from lamindb.io import locking
from lamindb.io.paths import AUTO_KEY_PREFIX, TEMPORARY_FOLDER
from lamindb.io.placing import discard, make_folder, private

if TYPE_CHECKING:
    from pathlib import Path
    from typing import TextIO

_OLD = 30 * 24 * 3600
"""Seconds after which notes go; GCS forgets uploads after a week, S3 as the lifecycle rules of the bucket say."""
_AUTO_KEY = re.compile(r"(^|/)" + re.escape(AUTO_KEY_PREFIX) + r"[0-9A-Za-z]{20}(\.[^/]*)?$")
_TEMPORARY_KEY = re.compile(r"(^|/)" + re.escape(TEMPORARY_FOLDER) + r"/[^/]*$")


def name_of(*facts: str | int) -> str:
    """The name of the notes of an upload. Files without key have another one in every process, so the key is no part of it."""
    return f"{hashlib.blake2b(json.dumps(facts).encode(), digest_size=12).hexdigest()}.jsonl"


def may_become(key: str, target: str) -> bool:
    """Whether an upload to a key can become the object: it is the same key, a temporary name, or that of a file that never got its row."""
    is_free = _TEMPORARY_KEY.search(key) is not None
    return key == target or is_free or all(_AUTO_KEY.search(one) for one in (key, target))


class Notes:
    """What is known of an upload that may go on: a line for the upload, and any number of lines of what has arrived."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        make_folder(path.parent)
        self._file: TextIO | None = _locked(path)

    @property
    def is_ours(self) -> bool:
        """Whether this process may write them, that is, none else is at work on the upload."""
        return self._file is not None

    def read(self) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The upload and what has arrived, empty if there are none; a last line that is cut off is none."""
        if self._file is None:
            return {}, []
        self._file.seek(0)
        values = [value for line in self._file if (value := _value_of(line)) is not None]
        return (values[0], values[1:]) if values else ({}, [])

    def begin(self, upload: dict[str, Any]) -> None:
        """Note a new upload instead of what was there."""
        if self._file is not None:
            self._file.seek(0)
            self._file.truncate()
        self.add(upload)
        _remove_old(self._path.parent)

    def add(self, value: dict[str, Any]) -> None:
        """Note something that has arrived."""
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


def _remove_old(folder: Path) -> None:
    """Remove notes that nobody has gone on with for so long that the store has forgotten the upload, or should have."""
    for path in folder.glob("*.jsonl"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _OLD and (file := _locked(path)) is not None:
                discard(path)
                file.close()


def _value_of(line: str) -> dict[str, Any] | None:
    try:
        value: dict[str, Any] = json.loads(line)
    except ValueError:
        return None
    return value


def _locked(path: Path) -> TextIO | None:
    """The file for this process alone; None if another one has it, or where the system has no such locks."""
    file = open(path, "a+", encoding="utf-8", opener=private)  # noqa: SIM115 - it is held for as long as the upload
    if not locking.try_lock(file):
        file.close()
        return None
    with suppress(FileNotFoundError):
        if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
            return file
    file.close()  # another process has just finished it
    return None
