"""Versions: ids and version strings of records that follow each other.

All versions of a file or dataset share the first 18 characters of their id, those of a transform the first 12: the stem.
The remaining two characters are random for every version.
"""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.db import IntegrityError, connection, models, transaction

from lamindb import log
from lnschema_core import ids
from lnschema_core.rows.statements import is_listened_to
from lnschema_core.rows.storable import refuse_deleted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lnschema_core.models import Dataset, File, Transform

    Versioned: TypeAlias = File | Dataset | Transform

FIRST = "1"
"""The version of a record that had none when another one became its successor."""


@dataclass(frozen=True)
class Family:
    """Where a new record stands among its versions.

    Attributes:
        id: The id of the new record.
        version: Its version, ``None`` if it has none.
        initial_version_id: The id of the first version, ``None`` if the new record is the first.
        previous: The version before.
        is_counted: Whether the version was counted up from the previous one, rather than chosen.
    """

    id: str
    version: str | None
    initial_version_id: str | None = None
    previous: Versioned | None = None
    is_counted: bool = False


def index_of_later_versions(registry: str) -> models.Index:
    """The index of a registry by which the versions after a first one are found, in the order in which they were made.

    Most records are first versions, of which it has none: what a planner knows of the index of the foreign key alone is that most rows
    have one and the same value, which is nothing, so that SQLite leaves it aside once it was told by ``ANALYZE``.
    """
    return models.Index(
        fields=["initial_version", "created_at"],
        name=f"later_versions_of_{registry}",
        condition=models.Q(initial_version__isnull=False),
    )


def set_version(version: str | None = None, previous_version: str | None = None) -> str:
    """The version that follows a previous one.

    Args:
        version: The wanted version; by default the previous one plus 1.
        previous_version: The previous version.

    Raises:
        ValueError: The versions are equal, or the previous one can't be counted up.
    """
    if version == previous_version:
        msg = f"Please increment the previous version: '{previous_version}'"
        raise ValueError(msg)
    if version is not None:
        return version
    try:
        return str(int(previous_version) + 1)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        msg = "Cannot auto-increment non-integer castable version, please provide manually"
        raise ValueError(msg) from error


def init_id(
    *,
    provisional_id: str | None = None,
    initial_version_id: str | None = None,
    version: str | None = None,
    n_full_id: int = 20,
) -> str:
    """The id of a new record.

    Args:
        provisional_id: An id to use as it is, if the record starts a family.
        initial_version_id: The id of the first version, whose stem the new id shares.
        version: The version of the new record.
        n_full_id: The length of the id.

    Raises:
        ValueError: The version is not a string.
    """
    if version is not None and not isinstance(version, str):
        msg = "`version` parameter must be `None` or `str`, e.g., '0.1', '1', '2', etc."
        raise ValueError(msg)
    if initial_version_id is not None:
        return initial_version_id[: n_full_id - 2] + ids.base62(2)
    return provisional_id if provisional_id is not None else ids.base62(n_full_id)


def get_initial_version_id(is_new_version_of: Versioned) -> str:
    """The id of the first version of a record."""
    return str(is_new_version_of.initial_version_id or is_new_version_of.id)


def get_ids_from_old_version(
    is_new_version_of: Versioned, version: str | None, n_full_id: int = 20
) -> tuple[str, str, str]:
    """Id, id of the first version, and version of the record that follows a given one."""
    new_version = set_version(version, is_new_version_of.version or FIRST)
    initial_version_id = get_initial_version_id(is_new_version_of)
    new_id = init_id(initial_version_id=initial_version_id, version=new_version, n_full_id=n_full_id)
    return new_id, initial_version_id, new_version


def plan_version(
    registry: type[Versioned], previous: Versioned | None, version: str | None, initial_version_id: str | None = None
) -> Family:
    """Decide id and version of a new record. Writes nothing.

    Raises:
        TypeError: ``previous`` is of another registry.
        ValueError: The version is no string, or doesn't follow the previous one, or that was deleted.
    """
    length: int = registry._meta.pk.max_length or 20
    if previous is None:
        new_id = init_id(initial_version_id=initial_version_id, version=version, n_full_id=length)
        return Family(new_id, version, initial_version_id)
    if not isinstance(previous, registry):
        msg = f"is_new_version_of has to be of type ln.{registry.__name__}"
        raise TypeError(msg)
    refuse_deleted(previous)
    if version is not None and not isinstance(version, str):
        init_id(version=version)
    new_id, initial_version_id, new_version = get_ids_from_old_version(previous, version, n_full_id=length)
    while registry._base_manager.filter(pk=new_id).exists():  # two characters make 3,844 ids
        new_id = init_id(initial_version_id=initial_version_id, version=new_version, n_full_id=length)
    return Family(new_id, new_version, initial_version_id, previous, version is None)


def join_family(record: Versioned, family: Family) -> None:
    """Note where a new record stands among its versions. Writes nothing: the database follows when the record is saved."""
    record.family = family
    if family.previous is not None and family.previous.version is None:
        family.previous.version = FIRST


def tell_first_version(record: Versioned, family: Family) -> None:
    """Say how the versions that follow a first one are made."""
    if family.version is None or family.initial_version_id is not None:
        return
    registry = type(record).__name__
    name = registry.lower()
    log.info(
        f"initializing versioning for this {name}! create future versions of it using "
        f"ln.{registry}(..., is_new_version_of=old_{name})"
    )


@contextmanager
def saving_family(record: Versioned, *, has_content: bool = True, is_within: bool = False) -> Iterator[None]:
    """Save a record within the block together with what its family needs: all or nothing.

    A record without a version before it is one statement, unless somebody hears of it and writes more. One statement is a transaction
    by itself, which SQLite writes without the copies of pages by which it would be undone within a larger one.

    Args:
        record: The record.
        has_content: Whether something may be stored under its id already, so that it can't get another one.
        is_within: Whether the block is in a transaction of its own already, which a failure ends.
    """
    family = record.family
    previous = None if family is None else family.previous
    is_alone = previous is None and not connection.in_atomic_block and not is_listened_to(type(record))
    with nullcontext() if is_alone else transaction.atomic(savepoint=not is_within):
        if previous is not None:
            _prepare_previous(previous)
        if family is not None and family.is_counted:
            _count_on(record, str(family.initial_version_id), has_content=has_content)
        yield
    record.family = None


def _prepare_previous(previous: Any) -> None:
    if previous._state.adding:
        previous.save()
    elif previous.version == FIRST:
        type(previous).objects.filter(pk=previous.pk, version=None).update(version=FIRST)


def _count_on(record: Any, initial_version_id: str, *, has_content: bool) -> None:
    """Give the record the version behind the last one if somebody else has saved its version meanwhile, and another id if its id.

    Whoever saves a version of the same family waits until this transaction has ended.

    Raises:
        IntegrityError: Somebody else has its id, and its content is stored under it.
    """
    registry = type(record)._base_manager
    registry.select_for_update().filter(pk=initial_version_id).first()
    others = dict(registry.filter(initial_version_id=initial_version_id).values_list("pk", "version"))
    if record.pk in others and record._state.adding:
        if has_content:
            msg = f"another version was saved meanwhile with the id {record.pk}: make this one again"
            raise IntegrityError(msg)
        while record.pk in {*others, initial_version_id}:
            record.pk = init_id(initial_version_id=initial_version_id, n_full_id=len(record.pk))
    if record.version in {version for key, version in others.items() if key != record.pk}:
        numbers = [int(version) for version in others.values() if version and version.isdecimal()]
        record.version = str(max(numbers) + 1)
        log.info(f"another version was saved meanwhile: this one is version {record.version}")
