"""Sample data: small files, tables and matrices of the kinds that people register. Nothing is downloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_NAMES = {
    # files
    "file_fastq": "lamindb.datasets.sequencing:file_fastq",
    "file_bam": "lamindb.datasets.sequencing:file_bam",
    "dir_scrnaseq_cellranger": "lamindb.datasets.sequencing:dir_scrnaseq_cellranger",
    "file_mini_csv": "lamindb.datasets.tables:file_mini_csv",
    # data frames
    "df_iris": "lamindb.datasets.tables:df_iris",
    "df_iris_in_meter": "lamindb.datasets.tables:df_iris_in_meter",
    "df_iris_in_meter_study1": "lamindb.datasets.tables:df_iris_in_meter_study1",
    "df_iris_in_meter_study2": "lamindb.datasets.tables:df_iris_in_meter_study2",
    # annotated matrices
    "anndata_with_obs": "lamindb.datasets.cells:anndata_with_obs",
    "anndata_pbmc68k_reduced": "lamindb.datasets.cells:anndata_pbmc68k_reduced",
    "anndata_file_pbmc68k_test": "lamindb.datasets.cells:anndata_file_pbmc68k_test",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.datasets.cells import anndata_file_pbmc68k_test, anndata_pbmc68k_reduced, anndata_with_obs
    from lamindb.datasets.sequencing import dir_scrnaseq_cellranger, file_bam, file_fastq
    from lamindb.datasets.tables import (
        df_iris,
        df_iris_in_meter,
        df_iris_in_meter_study1,
        df_iris_in_meter_study2,
        file_mini_csv,
    )

__all__ = [
    "anndata_file_pbmc68k_test",
    "anndata_pbmc68k_reduced",
    "anndata_with_obs",
    "df_iris",
    "df_iris_in_meter",
    "df_iris_in_meter_study1",
    "df_iris_in_meter_study2",
    "dir_scrnaseq_cellranger",
    "file_bam",
    "file_fastq",
    "file_mini_csv",
]
