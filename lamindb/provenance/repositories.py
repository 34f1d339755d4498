"""The git repository of a file: where it comes from is read from its files, the program ``git`` need not be there."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SECTION = re.compile(r"^\s*\[(?P<name>[^\]]*)\]")
_URL = re.compile(r"^\s*url\s*=\s*(?P<url>\S+)\s*$")
_PATIENCE = 5.0
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


# -- its state --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """What is checked out, as far as that can be found out."""

    commit: str | None = None
    is_dirty: bool | None = None
    """Whether the file or one that git knows has changes that aren't committed; None without the program ``git``."""


def state_of(path: Path) -> State:
    """The commit that a file belongs to, and whether that has all that is there; three calls of ``git``, if that is there.

    A file that git doesn't know is in no commit, so it counts as a change.
    """
    has_repository = any((folder / ".git").exists() for folder in path.parents)
    if not has_repository or shutil.which("git") is None:
        return State()
    commit = _git(path.parent, "rev-parse", "HEAD")
    changes = _git(path.parent, "status", "--porcelain", "--untracked-files=no")
    known = _git(path.parent, "ls-files", "--", path.name)
    return State(commit or None, None if changes is None or known is None else bool(changes) or not known)


def _git(folder: Path, *arguments: str) -> str | None:
    """What git says; None if it refuses or takes too long, as in a repository of somebody else or of millions of files."""
    command = ["git", "--no-optional-locks", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - arguments are ours
            command, cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=True
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    return done.stdout.strip()
