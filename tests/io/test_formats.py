"""Formats: recognised without importing their libraries, read and written through one table."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import pickle
import re
import subprocess
import sys
import zipfile

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zarr
import zstandard
from pandas.testing import assert_frame_equal
from pyarrow import feather
from scipy import sparse

from lamindb.errors import InvalidKey, MissingExtra, StorageError, UnreadableFile, UnsupportedFormat
from lamindb.io import formats
from lamindb.io.accessors import load_joined, open_backed, open_table
from lamindb.io.formats import registry, tables, unpacking
from lamindb.io.formats.zarr import write_zarr
from lamindb.io.hashing import digest_path
from tests.sandbox import isolated_environment


@pytest.fixture
def frame():
    """A table with columns of several types and an index."""
    return pd.DataFrame(
        {
            "number": [1.5, None, 3.0],
            "text": ["a", "b", None],
            "kind": pd.Categorical(["x", "y", "x"]),
            "time": pd.to_datetime(["2023-01-01", "2023-01-02", None]),
        },
        index=pd.Index(["r1", "r2", "r3"], name="row"),
    )


@pytest.fixture
def adata():
    """Annotated data with every slot, and columns of repeated strings."""
    matrix = sparse.random(20, 5, density=0.4, format="csr", dtype="float32", random_state=0)
    data = ad.AnnData(
        matrix,
        obs=pd.DataFrame({"kind": ["x", "y"] * 10, "gaps": [None, "a"] * 10}, index=[f"o{i}" for i in range(20)]),
        var=pd.DataFrame({"group": ["g"] * 5}, index=list("abcde")),
        uns={"nested": {"array": np.arange(3), "text": "t"}},
    )
    data.raw = data.copy()
    data.obsm["X_pca"] = np.ones((20, 2))
    data.varm["loadings"] = np.ones((5, 2))
    data.obsp["distances"] = sparse.eye(20, format="csr")
    data.layers["counts"] = matrix.copy()
    return data


def state_of(adata):
    """What a caller would notice if their object was modified."""
    columns = [str(frame.dtypes.to_dict()) for frame in (adata.obs, adata.var, adata.raw.var)]
    return columns, repr(adata), id(adata.X), sorted(adata.uns["nested"])


# -- recognising ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "name"),
    [
        (".parquet", "parquet"),
        (".csv", "csv"),
        (".csv.gz", "csv"),
        (".CSV", "csv"),
        (".png.csv", "csv"),
        (".tsv.bz2", "tsv"),
        (".xlsx", "excel"),
        (".xslx", "excel"),
        (".h5ad", "h5ad"),
        (".zarr", "zarr"),
        (".zrad", "zrad"),
        (".fcs", "fcs"),
        (".h5mu", "h5mu"),
    ],
)
def test_format_of_a_suffix(suffix, name):
    """Suffixes are found in any casing, and by their last part."""
    assert formats.format_of_suffix(suffix).name == name


@pytest.mark.parametrize("suffix", ["", ".unknown", ".gz"])
def test_unknown_suffix_has_no_format(suffix):
    """What nobody knows has no format."""
    assert formats.format_of_suffix(suffix) is None


def test_every_address_in_the_table_leads_to_a_function():
    """No row of the table points to nothing, and what needs a library says how to install it."""
    for row in registry.own_formats():
        for address in filter(None, (row.reader, row.writer)):
            assert callable(registry.resolve(address))
        assert bool(row.requires) == bool(row.install)
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in row.suffixes)


def test_objects_are_recognised_by_type(frame, adata):
    """Tables and annotated data have a format, subclasses too; other objects have none."""

    class Special(pd.DataFrame):
        """A user's own table."""

    assert formats.format_of_object(frame).suffixes[0] == ".parquet"
    assert formats.format_of_object(Special(frame)).suffixes[0] == ".parquet"
    assert formats.format_of_object(adata).suffixes[0] == ".h5ad"
    for value in (1, "a.csv", None, {"a": 1}, np.ones(3), pd.Series([1]), type(frame)):
        assert formats.format_of_object(value) is None


def test_recognising_imports_no_library(tmp_path):
    """Looking up formats and accessors loads neither pandas nor anndata nor zarr."""
    code = """
import sys
from pathlib import Path
from lamindb.io import formats
formats.format_of_suffix(".h5ad"), formats.format_of_object(3), formats.accessor_of("a.zrad"), formats.accessor_of(Path("a.csv"))
print(sorted({"pandas", "numpy", "anndata", "zarr", "h5py", "pyarrow", "fsspec"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], env=isolated_environment(tmp_path), capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("path", "accessor"),
    [
        ("a.h5ad", "AnnData"),
        ("x/b.zrad", "AnnData"),
        ("b.zarr", None),
        ("b.parquet", None),
        ("b.csv", None),
        ("b.h5ad.gz", None),
        ("h5ad", None),
    ],
)
def test_accessor_of_a_path(path, accessor):
    """Only paths that are annotated data for certain have an accessor."""
    assert formats.accessor_of(path) == accessor


def test_accessor_of_an_object(frame, adata):
    """Objects have the accessor of their type, others none."""
    assert formats.accessor_of(frame) == "DataFrame"
    assert formats.accessor_of(adata) == "AnnData"
    assert formats.accessor_of(3) is None


def test_accessor_of_mudata_needs_the_library(monkeypatch):
    """An ``.h5mu`` file is MuData exactly where mudata is installed."""
    monkeypatch.setattr(registry, "find_spec", lambda _: None)
    assert formats.accessor_of("a.h5mu") is None
    monkeypatch.setattr(registry, "find_spec", lambda _: object())
    assert formats.accessor_of("a.h5mu") == "MuData"


# -- suffixes of objects ----------------------------------------------------------------------------------------------


def test_table_is_always_parquet(frame):
    """A table is stored as parquet, whatever format is asked for, and the key has to agree."""
    assert formats.suffix_of_object(frame) == ".parquet"
    assert formats.suffix_of_object(frame, format="csv") == ".parquet"
    assert formats.suffix_of_object(frame, key="a/b.parquet") == ".parquet"
    for key, suffix in (("a.csv", ".csv"), ("a", "")):
        with pytest.raises(
            InvalidKey, match=f"The suffix '{suffix}' of the provided key is incorrect, it should be '.parquet'"
        ):
            formats.suffix_of_object(frame, key=key)


def test_annotated_data_has_three_formats(adata):
    """The format comes from the argument, else from the key, else it is h5ad."""
    assert formats.suffix_of_object(adata) == ".h5ad"
    for name in ("h5ad", "zarr", "zrad"):
        assert formats.suffix_of_object(adata, format=name) == f".{name}"
        assert formats.suffix_of_object(adata, key=f"a/b.{name}") == f".{name}"
    with pytest.raises(
        InvalidKey, match=r"The suffix '\.h5ad' of the provided key is incorrect, it should be '\.zarr'"
    ):
        formats.suffix_of_object(adata, format="zarr", key="a.h5ad")
    with pytest.raises(InvalidKey, match=r"The suffix '' of the provided key is incorrect, it should be '\.h5ad'"):
        formats.suffix_of_object(adata, key="a")


@pytest.mark.parametrize("arguments", [{"format": "csv"}, {"key": "a/b.csv"}])
def test_unknown_format_of_annotated_data_is_refused(adata, arguments):
    """The message has the formats to choose from."""
    with pytest.raises(
        ValueError,
        match="Error when specifying AnnData storage format, it should be 'h5ad', 'zarr' or 'zrad', not 'csv'",
    ):
        formats.suffix_of_object(adata, **arguments)


def test_object_without_format_is_refused():
    """The message says to pass a path."""
    with pytest.raises(
        NotImplementedError, match="Do not know how to create a file object from 3, pass a filepath instead!"
    ):
        formats.suffix_of_object(3)


# -- writing and reading ----------------------------------------------------------------------------------------------


def test_table_comes_back_as_it_was(frame, tmp_path):
    """Types, index and gaps survive, and equal tables give equal bytes."""
    formats.write(frame, tmp_path / "a.parquet")
    formats.write(frame.copy(), tmp_path / "b.parquet")
    assert_frame_equal(formats.load(tmp_path / "a.parquet"), frame)
    assert digest_path(tmp_path / "a.parquet") == digest_path(tmp_path / "b.parquet")
    assert list(formats.load(tmp_path / "a.parquet", columns=["number"])) == ["number"]


@pytest.mark.parametrize("suffix", [".h5ad", ".zarr", ".zrad"])
def test_annotated_data_comes_back_and_stays_as_it_was(adata, tmp_path, suffix):
    """All slots survive; the caller's object is not modified; equal objects give equal bytes."""
    before = state_of(adata)
    formats.write(adata, tmp_path / f"a{suffix}")
    assert state_of(adata) == before
    formats.write(adata.copy(), tmp_path / f"b{suffix}")
    assert digest_path(tmp_path / f"a{suffix}") == digest_path(tmp_path / f"b{suffix}")
    loaded = formats.load(tmp_path / f"a{suffix}")
    assert (loaded.X != adata.X).nnz == 0
    assert (loaded.raw.X != adata.raw.X).nnz == 0
    for name in ("kind", "gaps"):
        assert loaded.obs[name].dropna().to_dict() == adata.obs[name].dropna().to_dict()
    assert list(loaded.obs["kind"].cat.categories) == ["x", "y"]
    assert loaded.raw.var["group"].dtype == "category"
    assert (set(loaded.obsm), set(loaded.varm), set(loaded.obsp)) == ({"X_pca"}, {"loadings"}, {"distances"})
    assert loaded.uns["nested"]["array"].tolist() == [0, 1, 2]


@pytest.mark.parametrize("suffix", [".h5ad", ".zarr"])
def test_views_backed_and_empty_annotated_data_can_be_written(adata, tmp_path, suffix):
    """A view writes its part, data backed by a file writes all, and data without a matrix writes the rest."""
    formats.write(adata[:3, ["a", "b"]], tmp_path / f"view{suffix}")
    assert formats.load(tmp_path / f"view{suffix}").shape == (3, 2)
    formats.write(adata, tmp_path / "backed.h5ad")
    backed = ad.read_h5ad(tmp_path / "backed.h5ad", backed="r")
    before = digest_path(tmp_path / "backed.h5ad")
    formats.write(backed, tmp_path / f"copy{suffix}")
    assert (formats.load(tmp_path / f"copy{suffix}").X != adata.X).nnz == 0
    backed.file.close()
    assert digest_path(tmp_path / "backed.h5ad") == before
    formats.write(ad.AnnData(obs=adata.obs.copy()), tmp_path / f"empty{suffix}")
    assert formats.load(tmp_path / f"empty{suffix}").shape == (20, 0)


def test_zarr_writer_tells_how_far_it_is(adata, tmp_path):
    """The callback is told a growing number of bytes up to the total."""
    told = []
    write_zarr(adata, tmp_path / "a.zarr", callback=lambda total, done: told.append((total, done)))
    totals, done = zip(*told, strict=True)
    assert len(set(totals)) == 1
    assert list(done) == sorted(done)
    assert done[-1] == totals[0] > done[0] > 0


def test_chunks_of_a_dense_matrix_can_be_chosen(tmp_path):
    """The matrix has the given chunks, other arrays their own."""
    write_zarr(ad.AnnData(np.ones((10, 4), dtype="float32")), tmp_path / "a.zarr", chunks=(5, 2))
    assert zarr.open_group(tmp_path / "a.zarr", mode="r")["X"].chunks == (5, 2)


@pytest.mark.parametrize("compression", ["", ".gz", ".bz2", ".xz", ".zip"])
@pytest.mark.parametrize(("suffix", "separator"), [(".csv", ","), (".tsv", "\t")])
def test_text_tables_are_read_compressed_or_not(tmp_path, suffix, separator, compression):
    """Separated values become a table, and keywords reach the reader."""
    path = tmp_path / f"a{suffix}{compression}"
    pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_csv(path, sep=separator, index=False)
    assert formats.load(path).to_dict("list") == {"a": [1, 2], "b": ["x", "y"]}
    assert formats.load(path, index_col="b")["a"].to_dict() == {"x": 1, "y": 2}
    assert formats.load(path, nrows=1).shape == (1, 2)


def test_other_tables_and_json_are_read(tmp_path):
    """Feather and JSON lines become tables, JSON what it says."""
    frame = pd.DataFrame({"a": [1, 2]})
    frame.to_feather(tmp_path / "a.feather")
    frame.to_json(tmp_path / "a.jsonl", orient="records", lines=True)
    (tmp_path / "a.json").write_text('{"ä": [1, null]}', encoding="utf-8")
    assert_frame_equal(formats.load(tmp_path / "a.feather"), frame)
    assert_frame_equal(formats.load(tmp_path / "a.jsonl"), frame)
    assert formats.load(tmp_path / "a.json") == {"ä": [1, None]}


@pytest.mark.parametrize("suffix", ["", ".txt", ".gz", ".png", ".h5", ".pdf", ".html", ".npy", ".pt", ".joblib"])
def test_files_that_nobody_reads_are_handed_out_as_paths(tmp_path, suffix):
    """Loading what has no reader returns the path, without opening the file."""
    path = tmp_path / f"a{suffix}"
    assert formats.load(path) is path


def test_suffix_of_the_record_counts(tmp_path):
    """A file is read by the suffix that its record has, whatever it is called."""
    pd.DataFrame({"a": [1]}).to_csv(tmp_path / "a.dat", index=False)
    assert formats.load(tmp_path / "a.dat", ".csv").to_dict("list") == {"a": [1]}


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, "x", {2}]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"a": [object()]}),
    ],
    ids=["mixed", "duplicate", "objects"],
)
def test_table_that_parquet_can_not_hold_is_refused(tmp_path, frame):
    """One sentence says what to change, and no broken file is left."""
    with pytest.raises(UnsupportedFormat, match="can't be written as parquet"):
        formats.write(frame, tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_failed_write_leaves_nothing(adata, tmp_path):
    """Annotated data that can't be written leaves no broken file or folder."""
    adata.uns["strange"] = object()
    for suffix in (".h5ad", ".zarr"):
        with pytest.raises(UnsupportedFormat, match=r"This AnnData can't be written as .*strange.* Convert or remove"):
            formats.write(adata, tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


def test_objects_are_only_written_in_formats_of_their_own(frame, adata, tmp_path):
    """A table is no h5ad, annotated data no parquet, and a number nothing."""
    for value, name in ((frame, "a.h5ad"), (adata, "a.parquet"), (3, "a.parquet"), (frame, "a.csv"), (frame, "a")):
        with pytest.raises(UnsupportedFormat, match="can't be written as"):
            formats.write(value, tmp_path / name)


def test_mistake_of_the_caller_is_not_blamed_on_the_file(tmp_path):
    """A keyword that the reader doesn't have is an ordinary TypeError."""
    (tmp_path / "a.csv").write_text("a\n1\n")
    with pytest.raises(TypeError, match="nonsense"):
        formats.load(tmp_path / "a.csv", nonsense=1)


def test_size_in_memory_counts_arrays(adata, frame):
    """Objects have at least the size of their arrays, raw data included."""
    assert formats.size_in_memory(frame) >= 24
    without_raw = adata.copy()
    del without_raw.raw
    assert formats.size_in_memory(adata) - formats.size_in_memory(without_raw) >= adata.raw.X.data.nbytes


# -- what isn't installed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("suffix", "line"),
    [
        (".fcs", "pip install 'lamindb[fcs]'"),
        (".xlsx", "pip install 'lamindb[excel]'"),
        (".zarr", "pip install 'lamindb[zarr]'"),
        (".h5mu", "pip install 'lamindb[mudata]'"),
    ],
)
def test_missing_extra_names_the_command(tmp_path, monkeypatch, suffix, line):
    """A file whose reader isn't installed is named with the line that installs it."""
    monkeypatch.setattr(registry, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra) as caught:
        formats.load(tmp_path / f"a{suffix}")
    assert line in str(caught.value)
    assert isinstance(caught.value, ImportError)


# -- content that could run -------------------------------------------------------------------------------------------


class Trap:
    """Creates a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


@pytest.mark.parametrize("suffix", [".pkl", ".pickle", ".joblib", ".pt", ".npy"])
def test_pickles_are_not_opened(tmp_path, suffix):
    """Loading a pickle, whatever it is called, returns the path and runs nothing."""
    path = tmp_path / f"a{suffix}"
    path.write_bytes(pickle.dumps(Trap(tmp_path / "trapped")))
    assert formats.load(path) == path
    assert not (tmp_path / "trapped").exists()


def test_pickles_are_opened_on_request(tmp_path):
    """A caller who trusts the file gets the object."""
    path = tmp_path / "a.pkl"
    path.write_bytes(pickle.dumps({"a": 1}))
    assert formats.load(path, allow_pickle=True) == {"a": 1}


@pytest.mark.parametrize("place", ["filters", "compressor"])
@pytest.mark.parametrize("dtype", ["|O", "<i8"])
def test_pickles_in_a_zarr_store_are_refused(adata, tmp_path, place, dtype):
    """An array of pickled objects hidden in annotated data isn't read."""
    path = tmp_path / "a.zarr"
    formats.write(adata, path)
    array = path / "uns" / "nested" / "trap"
    array.mkdir()
    codec = {"id": "pickle", "protocol": 5}
    description = {
        "zarr_format": 2,
        "shape": [1],
        "chunks": [1],
        "dtype": dtype,
        "fill_value": 0,
        "order": "C",
        "filters": [codec] if place == "filters" else None,
        "compressor": codec if place == "compressor" else None,
    }
    (array / ".zarray").write_text(json.dumps(description))
    (array / ".zattrs").write_text(json.dumps({"encoding-type": "array", "encoding-version": "0.2.0"}))
    (array / "0").write_bytes(pickle.dumps(Trap(tmp_path / "trapped")))
    (path / ".zmetadata").unlink()
    with pytest.raises(ValueError, match="pickle"):
        formats.load(path)
    assert not (tmp_path / "trapped").exists()


# -- third parties ----------------------------------------------------------------------------------------------------

PLUGIN = """
from pathlib import Path
from lamindb.io.formats import Format

class Sequence:
    def __init__(self, text):
        self.text = text

def read(path, **kwargs):
    return Sequence(Path(path).read_text())

def write(value, path):
    path.write_text(value.text)

FORMATS = [Format("sequence", (".seq",), reader="seqplugin:read", writer="seqplugin:write", object_type="seqplugin.Sequence", accessor="Sequence")]
"""


@pytest.fixture
def plugins(tmp_path, monkeypatch):
    """An installed distribution with a format, and one that can't be imported."""
    (tmp_path / "seqplugin.py").write_text(PLUGIN)
    (tmp_path / "brokenplugin.py").write_text("raise RuntimeError('broken')")
    metadata = tmp_path / "seqplugin-1.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: seqplugin\nVersion: 1\n")
    (metadata / "entry_points.txt").write_text(
        "[lamindb.formats]\nbroken = brokenplugin:FORMATS\nsequence = seqplugin:FORMATS\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    registry.foreign_formats.cache_clear()
    yield tmp_path
    registry.foreign_formats.cache_clear()
    sys.modules.pop("seqplugin", None)


def test_formats_of_third_parties_work_like_ours(plugins, capsys):
    """A format from an entry point is recognised, written and read; a broken one is named and passed over."""
    from seqplugin import Sequence

    assert formats.format_of_suffix(".seq").name == "sequence"
    assert "brokenplugin" in capsys.readouterr().out
    value = Sequence("ACGT")
    assert formats.suffix_of_object(value, key="a/b.seq") == ".seq"
    assert formats.accessor_of(value) == "Sequence"
    formats.write(value, plugins / "a.seq")
    assert formats.load(plugins / "a.seq").text == "ACGT"


def test_unwritable_place_is_a_storage_error(frame, tmp_path):
    """A table that can't be written where it should is a storage error that names the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="file"):
        formats.write(frame, tmp_path / "file" / "a.parquet")


# -- bombs ------------------------------------------------------------------------------------------------------------


def bomb(path, megabytes):
    """A file of blanks that is small only as long as it is packed."""
    block = b" " * (1 << 20)
    if path.suffix in {".zip", ".xlsx"}:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            archive.writestr("xl/workbook.xml", block * megabytes)
    else:
        openers = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open, ".zst": zstandard.open}
        with openers[path.suffix](path, "wb") as file:
            for _ in range(megabytes):
                file.write(block)
    return path


STREAMS = [".csv.gz", ".csv.bz2", ".tsv.xz", ".csv.zst", ".jsonl.bz2", ".mtx.bz2"]


@pytest.mark.parametrize("suffix", [*STREAMS, ".tsv.gz", ".jsonl.gz", ".csv.zip", ".xlsx"])
def test_bomb_is_refused(tmp_path, monkeypatch, suffix):
    """What would unpack to far more than data does is refused, however it is packed, before it is unpacked."""
    monkeypatch.setattr(unpacking, "_LARGE", 20 << 20)
    path = bomb(tmp_path / f"a{suffix}", 30)
    with pytest.raises(UnreadableFile, match=r"would unpack to about 31,457,280, which hardly any data does"):
        formats.load(path)


@pytest.mark.parametrize("suffix", STREAMS[:4])
def test_what_a_large_bomb_unpacks_to_is_estimated(tmp_path, monkeypatch, suffix):
    """Only its beginning is unpacked, and even of a file of a few hundred bytes it is known how far that was."""
    monkeypatch.setattr(unpacking, "_LOOK", 48 << 20)  # bzip2 has up to 46 MB in one block
    monkeypatch.setattr(unpacking, "_LARGE", 40 << 20)
    with pytest.raises(UnreadableFile, match="would unpack to about") as caught:
        formats.load(bomb(tmp_path / f"a{suffix}", 100))
    told = int(re.search(r"about ([\d,]+)", str(caught.value))[1].replace(",", ""))
    assert 49 << 20 < told < 200 << 20


@pytest.mark.parametrize("suffix", [".csv.bz2", ".csv.xz", ".csv.zst"])
def test_data_of_common_density_are_read_however_they_are_packed(tmp_path, monkeypatch, suffix):
    """Also above the size from which on bombs are refused."""
    monkeypatch.setattr(unpacking, "_LARGE", 1 << 16)
    numbers = pd.DataFrame({"a": range(50_000)})
    numbers.to_csv(tmp_path / f"a{suffix}", index=False)
    assert formats.load(tmp_path / f"a{suffix}").equals(numbers)


def test_matrix_that_is_said_to_be_huge_is_refused(tmp_path):
    """A few words can't ask for gigabytes."""
    path = tmp_path / "a.mtx"
    path.write_text("%%MatrixMarket matrix coordinate real general\n4000000000 2 1\n1 1 1.0\n")
    with pytest.raises(UnreadableFile, match="would unpack to about 32,0"):
        formats.load(path)


def h5ad_bomb(path, rows, *, name="X"):
    """An AnnData file with an array of zeros; each chunk of 16 MB takes a few kilobytes, most are never written."""
    with h5py.File(path, "w") as file:
        for group, length in (("obs", rows), ("var", 1024)):
            frame = file.create_group(group)
            frame.attrs.update({"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index"})
            frame.attrs["column-order"] = np.array([], dtype=h5py.string_dtype())
            index = frame.create_dataset("_index", shape=(length,), chunks=(1024,), dtype="S1")
            index.attrs.update({"encoding-type": "string-array", "encoding-version": "0.2.0"})
        file.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
        array = file.create_dataset(name, (rows, 1024), "f4", chunks=(4096, 1024), compression="gzip")
        array[:4096] = 0
        array.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
    return path


@pytest.mark.parametrize("name", ["X", "layers/counts", "obsm/pca"])
def test_hdf5_bomb_is_refused(tmp_path, name):
    """An array of many gigabytes in a file of kilobytes is refused before memory is taken for it."""
    path = h5ad_bomb(tmp_path / "a.h5ad", 10_000_000, name=name)
    assert path.stat().st_size < 1 << 20
    with pytest.raises(UnreadableFile, match=r"would unpack to about 40,9\d\d,\d{3},\d{3}, which hardly any data does"):
        formats.load(path)
    (tmp_path / "a.h5mu").write_bytes(path.read_bytes())
    with pytest.raises(UnreadableFile, match="which hardly any data does"):
        formats.load(tmp_path / "a.h5mu")


def test_names_of_one_array_count_each(tmp_path, monkeypatch):
    """Links don't hide what is read; circles of them end."""
    monkeypatch.setattr(unpacking, "_LARGE", 100 << 20)
    path = h5ad_bomb(tmp_path / "a.h5ad", 8192)
    assert formats.load(path).shape == (8192, 1024)
    with h5py.File(path, "a") as file:
        file["uns/again"] = file["/"]
        file["uns/nowhere"] = h5py.SoftLink("/none")
        for number in range(4):
            file[f"layers/{number}"] = file["X"]
    with pytest.raises(UnreadableFile, match="would unpack to about 167,"):
        formats.load(path)


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr_bomb_is_refused(tmp_path, zarr_format):
    """Arrays of which no chunk is stored, or hardly any."""
    path = tmp_path / "a.zarr"
    group = zarr.open_group(path, mode="w", zarr_format=zarr_format)
    group.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    group.create_group("layers").create_array("counts", shape=(10_000_000, 1024), chunks=(4096, 1024), dtype="f4")
    with pytest.raises(UnreadableFile, match="would unpack to about 40,960,000,000, which hardly any data does"):
        formats.load(path)


@pytest.mark.parametrize("suffix", [".parquet", ".feather"])
def test_table_of_one_value_is_refused(tmp_path, monkeypatch, suffix):
    """Millions of times; of the columns that are asked for."""
    monkeypatch.setattr(unpacking, "_LARGE", 60 << 20)
    path = tmp_path / f"a{suffix}"
    zeros = np.zeros(10 << 20)
    monkeypatch.setattr(tables, "REPETITIONS", 500)  # pyarrow makes more, but smaller pages than others may
    table = pa.table({"a": zeros, "b": zeros.astype("i1")})
    if suffix == ".parquet":
        pq.write_table(table, path)
    else:
        feather.write_feather(table, path, compression="zstd")
    with pytest.raises(UnreadableFile, match="would unpack to about 94,371,840, which hardly any data does"):
        formats.load(path)
    assert len(formats.load(path, columns=["b"])) == 10 << 20


def test_old_feather_is_read(tmp_path):
    """The first version packs nothing."""
    feather.write_feather(pd.DataFrame({"a": [1, 2]}), tmp_path / "a.feather", version=1)
    assert formats.load(tmp_path / "a.feather")["a"].tolist() == [1, 2]


def test_who_trusts_a_file_reads_it_whatever_it_unpacks_to(tmp_path, monkeypatch):
    """A matrix of hardly anything but zeros is data; the error says how it is read, and by that a member of it, too."""
    monkeypatch.setattr(unpacking, "_LARGE", 1 << 20)
    path = h5ad_bomb(tmp_path / "a.h5ad", 8192)
    with pytest.raises(UnreadableFile, match=r"load\(allow_large=True\) reads it, and backed\(\) reads parts of it"):
        formats.load(path)
    assert formats.load(path, allow_large=True).shape == (8192, 1024)
    with pytest.raises(UnreadableFile):
        formats.load(path)


def test_what_is_opened_is_refused_where_all_of_it_is_read(tmp_path, monkeypatch):
    """Annotations, which are read as a whole, and what is asked for as a whole; parts are read all the same."""
    monkeypatch.setattr(unpacking, "_LARGE", 1 << 20)
    path = h5ad_bomb(tmp_path / "a.h5ad", 1 << 25)
    with h5py.File(path, "a") as file:
        file["obs/_index"].attrs["encoding-type"] = "array"
    with open_backed(path) as accessor:
        assert accessor[:3].X.shape == (3, 1024)
        for read in (lambda: accessor.obs, lambda: accessor.obs_names, accessor.to_memory):
            with pytest.raises(UnreadableFile, match=r"a\.h5ad has .* would unpack to"):
                read()
    with pytest.raises(UnreadableFile, match="would unpack to about 137,"):
        load_joined([path, path], ["a", "b"])


@pytest.mark.parametrize("zarr_format", [2, 3])
def test_zarr_annotations_that_are_a_bomb_are_refused(tmp_path, zarr_format):
    """Of the store, only what is read counts."""
    adata = ad.AnnData(np.ones((2, 2), "float32"))
    adata.write_zarr(tmp_path / "a.zarr")
    with open_backed(tmp_path / "a.zarr") as accessor:
        assert accessor.obs.shape == (2, 0)
    root = zarr.open_group(tmp_path / "b.zarr", mode="w", zarr_format=zarr_format)
    root.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    for name in ("obs", "var"):
        frame = root.create_group(name)
        frame.attrs.update(
            {"encoding-type": "dataframe", "encoding-version": "0.2.0", "_index": "_index", "column-order": []}
        )
        frame.create_array("_index", shape=(1 << 28,), chunks=(1 << 20,), dtype="i8")
    with (
        open_backed(tmp_path / "b.zarr") as accessor,
        pytest.raises(UnreadableFile, match="would unpack to about 2,147,483,648"),
    ):
        _ = accessor.obs


@pytest.mark.parametrize("suffix", [".csv.gz", ".parquet", ".feather"])
def test_opened_table_is_refused_where_it_grows_too_large(tmp_path, monkeypatch, suffix):
    """While rows are gathered; they are handed over in batches, and counted, all the same."""
    monkeypatch.setattr(unpacking, "_LARGE", 1 << 20)
    monkeypatch.setattr("lamindb.io.accessors.tables.REPETITIONS", 200)
    path, n_rows = tmp_path / f"a{suffix}", 2_000_000
    frame = pd.DataFrame({"a": np.zeros(n_rows, dtype="int64")})
    if suffix == ".csv.gz":
        frame.to_csv(path, index=False)
    elif suffix == ".parquet":
        frame.to_parquet(path, index=False)
    else:
        feather.write_feather(frame, path, compression="zstd")
    table = open_table(path)
    with pytest.raises(UnreadableFile, match="would unpack to about"):
        table.to_pandas()
    assert sum(len(batch) for batch in table.to_arrow_batch_reader()) == len(table) == n_rows
    assert len(table.to_pandas(filter=[("a", ">", 0)])) == 0


@pytest.mark.parametrize("shape", [(64, 1 << 23), (1 << 20, 2048)])
def test_loom_bomb_is_refused(tmp_path, monkeypatch, shape):
    """A matrix that is too wide is refused at once, one that is too full while it is read."""
    monkeypatch.setattr(unpacking, "_LARGE", 64 << 20)
    with h5py.File(tmp_path / "a.loom", "w") as file:
        chunks = (64, 1 << 15) if shape[0] == 64 else (1 << 14, 2048)
        file.create_dataset("matrix", shape, "i1", chunks=chunks, compression="gzip", fillvalue=1)
        file.create_group("col_attrs")
        file.create_group("row_attrs")
    with pytest.raises(UnreadableFile, match="which hardly any data does"):
        formats.load(tmp_path / "a.loom")


def test_very_regular_data_are_no_bomb(tmp_path):
    """A table that packs a hundredfold is read, and one that unpacks to less than memories hold."""
    path = tmp_path / "a.csv.gz"
    pd.DataFrame({"a": [0] * 500_000}).to_csv(path, index=False)
    assert path.stat().st_size < 10_000
    assert len(formats.load(path)) == 500_000
