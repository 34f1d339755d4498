"""One class per kind of thing that public ontologies describe. Their terms come from :mod:`.sources`."""

from __future__ import annotations

from lnschema_bionty.public.ontology import PublicOntology


class _Entity(PublicOntology):
    """An entity that LaminDB knows: of its sources, users name the species first.

    Args:
        species: The species, such as ``"human"``, where sources are of one species each.
        source: The ontology, such as ``"cl"``; by default the first one in use.
        version: The release; by default the one in use.

    Raises:
        NoSuchSource: There is no such source.
    """

    def __init__(self, species: str | None = None, source: str | None = None, version: str | None = None) -> None:
        super().__init__(source, version, species)


class Species(_Entity):
    """Species; ``species`` is their division: vertebrates, bacteria, fungi, metazoa, plants."""


class Gene(_Entity):
    """Genes of a species, with Ensembl ids, symbols, and former symbols as synonyms."""

    default_species = "human"


class Protein(_Entity):
    """Proteins of a species, with UniProtKB ids."""

    default_species = "human"


class CellMarker(_Entity):
    """Markers on the surface of cells, such as CD8, with the genes that make them."""

    default_species = "human"


class CellLine(_Entity):
    """Cell lines."""


class CellType(_Entity):
    """Types of cells."""


class Tissue(_Entity):
    """Tissues and organs."""


class Disease(_Entity):
    """Diseases."""


class ExperimentalFactor(_Entity):
    """What experiments vary and how they measure: assays, instruments, treatments."""


class Phenotype(_Entity):
    """Phenotypes and traits."""


class Pathway(_Entity):
    """Pathways, processes, functions and places in cells."""


class Drug(_Entity):
    """Drugs."""


class DevelopmentalStage(_Entity):
    """Stages of development of a species."""


class Ethnicity(_Entity):
    """Ancestries of humans."""


class BFXPipeline(_Entity):
    """Bioinformatics pipelines."""


class BioSample(_Entity):
    """Attributes of biological samples."""
