"""The registries of biological entities: the public path, which migrations and plug-ins use.

Importing this package connects to the current instance, which has to mount the schema.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door
from lamindb.setup import connection as _connection

_REGISTRIES = [
    "BiontySource",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Pathway",
    "Phenotype",
    "Protein",
    "Species",
    "TermUpdate",
    "Tissue",
]
_NAMES = {
    "BioRegistry": "lnschema_bionty.models.bioregistry:BioRegistry",
    **{name: f"lnschema_bionty.models.registries:{name}" for name in (*_REGISTRIES, "Readout")},
}

# Plug-ins ask for these names while the import of this very module is setting up Django.
if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

_connection.connect_for_registries()
_connection.check_mounted("lnschema_bionty")

from lnschema_bionty.models.bioregistry import BioRegistry  # noqa: E402 - registries need a connection
from lnschema_bionty.models.registries import (  # noqa: E402
    BiontySource,
    CellLine,
    CellMarker,
    CellType,
    DevelopmentalStage,
    Disease,
    Ethnicity,
    ExperimentalFactor,
    Gene,
    Pathway,
    Phenotype,
    Protein,
    Readout,
    Species,
    TermUpdate,
    Tissue,
)

__all__ = [
    "BioRegistry",
    "BiontySource",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Pathway",
    "Phenotype",
    "Protein",
    "Readout",
    "Species",
    "TermUpdate",
    "Tissue",
]
