"""What is installed together with the distribution, as ``pyproject.toml`` says it."""

from __future__ import annotations

import tomllib

from tests.house import source

PROJECT = tomllib.loads((source.REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CORE = PROJECT["dependencies"]
EXTRAS = PROJECT["optional-dependencies"]


def test_core_is_small() -> None:
    """At most twelve distributions are installed by name."""
    assert len(CORE) <= 12


def test_nothing_is_bounded_above() -> None:
    """No requirement turns somebody's upgrade into a conflict; a bound comes with the break that proves it."""
    everything = [*CORE, *(line for lines in EXTRAS.values() for line in lines)]
    assert [line for line in everything if "<" in line or "==" in line] == []


def test_all_is_all_extras() -> None:
    """The extra ``all`` names every other one."""
    (line,) = EXTRAS["all"]
    assert {*line.partition("[")[2].removesuffix("]").split(",")} == EXTRAS.keys() - {"all"}
