"""What a notebook looks like at its end: its outputs as a page, without secrets."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb.provenance.parameters import masker
from lamindb.provenance.shown import clear, put_into
from lamindb.provenance.sources import Source, mapped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lamindb.provenance.shown import Execution


def report_of(
    path: Path, executions: Sequence[Execution] = (), *, is_fresh: bool = True, as_page: bool = True
) -> Source | None:
    """The notebook with its outputs, None if it has none.

    Args:
        path: The notebook.
        executions: What its cells have shown; the file may not have that yet.
        is_fresh: Whether the outputs in the file are of this session; those of an earlier one are left out.
        as_page: Render it as a page if ``nbconvert`` is installed, which takes seconds.

    Raises:
        OSError: The file can't be read.
        ValueError: The file is no notebook.
    """
    mask, description = masker(), f"report of {path.name}"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if executions and not is_fresh:
        clear(content)
    put_into(content, executions)
    if not any(cell.get("outputs") for cell in content["cells"]):
        return None
    for cell in content["cells"]:
        cell["outputs"] = mapped(cell.get("outputs") or [], mask.mask)
        if cell.get("cell_type") != "code":
            del cell["outputs"]
    text = json.dumps(mapped(content, mask.mask_source), ensure_ascii=False)
    page = _rendered(text) if as_page else None
    return Source(text, ".ipynb", description) if page is None else Source(page, ".html", description)


def _rendered(text: str) -> str | None:
    try:
        exporters, nbformat = import_module("nbconvert.exporters"), import_module("nbformat")
    except ImportError:
        return None
    page: str = exporters.HTMLExporter().from_notebook_node(nbformat.reads(text, as_version=4))[0]
    return page
