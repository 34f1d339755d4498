"""What RO-Crates of all kinds describe: data with their content, people, and values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb.provenance.exports.history import library, media_type, name_of
from lamindb.setup import settings
from lnschema_core.files.reading import local_copy

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from lamindb.provenance.exports.history import Host
    from lnschema_core.models import File


@dataclass(frozen=True)
class Crate:
    """A crate that is being made; what it has is not added twice."""

    crate: Any
    copies: Path
    """Where content is put that is neither here nor in the cache."""

    @property
    def root(self) -> Any:
        """What describes the crate itself."""
        return self.crate.root_dataset

    def entity(self, address: str, kind: str | list[str], /, **facts: Any) -> Any:
        """Something that is described and has no content here."""
        entity = library("rocrate.model.contextentity", "ro-crate").ContextEntity
        known = {name: value for name, value in facts.items() if value is not None}
        return self.crate.dereference(address) or self.crate.add(entity(self.crate, address, {"@type": kind, **known}))

    def person(self, user: Any) -> Any:
        """A user."""
        return self.entity(f"#{user.pk}", "Person", name=user.name or user.handle)

    def standard(self, address: str, name: str) -> Any:
        """A standard that something conforms to; its address ends with its version."""
        return self.entity(address, "CreativeWork", name=name, version=address.rpartition("/")[2])

    def data(self, host: Host, *, with_content: bool) -> Any:
        """A file or dataset, with its content or only described."""
        facts = {"name": name_of(host), "identifier": host.pk, "version": host.version}
        if not with_content:
            return self.entity(address_of(host.pk), "CreativeWork", **facts, additionalProperty=self.digest(host))
        source: Any = host
        file: File | None = source if hasattr(host, "suffix") else source.file
        if file is not None:
            return self.content(file, **facts)
        parts = [self.content(file, name=name_of(file), identifier=file.pk) for file in source.files.all()]
        collection = self.entity(address_of(host.pk), "Collection", **facts, hasPart=parts)
        self.root.append_to("mentions", collection)
        return collection

    def digest(self, host: Host) -> Any:
        """The digest of the content, by which data elsewhere can be compared with it; None if that isn't known."""
        if host.hash is None:
            return None
        kind = getattr(host, "hash_type", None) or "digest"
        return self.entity(f"#{host.pk}-digest", "PropertyValue", name=kind, value=host.hash)

    def content(self, file: File, /, **facts: Any) -> Any:
        """The content of a file, which may be a folder."""
        path = local_copy(file, self.copies)
        known = {name: value for name, value in facts.items() if value is not None}
        name = f"data/{file.pk}{file.suffix}"
        if file.hash is not None:
            known["additionalProperty"] = self.digest(file)
        if path.is_dir():
            return self.crate.dereference(f"{name}/") or self.crate.add_dataset(path, f"{name}/", properties=known)
        known |= {"contentSize": str(file.size), "encodingFormat": media_type(file.suffix)}
        return self.crate.dereference(name) or self.crate.add_file(path, name, properties=known)


def link(entity: Any, name: str, others: list[Any]) -> None:
    """Let an entity refer to others, in addition to those that it refers to already."""
    known = as_list(entity.properties().get(name))
    references = [one if isinstance(one, str) else {"@id": one.id} for one in others]
    together = [*known, *(one for one in references if one not in known)]
    if together:
        entity[name] = together if len(together) > 1 else together[0]


def as_list(value: Any) -> list[Any]:
    """What a property of an entity has, which may be nothing, one thing, or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def short_name(entity: Any) -> str:
    """What tells code from other code in a crate, for the addresses of what belongs to it."""
    name: str = entity.id.rpartition("/")[2]
    return name


def address_of(record_id: str) -> str:
    """What identifies a record everywhere."""
    return f"lamin://{settings.instance.identifier}/{record_id}"


def moment_of(time: datetime) -> str:
    """A time as the standard has it."""
    return time.isoformat(timespec="seconds")
