"""Datasets: one or several files, described as a whole."""

from __future__ import annotations

import reprlib
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django.db import models, transaction

from lamindb import log
from lamindb.errors import EmptyInput, MissingData, NotFiles, StorageError, UnsupportedFormat
from lamindb.io import formats, paths
from lamindb.io.hashing import hash_set
from lnschema_core import naming, runs
from lnschema_core.annotation.slots import feature_sets_by_slot, link_feature_sets, save_feature_sets
from lnschema_core.files import reading
from lnschema_core.files.file_labels import labels_of_files
from lnschema_core.files.pending import PendingDataset, PendingFile
from lnschema_core.files.saving import save_file, save_provenance
from lnschema_core.history import reproducing
from lnschema_core.rows.storable import check_storable, refuse_deleted
from lnschema_core.versioning import join_family, plan_version, saving_family, tell_first_version

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.io.accessors import AnnDataCollection, MappedCollection, TableAccessor, TablePart
    from lnschema_core.models import Dataset, FeatureSet, File
    from lnschema_core.versioning import Family

_ANNOTATED_SUFFIXES = (".h5ad", ".zarr", ".zrad")
_ARGUMENTS = (
    "data",
    "name",
    "description",
    "reference",
    "reference_type",
    "run",
    "version",
    "is_new_version_of",
    "initial_version_id",
    "feature_sets",
)


# -- construct --------------------------------------------------------------------------------------------------------


def construct(dataset: Dataset, arguments: dict[str, Any], file_registry: type[File]) -> None:
    """Make an unsaved dataset of the constructor's arguments, or become the existing one with the same content."""
    _check_arguments(arguments)
    old = arguments.get("is_new_version_of")
    family = plan_version(type(dataset), old, arguments.get("version"), arguments.get("initial_version_id"))
    tell_first_version(dataset, family)
    name = arguments.get("name") or (old.name if old is not None else None)
    naming.check_required(type(dataset), {"name": name})
    assert name is not None
    data = arguments["data"]
    if isinstance(data, file_registry) or formats.format_of_object(data) is not None:
        contents = _one_file(data, arguments, family, file_registry)
        family = replace(family, id=contents.file.id)  # type: ignore[union-attr]
        content_hash = contents.file.hash  # type: ignore[union-attr]
    else:
        contents = _several_files(data, arguments, file_registry)
        content_hash = _hash_of_files(contents.files or [])
    existing = _same_content(type(dataset), content_hash)
    if existing is not None:
        log.warning(f"returning existing dataset with same hash: {existing}")
        dataset.become(existing)
        dataset.made_again_by = contents.run
        dataset.pending = PendingDataset(feature_sets=contents.feature_sets, file=contents.file)
        return
    naming.warn_similar_version(type(dataset), name, family.version)
    _become_new(dataset, arguments, family, name, content_hash, contents)


def _become_new(
    dataset: Dataset,
    arguments: dict[str, Any],
    family: Family,
    name: str,
    content_hash: str | None,
    contents: PendingDataset,
) -> None:
    run = contents.run
    models.Model.__init__(
        dataset,
        id=family.id,
        name=name,
        description=arguments.get("description"),
        reference=arguments.get("reference"),
        reference_type=arguments.get("reference_type"),
        version=family.version,
        initial_version_id=family.initial_version_id,
        hash=content_hash,
        run=run,
        transform=None if run is None else run.transform,
        file=contents.file,
    )
    join_family(dataset, family)
    dataset.pending = contents


def _one_file(data: Any, arguments: dict[str, Any], family: Family, file_registry: type[File]) -> PendingDataset:
    if isinstance(data, file_registry):
        refuse_deleted(data)
        if data._state.adding:
            msg = "Save file before creating dataset!"
            raise ValueError(msg)
        run = runs.resolve(arguments.get("run"))
        inputs = [data] if run is not None and data.run_id != run.id else []
        return PendingDataset(file=data, feature_sets=_feature_sets(arguments, [data]), inputs=inputs, run=run)
    old = arguments.get("is_new_version_of")
    make: Any = file_registry  # the Django plugin of mypy takes constructors for lists of fields
    file = make(
        data=data,
        run=arguments.get("run"),
        description="tmp",
        version=family.version if old is None or old.file is not None else None,
        is_new_version_of=None if old is None else old.file,
        initial_version_id=family.initial_version_id if old is None else None,
        log_hint=False,
    )
    if file._state.adding:
        file.description = f"See dataset {file.id}"
    run = arguments.get("run") or runs.current()
    return PendingDataset(file=file, feature_sets=_feature_sets(arguments, [file]), run=run)


def _several_files(data: Any, arguments: dict[str, Any], file_registry: type[File]) -> PendingDataset:
    files = _checked_files(data, file_registry)
    run = runs.resolve(arguments.get("run"))
    inputs = [] if run is None else [file for file in files if file.run_id != run.id]
    return PendingDataset(files=files, feature_sets=_feature_sets(arguments, files), inputs=inputs, run=run)


def _checked_files(data: Any, file_registry: type[File]) -> list[File]:
    if isinstance(data, str):
        msg = f"a dataset is made of files, not of a path: save ln.File({data!r:.80}, description=…), and pass that"
        raise NotFiles(msg)
    if not hasattr(data, "__getitem__"):
        msg = "Only DataFrame, AnnData and iterable of File is allowed"
        raise ValueError(msg)
    files = list(data)
    if not files:
        msg = "a dataset needs at least one file, but the list of files is empty"
        raise EmptyInput(msg)
    strangers = [file for file in files if not isinstance(file, file_registry)]
    if strangers:
        msg = f"a dataset is made of files, not of {type(strangers[0]).__name__} objects: {strangers[0]!r:.80}"
        raise NotFiles(msg)
    for file in files:
        refuse_deleted(file)
    if any(file._state.adding for file in files):
        msg = "Not all files are yet saved, please save them"
        raise ValueError(msg)
    counts = Counter(file.hash for file in files if file.hash is not None)
    repeated = [digest for digest, count in counts.items() if count > 1]
    if repeated:
        msg = f"Please pass files with distinct hashes: these ones are non-unique {repeated}"
        raise ValueError(msg)
    return files


def _hash_of_files(files: Sequence[File]) -> str | None:
    """The hash of the hashes of files in any order, ``None`` if a file has none: then the content isn't known."""
    hashes = [file.hash for file in files if file.hash is not None]
    return hash_set(hashes) if len(hashes) == len(files) else None


def _feature_sets(arguments: dict[str, Any], files: Sequence[File]) -> dict[str, FeatureSet]:
    """The feature sets that were passed, else those of the files."""
    passed: dict[str, FeatureSet] | None = arguments.get("feature_sets")
    inherited: dict[str, FeatureSet] = {}
    for file in files:
        if not file._state.adding:
            inherited.update(feature_sets_by_slot(file))
    if passed and inherited:
        log.info("overwriting feature sets linked to file")
    return passed or inherited


def _same_content(registry: type[Dataset], content_hash: str | None) -> Dataset | None:
    if content_hash is None:
        return None
    return registry.objects.filter(hash=content_hash).order_by("created_at", "id").first()


def _check_arguments(arguments: dict[str, Any]) -> None:
    if arguments.get("data") is None:
        msg = "pass data: a data frame, an AnnData object, a saved file or a list of saved files"
        raise MissingData(msg)
    unknown = {name: value for name, value in arguments.items() if name not in _ARGUMENTS}
    if unknown:
        msg = f"Only data, name, run, description, reference, reference_type can be passed, you passed: {reprlib.repr(unknown)}"
        raise ValueError(msg)


# -- save -------------------------------------------------------------------------------------------------------------


def save_dataset(dataset: Dataset, *args: Any, **kwargs: Any) -> None:
    """Save a dataset with its file, its links and its inputs; see ``Dataset.save``."""
    pending = dataset.pending
    if pending is None:
        _save_row(dataset, *args, **kwargs)
        return
    own_file = [] if pending.file is None else [pending.file]
    if own_file:
        _save_single_file(pending)
    with transaction.atomic(), saving_family(dataset, is_within=True):
        save_provenance(dataset)
        save_feature_sets(pending.feature_sets)
        _save_row(dataset, *args, **kwargs)
        if pending.files is not None:
            _link_files(dataset, pending.files)
        link_feature_sets(dataset, pending.feature_sets)
        if pending.annotate is not None:
            pending.annotate()
        if pending.run is not None and pending.inputs:
            runs.link_inputs(pending.inputs, pending.run)
        reproducing.link_runs([dataset])
        reproducing.link_runs(own_file)
    reproducing.forget(dataset, *own_file)
    dataset.pending = None


def _save_row(dataset: Dataset, *args: Any, **kwargs: Any) -> None:
    refuse_deleted(dataset)
    check_storable([dataset])
    models.Model.save(dataset, *args, **kwargs)


def _save_single_file(pending: PendingDataset) -> None:
    """Save the file of a dataset with the dataset's feature sets; a file that is saved already is left as it is."""
    file = pending.file
    assert file is not None
    if file._state.adding or file.pending is not None:
        file.pending = file.pending or PendingFile()
        file.pending.feature_sets = {**pending.feature_sets, **file.pending.feature_sets}
        save_file(file)
    elif pending.feature_sets:
        with transaction.atomic():
            save_feature_sets(pending.feature_sets)
            link_feature_sets(file, pending.feature_sets)


def _link_files(dataset: Dataset, files: list[File]) -> None:
    """Link files in their order: the ids of the links keep it."""
    link = type(dataset).files.through
    link.objects.filter(dataset_id=dataset.pk).delete()
    link.objects.bulk_create([link(dataset_id=dataset.pk, file_id=file.pk) for file in files])


# -- read -------------------------------------------------------------------------------------------------------------


def ordered_files(dataset: Dataset) -> list[File]:
    """The files of a dataset in the order in which they were given."""
    pending = dataset.pending
    if pending is not None and pending.files is not None:
        return pending.files
    link = type(dataset).files.through
    rows = link.objects.filter(dataset_id=dataset.pk).order_by("id").select_related("file__storage")
    return [row.file for row in rows]


def load_dataset(dataset: Dataset, *, is_run_input: bool | None = None, **kwargs: Any) -> Any:
    """Load a dataset into memory; see ``Dataset.load``."""
    runs.track_input(dataset, is_run_input=is_run_input)
    if dataset.file is not None:
        return reading.load(dataset.file, track=False, **kwargs)
    files = _files_to_read(dataset)
    if len({file.suffix for file in files}) != 1:
        msg = "Can only load datasets where all files have the same suffix"
        raise RuntimeError(msg)
    if not kwargs and _are_annotated(files):
        from lamindb.io.accessors import load_joined

        return load_joined([reading.path_to_read(file) for file in files], [file.id for file in files])
    objects = [reading.load(file, track=False, **kwargs) for file in files]
    return _concatenate(objects, [file.id for file in files])


def _files_to_read(dataset: Dataset) -> list[File]:
    """The files of a dataset of several.

    Raises:
        StorageError: All of them were deleted.
    """
    files = ordered_files(dataset)
    if not files:
        msg = f"the files of {dataset} were deleted: see ln.trash.list()"
        raise StorageError(msg)
    return files


def _are_annotated(files: list[File]) -> bool:
    """Whether several files are ``AnnData`` that can be read to their places in one."""
    has_one = all(
        file.suffix in (".h5ad", ".zrad") or (file.suffix, file.accessor) == (".zarr", "AnnData") for file in files
    )
    return has_one and len(files) > 1 and all(file.memory is None and file.pending is None for file in files)


def _concatenate(objects: list[Any], keys: list[str]) -> Any:
    """One frame or ``AnnData`` object of several; other objects stay a list."""
    accessor = formats.accessor_of(objects[0])
    if accessor == "DataFrame":
        import pandas as pd

        return pd.concat(objects)
    if accessor == "AnnData":
        import anndata as ad

        return ad.concat(objects, label="file_id", keys=keys)
    return objects


# -- read parts -------------------------------------------------------------------------------------------------------


def open_dataset(dataset: Dataset, *, is_run_input: bool | None = None) -> Any:
    """Open the files of a dataset for reading parts of them; see ``Dataset.backed``."""
    if dataset.file is None:
        return parts_of_dataset(dataset, is_run_input=is_run_input)
    runs.track_input(dataset, is_run_input=is_run_input)
    return reading.backed(dataset.file, is_run_input=False)


def parts_of_dataset(dataset: Dataset, *, is_run_input: bool | None = None) -> TableAccessor | AnnDataCollection:
    """The files of a dataset, one or several, as one table or one ``AnnData``, with the labels of each file.

    Raises:
        StorageError: They were deleted.
        UnsupportedFormat: They are of several formats, or of one that isn't read piece by piece.
    """
    from lamindb.io.accessors import TABLE_SUFFIXES, AnnDataCollection, TableAccessor

    parts = _parts(dataset)
    suffixes = sorted({part.suffix for part in parts})
    is_table = len(suffixes) == 1 and suffixes[0] in TABLE_SUFFIXES
    if not is_table and (len(suffixes) > 1 or suffixes[0] not in _ANNOTATED_SUFFIXES):
        msg = (
            "Can only call backed() for datasets with a single file, or with files of one format that are tables or AnnData, "
            f"not for {', '.join(suffixes)}"
        )
        raise UnsupportedFormat(msg)
    runs.track_input(dataset, is_run_input=is_run_input)
    return TableAccessor(parts) if is_table else AnnDataCollection(parts)


def map_dataset(dataset: Dataset, *, is_run_input: bool | None = None, **options: Any) -> MappedCollection:
    """The cells of a dataset by position; see ``Dataset.mapped``."""
    from lamindb.io.accessors import AnnDataCollection, MappedCollection

    opened = parts_of_dataset(dataset, is_run_input=is_run_input)
    if not isinstance(opened, AnnDataCollection):
        msg = f"The files of {dataset} have no AnnData, whose cells could be mapped"
        raise UnsupportedFormat(msg)
    return MappedCollection(opened.parts, **options)


def _parts(dataset: Dataset) -> list[TablePart]:
    from lamindb.io.accessors import TablePart

    files = _files_to_read(dataset) if dataset.file is None else [dataset.file]
    return [
        TablePart(paths.to_path(reading.path_for_parts(file)), file.suffix.lower(), labels)
        for file, labels in zip(files, labels_of_files(files), strict=True)
    ]
