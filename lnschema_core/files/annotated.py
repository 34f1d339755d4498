"""Files and datasets of data frames and ``AnnData`` objects, with feature sets to be linked when they are saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import NotFiles
from lamindb.io import formats
from lamindb.io.frames import frame_of
from lamindb.io.paths import is_path
from lnschema_core.annotation import feature_sets
from lnschema_core.annotation.feature_types import type_of_dtype
from lnschema_core.catalogue import core_registry
from lnschema_core.files import places
from lnschema_core.files.pending import PendingFile
from lnschema_core.rows.storable import is_saved

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    from anndata import AnnData

    from lamindb.types import PathLike, StrField
    from lnschema_core.models import FeatureSet, File, Modality


def file_from_df(
    df: pd.DataFrame | pa.Table, field: StrField | None = None, *, modality: Modality | None = None, **arguments: Any
) -> File:
    """Make a file of a data frame; see ``File.from_df``. Nothing is written but temporary files.

    Args:
        df: The frame, or a table of Arrow.
        field: The registry field that has the column names; by default ``Feature.name``.
        modality: The kind of measurement of the features.
        **arguments: Passed on to the constructor of files.
    """
    sets = feature_sets_of_frame(df, field, modality=modality)
    return _with_feature_sets(core_registry("File")(df, log_hint=False, **arguments), sets)


def file_from_anndata(
    adata: AnnData | PathLike, field: StrField | None = None, *, modality: Modality | None = None, **arguments: Any
) -> File:
    """Make a file of an ``AnnData`` object or of a path to one; see ``File.from_anndata``.

    Args:
        adata: The object or its path.
        field: The registry field that has the names of variables.
        modality: The kind of measurement of the variables.
        **arguments: Passed on to the constructor of files.

    Raises:
        TypeError: The field is missing or no field of a registry, or it is no ``AnnData`` object.
    """
    sets = _feature_sets_of_anndata(adata, field, modality)
    return _with_feature_sets(core_registry("File")(adata, log_hint=False, **arguments), sets)


def _with_feature_sets(file: File, sets: dict[str, FeatureSet]) -> File:
    """The file, new or found by its content, that links the feature sets when it is saved."""
    file.pending = file.pending or PendingFile()
    file.pending.feature_sets = sets
    return file


# -- feature sets -----------------------------------------------------------------------------------------------------


def feature_sets_of_frame(
    df: pd.DataFrame | pa.Table, field: StrField | None = None, *, modality: Modality | None = None
) -> dict[str, FeatureSet]:
    """The feature set of the columns of a frame, for slot ``columns``; none if no column is a validated feature.

    Raises:
        TypeError: It is no frame, or the field is no field of a registry.
        ValueError: The names of columns are no strings or not unique.
    """
    if formats.accessor_of(df) != "DataFrame":
        msg = f"from_df makes files and datasets of data frames, not of {type(df).__name__} objects"
        raise TypeError(msg)
    is_arrow = hasattr(df, "schema")
    frame = frame_of(df.schema.empty_table()) if is_arrow else df  # names and types are all that is asked for
    found = feature_sets.from_df(frame, field, modality=modality)
    return {} if found is None else {"columns": found}


def feature_sets_of_anndata_source(
    adata: AnnData | File | PathLike, field: StrField | None = None, *, modality: Modality | None = None
) -> dict[str, FeatureSet]:
    """The feature sets of an ``AnnData`` object, of a path to one, or of a saved file that has one, by slot.

    Raises:
        NotFiles: The file isn't saved, or has no ``AnnData`` object.
        TypeError: The field is missing or no field of a registry, or it is no ``AnnData`` object.
    """
    if not isinstance(adata, core_registry("File")):
        return _feature_sets_of_anndata(adata, field, modality)
    if not is_saved(adata) or adata.accessor != "AnnData":
        msg = f"a dataset can be made of a saved file with an AnnData object, but not of {adata}"
        raise NotFiles(msg)
    source = adata.memory if adata.memory is not None else places.path_of_file(adata)
    return _feature_sets_of_anndata(source, field, modality)


def _feature_sets_of_anndata(adata: Any, field: Any, modality: Modality | None) -> dict[str, FeatureSet]:
    feature_sets.registry_and_field(field)
    var_names, obs, kind = _annotations(adata)
    log.info("parsing feature names of X stored in slot 'var'")
    with log.indented():
        of_var = feature_sets.from_values(var_names, field, type=kind, modality=modality) if len(var_names) else None
        _say_linked(of_var)
    of_obs = None
    if len(obs.columns):
        log.info("parsing feature names of slot 'obs'")
        with log.indented():
            of_obs = feature_sets.from_df(obs)
            _say_linked(of_obs)
        if of_obs is not None:
            feature_sets.mark_as_metadata(of_obs)
    sets = {"var": of_var, "obs": of_obs}
    return {slot: feature_set for slot, feature_set in sets.items() if feature_set is not None}


def _annotations(adata: Any) -> tuple[Any, pd.DataFrame, str]:
    """The names of variables, the frame of observations, and what the values are; of paths nothing more is read."""
    if not is_path(adata):
        if formats.accessor_of(adata) != "AnnData":
            msg = f"from_anndata makes files and datasets of AnnData objects or their paths, not of {type(adata).__name__}"
            raise TypeError(msg)
        kind = "float" if adata.X is None else type_of_dtype(adata.X.dtype)
        return adata.var_names, adata.obs, kind
    from lamindb.io.accessors import AnnDataAccessor, open_backed

    opened = open_backed(adata)
    if not isinstance(opened, AnnDataAccessor):
        msg = f"there is no AnnData object in {adata}"
        raise TypeError(msg)
    with opened:
        return opened.var_names, opened.obs, "float"


def _say_linked(feature_set: FeatureSet | None) -> None:
    if feature_set is not None:
        log.save(f"linked: {feature_set}")
