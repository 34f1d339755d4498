"""Reading and writing by suffix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.errors import LaminError, UnreadableFile, UnsupportedFormat
from lamindb.io.formats import unpacking
from lamindb.io.formats.registry import format_of_object, format_of_suffix, formats_of_object, require, resolve
from lamindb.io.paths import as_local, is_local, suffix_of
from lamindb.io.placing import discard, explaining, make_folder

if TYPE_CHECKING:
    from pathlib import Path

    from upath import UPath

    from lamindb.io.formats.table_row import Format


def load(
    path: Path | UPath,
    suffix: str | None = None,
    *,
    allow_pickle: bool = False,
    allow_large: bool = False,
    **kwargs: Any,
) -> Any:
    """Read an object into memory.

    Args:
        path: Where it is: a local path, or the path of a cloud object if the format can be streamed.
        suffix: The suffix that decides how it is read; by default that of the path.
        allow_pickle: Whether content may be unpickled, which runs whatever code is in it.
        allow_large: Whether content may unpack to more than a gigabyte and to hundreds of times its size.
        **kwargs: Passed on to the reader.

    Returns:
        The object, or the path if nothing reads it.

    Raises:
        FileNotFoundError: There is nothing at the path.
        UnreadableFile: The file is damaged, or isn't what its suffix says.
        MissingExtra: An optional dependency is not installed.
    """
    row = format_of_suffix(suffix_of(path).suffix if suffix is None else suffix)
    if row is None or row.reader is None:
        return path
    require(row)
    permission = {"allow_pickle": allow_pickle} if row.can_execute else {}
    reader = resolve(row.reader)
    local = as_local(path)
    if local is not None:
        local.stat()  # some readers take the name of a missing file for its content
    try:
        with unpacking.allowing(any_size=allow_large):
            return reader(path, **permission, **kwargs)
    except (LaminError, FileNotFoundError, PermissionError, TypeError):
        raise
    except Exception as error:
        # libraries raise whatever they like when a file isn't what they expect
        told = str(error).partition("\n")[0] or type(error).__name__
        msg = f"{path} can't be read as {row.name}: {told}"
        raise UnreadableFile(msg) from error


def companions(name: str, suffix: str) -> list[str]:
    """The names that files beside a file may have, without which it isn't read as a whole."""
    row = format_of_suffix(suffix)
    return [] if row is None or row.companions is None else resolve(row.companions)(name)


def write(value: object, path: Path, suffix: str | None = None) -> None:
    """Write an object to a local path.

    The object is not modified, and nothing is left at the path if it can't be written.

    Args:
        value: The object.
        path: Where to write; a file that is there is replaced.
        suffix: The suffix that decides how it is written; by default that of the path.

    Raises:
        UnsupportedFormat: Objects of this type can't be written with this suffix.
        MissingExtra: An optional dependency is not installed.
        StorageError: The path can't be written.
    """
    if not is_local(path):
        msg = f"{path} is in the cloud: write to a local path, then store that"
        raise UnsupportedFormat(msg)
    row = _format_for_writing(value, suffix_of(path).suffix if suffix is None else suffix)
    require(row)
    with explaining(path):
        make_folder(path.parent)
        try:
            resolve(str(row.writer))(value, path)
        except BaseException:
            discard(path)
            raise


def _format_for_writing(value: object, suffix: str) -> Format:
    for row in formats_of_object(value):
        if suffix.lower() in row.suffixes:
            return row
    msg = f"{type(value).__name__} objects can't be written as '{suffix}' files"
    raise UnsupportedFormat(msg)


def size_in_memory(value: Any) -> int:
    """About how many bytes an object has in memory."""
    kind = format_of_object(value)
    if kind and kind.accessor == "AnnData":
        return int(resolve("lamindb.io.formats.anndata:size_adata")(value))
    if hasattr(value, "memory_usage"):
        return int(value.memory_usage(deep=True).sum())
    return int(value.nbytes) if hasattr(value, "nbytes") else int(value.__sizeof__())
