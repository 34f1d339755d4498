"""The git repository of a file, read from its files: the ``git`` program need not be there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]*)\]")
_URL = re.compile(r"^\s*url\s*=\s*(?P<url>\S+)\s*$")
_REMOTE = re.compile(r"^(?:[\w+.-]+://)?(?:[^/]*@)?(?P<host>[^/:]+)(?::\d+(?=/))?[:/]+(?P<path>.+?)/*$")


@dataclass(frozen=True)
class Repository:
    """A clone of a repository."""

    root: Path
    origin: str
    """Host and path of the remote ``origin``, the same for every clone however it is reached."""


def repository_of(path: Path) -> Repository | None:
    """The repository that has a file; None if there is none, or if it has no origin."""
    for folder in path.parents:
        config = _config_of(folder / ".git")
        if config is not None:
            url = _origin_url(config)
            return None if url is None else Repository(folder, normalised(url))
    return None


def normalised(url: str) -> str:
    """The address of a remote without protocol, user, password, port and suffix, such as ``github.com/org/name``."""
    remote = _REMOTE.match(url)
    if remote is None or "\\" in url or url.startswith("file:"):
        return url
    return f"{remote['host'].lower()}/{remote['path'].removesuffix('.git').strip('/')}"


def _config_of(git: Path) -> str | None:
    """The configuration of a repository; in a linked work tree or a submodule ``.git`` is a file that says where it is."""
    try:
        if git.is_file():
            git = git.parent / git.read_text(encoding="utf-8").partition("gitdir:")[2].strip()
            common = git / "commondir"
            git = git / common.read_text(encoding="utf-8").strip() if common.is_file() else git
        return (git / "config").read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def _origin_url(config: str) -> str | None:
    section = ""
    for line in config.splitlines():
        header = _SECTION.match(line)
        if header is not None:
            section = header["name"].strip()
        elif section == 'remote "origin"' and (url := _URL.match(line)) is not None:
            return url["url"]
    return None
