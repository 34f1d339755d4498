"""Files in zip or gzip that unpack to far more than any data does: refused before they fill the memory.

What an archive unpacks to is in its directory; of a gzip file it is estimated by how its first megabytes unpack.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from typing import TYPE_CHECKING

from lamindb.errors import UnreadableFile

if TYPE_CHECKING:
    from pathlib import Path

_LARGE = 1 << 30  # bytes; what is smaller fills no memory
_TIMES = 200  # how many times its packed size data is never
_GLANCE, _LOOK = 4 << 20, 64 << 20  # bytes that are unpacked, and those if the former came from very few
_FEW = 20

_ARCHIVES = {".zip", ".xlsx", ".xslx"}
_MOST = 1032  # times its size, which is all that gzip can do


def refuse_bomb(path: Path) -> None:
    """Refuse a file that would unpack to more than a gigabyte, and to hundreds of times its own size.

    Raises:
        UnreadableFile: It would.
    """
    size = path.stat().st_size
    is_archive = path.suffix.lower() in _ARCHIVES and zipfile.is_zipfile(path)
    unpacked = _announced(path) if is_archive else _estimated(path, size)
    if unpacked > max(_LARGE, _TIMES * size):
        msg = (
            f"{path} has {size:,} bytes and would unpack to about {unpacked:,}, which no data does: it is refused. If you trust it, "
            "unpack the file that `stage()` gives by yourself"
        )
        raise UnreadableFile(msg)


def _announced(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


def _estimated(path: Path, size: int) -> int:
    if path.suffix.lower() != ".gz" or size * _MOST <= _LARGE:
        return 0
    unpacked = consumed = 0
    for wanted in (_GLANCE, _LOOK):
        with path.open("rb") as packed, gzip.open(packed) as file:
            try:
                unpacked = len(file.read(wanted))
            except (OSError, EOFError, zlib.error):  # whoever reads the data says what is wrong
                return 0
            consumed = packed.tell()
        if unpacked < wanted or unpacked < _FEW * consumed:
            return unpacked
    return unpacked * size // consumed
