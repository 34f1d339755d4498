"""Several files of a dataset as one table or one AnnData, of which parts are read."""

from __future__ import annotations

import pickle

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import sparse

import lamindb as ln
from lamindb.errors import MissingData, UnsupportedFormat

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


def _label(files, feature, names):
    """Label each file under a feature, by name."""
    made = ln.Feature(name=feature, type="category")
    made.save()
    labels = {name: ln.ULabel(name=name) for name in dict.fromkeys(names)}
    ln.save(list(labels.values()))
    for file, name in zip(files, names, strict=True):
        file.labels.add(labels[name], feature=made)


@pytest.fixture
def tables(tmp_path):
    """A dataset of three tables, of the donors D2, D1 and D2."""
    files = []
    for i, suffix in enumerate([".parquet"] * 3):
        path = tmp_path / f"{i}{suffix}"
        pd.DataFrame({"well": ["A1", "A2"], "count": [i, 10 * i]}).to_parquet(path)
        files.append(ln.File(path, description=path.name))
    ln.save(files)
    _label(files, "donor", ["D2", "D1", "D2"])
    dataset = ln.Dataset(files, name="plates")
    dataset.save()
    return dataset


def _cells(i, genes):
    rng = np.random.default_rng(i)
    obs = pd.DataFrame({"type": rng.choice(["T", "B"], 30), "n": range(30)}, index=[f"c{i}-{j}" for j in range(30)])
    matrix = sparse.random(30, len(genes), density=0.3, format="csr", dtype="float32", random_state=i)
    cells = ad.AnnData(matrix, obs=obs, var=pd.DataFrame(index=genes), layers={"counts": matrix.toarray()})
    cells.obsm["pca"] = rng.random((30, 2))
    return cells


@pytest.fixture
def cells():
    """Three objects in memory, the last with other variables."""
    return [_cells(i, genes) for i, genes in enumerate([["a", "b", "c"], ["a", "b", "c"], ["c", "d", "a"]])]


@pytest.fixture
def cell_dataset(cells):
    """A dataset of them, of the donors D2, D1 and D2."""
    files = [ln.File(one, description=f"cells {i}") for i, one in enumerate(cells)]
    ln.save(files)
    _label(files, "donor", ["D2", "D1", "D2"])
    dataset = ln.Dataset(files, name="atlas")
    dataset.save()
    return ln.Dataset.filter(name="atlas").one()


def test_tables_are_one_table_with_labels_as_columns(tables):
    """All rows in the order of the files, and what is known of files beside them."""
    frame = tables.backed().to_pandas()
    assert frame["count"].tolist() == [0, 0, 1, 10, 2, 20]
    assert frame["donor"].tolist() == ["D2", "D2", "D1", "D1", "D2", "D2"]
    assert frame["file_id"].tolist() == [file.id for file in tables._files or tables.files.list() for _ in range(2)]
    assert_frame_equal(
        tables.to_pandas(columns=["well", "count"], filter=[("count", ">", 5)]).reset_index(drop=True),
        pd.DataFrame({"well": ["A2", "A2"], "count": [10, 20]}),
    )


def test_condition_on_a_label_opens_its_files_only(tables):
    """Files of other labels can be gone."""
    other = tables.files.list()[1]
    opened = tables.backed()
    opened.columns  # noqa: B018 - the columns of all files are looked at once
    other.path.unlink()
    assert opened.to_pandas(columns=["count"], filter=[("donor", "==", "D2")])["count"].tolist() == [0, 0, 2, 20]
    assert len(tables.backed().where(donor="D2", count=[2, 0]).to_pandas()) == 3
    with pytest.raises(MissingData, match="D9"):
        tables.backed().where(donor="D9")


def test_part_without_rows_has_columns(cell_dataset):
    """No positions, an empty slice, a mask that is false, and a value that nobody has."""
    opened = cell_dataset.backed()
    for part in (opened[[]], opened[9:3], opened[[False] * 90], opened.where(type="none")):
        assert part.shape == (0, 2)
        loaded = part.to_memory()
        assert loaded.shape == (0, 2)
        assert list(loaded.var_names) == ["a", "c"]
        assert "donor" in part.obs


def test_cells_are_one_anndata(cell_dataset, cells):
    """Shape, names and annotations are those of the files one after the other, with their labels."""
    opened = cell_dataset.backed()
    assert opened.shape == (90, 2)
    assert list(opened.var_names) == ["a", "c"]
    assert list(opened.obs_names) == [name for one in cells for name in one.obs_names]
    assert opened.obs["donor"].tolist() == ["D2"] * 30 + ["D1"] * 30 + ["D2"] * 30
    part = opened[[0, 29, 30, 89], ["c"]].to_memory()
    expected = ad.concat(cells)[[0, 29, 30, 89], ["c"]]
    assert (part.X != expected.X).nnz == 0
    assert part.obs_names.tolist() == expected.obs_names.tolist()
    copy = pickle.loads(pickle.dumps(opened))
    assert copy.shape == opened.shape


def test_conditions_choose_files_and_cells(cell_dataset, cells):
    """Labels decide about files, which aren't opened otherwise, and columns about rows."""
    cell_dataset.files.list()[1].path.unlink()
    chosen = cell_dataset.backed().where(donor="D2", type="T")
    expected = ad.concat([cells[0], cells[2]])
    expected = expected[expected.obs["type"] == "T"]
    loaded = chosen.to_memory()
    assert loaded.obs_names.tolist() == expected.obs_names.tolist()
    assert (loaded.X != expected.X).nnz == 0
    with pytest.raises(MissingData, match="sort of"):
        cell_dataset.backed().where(donor="D2", **{"sort of": 1})


def test_dataset_of_cells_is_loaded_as_anndata_concatenates(cell_dataset, cells):
    """Loading reads each matrix to its place, with the result of ``anndata.concat``."""
    loaded = cell_dataset.load()
    expected = ad.concat(cells, label="file_id", keys=[file.id for file in cell_dataset.files.list()])
    expected.strings_to_categoricals()
    assert (loaded.X != expected.X).nnz == 0
    np.testing.assert_array_equal(loaded.layers["counts"], expected.layers["counts"])
    np.testing.assert_array_equal(loaded.obsm["pca"], expected.obsm["pca"])
    assert_frame_equal(loaded.obs.astype(str), expected.obs.astype(str))
    assert loaded.var_names.tolist() == expected.var_names.tolist()


def test_mapped_cells_have_values_and_labels(cell_dataset, cells):
    """A cell comes with its values, with codes of annotations and of labels of its file."""
    joined = ad.concat(cells)
    with cell_dataset.mapped(["type", "donor"]) as mapped:
        assert len(mapped) == 90
        assert mapped.encoders == {"type": {"B": 0, "T": 1}, "donor": {"D1": 0, "D2": 1}}
        for position in (0, 45, -1):
            cell = mapped[position]
            np.testing.assert_array_equal(cell["X"], joined.X[position].toarray()[0])
            assert cell["type"] == int(joined.obs["type"].iloc[position] == "T")
        assert [mapped[i]["donor"] for i in (0, 30, 60)] == [1, 0, 1]
        with pytest.raises(IndexError, match="90"):
            mapped[90]


def test_other_kinds_of_files_say_what_they_are_not(tables, cell_dataset):
    """Tables have no cells, and AnnData no rows for polars."""
    with pytest.raises(UnsupportedFormat, match="no AnnData"):
        tables.mapped()
    with pytest.raises(UnsupportedFormat, match="no tables"):
        cell_dataset.to_polars()


def test_reading_parts_is_an_input_of_the_run(tables):
    """Whichever way the data is handed over, the dataset is an input of the current run."""
    transform = ln.Transform(name="handing over")
    transform.save()
    run = ln.Run(transform=transform)
    run.save()
    from lnschema_core import runs

    runs.set_current(run)
    try:
        tables.to_pandas()
    finally:
        runs.set_current(None)
    assert list(run.input_datasets.all()) == [tables]


def test_dask_reads_partitions_of_a_dataset(tables, cell_dataset, cells):
    """Tables become data frames, AnnData arrays, with what loading would give."""
    pytest.importorskip("dask")
    frame = tables.to_dask()
    assert frame.npartitions == 3
    assert frame["count"].sum().compute(scheduler="sync") == 33
    array = cell_dataset.to_dask()
    np.testing.assert_array_equal(array.compute(scheduler="sync"), ad.concat(cells).X.toarray())
