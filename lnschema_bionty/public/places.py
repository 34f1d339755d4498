"""Where the data of a source may be: in this package, in an installed one, in the cache. Makes no folder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lamindb.setup.layers import cache_root
from lamindb.setup.locations import settings_dir

if TYPE_CHECKING:
    from lnschema_bionty.public.source import Source

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"
PACKAGE = "package:"


def cache_dir() -> Path:
    """The folder of what was fetched and parsed.

    Raises:
        SettingsNotWritable: Nobody knows the user's home folder.
    """
    return cache_root() / "bionty"


def local_sources_file() -> Path:
    """The file with the user's own sources, whether it exists or not."""
    return settings_dir() / "bionty" / "versions" / "sources_local.yaml"


def choices_file() -> Path:
    """The file with the versions that the user chose, whether it exists or not."""
    return settings_dir() / "bionty" / "versions" / "sources_chosen.yaml"


def snapshot_path(source: Source) -> Path:
    """Where the table of a source is if it comes with this package."""
    return SNAPSHOTS / source.table_name


def cached_table_path(source: Source) -> Path:
    """Where the table of a source is once it was parsed."""
    return cache_dir() / source.table_name


def cached_file_path(source: Source) -> Path:
    """Where the file of a source is once it was fetched."""
    return cache_dir() / source.file_name


def packaged_path(source: Source) -> Path | None:
    """The file of a source that comes with another package, or None if that isn't installed."""
    package, _, name = source.url.removeprefix(PACKAGE).partition("/")
    spec = find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    path = Path(folders[0], name) if folders else None
    return path if path and path.exists() else None


def misses_package(source: Source) -> bool:
    """Whether the source is a file of a package that isn't installed."""
    return source.url.startswith(PACKAGE) and packaged_path(source) is None


def is_at_hand(source: Source) -> bool:
    """Whether the table can be had without a network."""
    if snapshot_path(source).exists() or cached_table_path(source).exists():
        return True
    if source.url.startswith("file:"):
        return Path(url2pathname(urlsplit(source.url).path)).exists()
    return source.url.startswith(PACKAGE) and not misses_package(source)
