"""Loom: a matrix of genes and cells with attributes, in one HDF5 file (https://linnarssonlab.org/loompy/format)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import Unpacked, declared

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd
    from anndata import AnnData

FORMATS = (Format("loom", (".loom",), reader=f"{__name__}:read_loom"),)

_ROWS = 512  # genes that are read at once


def read_loom(
    path: Path,
    *,
    X_name: str = "",  # noqa: N803 - as anndata has it
    obs_names: str = "CellID",
    var_names: str = "Gene",
    dtype: str = "float32",
) -> AnnData:
    """Read the cells of a loom file as the rows of an AnnData, whose matrices are sparse.

    Args:
        path: The file.
        X_name: The layer that becomes ``X``; by default the main matrix.
        obs_names: The attribute of cells that has their names.
        var_names: The attribute of genes that has their names.
        dtype: The type of the values of ``X``.
    """
    import h5py
    from anndata import AnnData

    with h5py.File(path, "r") as file:
        layers = {name: file["layers"][name] for name in file["layers"]} if "layers" in file else {}
        matrices = {"": file["matrix"], **layers}
        unpacked = Unpacked(path)
        unpacked.add(sum(declared(file[name]) for name in ("col_attrs", "row_attrs", "attrs") if name in file))
        chosen = matrices.pop(X_name)
        obs, obsm = _attributes(file["col_attrs"], obs_names, chosen.shape[1])
        var, varm = _attributes(file["row_attrs"], var_names, chosen.shape[0])
        others = {name or "matrix": _transposed(matrix, unpacked) for name, matrix in matrices.items()}
        uns = {name: _decoded(value) for name, value in _global_attributes(file).items()}
        return AnnData(
            _transposed(chosen, unpacked).astype(dtype), obs=obs, var=var, layers=others, obsm=obsm, varm=varm, uns=uns
        )


def _transposed(matrix: Any, unpacked: Unpacked) -> Any:
    """Cells by genes, as a sparse matrix; a number of genes is read at a time."""
    from scipy.sparse import csr_matrix, vstack

    n_genes, n_cells = matrix.shape
    unpacked.add(min(_ROWS, n_genes) * n_cells * matrix.dtype.itemsize)
    parts = []
    for start in range(0, n_genes, _ROWS):
        parts.append(csr_matrix(matrix[start : start + _ROWS]))
        unpacked.add(parts[-1].data.nbytes + parts[-1].indices.nbytes)
    whole = vstack(parts, format="csc") if parts else csr_matrix(matrix.shape)
    return whole.T.tocsr()


def _attributes(group: Any, names: str, length: int) -> tuple[pd.DataFrame, dict[str, Any]]:
    """The attributes of one value per row as a table, and the others by name."""
    import pandas as pd

    values = {name: _decoded(group[name][()]) for name in group}
    flat = {name: value for name, value in values.items() if value.ndim == 1}
    index = [str(name) for name in flat.pop(names)] if names in flat else [str(number) for number in range(length)]
    wide = {name: value for name, value in values.items() if value.ndim > 1}
    return pd.DataFrame(flat, index=index), wide


def _global_attributes(file: Any) -> dict[str, Any]:
    """What is said of the whole file: since version 3 in a group, before as attributes of HDF5."""
    group = file.get("attrs", None)
    return dict(file.attrs) if group is None else {name: group[name][()] for name in group}


def _decoded(value: Any) -> Any:
    import numpy as np

    if isinstance(value, bytes):
        return value.decode()
    values = np.asarray(value)
    if values.dtype.kind == "S":
        return np.char.decode(values, "utf-8").astype(object)
    if values.dtype.kind == "O":
        return np.vectorize(lambda one: one.decode() if isinstance(one, bytes) else one, otypes=[object])(values)
    return value
