"""Verbs on lists of sources that have other results under the name ``bionty`` than under ``lnschema_bionty.public``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import log
from lnschema_bionty import public
from lnschema_bionty.public import registering

if TYPE_CHECKING:
    import pandas as pd


def display_available_sources() -> pd.DataFrame:
    """All sources of public ontologies, by entity, in the columns that scripts of the 0.54 days know."""
    return public.display_available_sources().drop(columns="licence")


def reset_sources() -> None:
    """Remove the user's own list of sources and choice of versions, after a question."""
    registering.reset_sources()
    log.info("reloaded bionty!")
