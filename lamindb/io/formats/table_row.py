"""What is known about a format."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """A file format: what it is called, how it is recognised, and what reads and writes it."""

    name: str
    """A short name for messages."""
    suffixes: tuple[str, ...]
    """The suffixes of its files, lower case, with dot; the first is the default for writing."""
    reader: str | None = None
    """``"module:function"``, called with a path and keywords; None if only the path is handed out."""
    writer: str | None = None
    """``"module:function"``, called with an object and a local path."""
    object_type: str | None = None
    """``"package.Class"`` of the objects that are written in this format."""
    accessor: str | None = None
    """What a record of such an object says that it is loaded as."""
    accessor_from_path: bool = False
    """Whether a file says so, too, by its suffix alone."""
    is_folder: bool = False
    """Whether an object is a folder of many files."""
    can_execute: bool = False
    """Whether content may be code; the reader then takes ``allow_pickle``, and refuses or returns the path without."""
    on_request: bool = False
    """Whether objects are written so only if somebody asks for it by name."""
    companions: str | None = None
    """``"module:function"``, called with the name of a file; the names that files beside it may have which belong to it."""
    requires: tuple[str, ...] = ()
    """The modules that reader and writer need beyond those that are always installed."""
    install: str = ""
    """What to hand to ``pip install`` to get them, such as ``"lamindb[fcs]"``."""
