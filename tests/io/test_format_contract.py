"""Each of our formats keeps to the contract of formats."""

from __future__ import annotations

import gzip
import json

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal
from pyarrow import feather

from lamindb.io import formats
from lamindb.io.formats.anndata import layers_of
from tests.contracts.formats import FormatContract, RecognisesDamage, WritableFormatContract


class Tables:
    """A small table."""

    def example(self):
        """Make it."""
        return pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})

    def assert_same(self, loaded, expected):
        """Compare values, types and index."""
        assert_frame_equal(loaded, expected)


class Annotated:
    """Small annotated data."""

    def example(self):
        """Make it."""
        obs = pd.DataFrame({"kind": pd.Categorical(["x", "y", "x"])}, index=["c1", "c2", "c3"])
        return ad.AnnData(np.arange(6, dtype="float32").reshape(3, 2), obs=obs)

    def assert_same(self, loaded, expected):
        """Compare matrix and annotations."""
        np.testing.assert_array_equal(loaded.X, expected.X)
        assert_frame_equal(loaded.obs, expected.obs)


class TestParquet(Tables, RecognisesDamage, WritableFormatContract):
    """Parquet."""

    suffix = ".parquet"


class TestFeather(Tables, RecognisesDamage, FormatContract):
    """Feather."""

    suffix = ".feather"

    def make(self, path):
        """Write with pandas."""
        self.example().to_feather(path)


class TestCsv(Tables, FormatContract):
    """Comma-separated values."""

    suffix = ".csv"

    def make(self, path):
        """Write with pandas."""
        self.example().to_csv(path, index=False)


class TestCompressedCsv(RecognisesDamage, TestCsv):
    """Comma-separated values, compressed."""

    suffix = ".csv.gz"


class TestTsv(TestCsv):
    """Tab-separated values."""

    suffix = ".tsv"

    def make(self, path):
        """Write with pandas."""
        self.example().to_csv(path, index=False, sep="\t")


class TestJsonLines(Tables, FormatContract):
    """JSON lines."""

    suffix = ".jsonl"

    def make(self, path):
        """Write with pandas."""
        self.example().to_json(path, orient="records", lines=True)


class TestJson(RecognisesDamage, FormatContract):
    """JSON."""

    suffix = ".json"

    def example(self):
        """Make a nested value."""
        return {"a": [1, None, "ä"], "b": {"c": 1.5}}

    def make(self, path):
        """Write with the standard library."""
        path.write_text(json.dumps(self.example()))


class TestExcel(Tables, RecognisesDamage, FormatContract):
    """Spreadsheets."""

    suffix = ".xlsx"

    def make(self, path):
        """Write with pandas."""
        pytest.importorskip("openpyxl")
        self.example().to_excel(path, index=False)

    def test_missing_file_is_named(self, tmp_path):
        """As for all, where the library is installed."""
        pytest.importorskip("openpyxl")
        super().test_missing_file_is_named(tmp_path)


class TestH5ad(Annotated, RecognisesDamage, WritableFormatContract):
    """AnnData in HDF5."""

    suffix = ".h5ad"


class TestZarr(Annotated, WritableFormatContract):
    """AnnData in zarr."""

    suffix = ".zarr"


class TestZrad(Annotated, WritableFormatContract):
    """AnnData in zarr, by its other suffix."""

    suffix = ".zrad"


class TestFcs(RecognisesDamage, FormatContract):
    """Flow cytometry."""

    suffix = ".fcs"

    def make(self, path):
        """Write with the library that reads."""
        pytest.importorskip("readfcs")
        from flowio import create_fcs

        with path.open("wb") as file:
            create_fcs(file, [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], ["FSC-A", "CD8"], opt_channel_names=["FSC-A", "CD8"])

    def example(self):
        """Tell the events."""
        return [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]

    def assert_same(self, loaded, expected):
        """Compare the events."""
        assert np.asarray(loaded.X).tolist() == expected

    def test_missing_file_is_named(self, tmp_path):
        """As for all, where the library is installed."""
        pytest.importorskip("readfcs")
        super().test_missing_file_is_named(tmp_path)


class TestLoom(Annotated, RecognisesDamage, FormatContract):
    """Loom, as its specification has it: genes by cells."""

    suffix = ".loom"

    def make(self, path):
        """Write the parts by hand."""
        cells = self.example()
        with h5py.File(path, "w") as file:
            file["matrix"] = cells.X.T
            file["layers/spliced"] = cells.X.T * 2
            file["col_attrs/CellID"] = cells.obs_names.to_numpy().astype("S")
            file["col_attrs/kind"] = cells.obs["kind"].astype(str).to_numpy().astype("S")
            file["col_attrs/pca"] = np.ones((3, 2))
            file["row_attrs/Gene"] = np.array(["CD8A", "CD4"], dtype="S")
            file["attrs/title"] = "cells"

    def assert_same(self, loaded, expected):
        """Compare matrices and annotations."""
        np.testing.assert_array_equal(loaded.X.toarray(), expected.X)
        np.testing.assert_array_equal(loaded.layers["spliced"].toarray(), expected.X * 2)
        assert_frame_equal(loaded.obs.astype(object), expected.obs.astype(object))
        assert loaded.var_names.tolist() == ["CD8A", "CD4"]
        assert loaded.obsm["pca"].shape == (3, 2)
        assert loaded.uns["title"] == "cells"

    def test_another_matrix_is_chosen(self, path):
        """Keywords say which layer becomes the matrix, and in which type."""
        loaded = formats.load(path, X_name="spliced", dtype="int32")
        assert loaded.X.dtype == "int32"
        np.testing.assert_array_equal(loaded.X.toarray(), self.example().X * 2)
        assert list(layers_of(loaded)) == ["matrix"]


class TestMatrixMarket(RecognisesDamage, FormatContract):
    """Sparse matrices as text."""

    suffix = ".mtx"

    def make(self, path):
        """Write by hand, genes by cells."""
        text = "%%MatrixMarket matrix coordinate integer general\n2 3 2\n1 1 5\n2 3 7\n"
        path.write_bytes(gzip.compress(text.encode()) if self.suffix.endswith(".gz") else text.encode())

    def example(self):
        """Tell the values, as they are in the file."""
        return [[5, 0, 0], [0, 0, 7]]

    def assert_same(self, loaded, expected):
        """Compare the values."""
        assert loaded.X.toarray().tolist() == expected


class TestCompressedMatrixMarket(TestMatrixMarket):
    """Sparse matrices as compressed text."""

    suffix = ".mtx.gz"

    @pytest.mark.parametrize("prefix", ["", "sample1_"])
    @pytest.mark.parametrize("genes", ["features.tsv.gz", "genes.tsv"])
    def test_names_beside_it_make_cells_the_rows(self, tmp_path, prefix, genes):
        """The folder of a pipeline is one object: cells with barcodes, genes with identifiers and names."""
        path = tmp_path / f"{prefix}matrix.mtx.gz"
        self.make(path)
        pd.Series(["AAAC", "AAAG", "AAAT"]).to_csv(tmp_path / f"{prefix}barcodes.tsv.gz", index=False, header=False)
        frame = pd.DataFrame([["ENSG1", "CD8A", "Gene Expression"], ["ENSG2", "CD4", "Gene Expression"]])
        frame.to_csv(tmp_path / f"{prefix}{genes}", sep="\t", index=False, header=False)
        loaded = formats.load(path, dtype="int64")
        assert loaded.X.toarray().tolist() == [[5, 0], [0, 0], [0, 7]]
        assert loaded.obs_names.tolist() == ["AAAC", "AAAG", "AAAT"]
        assert loaded.var_names.tolist() == ["ENSG1", "ENSG2"]
        assert loaded.var["gene_symbols"].tolist() == ["CD8A", "CD4"]


class TestSoma(Annotated, FormatContract):
    """Experiments of TileDB-SOMA."""

    suffix = ".tiledbsoma"

    def make(self, path):
        """Write the example."""
        pytest.importorskip("tiledbsoma")
        formats.write(self.example(), path)

    def assert_same(self, loaded, expected):
        """Compare values and annotations; what was dense is sparse."""
        values = loaded.X.toarray() if hasattr(loaded.X, "toarray") else loaded.X
        np.testing.assert_array_equal(values, expected.X)
        assert loaded.obs["kind"].astype(str).tolist() == expected.obs["kind"].tolist()
        assert loaded.obs_names.tolist() == expected.obs_names.tolist()

    def test_object_is_written_so_on_request_only(self):
        """Nobody gets it unasked."""
        assert formats.suffix_of_object(self.example(), format="tiledbsoma") == ".tiledbsoma"
        assert formats.suffix_of_object(self.example()) == ".h5ad"
        with pytest.raises(ValueError, match="'h5ad', 'zarr' or 'zrad', not"):
            formats.suffix_of_object(self.example(), format="x")

    def test_missing_file_is_named(self, tmp_path):
        """As for all, where the library is installed."""
        pytest.importorskip("tiledbsoma")
        super().test_missing_file_is_named(tmp_path)


class TestH5mu(RecognisesDamage, WritableFormatContract):
    """MuData as one HDF5 file."""

    suffix = ".h5mu"

    def example(self):
        """Two modalities of the same cells."""
        mudata = pytest.importorskip("mudata")
        cells = ["c1", "c2", "c3"]
        obs = pd.DataFrame({"kind": pd.Categorical(["x", "y", "x"])}, index=cells)
        rna = ad.AnnData(np.arange(6, dtype="float32").reshape(3, 2), obs=obs)
        proteins = ad.AnnData(np.ones((3, 1), dtype="float32"), obs=pd.DataFrame(index=cells))
        return mudata.MuData({"rna": rna, "proteins": proteins})

    def assert_same(self, loaded, expected):
        """Compare modalities, matrices and annotations."""
        assert list(loaded.mod) == list(expected.mod)
        for name, part in expected.mod.items():
            np.testing.assert_array_equal(loaded[name].X, part.X)
            assert_frame_equal(loaded[name].obs, part.obs)


class TestFeatherOfArrow(TestFeather):
    """Feather as polars and R write it."""

    def make(self, path):
        """Write with Arrow."""
        feather.write_feather(pa.Table.from_pandas(self.example()), path, compression="zstd")


@pytest.mark.parametrize("suffix", [".png", ".tiff", ".svg", ".h5", ".unknown"])
def test_what_has_no_reader_is_handed_out_as_a_path(tmp_path, suffix):
    """Images and files of no known format are opened by those who know what they want of them."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"content")
    assert formats.load(path) == path
