"""Feature sets of MuData objects and files: one for the variables of each modality, one for each frame of observations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import NotFiles
from lamindb.io import formats, paths
from lamindb.io.paths import is_path
from lamindb.io.streams.hdf5 import StoredFrame, modalities_of
from lamindb.io.streams.memory import FrameTable
from lamindb.io.streams.table import INDEX
from lnschema_core.annotation import feature_sets
from lnschema_core.annotation.feature_types import type_of_dtype
from lnschema_core.catalogue import core_registry
from lnschema_core.files import places
from lnschema_core.files.pending import PendingFile
from lnschema_core.rows.storable import is_saved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.io.streams.table import Table
    from lnschema_core.models import FeatureSet, File


@dataclass(frozen=True)
class _Modality:
    """What is known of a modality without its data.

    Attributes:
        name: Its name, such as ``rna``; empty for what all modalities share.
        obs: The frame of observations.
        var: The frame of variables; None for what all modalities share.
        type: What the values are.
    """

    name: str
    obs: Table
    var: Table | None = None
    type: str = "float"

    def slot(self, name: str) -> str:
        """The slot of one of its frames."""
        return f"{self.name}/{name}" if self.name else name


def file_from_mudata(mdata: Any, field: Any, **arguments: Any) -> File:
    """Make a file of a MuData object or of a path to one; see ``File.from_mudata``. Writes nothing but temporary files."""
    sets = feature_sets_of_mudata(mdata, field)
    file: File = core_registry("File")(mdata, log_hint=False, **arguments)
    file.pending = file.pending or PendingFile()
    file.pending.feature_sets = sets
    return file


def feature_sets_of_mudata(mdata: Any, field: Any) -> dict[str, FeatureSet]:
    """The feature sets of a MuData object, of a path to one, or of a saved file that has one, by slot.

    Raises:
        NotFiles: The file isn't saved, or has no MuData object.
        TypeError: The field is missing or no field of a registry, or it is no MuData object.
        ValueError: A field is for a modality that isn't there.
    """
    shared, *modalities = _modalities(mdata)
    fields = _fields_of([modality.name for modality in modalities], field)
    sets: dict[str, FeatureSet | None] = {}
    for modality in modalities:
        if modality.name in fields:
            sets[modality.slot("var")] = _set_of_variables(modality, fields[modality.name])
    for modality in (shared, *modalities):
        sets[modality.slot("obs")] = _set_of_columns(modality)
    return feature_sets.shared(sets)


def _fields_of(modalities: Sequence[str], field: Any) -> dict[str, Any]:
    """The field of the names of variables, for each modality that has one."""
    fields = dict(field) if isinstance(field, Mapping) else dict.fromkeys(modalities, field)
    for name, one in fields.items():
        if name not in modalities:
            msg = f"there is no modality '{name}', but {', '.join(modalities)}"
            raise ValueError(msg)
        feature_sets.registry_and_field("" if one is None else one)
    return fields


def _set_of_variables(modality: _Modality, field: Any) -> FeatureSet | None:
    assert modality.var is not None
    names = [name for part in modality.var.scan([INDEX]) for name in part.data]
    log.info(f"parsing feature names of slot '{modality.slot('var')}'")
    with log.indented():
        return feature_sets.from_values(names, field, type=modality.type) if names else None


def _set_of_columns(modality: _Modality) -> FeatureSet | None:
    columns = [name for name in modality.obs.columns if isinstance(name, str)]
    if not columns:
        return None
    log.info(f"parsing feature names of slot '{modality.slot('obs')}'")
    with log.indented():
        found = feature_sets.from_values(columns)
    if found is not None:
        feature_sets.mark_as_metadata(found)
    return found


# -- what there is ----------------------------------------------------------------------------------------------------


def _modalities(mdata: Any) -> list[_Modality]:
    """What all modalities share, then each of them."""
    file_registry = core_registry("File")
    if isinstance(mdata, file_registry):
        return _modalities(_source_of(mdata))
    if is_path(mdata):
        return _stored_modalities(mdata)
    if formats.accessor_of(mdata) != "MuData":
        msg = f"from_mudata makes files and datasets of MuData objects or their paths, not of {type(mdata).__name__}"
        raise TypeError(msg)
    own = [
        _Modality(name, FrameTable(part.obs), FrameTable(part.var), _type_of(part.X))
        for name, part in mdata.mod.items()
    ]
    return [_Modality("", FrameTable(mdata.obs)), *own]


def _source_of(file: Any) -> Any:
    if not is_saved(file) or file.suffix != ".h5mu":
        msg = f"a dataset can be made of a saved file with a MuData object, but not of {file}"
        raise NotFiles(msg)
    return file.memory if file.memory is not None else places.path_of_file(file)


def _stored_modalities(source: Any) -> list[_Modality]:
    path = paths.to_path(source)
    if not path.exists():
        raise FileNotFoundError(str(path))
    if path.suffix != ".h5mu":
        msg = f"there is no MuData object in {path}: such files are called .h5mu"
        raise TypeError(msg)
    own = [
        _Modality(name, StoredFrame(path, f"mod/{name}/obs"), StoredFrame(path, f"mod/{name}/var"))
        for name in modalities_of(path)
    ]
    return [_Modality("", StoredFrame(path, "obs")), *own]


def _type_of(matrix: Any) -> str:
    return "float" if matrix is None else type_of_dtype(matrix.dtype)
