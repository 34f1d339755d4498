"""The storage locations of an instance, and in which of them objects without a row are garbage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import setup
from lamindb.errors import NoResultFound
from lamindb.io import paths
from lamindb.io.paths import is_path
from lamindb.io.storage import normalise_root
from lamindb.setup import describing
from lnschema_core.integrity import objects
from lnschema_core.integrity.objects import Place
from lnschema_core.models import File, Storage

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike


def places_of_instance() -> dict[str, Place]:
    """All storage locations by id, in the order of their ids."""
    records = list(Storage.objects.order_by("pk"))
    roots = {record.pk: _root(record) for record in records}
    keyless = set(File.objects.filter(key=None).order_by().values_list("storage_id", flat=True).distinct())
    keyless.add(setup.settings.storage.id)
    return {record.pk: _place(record, roots, is_written=record.pk in keyless) for record in records}


def chosen(places: dict[str, Place], storage: Storage | PathLike | None) -> list[Place]:
    """The storage locations that are to be checked, in the order of their ids.

    Raises:
        NoResultFound: The instance has no such storage location.
        TypeError: It is neither a record nor a path.
    """
    if storage is None:
        return list(places.values())
    if not isinstance(storage, Storage) and not is_path(storage):
        msg = f"storage has to be a storage location or its root, not {storage!r:.80}"
        raise TypeError(msg)
    root = storage.root if isinstance(storage, Storage) else normalise_root(storage)
    found = [place for place in places.values() if place.name == root]
    if not found:
        msg = (
            f"{root} is no storage location of the instance; there are {', '.join(one.name for one in places.values())}"
        )
        raise NoResultFound(msg)
    return found


def _root(record: Storage) -> UPath:
    default = setup.settings.storage
    return default.root if record.pk == default.id else paths.to_path(record.root)


def _place(record: Storage, roots: dict[Any, UPath], *, is_written: bool) -> Place:
    root = roots[record.pk]
    inner = [paths.relative_key(other, root) for id_, other in roots.items() if id_ != record.pk]
    place = Place(record.pk, record.root, root, frozenset(key for key in inner if key), is_ours=False)
    is_ours = is_written and not _has_other_instances(place)
    return Place(place.id, place.name, place.root, place.inner, is_ours)


def _has_other_instances(place: Place) -> bool:
    """Whether another instance has its database or a description of itself in the storage location, and so maybe objects."""
    own = {f"{setup.settings.instance.name}.lndb", f"{place.id}.json"}
    databases = [name for name in objects.names_in(place) if name.endswith(".lndb")]
    return not own.issuperset(databases + objects.names_in(place, f"{describing.FOLDER}/"))
