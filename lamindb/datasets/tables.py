"""Sample tables: Fisher's irises (https://archive.ics.uci.edu/dataset/53/iris, CC BY 4.0), counts of genes, a screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from lamindb.datasets.places import PACKAGED, folder_for
from lamindb.datasets.registering import register

if TYPE_CHECKING:
    from lamindb.types import PathLike

_SPECIES = ("setosa", "versicolor", "virginica")
_MEASURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
_CM_PER_M = 100
_SAMPLES = ("RAP1_IAA_30M_REP1", "RAP1_UNINDUCED_REP1", "RAP1_UNINDUCED_REP2", "WT_REP1", "WT_REP2")
_YEAST_GENES = 125
_SCREENED_GENES = 18_864
_RATINGS = ("score", "p-value", "fdr", "rank", "goodsgrna", "lfc")


def file_mini_csv(in_storage_root: bool = False) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a table with one column ``test`` of three numbers, ``mini.csv``.

    Args:
        in_storage_root: Make it in the root of the default storage location rather than in the working directory.
    """
    path = folder_for(in_storage_root=in_storage_root) / "mini.csv"
    pd.DataFrame({"test": [1, 2, 3]}).to_csv(path, index=False)
    return path


def df_iris() -> pd.DataFrame:
    """The irises: 150 flowers, four measures in centimetres, and ``target``, the number of the species."""
    return pd.read_csv(PACKAGED / "iris.csv")


def df_iris_in_meter() -> pd.DataFrame:
    """The irises with measures in metres and the name of the species, ``iris_species_name``."""
    iris = df_iris()
    measures = iris.iloc[:, :4].set_axis(list(_MEASURES), axis="columns") / _CM_PER_M
    return measures.assign(iris_species_name=[_SPECIES[target] for target in iris["target"]])


def df_iris_in_meter_study1() -> pd.DataFrame:
    """The first half of the irises, as if measured in a study of its own."""
    return df_iris_in_meter().iloc[:75]


def df_iris_in_meter_study2() -> pd.DataFrame:
    """The second half of the irises."""
    return df_iris_in_meter().iloc[75:]


def file_tsv_rnaseq_nfcore_salmon_merged_gene_counts(populate_registries: bool = False) -> Path:  # noqa: FBT001, FBT002 - the API of 0.54
    """Make a table of counts of 125 yeast genes in five samples, ``salmon.merged.gene_counts.tsv``, as nf-core/rnaseq writes it.

    Args:
        populate_registries: Save the features, the kind of measurement and the genes to the registries.
    """
    rng = np.random.default_rng(0)
    genes = [f"YAL{number:03d}{strand}" for number, strand in zip(range(1, _YEAST_GENES + 1), "CW" * 99, strict=False)]
    counts = {sample: rng.negative_binomial(1, 0.01, len(genes)).astype(float) for sample in _SAMPLES}
    path = Path.cwd() / "salmon.merged.gene_counts.tsv"
    pd.DataFrame({"gene_id": genes, "gene_name": genes, **counts}).to_csv(path, sep="\t", index=False)
    if populate_registries:
        register(
            modality="rna",
            terms={"ExperimentalFactor": ["RNA-Seq"], "Species": ["saccharomyces cerevisiae"]},
            species={"Gene": ("stable_id", genes)},
            name_of_species="saccharomyces cerevisiae",
        )
    return path


def schmidt22_crispra_gws_IFNG(basedir: PathLike = ".") -> Path:  # noqa: N802 - the API of 0.54
    """Make the table of a screen, ``schmidt22-crispra-gws-IFNG.csv``: ratings of 18,864 genes in the columns of MAGeCK.

    It has the shape of https://doi.org/10.1126/science.abj4008, with numbers drawn at random.

    Args:
        basedir: Where to make it.
    """
    rng = np.random.default_rng(4008)
    table = pd.DataFrame({"id": [f"GENE{number}" for number in range(1, _SCREENED_GENES + 1)], "num": 6})
    for side in ("neg", "pos"):
        score = rng.random(len(table))
        ranks = score.argsort().argsort() + 1
        ratings = (
            score,
            score,
            np.minimum(1, score * 2),
            ranks,
            rng.integers(0, 7, len(table)),
            rng.normal(size=len(table)),
        )
        table = table.assign(**{f"{side}|{name}": values for name, values in zip(_RATINGS, ratings, strict=True)})
    path = Path(str(basedir)) / "schmidt22-crispra-gws-IFNG.csv"
    table.to_csv(path, index=False, float_format="%.5g")
    return path
