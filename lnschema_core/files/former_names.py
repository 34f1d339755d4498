"""The private attributes by which code of the 0.54 days looks at unsaved files and datasets.

What is to be done on save is in one place, ``pending``; these are views of it. As in 0.54, those about the content are gone
once it is stored. The local source alone can be set, which is how notebooks let an upload fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io import paths
from lnschema_core.annotation.slots import feature_sets_by_slot, pending_feature_sets
from lnschema_core.files import places

if TYPE_CHECKING:
    from upath import UPath

    from lamindb.types import PathLike
    from lnschema_core.files.pending import PendingDataset, PendingFile
    from lnschema_core.models import FeatureSet, File


class FormerNames:
    """What files and datasets have in common."""

    pending: Any

    @property
    def _feature_sets(self) -> dict[str, FeatureSet]:
        """The feature sets by slot, those to be linked on save if it isn't saved yet."""
        host: Any = self
        return feature_sets_by_slot(host) if self.pending is None else pending_feature_sets(host)


class FormerNamesOfFiles(FormerNames):
    """Where the content of an unsaved file is."""

    pending: PendingFile | None
    memory: Any

    @property
    def _local_filepath(self) -> UPath | None:
        """The local source of the content."""
        source = self._source("_local_filepath")
        return source if source is not None and paths.is_local(source) else None

    @_local_filepath.setter
    def _local_filepath(self, path: PathLike) -> None:
        pending = self._unsaved("_local_filepath")
        pending.source = pending.shown_path = paths.to_path(path)

    @property
    def _cloud_filepath(self) -> UPath | None:
        """The source of content that lies in the cloud."""
        source = self._source("_cloud_filepath")
        return source if source is not None and not paths.is_local(source) else None

    @property
    def _memory_rep(self) -> Any:
        """The object that the file was made of."""
        return self.memory

    @property
    def _to_store(self) -> bool:
        """Whether the content has to be copied on save."""
        return self._unsaved("_to_store").has_content

    def _source(self, name: str) -> UPath | None:
        file: Any = self
        pending = self._unsaved(name)
        return pending.shown_path if pending.has_content else places.path_in_storage(file)

    def _unsaved(self, name: str) -> PendingFile:
        if self.pending is None:
            msg = f"a file whose content is stored has no attribute '{name}': use `file.path`"
            raise AttributeError(msg)
        return self.pending


class FormerNamesOfDatasets(FormerNames):
    """What an unsaved dataset is made of."""

    pending: PendingDataset | None

    @property
    def _files(self) -> list[File] | None:
        """The files of a dataset of several files."""
        dataset: Any = self
        if self.pending is not None and self.pending.files is not None:
            return self.pending.files
        return None if dataset.file is not None else dataset.files.list()
