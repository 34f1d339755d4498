"""Compressed files that unpack to far more than any data does: refused before they fill the memory.

What an archive unpacks to is in its directory, and what arrays unpack to in their shapes; of a file that is one compressed stream it is
estimated by how its first megabytes unpack.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import zipfile
import zlib
from contextlib import contextmanager
from contextvars import ContextVar
from typing import IO, TYPE_CHECKING, Any

from lamindb.errors import UnreadableFile
from lamindb.io.listing import size_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from upath import UPath

_LARGE = 1 << 30  # bytes; what is smaller fills no memory
_TIMES = 200  # how many times its packed size data is never
_GLANCE, _LOOK = 4 << 20, 64 << 20  # bytes that are unpacked, and those if the former came from very few
_FEW = 20
_SIPS, _SIP = (
    64,
    1 << 13,
)  # parts in which a small file is read, so that it shows how far it was; bytes of one at the most

_ARCHIVES = {".zip", ".xlsx", ".xslx"}

_may_be_large: ContextVar[bool] = ContextVar("whether what is read may unpack to any size", default=False)


@contextmanager
def allowing(*, any_size: bool) -> Iterator[None]:
    """Refuse nothing within the block, if somebody has said so who trusts what is read."""
    token = _may_be_large.set(any_size or _may_be_large.get())
    try:
        yield
    finally:
        _may_be_large.reset(token)


def refuse_bomb(path: Path) -> None:
    """Refuse a file that would unpack to more than a gigabyte, and to hundreds of times its own size.

    Raises:
        UnreadableFile: It would.
    """
    is_archive = path.suffix.lower() in _ARCHIVES and zipfile.is_zipfile(path)
    size = path.stat().st_size
    _refuse(path, size, _announced(path) if is_archive else _estimated(path, size))


def refuse_hdf5_bomb(path: Path | UPath, file: Path | IO[bytes]) -> None:
    """Refuse an HDF5 file whose arrays would take more than a gigabyte, and hundreds of times its own size.

    Args:
        path: Where it is.
        file: What to open: the path, or the open object.

    Raises:
        UnreadableFile: They would.
    """
    import h5py

    with h5py.File(file, "r") as root:
        _refuse(path, path.stat().st_size, declared(root))


def refuse_zarr_bomb(path: Path | UPath, group: Any) -> None:
    """Refuse a zarr store whose arrays would take more than a gigabyte, and hundreds of times its own size.

    Args:
        path: Where it is.
        group: Its open root.

    Raises:
        UnreadableFile: They would.
    """
    unpacked = sum(int(array.nbytes) for array in _zarr_arrays(group))
    if unpacked > _LARGE:  # all objects are listed for their size
        _refuse(path, size_of(path), unpacked)


def refuse_bomb_in(member: Any) -> None:
    """Refuse an array or group of an open HDF5 file or zarr store, if to read all of it would take as much.

    It is compared with the size of the HDF5 file, or with that of its own chunks in the zarr store.

    Raises:
        UnreadableFile: It would.
    """
    if hasattr(member, "file"):
        _refuse(member.file.filename, member.file.id.get_filesize(), declared(member))
        return
    arrays = _zarr_arrays(member)
    unpacked = sum(int(array.nbytes) for array in arrays)
    if unpacked > _LARGE:
        _refuse(str(member.store_path), sum(array.nbytes_stored() for array in arrays), unpacked)


def _zarr_arrays(member: Any) -> list[Any]:
    """A zarr array itself, or all arrays in a group."""
    if hasattr(member, "chunks"):
        return [member]
    return [one for _, one in member.members(max_depth=None) if hasattr(one, "chunks")]


class Unpacked:
    """Counts what is unpacked of a file, or of several, while they are read.

    Args:
        paths: The files.
        times: How many times their size data is never; by default what holds for most formats.
    """

    def __init__(self, *paths: Path | UPath, times: int | None = None) -> None:
        self._paths = paths
        self._times = times
        self._bytes = 0

    def add(self, count: int) -> None:
        """Some bytes more are in memory, or are just about to be.

        Raises:
            UnreadableFile: That is more than data unpack to.
        """
        self._bytes += count
        if self._bytes > _LARGE:
            _refuse(self._paths[0], sum(path.stat().st_size for path in self._paths), self._bytes, self._times)


def _refuse(path: Path | UPath | str, size: int, unpacked: int, times: int | None = None) -> None:
    if unpacked > max(_LARGE, (times or _TIMES) * size) and not _may_be_large.get():
        msg = (
            f"{path} has {size:,} bytes and would unpack to about {unpacked:,}, which hardly any data does: it is refused. If you "
            "trust it, load(allow_large=True) reads it, and backed() reads parts of it"
        )
        raise UnreadableFile(msg)


def _announced(path: Path) -> int:
    with zipfile.ZipFile(path) as archive:
        return sum(member.file_size for member in archive.infolist())


# -- streams ----------------------------------------------------------------------------------------------------------


def _open_zstd(file: Any) -> Any:
    import zstandard

    return zstandard.open(file)


_STREAMS: dict[str, tuple[Callable[[Any], Any], int]] = {
    ".gz": (gzip.open, 1032),
    ".bz2": (bz2.open, 1 << 21),
    ".xz": (lzma.open, 1 << 13),
    ".zst": (_open_zstd, 1 << 16),
}
"""What unpacks each kind of stream, and to how many times its size it can unpack at the most, rounded up."""


class _Sips:
    """An open file that gives only so many bytes at a time."""

    def __init__(self, file: IO[bytes], sip: int) -> None:
        self._file = file
        self._sip = sip

    def read(self, wanted: int = -1) -> bytes:
        """The next bytes."""
        return self._file.read(self._sip if wanted < 0 else min(wanted, self._sip))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _estimated(path: Path, size: int) -> int:
    opened, most = _STREAMS.get(path.suffix.lower(), (None, 0))
    if opened is None or size * most <= _LARGE:
        return 0
    unpacked = consumed = 0
    for wanted in (_GLANCE, _LOOK):
        with path.open("rb") as packed:
            try:
                unpacked = _unpacked(opened(_Sips(packed, max(1, min(_SIP, size // _SIPS)))), wanted)
            except (OSError, EOFError, zlib.error, lzma.LZMAError):  # whoever reads the data says what is wrong
                return 0
            consumed = packed.tell()
        if unpacked < wanted or unpacked < _FEW * consumed:
            return unpacked
    return unpacked * size // consumed


def _unpacked(file: IO[bytes], wanted: int) -> int:
    """How many bytes of a stream there are, up to the wanted ones."""
    with file:
        found = 0
        while found < wanted and (block := file.read(min(_GLANCE, wanted - found))):
            found += len(block)
        return found


# -- HDF5 -------------------------------------------------------------------------------------------------------------


def declared(group: Any) -> int:
    """The bytes that all arrays of an HDF5 group have in memory; what has several names is read by each of them."""
    return _declared(group, {})


def _declared(element: Any, known: dict[tuple[int, int], int]) -> int:
    import h5py

    info = h5py.h5o.get_info(element.id)
    place = (info.fileno, info.addr)
    if place not in known:
        known[place] = 0  # while it is looked at, so that circles end
        if isinstance(element, h5py.Group):
            members = (element.get(name) for name in element)
            known[place] = sum(_declared(member, known) for member in members if member is not None)
        elif isinstance(element, h5py.Dataset):
            known[place] = (element.size or 0) * element.dtype.itemsize
    return known[place]
