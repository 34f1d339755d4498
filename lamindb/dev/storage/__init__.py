"""Objects in storage: reading, writing, sizes, paths."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    "AnnDataAccessor": "lamindb.io.accessors:AnnDataAccessor",
    "BackedAccessor": "lamindb.io.accessors:BackedAccessor",
    "UPath": "lamindb.io.path_class:UPath",
    "LocalPathClasses": "lamindb.dev.storage.file:LocalPathClasses",
    "backed_access": "lamindb.dev.storage.file:backed_access",
    "delete_storage": "lamindb.io.transfer:delete_storage",
    "infer_filesystem": "lamindb.io.storage:infer_filesystem",
    "infer_suffix": "lamindb.dev.storage.file:infer_suffix",
    "load_to_memory": "lamindb.dev.storage.file:load_to_memory",
    "size_adata": "lamindb.io.formats.anndata:size_adata",
    "store_object": "lamindb.dev.storage.file:store_object",
    "write_to_file": "lamindb.dev.storage.file:write_to_file",
    "file": "lamindb.dev.storage.file",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.dev.storage import file
    from lamindb.dev.storage.file import (
        LocalPathClasses,
        backed_access,
        infer_suffix,
        load_to_memory,
        store_object,
        write_to_file,
    )
    from lamindb.io.accessors import AnnDataAccessor, BackedAccessor
    from lamindb.io.formats.anndata import size_adata
    from lamindb.io.path_class import UPath
    from lamindb.io.storage import infer_filesystem
    from lamindb.io.transfer import delete_storage

__all__ = [
    "AnnDataAccessor",
    "BackedAccessor",
    "LocalPathClasses",
    "UPath",
    "backed_access",
    "delete_storage",
    "file",
    "infer_filesystem",
    "infer_suffix",
    "load_to_memory",
    "size_adata",
    "store_object",
    "write_to_file",
]
