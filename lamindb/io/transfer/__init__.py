"""Moving bytes: store, fetch, move, remove.

Everything that arrives is written under a temporary name, compared with the digest that was announced, made durable,
and only then given its final name: at every instant there are all bytes under the final name, or nothing.
"""

from __future__ import annotations

from lamindb.io.transfer.fetching import fetch
from lamindb.io.transfer.files import store_as_worker, store_file
from lamindb.io.transfer.folders import store_tree
from lamindb.io.transfer.moving import delete_storage, move, remove, remove_object, store_object
from lamindb.io.transfer.uploads import Upload, begin_upload

__all__ = [
    "Upload",
    "begin_upload",
    "delete_storage",
    "fetch",
    "move",
    "remove",
    "remove_object",
    "store_as_worker",
    "store_file",
    "store_object",
    "store_tree",
]
