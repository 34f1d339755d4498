"""Records of single terms of public sources: of an entry of a look-up, of a name or id."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import OneFieldOnly
from lnschema_bionty import sources
from lnschema_bionty.construction import fields_of_row
from lnschema_bionty.contexts import find_species, has_species
from lnschema_bionty.reference import readable_reference
from lnschema_core.curation.from_values import records_of
from lnschema_core.curation.vocabulary import vocabulary_of
from lnschema_core.fields import has_field

if TYPE_CHECKING:
    from lnschema_bionty.models import BioRegistry


def fields_of_entry(registry: type[BioRegistry], entry: Any) -> dict[str, Any]:
    """The fields of an entry of a look-up in a public source, with its source and species.

    Args:
        registry: The registry.
        entry: A named tuple, or a list of them of which the first counts.

    Raises:
        ValueError: It is something else.
    """
    if isinstance(entry, list) and entry:
        if len(entry) > 1:
            log.warning("multiple lookup/search results are passed, only returning record from the first entry")
        entry = entry[0]
    if not hasattr(entry, "_asdict"):
        msg = "please provide keyword arguments, not plain arguments"
        raise ValueError(msg)
    source = getattr(entry, "_source", None)
    fields = fields_of_row(registry, registry.merge_rows([entry._asdict()])[0])
    if has_species(registry):
        fields["species"] = find_species(registry, source and source.species)
    row = sources.row_of(source) if source is not None else sources.current_row(registry.__name__)
    return fields if row is None else {**fields, "bionty_source": row}


def record_of_term(registry: type[BioRegistry], arguments: dict[str, Any]) -> Any:
    """The record of one term, found by one field; see :meth:`BioRegistry.from_bionty`.

    Raises:
        OneFieldOnly: There are several fields.
        TypeError: The registry has no such field.
        ValueError: There is no public source.
        LaminError: The table of the public source can't be had.
    """
    related = {field.name for field in registry._meta.get_fields() if field.is_relation} | {"species"}
    fields = {name: value for name, value in arguments.items() if name not in related}
    scope = {name: value for name, value in arguments.items() if name in related and value is not None}
    if len(fields) > 1:
        msg = "Only one field can be passed to generate record from Bionty"
        raise OneFieldOnly(msg)
    if not fields:
        return None
    [(name, value)] = fields.items()
    if not has_field(registry, name):
        msg = f"{registry.__name__} has no field {name!r}: please pass a Registry string field, e.g., `CellType.name`!"
        raise TypeError(msg)
    vocabulary = vocabulary_of(registry.filter(), name, scope)
    records = records_of(vocabulary, [value], partial(readable_reference, registry, **scope))
    if not records:
        return None
    return records[0] if len(records) == 1 else records
