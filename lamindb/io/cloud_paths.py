"""Paths of objects in buckets that copy themselves to this machine and back, as paths have done since 0.40.

``lamindb.io.path_class`` makes them the paths of their protocols, in the way that ``upath`` offers to all.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from upath.implementations import cloud
from upath.registry import register_implementation

from lamindb.io import transfer
from lamindb.io.listing import fresh_facts

if TYPE_CHECKING:
    from upath import UPath

    _Path = UPath
else:
    _Path = object

_WHEN_MODIFIED = ("LastModified", "updated", "mtime", "created")


class _CopyingPath(_Path):
    __slots__ = ()

    def download_to(self, path: str | os.PathLike[str], **kwargs: Any) -> None:
        """Copy the object, or all objects below this folder, to a local path.

        Args:
            path: The local path; a file that is there is replaced.
            **kwargs: Passed on to the file system where a folder is copied.

        Raises:
            FileNotFoundError: There is no such object.
        """
        if self.is_dir():
            self.fs.get(f"{self.path}/", os.fspath(Path(path)), **{"recursive": True, **kwargs})
        else:
            transfer.fetch(self, Path(path))

    def upload_from(self, path: str | os.PathLike[str], **kwargs: Any) -> None:
        """Copy a local file, or a folder with all that is in it, to this path.

        Args:
            path: The local path.
            **kwargs: Passed on to the file system where a folder is copied.

        Raises:
            FileNotFoundError: There is nothing at the local path.
        """
        source = Path(path)
        if source.is_dir():
            self.fs.put(f"{source}/", self.path, **{"recursive": True, **kwargs})
        else:
            transfer.store_file(source, self)

    def synchronize(self, filepath: str | os.PathLike[str], **kwargs: Any) -> None:
        """Copy the object to a local path, unless a copy is there that is as new; the copy has the time of the object.

        Args:
            filepath: The local path.
            **kwargs: As of ``download_to``.

        Raises:
            FileNotFoundError: There is no such object.
        """
        local, modified = Path(filepath), self.modified.timestamp()
        if not local.exists() or local.stat().st_mtime < modified:
            self.download_to(local, **kwargs)
            os.utime(local, times=(modified, modified))

    @property
    def modified(self) -> datetime:
        """When the object was written, in local time and without a time zone.

        Raises:
            FileNotFoundError: There is no such object.
        """
        facts = fresh_facts(self)
        when = next(facts[name] for name in _WHEN_MODIFIED if name in facts)
        return _as_datetime(when).astimezone().replace(tzinfo=None)


def _as_datetime(when: datetime | str | float) -> datetime:
    if isinstance(when, str):
        when = datetime.fromisoformat(when)
    elif not isinstance(when, datetime):
        when = datetime.fromtimestamp(when, UTC)
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)


class S3Path(_CopyingPath, cloud.S3Path):
    """The path of an object in a bucket of S3."""

    __slots__ = ()


class GCSPath(_CopyingPath, cloud.GCSPath):
    """The path of an object in a bucket of GCS."""

    __slots__ = ()


for _class, _protocols in ((S3Path, ("s3", "s3a")), (GCSPath, ("gs", "gcs"))):
    for _protocol in _protocols:  # as classes, so that they can be called, too
        register_implementation(_protocol, _class, clobber=True)
