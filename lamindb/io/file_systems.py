"""What file system a local path is on: who else may write there, and what the times of its files tell."""

from __future__ import annotations

import os
from pathlib import Path

MOUNTS = Path("/proc/mounts")
"""Where the system lists its file systems."""

_ON_NETWORK = (
    "nfs",
    "cifs",
    "smb",
    "fuse",
    "9p",
    "afs",
    "ceph",
    "lustre",
    "glusterfs",
    "beegfs",
    "gpfs",
    "vboxsf",
    "virtiofs",
)
_IN_MEMORY = {"tmpfs", "ramfs"}
_WITH_FINE_TIMES = {"ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "overlay"}

COARSE_TICK = 2.0
"""The seconds within which a further change has the same time, on the disks with the coarsest of clocks, those with FAT."""

_FINE_TICK = 0.1  # ten times what the clock of the slowest kernels takes for a step


def is_on_network(path: Path) -> bool:
    """Whether the file system is shared with other machines; unknown ones are taken to be local."""
    return _is_on_network(file_system(path))


def _is_on_network(kind: str) -> bool:
    return kind.startswith(_ON_NETWORK) and kind != "fuseblk"  # a local disk


def file_system(path: Path) -> str:
    """The type of the file system that a path is on, or an empty text where the system doesn't say."""
    try:
        mounts = MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return ""
    target = path.resolve()
    best, kind = "", ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        point = fields[1].replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
        if len(point) >= len(best) and target.is_relative_to(point):
            best, kind = point, fields[2]
    return kind


def tick_at(path: Path) -> float | None:
    """The seconds after which a further change of a file surely has another time; ``None`` if a change may leave no time at all.

    That may be where other machines write, by clocks of their own; in memory, since stores to a mapped file leave none there; and on
    Windows, which keeps the time of a change of content only where anybody can set it.
    """
    kind = file_system(path)
    if os.name == "nt" or kind in _IN_MEMORY or _is_on_network(kind):
        return None
    return _FINE_TICK if kind in _WITH_FINE_TIMES else COARSE_TICK
