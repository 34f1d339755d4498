"""The settings of a session, ``ln.settings``.

Lives below the registries because they ask it; needs no instance until ``storage`` is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.io.workers import Executor
    from lamindb.types import PathLike


class Settings:
    """How LaminDB behaves in this session."""

    upon_file_create_if_hash_exists: str = "warn_return_existing"
    """What a new file does whose content is registered: ``warn_return_existing``, ``warn_create_new`` or ``error``."""

    upon_file_create_skip_size_hash: bool = False
    """Register files without size and hash, and so without a check for duplicates."""

    upon_create_search_names: bool = True
    """Look for records of the same or a similar name in constructors."""

    track_run_inputs: bool = True
    """Record files and datasets that are loaded within a run as its inputs."""

    executor: Executor | None = None
    """Who reads files that are registered in bulk or checked, and stores those that are saved in bulk: the workers of an executor or of
    a client of Dask."""

    @property
    def storage(self) -> UPath:
        """The root of the default storage location; assign a path, or a tuple of a path and fsspec options, to switch."""
        from lamindb import setup

        return setup.settings.storage.root

    @storage.setter
    def storage(self, value: PathLike | tuple[PathLike, dict[str, Any]]) -> None:
        from lamindb import setup

        root, options = value if isinstance(value, tuple) else (value, {})
        setup.set.storage(root, **options)

    @property
    def verbosity(self) -> int:
        """How much is told: 0 errors, 1 warnings, 2 successes, 3 information, 4 hints, 5 everything; or these words."""
        return log.verbosity()

    @verbosity.setter
    def verbosity(self, value: int | str) -> None:
        log.set_verbosity(value)

    def __repr__(self) -> str:
        names = [name for name in vars(Settings) if not name.startswith("_") and name not in ("storage", "verbosity")]
        lines = [f"- {name}: {getattr(self, name)!r}" for name in [*names, "verbosity"]]
        return "\n".join(["Settings", *lines])


settings = Settings()
