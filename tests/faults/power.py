"""Loss of power: what a disk is sure to have at each moment of a program, from the system calls that the program made.

The disk keeps no more than it has to: content that was flushed, under names whose folder was flushed. Names may also reach it by
themselves, before the content, as the journals of file systems have it. Knows nothing of LaminDB.
"""

from __future__ import annotations

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_OF_NAMES = {"openat", "rename", "link", "mkdir", "unlink", "rmdir"}
_OF_CONTENT = {"lseek", "write", "pwrite64", "ftruncate", "fsync", "fdatasync"}
_NOT_UNDERSTOOD = {
    "writev", "pwritev", "pwritev2", "truncate", "fallocate", "copy_file_range", "sendfile", "renameat", "renameat2", "linkat",
    "unlinkat", "mkdirat", "sync_file_range",
}  # fmt: skip
"""Traced as well, so that a program that begins to use them is noticed."""
_STRACE = ["strace", "-f", "--seccomp-bpf", "-y", "-xx", "-s", str(1 << 26), "-e"]
_CALL = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)")
_UNFINISHED = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
_ARGUMENT = re.compile(
    r'"(?P<text>(?:\\x[0-9a-f]{2})*)"|(?P<number>\d+|AT_FDCWD)<(?P<path>[^>]*)>|(?P<other>[^,\s][^,]*)'
)
_NOWHERE = "-shm"
"""How files end that running processes share, and that nobody needs afterwards."""


class Descriptor(NamedTuple):
    """An open file."""

    number: int
    path: str


@dataclass
class Content:
    """What a file has, and what of that was flushed."""

    now: bytearray = field(default_factory=bytearray)
    flushed: bytes = b""

    def write(self, text: str, offset: int) -> None:
        """Overwrite or append; each character is a byte."""
        data = text.encode("latin-1")
        self.now.extend(bytes(max(0, offset - len(self.now))))
        self.now[offset : offset + len(data)] = data


@dataclass
class Folder:
    """What a folder has, and what of that was flushed."""

    now: dict[str, Folder | Content] = field(default_factory=dict)
    flushed: dict[str, Folder | Content] = field(default_factory=dict)


class Disk:
    """A folder, as programs see it and as it would be without power.

    Args:
        folder: The folder, all of which was flushed.
    """

    def __init__(self, folder: Path) -> None:
        self._place = str(folder)
        self._root = _read(folder)
        self._offsets: dict[int, int] = {}

    def write_to(self, folder: Path, *, has_all_names: bool) -> None:
        """Make a folder that has what is left without power.

        Args:
            folder: Where.
            has_all_names: Whether all names reached the disk, or those that were flushed.
        """
        _write(self._root, folder, has_all_names=has_all_names)

    def apply(self, call: str, arguments: Sequence[str | Descriptor], result: int) -> bool:
        """Do what a system call did, and return whether it may have changed what is left without power.

        Raises:
            NotImplementedError: It touched the folder, and what it does is not known here.
        """
        if call in _NOT_UNDERSTOOD:
            if any(self._has(one.path if isinstance(one, Descriptor) else one) for one in arguments):
                msg = f"what {call} does is not known here"
                raise NotImplementedError(msg)
            return False
        change = self._change_names if call in _OF_NAMES else self._change_content
        return change(call, *arguments, result)

    def _change_names(self, *call: Any) -> bool:
        match call:
            case "openat", Descriptor(path=folder), name, flags, *_, number:
                return self._open(number, os.path.normpath(Path(folder, name)), flags)
            case "rename" | "link" as how, old, new, _ if self._has(old) or self._has(new):
                self._parent(new).now[_name(new)] = self._at(old)
                if how == "rename":
                    del self._parent(old).now[_name(old)]
            case "mkdir", path, *_ if self._has(path):
                self._parent(path).now[_name(path)] = Folder()
            case "unlink" | "rmdir", path, _ if self._has(path):
                del self._parent(path).now[_name(path)]
            case _:
                return False
        return True

    def _change_content(self, *call: Any) -> bool:
        match call:
            case "lseek", Descriptor(number=number), *_, offset:
                self._offsets[number] = offset
            case "write", Descriptor(number, path), data, _, length if self._has(path):
                self._content(path).write(data, self._offsets[number])
                self._offsets[number] += length
            case "pwrite64", Descriptor(path=path), data, _, offset, _ if self._has(path):
                self._content(path).write(data, int(offset))
            case "ftruncate", Descriptor(path=path), size, _ if self._has(path):
                content = self._content(path)
                content.now = content.now[: int(size)].ljust(int(size), b"\0")
            case "fsync" | "fdatasync", Descriptor(path=path), _ if self._has(path):
                node = self._at(path)
                node.flushed = bytes(node.now) if isinstance(node, Content) else dict(node.now)
                return True
        return False

    def _open(self, number: int, path: str, flags: str) -> bool:
        self._offsets[number] = 0
        if not self._has(path) or "O_DIRECTORY" in flags or isinstance(self._found(path), Folder):
            return False
        is_new = self._found(path) is None
        if is_new:
            self._parent(path).now[_name(path)] = Content()
        content = self._content(path)
        if "O_TRUNC" in flags:
            content.now.clear()
        if "O_APPEND" in flags:
            self._offsets[number] = len(content.now)
        return is_new

    # -- finding ------------------------------------------------------------------------------------------------------

    def _has(self, path: str) -> bool:
        return f"{path}/".startswith(f"{self._place}/") and not path.endswith(_NOWHERE)

    def _found(self, path: str) -> Folder | Content | None:
        node: Folder | Content | None = self._root
        for name in path.removeprefix(self._place).split("/")[1:]:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node

    def _at(self, path: str) -> Folder | Content:
        node = self._found(path)
        assert node is not None, path
        return node

    def _content(self, path: str) -> Content:
        node = self._at(path)
        assert isinstance(node, Content), path
        return node

    def _parent(self, path: str) -> Folder:
        node = self._at(path.rpartition("/")[0])
        assert isinstance(node, Folder), path
        return node


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _read(path: Path) -> Folder | Content:
    if path.is_dir():
        nodes = {one.name: _read(one) for one in path.iterdir()}
        return Folder(nodes, dict(nodes))
    data = path.read_bytes()
    return Content(bytearray(data), data)


def _write(node: Folder | Content, path: Path, *, has_all_names: bool) -> None:
    if isinstance(node, Content):
        path.write_bytes(node.flushed)
        return
    path.mkdir()
    for name, one in (node.now if has_all_names else node.flushed).items():
        _write(one, path / name, has_all_names=has_all_names)


def moments(
    disk: Disk, command: Sequence[str], folder: Path, environment: Mapping[str, str], log: Path
) -> Iterator[list[str]]:
    """Run a program, then go through what it did to a disk.

    Args:
        disk: The disk before the program.
        command: The program.
        folder: Its working directory.
        environment: Its environment.
        log: A free path.

    Yields:
        The lines that it had told, at each moment at which what is left without power may be other than before. The disk is as it
        was at that moment.
    """
    calls = ",".join(sorted(_OF_NAMES | _OF_CONTENT | _NOT_UNDERSTOOD))
    watched = [*_STRACE, f"trace={calls}", "-o", str(log), *command]
    done = subprocess.run(watched, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told: list[str] = []
    for call, arguments, result in _calls(log):
        if call == "write" and isinstance(arguments[0], Descriptor) and arguments[0].number == 1:
            told += str(arguments[1]).splitlines()
            yield told
        elif result >= 0 and disk.apply(call, arguments, result):
            yield told


def _calls(log: Path) -> Iterator[tuple[str, list[str | Descriptor], int]]:
    unfinished: dict[str, str] = {}
    with log.open(encoding="ascii") as lines:
        for raw in lines:
            line = raw.rstrip("\n")
            if begun := _UNFINISHED.fullmatch(line):
                unfinished[begun[1]] = line.removesuffix(" <unfinished ...>")
                continue
            if ended := _RESUMED.fullmatch(line):
                line = unfinished.pop(ended[1]) + ended[2]
            if call := _CALL.match(line):
                yield call[1], [_argument(one) for one in _ARGUMENT.finditer(call[2])], int(call[3])


def _argument(found: re.Match[str]) -> str | Descriptor:
    if found["path"] is not None:
        number = -1 if found["number"] == "AT_FDCWD" else int(found["number"])
        return Descriptor(number, _decoded(found["path"]))
    return found["other"] if found["text"] is None else _decoded(found["text"])


def _decoded(text: str) -> str:
    return bytes.fromhex(text.replace("\\x", "")).decode("latin-1") if text.startswith("\\x") else text
