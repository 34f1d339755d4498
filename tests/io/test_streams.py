"""Tables and matrices read piece by piece: the same columns whatever they are stored in."""

from __future__ import annotations

import datetime as dt
import decimal

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from lamindb.errors import UnreadableData
from lamindb.io.streams import csv, hdf5, matrix, memory, parquet, table

N = 7


def make_frame():
    """A frame with gaps in every kind of column."""
    return pd.DataFrame(
        {
            "text": ["a", "b,\n", None, "a", "ü", "NA?", "a"],
            "label": pd.Categorical(["x", None, "y", "x", "x", "y", "x"], categories=["x", "y", "unused"]),
            "whole": [1, 2, 3, 4, 5, 6, 7],
            "gaps": pd.array([1, None, 3, 4, 5, 6, 7], dtype="Int64"),
            "real": [0.5, np.nan, -1.0, np.inf, 2.0, 3.0, 4.0],
            "truth": [True, False, True, True, False, True, False],
            "maybe": pd.array([True, None, False, True, True, True, True], dtype="boolean"),
        },
        index=[f"r{number}" for number in range(N)],
    )


@pytest.fixture(params=["frame", "arrow", "parquet", "h5ad", "zarr"])
def stored(request, tmp_path):
    """The frame as a table of each kind that keeps types."""
    frame = make_frame()
    if request.param == "frame":
        return memory.FrameTable(frame)
    if request.param == "arrow":
        return memory.ArrowTable(pa.Table.from_pandas(frame))
    if request.param == "parquet":
        frame.to_parquet(tmp_path / "frame.parquet", row_group_size=3)
        return parquet.ParquetTable(tmp_path / "frame.parquet")
    adata = ad.AnnData(np.zeros((N, 1), dtype="float32"), obs=frame)
    path = tmp_path / f"frame.{request.param}"
    adata.write_h5ad(path) if request.param == "h5ad" else adata.write_zarr(path)
    return hdf5.StoredFrame(path, "obs")


def column(stored, name):
    """A whole column as a list, with None for what is missing; its parts have to follow each other."""
    values = []
    for part in stored.scan([name]):
        assert part.column == name
        assert part.start == len(values)
        values += [None if pd.isna(value) else value for value in part.data]
    return values


def test_columns_are_the_same_wherever_they_are_stored(stored, monkeypatch):
    """Names, values, gaps and the index; also where parts are small."""
    for module in (memory, parquet, hdf5):
        monkeypatch.setattr(module, "ROWS", 2, raising=False)
    frame = make_frame()
    assert list(stored.columns) == list(frame.columns)
    assert stored.n_rows == N
    for name in frame.columns:
        expected = [None if pd.isna(value) else value for value in frame[name]]
        assert column(stored, name) == expected, name
    assert stored.names_index("index")
    assert column(stored, "index") == list(frame.index)
    assert stored.labels([5, 0, 6, 0]) == ["r5", "r0", "r6", "r0"]
    assert stored.labels([]) == []


def test_several_columns_are_read_in_one_pass(stored):
    """Each of them has all its rows."""
    rows = dict.fromkeys(["real", "text"], 0)
    for part in stored.scan(["real", "text"]):
        rows[part.column] += len(part.data)
    assert rows == {"real": N, "text": N}
    assert list(stored.scan([])) == []


@pytest.mark.parametrize("name", ["t.csv", "t.csv.gz", "t.csv.xz", "t.csv.bz2", "t.csv.zip", "t.tsv"])
def test_text_files_are_texts(tmp_path, name):
    """Values are as they are written, what pandas takes for missing is missing, and rows are known by their position."""
    frame = make_frame()
    frame.to_csv(tmp_path / name, index=False, sep="\t" if "tsv" in name else ",")
    text = csv.TextTable(tmp_path / name, delimiter="\t" if "tsv" in name else ",")
    assert text.is_text
    assert list(text.columns) == list(frame.columns)
    assert column(text, "text") == ["a", "b,\n", None, "a", "ü", "NA?", "a"]
    assert column(text, "real") == ["0.5", None, "-1.0", "inf", "2.0", "3.0", "4.0"]
    assert column(text, "truth")[:2] == ["True", "False"]
    assert text.n_rows == N
    assert text.labels([3]) == [3]
    assert not text.names_index("index")


def test_text_file_with_a_byte_order_mark(tmp_path):
    """Spreadsheet programs write one; it is no part of the first name."""
    (tmp_path / "t.csv").write_bytes(b"\xef\xbb\xbfa,b\n1,2\n")
    assert csv.TextTable(tmp_path / "t.csv").columns == ["a", "b"]


def test_empty_text_file(tmp_path):
    """It has neither columns nor rows; one with names only has no rows."""
    (tmp_path / "none.csv").write_text("")
    (tmp_path / "names.csv").write_text("a,b\n")
    empty, names = csv.TextTable(tmp_path / "none.csv"), csv.TextTable(tmp_path / "names.csv")
    assert (list(empty.columns), empty.n_rows) == ([], 0)
    assert (list(names.columns), names.n_rows) == (["a", "b"], 0)


@pytest.mark.parametrize(
    ("name", "content"),
    [("t.csv", b"a,b\n1\n"), ("t.csv", b"a\n\xff\n"), ("t.parquet", b"PAR1nonsense"), ("t.h5ad", b"nonsense")],
)
def test_broken_files_are_named_in_a_sentence(tmp_path, name, content):
    """Ragged rows, other encodings, and files that are something else."""
    path = tmp_path / name
    path.write_bytes(content)
    kinds = {".csv": csv.TextTable, ".parquet": parquet.ParquetTable}
    with pytest.raises(UnreadableData, match=name) as caught:
        column(kinds[path.suffix](path), "a") if path.suffix in kinds else hdf5.StoredFrame(path, "obs")
    assert "\n" not in str(caught.value)


def test_categoricals_of_old_anndata(tmp_path):
    """Before 0.8 the categories of all columns were in a group of their own."""
    import h5py

    with h5py.File(tmp_path / "old.h5ad", "w") as root:
        obs = root.create_group("obs")
        obs.attrs.update({"_index": "index", "column-order": ["kind"]})
        obs["index"] = ["c0", "c1", "c2"]
        obs["kind"] = np.array([1, -1, 0], dtype="i1")
        obs["__categories/kind"] = ["x", "y"]
        obs["kind"].attrs["categories"] = obs["__categories/kind"].ref
    assert column(hdf5.StoredFrame(tmp_path / "old.h5ad", "obs"), "kind") == ["y", None, "x"]


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (pa.array([1, None], pa.uint8()), [1, None]),
        (pa.array([1, None], pa.int32()), [1, None]),
        (pa.array([True, None]), [True, None]),
        (pa.array([decimal.Decimal("1.5"), None]), [1.5, None]),
        (pa.array([dt.date(2024, 1, 2), None]), [pd.Timestamp("2024-01-02"), None]),
        (pa.array(["a", None], pa.large_string()), ["a", None]),
        (pa.array(["a", None]).dictionary_encode(), ["a", None]),
        (pa.array([None, None]), [None, None]),
        (pa.array([[1], None]), [[1], None]),
        (pa.array([2**53 + 1, None]), [2**53 + 1, None]),
    ],
    ids=lambda value: str(value.type) if hasattr(value, "type") else "",
)
def test_types_of_arrow(array, expected):
    """They become what pandas has at its heart, without loss; gaps stay gaps."""
    series = memory.as_series(pa.chunked_array([array]))
    assert [None if not isinstance(one, list | np.ndarray) and pd.isna(one) else one for one in series] == expected


def test_chain_is_one_table():
    """Several tables one after the other: common columns, positions that go on, labels of each."""
    first, second = pd.DataFrame({"a": [1, 2], "b": 0}, index=["x", "y"]), pd.DataFrame({"a": [3]}, index=["z"])
    chain = table.Chain([memory.FrameTable(first), memory.FrameTable(second)])
    assert chain.columns == ["a"]
    assert chain.n_rows == 3
    assert [(part.start, list(part.data)) for part in chain.scan(["a"])] == [(0, [1, 2]), (2, [3])]
    assert chain.labels([2, 0]) == ["z", "x"]


def test_renamed_columns_are_read_under_their_new_names():
    """Only those; the others keep theirs."""
    renamed = table.Renamed(memory.FrameTable(pd.DataFrame({"A": [1], "b": [2]})), {"a": "A"})
    assert renamed.columns == ["a", "b"]
    assert [(part.column, list(part.data)) for part in renamed.scan(["a", "b"])] == [("a", [1]), ("b", [2])]


# -- matrices ---------------------------------------------------------------------------------------------------------

DENSE = np.array([[0.0, 1.0, 0.0], [2.0, 0.0, 3.0], [0.0, 0.0, 4.0], [5.0, 6.0, 0.0]])


@pytest.fixture(params=["dense", "csr", "csc", "coo", "dense.h5ad", "csr.h5ad", "csc.h5ad", "csr.zarr"])
def opened_matrix(request, tmp_path):
    """The matrix in memory or in a file."""
    kind, _, suffix = request.param.partition(".")
    value = DENSE if kind == "dense" else sparse.coo_matrix(DENSE).asformat(kind)
    if not suffix:
        return matrix.Matrix(value)
    path = tmp_path / f"m.{suffix}"
    adata = ad.AnnData(value)
    adata.write_h5ad(path) if suffix == "h5ad" else adata.write_zarr(path)
    return matrix.Matrix(None, path=path)


def test_every_value_of_a_matrix_is_read_with_its_place(opened_matrix, monkeypatch):
    """Stored values in blocks, whose places are known; zeros that aren't stored are counted."""
    monkeypatch.setattr(matrix, "VALUES", 2)
    places = {}
    with opened_matrix.blocks() as (blocks, n_zeros):
        for block in blocks:
            places |= {block.place(number): value for number, value in enumerate(block.values)}
    assert {place: value for place, value in places.items() if value} == {
        (row, column): DENSE[row, column] for row, column in zip(*np.nonzero(DENSE), strict=True)
    }
    assert len(places) + n_zeros == DENSE.size


def test_no_matrix_has_no_values():
    """An AnnData object may have no X."""
    with matrix.Matrix(None).blocks() as (blocks, n_zeros):
        assert (list(blocks), n_zeros) == ([], 0)


def test_matrix_of_objects_is_refused():
    """It has no numbers to look at."""
    with pytest.raises(UnreadableData, match="no matrix of numbers"), matrix.Matrix(np.array([["a"]])).blocks():
        pass


def test_row_groups_are_read_one_after_the_other(tmp_path, monkeypatch):
    """Small ones together; what was read of them isn't kept until the end of the file."""
    frame = pd.DataFrame({"x": range(12)})
    with pq.ParquetWriter(tmp_path / "a.parquet", pa.Schema.from_pandas(frame)) as writer:
        for start, stop in [(0, 5), (5, 6), (6, 8), (8, 12)]:
            writer.write_table(pa.Table.from_pandas(frame.iloc[start:stop]))
    monkeypatch.setattr("lamindb.io.streams.parquet.ROWS", 3)
    asked = []
    original = pq.ParquetFile.iter_batches

    def listening(self, **kwargs):
        asked.append(kwargs["row_groups"])
        return original(self, **kwargs)

    monkeypatch.setattr(pq.ParquetFile, "iter_batches", listening)
    parts = list(parquet.ParquetTable(tmp_path / "a.parquet").scan(["x"]))
    assert asked == [[0], [1, 2], [3]]
    assert [(part.start, part.data.tolist()) for part in parts] == [
        (0, [0, 1, 2]), (3, [3, 4]), (5, [5, 6, 7]), (8, [8, 9, 10]), (11, [11]),
    ]  # fmt: skip
