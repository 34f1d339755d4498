"""Which columns the table of an entity has, and which of them is its index, its name, its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

OBSOLETE = "obsolete"
REPLACED_BY = "replaced_by"
PARENTS = "parents"
SYNONYMS = "synonyms"
ONTOLOGY_ID = "ontology_id"
LIFE = (OBSOLETE, REPLACED_BY)
"""Columns that say whether a term is in use; not among those of frames."""

_ONTOLOGY = (ONTOLOGY_ID, "name", "definition", SYNONYMS, PARENTS)

COLUMNS: dict[str, tuple[str, ...]] = {
    "ExperimentalFactor": (*_ONTOLOGY, "molecule", "instrument", "measurement"),
    "Species": ("id", "name", "scientific_name", "division", "taxon_id"),
    "Gene": ("ensembl_gene_id", "symbol", "ncbi_gene_id", "biotype", "description", SYNONYMS),
    "Protein": ("uniprotkb_id", "name", "length", SYNONYMS, "gene_symbol", "ensembl_gene_ids"),
    "CellMarker": ("name", SYNONYMS, "gene_symbol", "ncbi_gene_id", "uniprotkb_id"),
    "BFXPipeline": ("index", "id", "name", "versions", "reference"),
    "BioSample": ("name", "abbr", SYNONYMS, "description"),
}
"""The columns that a table has at least; entities that aren't here have those of an ontology."""

ENTITIES = (
    "Species",
    "Gene",
    "Protein",
    "CellMarker",
    "CellLine",
    "CellType",
    "Tissue",
    "Disease",
    "ExperimentalFactor",
    "Phenotype",
    "Pathway",
    "BFXPipeline",
    "Drug",
    "DevelopmentalStage",
    "Ethnicity",
    "BioSample",
)
"""What public ontologies are about."""

_INTEGERS = {"taxon_id", "length"}


def columns_of(entity: str) -> tuple[str, ...]:
    """The columns that a table of the entity has at least, in order."""
    return COLUMNS.get(entity, _ONTOLOGY)


def index_of(entity: str) -> str | None:
    """The column that is the index of frames, if there is one."""
    return {"Species": "name", "BFXPipeline": "id"}.get(entity, ONTOLOGY_ID if _is_ontology(entity) else None)


def _is_ontology(entity: str) -> bool:
    return ONTOLOGY_ID in columns_of(entity)


def type_of(column: str) -> pa.DataType:
    """The type of a column in tables."""
    import pyarrow as pa

    if column == PARENTS:
        return pa.list_(pa.string())
    if column == OBSOLETE:
        return pa.bool_()
    return pa.int64() if column in _INTEGERS else pa.string()
