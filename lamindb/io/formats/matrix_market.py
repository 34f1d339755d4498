"""Sparse matrices as text in the Matrix Market format, with the names of rows and columns in files beside them.

Pipelines for single cells write folders of three files: ``matrix.mtx``, ``barcodes.tsv`` and ``features.tsv`` (``genes.tsv`` in
older ones), compressed or not, possibly all with the same prefix.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import Unpacked, refuse_bomb

if TYPE_CHECKING:
    import pandas as pd
    from anndata import AnnData

_NAMES_OF_CELLS = ("barcodes",)
_NAMES_OF_GENES = ("features", "genes")
_DOUBLE = 8  # bytes of a value, or of where a row begins

FORMATS = (
    Format(
        "matrix market",
        (".mtx", ".mtx.gz", ".mtx.bz2"),
        reader=f"{__name__}:read_matrix",
        companions=f"{__name__}:companions_of",
    ),
)


def companions_of(name: str) -> list[str]:
    """The names that the files with the names of rows and columns may have, beside a matrix of this name."""
    stem = name.partition(".mtx")[0]
    prefix = stem.removesuffix("matrix") if stem.endswith("matrix") else f"{stem}."
    kinds = (*_NAMES_OF_CELLS, *_NAMES_OF_GENES)
    return [f"{prefix}{kind}.tsv{compression}" for kind in kinds for compression in ("", ".gz")]


def read_matrix(path: Path, *, dtype: str = "float32") -> AnnData:
    """Read a sparse matrix as an AnnData.

    With the names of cells and genes beside it, cells are the rows; else rows and columns are those of the file.

    Args:
        path: The file.
        dtype: The type of the values.
    """
    from anndata import AnnData
    from scipy.io import mmread
    from scipy.sparse import csr_matrix

    refuse_bomb(path)
    _refuse_empty_bomb(path)
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", DeprecationWarning
        )  # about the kind of sparse matrix, which is converted anyway
        matrix = mmread(str(path))
    cells, genes = (_table_beside(Path(path), kinds) for kinds in (_NAMES_OF_CELLS, _NAMES_OF_GENES))
    if cells is None or genes is None:
        return AnnData(csr_matrix(matrix, dtype=dtype))
    obs = cells.set_index(0).rename_axis(None)[[]]
    # identifiers come first, then names, then kinds such as "Gene Expression"
    var = genes.rename(columns=dict(enumerate(("gene_ids", "gene_symbols", "feature_types"))))
    var.index = var["gene_ids"].rename(None)
    var.columns = var.columns.map(str)
    return AnnData(csr_matrix(matrix.T, dtype=dtype), obs=obs, var=var.drop(columns="gene_ids"))


def _refuse_empty_bomb(path: Path) -> None:
    """Refuse a file that says it has far more rows or columns than values."""
    from scipy.io import mminfo

    rows, columns, entries, kind, *_ = mminfo(str(path))
    unpacked = Unpacked(path)
    unpacked.add(rows * columns * _DOUBLE if kind == "array" else (entries + rows + columns) * _DOUBLE)


def _table_beside(path: Path, kinds: tuple[str, ...]) -> pd.DataFrame | None:
    import pandas as pd

    for name in companions_of(path.name):
        if any(f"{kind}.tsv" in name for kind in kinds) and (path.parent / name).is_file():
            refuse_bomb(path.parent / name)
            return pd.read_csv(path.parent / name, sep="\t", header=None, dtype=str)
    return None
