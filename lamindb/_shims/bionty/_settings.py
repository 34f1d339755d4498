"""Where scripts of the 0.54 days ask for the folders of the public ontologies. Set ``LAMIN_CACHE_DIR`` to move the cache."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lnschema_bionty.public import places

if TYPE_CHECKING:
    from pathlib import Path


class Settings:
    """The folders of the public ontologies."""

    @property
    def datasetdir(self) -> Path:
        """The folder of what was fetched."""
        return places.cache_dir()

    @property
    def dynamicdir(self) -> Path:
        """The folder of what was parsed."""
        return places.cache_dir()

    @property
    def versionsdir(self) -> Path:
        """The folder of the user's list of sources."""
        return places.local_sources_file().parent


settings = Settings()
