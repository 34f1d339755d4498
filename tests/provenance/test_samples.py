"""Sample data, made without a network."""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from lamindb import datasets
from lamindb.datasets import images
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


NAMES = [
    "file_fastq",
    "file_bam",
    "file_mini_csv",
    "dir_scrnaseq_cellranger",
    "fake_bio_notebook_titles",
    "anndata_with_obs",
    "df_iris",
    "df_iris_in_meter",
    "df_iris_in_meter_study1",
    "df_iris_in_meter_study2",
    "dir_iris_images",
    "file_fcs",
    "file_fcs_alpert19",
    "file_jpg_paradisi05",
    "file_tiff_suo22",
    "file_tsv_rnaseq_nfcore_salmon_merged_gene_counts",
    "anndata_mouse_sc_lymph_node",
    "anndata_human_immune_cells",
    "anndata_pbmc68k_reduced",
    "anndata_pbmc3k_processed",
    "anndata_suo22_Visium10X",
    "anndata_file_pbmc68k_test",
    "mudata_papalexi21_subset",
    "schmidt22_crispra_gws_IFNG",
    "schmidt22_perturbseq",
]

MATRICES = {
    "anndata_human_immune_cells": ((1648, 36503), ["donor", "tissue", "cell_type", "assay"]),
    "anndata_mouse_sc_lymph_node": ((1135, 10000), ["species", "tissue", "cell_type", "developmental_stage"]),
    "anndata_pbmc3k_processed": ((2638, 1838), ["n_genes", "percent_mito", "n_counts", "cell_type"]),
    "anndata_suo22_Visium10X": ((3027, 191), ["in_tissue", "array_row", "array_col"]),
}


def test_all_names_of_054_are_there():
    """Every function of the reference release, with its documentation."""
    assert set(NAMES) <= set(datasets.__all__)
    assert set(datasets.__all__) <= set(dir(datasets))
    assert all(getattr(datasets, name).__doc__ for name in datasets.__all__)


@pytest.mark.parametrize("name", MATRICES)
def test_matrices_have_the_shape_of_published_ones(name):
    """Cells by genes, and the columns that scripts ask for; the same at every call."""
    shape, columns = MATRICES[name]
    adata, again = getattr(datasets, name)(), getattr(datasets, name)()
    assert adata.shape == shape
    assert set(columns) <= set(adata.obs.columns)
    assert adata.obs_names.is_unique
    assert adata.var_names.is_unique
    pd.testing.assert_frame_equal(adata.obs, again.obs)
    assert abs(adata.X - again.X).sum() == 0


def test_mudata_has_four_modalities():
    """RNA, surface proteins, hashtags and guides of the same cells."""
    pytest.importorskip("mudata")
    mdata = datasets.mudata_papalexi21_subset()
    assert {name: modality.shape for name, modality in mdata.mod.items()} == {
        "rna": (200, 173),
        "adt": (200, 4),
        "hto": (200, 12),
        "gdo": (200, 111),
    }
    assert "perturbation" in mdata.obs


def test_cytometry_is_readable():
    """What is written as a file of a cytometer is one, with all cells and channels."""
    readfcs = pytest.importorskip("readfcs")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        adata = readfcs.read(str(datasets.file_fcs()))
    assert adata.shape == (65016, 16)
    assert {"CD3", "CD8"} <= {*adata.var_names, *map(str, adata.var.to_numpy().ravel())}
    path = datasets.file_fcs_alpert19()
    assert path.name == "Alpert19.fcs"
    header = path.read_bytes()[:16_384]
    assert b"$TOT\f166537\f" in header
    assert b"$PAR\f40\f" in header


def test_images_are_images():
    """JPEG and TIFF by their first bytes and sizes; 405 irises, no two alike."""
    jpg, tif = datasets.file_jpg_paradisi05(), datasets.file_tiff_suo22()
    assert jpg.name == "paradisi05_laminopathic_nuclei.jpg"
    assert jpg.read_bytes()[:4] == b"\xff\xd8\xff\xe0"
    assert jpg.read_bytes()[-2:] == b"\xff\xd9"
    assert tif == Path.cwd() / "suo22" / "F121_LP1_4LIV.tiff"
    assert tif.read_bytes()[:4] == b"II*\0"
    folder = datasets.dir_iris_images()
    images = [path.read_bytes() for path in Path(folder).rglob("*.jpg")]
    assert len(images) == len(set(images)) == 405
    assert len(list(Path(folder).rglob("meta.csv"))) == 3


def test_images_have_their_grey_values():
    """Any library decodes what was drawn."""
    image = pytest.importorskip("PIL.Image")
    Path("x.jpg").write_bytes(images.jpeg([[0, 255, 100], [128, 1, 254]]))
    Path("x.tiff").write_bytes(images.tiff([[0, 255, 100], [128, 1, 254]]))
    decoded = np.asarray(image.open("x.jpg"))
    assert decoded.shape == (16, 24)
    assert decoded[::8, ::8].tolist() == [[0, 255, 100], [128, 1, 254]]
    assert np.asarray(image.open("x.tiff")).tolist() == [[0, 255, 100], [128, 1, 254]]


def test_tables_have_the_columns_of_their_pipelines():
    """Those of nf-core/rnaseq and of MAGeCK."""
    counts = pd.read_csv(datasets.file_tsv_rnaseq_nfcore_salmon_merged_gene_counts(), sep="\t")
    assert list(counts.columns[:3]) == ["gene_id", "gene_name", "RAP1_IAA_30M_REP1"]
    assert counts.shape == (125, 7)
    Path("sub").mkdir()
    path = datasets.schmidt22_crispra_gws_IFNG(basedir="sub")
    assert path == Path("sub/schmidt22-crispra-gws-IFNG.csv")
    screen = pd.read_csv(path)
    assert screen.shape == (18864, 14)
    assert {"id", "neg|score", "pos|fdr", "pos|lfc"} <= set(screen.columns)
    perturbed = ad.read_h5ad(datasets.schmidt22_perturbseq(basedir="sub"))
    assert "cluster_name" in perturbed.obs


def test_genes_of_cells_are_known_but_for_a_few():
    """Validating the genes of sample data finds nearly all in the public table, and misses some, as with real data."""
    from lnschema_bionty import public

    genes = datasets.anndata_human_immune_cells().var_names
    known = public.Gene(species="human").validate(genes, "ensembl_gene_id", mute=True)
    assert 0.99 < known.mean() < 1


def test_titles_are_made_up():
    """As many as asked for, without another package, the same every time."""
    titles = datasets.fake_bio_notebook_titles(5)
    assert len(titles) == 5
    assert all(isinstance(title, str) and title for title in titles)
    assert datasets.fake_bio_notebook_titles()[:5] == titles
    assert len(datasets.fake_bio_notebook_titles()) == 100


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    ("name", "feature", "modality"),
    [
        ("anndata_mouse_sc_lymph_node", "cell_type", "rna"),
        ("file_fcs_alpert19", "assay", "protein"),
        ("file_tsv_rnaseq_nfcore_salmon_merged_gene_counts", "species", "rna"),
    ],
)
def test_registries_are_populated_on_demand(name, feature, modality, capsys):
    """Features and the modality are saved once, and nothing is said."""
    import lamindb as ln

    for _ in range(2):
        getattr(datasets, name)(populate_registries=True)
    features = ln.Feature.filter(name__in=["assay", "species", feature], type="category")
    assert set(features.list("name")) == {"assay", "species", feature}
    assert ln.Modality.filter(name=modality).one()
    assert capsys.readouterr().out == ""


def test_missing_package_is_named(monkeypatch):
    """Without scanpy the error has the command that brings the file."""
    monkeypatch.setattr("lamindb.datasets.cells.find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match="pip install --no-deps scanpy"):
        datasets.anndata_pbmc68k_reduced()
