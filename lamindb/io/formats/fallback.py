"""Formats whose files are handed out as paths, and pickles, which are opened on explicit request only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.formats.table_row import Format

if TYPE_CHECKING:
    from pathlib import Path

FORMATS = (
    Format("HDF5", (".h5", ".hdf5")),
    Format("pickle", (".pkl", ".pickle"), reader=f"{__name__}:read_pickle", can_execute=True),
)


def read_pickle(path: Path, *, allow_pickle: bool = False, **kwargs: Any) -> Any:
    """Unpickle an object if that is allowed, which runs whatever code is in the file; else return the path."""
    if not allow_pickle:
        return path
    import pandas as pd

    return pd.read_pickle(path, **kwargs)  # noqa: S301 - the caller has allowed it
