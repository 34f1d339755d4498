"""The name under which scripts of the 0.54 days know the public ontologies: see ``lnschema_bionty.public``."""

from __future__ import annotations

from typing import Any

from lamindb._lazy import door
from lnschema_bionty.public import _NAMES as _PUBLIC_NAMES

_NAMES = {
    **_PUBLIC_NAMES,
    "Bionty": "lnschema_bionty.public.ontology:PublicOntology",
    "Entity": "lnschema_bionty.public.ontology:PublicOntology",
    "dev": "bionty.dev",
    "reset_sources": "lnschema_bionty.public.registering:reset_sources",
}

_find, __dir__ = door(__name__, _NAMES)


def __getattr__(name: str) -> Any:
    if name == "LOCAL_SOURCES":  # depends on the settings of the moment
        from lnschema_bionty.public.places import local_sources_file

        return local_sources_file()
    return _find(name)
