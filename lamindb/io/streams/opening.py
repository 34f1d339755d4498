"""Opening files of which parts are read, here and there."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from lamindb.io.paths import as_local, to_path

if TYPE_CHECKING:
    from lamindb.types import PathLike

BLOCK = 1 << 20
"""How much of a cloud object is fetched at a time; the last blocks are kept. Left alone, S3 reads 50 MB wherever one looks."""


def open_for_parts(path: PathLike, *, whole: bool = False) -> BinaryIO:
    """Open a file, local or in the cloud, for reading small parts of it, or nearly the whole."""
    local = as_local(path)
    if local is not None:
        return local.open("rb")
    cloud = to_path(path)
    how = {} if whole else {"block_size": BLOCK, "cache_type": "blockcache"}
    file: BinaryIO = cloud.fs.open(cloud.path, "rb", **how)
    return file
