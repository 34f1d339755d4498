"""Which transform and run this process is, in the database."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from lamindb import log
from lamindb.errors import NotRecords
from lamindb.provenance.asking import ask
from lamindb.provenance.identity import version_suffix
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry
from lnschema_core.history.executions import can_be_kept
from lnschema_core.models import Run, Transform
from lnschema_core.versioning import FIRST, get_initial_version_id

if TYPE_CHECKING:
    from lamindb.provenance.identity import Code
    from lamindb.provenance.notebooks import TrackedNotebook

RecordT = TypeVar("RecordT", "Transform", "Run")

_FULL_TEXT_FROM = 3
_MOST_NUMBERS = 100_000  # two characters tell 4,096 versions of a script apart
_RENAMED = "Updated notebook name and/or title: Do you want to assign a new id or version? (y/n)"


# -- transforms -------------------------------------------------------------------------------------------------------


def stored_transform(transform: Transform) -> Transform:
    """The transform as it is in the database; it is saved if it isn't there.

    Raises:
        NotRecords: It is no transform.
    """
    if not isinstance(transform, Transform):
        msg = f"track() takes a transform, such as ln.Transform(name='My pipeline'), and not {transform!r}"
        raise NotRecords(msg)
    stored = Transform.filter(id=transform.id).one_or_none()
    if stored is not None:
        return _told("loaded", stored)
    transform.save()
    return _told("saved", transform)


def transform_of(code: Code) -> Transform:
    """The transform that code is, made if it has not been tracked before; its name follows that of the code."""
    stored = _find(code)
    if stored is None:
        return _make(code)
    return _rename(stored, code) if _is_renamed(stored, code) else _told("loaded", stored)


def transform_of_step(code: Code) -> Transform:
    """The transform that a step is, made if it has not been run before; nothing is told, since steps may be many."""
    found = _find(code)
    return _made(code)[1] if found is None else found


def transform_of_notebook(notebook: TrackedNotebook) -> tuple[Transform, TrackedNotebook]:
    """The transform that a notebook is; with a new title it can become another one, if the user wants that.

    One that has no metadata is what was tracked at its path, if that had its title.
    """
    stored = _find(notebook.code)
    if notebook.may_be_another and stored is not None and _is_renamed(stored, notebook.code):
        return _make_another(notebook)
    is_file = notebook.file is not None
    if is_file and stored is not None and _is_renamed(stored, notebook.code) and ask(_RENAMED) == "y":
        notebook = notebook.renew()
    return transform_of(notebook.code), notebook


def _make_another(notebook: TrackedNotebook) -> tuple[Transform, TrackedNotebook]:
    another = notebook.as_another()
    return _make(another.code), another


def _find(code: Code) -> Transform | None:
    """The newest transform of the family, or that of the version or the content that the code has."""
    family = Transform.filter(id__startswith=code.stem)
    of_version = family if code.version is None else family.filter(version=code.version)
    newest = of_version.order_by("-created_at").first()
    if newest is None or code.content is None or not can_be_kept():
        return newest
    return _version_of_content(newest, code.stem, code.content)


def _version_of_content(newest: Transform, stem: str, content: str) -> Transform | None:
    """The version of a family that has a content; the newest one if no run has captured what that says."""
    captured = core_registry("Execution").objects.filter(run__transform__id__startswith=stem, source_id__isnull=False)
    if not captured.filter(run__transform=newest).exists():
        return newest
    same = captured.filter(source__key=content).select_related("run__transform").order_by("-run__created_at").first()
    return None if same is None else same.run.transform


def _make(code: Code) -> Transform:
    verb, transform = _made(code)
    return _told(verb, transform)


def _made(code: Code) -> tuple[str, Transform]:
    previous = Transform.filter(id__startswith=code.stem).order_by("-created_at").first()
    if previous is not None and code.content is not None:
        known, number = _find(code), _next_version(code.stem)
        if known is not None or number is None:  # another process was quicker, or there are no more ids
            return "loaded", known or previous
        code = replace(code, version=number)
    transform = Transform.from_fields(
        id=code.id,
        name=_cut("name", code.name),
        short_name=_cut("short_name", code.short_name),
        version=code.version,
        type=code.type,
        reference=_cut("reference", code.reference),
        reference_type=code.reference_type,
        initial_version_id=None if previous is None else get_initial_version_id(previous),
    )
    try:
        with transaction.atomic():
            transform.save(force_insert=True)
            if previous is not None and code.content is not None:  # the first one had no successor to be told from
                Transform.filter(id__startswith=code.stem, version=None).exclude(id=code.id).update(version=FIRST)
    except IntegrityError:  # another process that runs the same code was quicker
        return "loaded", Transform.filter(id=code.id).one()
    return "saved", transform


def _next_version(stem: str) -> str | None:
    """The number behind the last version of a family, the first one whose id isn't taken; None if all are."""
    family = dict(Transform.filter(id__startswith=stem).values_list("id", "version"))
    last = max([int(version) for version in family.values() if version and version.isdecimal()], default=int(FIRST))
    numbers = map(str, range(last + 1, last + _MOST_NUMBERS))
    return next((number for number in numbers if stem + version_suffix(number) not in family), None)


def _is_renamed(transform: Transform, code: Code) -> bool:
    names = _cut("name", code.name), _cut("short_name", code.short_name)
    return (transform.name, transform.short_name) != names


def _rename(transform: Transform, code: Code) -> Transform:
    transform.name = _cut("name", code.name)
    transform.short_name = _cut("short_name", code.short_name)
    transform.save(update_fields=["name", "short_name", "updated_at"])
    return _told("updated", transform)


def _cut(field: str, value: str | None) -> str | None:
    """The value as far as the field of a transform takes it."""
    description: Any = Transform._meta.get_field(field)
    return None if value is None else value[: description.max_length]


# -- runs -------------------------------------------------------------------------------------------------------------


def run_of(transform: Transform, *, new_run: bool | None, reference: str | None, reference_type: str | None) -> Run:
    """The run of a transform.

    Args:
        transform: What is run.
        new_run: Make a new run rather than continue the user's latest; by default for everything but notebooks.
        reference: A reference of the run; what is not given remains when a run is continued.
        reference_type: What kind of reference.
    """
    if new_run is None:
        new_run = str(transform.type) != "notebook"
    run = None if new_run else _latest_run(transform)
    if run is None:
        run = Run(transform=transform, reference=reference, reference_type=reference_type)
        run.save()
        return _told("saved", run)
    run.run_at = timezone.now()
    given = {
        name: value
        for name, value in (("reference", reference), ("reference_type", reference_type))
        if value is not None
    }
    for name, value in given.items():
        setattr(run, name, value)
    run.save(update_fields=["run_at", *given])
    return _told("loaded", run)


def _latest_run(transform: Transform) -> Run | None:
    own = Run.filter(transform=transform, created_by_id=settings.user.id)
    return own.order_by("-created_at").first()


# -- telling ----------------------------------------------------------------------------------------------------------


def tell_parents(transform: Transform) -> None:
    """Say which transforms made what this one uses, as far as that is known."""
    parents = list(transform.parents.all())
    if len(parents) == 1:
        _tell(f"  parent transform: {parents[0]}")
    elif parents:
        _tell("\n   - ".join(["  parent transforms:", *map(str, parents)]))


def _told(verb: str, record: RecordT) -> RecordT:
    _tell(str(record), verb)
    return record


def _tell(text: str, verb: str = "") -> None:
    """Say something that everybody wants to know, in more words to those who want to know more."""
    if log.verbosity() < _FULL_TEXT_FROM:
        log.important(text)
    else:
        log.success(f"{verb}: {text}" if verb else text)
