"""The table of formats, and what it says about suffixes and objects. Imports no library to answer."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import PurePath, PurePosixPath
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InvalidKey, MissingExtra, UnsupportedFormat
from lamindb.io.formats.table_row import Format
from lamindb.io.paths import last_suffix_of, suffix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

ENTRY_POINTS = "lamindb.formats"
"""The group of entry points; each leads to a :class:`Format` or to several."""

_FAMILIES = ("tables", "anndata", "zarr", "soma", "loom", "matrix_market", "multimodal", "flow", "images", "fallback")


def all_formats() -> tuple[Format, ...]:
    """All formats; where two have the same suffix, the first counts, and ours come first."""
    return *own_formats(), *foreign_formats()


@cache
def format_of_suffix(suffix: str) -> Format | None:
    """The format of a suffix, of its last part if the whole isn't known; None if nobody knows it."""
    suffix = suffix.lower()
    return _find(suffix) or _find(PurePosixPath(f"name{suffix}").suffix)


def _find(suffix: str) -> Format | None:
    # entry points are only searched for what isn't ours, since that reads the metadata of all that is installed
    return _by_suffix(own_formats()).get(suffix) or _by_suffix(foreign_formats()).get(suffix)


@cache
def _by_suffix(formats: tuple[Format, ...]) -> dict[str, Format]:
    return {suffix: row for row in reversed(formats) for suffix in row.suffixes}


def format_of_object(value: object) -> Format | None:
    """The format in which an object is stored by default, or None if objects of its type can't be stored."""
    return next(formats_of_object(value), None)


def formats_of_object(value: object) -> Iterator[Format]:
    """The formats in which an object can be stored, the default first."""
    # by name: to ask whether something is an AnnData must not import anndata
    names = {f"{kind.__module__.partition('.')[0]}.{kind.__qualname__}" for kind in type(value).__mro__}
    sources = (own_formats, foreign_formats)
    return (row for formats in sources for row in formats() if row.object_type in names and row.writer)


def is_installed(row: Format) -> bool:
    """Whether all that a format needs can be imported."""
    return all(find_spec(module) for module in row.requires)


def require(row: Format) -> None:
    """Check that all that a format needs can be imported.

    Raises:
        MissingExtra: Something isn't installed; the message has the line that installs it.
    """
    missing = [module for module in row.requires if not find_spec(module)]
    if missing:
        msg = f"{row.name} files need {', '.join(missing)}, which is not installed: pip install '{row.install}'"
        raise MissingExtra(msg)


# -- what objects and paths are ---------------------------------------------------------------------------------------


def suffix_of_object(value: object, *, format: str | None = None, key: str | None = None) -> str:  # noqa: A002 - users' word
    """The suffix under which an object is stored.

    Args:
        value: A DataFrame, an AnnData, or an object that a third party's format stores.
        format: Which of several formats, as a suffix without dot.
        key: The key that was chosen; its suffix decides if ``format`` doesn't, and must fit.

    Raises:
        UnsupportedFormat: Objects of this type can't be stored.
        ValueError: The type can't be stored in that format.
        InvalidKey: The suffix of the key doesn't fit.
    """
    rows = list(formats_of_object(value))
    if not rows:
        msg = f"Do not know how to create a file object from {value!s:.200}, pass a filepath instead!"
        raise UnsupportedFormat(msg)
    suffix = _choose(rows, type(value).__name__, format, key)
    key_suffix = suffix if key is None else suffix_of(key, what="key").suffix
    if key_suffix != suffix:
        msg = f"The suffix '{key_suffix}' of the provided key is incorrect, it should be '{suffix}'."
        raise InvalidKey(msg)
    return suffix


def _choose(rows: list[Format], name: str, format: str | None, key: str | None) -> str:  # noqa: A002 - as above
    suffixes = [suffix for row in rows for suffix in row.suffixes]
    chosen = format or (suffix_of(key).suffix.removeprefix(".") if key else "")
    if len(suffixes) == 1 or not chosen:
        return suffixes[0]
    if f".{chosen}" not in suffixes:
        offered = [suffix for row in rows if not row.on_request for suffix in row.suffixes]
        *others, last = [f"'{suffix.removeprefix('.')}'" for suffix in offered]
        msg = (
            f"Error when specifying {name} storage format, it should be {', '.join(others)} or {last}, not '{chosen}'."
            " Check 'format' or the suffix of 'key'."
        )
        raise ValueError(msg)
    return f".{chosen}"


def accessor_of(data: object) -> str | None:
    """As what an object or a path is loaded: ``"DataFrame"``, ``"AnnData"``, ``"MuData"``, or None if that is open."""
    if not isinstance(data, str | PurePath) and not hasattr(data, "protocol"):
        row = format_of_object(data)
        return row.accessor if row else None
    last = last_suffix_of(data)  # type: ignore[arg-type]
    row = format_of_suffix(last) if last else None
    return row.accessor if row and row.accessor_from_path and is_installed(row) else None


# -- filling the table ------------------------------------------------------------------------------------------------


@cache
def own_formats() -> tuple[Format, ...]:
    """The formats that come with this package."""
    families = (import_module(f"lamindb.io.formats.{family}").FORMATS for family in _FAMILIES)
    return tuple(row for family in families for row in family)


@cache
def foreign_formats() -> tuple[Format, ...]:
    """The formats of third parties; one that can't be imported is named in a warning and left out."""
    from importlib.metadata import entry_points

    formats: list[Format] = []
    for entry in entry_points(group=ENTRY_POINTS):
        try:
            declared = entry.load()
        except Exception as error:  # noqa: BLE001 - a broken plug-in must not keep others from working
            log.warning(f"the formats of '{entry.value}' are not available: {type(error).__name__}: {error}")
        else:
            formats += [declared] if isinstance(declared, Format) else declared
    return tuple(formats)


def resolve(address: str) -> Any:
    """Import ``"module:function"``."""
    module, _, name = address.partition(":")
    return getattr(import_module(module), name)
