"""Datasets as a catalogue of DCAT-AP (https://semiceu.github.io/DCAT-AP), which data portals harvest; written as JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.provenance.addresses import PREFIX
from lamindb.provenance.exports.history import media_type, name_of
from lamindb.setup import settings
from lnschema_core.catalogue import core_registry

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from lamindb.provenance.exports.history import Host
    from lnschema_core.models import File, User

ALL = "*"
"""Stands for all datasets of the instance."""

_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "prov": "http://www.w3.org/ns/prov#", "spdx": "http://spdx.org/rdf/terms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip
_MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"


def hosts_of_catalogue() -> list[Host]:
    """All datasets of the instance, newest first, with what a catalogue tells of them; four queries, however many they are."""
    datasets = core_registry("Dataset").filter().select_related("created_by", "file").order_by("-created_at", "pk")
    return list(datasets.prefetch_related("files", "ulabels"))


def to_dcat(hosts: Iterable[Host], *, license: str | None = None) -> dict[str, Any]:  # noqa: A002 - the word of the standard
    """Files and datasets as a catalogue.

    Args:
        hosts: The files and datasets.
        license: The address of the licence that the data are under.

    Returns:
        A document of JSON-LD.

    Examples:
        >>> json.dumps(to_dcat(hosts_of_catalogue()))
    """
    instance = settings.instance
    return {
        "@context": _CONTEXT,
        "@id": f"{PREFIX}{instance.identifier}",
        "@type": "dcat:Catalog",
        "dct:title": instance.name,
        "dct:description": f"Datasets of the LaminDB instance {instance.identifier}",
        "dct:publisher": {"@id": f"{PREFIX}{instance.owner}", "@type": "foaf:Agent", "foaf:name": instance.owner},
        "dcat:dataset": [_dataset(host, license) for host in hosts],
    }


def _dataset(host: Any, license_: str | None) -> dict[str, Any]:
    files = [host] if hasattr(host, "suffix") else [host.file] if host.file is not None else host.files.all()
    facts = {
        "@id": _address(host.pk),
        "@type": "dcat:Dataset",
        "dct:title": name_of(host),
        "dct:description": host.description or name_of(host),
        "dct:identifier": host.pk,
        "dct:issued": _time(host.created_at),
        "dct:modified": _time(host.updated_at),
        "dct:creator": _agent(host.created_by),
        "dct:license": None if license_ is None else {"@id": license_},
        "dcat:version": host.version,
        "dcat:keyword": sorted(label.name for label in host.ulabels.all()),
        "prov:wasGeneratedBy": None
        if host.run_id is None
        else {"@id": _address(host.run_id), "@type": "prov:Activity"},
        "dcat:distribution": [_distribution(file, license_) for file in files],
    }
    return {name: value for name, value in facts.items() if value not in (None, [])}


def _distribution(file: File, license_: str | None) -> dict[str, Any]:
    facts = {
        "@id": f"{_address(file.pk)}#distribution",
        "@type": "dcat:Distribution",
        "dct:title": name_of(file),
        "dcat:accessURL": {"@id": _address(file.pk)},
        "dcat:mediaType": {"@id": f"{_MEDIA_TYPES}{media_type(file.suffix)}"},
        "dct:license": None if license_ is None else {"@id": license_},
        "dcat:byteSize": None if file.size is None else {"@value": str(file.size), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": None if file.hash is None else {
            "@type": "spdx:Checksum", "spdx:algorithm": file.hash_type or "", "spdx:checksumValue": file.hash,
        },
    }  # fmt: skip
    return {name: value for name, value in facts.items() if value is not None}


def _agent(user: User) -> dict[str, Any]:
    return {"@id": _address(user.pk), "@type": "foaf:Agent", "foaf:name": user.name or user.handle}


def _address(record_id: str) -> str:
    return f"{PREFIX}{settings.instance.identifier}/{record_id}"


def _time(moment: datetime) -> dict[str, str]:
    return {"@value": moment.isoformat(), "@type": "xsd:dateTime"}
