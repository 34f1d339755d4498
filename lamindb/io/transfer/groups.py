"""Many objects of an object store at once: which may go together, and in which order those of a zarr store come."""

from __future__ import annotations

from glob import has_magic
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

_GROUP = 200  # objects that are copied at once
_DESCRIBES_STORE = frozenset({".zarray", ".zattrs", ".zgroup", ".zmetadata", "zarr.json"})


def describing_last(name: str) -> tuple[bool, int, str]:
    """A key to sort names by: what describes a store makes it readable, so it comes last, and the root's at the very end."""
    return name.rpartition("/")[2] in _DESCRIBES_STORE, -name.count("/"), name


def groups(names: list[str]) -> list[list[str]]:
    """The names in their order, in groups that may be copied at once: what describes a store is not among its content."""
    groups: list[list[str]] = []
    for name in names:
        is_continued = groups and len(groups[-1]) < _GROUP and _kind_of_member(groups[-1][0]) == _kind_of_member(name)
        if not is_continued:
            groups.append([])
        groups[-1].append(name)
    return groups


def _kind_of_member(name: str) -> tuple[bool, int]:
    return describing_last(name)[:2] if name.rpartition("/")[2] in _DESCRIBES_STORE else (False, 0)


def remove_objects(filesystem: AbstractFileSystem, names: list[str]) -> None:
    """Delete objects, whatever characters are in their names."""
    literal = [name for name in names if not has_magic(name)]
    if literal:
        filesystem.rm(literal)
    for name in names:
        if has_magic(name):  # would be taken for a pattern
            filesystem.rm_file(name)
