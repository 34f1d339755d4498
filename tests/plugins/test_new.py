"""A package made by ``lamin schema new`` works as it is."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox


def test_new_package_passes_its_own_tests_and_mounts(sandbox: Sandbox) -> None:
    """It has a registry, a migration that is complete, and tests; it is listed, mounted and checked."""
    done = sandbox.lamin("schema", "new", "wet-lab", "--registry", "PlateWell")
    folder = sandbox.home / "lnschema-wet-lab"
    assert "lamin schema add wet-lab" in done.stdout
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env=sandbox.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "3 passed" in tested.stdout, tested.stdout
    sandbox.environment["PYTHONPATH"] += f"{os.pathsep}{folder}"
    sandbox.lamin("init", "--storage", "storage", "--schema", "wet-lab")
    assert "all is well with lnschema_wet_lab" in sandbox.lamin("plugin", "check").stdout
    again = sandbox.lamin("schema", "new", "wet-lab", check=False)
    assert "lnschema-wet-lab exists already" in again.stderr
    assert (folder / "lnschema_wet_lab" / "models.py").read_text().count("class PlateWell(") == 1


@pytest.mark.parametrize("name", ["core", "bionty", "Wet", "1st", "a b", "", "../x", "a__b", "ü"])
def test_name_that_cannot_be_one_is_refused(name: str, sandbox: Sandbox) -> None:
    """With a sentence, and nothing is made."""
    from lamindb.errors import InvalidSchemaName
    from lamindb.schema import new

    with pytest.raises(InvalidSchemaName, match="can't be the name of a schema"):
        new(name, folder=sandbox.home)
    with pytest.raises(InvalidSchemaName, match="can't be the name of a registry"):
        new("fine", folder=sandbox.home, registry="two words")
    assert list(sandbox.home.iterdir()) == []
