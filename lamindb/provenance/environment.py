"""The environment of this process: which distributions are installed. Reads names of folders and imports nothing."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_METADATA = re.compile(r"^(?P<name>[^-]+)-(?P<version>[^-]+)(?:-[^-]+)*\.(?:dist-info|egg-info)$")


def lock(folders: Iterable[str] | None = None) -> str:
    """The installed distributions as lines ``name==version``, which ``pip install -r`` takes.

    Args:
        folders: Where distributions are; by default where this process imports from. The first of several wins.
    """
    found: dict[str, str] = {}
    for folder in sys.path if folders is None else folders:
        for name, version in _distributions(Path(folder)):
            found.setdefault(name, version)
    return "".join(f"{name}=={version}\n" for name, version in sorted(found.items()))


def python_version() -> str:
    """The version of Python, such as ``3.12.4``."""
    return ".".join(map(str, sys.version_info[:3]))


def _distributions(folder: Path) -> Iterator[tuple[str, str]]:
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError:  # not there, an archive, or not to be read
        return
    for name in names:
        match = _METADATA.match(name)
        if match is not None:
            yield re.sub(r"[-_.]+", "-", match["name"]).lower(), match["version"]
