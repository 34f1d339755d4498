"""Applying mends to whole data: decided by the report, carried out on a copy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.io import formats, paths
from lamindb.io.formats.anndata import shallow_copy
from lamindb.io.paths import is_path
from lamindb.io.placing import place, temporary
from lnschema_core.criteria.criterion import INDEX
from lnschema_core.criteria.inspecting import examine
from lnschema_core.criteria.mending_files import can_stream, check_target, mended_table, write_mended, write_object
from lnschema_core.criteria.mends import Mends, mended, mends_for
from lnschema_core.criteria.sources import type_names
from lnschema_core.criteria.stored import COLUMNS, OBS, VAR
from lnschema_core.files import reading
from lnschema_core.models import Dataset, File

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from lamindb.types import PathLike
    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.criterion import Criterion


def standardize(criteria: Criteria, data: Any, *, typos: bool = False, to: PathLike | None = None) -> Any:
    """A mended copy of data; see ``Criteria.standardize``."""
    if to is not None and not paths.is_local(to):
        msg = f"a mended copy is written to a local path, not to {to}: save it with criteria.save(…) or ln.File(…) then"
        raise ValueError(msg)
    data = _at_hand(data)
    report = examine(criteria, data).report
    mends = mends_for(report.failures, typos=typos)
    if to is None:
        return _mended_object(_in_memory(data), criteria, mends)
    target, source = Path(str(to)), paths.as_local(data) if is_path(data) else None
    check_target(target, source)
    with temporary(target) as path:
        if source is not None and can_stream(source, target) and any(report.n_rows.values()):
            write_mended(source, path, criteria, mends)
        else:
            write_object(_mended_object(_in_memory(data), criteria, mends), path, target.suffix)
        place(path, target)
    return target


def _at_hand(data: Any) -> Any:
    """The local path of what is one file, fetched from the cloud if need be; everything else as it is."""
    if isinstance(data, Dataset) and data.file is not None:
        data = data.file
    if isinstance(data, File) and data.memory is None:
        return reading.path_to_read(data)
    return reading.cached_copy(data) if is_path(data) else data


def _in_memory(data: Any) -> Any:
    if is_path(data):
        return formats.load(paths.to_path(data))
    return data.load(is_run_input=False) if isinstance(data, (File, Dataset)) else data


def _mended_object(data: Any, criteria: Criteria, mends: Mapping[str, Mends]) -> Any:
    """A copy of an object with mended tables."""
    names = type_names(data)
    if "pandas.DataFrame" in names:
        return mended_frame(data, criteria.slots[COLUMNS], mends.get(COLUMNS, Mends()))
    if "anndata.AnnData" in names:
        own = shallow_copy(data.to_memory() if data.isbacked else data)
        return _mend_frames(own, criteria, mends, "")
    if "mudata.MuData" in names:
        own = data.copy()
        for name, part in own.mod.items():
            _mend_frames(part, criteria, mends, f"{name}/")
        return _mend_frames(own, criteria, mends, "")
    return mended_table(data, criteria.slots[COLUMNS], mends.get(COLUMNS, Mends()))


def _mend_frames(data: Any, criteria: Criteria, mends: Mapping[str, Mends], prefix: str) -> Any:
    for slot in (OBS, VAR):
        if f"{prefix}{slot}" in mends:
            of_slot = f"{prefix}{slot}"
            setattr(data, slot, mended_frame(getattr(data, slot), criteria.slots[of_slot], mends[of_slot]))
    return data


def mended_frame(frame: pd.DataFrame, criteria: Mapping[str, Criterion], mends: Mends) -> pd.DataFrame:
    """A mended copy of a frame, to be changed at will."""
    import pandas as pd

    new_names = {old: new for new, old in mends.names.items()}
    own = frame.copy()
    own.columns = frame.columns if not new_names else [new_names.get(name, name) for name in frame.columns]
    for name, values in mends.replacements.items():
        mend = partial(mended, values=values, kind=criteria[name].type, casts=name in mends.casts)
        if name in own.columns:
            own[name] = mend(own[name])
        elif name == INDEX:
            own.index = pd.Index(mend(pd.Series(own.index)), name=frame.index.name)
    return own
