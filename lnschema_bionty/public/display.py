"""Frames of sources, for people. Knows no table of a source."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from lnschema_bionty.public import sources

if TYPE_CHECKING:
    import pandas as pd


def display_available_sources() -> pd.DataFrame:
    """All sources of public ontologies, by entity, with address, digests and licence."""
    columns = ["source", "species", "version", "url", "md5", "source_name", "source_website", "licence"]
    return _frame(sources.available(), columns)


def display_currently_used_sources() -> pd.DataFrame:
    """The source of each entity and species that is taken where nobody names a version."""
    return _frame(sources.current(), ["species", "source", "version"])


def _frame(listed: list[sources.Source], columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([asdict(one) for one in listed]).set_index("entity")[columns]
