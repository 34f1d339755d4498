"""The registry of files: data objects in storage."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from lnschema_core.files.former_names import FormerNamesOfFiles
from lnschema_core.history.captured import (
    ID_PREFIX,
    KEY_PREFIX,
    OTHERS,
    FileManager,
    IsShown,
    names_files,
    without_captured,
)
from lnschema_core.models.featureset import FeatureSet
from lnschema_core.models.mixins import Data
from lnschema_core.models.registry import Registry
from lnschema_core.models.run import Run
from lnschema_core.models.storage import Storage
from lnschema_core.models.transform import Transform
from lnschema_core.models.ulabel import ULabel
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id
from lnschema_core.versioning import index_of_later_versions

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Self

    import pandas as pd
    import pyarrow as pa
    from anndata import AnnData
    from mudata import MuData
    from upath import UPath

    from lamindb.types import DataLike, PathLike, StrField
    from lnschema_core.files.pending import PendingFile
    from lnschema_core.models.modality import Modality
    from lnschema_core.query import QuerySet
    from lnschema_core.versioning import Family


class File(Registry, Data, FormerNamesOfFiles):
    """Files: data objects, such as a table, an array or an image, that are stored in one place.

    Args:
        data: A path, a data frame or an ``AnnData`` object.
        key: A name within the storage location, such as ``"myfolder/myfile.csv"``.
        description: A description.
        run: The run that makes the file; by default the current one.
        version: A version.
        is_new_version_of: The previous version.

    Raises:
        FileNotFoundError: The path doesn't exist.
        InvalidKey: The key is empty, absolute or leaves the storage location.
        UnsupportedFormat: It is not known how to store ``data``.
        ValueError: None of key, description and run is given; the key contradicts the place or the format of the data.

    Examples:
        >>> file = ln.File("./myfile.csv", description="My measurements")
        >>> file.save()
    """

    objects: ClassVar[Any] = FileManager()

    search_fields = ("key", "description")
    keeps_count = True

    id = models.CharField(max_length=20, primary_key=True)
    """Universal id: a stem of 18 characters that all versions share, and 2 characters for the version."""
    storage = models.ForeignKey(Storage, models.PROTECT, related_name="files")
    """Storage location that has the file."""
    key = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """Path within the storage location; ``None`` for files that are named by their id."""
    suffix = models.CharField(max_length=30, db_index=True, default=None)
    """Suffix including the dot, which decides how the file is read; ``""`` if there is none."""
    accessor = models.CharField(max_length=64, db_index=True, null=True, default=None)
    """Object type that the file is read into, such as ``DataFrame`` or ``AnnData``."""
    description = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """Description."""
    version = models.CharField(max_length=10, db_index=True, null=True, default=None)
    """Version, such as ``"1"``."""
    size = models.BigIntegerField(null=True, db_index=True)
    """Size in bytes."""
    hash = models.CharField(max_length=86, db_index=True, null=True, default=None)
    """Digest of the content, by which equal content is found."""
    hash_type = models.CharField(max_length=30, db_index=True, null=True, default=None)
    """Algorithm of the digest: ``md5``, ``blake3`` or, of older releases and multipart uploads, ``sha1-fl``, ``md5-n``."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="files", through="FileFeatureSet")
    """Feature sets that the file measures."""
    ulabels = models.ManyToManyField(ULabel, through="FileULabel", related_name="files")
    """Labels of the file."""
    transform = models.ForeignKey(Transform, models.PROTECT, related_name="files", null=True, default=None)
    """Transform that made the file."""
    run = models.ForeignKey(Run, models.PROTECT, related_name="output_files", null=True, default=None)
    """Run that made the file."""
    input_of = models.ManyToManyField(Run, related_name="input_files")
    """Runs that use the file."""
    reproduced_by = models.ManyToManyField(Run, related_name="reproduced_files")
    """Runs that made the same content again, for seeing what they made."""
    initial_version = models.ForeignKey("self", models.PROTECT, null=True, default=None)
    """The first version of the file; ``None`` for the first version itself."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_files")
    """Who created the record."""

    class Meta:
        unique_together = (("storage", "key"),)
        indexes = (
            models.Index(
                fields=["id"],
                name=OTHERS,
                condition=models.Q(key__startswith=KEY_PREFIX) & ~models.Q(id__startswith=ID_PREFIX),
            ),
            index_of_later_versions("file"),
        )

    family: Family | None = None
    """Where the record stands among its versions, until it is saved."""
    pending: PendingFile | None = None
    """What is to be done on save."""
    memory: Any = None
    """The object that the file was made of, which :meth:`load` gives again."""
    made_again_by: Run | None = None
    """The run that made the content of this existing file again, until it is saved."""

    def __init__(
        self,
        data: DataLike | None = None,
        *others: Any,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        version: str | None = None,
        is_new_version_of: File | None = None,
        **unknown: Any,
    ) -> None:
        if others:
            if len(others) + 1 != len(self._meta.concrete_fields):
                msg = "Only one non-keyword arg allowed: data"
                raise ValueError(msg)
            super().__init__(data, *others)
            return
        super().__init__(
            data=data, key=key, description=description, run=run, version=version,
            is_new_version_of=is_new_version_of, **unknown,
        )  # fmt: skip

    def _construct(self, fields: dict[str, Any]) -> None:
        from lnschema_core.files.construction import construct

        construct(self, fields)

    @classmethod
    def filter(cls, **expressions: Any) -> QuerySet[Self]:
        """Query files; those that runs captured are among them only if they are named by id or key.

        Args:
            **expressions: Fields and values in Django's query syntax, such as ``suffix=".parquet"``; none for all files.

        Returns:
            A query set, evaluated when needed.

        Raises:
            django.core.exceptions.FieldError: A field doesn't exist.
        """
        files = super().filter(**expressions)
        return files if names_files(expressions) else without_captured(files)

    @classmethod
    def is_shown(cls, foreign_key: str) -> models.Q:
        """The condition on rows with a foreign key to a file that no run captured the file."""
        return models.Q(IsShown(foreign_key))

    # -- further ways to make files -----------------------------------------------------------------------------------

    @classmethod
    def from_df(
        cls,
        df: pd.DataFrame | pa.Table,
        field: StrField | None = None,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        modality: Modality | None = None,
        version: str | None = None,
        is_new_version_of: File | None = None,
    ) -> File:
        """Make a file of a data frame, and link its column names as features.

        Args:
            df: The frame, or a table of Arrow; stored as parquet.
            field: The registry field that has the column names; by default ``Feature.name``.
            key: A name within the storage location.
            description: A description.
            run: The run that makes the file; by default the current one.
            modality: The kind of measurement of the features.
            version: A version.
            is_new_version_of: The previous version.
        """
        from lnschema_core.files.annotated import file_from_df

        return file_from_df(
            df, field, key=key, description=description, run=run, modality=modality, version=version,
            is_new_version_of=is_new_version_of,
        )  # fmt: skip

    @classmethod
    def from_anndata(
        cls,
        adata: AnnData | PathLike,
        field: StrField | None = None,
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        modality: Modality | None = None,
        version: str | None = None,
        is_new_version_of: File | None = None,
    ) -> File:
        """Make a file of an ``AnnData`` object, and link its variables and the columns of ``obs`` as features.

        Args:
            adata: The object, or a path to one.
            field: The registry field that has the names of variables, such as ``lb.Gene.symbol``.
            key: A name within the storage location.
            description: A description.
            run: The run that makes the file; by default the current one.
            modality: The kind of measurement of the variables.
            version: A version.
            is_new_version_of: The previous version.

        Raises:
            TypeError: ``field`` is missing or no field reference.
        """
        from lnschema_core.files.annotated import file_from_anndata

        return file_from_anndata(
            adata, field, key=key, description=description, run=run, modality=modality, version=version,
            is_new_version_of=is_new_version_of,
        )  # fmt: skip

    @classmethod
    def from_mudata(
        cls,
        mdata: MuData | PathLike,
        field: StrField | Mapping[str, StrField],
        key: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        version: str | None = None,
        is_new_version_of: File | None = None,
    ) -> File:
        """Make a file of a ``MuData`` object, and link the variables and the columns of ``obs`` of its modalities as features.

        The slots are ``rna/var`` and ``rna/obs`` for a modality called ``rna``, and ``obs`` for what the modalities share.

        Args:
            mdata: The object, or a path to one.
            field: The registry field that has the names of variables, or a field per modality.
            key: A name within the storage location.
            description: A description.
            run: The run that makes the file; by default the current one.
            version: A version.
            is_new_version_of: The previous version.

        Raises:
            TypeError: ``field`` is no field reference.
            ValueError: There is no such modality.
        """
        from lnschema_core.files.multimodal import file_from_mudata

        return file_from_mudata(
            mdata,
            field,
            key=key,
            description=description,
            run=run,
            version=version,
            is_new_version_of=is_new_version_of,
        )

    @classmethod
    def from_dir(cls, path: PathLike, key: str | None = None, *, run: Run | None = None) -> list[File]:
        """Make a file of every file in a folder, including its subfolders.

        Args:
            path: The folder.
            key: What the keys of the files start with; by default the place or the name of the folder.
            run: The run that makes the files; by default the current one.

        Returns:
            Unsaved files, one per content; save them with ``ln.save(files)``.

        Raises:
            FileNotFoundError: The folder doesn't exist.
        """
        from lnschema_core.files.folders import files_from_folder

        return files_from_folder(path, key, run=run)

    # -- storing ------------------------------------------------------------------------------------------------------

    @property
    def path(self) -> UPath:
        """Where the content is: the source of an unsaved file, else its place in storage."""
        from lnschema_core.files.places import shown_path

        return shown_path(self)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the content, then commit the record with its links: bytes first, row last.

        Raises:
            StorageError: The content can't be stored; nothing is visible then.
            IntegrityError: Another file of the storage location has the key, and other content.
            NotStorable: Somebody has deleted the file with its content meanwhile.
        """
        from lnschema_core.files.saving import save_file

        save_file(self, *args, **kwargs)

    def _do_insert(self, *args: Any, **kwargs: Any) -> Any:
        """Insert the row; Django does so too where it finds none to update."""
        if not self._state.adding:
            from lnschema_core.files.saving import refuse_lost_content

            refuse_lost_content(self)
        return super()._do_insert(*args, **kwargs)  # type: ignore[misc] # no stub has it

    def replace(self, data: DataLike, run: Run | None = None, format: str | None = None) -> None:  # noqa: A002 - the API of 0.54
        """Replace the content; it takes effect on :meth:`save`.

        Args:
            data: A path, a data frame or an ``AnnData`` object.
            run: The run that makes the new content; by default the current one.
            format: The format in which to store an ``AnnData`` object.
        """
        from lnschema_core.files.replacement import replace

        replace(self, data, run=run, format=format)

    def delete(self, storage: bool | None = None, *, permanent: bool = False) -> None:  # type: ignore[override] # noqa: FBT001 - the API of 0.54
        """Delete the record, and its content if wanted. Both can be restored until the trash is purged; see ``ln.trash``.

        Args:
            storage: Whether to delete the content, too; by default you are asked.
            permanent: Delete for good, without the trash.

        Raises:
            EOFError: Nobody can answer, such as in a job: pass ``storage``.
            ProtectedError: Something else refers to the file, such as the dataset that it is all of, or a later version.
            TypeError: ``storage`` is neither true nor false.
        """
        from lnschema_core.files.deletion import delete_file

        delete_file(self, storage=storage, permanent=permanent)

    # -- reading ------------------------------------------------------------------------------------------------------

    def load(self, is_run_input: bool | None = None, stream: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - the API of 0.54
        """Load the file into memory.

        Args:
            is_run_input: Whether to record the file as an input of the current run; by default if it isn't its output.
            stream: Read from cloud storage without a local copy, where the format allows it.
            **kwargs: Passed on to the reader of the format. ``allow_large=True`` reads also what would unpack to far more than data
                usually do, ``allow_pickle=True`` what may run code.

        Returns:
            A data frame, an ``AnnData`` object or, for formats without a reader, the local path. What was just saved from memory is
            the same object again, unless there are keywords for the reader.

        Raises:
            FileNotFoundError: The object isn't there any more.
            DigestMismatch: What is in cloud storage isn't what was registered.
            MissingExtra: The reader isn't installed; the message has the line that installs it.
            UnreadableFile: The content isn't what the suffix says, or would unpack to far more than data usually do.
        """
        from lnschema_core.files.reading import load

        return load(self, is_run_input=is_run_input, stream=stream, **kwargs)

    def stage(self, is_run_input: bool | None = None) -> Path:  # noqa: FBT001 - the API of 0.54
        """Make the file available locally.

        Args:
            is_run_input: Whether to record the file as an input of the current run; by default if it isn't its output.

        Returns:
            The path in local storage, or of a verified copy in the cache.

        Raises:
            DigestMismatch: What is in cloud storage isn't what was registered.
            FileNotFoundError: The object isn't there any more.
            RuntimeError: The file is a zarr store, which is a folder of many objects.
        """
        from lnschema_core.files.reading import stage

        return stage(self, is_run_input=is_run_input)

    def backed(self, is_run_input: bool | None = None) -> Any:  # noqa: FBT001 - the API of 0.54
        """Open the file for reading parts of it.

        Args:
            is_run_input: Whether to record the file as an input of the current run; by default if it isn't its output.

        Returns:
            An accessor of an ``AnnData`` object, of another HDF5 file or of a zarr group; or of a table, which pandas, polars,
            pyarrow and DuckDB read as far as they need it.

        Raises:
            FileNotFoundError: The object isn't there any more.
            ValueError: The suffix is none of ``.h5 .hdf5 .h5ad .zrad .zarr``, and none of tables: ``.parquet .feather .csv .tsv
                .jsonl``, compressed or not.
        """
        from lnschema_core.files.reading import backed

        return backed(self, is_run_input=is_run_input)

    @classmethod
    def view_tree(
        cls,
        path: PathLike | None = None,
        *,
        level: int = -1,
        limit_to_directories: bool = False,
        length_limit: int = 1000,
    ) -> None:
        """Print the tree of registered files of the default storage location, or of all files of a folder.

        Args:
            path: A folder; by default the storage location.
            level: How deep to go, -1 for no limit.
            limit_to_directories: Show folders only.
            length_limit: How many lines to print at most.

        Raises:
            NotADirectoryError: The path is that of no folder.
            TypeError: An argument is of another type.
            ValueError: A number is too small.
        """
        from lnschema_core.files.tree import print_tree

        print_tree(path, level=level, limit_to_directories=limit_to_directories, length_limit=length_limit)

    _repr_html_ = Data._repr_html_  # what it measures and how it is labelled, rather than the fields only
