"""Scripts of 0.54 that begin with ``import bionty as bt``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnschema_bionty import public
from lnschema_bionty.public import places, sources

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from tests.sandbox import Sandbox


def test_script_of_054_runs(sandbox: Sandbox) -> None:
    """Entities, sources and results have the names of 0.54."""
    code = """
import bionty as bt
cell_type = bt.CellType()
assert isinstance(cell_type, bt.Bionty) and bt.Entity is bt.Bionty
assert bt.Readout is bt.ExperimentalFactor
assert cell_type.lookup().t_cell.ontology_id == "CL:0000084"
result = cell_type.inspect(["T cell", "nope"], field=cell_type.name)
assert isinstance(result, bt.dev.InspectResult) and result["not_mapped"] == ["nope"]
assert bt.LOCAL_SOURCES.name == "sources_local.yaml"
for name in "Species Gene Protein CellMarker CellLine Tissue Disease Phenotype Pathway DevelopmentalStage Drug Ethnicity".split():
    assert name in dir(bt) and getattr(bt, name).__name__ == name
print(len(bt.display_currently_used_sources()), bt.display_available_sources().index.name)
"""
    assert sandbox.python(code).stdout.splitlines()[-1] == "28 entity"


def test_sources_can_be_reset(obo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a yes the user's own list and choices are gone, after a no they are there."""
    public.register("CellType", obo, source="my", version="1", licence="internal")
    answers = iter(["perhaps", "n", "Y"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    from lnschema_bionty.public.registering import reset_sources

    reset_sources()
    assert len(sources.own()) == 1
    reset_sources()
    assert not places.local_sources_file().exists()
    assert public.CellType().source == "cl"
