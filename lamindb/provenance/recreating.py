"""The environment of a run, made again as far as that is possible: what was installed then, before what is installed now.

Only distributions that differ are installed, into a folder that stands first where Python looks; everything else is there already.
Knows no registry and no Django.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

from lamindb.provenance import environment

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OURS = "lamindb"
_PATIENCE = 1_800.0
_MOST_ONE_BY_ONE = 50


@dataclass(frozen=True)
class Recreated:
    """What of an environment could be made again."""

    folder: Path
    """Where the distributions are; empty if none was needed."""
    installed: Sequence[str]
    """Those that were installed, as ``name==version``."""
    missing: Sequence[str]
    """Those that could not be had."""


def recreate(lock: str, folder: Path) -> Recreated:
    """Install the distributions that are not installed now in the version of then.

    LaminDB itself stays as it is, since it does the comparing.

    Args:
        lock: The distributions of then, as lines ``name==version``.
        folder: Where to install them; made if it isn't there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    wanted = differing(lock)
    if not wanted or _installer(folder) is None:
        return Recreated(folder, (), wanted)
    if _install(wanted, folder):
        return Recreated(folder, wanted, ())
    one_by_one = wanted if len(wanted) <= _MOST_ONE_BY_ONE else []
    installed = [one for one in one_by_one if _install([one], folder)]  # what nobody publishes keeps no other one out
    return Recreated(folder, installed, [one for one in wanted if one not in installed])


def differing(lock: str) -> list[str]:
    """The distributions of a lock that are not installed now in the same version."""
    now = set(environment.lock().split())
    return sorted(one for one in set(lock.split()) - now if one.partition("==")[0] != _OURS)


def _installer(folder: Path) -> list[str] | None:
    """The command that installs without dependencies, which the lock has; None if there is no installer."""
    target = ["--no-deps", "--quiet", "--target", str(folder)]
    if shutil.which("uv") is not None:
        return ["uv", "pip", "install", "--python", sys.executable, *target]
    if find_spec("pip") is not None:
        return [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *target]
    return None


def _install(distributions: Sequence[str], folder: Path) -> bool:
    command = [*(_installer(folder) or ()), *distributions]
    try:
        done = subprocess.run(  # noqa: S603 - the user asks for the environment of then
            command, capture_output=True, check=False, timeout=_PATIENCE
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0
