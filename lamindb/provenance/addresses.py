"""Addresses of files: ``lamin://KEY``, ``lamin://ID``, with ``@VERSION`` behind and ``OWNER/INSTANCE/`` before it if wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.errors import InstanceNotLoaded
from lamindb.setup import locations, settings
from lamindb.setup.identity import FILE_PREFIX
from lnschema_core.catalogue import core_registry

if TYPE_CHECKING:
    from lnschema_core.models import File

PREFIX = FILE_PREFIX
PROTOCOL = PREFIX.removesuffix("://")


def file_at(address: str) -> File:
    """The file at an address; at most four queries.

    A key that several storage locations have is that of the default one, else the newest.

    Args:
        address: A key or an id, with or without what may stand around it.

    Raises:
        FileNotFoundError: There is no such file in the current instance.
    """
    name = address.removeprefix(PREFIX).strip("/")
    identifier = settings.instance.identifier
    within = name.removeprefix(f"{identifier}/")
    found = _named(name) or _of_version(name)
    if found is None and within != name:
        found = _named(within) or _of_version(within)
    if found is None:
        msg = f"no file of the instance {identifier} has the key or id {within!r}: `lamin search file` finds files"
        raise FileNotFoundError(msg)
    return found


def refuse_other_instance(address: str) -> None:
    """Say so if an address is of another instance that is known on this machine.

    That isn't told as a missing file, since pyarrow, and pandas through it, say of those no more than their names.

    Raises:
        InstanceNotLoaded: It is.
    """
    owner, _, rest = address.removeprefix(PREFIX).strip("/").partition("/")
    other, current = f"{owner}/{rest.partition('/')[0]}", settings.instance.identifier
    if other != current and locations.instance_file(*other.split("/")).exists():
        msg = f"{PREFIX}{owner}/{rest} is in the instance {other}, but {current} is loaded: run `lamin load {other}`, and start again"
        raise InstanceNotLoaded(msg)


def keys_below(folder: str) -> list[str]:
    """The keys of the files below a folder, in their order; ``""`` is the folder of all."""
    name = folder.removeprefix(PREFIX).strip("/").removeprefix(f"{settings.instance.identifier}").strip("/")
    keys = core_registry("File").filter().exclude(key=None)
    below = keys.filter(key__startswith=f"{name}/") if name else keys
    return [*below.order_by("key").values_list("key", flat=True).distinct()]


def address_of(file: File) -> str:
    """The address of a file, which also says of which instance it is."""
    return f"{PREFIX}{settings.instance.identifier}/{file.key or file.id}"


def _named(name: str) -> File | None:
    files: Any = core_registry("File").objects
    default = settings.storage.id
    with_key = sorted(files.filter(key=name), key=lambda file: (file.storage_id == default, file.created_at))
    found: File | None = with_key[-1] if with_key else files.filter(pk=name).first()
    return found


def _of_version(name: str) -> File | None:
    """The version of a file that is meant by ``name@version``."""
    base, _, version = name.rpartition("@")
    member = _named(base) if base else None
    if member is None or member.version == version:
        return member
    family = core_registry("File").objects.filter(version=version)
    first = member.initial_version_id or member.pk
    found: File | None = family.filter(initial_version_id=first).first() or family.filter(pk=first).first()
    return found
