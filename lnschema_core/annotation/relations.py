"""How registries are linked to each other: the many-to-many relations that Django knows, read from either side.

No registry is named here, so that those of plug-ins work like ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import ManyToManyRel

from lnschema_core.rows.inserting import insert_new, insert_pairs

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from django.db import models


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
        if not values and insert_pairs(self.link, (self.owner, self.target), [(owner, target) for target in targets]):
            return
        insert_new(self.link, [self.make_link(owner, target, **values) for target in targets])

    def make_link(self, owner: Any, target: Any, **values: Any) -> Any:
        """An unsaved link between an owner and a target, given by their keys."""
        fields = self.link._meta
        return self.link(
            **{fields.get_field(self.owner).attname: owner, fields.get_field(self.target).attname: target}, **values
        )


def relations_of(owner: type[models.Model]) -> Iterator[Relation]:
    """All many-to-many relations to other registries, its own before those that others declare.

    Models that are no registries, and relations that are hidden from the owner, are none of its annotations.
    """
    for field in owner._meta.many_to_many:
        link = field.remote_field.through
        names = (field.m2m_field_name(), field.m2m_reverse_field_name())
        yield Relation(field.name, field.related_model, _existing(link), *names)
    for other in owner._meta.related_objects:
        accessor = other.get_accessor_name()
        if (
            isinstance(other, ManyToManyRel)
            and accessor is not None
            and _is_registry(other.related_model)
            and not other.hidden
        ):
            field = other.field
            names = (field.m2m_reverse_field_name(), field.m2m_field_name())
            yield Relation(accessor, field.model, _existing(other.through), *names)


def _is_registry(model: Any) -> bool:
    return hasattr(model, "__get_name_with_schema__")


def _existing(link: type[models.Model] | None) -> type[models.Model]:
    assert link is not None  # it exists once all registries are loaded
    return link


def relation_to(owner: type[models.Model], registry: type[models.Model]) -> Relation | None:
    """The relation of a registry to another one, ``None`` if they aren't related."""
    return next((relation for relation in relations_of(owner) if relation.registry is registry), None)
