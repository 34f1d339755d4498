"""All registries, lowest first: importing this module defines them."""

from __future__ import annotations

from lnschema_bionty.models.source import BiontySource  # isort: split

from lnschema_bionty.models.termupdate import TermUpdate  # isort: split

from lnschema_bionty.models.species import Species  # isort: split

from lnschema_bionty.models.gene import Gene  # isort: split

from lnschema_bionty.models.protein import Protein  # isort: split

from lnschema_bionty.models.cellmarker import CellMarker  # isort: split

from lnschema_bionty.models.cellline import CellLine
from lnschema_bionty.models.celltype import CellType
from lnschema_bionty.models.developmentalstage import DevelopmentalStage
from lnschema_bionty.models.disease import Disease
from lnschema_bionty.models.ethnicity import Ethnicity
from lnschema_bionty.models.experimentalfactor import ExperimentalFactor
from lnschema_bionty.models.pathway import Pathway
from lnschema_bionty.models.phenotype import Phenotype
from lnschema_bionty.models.tissue import Tissue

Readout = ExperimentalFactor  # the name before June 2023

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
    "TermUpdate",
    "Tissue",
]
