"""The registry of datasets: data in one or several files, described as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lnschema_core import ids
from lnschema_core.files.former_names import FormerNamesOfDatasets
from lnschema_core.files.handing_over import HandsOverData
from lnschema_core.models.featureset import FeatureSet
from lnschema_core.models.file import File
from lnschema_core.models.mixins import Data
from lnschema_core.models.registry import Registry
from lnschema_core.models.run import Run
from lnschema_core.models.transform import Transform
from lnschema_core.models.ulabel import ULabel
from lnschema_core.models.user import User
from lnschema_core.users import current_user_id
from lnschema_core.versioning import index_of_later_versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd
    import pyarrow as pa
    from anndata import AnnData
    from mudata import MuData

    from lamindb.types import DataLike, PathLike, StrField
    from lnschema_core.files.pending import PendingDataset
    from lnschema_core.models.modality import Modality
    from lnschema_core.versioning import Family


class Dataset(Registry, Data, HandsOverData, FormerNamesOfDatasets):
    """Datasets: data of one or several files, described as a whole.

    Args:
        data: A data frame, an ``AnnData`` object, a saved file, or a sequence of saved files.
        name: A name.
        description: A description.
        reference: An external reference, such as a url.
        reference_type: What kind of reference.
        run: The run that makes the dataset; by default the current one.
        version: A version.
        is_new_version_of: The previous version.

    Raises:
        TypeError: The name is missing.
        ValueError: A file isn't saved, files have equal content, or the kind of data can't make a dataset.

    Examples:
        >>> dataset = ln.Dataset(df, name="Immune phenotyping 1")
        >>> dataset.save()
    """

    id = models.CharField(max_length=20, default=ids.base62_20, primary_key=True)
    """Universal id; that of the file for a dataset of one file."""
    name = models.CharField(max_length=255, db_index=True, default=None)
    """Name or title."""
    description = models.TextField(null=True, default=None)
    """Description."""
    version = models.CharField(max_length=10, db_index=True, null=True, default=None)
    """Version, such as ``"1"``."""
    hash = models.CharField(max_length=86, db_index=True, null=True, default=None)
    """Digest of the content, by which equal content is found."""
    reference = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """External reference, such as a url."""
    reference_type = models.CharField(max_length=255, db_index=True, null=True, default=None)
    """What kind of reference it is."""
    feature_sets = models.ManyToManyField(FeatureSet, related_name="datasets", through="DatasetFeatureSet")
    """Feature sets that the dataset measures."""
    ulabels = models.ManyToManyField(ULabel, through="DatasetULabel", related_name="datasets")
    """Labels of the dataset."""
    transform = models.ForeignKey(Transform, models.PROTECT, related_name="datasets", null=True, default=None)
    """Transform that made the dataset."""
    run = models.ForeignKey(Run, models.PROTECT, related_name="output_datasets", null=True, default=None)
    """Run that made the dataset."""
    input_of = models.ManyToManyField(Run, related_name="input_datasets")
    """Runs that use the dataset."""
    reproduced_by = models.ManyToManyField(Run, related_name="reproduced_datasets")
    """Runs that made the same content again, for seeing what they made."""
    file = models.ForeignKey(File, models.PROTECT, null=True, unique=True, related_name="datasets")
    """The file of a dataset of one file."""
    files = models.ManyToManyField(File, related_name="datasets")
    """The files of a dataset of several files."""
    initial_version = models.ForeignKey("self", models.PROTECT, null=True, default=None)
    """The first version of the dataset; ``None`` for the first version itself."""
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    """When the record was created."""
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    """When the record was last changed."""
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_datasets")
    """Who created the record."""

    class Meta:
        indexes = (index_of_later_versions("dataset"),)

    family: Family | None = None
    """Where the record stands among its versions, until it is saved."""
    pending: PendingDataset | None = None
    """What is to be done on save."""
    made_again_by: Run | None = None
    """The run that made the content of this existing dataset again, until it is saved."""

    def __init__(
        self,
        data: DataLike | File | Sequence[File] | None = None,
        *others: Any,
        name: str | None = None,
        description: str | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        run: Run | None = None,
        version: str | None = None,
        is_new_version_of: Dataset | None = None,
        **unknown: Any,
    ) -> None:
        if others:
            if len(others) + 1 != len(self._meta.concrete_fields):
                msg = "Only one non-keyword arg allowed: data"
                raise ValueError(msg)
            super().__init__(data, *others)
            return
        super().__init__(
            data=data, name=name, description=description, reference=reference, reference_type=reference_type,
            run=run, version=version, is_new_version_of=is_new_version_of, **unknown,
        )  # fmt: skip

    def _construct(self, fields: dict[str, Any]) -> None:
        from lnschema_core.files.datasets import construct

        construct(self, fields, File)

    @classmethod
    def from_df(
        cls,
        df: pd.DataFrame | pa.Table,
        field: StrField | None = None,
        name: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        modality: Modality | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        version: str | None = None,
        is_new_version_of: Dataset | None = None,
    ) -> Dataset:
        """Make a dataset of a data frame, and link its column names as features.

        Args:
            df: The frame, or a table of Arrow; stored as parquet.
            field: The registry field that has the column names; by default ``Feature.name``.
            name: A name.
            description: A description.
            run: The run that makes the dataset; by default the current one.
            modality: The kind of measurement of the features.
            reference: An external reference, such as a url.
            reference_type: What kind of reference.
            version: A version.
            is_new_version_of: The previous version.
        """
        from lnschema_core.files.annotated import feature_sets_of_frame

        feature_sets = feature_sets_of_frame(df, field, modality=modality)
        make: Any = cls  # the Django plugin of mypy takes constructors for lists of fields
        dataset: Dataset = make(
            df, name=name, description=description, run=run, reference=reference, reference_type=reference_type,
            version=version, is_new_version_of=is_new_version_of, feature_sets=feature_sets,
        )  # fmt: skip
        return dataset

    @classmethod
    def from_anndata(
        cls,
        adata: AnnData | File | PathLike,
        field: StrField | None = None,
        name: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        modality: Modality | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        version: str | None = None,
        is_new_version_of: Dataset | None = None,
    ) -> Dataset:
        """Make a dataset of an ``AnnData`` object or file, and link its variables and ``obs`` columns as features.

        Args:
            adata: The object, or a saved file that has one.
            field: The registry field that has the names of variables, such as ``lb.Gene.symbol``.
            name: A name.
            description: A description.
            run: The run that makes the dataset; by default the current one.
            modality: The kind of measurement of the variables.
            reference: An external reference, such as a url.
            reference_type: What kind of reference.
            version: A version.
            is_new_version_of: The previous version.
        """
        from lnschema_core.files.annotated import feature_sets_of_anndata_source

        feature_sets = feature_sets_of_anndata_source(adata, field, modality=modality)
        make: Any = cls
        dataset: Dataset = make(
            adata, name=name, description=description, run=run, reference=reference, reference_type=reference_type,
            version=version, is_new_version_of=is_new_version_of, feature_sets=feature_sets,
        )  # fmt: skip
        return dataset

    @classmethod
    def from_mudata(
        cls,
        mdata: MuData | File,
        field: StrField | Mapping[str, StrField],
        name: str | None = None,
        description: str | None = None,
        run: Run | None = None,
        reference: str | None = None,
        reference_type: str | None = None,
        version: str | None = None,
        is_new_version_of: Dataset | None = None,
    ) -> Dataset:
        """Make a dataset of a ``MuData`` object or file, and link the features of its modalities; see ``File.from_mudata``.

        Args:
            mdata: The object, or a saved file that has one.
            field: The registry field that has the names of variables, or a field per modality.
            name: A name.
            description: A description.
            run: The run that makes the dataset; by default the current one.
            reference: An external reference, such as a url.
            reference_type: What kind of reference.
            version: A version.
            is_new_version_of: The previous version.
        """
        from lnschema_core.files.multimodal import feature_sets_of_mudata

        feature_sets = feature_sets_of_mudata(mdata, field)
        make: Any = cls
        dataset: Dataset = make(
            mdata, name=name, description=description, run=run, reference=reference, reference_type=reference_type,
            version=version, is_new_version_of=is_new_version_of, feature_sets=feature_sets,
        )  # fmt: skip
        return dataset

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the content, then commit the dataset with its files and links: bytes first, rows last."""
        from lnschema_core.files.datasets import save_dataset

        save_dataset(self, *args, **kwargs)

    def delete(self, storage: bool | None = None, *, permanent: bool = False) -> None:  # type: ignore[override] # noqa: FBT001 - the API of 0.54
        """Delete the dataset, and the file of a dataset of one file. Both can be restored until the trash is purged.

        Args:
            storage: Whether to delete the content of the file, too; by default you are asked.
            permanent: Delete for good, without the trash.

        Raises:
            EOFError: Nobody can answer, such as in a job: pass ``storage``.
            ProtectedError: Something else refers to the dataset or its file, such as a later version.
            TypeError: ``storage`` is neither true nor false.
        """
        from lnschema_core.files.deletion import delete_dataset

        delete_dataset(self, storage=storage, permanent=permanent)

    def load(self, is_run_input: bool | None = None, **kwargs: Any) -> Any:  # noqa: FBT001 - the API of 0.54
        """Load the dataset into memory; several files are concatenated in their order.

        Args:
            is_run_input: Whether to record the dataset as an input of the current run.
            **kwargs: Passed on to the reader of the format. ``allow_large=True`` reads also what would unpack to far more than data
                usually do, ``allow_pickle=True`` what may run code.

        Returns:
            What the file loads as; for several files a concatenated data frame or ``AnnData`` object, whose ``obs`` column
            ``file_id`` tells the file, or a list of what each of them loads as.

        Raises:
            FileNotFoundError: An object isn't there any more.
            RuntimeError: The files have different suffixes.
            UnreadableFile: The content of one isn't what its suffix says, or would unpack to far more than data usually do.
        """
        from lnschema_core.files.datasets import load_dataset

        return load_dataset(self, is_run_input=is_run_input, **kwargs)

    def backed(self, is_run_input: bool | None = None) -> Any:  # noqa: FBT001 - the API of 0.54
        """Open the files of the dataset for reading parts of them.

        Args:
            is_run_input: Whether to record the dataset as an input of the current run.

        Returns:
            What the file of a dataset of one file is opened as, see ``File.backed``. For several files one table, whose labels
            are columns, or one ``AnnData`` object; conditions on labels decide which files are opened.

        Raises:
            RuntimeError: The files are of several formats, or neither tables nor ``AnnData``.
        """
        from lnschema_core.files.datasets import open_dataset

        return open_dataset(self, is_run_input=is_run_input)

    _repr_html_ = Data._repr_html_  # what it measures and how it is labelled, rather than the fields only
