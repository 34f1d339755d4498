"""Parts of stored matrices and tables are read without the rest of them."""

from __future__ import annotations

from types import SimpleNamespace

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import sparse

from lamindb.io.accessors import annotated, open_backed
from lamindb.io.accessors.frames import read_rows
from lamindb.io.accessors.runs import blocks_of, runs_of
from lamindb.io.accessors.sparse import SparseReader
from lamindb.io.formats.zarr import open_group

ROWS = [
    pytest.param([5, 900, 901, 17, 5], id="any order"),
    pytest.param(range(100, 140), id="contiguous"),
    pytest.param(range(3, 900, 50), id="regular"),
    pytest.param([], id="none"),
    pytest.param([-1], id="from the end"),
]
COLUMNS = [pytest.param(slice(None), id="all"), pytest.param([7, 3, 3], id="some"), pytest.param([], id="no columns")]


@pytest.fixture(scope="module")
def cells():
    """A thousand cells, one of them without any count, and annotations of several kinds."""
    rng = np.random.default_rng(0)
    matrix = sparse.random(1000, 30, density=0.2, format="lil", dtype="float32", random_state=0)
    matrix[17] = 0
    obs = pd.DataFrame(
        {
            "type": pd.Categorical(rng.choice(["T", "B"], 1000), categories=["T", "B", "none"], ordered=True),
            "text": [f"text {i}" for i in range(1000)],
            "number": rng.random(1000),
            "flag": rng.random(1000) > 0.5,
        },
        index=[f"cell {i}" for i in range(1000)],
    )
    return ad.AnnData(matrix.tocsr(), obs=obs, var=pd.DataFrame(index=[f"gene {i}" for i in range(30)]))


@pytest.fixture(scope="module")
def stored(cells, tmp_path_factory):
    """The cells in each layout, in small chunks that are compressed."""
    folder = tmp_path_factory.mktemp("cells")
    paths = {}
    for layout, convert in (
        ("csr", sparse.csr_matrix),
        ("csc", sparse.csc_matrix),
        ("dense", lambda one: one.toarray()),
    ):
        copy = cells.copy()
        copy.X = convert(cells.X)
        for name in ("plain", "gzip"):
            paths[layout, name] = folder / f"{layout}-{name}.h5ad"
            copy.write_h5ad(paths[layout, name])
        _compress(paths[layout, "gzip"])
        paths[layout, "zarr"] = folder / f"{layout}.zarr"
        copy.write_zarr(paths[layout, "zarr"])
    return paths


def _compress(path):
    """Store the matrix again, in small compressed chunks."""
    with h5py.File(path, "r+") as file:
        names = ["X"] if isinstance(file["X"], h5py.Dataset) else ["X/data", "X/indices"]
        for name in names:
            values, attributes = file[name][()], dict(file[name].attrs)
            del file[name]
            chunks = (64, 8)[: values.ndim]
            file.create_dataset(name, data=values, compression="gzip", chunks=chunks).attrs.update(attributes)


@pytest.mark.parametrize("kind", ["plain", "gzip", "zarr"])
@pytest.mark.parametrize("layout", ["csr", "csc", "dense"])
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("columns", COLUMNS)
def test_part_is_that_of_the_object(cells, stored, layout, kind, rows, columns):
    """Rows and columns in any order give what AnnData gives in memory, in every layout."""
    index = np.asarray(rows, dtype=int)
    part = open_backed(stored[layout, kind])[index, columns]
    expected = cells.X[index][:, columns]
    found = part.X
    assert part.shape == found.shape == expected.shape
    np.testing.assert_array_equal(found.toarray() if sparse.issparse(found) else found, expected.toarray())


@pytest.mark.parametrize("kind", ["plain", "zarr"])
def test_rows_of_annotations_are_those_of_the_table(cells, stored, kind):
    """Some rows of ``obs`` read on their own have the values, types and categories of the whole."""
    rows = np.array([999, 0, 3, 3])
    part = open_backed(stored["csr", kind])[rows]
    assert_frame_equal(part.obs, cells.obs.iloc[rows])
    assert part.obs_names.tolist() == cells.obs_names[rows].tolist()
    assert_frame_equal(part.to_memory().obs, cells.obs.iloc[rows])


def test_few_rows_are_read_without_the_table(cells, stored, monkeypatch):
    """A small part of the cells doesn't cost the annotations of all of them."""

    def refuse(*_):
        pytest.fail("the whole table was read")

    monkeypatch.setattr(annotated, "read_frame", refuse)
    monkeypatch.setattr(annotated, "read_names", refuse)
    part = open_backed(stored["csr", "plain"])[:10]
    assert_frame_equal(part.obs, cells.obs.iloc[:10])
    assert part.shape == (10, 30)


def test_tables_of_zarr_and_hdf5_give_the_same_rows(stored):
    """Both layouts are read alike."""
    with h5py.File(stored["csr", "plain"]) as file:
        rows = range(990, 1000)
        assert_frame_equal(read_rows(file["obs"], rows), read_rows(open_group(stored["csr", "zarr"])["obs"], rows))


class Recorded:
    """A dataset that notes which stretches of it are read."""

    def __init__(self, dataset):
        self.dataset = dataset
        self.chunks, self.id, self.dtype, self.shape = dataset.chunks, dataset.id, dataset.dtype, dataset.shape
        self.reads = []

    def __getitem__(self, place):
        """Read, and note it."""
        self.reads.append((place.start, place.stop))
        return self.dataset[place]

    def decoded(self):
        """The chunks that were decoded, once per read."""
        return [
            chunk for start, stop in self.reads for chunk in range(start // self.chunks[0], -(-stop // self.chunks[0]))
        ]


@pytest.mark.parametrize("columns", [None, [3, 7]])
def test_each_chunk_is_decoded_once(stored, cells, columns):
    """Rows that share compressed chunks are read together, and chunks without any of them not at all."""
    with h5py.File(stored["csr", "gzip"]) as file:
        group = dict(file["X"].items())
        recorded = Recorded(group["data"])
        reader = SparseReader(_Group({**group, "data": recorded}, file["X"].attrs))
        rows = np.array([800, 1, 2, 3, 40, 41, 300])
        found = reader.select(rows, range(30) if columns is None else np.array(columns))
    expected = cells.X[rows] if columns is None else cells.X[rows][:, columns]
    assert (found != expected).nnz == 0
    assert len(recorded.decoded()) == len(set(recorded.decoded())) < file_chunks(cells) / 4


def file_chunks(cells):
    """How many chunks all values take."""
    return -(-cells.X.nnz // 64)


class _Group(SimpleNamespace):
    def __init__(self, members, attributes):
        super().__init__(members=members, attrs=dict(attributes))

    def __getitem__(self, name):
        return self.members[name]


def test_runs_keep_positions_of_a_chunk_together():
    """No chunk is in two runs, and none is in a run for nothing."""
    wanted = np.array([0, 9, 10, 35, 39, 81])
    assert [run.tolist() for run in runs_of(wanted, 10)] == [[0, 9], [10], [35, 39], [81]]
    assert [run.tolist() for run in runs_of(np.array([0, 5, 90]), None)] == [[0, 5], [90]]


def test_blocks_end_where_chunks_do():
    """A long stretch is cut at the borders of chunks."""
    assert list(blocks_of(5, 47, 10, 25)) == [(5, 20), (20, 40), (40, 47)]
    assert list(blocks_of(5, 47, None, 25)) == [(5, 25), (25, 47)]
