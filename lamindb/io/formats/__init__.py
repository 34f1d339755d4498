"""Which objects and suffixes are read and written by what.

Every format is one row of a table: ours are declared in the modules of this package, those of third parties through
entry points of the group ``lamindb.formats``. A row has the address of its reader and writer, so that no library is
imported before it is needed.

Loading never runs what is in a file: formats that could need ``allow_pickle=True``.
"""

from __future__ import annotations

from lamindb.io.formats.registry import (
    ENTRY_POINTS,
    accessor_of,
    all_formats,
    format_of_object,
    format_of_suffix,
    is_installed,
    suffix_of_object,
)
from lamindb.io.formats.table_row import Format
from lamindb.io.formats.verbs import companions, load, size_in_memory, write
from lamindb.io.paths import KNOWN_SUFFIXES

__all__ = [
    "ENTRY_POINTS",
    "KNOWN_SUFFIXES",
    "Format",
    "accessor_of",
    "all_formats",
    "companions",
    "format_of_object",
    "format_of_suffix",
    "is_installed",
    "load",
    "size_in_memory",
    "suffix_of_object",
    "write",
]
