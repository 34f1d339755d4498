"""Public ontologies: terms of biology with ids, definitions, synonyms and parents. Knows neither Django nor an instance.

======================  ================================================================================================
:mod:`.entities`        one class per kind of thing: cell types, tissues, genes, …
:mod:`.ontology`        what all of them can do
:mod:`.sources`         which ontologies there are, in which versions, and which one is taken
:mod:`.tables`          the table of a source: from the package, from the cache, or fetched and parsed
:mod:`.fetching`        downloads, verified and resumable
:mod:`.parsing`         files of users and publishers as tables
======================  ================================================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_ENTITIES = "lnschema_bionty.public.entities"
_SOURCES = "lnschema_bionty.public.sources"
_ONTOLOGY = "lnschema_bionty.public.ontology"

_NAMES: dict[str, str] = {
    "Species": f"{_ENTITIES}:Species",
    "Gene": f"{_ENTITIES}:Gene",
    "Protein": f"{_ENTITIES}:Protein",
    "CellMarker": f"{_ENTITIES}:CellMarker",
    "CellType": f"{_ENTITIES}:CellType",
    "CellLine": f"{_ENTITIES}:CellLine",
    "Tissue": f"{_ENTITIES}:Tissue",
    "Disease": f"{_ENTITIES}:Disease",
    "Phenotype": f"{_ENTITIES}:Phenotype",
    "Pathway": f"{_ENTITIES}:Pathway",
    "ExperimentalFactor": f"{_ENTITIES}:ExperimentalFactor",
    "Readout": f"{_ENTITIES}:ExperimentalFactor",
    "DevelopmentalStage": f"{_ENTITIES}:DevelopmentalStage",
    "Ethnicity": f"{_ENTITIES}:Ethnicity",
    "Drug": f"{_ENTITIES}:Drug",
    "BFXPipeline": f"{_ENTITIES}:BFXPipeline",
    "BioSample": f"{_ENTITIES}:BioSample",
    "PublicOntology": f"{_ONTOLOGY}:PublicOntology",
    "BiontyField": f"{_ONTOLOGY}:BiontyField",
    "Source": f"{_SOURCES}:Source",
    "sources": _SOURCES,
    "Ontology": "lnschema_bionty.public.pronto_ontology:Ontology",
    "register": "lnschema_bionty.public.registering:register",
    "forget": "lnschema_bionty.public.registering:forget",
    "display_available_sources": "lnschema_bionty.public.display:display_available_sources",
    "display_currently_used_sources": "lnschema_bionty.public.display:display_currently_used_sources",
}

__getattr__, __dir__ = door(__name__, _NAMES)

__all__ = [
    "BFXPipeline",
    "BioSample",
    "BiontyField",
    "CellLine",
    "CellMarker",
    "CellType",
    "DevelopmentalStage",
    "Disease",
    "Drug",
    "Ethnicity",
    "ExperimentalFactor",
    "Gene",
    "Pathway",
    "Phenotype",
    "Protein",
    "PublicOntology",
    "Readout",
    "Source",
    "Species",
    "Tissue",
    "display_available_sources",
    "display_currently_used_sources",
    "forget",
    "register",
    "sources",
]

if TYPE_CHECKING:
    from lnschema_bionty.public import sources
    from lnschema_bionty.public.display import display_available_sources, display_currently_used_sources
    from lnschema_bionty.public.entities import (
        BFXPipeline,
        BioSample,
        CellLine,
        CellMarker,
        CellType,
        DevelopmentalStage,
        Disease,
        Drug,
        Ethnicity,
        ExperimentalFactor,
        Gene,
        Pathway,
        Phenotype,
        Protein,
        Species,
        Tissue,
    )
    from lnschema_bionty.public.entities import ExperimentalFactor as Readout
    from lnschema_bionty.public.ontology import BiontyField, PublicOntology
    from lnschema_bionty.public.registering import forget, register
    from lnschema_bionty.public.sources import Source
