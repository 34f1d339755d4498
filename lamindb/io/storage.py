"""Storage locations: where one starts, of which kind it is, and to which of them a path belongs.

Knows no registry: a location is a value that the registry of storages is made into.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from lamindb.io.clients import require_client
from lamindb.io.paths import as_local, location_of, path_of_key, protocol_of, to_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fsspec import AbstractFileSystem
    from upath import UPath

    from lamindb.io.paths import Location
    from lamindb.types import PathLike


@dataclass(frozen=True)
class StorageRoot:
    """Where a storage location starts and how it is reached."""

    root: str
    """Posix text without trailing slash, absolute if local: what the registry stores."""
    type: str
    """``local``, ``s3``, ``gs`` or the name of another protocol."""
    region: str | None = None
    """The region of the bucket, for those that have one."""
    options: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What the file system needs to be opened; may hold secrets, so it is never shown."""

    @classmethod
    def of(cls, root: PathLike, *, region: str | None = None, **options: Any) -> StorageRoot:
        """Describe the storage location that starts at a path."""
        return cls(normalise_root(root), storage_type(root), region, options)

    @cached_property
    def path(self) -> UPath:
        """The root as a path object."""
        from lamindb.io.path_class import UPath

        return to_path(UPath(self.root, **self.options) if self.options else self.root)

    @property
    def is_cloud(self) -> bool:
        """Whether the location is reached through a network protocol."""
        return self.type != "local"

    @cached_property
    def location(self) -> Location:
        """The resolved root."""
        return location_of(self.path if self.is_cloud else self.root)

    def key_of(self, path: PathLike) -> str | None:
        """The key of a path, or None if the path isn't in this location."""
        return location_of(path).key_below(self.location)

    def path_of(self, key: str) -> UPath:
        """The path of a key.

        Raises:
            InvalidKey: The key would leave the location.
        """
        return path_of_key(self.path, key)


def normalise_root(root: PathLike) -> str:
    """The one spelling of a root: posix, no trailing slash, absolute and resolved if local."""
    local = as_local(root)
    if local is not None:
        return PurePath(os.path.realpath(local)).as_posix()
    path = to_path(root)
    _, _, address = str(path).partition("://")
    return f"{protocol_of(path)}://{address.rstrip('/')}"


def storage_type(root: PathLike) -> str:
    """The kind of storage: ``local``, ``s3``, ``gs`` or the name of another protocol."""
    return protocol_of(to_path(root)) or "local"


def innermost_place(path: PathLike, roots: Iterable[StorageRoot]) -> tuple[StorageRoot, str] | None:
    """The innermost storage location that has a path, and the key of the path there; None if none has it."""
    location = location_of(path)
    places = [(root, key) for root in roots if (key := location.key_below(root.location)) is not None]
    return min(places, key=lambda place: len(place[1]), default=None)


def infer_filesystem(path: PathLike) -> tuple[AbstractFileSystem, str]:
    """The file system of a path and the name that the path has there."""
    from fsspec.implementations.local import LocalFileSystem

    local = as_local(path)
    if local is not None:
        return LocalFileSystem(), os.fspath(local)
    cloud = to_path(path)
    require_client(protocol_of(cloud))
    return cloud.fs, cloud.path
