"""TileDB-SOMA: single-cell experiments in folders of arrays (https://github.com/single-cell-data/TileDB-SOMA)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.formats.anndata import explaining_members, shallow_copy
from lamindb.io.formats.table_row import Format
from lamindb.io.paths import as_local

if TYPE_CHECKING:
    from pathlib import Path

    from anndata import AnnData
    from upath import UPath

FORMATS = (
    Format(
        "tiledbsoma",
        (".tiledbsoma",),
        reader=f"{__name__}:read_soma",
        writer=f"{__name__}:write_soma",
        object_type="anndata.AnnData",
        accessor="AnnData",
        accessor_from_path=True,
        is_folder=True,
        on_request=True,
        requires=("tiledbsoma",),
        install="lamindb[tiledbsoma]",
    ),
)


def read_soma(
    path: Path | UPath,
    *,
    measurement_name: str = "RNA",
    X_layer_name: str | None = "data",  # noqa: N803 - as tiledbsoma has it
    **kwargs: Any,
) -> AnnData:
    """Read a measurement of an experiment as an AnnData."""
    import tiledbsoma
    import tiledbsoma.io

    local = as_local(path)
    if local is not None:
        local.stat()
    with tiledbsoma.open(str(path if local is None else local)) as experiment:
        adata: AnnData = tiledbsoma.io.to_anndata(experiment, measurement_name, X_layer_name=X_layer_name, **kwargs)
    return adata


def write_soma(adata: AnnData, path: Path) -> None:
    """Write an AnnData as an experiment with the measurement ``RNA``, leaving the object as it is.

    The names of arrays have the time in them, so that digests of equal objects differ.
    """
    import tiledbsoma.io

    with explaining_members("tiledbsoma"):
        tiledbsoma.io.from_anndata(str(path), shallow_copy(adata), measurement_name="RNA")
