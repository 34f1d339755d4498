"""What a client does again and again, and what it was told by it. Everything it makes bears the name of the whole trial."""

from __future__ import annotations

import random
import re
import secrets
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Q

from lamindb import log
from lnschema_core.models import File, Transform, ULabel

if TYPE_CHECKING:
    from collections.abc import Callable

PREFIX = "lamin abuse"
"""What the names of all records begin with that trials make."""
_ANY_TRIAL = rf"{PREFIX} [0-9a-f]{{8}}"
"""What the names of trials look like, so that nothing else of a user's is ever deleted."""
SHARED = 12
"""Names that all clients make."""
_MANY = 100
_PAGE = 20


class Told(NamedTuple):
    """A fact that a client was told: this record has this name."""

    kind: str
    """``"own"`` for a name of its own, ``"shared"`` for one that others make as well, ``"version"`` for a version of the transform,
    ``"file"`` for the key of a file of its own, ``"file version"`` for a version of the file that all replace."""
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
            "files": self._file,
            "replace": self._replace,
            "get": self._get,
            "validate": self._validate,
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

    def _file(self) -> list[Told]:
        name = self._name()
        file = _saved_file(name, key=f"{self._trial}/{name}.txt")
        label = self._one_of_own()
        file.ulabels.add(label)
        _require(file.ulabels.list() == [label], f"{file.key} was labelled, but has other labels")
        _require(file.path.read_bytes() == name.encode(), f"{file.key} was saved, but has other content")
        return [Told("file", file.key, file.id)]

    def _replace(self) -> list[Told]:
        latest = File.filter(description=self._trial).order_by("-created_at").first()
        new = _saved_file(self._name(), is_new_version_of=latest)
        return [Told("file version", str(new.version), new.id)]

    def _one_of_own(self) -> Any:
        if not self._own:
            self._create()
        return self._random.choice(self._own)

    def _get(self) -> list[Told]:
        label = self._one_of_own()
        found: Any = ULabel.filter(id=label.id).one_or_none()
        _require(found is not None, f"{label.name} was saved, but isn't found by its id")
        _require(found.name == label.name, f"{label.name} has become {found.name}")
        return []

    def _validate(self) -> list[Told]:
        label, missing = self._one_of_own(), self._name()
        valid: Any = ULabel.validate([label.name, missing], mute=True)
        _require(
            list(valid) == [True, False], f"{label.name} was saved and {missing} was not, but validate says {valid}"
        )
        return []

    def _search(self) -> list[Told]:
        label = self._one_of_own()
        found: Any = ULabel.search(label.name)
        _require(label.name in found.index, f"{label.name} was saved, but a search doesn't find it")
        return []

    def _page(self) -> list[Told]:
        times = [label.created_at for label in ULabel.filter().order_by("-created_at", "-id")[:_PAGE]]
        _require(times == sorted(times, reverse=True), "the newest labels are not in the order of their times")
        return []


def _require(is_so: bool, otherwise: str) -> None:  # noqa: FBT001 - reads as a sentence
    """Insist on something, also where Python leaves assertions out.

    Raises:
        AssertionError: It isn't so.
    """
    if not is_so:
        raise AssertionError(otherwise)


def begin(trial: str) -> None:
    """Make what clients need to be there: the first versions of a transform and of a file."""
    Transform(name=trial, version="1", type="pipeline").save()
    _saved_file(trial, description=trial, version="1")


def _saved_file(content: str, **fields: Any) -> Any:
    """A file of a few bytes, in the default storage."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "abuse.txt"
        path.write_bytes(content.encode())
        file: Any = File(path, **fields)  # type: ignore[misc]  # the constructor takes data, no fields
        file.save()
    return file


def untrue(trial: str, told: list[Told]) -> list[str]:
    """What clients were told and what isn't so, in sentences: records that are lost, doubled, or versions that are."""
    labels = dict(ULabel.filter(name__startswith=f"{trial} ").values_list("id", "name"))
    there: dict[str, dict[Any, Any]] = {
        "own": labels,
        "shared": labels,
        "version": dict(Transform.filter(name=trial).values_list("id", "version")),
        "file": dict(File.filter(key__startswith=f"{trial}/").values_list("id", "key")),
        "file version": dict(File.filter(description=trial).values_list("id", "version")),
    }
    problems = [
        f"{one.name} was saved as {one.id}, but isn't there"
        for one in dict.fromkeys(told)
        if there[one.kind].get(one.id) != one.name
    ]
    for what, found in {"label": labels, **{kind: there[kind] for kind in ("version", "file", "file version")}}.items():
        problems += [
            f"there is more than one {what} {one}" for one, count in Counter(found.values()).items() if count > 1
        ]
    return problems


def clean_up(trial: str | None = None) -> int:
    """Delete what a trial made, or what all did that were killed; return how many records that were."""
    name = _ANY_TRIAL if trial is None else re.escape(trial)

    def made(field: str, ending: str) -> Q:
        return Q(**{f"{field}__startswith": trial or PREFIX, f"{field}__regex": f"^{name}{ending}$"})

    versions = File.filter().filter(made("description", ""))
    files = [
        *File.filter().filter(made("key", "/.*")),
        *versions.filter(initial_version__isnull=False),
        *versions.filter(initial_version__isnull=True),
    ]
    with log.silent_if(mute=True):
        for file in files:
            file.delete(storage=True, permanent=True)
    transforms = Transform.filter().filter(made("name", ""))
    labels, _ = ULabel.filter().filter(made("name", " .*")).delete()
    later, _ = transforms.filter(initial_version__isnull=False).delete()
    first, _ = transforms.delete()
    return len(files) + int(labels + later + first)
