"""Digests of large files that were read before: a file that nobody touched since is not read again.

A digest is kept by the path, with what tells that the file was modified or replaced. One that changed within the last seconds is
not kept, since a further change could have the same time. Whether bytes rot on a disk, this can't tell: checks of what is stored
don't ask here.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from lamindb.errors import StorageError
from lamindb.io import hashing
from lamindb.io.hashing import FileHash, Fingerprint
from lamindb.io.placing import make_folder, place, temporary

if TYPE_CHECKING:
    from pathlib import Path

_SLOTS = 4096  # files in the folder; two paths that share one are read in turn
_SETTLED = 2.0  # seconds after which a change has another time, on disks with the coarsest of clocks


def measure_file(path: Path, folder: Path) -> tuple[int, FileHash]:
    """The size of a local file in bytes and the digest of these; it is read only if it isn't known.

    Args:
        path: A regular file, large enough for this to pay.
        folder: Where digests are kept.

    Raises:
        SourceChanged: The file was modified meanwhile.
        StorageError: It is no regular file.
    """
    before = Fingerprint.of(path.stat())
    name = os.path.realpath(path)
    note = folder / f"{int.from_bytes(hashlib.blake2b(os.fsencode(name), digest_size=4).digest()) % _SLOTS:04}.json"
    known = _read(note, name, before)
    if known is not None:
        return before.size, known
    is_settled = time.time() - max(before.mtime_ns, before.ctime_ns) / 1e9 > _SETTLED
    size, digest = hashing.measure_file(path)
    if is_settled:
        _write(note, name, before, digest)
    return size, digest


def _read(note: Path, name: str, fingerprint: Fingerprint) -> FileHash | None:
    try:
        known = json.loads(note.read_text(encoding="utf-8"))
        is_same = known["path"] == name and Fingerprint(**known["fingerprint"]) == fingerprint
        return FileHash(known["hash"], known["hash_type"]) if is_same else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _write(note: Path, name: str, fingerprint: Fingerprint, digest: FileHash) -> None:
    known = {"path": name, "fingerprint": fingerprint._asdict(), "hash": digest.value, "hash_type": digest.type}
    with suppress(OSError, StorageError):  # what can't be kept is read again
        make_folder(note.parent)
        with temporary(note) as new:
            new.write_text(json.dumps(known), encoding="utf-8")
            place(new, note)
