"""One class per kind of thing that public ontologies describe. Their terms come from :mod:`.sources`."""

from __future__ import annotations

from lnschema_bionty.public.ontology import PublicOntology


class Species(PublicOntology):
    """Species; ``species`` is their division: vertebrates, bacteria, fungi, metazoa, plants."""

    entity = "Species"


class Gene(PublicOntology):
    """Genes of a species, with Ensembl ids, symbols, and former symbols as synonyms."""

    entity = "Gene"
    default_species = "human"


class Protein(PublicOntology):
    """Proteins of a species, with UniProtKB ids."""

    entity = "Protein"
    default_species = "human"


class CellMarker(PublicOntology):
    """Markers on the surface of cells, such as CD8, with the genes that make them."""

    entity = "CellMarker"
    default_species = "human"


class CellLine(PublicOntology):
    """Cell lines."""

    entity = "CellLine"


class CellType(PublicOntology):
    """Types of cells."""

    entity = "CellType"


class Tissue(PublicOntology):
    """Tissues and organs."""

    entity = "Tissue"


class Disease(PublicOntology):
    """Diseases."""

    entity = "Disease"


class ExperimentalFactor(PublicOntology):
    """What experiments vary and how they measure: assays, instruments, treatments."""

    entity = "ExperimentalFactor"


class Phenotype(PublicOntology):
    """Phenotypes and traits."""

    entity = "Phenotype"


class Pathway(PublicOntology):
    """Pathways, processes, functions and places in cells."""

    entity = "Pathway"


class Drug(PublicOntology):
    """Drugs."""

    entity = "Drug"


class DevelopmentalStage(PublicOntology):
    """Stages of development of a species."""

    entity = "DevelopmentalStage"


class Ethnicity(PublicOntology):
    """Ancestries of humans."""

    entity = "Ethnicity"


class BFXPipeline(PublicOntology):
    """Bioinformatics pipelines."""

    entity = "BFXPipeline"


class BioSample(PublicOntology):
    """Attributes of biological samples."""

    entity = "BioSample"
