"""Users who have the packages of this folder installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sandbox import Sandbox

PACKAGES = Path(__file__).parent / "packages"


def install(user: Sandbox) -> Sandbox:
    """Let a user import the packages."""
    user.environment["PYTHONPATH"] += f"{os.pathsep}{PACKAGES}"
    return user


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user whose instance mounts bionty and the packages; tests share it, and use names of their own."""
    user = install(Sandbox(tmp_path_factory.mktemp("lab") / "home"))
    user.lamin("init", "--storage", "storage", "--schema", "bionty,lamin1,assays,vetbio")
    return user
