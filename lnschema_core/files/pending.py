"""What is to be done when an unsaved file or dataset is saved."""

from __future__ import annotations

import weakref
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lamindb.io import transfer

if TYPE_CHECKING:
    from collections.abc import Callable

    from upath import UPath

    from lamindb.io.hashing import FileHash
    from lamindb.types import PathLike
    from lnschema_core.models import FeatureSet, File, Run, Storage


@dataclass(frozen=True)
class Intake:
    """What was found out about the data of a new file; nothing is written to the database or to storage for it.

    Attributes:
        storage: The storage location; not yet saved if it was met for the first time.
        key: The path within the storage location, ``None`` if the file is to be named by its id.
        suffix: The suffix of the data, including the dot.
        source: Where the bytes are, ``None`` for objects that are written on save only.
        memory: The object, ``None`` for paths.
        is_in_place: The bytes lie where they are to stay.
        is_temporary: The source is a file of ours that goes away once it is stored.
        size: Size in bytes.
        hash: Digest of all bytes.
        accessor: The object type that the data is read into.
    """

    storage: Storage
    key: str | None
    suffix: str
    source: PathLike | None
    memory: Any
    is_in_place: bool
    is_temporary: bool
    size: int | None
    hash: FileHash | None
    accessor: str | None


@dataclass
class PendingFile:
    """What saving a file has to do besides its row.

    Attributes:
        source: Where the bytes are that have to be stored, ``None`` if there is nothing to store.
        memory: The object to store, for formats that are written on save only.
        shown_path: What ``file.path`` is until the file is saved, ``None`` for its place in storage.
        is_temporary: The source is to be removed once it is stored.
        stale: The object that a replacement leaves behind.
        feature_sets: Feature sets to link, by slot.
        annotate: What links anything else, called in the transaction that commits the row, once it is there.
    """

    source: PathLike | None = None
    memory: Any = None
    shown_path: UPath | None = None
    is_temporary: bool = False
    stale: UPath | None = None
    feature_sets: dict[str, FeatureSet] = field(default_factory=dict)
    annotate: Callable[[], None] | None = None

    @property
    def has_content(self) -> bool:
        """Whether there are bytes to store."""
        return self.source is not None or self.memory is not None

    @property
    def has_more(self) -> bool:
        """Whether there is more to write than the row."""
        return self.has_content or bool(self.feature_sets) or self.annotate is not None


@dataclass
class PendingDataset:
    """What saving a dataset has to do besides its row.

    Attributes:
        file: The one file, to be saved first.
        files: The several files, ``None`` to leave those that are linked.
        feature_sets: Feature sets to link, by slot.
        annotate: What links anything else, called in the transaction that commits the row, once it is there.
        inputs: Files that become inputs of the run.
        run: The run whose inputs they are.
    """

    file: File | None = None
    files: list[File] | None = None
    feature_sets: dict[str, FeatureSet] = field(default_factory=dict)
    annotate: Callable[[], None] | None = None
    inputs: list[File] = field(default_factory=list)
    run: Run | None = None


def remove_when_forgotten(owner: Any, path: PathLike) -> None:
    """Remove a temporary file or folder when its owner is garbage collected, or at exit."""
    weakref.finalize(owner, transfer.remove, path)
