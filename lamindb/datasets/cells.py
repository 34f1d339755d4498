"""Sample single-cell data."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lamindb.datasets.places import PACKAGED
from lamindb.errors import MissingExtra

if TYPE_CHECKING:
    from anndata import AnnData

# Four of each, each for ten cells; the last ones are what nobody has registered yet.
_OBS = {
    "cell_type": ("T cell", "hematopoietic stem cell", "hepatocyte", "my new cell type"),
    "cell_type_id": ("CL:0000084", "CL:0000037", "CL:0000182", ""),
    "tissue": ("kidney", "liver", "heart", "brain"),
    "disease": ("chronic kidney disease", "liver lymphoma", "cardiac ventricle disorder", "Alzheimer disease"),
}
_CELLS_PER_VALUE = 10


def anndata_with_obs() -> AnnData:
    """A matrix of zeros, 40 cells by 100 genes with Ensembl ids, with annotated cells."""
    import anndata

    obs = pd.DataFrame({name: np.repeat(values, _CELLS_PER_VALUE) for name, values in _OBS.items()})
    obs.index = [f"obs{number}" for number in range(len(obs))]
    var = pd.DataFrame(index=(PACKAGED / "genes.txt").read_text(encoding="utf-8").split())
    return anndata.AnnData(X=np.zeros((len(obs), len(var)), dtype=np.float32), obs=obs, var=var)


def anndata_pbmc68k_reduced() -> AnnData:
    """700 peripheral blood cells by 765 genes, with the annotations of their authors; a file of the package scanpy.

    Source: https://doi.org/10.1038/ncomms14049, processed by the authors of scanpy.

    Raises:
        MissingExtra: Scanpy is not installed.
    """
    import anndata

    scanpy = find_spec("scanpy")
    if scanpy is None or scanpy.origin is None:
        msg = "this sample is a file in scanpy: pip install --no-deps scanpy"
        raise MissingExtra(msg)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the file is old, which is no news for those who ask for it
        return anndata.read_h5ad(Path(scanpy.origin).parent / "datasets" / "10x_pbmc68k_reduced.h5ad")


def anndata_file_pbmc68k_test() -> Path:
    """Make a small file that has every kind of member an AnnData can have, ``pbmc68k_test.h5ad``: 30 cells by 200 genes.

    Raises:
        MissingExtra: Scanpy is not installed.
    """
    from scipy.sparse import csr_matrix

    source = anndata_pbmc68k_reduced()[:30, :200].copy()
    source.raw = source[:, :100].copy()
    source.obsp.clear()
    source.obsp["test"] = csr_matrix(np.eye(source.n_obs, dtype=np.float32))
    source.varp["test"] = csr_matrix(np.eye(source.n_vars, dtype=np.float32))
    source.layers["test"] = np.zeros(source.shape, dtype=np.float32)
    source.layers["test"][0] = 1
    path = Path.cwd() / "pbmc68k_test.h5ad"
    source.write_h5ad(path)
    return path
