"""Relations of schema packages that take a name which a registry has already, as ``related_name="load"`` to files would.

Django puts the new accessor in the place of whatever had the name. Here the registry gets back what it had.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db.models.signals import class_prepared

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from django.db.models import Model

    Relation = Any  # a field with `contribute_to_related_class`

_own: dict[type[Model], dict[str, Any]] = {}
"""What registries had before others related to them."""


@dataclass(frozen=True)
class Clash:
    """A package's relation whose accessor has the name of something else."""

    package: str
    relation: Relation
    target: type[Model]
    accessor: str
    before: Relation | None
    """The relation that had the name, or None if the registry itself has it."""

    @property
    def reason(self) -> str:
        """What clashes with what."""
        owner = f"{self.before.model.__name__}.{self.before.name}" if self.before else "the registry itself"
        packages = f" of {self.before.model._meta.app_config.name}" if self.before else ""
        name = f"{self.relation.model.__name__}.{self.relation.name}"
        return f"{name} appears as {self.target.__name__}.{self.accessor}, a name that {owner}{packages} has"

    def undo(self) -> None:
        """Give the name back."""
        if self.before is not None:
            self.before.contribute_to_related_class(self.target, self.before.remote_field)
        elif self.accessor in _own.get(self.target, {}):
            setattr(self.target, self.accessor, _own[self.target][self.accessor])
        else:  # a class above has it
            delattr(self.target, self.accessor)


def watch() -> None:
    """Remember from now on what registries have before others relate to them."""
    class_prepared.connect(_remember, dispatch_uid="lamindb.setup.clashes")


def _remember(sender: type[Model], **_: Any) -> None:
    if sender.__module__.startswith("lnschema_"):  # and not a model that a migration makes up
        _own[sender] = dict(vars(sender))


def find(packages: Sequence[str]) -> list[Clash]:
    """The clashes of the first of the mounted packages, core aside, that has any.

    A package that clashes with itself alone is left to its author: its later relation has the name, as with 0.54.
    """
    core, *others = packages
    if not others:
        return []
    taken = {(target, accessor): relation for relation, target, accessor in _accessors(core)}
    for package in others:
        clashes = []
        accessors = {(target, accessor): relation for relation, target, accessor in _accessors(package)}
        for (target, accessor), relation in accessors.items():
            before = taken.get((target, accessor))
            if before is not None or _is_own(target, accessor):
                clashes.append(Clash(package, relation, target, accessor, before))
        if clashes:
            return clashes
        taken |= accessors
    return []


def _accessors(package: str) -> Iterator[tuple[Relation, type[Model], str]]:
    """The relations of a package's registries, each with the registry and the name under which it appears there."""
    config = next(config for config in apps.get_app_configs() if config.name == package)
    for model in config.get_models():
        for relation in (*model._meta.local_fields, *model._meta.local_many_to_many):
            remote: Any = relation.remote_field
            if remote is None or isinstance(remote.model, str) or remote.hidden:
                continue
            accessor = remote.get_accessor_name()
            if accessor is not None:
                yield relation, remote.model, accessor


def _is_own(target: type[Model], name: str) -> bool:
    return name in _own.get(target, {}) or any(name in vars(base) for base in target.__mro__[1:])
