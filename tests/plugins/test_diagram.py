"""The diagram of many registries can be read: a frame per schema, and no bundles of arrows."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

CODE = """
import lamindb as ln, sys
graphs = [ln.schema.graph(), ln.schema.graph(columns=False), ln.schema.view(schemas=["bionty"], columns=False)]
for graph in graphs:
    print(graph.source, end="\\n=====\\n")
if "render" in sys.argv:
    print(len(graphs[0].pipe(format="svg")) > 10_000)
"""


@pytest.fixture(scope="module")
def pictures(lab: Sandbox) -> list[str]:
    """The sources of three graphs: everything, an overview, and an overview of one schema."""
    render = "render" if shutil.which("dot") else ""
    out = lab.python(f"import sys; sys.argv.append({render!r})\n{CODE}").stdout
    assert not render or out.endswith("True\n")
    return out.split("=====\n")[:3]


def test_registries_are_framed_by_schema_and_related(pictures: list[str]) -> None:
    """Each is drawn once, in the frame of its schema; relations between packages are arrows."""
    everything = pictures[0]
    for schema in ("core", "bionty", "lamin1", "assays"):
        assert everything.count(f"subgraph cluster_{schema} {{") == 1
    for registry in ("core.File", "bionty.CellType", "lamin1.Biosample", "assays.Guide"):
        assert len(re.findall(rf'^\s*"{registry}" \[label=', everything, flags=re.MULTILINE)) == 1
    assert re.search(r'"lamin1.Biosample" -> "bionty.CellType" \[.*label=cell_types', everything)
    assert '"lamin1.Biosample":species:e -> "bionty.Species"' in everything.replace('"species":e', "species:e")


def test_what_all_registries_of_a_schema_relate_to_is_told_in_their_boxes(pictures: list[str]) -> None:
    """Labels lead to files by a line in the box, not by an arrow each; core's own arrows stay."""
    everything, overview, bionty = pictures
    assert not re.search(r'"bionty\.\w+"[^\n]* -> "(core.File|core.Dataset|bionty.BiontySource)"', everything)
    assert everything.count("many File</FONT>") > 10
    assert re.search(r'"core.Dataset" -> "core.File" \[.*label=files', everything)
    assert "→ File, Dataset" in overview
    assert "ontology_id" not in overview
    assert "core.File" not in bionty
    arrows = re.findall(r"^\s*\S+ -> \S+(?! \[style=invis)", everything, flags=re.MULTILINE)
    assert len(arrows) < 80
