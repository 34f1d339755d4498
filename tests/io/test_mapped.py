"""Cells of many files by position, as training loaders ask for them."""

from __future__ import annotations

import multiprocessing
import pickle

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from lamindb.errors import MissingData
from lamindb.io.accessors import MappedCollection, TablePart
from lamindb.io.paths import to_path

GENES = [["a", "b", "c", "d"], ["a", "b", "c", "d"], ["d", "b", "e"]]


@pytest.fixture(scope="module", params=[".h5ad", ".zarr"])
def made(request, tmp_path_factory):
    """Three files of 40, 50 and 60 cells, the last with other genes, and all cells in memory."""
    folder = tmp_path_factory.mktemp("mapped")
    parts, cells = [], []
    for number, genes in enumerate(GENES):
        n_cells = 40 + 10 * number
        kinds = np.random.default_rng(number).choice(["T", "B", "unknown"], n_cells)
        one = ad.AnnData(
            sparse.random(n_cells, len(genes), density=0.5, format="csr", dtype="float32", random_state=number),
            obs=pd.DataFrame({"type": kinds}, index=[f"{number}-{cell}" for cell in range(n_cells)]),
            var=pd.DataFrame(index=genes),
        )
        one.layers["dense"] = one.X.toarray() * 2
        path = folder / f"{number}{request.param}"
        (one.write_h5ad if request.param == ".h5ad" else one.write_zarr)(path)
        cells.append(one)
        parts.append(TablePart(to_path(path), request.param, {"donor": (f"D{number % 2}",)}))
    return parts, cells


@pytest.mark.parametrize("join", ["inner", "outer"])
def test_cells_are_those_of_the_files(made, join):
    """A cell has the variables of all files, or those of any with zeros, in one order."""
    parts, cells = made
    with MappedCollection(parts, layers=["X", "dense"], obs_keys="type", encode_labels=False, join=join) as mapped:
        assert mapped.shape == (150, 2 if join == "inner" else 5)
        joined = ad.concat(cells, join=join, fill_value=0)[:, mapped.var_names]
        for position in (0, 39, 40, 149, -1):
            np.testing.assert_array_equal(mapped[position]["X"], joined.X[position].toarray()[0])
            np.testing.assert_array_equal(mapped[position]["dense"], joined.layers["dense"][position])
            assert mapped[position]["type"] == joined.obs["type"].iloc[position]


@pytest.mark.parametrize("dense", [True, False])
def test_batch_is_in_the_order_asked_for(made, dense):
    """Positions of several files, repeated and mixed, some of them from the end."""
    parts, cells = made
    positions = [140, 3, 3, 77, 0, 149, -1, -150]
    with MappedCollection(parts, obs_keys="type", encode_labels=False) as mapped:
        batch = mapped.batch(positions, dense=dense)
        found = batch["X"] if dense else batch["X"].toarray()
        joined = ad.concat(cells)[:, mapped.var_names]
        np.testing.assert_array_equal(found, joined.X[positions].toarray())
        assert list(batch["type"]) == joined.obs["type"].iloc[positions].to_list()
        assert batch["_store_idx"].tolist() == [2, 0, 0, 1, 0, 2, 2, 0]


def test_positions_that_are_none_are_refused(made):
    """Positions outside, masks, and numbers of cells that are none."""
    with MappedCollection(made[0]) as mapped:
        for position in (150, -151):
            with pytest.raises(IndexError, match=f"Position {position} is out of bounds"):
                mapped.batch([position])
        with pytest.raises(TypeError, match="positions of cells are whole numbers"):
            mapped.batch([True, False])
        assert mapped.batch([])["X"].shape == (0, 2)
        for size in ("batch_size", "block_size", "blocks_at_once"):
            with pytest.raises(ValueError, match=f"{size} has to be at least 1"):
                next(mapped.batches(**{size: 0}))
    with pytest.raises(ValueError, match="'inner' or 'outer'"):
        MappedCollection(made[0], join="left")


def test_labels_are_codes_that_do_not_depend_on_the_order(made):
    """Codes follow the labels; the label that stands for unknown has none."""
    parts, cells = made
    with MappedCollection(parts, obs_keys=["type", "donor"], unknown_label="unknown") as mapped:
        assert mapped.encoders == {"type": {"B": 0, "T": 1}, "donor": {"D0": 0, "D1": 1}}
        codes = ad.concat(cells).obs["type"].map({"B": 0, "T": 1, "unknown": -1}).tolist()
        assert mapped.batch(range(150))["type"].tolist() == codes
        assert MappedCollection(parts[::-1], obs_keys=["type"], unknown_label="unknown").encoders["type"] == {
            "B": 0,
            "T": 1,
        }


def test_rare_labels_weigh_more(made):
    """Weights of all cells of a label add up to one."""
    parts, _ = made
    with MappedCollection(parts, obs_keys="donor") as mapped:
        weights = mapped.label_weights("donor")
    assert weights[0] == pytest.approx(1 / 100)
    assert weights[40] == pytest.approx(1 / 50)


@pytest.mark.parametrize("dense", [True, False])
def test_batches_have_every_cell_once(made, dense):
    """However they are shuffled; a seed makes the order come again."""
    parts, cells = made
    with MappedCollection(parts, obs_keys="donor") as mapped:
        batches = list(mapped.batches(16, seed=0, block_size=4, blocks_at_once=10, dense=dense))
        assert [len(batch["donor"]) for batch in batches] == [16] * 9 + [6]
        total = sum(batch["X"].sum() for batch in batches)
        assert total == pytest.approx(ad.concat(cells).X.sum(), rel=1e-5)
        again = list(mapped.batches(16, seed=0, block_size=4, blocks_at_once=10, dense=dense))
        assert all((one["donor"] == other["donor"]).all() for one, other in zip(batches, again, strict=True))
        ordered = list(mapped.batches(16, shuffle=False, drop_last=True, dense=dense))
        assert len(ordered) == 9
        assert np.concatenate([batch["_store_idx"] for batch in ordered]).tolist() == sorted(
            [0] * 40 + [1] * 50 + [2] * 54
        )


def _first_values(mapped, queue):
    queue.put(mapped.batch([0, 60, 149])["X"].sum())


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_other_processes_open_the_files_for_themselves(made, start):
    """A worker that was forked after cells were read, or started anew, reads the same."""
    parts, _ = made
    context = multiprocessing.get_context(start)
    with MappedCollection(parts, dtype="float64") as mapped:
        expected = mapped.batch([0, 60, 149])["X"].sum()
        queue = context.Queue()
        worker = context.Process(target=_first_values, args=(mapped, queue))
        worker.start()
        assert queue.get(timeout=60) == pytest.approx(expected)
        worker.join()


def test_pickled_collection_has_no_open_files(made):
    """What is sent to workers is small and complete."""
    parts, _ = made
    with MappedCollection(parts, obs_keys="type") as mapped:
        mapped[0]
        copy = pickle.loads(pickle.dumps(mapped))
    np.testing.assert_array_equal(copy[149]["X"], mapped[149]["X"])
    copy.close()
    mapped.close()


def test_what_is_not_there_is_named(made):
    """Columns and layers that a file doesn't have."""
    parts, _ = made
    with pytest.raises(MissingData, match="'age'"):
        MappedCollection(parts, obs_keys="age")
    with MappedCollection(parts, layers="counts") as mapped, pytest.raises(MissingData, match="'counts'"):
        mapped[0]
