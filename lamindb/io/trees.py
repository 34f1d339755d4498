"""Directory trees as text. Pure: names in, text out."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

MAX_PER_SUFFIX = 6
"""How many names of one suffix are shown in a folder."""

_TEE, _LAST, _PIPE, _BLANK = "├── ", "└── ", "│   ", "    "


@dataclass
class _Folder:
    folders: dict[str, _Folder] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)


def render_tree(
    keys: Iterable[str],
    *,
    name: str,
    level: int = -1,
    limit_to_directories: bool = False,
    length_limit: int = 1000,
) -> str:
    """Render relative posix names as a tree.

    Args:
        keys: The names of files; folders are those that the names imply.
        name: The name of the root, shown in the header.
        level: How many levels are shown; -1 for all.
        limit_to_directories: Leave out files.
        length_limit: How many lines are shown below the header.

    Returns:
        A header with counts, and a line for each folder and file; files of one suffix after the sixth are ``...``.
    """
    names = sorted(set(keys))
    root = _grow(names)
    lines = _lines(root, level, with_files=not limit_to_directories)
    shown = list(islice(lines, length_limit))
    if next(lines, None) is not None:
        shown.append(f"... length_limit, {length_limit}, reached, counted:")
    return "\n".join([_header(name, root, names), *shown])


def _grow(names: Sequence[str]) -> _Folder:
    root = _Folder()
    for name in names:
        *above, last = name.split("/")
        folder = root
        for segment in above:
            folder = folder.folders.setdefault(segment, _Folder())
        folder.files.append(last)
    return root


def _lines(folder: _Folder, level: int, *, with_files: bool, prefix: str = "") -> Iterator[str]:
    if level == 0:
        return
    entries: list[tuple[str, _Folder | None]] = [(name, child) for name, child in folder.folders.items()]
    entries += [(name, None) for name in (_abridged(folder.files) if with_files else ())]
    entries.sort(key=lambda entry: (entry[0] == "...", entry[0]))
    for position, (name, child) in enumerate(entries, start=1):
        is_last = position == len(entries)
        yield f"{prefix}{_LAST if is_last else _TEE}{name}"
        if child:
            below = f"{prefix}{_BLANK if is_last else _PIPE}"
            yield from _lines(child, level - 1, with_files=with_files, prefix=below)


def _abridged(names: Sequence[str]) -> Iterator[str]:
    counts: dict[str, int] = {}
    for name in names:
        suffix = _suffix(name)
        counts[suffix] = counts.get(suffix, 0) + 1
        if counts[suffix] <= MAX_PER_SUFFIX:
            yield name
    if any(count > MAX_PER_SUFFIX for count in counts.values()):
        yield "..."


def _header(name: str, root: _Folder, names: Sequence[str]) -> str:
    folders = _count(root)
    suffixes = sorted({suffix for name in names if (suffix := _suffix(name))})
    of_suffixes = f" with suffixes {', '.join(map(repr, suffixes))}" if suffixes else ""
    noun = "sub-directory" if folders == 1 else "sub-directories"
    return f"{name} ({folders} {noun} & {len(names)} files{of_suffixes}): "


def _count(folder: _Folder) -> int:
    return sum(1 + _count(child) for child in folder.folders.values())


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix
