"""Sample single-cell data in the shape of published ones: their names, sizes and columns, with values drawn at random.

The draws are always the same. What they mean biologically is nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from lamindb.datasets.registering import register
from lamindb.errors import MissingExtra
from lnschema_bionty import public

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from anndata import AnnData
    from mudata import MuData
    from scipy.sparse import csr_matrix

    from lamindb.types import PathLike

_MARKERS = [
    "CD3D",
    "CD3E",
    "CD4",
    "CD8A",
    "CD19",
    "CD79A",
    "MS4A1",
    "CD14",
    "LYZ",
    "FCGR3A",
    "NKG7",
    "GNLY",
    "KLRB1",
    "FCER1A",
    "CST3",
    "PPBP",
    "S100A8",
    "S100A9",
    "IL7R",
    "CCR7",
    "SELL",
    "TCF7",
    "IFNG",
    "TNF",
    "IL2",
    "GZMB",
    "PRF1",
    "FOXP3",
    "CTLA4",
    "PDCD1",
]


def anndata_human_immune_cells(populate_registries: bool = False) -> AnnData:  # noqa: FBT001, FBT002 - the API of 0.54
    """1,648 immune cells by 36,503 genes with Ensembl ids, in the shape of https://doi.org/10.1126/science.abl5197.

    Args:
        populate_registries: Save the features, the kind of measurement and the labels of the cells to the registries.
    """
    rng = np.random.default_rng(5197)
    n_cells, genes = 1_648, ensembl_ids("human", 36_503)
    obs = _obs(n_cells, rng, {"donor": _DONORS, "tissue": _TISSUES, "cell_type": _CELL_TYPES, "assay": _ASSAYS})
    var = pd.DataFrame(index=genes).assign(
        feature_is_filtered=rng.integers(0, 10, len(genes)) == 0,
        feature_reference=pd.Categorical(["NCBITaxon:9606"] * len(genes)),
        feature_biotype=pd.Categorical(["gene"] * len(genes)),
    )
    adata = _anndata(_counts(n_cells, len(genes), rng), obs, var)
    adata.uns |= {"default_embedding": "X_umap", "title": "Mock of human immune cells", "schema_version": "3.0.0"}
    adata.obsm["X_umap"] = rng.normal(size=(n_cells, 2)).astype(np.float32)
    if populate_registries:
        register(
            ["donor", "tissue", "cell_type"],
            modality="rna",
            terms={"CellType": _CELL_TYPES, "Tissue": _TISSUES, "ExperimentalFactor": _ASSAYS, "Species": ["human"]},
            species={"Gene": ("ensembl_gene_id", genes)},
        )
    return adata


def anndata_mouse_sc_lymph_node(populate_registries: bool = False) -> AnnData:  # noqa: FBT001, FBT002 - the API of 0.54
    """1,135 cells of a mouse lymph node by 10,000 genes, in the shape of https://www.ebi.ac.uk/gxa/sc/experiments/E-MTAB-8414.

    Args:
        populate_registries: Save the features, the kind of measurement and the labels of the cells to the registries.
    """
    rng = np.random.default_rng(8414)
    n_cells, genes = 1_135, ensembl_ids("mouse", 10_000)
    obs = _obs(n_cells, rng, {name: values for name, values in _LYMPH_NODE.items() if name != "individual"})
    obs["individual"] = pd.Categorical([f"mouse {number % 4 + 1}" for number in range(n_cells)])
    adata = _anndata(_counts(n_cells, len(genes), rng), obs, pd.DataFrame(index=genes))
    if populate_registries:
        register(
            list(_LYMPH_NODE),
            modality="rna",
            terms={
                "CellType": _LYMPH_NODE["cell_type"],
                "Tissue": ["lymph node"],
                "ExperimentalFactor": ["single-cell RNA sequencing"],
                "Species": ["mouse"],
            },
            species={"Gene": ("ensembl_gene_id", genes)},
            name_of_species="mouse",
        )
    return adata


def anndata_pbmc3k_processed() -> AnnData:
    """2,638 blood cells by 1,838 genes, in the shape of the processed data of 10x Genomics that tutorials of scanpy use."""
    rng = np.random.default_rng(3_000)
    n_cells, genes = 2_638, symbols(1_838)
    obs = pd.DataFrame(index=_barcodes(n_cells, rng)).assign(
        n_genes=rng.integers(200, 2_500, n_cells),
        percent_mito=rng.random(n_cells).astype(np.float32) / 20,
        n_counts=rng.gamma(4, 600, n_cells).astype(np.float32),
        cell_type=pd.Categorical(rng.choice(_BLOOD, n_cells), categories=_BLOOD),
    )
    var = pd.DataFrame({"n_cells": rng.integers(3, n_cells, len(genes))}, index=pd.Index(genes, name="index"))
    adata = _anndata(rng.normal(size=(n_cells, len(genes))).astype(np.float32), obs, var)
    adata.obsm["X_pca"] = rng.normal(size=(n_cells, 50)).astype(np.float32)
    adata.obsm["X_umap"] = rng.normal(size=(n_cells, 2)).astype(np.float32)
    return adata


def anndata_suo22_Visium10X() -> AnnData:  # noqa: N802 - the API of 0.54
    """3,027 spots of a slide by 191 genes with coordinates, in the shape of https://doi.org/10.1126/science.abo0510."""
    rng = np.random.default_rng(22)
    n_spots, genes = 3_027, symbols(191)
    rows, columns = np.divmod(np.arange(n_spots), 64)
    obs = pd.DataFrame({"in_tissue": 1, "array_row": rows, "array_col": columns}, index=_barcodes(n_spots, rng))
    obs["sample"] = pd.Categorical(["F121_LP1_4LIV"] * n_spots)
    adata = _anndata(_counts(n_spots, len(genes), rng), obs, pd.DataFrame(index=genes))
    adata.obsm["spatial"] = np.column_stack([columns, rows]).astype(np.float64) * 100
    return adata


def mudata_papalexi21_subset() -> MuData:
    """200 cells in four modalities, in the shape of https://doi.org/10.1038/s41588-021-00778-2: rna, adt, hto, gdo.

    Raises:
        MissingExtra: MuData is not installed.
    """
    try:
        from mudata import MuData
    except ImportError as error:
        msg = "this sample is a MuData object: pip install 'lamindb[mudata]'"
        raise MissingExtra(msg) from error
    rng = np.random.default_rng(21)
    n_cells = 200
    cells = _barcodes(n_cells, rng)
    names = {
        "rna": symbols(173),
        "adt": ["CD86", "PDL1", "PDL2", "CD366"],
        "hto": [
            f"rep{replicate}-{treatment}" for replicate in (1, 2, 3) for treatment in ("tx", "ctrl", "dmso", "mock")
        ],
        "gdo": [f"{gene}g{number}" for gene in symbols(37) for number in (1, 2, 3)],
    }
    modalities = {
        name: _anndata(_counts(n_cells, len(of), rng), pd.DataFrame(index=cells), pd.DataFrame(index=of))
        for name, of in names.items()
    }
    mdata = MuData(modalities)
    mdata.obs["perturbation"] = pd.Categorical(rng.choice(["NT", "Perturbed"], n_cells))
    mdata.obs["replicate"] = pd.Categorical(rng.choice(["rep1", "rep2", "rep3"], n_cells))
    return mdata


def schmidt22_perturbseq(basedir: PathLike = ".") -> Path:
    """Make a file of perturbed T cells, ``schmidt22_perturbseq.h5ad``, in the shape of https://doi.org/10.1126/science.abj4008.

    Args:
        basedir: Where to make it.
    """
    rng = np.random.default_rng(4008)
    n_cells, genes = 200, symbols(500)
    clusters = ["IFNG High 1", "IFNG High 2", "IL2 High", "Proliferative", "TCF7 High"]
    obs = _obs(n_cells, rng, {"cluster_name": clusters, "condition": ["Stim", "Nostim"]})
    obs["target_gene"] = pd.Categorical(rng.choice([*genes[:20], "NO-TARGET"], n_cells))
    adata = _anndata(_counts(n_cells, len(genes), rng), obs, pd.DataFrame(index=genes))
    adata.obsm["X_umap"] = rng.normal(size=(n_cells, 2)).astype(np.float32)
    path = Path(str(basedir)) / "schmidt22_perturbseq.h5ad"
    adata.write_h5ad(path)
    return path


# -- parts ------------------------------------------------------------------------------------------------------------

_DONORS = [f"{number}{letter}" for number in (582, 621, 640) for letter in "BC"]
_TISSUES = ["blood", "bone marrow", "lung", "liver", "spleen", "thymus", "mesenteric lymph node", "omentum"]
_ASSAYS = ["10x 3' v3", "10x 5' v1", "10x 5' v2"]
_CELL_TYPES = [
    *("classical monocyte", "non-classical monocyte", "memory B cell", "naive B cell", "plasma cell", "mast cell"),
    *("alveolar macrophage", "macrophage", "megakaryocyte", "mucosal invariant T cell", "T follicular helper cell"),
    *("regulatory T cell", "gamma-delta T cell", "lymphocyte", "progenitor cell", "plasmacytoid dendritic cell"),
]
_BLOOD = [
    *("CD4 T cells", "CD14+ Monocytes", "B cells", "CD8 T cells", "NK cells", "FCGR3A+ Monocytes", "Dendritic cells"),
    "Megakaryocytes",
]
_LYMPH_NODE: dict[str, list[str]] = {
    "species": ["mouse"],
    "strain": ["C57BL/6"],
    "developmental_stage": ["adult"],
    "sex": ["female", "male"],
    "tissue": ["lymph node"],
    "cell_type": ["blood endothelial cell", "lymph node lymphatic vessel endothelial cell"],
    "individual": [],
}
_LETTERS = np.array(list("ACGT"))


def ensembl_ids(species: str, number: int) -> list[str]:
    """Identifiers of genes, rising: those of the public table, but for one in 250, which no release has."""
    known = public.Gene(species=species).df()["ensembl_gene_id"].dropna().drop_duplicates().sort_values()
    unknown = number // 250
    prefix = known.iloc[0].rstrip("0123456789")
    return [*known.iloc[: number - unknown], *(f"{prefix}{10**11 - step}" for step in range(unknown, 0, -1))]


def symbols(number: int) -> list[str]:
    """Symbols of genes: well-known ones first, then made-up ones."""
    return [*_MARKERS, *(f"GENE{position}" for position in range(1, number - len(_MARKERS) + 1))][:number]


def _obs(n_cells: int, rng: np.random.Generator, columns: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Categories of cells, each value of a column at least once."""
    obs = pd.DataFrame(index=_barcodes(n_cells, rng))
    for name, values in columns.items():
        rest = rng.choice(values, n_cells - len(values))
        obs[name] = pd.Categorical([*values, *rest])
    return obs


def _barcodes(number: int, rng: np.random.Generator) -> list[str]:
    letters = _LETTERS[rng.integers(0, len(_LETTERS), size=(number, 16))]
    return [f"{''.join(row)}-{position}" for position, row in enumerate(letters)]


def _counts(n_rows: int, n_columns: int, rng: np.random.Generator) -> csr_matrix:
    """Counts, one in fifty of which isn't zero."""
    from scipy.sparse import csr_matrix

    per_row = max(1, n_columns // 50)
    columns = np.sort(rng.integers(0, n_columns, size=(n_rows, per_row)), axis=1)
    counts = rng.geometric(0.5, size=n_rows * per_row).astype(np.float32)
    matrix = csr_matrix((counts, columns.ravel(), np.arange(n_rows + 1) * per_row), shape=(n_rows, n_columns))
    matrix.sum_duplicates()
    return matrix


def _anndata(values: Any, obs: pd.DataFrame, var: pd.DataFrame) -> AnnData:
    import anndata

    return anndata.AnnData(X=values, obs=obs, var=var)
