"""The settings of a session, ``ln.settings``.

Lives below the registries because they ask it; needs no instance until ``storage`` is asked for.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Iterator

    from upath import UPath

    from lamindb.io.workers import Executor
    from lamindb.types import PathLike

_OUTSIDE: Any = object()

_scoped: ContextVar[Executor | None] = ContextVar("executor of a block")


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

    def __init__(self) -> None:
        self._executor: Executor | None = None

    @property
    def executor(self) -> Executor | None:
        """Whose workers read files that are registered in bulk or checked, and store those that are saved in bulk.

        A client of Dask, or any ``concurrent.futures.Executor``. What is assigned within :func:`compute` holds as long as that.
        """
        return _scoped.get(self._executor)

    @executor.setter
    def executor(self, value: Executor | None) -> None:
        _check_executor(value)
        if _scoped.get(_OUTSIDE) is _OUTSIDE:
            self._executor = value
        else:
            _scoped.set(value)

    @property
    def storage(self) -> UPath:
        """The root of the default storage location; assign a path, or a tuple of a path and fsspec options, to switch."""
        from lamindb import setup

        return setup.settings.storage.root

    @storage.setter
    def storage(self, value: PathLike | tuple[PathLike, dict[str, Any]]) -> None:
        from lamindb import setup

        root, options = _root_and_options(value)
        setup.set.storage(root, **options)

    @property
    def verbosity(self) -> int:
        """How much is told: 0 errors, 1 warnings, 2 successes, 3 information, 4 hints, 5 everything; or these words."""
        return log.verbosity()

    @verbosity.setter
    def verbosity(self, value: int | str) -> None:
        log.set_verbosity(value)

    if not TYPE_CHECKING:  # type checkers know the settings, unless there is a method for all names

        def __setattr__(self, name: str, value: Any) -> None:
            """Set an attribute; a misspelt name, which changes nothing, is pointed out, since notebooks may have one of an older release."""
            if not name.startswith("_") and not hasattr(type(self), name):
                log.warning(
                    f"there is no setting {name!r}, so this changes nothing: there are {', '.join(sorted(_names()))}"
                )
            super().__setattr__(name, value)

    def __repr__(self) -> str:
        names = [name for name in _names() if name not in ("storage", "verbosity")]
        lines = [f"- {name}: {getattr(self, name)!r}" for name in [*names, "verbosity"]]
        return "\n".join(["Settings", *lines])


def _names() -> list[str]:
    return [name for name in vars(Settings) if not name.startswith("_")]


settings = Settings()


@contextmanager
def compute(executor: Executor | None) -> Iterator[None]:
    """Let the workers of an executor read and store files within the block, in this thread or task only.

    Args:
        executor: A client of Dask, or a ``concurrent.futures.Executor``; it stays open. ``None`` lets this process do everything.

    Raises:
        TypeError: It is neither.

    Examples:
        >>> with ln.compute(distributed.Client("tcp://scheduler:8786")):
        ...     criteria.validate(dataset)
    """
    _check_executor(executor)
    token = _scoped.set(executor)
    try:
        yield
    finally:
        _scoped.reset(token)


def _root_and_options(value: Any) -> tuple[PathLike, dict[str, Any]]:
    match value:
        case (root, dict(options)):
            return root, options
        case tuple():
            msg = f"a storage location is a path, or a tuple of a path and a dictionary of options, not {value!r:.80}"
            raise TypeError(msg)
        case _:
            return value, {}


def _check_executor(value: Any) -> None:
    if value is not None and not callable(getattr(value, "submit", None)):
        msg = (
            "workers are those of a client of Dask or of a concurrent.futures.Executor: pass distributed.Client(…) or "
            f"ProcessPoolExecutor(…), not {value!r:.80}"
        )
        raise TypeError(msg)
