"""What a notebook looks like at its end: its outputs as a page, without secrets."""

from __future__ import annotations

import json
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lamindb.provenance.parameters import masker
from lamindb.provenance.sources import Source, mapped

if TYPE_CHECKING:
    from pathlib import Path


def report_of(path: Path) -> Source | None:
    """The notebook with its outputs, None if the file has none: as a page if ``nbconvert`` is installed, else as a notebook.

    Raises:
        OSError: The file can't be read.
        ValueError: The file is no notebook.
    """
    mask, description = masker(), f"report of {path.name}"
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if not any(cell.get("outputs") for cell in content["cells"]):
        return None
    for cell in content["cells"]:
        cell["outputs"] = mapped(cell.get("outputs") or [], mask.mask)
        if cell.get("cell_type") != "code":
            del cell["outputs"]
    text = json.dumps(mapped(content, mask.mask_source), ensure_ascii=False)
    try:
        exporters, nbformat = import_module("nbconvert.exporters"), import_module("nbformat")
    except ImportError:
        return Source(text, ".ipynb", description)
    page, _ = exporters.HTMLExporter().from_notebook_node(nbformat.reads(text, as_version=4))
    return Source(page, ".html", description)
