"""Where sample files are made, and where the packaged ones are."""

from __future__ import annotations

from pathlib import Path

PACKAGED = Path(__file__).parent / "files"
"""Files that come with the distribution."""


def folder_for(*, in_storage_root: bool) -> Path:
    """The root of the default storage location, which has to be local, or the working directory."""
    if not in_storage_root:
        return Path.cwd()
    from lamindb.setup import settings

    return Path(settings.storage.root_as_str)
