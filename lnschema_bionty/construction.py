"""What constructors of biological registries do with their arguments, and with rows of public tables: species, parents, ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.text.batch import is_missing
from lnschema_bionty.contexts import species_for_new
from lnschema_core.fields import has_field
from lnschema_core.users import current_user_id

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lnschema_bionty.models import BioRegistry

RENAMED = {"definition": "description"}
"""Columns of public tables whose field has another name."""


def fields_of_row(registry: type[BioRegistry], row: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a row of a public table, as far as the registry has them, with parents."""
    return _fields(row, _columns(registry, row), registry.id_fields)


def _columns(registry: type[Any], columns: Iterable[str]) -> dict[str, str]:
    """Per column of a public table that a registry has a field for the name of the field."""
    names = {column: RENAMED.get(column, column) for column in columns}
    return {column: name for column, name in names.items() if name == "parents" or has_field(registry, name)}


def _fields(row: Mapping[str, Any], columns: Mapping[str, str], id_fields: Collection[str]) -> dict[str, Any]:
    """The fields of a row; public ids that it hasn't are left out."""
    values = ((name, plain_value(row[column])) for column, name in columns.items())
    return {name: value for name, value in values if value is not None or name not in id_fields}


def plain_value(value: Any) -> Any:
    """A value of a table as one of a field: no NaN, no array."""
    if isinstance(value, str):
        return value
    if hasattr(value, "tolist"):
        value = value.tolist()
    return value if isinstance(value, list | tuple) or not is_missing(value) else None


def prepared(registry: type[BioRegistry], fields: dict[str, Any]) -> tuple[dict[str, Any], list[str] | None]:
    """The fields of a new record with its species and id, and the ontology ids of its parents.

    Raises:
        SpeciesRequired: The record belongs to a species, and none is passed or set.
        TypeError: The species is no record.
        ValueError: The parents aren't ontology ids.
    """
    fields = dict(fields)
    parents = checked_parents(fields.pop("parents", None))
    fields = species_for_new(registry, fields)
    hashed = registry.make_id(fields)
    return ({**fields, "id": hashed} if hashed is not None else fields), parents


def checked_parents(parents: Any) -> list[str] | None:
    """Ontology ids of parents as a list; ``None`` if there are none.

    Raises:
        ValueError: They aren't a list of strings.
    """
    if parents is None:
        return None
    listed = parents.tolist() if hasattr(parents, "tolist") else parents
    if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
        msg = "not a valid parents kwarg, got to be list of ontology ids"
        raise ValueError(msg)
    return list(dict.fromkeys(listed)) or None


def make_records(registry: type[Any], rows: Sequence[Mapping[str, Any]], **links: Any) -> list[Any]:
    """Unsaved records of rows of a public table, without looking for records of the same name.

    Args:
        registry: The registry.
        rows: The rows, all with the same columns.
        **links: The species and the source of the records, as far as they have them.
    """
    columns = _columns(registry, rows[0] if rows else ())
    links["created_by_id"] = current_user_id()
    records = []
    for row in rows:
        fields = _fields(row, columns, registry.id_fields)
        parents = fields.pop("parents", None)
        hashed = registry.make_id(fields)
        if hashed is not None:
            fields["id"] = hashed
        record = registry.from_fields(**fields, **links)
        record._parents = list(parents) if parents else None  # noqa: SLF001 - declared by the registry
        record._from_bionty = True  # noqa: SLF001 - likewise
        records.append(record)
    return records


def parents_of(record: Any) -> list[str]:
    """The ontology ids of the parents that are to be saved with a record."""
    return record._parents or []  # noqa: SLF001 - declared by the registry


def is_public(record: Any) -> bool:
    """Whether a record was made from a public source in this session."""
    return bool(record._from_bionty)  # noqa: SLF001 - declared by the registry
