"""Digests of files that were read before: a file that nobody touched since is not read again.

What is known of the files at a place, which is a folder or one large file, is a note. A file is the one that was read if its size, its
times, its inode and its device are the same. One that had changed just before it was read is not noted, since a further change could
have the same time. Whether bytes rot on a disk, this can't tell: checks of what is stored don't ask here.

A note is a table of JSON, a list for each column, below a checksum of it and of the place. It is believed if its owner is who asks and
nobody else may write it, and it is never needed: what can't be noted, or is damaged, is read again.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from lamindb.io import file_systems, hashing
from lamindb.io.hashing import FileHash
from lamindb.io.placing import discard, make_folder, place, private, temporary

if TYPE_CHECKING:
    from collections.abc import Iterator

    Identity: TypeAlias = tuple[int, int, int, int, int]
    Known: TypeAlias = dict[str, tuple[Identity, FileHash]]

PAYS_FROM = 2**20
"""The size in bytes above which a note of a single file pays: smaller ones are read in the time that it takes."""

_FORMAT = b"lamindb digests1"
_SLOTS = 4096  # notes of single files; of two files that share one, the last is known
_FOLDERS = 1_000  # notes of folders
_BYTES = 2**28  # of all notes of folders
_SECOND = 10**9


class Digests:
    """What is known of the files at a place.

    Args:
        place: The folder, or the file, whose name is empty then.
        note: Where it is kept, ``None`` for nowhere.
    """

    def __init__(self, place: str, note: Path | None) -> None:
        self._place = place
        self._note = note
        self._known = {} if note is None else _read(note, place)
        self._kept: Known = {}
        self._has_learned = False
        self._start = time.time()
        self._ticks: dict[int, float | None] = {}

    def find(self, name: str, status: os.stat_result) -> FileHash | None:
        """The digest of a file, ``None`` if it isn't known or has changed.

        Args:
            name: The relative name of the file.
            status: What the system says of it now.
        """
        known = self._known.get(name)
        if known is None or known[0] != _identity(status):
            return None
        self._kept[name] = known
        return known[1]

    def learn(self, name: str, status: os.stat_result, digest: FileHash) -> None:
        """Note the digest of a file, unless a further change could go unnoticed.

        Args:
            name: The relative name of the file.
            status: What the system said of it when it was open for reading.
            digest: The digest of what was read.
        """
        if self._note is not None and self._is_settled(name, status):
            self._kept[name] = _identity(status), digest
            self._has_learned = True

    def _is_settled(self, name: str, status: os.stat_result) -> bool:
        if status.st_dev not in self._ticks:
            self._ticks[status.st_dev] = file_systems.tick_at(Path(self._place, name))
        tick = self._ticks[status.st_dev]
        if tick is None:
            return False
        if status.st_ctime_ns % _SECOND == 0:
            tick = file_systems.COARSE_TICK
        return max(status.st_mtime_ns, status.st_ctime_ns) / _SECOND + tick < self._start

    def keep(self) -> bool:
        """Write down what is known of the files that were asked for, if something was learned; what of others is forgotten."""
        if self._note is not None and self._has_learned:
            _write(self._note, self._place, self._kept)
        return self._has_learned


@contextmanager
def digests_below(place: str, folder: Path | None) -> Iterator[Digests]:
    """What is known of the files below a folder, and, at the end of the block, what has become known.

    Args:
        place: The folder, with all links resolved.
        folder: Where notes are kept, ``None`` for nowhere.
    """
    name = hashlib.blake2b(os.fsencode(place), digest_size=16).hexdigest()
    note = None if folder is None else folder / "folders" / f"{name}.json"
    digests = Digests(place, note)
    try:
        yield digests
    finally:
        if digests.keep() and note is not None:
            _make_room(note.parent)


def measure_file(path: Path, folder: Path) -> tuple[os.stat_result, FileHash]:
    """The status of a local file and the digest of all its bytes; it is read only if that isn't known.

    Args:
        path: A regular file, large enough for this to pay.
        folder: Where notes are kept.

    Raises:
        SourceChanged: The file was modified meanwhile.
        StorageError: It is no regular file.
    """
    status = path.stat()
    place = os.path.realpath(path)
    slot = int.from_bytes(hashlib.blake2b(os.fsencode(place), digest_size=4).digest()) % _SLOTS
    digests = Digests(place, folder / f"{slot:04}.json")
    digest = digests.find("", status)
    if digest is None:
        status, digest = hashing.measure_file(path)
        digests.learn("", status, digest)
        digests.keep()
    return status, digest


def _identity(status: os.stat_result) -> Identity:
    return (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev)


# -- notes ------------------------------------------------------------------------------------------------------------


def _read(note: Path, place: str) -> Known:
    try:
        with note.open("rb") as file:
            is_ours = _is_ours(os.fstat(file.fileno()))
            checksum, _, table = file.read().partition(b"\n")
    except OSError:
        return {}
    if not is_ours or checksum != _checksum(place, table):
        return {}
    names, values, types, *identities = json.loads(table)
    return dict(zip(names, zip(zip(*identities, strict=True), map(FileHash, values, types), strict=True), strict=True))


def _write(note: Path, place_of_files: str, known: Known) -> None:
    identities, digests = zip(*known.values(), strict=True)
    values, types = zip(*((digest.value, digest.type) for digest in digests), strict=True)
    table = json.dumps([list(known), values, types, *zip(*identities, strict=True)]).encode()
    with suppress(OSError):
        make_folder(note.parent)
        with temporary(note) as new:
            with open(new, "xb", opener=private) as file:
                file.write(b"\n".join([_checksum(place_of_files, table), table]))
            place(new, note)


def _checksum(place: str, table: bytes) -> bytes:
    checksum = hashlib.blake2b(os.fsencode(place), digest_size=32, person=_FORMAT)
    checksum.update(b"\0" + table)
    return checksum.hexdigest().encode()


def _is_ours(status: os.stat_result) -> bool:
    """Whether the user who asks has written a file, and nobody else can have."""
    return sys.platform != "win32" and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def _make_room(notes: Path) -> None:
    """Remove the oldest notes of folders if there are too many, or if they take too much room."""
    with suppress(OSError):
        found = sorted(((note.stat(), note) for note in notes.iterdir()), key=lambda one: -one[0].st_mtime)
        size = 0
        for number, (status, note) in enumerate(found, start=1):
            size += status.st_size
            if number > _FOLDERS or size > _BYTES:
                discard(note)
