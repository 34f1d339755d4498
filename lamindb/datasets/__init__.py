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
    "dir_iris_images": "lamindb.datasets.images:dir_iris_images",
    "file_fcs": "lamindb.datasets.cytometry:file_fcs",
    "file_fcs_alpert19": "lamindb.datasets.cytometry:file_fcs_alpert19",
    "file_jpg_paradisi05": "lamindb.datasets.images:file_jpg_paradisi05",
    "file_tiff_suo22": "lamindb.datasets.images:file_tiff_suo22",
    "file_tsv_rnaseq_nfcore_salmon_merged_gene_counts": "lamindb.datasets.tables:file_tsv_rnaseq_nfcore_salmon_merged_gene_counts",
    "schmidt22_crispra_gws_IFNG": "lamindb.datasets.tables:schmidt22_crispra_gws_IFNG",
    "schmidt22_perturbseq": "lamindb.datasets.atlases:schmidt22_perturbseq",
    # text
    "fake_bio_notebook_titles": "lamindb.datasets.titles:fake_bio_notebook_titles",
    # data frames
    "df_iris": "lamindb.datasets.tables:df_iris",
    "df_iris_in_meter": "lamindb.datasets.tables:df_iris_in_meter",
    "df_iris_in_meter_study1": "lamindb.datasets.tables:df_iris_in_meter_study1",
    "df_iris_in_meter_study2": "lamindb.datasets.tables:df_iris_in_meter_study2",
    # annotated matrices
    "anndata_with_obs": "lamindb.datasets.cells:anndata_with_obs",
    "anndata_pbmc68k_reduced": "lamindb.datasets.cells:anndata_pbmc68k_reduced",
    "anndata_file_pbmc68k_test": "lamindb.datasets.cells:anndata_file_pbmc68k_test",
    "anndata_human_immune_cells": "lamindb.datasets.atlases:anndata_human_immune_cells",
    "anndata_mouse_sc_lymph_node": "lamindb.datasets.atlases:anndata_mouse_sc_lymph_node",
    "anndata_pbmc3k_processed": "lamindb.datasets.atlases:anndata_pbmc3k_processed",
    "anndata_suo22_Visium10X": "lamindb.datasets.atlases:anndata_suo22_Visium10X",
    "mudata_papalexi21_subset": "lamindb.datasets.atlases:mudata_papalexi21_subset",
}

__getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb.datasets.atlases import (
        anndata_human_immune_cells,
        anndata_mouse_sc_lymph_node,
        anndata_pbmc3k_processed,
        anndata_suo22_Visium10X,
        mudata_papalexi21_subset,
        schmidt22_perturbseq,
    )
    from lamindb.datasets.cells import (
        anndata_file_pbmc68k_test,
        anndata_pbmc68k_reduced,
        anndata_with_obs,
    )
    from lamindb.datasets.cytometry import (
        file_fcs,
        file_fcs_alpert19,
    )
    from lamindb.datasets.images import (
        dir_iris_images,
        file_jpg_paradisi05,
        file_tiff_suo22,
    )
    from lamindb.datasets.sequencing import (
        dir_scrnaseq_cellranger,
        file_bam,
        file_fastq,
    )
    from lamindb.datasets.tables import (
        df_iris,
        df_iris_in_meter,
        df_iris_in_meter_study1,
        df_iris_in_meter_study2,
        file_mini_csv,
        file_tsv_rnaseq_nfcore_salmon_merged_gene_counts,
        schmidt22_crispra_gws_IFNG,
    )
    from lamindb.datasets.titles import (
        fake_bio_notebook_titles,
    )

__all__ = [
    "anndata_file_pbmc68k_test",
    "anndata_human_immune_cells",
    "anndata_mouse_sc_lymph_node",
    "anndata_pbmc3k_processed",
    "anndata_pbmc68k_reduced",
    "anndata_suo22_Visium10X",
    "anndata_with_obs",
    "df_iris",
    "df_iris_in_meter",
    "df_iris_in_meter_study1",
    "df_iris_in_meter_study2",
    "dir_iris_images",
    "dir_scrnaseq_cellranger",
    "fake_bio_notebook_titles",
    "file_bam",
    "file_fastq",
    "file_fcs",
    "file_fcs_alpert19",
    "file_jpg_paradisi05",
    "file_mini_csv",
    "file_tiff_suo22",
    "file_tsv_rnaseq_nfcore_salmon_merged_gene_counts",
    "mudata_papalexi21_subset",
    "schmidt22_crispra_gws_IFNG",
    "schmidt22_perturbseq",
]
