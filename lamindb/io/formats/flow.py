"""Flow cytometry: Flow Cytometry Standard files (https://doi.org/10.1002/cyto.a.20825)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from lamindb.io.formats.table_row import Format

if TYPE_CHECKING:
    from pathlib import Path

    from anndata import AnnData

FORMATS = (Format("fcs", (".fcs",), reader=f"{__name__}:read_fcs", requires=("readfcs",), install="lamindb[fcs]"),)


def read_fcs(path: Path, **kwargs: Any) -> AnnData:
    """Read the events of an FCS file as an AnnData."""
    import readfcs

    return readfcs.read(os.fspath(path), **kwargs)
