"""How registries are linked to each other: the many-to-many relations that Django knows, read from either side.

No registry is named here, so that those of plug-ins work like ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import connection, models

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence


@dataclass(frozen=True)
class Relation:
    """A many-to-many relation, as seen from one of its two registries, the owner.

    Attributes:
        accessor: The attribute of the owner, such as ``ulabels``.
        registry: The registry at the other end.
        link: The registry of the links.
        owner: The foreign key of a link to the owner, such as ``file``.
        target: The foreign key of a link to the other end, such as ``ulabel``.
    """

    accessor: str
    registry: type[Any]
    link: type[Any]
    owner: str
    target: str

    @property
    def name(self) -> str:
        """The name of the registry at the other end, such as ``core.ULabel``."""
        name: str = self.registry.__get_name_with_schema__()
        return name

    @property
    def has_feature(self) -> bool:
        """Whether a link remembers the feature under which it was made."""
        return any(field.name == "feature" for field in self.link._meta.concrete_fields) and self.target != "feature"

    def links_of(self, owners: Collection[Any]) -> models.QuerySet[Any]:
        """The links of owners, given by their keys, in the order in which they were made."""
        rows: models.QuerySet[Any] = self.link._default_manager.filter(**{f"{self.owner}__in": owners}).order_by("pk")
        return rows

    def insert(self, owner: Any, targets: Sequence[Any], **values: Any) -> None:
        """Link an owner to targets, all given by their keys, in one statement; links that exist already stay.

        Args:
            owner: The key of the owner.
            targets: The keys of what to link.
            **values: Further columns of the links.
        """
        columns = [self._column(name) for name in (self.owner, self.target, *values)]
        insert_rows(self.link, columns, [(owner, target, *values.values()) for target in targets])

    def _column(self, name: str) -> str:
        column: str = self.link._meta.get_field(name).column
        return column


def relations_of(owner: type[models.Model]) -> Iterator[Relation]:
    """All many-to-many relations of a registry, its own before those that other registries declare."""
    for field in owner._meta.many_to_many:
        yield Relation(
            field.name, field.related_model, field.remote_field.through, field.m2m_field_name(), field.m2m_reverse_field_name()
        )
    for reverse in owner._meta.related_objects:
        accessor = reverse.get_accessor_name()
        if reverse.many_to_many and accessor is not None:
            field = reverse.field
            yield Relation(
                accessor, reverse.related_model, reverse.through, field.m2m_reverse_field_name(), field.m2m_field_name()
            )


def relation_to(owner: type[models.Model], registry: type[models.Model]) -> Relation | None:
    """The relation of a registry to another one, ``None`` if they aren't related."""
    return next((relation for relation in relations_of(owner) if relation.registry is registry), None)


def insert_rows(registry: type[models.Model], columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows into a table of links in one statement, however many; rows that conflict with existing ones are left out.

    Django's ``bulk_create`` would take a statement per 500 rows on SQLite.
    """
    if not rows:
        return
    quote = connection.ops.quote_name
    names = ", ".join(quote(column) for column in columns)
    marks = f"({', '.join(['%s'] * len(columns))})"
    statement = f"INSERT INTO {quote(registry._meta.db_table)} ({names}) VALUES "
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.executemany(f"{statement}{marks} ON CONFLICT DO NOTHING", rows)
        else:
            values = [value for row in rows for value in row]
            cursor.execute(f"{statement}{', '.join([marks] * len(rows))} ON CONFLICT DO NOTHING", values)
