"""Several stored AnnData are loaded as one, as ``anndata.concat`` joins those in memory, without holding any twice."""

from __future__ import annotations

import os
import resource
import tracemalloc

import anndata as ad
import h5py
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import sparse

from lamindb.io.accessors import AnnDataCollection, TablePart, load_joined
from lamindb.io.paths import to_path

SAME = [list("abcde")] * 3
OTHERS = [list("abcde"), list("bade"), list("xedba")]


def _cells(number, genes, kind="float32", n_cells=20):
    matrix = sparse.random(n_cells, len(genes), density=0.4, format="csr", random_state=number)
    matrix.data = np.ceil(matrix.data * 9)
    matrix = matrix.astype(kind)
    obs = pd.DataFrame(
        {"type": pd.Categorical(["T", "B"] * (n_cells // 2)), "n": np.arange(n_cells) * number},
        index=[f"{number}-{cell}" for cell in range(n_cells)],
    )
    cells = ad.AnnData(matrix, obs=obs, var=pd.DataFrame({"length": 1}, index=genes))
    cells.layers["counts"] = matrix.toarray()
    cells.obsm["pca"] = np.random.default_rng(number).random((n_cells, 2))
    cells.uns["number"] = number
    return cells


def _with_raw(number, genes):
    cells = _cells(number, [*genes, f"only {number}"])
    cells.raw = cells.copy()
    return cells[:, 1:4].copy()


def _plain(matrix_of):
    def make(number, genes):
        cells = _cells(number, genes)
        return ad.AnnData(matrix_of(cells, number), obs=cells.obs, var=cells.var)

    return make


MADE = {
    "sparse and dense": _cells,
    "with raw data": _with_raw,
    "of several types of numbers": lambda number, genes: _cells(number, genes, ["int32", "float64", "bool"][number]),
    "some without cells": lambda number, genes: _cells(number, genes, n_cells=0 if number == 1 else 20),
    "some with other layers": lambda number, genes: _with_layer(_cells(number, genes), number),
    "without matrix": _plain(lambda cells, number: None),
    "by columns": _plain(lambda cells, number: cells.X.tocsc()),
    "sparse or dense": _plain(lambda cells, number: cells.X if number else cells.X.toarray()),
}


def _with_layer(cells, number):
    cells.layers[f"layer {number % 2}"] = cells.X.copy()
    return cells


def _written(cells, folder, suffix, **options):
    paths = [folder / f"{number}{suffix}" for number in range(len(cells))]
    for one, path in zip(cells, paths, strict=True):
        (one.write_zarr if suffix == ".zarr" else one.write_h5ad)(path, **options)
    return paths


def _assert_equal(loaded, expected):
    assert_frame_equal(loaded.obs, expected.obs)
    assert_frame_equal(loaded.var, expected.var)
    _assert_same_matrix(loaded.X, expected.X)
    assert (loaded.raw is None) == (expected.raw is None)
    if expected.raw is not None:
        assert_frame_equal(loaded.raw.var, expected.raw.var)
        _assert_same_matrix(loaded.raw.X, expected.raw.X)
    assert loaded.layers.keys() == expected.layers.keys()
    for name in expected.layers:
        _assert_same_matrix(loaded.layers[name], expected.layers[name])
    assert loaded.obsm.keys() == expected.obsm.keys()
    for name in expected.obsm:
        np.testing.assert_array_equal(loaded.obsm[name], expected.obsm[name])


def _assert_same_matrix(loaded, expected):
    assert type(loaded) is type(expected)
    if expected is None:
        return
    assert loaded.dtype == expected.dtype
    if sparse.issparse(expected):
        loaded, expected = loaded.toarray(), expected.toarray()
    np.testing.assert_array_equal(loaded.astype(float), expected.astype(float))


@pytest.mark.parametrize("join", ["inner", "outer"])
@pytest.mark.parametrize("genes", [SAME, OTHERS], ids=["same genes", "other genes"])
@pytest.mark.parametrize("made", MADE)
def test_result_is_that_of_concat(made, genes, join, tmp_path):
    """Matrices, layers, annotations and raw data are those of ``anndata.concat``, types and order included."""
    cells = [MADE[made](number, names) for number, names in enumerate(genes)]
    loaded = load_joined(_written(cells, tmp_path, ".h5ad"), ["x", "y", "z"], join=join)
    stored = [ad.read_h5ad(tmp_path / f"{number}.h5ad") for number in range(3)]
    _assert_equal(loaded, ad.concat(stored, join=join, label="file_id", keys=["x", "y", "z"]))


@pytest.mark.parametrize(("suffix", "options"), [(".zarr", {}), (".h5ad", {"compression": "gzip"})])
@pytest.mark.parametrize("genes", [SAME, OTHERS], ids=["same genes", "other genes"])
def test_small_blocks_are_joined(suffix, options, genes, tmp_path, monkeypatch):
    """What can't be read to its place at once is read in blocks, with the same result."""
    monkeypatch.setattr("lamindb.io.accessors.joining._VALUES", 7)
    cells = [_cells(number, names) for number, names in enumerate(genes)]
    loaded = load_joined(_written(cells, tmp_path, suffix, **options), ["x", "y", "z"])
    _assert_equal(loaded, ad.concat(cells, label="file_id", keys=["x", "y", "z"]))


def test_raw_data_of_some_is_left_out(tmp_path):
    """Where only some have raw data, anndata says that it joins none of it."""
    cells = [_cells(0, SAME[0]), _with_raw(1, SAME[0])]
    with pytest.warns(UserWarning, match=r"Only some AnnData objects have `\.raw`"):
        loaded = load_joined(_written(cells, tmp_path, ".h5ad"), ["x", "y"])
    assert loaded.raw is None
    assert loaded.shape == (40, 3)


def test_what_is_not_joined_is_not_read(tmp_path, monkeypatch):
    """Graphs of neighbours and unstructured annotations, which ``anndata.concat`` leaves out, stay in the files."""
    cells = [_cells(number, SAME[0]) for number in range(2)]
    for one in cells:
        one.obsp["distances"] = sparse.eye(20, format="csr")
    paths = _written(cells, tmp_path, ".h5ad")
    read = []
    original = h5py.Group.__getitem__
    monkeypatch.setattr(h5py.Group, "__getitem__", lambda group, name: read.append(name) or original(group, name))
    load_joined(paths, ["x", "y"])
    assert {"obs", "X"} <= set(read)
    assert not {"obsp", "uns"} & set(read)


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """Sixteen files of 500 cells with 200 values each, and the same with every other gene first in those with odd numbers."""
    names = [f"gene {number}" for number in range(2000)]
    folder = tmp_path_factory.mktemp("many")
    cells = []
    for number in range(16):
        matrix = sparse.random(500, 2000, density=0.1, format="csr", dtype="float32", random_state=number)
        obs = pd.DataFrame(index=[f"{number}-{cell}" for cell in range(500)])
        cells.append(ad.AnnData(matrix, obs=obs, var=pd.DataFrame(index=names)))
    mixed = [one[:, names[::2] + names[1::2]].copy() if number % 2 else one for number, one in enumerate(cells)]
    folders = {"same genes": folder / "same", "other genes": folder / "other"}
    for one in folders.values():
        one.mkdir()
    return {
        "same genes": _written(cells, folders["same genes"], ".h5ad"),
        "other genes": _written(mixed, folders["other genes"], ".h5ad"),
    }


@pytest.mark.parametrize(("genes", "most"), [("same genes", 1.15), ("other genes", 1.5)])
def test_memory_is_that_of_the_result(many, genes, most):
    """At no time there is more in memory than what is handed out and, where columns are chosen, a few times one file."""
    load_joined(many[genes][:2], ["x", "y"])
    tracemalloc.start()
    try:
        loaded = load_joined(many[genes], [path.stem for path in many[genes]])
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    size = sum(part.nbytes for part in (loaded.X.data, loaded.X.indices, loaded.X.indptr))
    assert size > 12e6
    assert peak < most * size


def test_whole_collection_is_loaded_alike(many):
    """What is opened for reading parts and then loaded as a whole takes no more memory either."""
    parts = [TablePart(to_path(path), ".h5ad", {"file_id": (path.stem,)}) for path in many["other genes"]]
    load_joined(many["other genes"][:2], ["x", "y"])
    tracemalloc.start()
    try:
        loaded = AnnDataCollection(parts).to_memory()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 1.5 * sum(part.nbytes for part in (loaded.X.data, loaded.X.indices, loaded.X.indptr))
    assert loaded.obs["file_id"].astype(str).tolist() == [path.stem for path in many["other genes"] for _ in range(500)]
    part = AnnDataCollection(parts)[[0, 700]].to_memory()
    assert (part.X != loaded[[0, 700]].X).nnz == 0


def test_one_file_is_open_at_a_time(many):
    """More files are joined than the process may have open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    free = os.open(os.devnull, os.O_RDONLY)
    os.close(free)
    resource.setrlimit(resource.RLIMIT_NOFILE, (free + 8, hard))
    try:
        loaded = load_joined(many["same genes"], [path.stem for path in many["same genes"]])
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert loaded.shape == (8000, 2000)
