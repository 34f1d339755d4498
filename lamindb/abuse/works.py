"""What a client does again and again, and what it was told by it. Everything it makes bears the name of the whole trial."""

from __future__ import annotations

import random
import secrets
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from lnschema_core.models import Transform, ULabel

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "lamin abuse"
"""What the names of all records begin with that trials make."""
SHARED = 12
"""Names that all clients make."""
_MANY = 100
_PAGE = 20


class Told(NamedTuple):
    """A fact that a client was told: this record has this name."""

    kind: str
    """``"own"`` for a name of its own, ``"shared"`` for one that others make as well, ``"version"`` for a version."""
    name: str
    id: str


class Worker:
    """One client of a trial.

    Args:
        trial: The name of the trial.
        number: The number of the client.
    """

    def __init__(self, trial: str, number: int) -> None:
        self._trial = trial
        self._number = number
        self._count = 0
        self._random = random.Random(f"{trial} {number}")  # noqa: S311 - a choice, no secret
        self._own: list[Any] = []

    def work(self, name: str) -> list[Told]:
        """Do one kind of work once.

        Raises:
            AssertionError: The client doesn't read what it was told before.
        """
        verbs: dict[str, Callable[[], list[Told]]] = {
            "create": self._create,
            "same": self._same,
            "bulk": self._bulk,
            "versions": self._follow,
            "get": self._get,
            "search": self._search,
            "page": self._page,
        }
        return verbs[name]()

    def _name(self) -> str:
        self._count += 1
        return f"{self._trial} {secrets.token_hex(4)} of {self._number}, {self._count}"

    def _create(self) -> list[Told]:
        label = ULabel(name=self._name())
        label.save()
        self._own.append(label)
        return [Told("own", label.name, label.id)]

    def _same(self) -> list[Told]:
        from lnschema_core.saving import save

        label = ULabel(name=f"{self._trial} shared {self._random.randrange(SHARED)}")
        save(label)
        return [Told("shared", label.name, label.id)]

    def _bulk(self) -> list[Told]:
        from lnschema_core.saving import save

        labels = [ULabel.from_fields(name=self._name()) for _ in range(_MANY)]
        save(labels)
        return [Told("own", label.name, label.id) for label in labels]

    def _follow(self) -> list[Told]:
        latest = Transform.filter(name=self._trial).order_by("-created_at").first()
        new = Transform(name=self._trial, is_new_version_of=latest)  # type: ignore[misc]  # an argument, no field
        new.save()
        return [Told("version", str(new.version), new.id)]

    def _one_of_own(self) -> Any:
        return self._random.choice(self._own) if self._own else self._create() and self._own[-1]

    def _get(self) -> list[Told]:
        label = self._one_of_own()
        found = ULabel.filter(id=label.id).one_or_none()
        assert found is not None, f"{label.name} was saved, but isn't found by its id"
        assert found.name == label.name, f"{label.name} has become {found.name}"
        return []

    def _search(self) -> list[Told]:
        label = self._one_of_own()
        found: Any = ULabel.search(label.name)
        assert label.name in found.index, f"{label.name} was saved, but a search doesn't find it"
        return []

    def _page(self) -> list[Told]:
        times = [label.created_at for label in ULabel.filter().order_by("-created_at", "-id")[:_PAGE]]
        assert times == sorted(times, reverse=True), "the newest labels are not in the order of their times"
        return []


def begin(trial: str) -> None:
    """Make what clients need to be there: the first version of a transform."""
    Transform(name=trial, version="1", type="pipeline").save()


def untrue(trial: str, told: list[Told]) -> list[str]:
    """What clients were told and what isn't so, in sentences: records that are lost, doubled, or versions that are."""
    names = dict(ULabel.filter(name__startswith=f"{trial} ").values_list("id", "name"))
    versions = dict(Transform.filter(name=trial).values_list("id", "version"))
    problems = [
        f"{one.name} was saved as {one.id}, but isn't there"
        for one in dict.fromkeys(told)
        if (versions if one.kind == "version" else names).get(one.id) != one.name
    ]
    for what, values in (("label", names.values()), ("version", versions.values())):
        problems += [f"there is more than one {what} {one}" for one, count in Counter(values).items() if count > 1]
    return problems


def clean_up(trial: str | None = None) -> int:
    """Delete what a trial made, or what all did that were killed; return how many records that were."""
    name = f"{PREFIX} " if trial is None else trial
    labels, _ = ULabel.filter(name__startswith=name).delete()
    later, _ = Transform.filter(name__startswith=name, initial_version__isnull=False).delete()
    first, _ = Transform.filter(name__startswith=name).delete()
    return int(labels + later + first)
