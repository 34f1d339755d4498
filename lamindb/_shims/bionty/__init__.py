"""The name under which scripts of the 0.54 days know the public ontologies: see ``lnschema_bionty.public``."""

from __future__ import annotations

import sys
from typing import Any

_is_first = "lamindb" not in sys.modules

from lamindb import log  # noqa: E402 - after the look
from lamindb._lazy import door  # noqa: E402
from lnschema_bionty.public import _NAMES as _PUBLIC_NAMES  # noqa: E402

_NAMES = {
    **_PUBLIC_NAMES,
    "Bionty": "lnschema_bionty.public.ontology:PublicOntology",
    "Entity": "lnschema_bionty.public.ontology:PublicOntology",
    "dev": "bionty.dev",
    "display_available_sources": "bionty._sources:display_available_sources",
    "reset_sources": "bionty._sources:reset_sources",
    "__version__": "lamindb:__version__",
}

_find, __dir__ = door(__name__, _NAMES)
if _is_first:  # nobody asked for quiet yet
    log.talk_until_connected()


def __getattr__(name: str) -> Any:
    if name == "LOCAL_SOURCES":  # depends on the settings of the moment
        from lnschema_bionty.public.places import local_sources_file

        return local_sources_file()
    return _find(name)
