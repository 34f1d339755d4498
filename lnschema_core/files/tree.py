"""Printing the tree of files in storage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb import log, setup
from lamindb.arguments import check_amount, check_truth
from lamindb.io import listing, paths, trees
from lamindb.text.escaping import escaped
from lnschema_core.catalogue import core_registry

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike


def print_tree(path: PathLike | None, *, level: int, limit_to_directories: bool, length_limit: int) -> None:
    """Print a tree; see ``File.view_tree``."""
    check_amount("level", level, least=-1)
    check_amount("length_limit", length_limit)
    check_truth("limit_to_directories", limit_to_directories)
    name, keys = _registered_keys() if path is None else _keys_below(path)
    text = trees.render_tree(
        [*map(escaped, keys)],
        name=escaped(name),
        level=level,
        limit_to_directories=limit_to_directories,
        length_limit=length_limit,
    )
    log.plain(text)


def _registered_keys() -> tuple[str, list[str]]:
    storage = setup.settings.storage
    rows = core_registry("File").filter(storage_id=storage.id).values_list("id", "key", "suffix")
    keys = [paths.auto_key(id_, suffix) if key is None else key for id_, key, suffix in rows]
    return _name_of(storage.root), sorted(keys)


def _keys_below(path: PathLike) -> tuple[str, list[str]]:
    if not paths.is_path(path):
        msg = f"path has to be a folder, not {path!r:.80}"
        raise TypeError(msg)
    folder = paths.to_path(path)
    if not folder.is_dir():
        msg = f"{folder} is no folder"
        raise NotADirectoryError(msg)
    return _name_of(folder), sorted(listing.files_below(folder))


def _name_of(folder: UPath) -> str:
    """The name of a folder, or of a bucket."""
    return folder.name or paths.name_of(str(folder))
