"""Keeping what is at a path under a second name, so that it can be replaced in one step and put back."""

from __future__ import annotations

import errno
import os
import stat
from typing import TYPE_CHECKING

from lamindb.io import transfer
from lamindb.io.faults import point
from lamindb.io.paths import as_local, server_of, to_path
from lamindb.io.placing import explaining, make_folder, sync_folder

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

    from lamindb.types import PathLike

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EMLINK, errno.EXDEV}


def spare(path: PathLike, second: PathLike) -> bool:
    """Give what is at a path a second name.

    The path keeps it where that is possible: folders, and files on disks without links, are moved.

    Returns:
        Whether there was something.

    Raises:
        StorageError: It can't be done.
    """
    local, second_local = as_local(path), as_local(second)
    try:
        if local is None or second_local is None:
            is_kept = _copy_in_cloud(to_path(path), to_path(second))
        else:
            is_kept = _link(local, second_local)
        if not is_kept:
            transfer.move(path, second)
    except FileNotFoundError:
        return False
    point("spare.done")
    return True


def put_back(second: PathLike, path: PathLike) -> None:
    """Let what was given a second name be at its path again.

    Raises:
        StorageError: It can't be done.
    """
    transfer.move(second, path)
    transfer.remove(second)  # two names of one file: moving one to the other does nothing


def _link(path: Path, second: Path) -> bool:
    """Give a file a second name; False for folders, and where there are no links."""
    if stat.S_ISDIR(path.stat().st_mode):
        return False
    with explaining(second):
        make_folder(second.parent)
        try:
            os.link(path, second)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            return False
        sync_folder(second.parent)
    return True


def _copy_in_cloud(path: UPath, second: UPath) -> bool:
    """Copy an object within its store; False for folders, and on servers, which don't copy."""
    with explaining(path, "read"):
        path.fs.invalidate_cache(path.parent.path)
        if server_of(path) or path.fs.info(path.path)["type"] == "directory":
            return False
    with explaining(second):
        path.fs.cp_file(path.path, second.path)
    return True
