"""Sample data, made without a network."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from lamindb import datasets
from lamindb.errors import MissingExtra

needs_scanpy = pytest.mark.skipif(find_spec("scanpy") is None, reason="needs the files of scanpy")


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_mock_files_are_made_in_the_working_directory():
    """Their names and contents are what they always were."""
    assert datasets.file_fastq() == Path.cwd() / "input.fastq.gz"
    assert datasets.file_fastq().read_text() == "Mock fastq file."
    assert datasets.file_bam().read_text() == "Mock bam file."
    assert datasets.file_mini_csv().read_text() == "test\n1\n2\n3\n"


@pytest.mark.usefixtures("instance")
def test_mock_files_can_be_made_in_storage():
    """``in_storage_root`` makes them where files are registered in place."""
    import lamindb as ln

    path = datasets.file_bam(in_storage_root=True)
    assert path == Path(ln.settings.storage) / "output.bam"
    assert path.exists()


def test_cellranger_tree_has_different_files():
    """15 files of different content; with reads 17."""
    folder = datasets.dir_scrnaseq_cellranger("sample_001")
    contents = [path.read_text() for path in folder.rglob("*") if path.is_file()]
    assert folder == Path("sample_001")
    assert len(contents) == len(set(contents)) == 15
    assert {len(content) for content in contents} == {6}
    assert len(list((folder / "raw_feature_bc_matrix").iterdir())) == 3
    datasets.dir_scrnaseq_cellranger("sample_002", "elsewhere", output_only=False)
    assert Path("elsewhere/fastq/sample_002_R1_001.fastq.gz").exists()


def test_irises_come_in_centimetres_and_in_metres():
    """The two studies are the halves of the whole."""
    iris, metres = datasets.df_iris(), datasets.df_iris_in_meter()
    assert iris.shape == (150, 5)
    assert list(iris["target"].value_counts().sort_index()) == [50, 50, 50]
    assert list(metres.columns) == ["sepal_length", "sepal_width", "petal_length", "petal_width", "iris_species_name"]
    np.testing.assert_allclose(metres["sepal_length"] * 100, iris["sepal length (cm)"])
    assert list(metres["iris_species_name"].unique()) == ["setosa", "versicolor", "virginica"]
    halves = [datasets.df_iris_in_meter_study1(), datasets.df_iris_in_meter_study2()]
    pd.testing.assert_frame_equal(pd.concat(halves), metres)


def test_annotated_zeros_have_genes_and_cells():
    """40 cells by 100 Ensembl genes, four values in every column."""
    adata = datasets.anndata_with_obs()
    assert adata.shape == (40, 100)
    assert adata.X.dtype == np.float32
    assert not adata.X.any()
    assert list(adata.obs.columns) == ["cell_type", "cell_type_id", "tissue", "disease"]
    assert adata.obs.nunique().eq(4).all()
    assert adata.obs_names[-1] == "obs39"
    assert adata.var_names.str.fullmatch(r"ENSG\d{11}").all()
    assert adata.var_names.is_unique


@needs_scanpy
def test_blood_cells_are_those_of_scanpy():
    """The real data set that comes with the package."""
    adata = datasets.anndata_pbmc68k_reduced()
    assert adata.shape == (700, 765)
    assert "Dendritic" in set(adata.obs["bulk_labels"])


@needs_scanpy
def test_small_file_has_every_kind_of_member():
    """For trying what reads AnnData piece by piece."""
    path = datasets.anndata_file_pbmc68k_test()
    adata = ad.read_h5ad(path)
    assert path.name == "pbmc68k_test.h5ad"
    assert adata.shape == (30, 200)
    assert adata.raw.shape == (30, 100)
    assert adata.obsm["X_pca"].shape == (30, 50)
    assert (adata.layers["test"][0] == 1).all()
    assert not adata.layers["test"][1:].any()
    assert (adata.obsp["test"] != np.eye(30)).sum() == 0
    assert (adata.varp["test"] != np.eye(200)).sum() == 0


def test_missing_package_is_named(monkeypatch):
    """Without scanpy the error has the command that brings the file."""
    monkeypatch.setattr("lamindb.datasets.cells.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="pip install --no-deps scanpy"):
        datasets.anndata_pbmc68k_reduced()
