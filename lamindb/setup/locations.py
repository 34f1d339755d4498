"""Where settings and caches are on this machine. Makes no folder until something is written."""

from __future__ import annotations

import os
from pathlib import Path

from lamindb.errors import SettingsNotWritable


def settings_dir() -> Path:
    """The folder of the user's settings: ``LAMIN_SETTINGS_DIR``, else ``~/.lamin``.

    Raises:
        SettingsNotWritable: Nobody knows the user's home folder.
    """
    found = find_settings_dir()
    if found is None:
        msg = "No home folder is known for this user: set LAMIN_SETTINGS_DIR to a folder for the settings of LaminDB."
        raise SettingsNotWritable(msg)
    return found


def find_settings_dir() -> Path | None:
    """The folder of the user's settings, or None if nobody knows the user's home folder."""
    if configured := os.environ.get("LAMIN_SETTINGS_DIR"):
        return Path(configured).expanduser().absolute()
    try:
        return Path.home() / ".lamin"
    except RuntimeError:
        return None


def check_settings_dir() -> Path:
    """The folder of the user's settings, after a look at whether it can be written. Writes nothing.

    Raises:
        SettingsNotWritable: It can't.
    """
    folder = settings_dir()
    existing = nearest_existing(folder)
    if not existing.is_dir() or not os.access(existing, os.W_OK | os.X_OK):
        msg = f"The settings folder {folder} can't be written: set LAMIN_SETTINGS_DIR to a folder that can."
        raise SettingsNotWritable(msg)
    return folder


def nearest_existing(path: Path) -> Path:
    """The path itself, or the nearest of its parents that exists."""
    # `Path.exists` raises where a folder may not be read.
    while not os.path.exists(path) and path != path.parent:  # noqa: PTH110
        path = path.parent
    return path


# -- files ------------------------------------------------------------------------------------------------------------


def prefix() -> str:
    """What file names begin with: the environment of ``LAMIN_ENV``, unless that is ``prod``."""
    environment = os.environ.get("LAMIN_ENV", "prod") or "prod"
    return "" if environment == "prod" else f"{environment}--"


def current_user_file() -> Path:
    """The file of the user who is logged in."""
    return settings_dir() / f"{prefix()}current_user.env"


def user_file(key: str) -> Path:
    """The file of a user, by email or handle."""
    return settings_dir() / f"{prefix()}user--{key}.env"


def current_instance_file() -> Path:
    """The file whose existence says that an instance is loaded."""
    return settings_dir() / f"{prefix()}current_instance.env"


def instance_file(owner: str, name: str) -> Path:
    """The file of an instance."""
    return settings_dir() / f"{prefix()}instance--{owner}--{name}.env"


def instance_files() -> list[Path]:
    """The files of all instances that are known on this machine."""
    folder = find_settings_dir()
    return sorted(folder.glob(f"{prefix()}instance--*--*.env")) if folder else []


def user_config_file() -> Path | None:
    """The file with the user's own choices, whether it exists or not."""
    folder = find_settings_dir()
    return folder / "config.toml" if folder else None


def project_config_file() -> Path | None:
    """The nearest ``lamin.toml`` in the working directory or above it."""
    try:
        start = Path.cwd()
    except FileNotFoundError:
        return None
    candidates = (folder / "lamin.toml" for folder in (start, *start.parents))
    return next((path for path in candidates if path.is_file()), None)


# -- caches -----------------------------------------------------------------------------------------------------------


def default_cache_dir() -> Path:
    """The folder below which this platform keeps caches of lamindb.

    Raises:
        SettingsNotWritable: Nobody knows the user's home folder.
    """
    from platformdirs import user_cache_path

    path: Path = user_cache_path("lamindb", "laminlabs").expanduser()
    if not path.is_absolute():
        msg = "No home folder is known for this user: set LAMIN_CACHE_DIR to a folder for cached objects."
        raise SettingsNotWritable(msg)
    return path
