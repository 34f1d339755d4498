"""Each of our formats keeps to the contract of formats."""

from __future__ import annotations

import json

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

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
