"""What all registries of terms of ontologies have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lnschema_bionty import ids
from lnschema_bionty.models.bioregistry import BioRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping


class Ontology(BioRegistry):
    """A registry of terms that have an id in an ontology, and parents.

    Args:
        name: A name.
        ontology_id: The id in a public ontology, such as ``CL:0000540``.
        abbr: An abbreviation, unique in the registry.
        synonyms: Further names, separated by ``|``.
        description: A description.
        parents: Ontology ids of more general terms, which are saved and linked with the record.
        bionty_source: The version of the public source.
    """

    class Meta:
        abstract = True
        unique_together = (("name", "ontology_id"),)

    id = models.CharField(max_length=8, default=ids.ontology, primary_key=True)
    """Universal id, valid across instances; made of name and ontology id."""
    name = models.CharField(max_length=256, db_index=True, default=None)
    """Name of the term."""
    ontology_id = models.CharField(max_length=32, db_index=True, null=True, default=None)
    """Id of the term in its ontology, such as ``CL:0000540``."""
    abbr = models.CharField(max_length=32, db_index=True, unique=True, null=True, default=None)
    """Abbreviation, unique in the registry."""
    synonyms = models.TextField(null=True, default=None)
    """Further names, separated by ``|``, under which the term is recognised."""
    description = models.TextField(null=True, default=None)
    """What the term means."""

    namesake_fields = ("ontology_id",)
    public_id = "ontology_id"
    identity = ("ontology_id",)

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:
        """The hash of name and ontology id, if there are both."""
        name, ontology_id = fields.get("name"), fields.get("ontology_id")
        return ids.ontology(f"{name}{ontology_id}") if name is not None and ontology_id is not None else None
