"""Sample tables: Fisher's irises (https://archive.ics.uci.edu/dataset/53/iris, CC BY 4.0)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from lamindb.datasets.places import PACKAGED, folder_for

if TYPE_CHECKING:
    from pathlib import Path

_SPECIES = ("setosa", "versicolor", "virginica")
_MEASURES = ("sepal_length", "sepal_width", "petal_length", "petal_width")
_CM_PER_M = 100


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
