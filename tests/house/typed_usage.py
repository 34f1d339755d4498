"""How users' code is typed: checked by ``mypy --strict``, never run."""

from __future__ import annotations

from pathlib import Path
from typing import assert_type

import lamindb as ln
import lnschema_core as lnc


def use_registries() -> None:
    """Queries know their records, and records their fields."""
    file = ln.File.filter(key="a.csv").one()
    assert_type(file, ln.File)
    assert_type(ln.Dataset.filter(name="x").one_or_none(), ln.Dataset | None)
    assert_type(ln.ULabel.filter().list(), list[ln.ULabel])
    assert_type(file.key, str | None)
    assert_type(file.size, int | None)
    assert_type(file.stage(), Path)
    assert_type(ln.ULabel.from_values(["a", "b"]), list[ln.ULabel])
    assert_type(ln.Feature(name="a", type="number").name, str)
    assert_type(lnc.Run.filter().first(), ln.Run | None)


def use_verbs() -> None:
    """The verbs of the door take what they say."""
    ln.save([ln.ULabel(name="a"), ln.ULabel(name="b")])
    ln.track(ln.Transform(name="a", type="pipeline"))
    ln.settings.verbosity = "hint"
    assert_type(ln.settings.track_run_inputs, bool)
    assert_type(ln.setup.settings.instance.name, str)


def misspell_names() -> tuple[object, object]:
    """A name that a door doesn't have, or a setting that there isn't, is an error."""
    ln.settings.verbosty = 1  # type: ignore[attr-defined]
    return (
        ln.Fil,  # type: ignore[attr-defined]
        lnc.Fil,  # type: ignore[attr-defined]
    )
