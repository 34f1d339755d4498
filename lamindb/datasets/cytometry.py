"""Sample flow and mass cytometry, written in the format of cytometers: what they would measure is drawn at random.

The format: https://doi.org/10.1002/cyto.a.20825.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lamindb.datasets.registering import register

if TYPE_CHECKING:
    from collections.abc import Sequence

_FLOW = ["FSC-A", "FSC-H", "SSC-A", "KI67", "CD3", "CD28", "CD45RO", "CD8", "CD4", "CD57", "CD14", "CCR5", "CD19", "CD27", "CCR7", "CD127"]  # fmt: skip
_MASS = [
    "Time",
    "Cell_length",
    "CD57",
    "Dead",
    "(Ba138)Dd",
    "Bead",
    "CD19",
    "CD4",
    "CD8",
    "IgD",
    "CD85j",
    "CD11c",
    "CD16",
    "CD3",
    "CD38",
    "CD27",
    "CD11b",
    "CD14",
    "Ccr6",
    "CD94",
    "CD86",
    "CXCR5",
    "CXCR3",
    "Ccr7",
    "CD45RA",
    "CD20",
    "CD127",
    "CD33",
    "CD28",
    "CD24",
    "ICOS",
    "CD161",
    "TCRgd",
    "PD-1",
    "CD123",
    "CD56",
    "HLADR",
    "CD25",
    "DNA1",
    "DNA2",
]
_FLOW_CELLS, _MASS_CELLS = 65_016, 166_537
_DELIMITER = "\f"
_HEADER = 58
_TEXT = 16_384
"""Bytes for the text, which tells where the data begin; filled up with blanks."""


def file_fcs() -> Path:
    """Make a file of flow cytometry, ``example.fcs``: 65,016 cells by 16 channels."""
    return _write(Path.cwd() / "example.fcs", _FLOW, _FLOW_CELLS)


def file_fcs_alpert19(populate_registries: bool = False) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a file of mass cytometry, ``Alpert19.fcs``: 166,537 cells by 40 channels, those of https://doi.org/10.1038/s41591-019-0381-y.

    Args:
        populate_registries: Save the features, the kind of measurement and what it is about to the registries.
    """
    if populate_registries:
        register(
            modality="protein",
            terms={"ExperimentalFactor": ["fluorescence-activated cell sorting"], "Species": ["human"]},
            species={"CellMarker": ("name", _MASS)},
        )
    return _write(Path.cwd() / "Alpert19.fcs", _MASS, _MASS_CELLS)


def _write(path: Path, channels: Sequence[str], n_cells: int) -> Path:
    rng = np.random.default_rng(0)
    events = rng.gamma(2, 200, size=(n_cells, len(channels))).astype("<f4")
    start, end = _HEADER + _TEXT, _HEADER + _TEXT + events.nbytes - 1
    keywords = {
        **dict.fromkeys(["$BEGINANALYSIS", "$ENDANALYSIS", "$BEGINSTEXT", "$ENDSTEXT", "$NEXTDATA"], 0),
        "$BEGINDATA": start,
        "$ENDDATA": end,
        "$BYTEORD": "1,2,3,4",
        "$DATATYPE": "F",
        "$MODE": "L",
        "$PAR": len(channels),
        "$TOT": n_cells,
    }
    for number, channel in enumerate(channels, start=1):
        about = {"B": 32, "E": "0,0", "N": channel, "R": 262_144, "S": channel}
        keywords |= {f"$P{number}{key}": value for key, value in about.items()}
    text = _DELIMITER + "".join(f"{key}{_DELIMITER}{value}{_DELIMITER}" for key, value in keywords.items())
    offsets = (_HEADER, _HEADER + len(text) - 1, start, end, 0, 0)
    header = "FCS3.0    " + "".join(f"{offset:>8}" for offset in offsets)
    path.write_bytes((header + text.ljust(_TEXT)).encode("ascii") + events.tobytes())
    return path
