"""MuData as h5mu: several AnnData in one HDF5 file (https://mudata.readthedocs.io/en/latest/io/spec.html)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.formats.anndata import explaining_members
from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import refuse_hdf5_bomb

if TYPE_CHECKING:
    from pathlib import Path

    from mudata import MuData

FORMATS = (
    Format(
        "h5mu",
        (".h5mu",),
        reader=f"{__name__}:read_h5mu",
        writer=f"{__name__}:write_h5mu",
        object_type="mudata.MuData",
        accessor="MuData",
        accessor_from_path=True,
        requires=("mudata",),
        install="lamindb[mudata]",
    ),
)


def read_h5mu(path: Path, **kwargs: Any) -> MuData:
    """Read an h5mu file."""
    import mudata

    refuse_hdf5_bomb(path, path)
    return mudata.read_h5mu(path, **kwargs)


def write_h5mu(mdata: MuData, path: Path) -> None:
    """Write a MuData as h5mu, with repeated strings as categoricals, leaving the object as it is."""
    with explaining_members("h5mu", what="MuData"):
        mdata.copy().write_h5mu(path)
