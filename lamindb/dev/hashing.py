"""Hashes as they are stored in registries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.io import hashing, paths
from lamindb.io.hashing import b16_to_b64, hash_set, to_b64_str

if TYPE_CHECKING:
    from lamindb.types import PathLike

__all__ = ["b16_to_b64", "hash_file", "hash_set", "to_b64_str"]


def hash_file(path: PathLike, chunk_size: int = hashing.THRESHOLD) -> tuple[str, str]:
    """The hash and its type that earlier releases stored for a local file: ``md5``, or ``sha1-fl`` above ``chunk_size``."""
    return hashing.hash_file(Path(str(paths.to_path(path))), chunk_size)
