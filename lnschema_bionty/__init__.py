"""Registries of basic biological entities, filled from public ontologies: ``import lnschema_bionty as lb``.

The first use of a registry connects to the current instance, which has to mount the schema ``bionty``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import __version__
from lamindb._lazy import door

_schema_id = "zdno"
_name = "bionty"

_REGISTRIES = (
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
    "Tissue",
)
_NAMES: dict[str, str] = {
    **{name: f"lnschema_bionty.models:{name}" for name in _REGISTRIES},
    **{name: f"lnschema_bionty.{name}" for name in ("dev", "ids", "models", "public")},
    **{name: f"lnschema_bionty.updating:{name}" for name in ("apply_updates", "plan_updates")},
    "settings": "lnschema_bionty._settings:settings",
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lnschema_bionty import dev, ids, models, public
    from lnschema_bionty._settings import settings
    from lnschema_bionty.models import (
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
        Tissue,
    )
    from lnschema_bionty.updating import apply_updates, plan_updates

__all__ = [
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
    "Tissue",
    "__version__",
    "apply_updates",
    "dev",
    "ids",
    "models",
    "plan_updates",
    "public",
    "settings",
]
