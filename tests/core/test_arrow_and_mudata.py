"""Files and datasets of Arrow tables and of MuData objects."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import lamindb as ln
from lamindb.errors import NotFiles, UnsupportedFormat

mudata = pytest.importorskip("mudata")
pytestmark = pytest.mark.usefixtures("features")

TABLE = pa.table({"g1": [1, 2], "batch": ["a", "b"], "unknown": [0.5, 1.5]})


@pytest.fixture
def features(instance):
    """Some registered features."""
    names = {"g1": "number", "g2": "number", "p1": "number", "batch": "category"}
    ln.save([ln.Feature.from_fields(name=name, type=type_) for name, type_ in names.items()])


# -- Arrow ------------------------------------------------------------------------------------------------------------


def test_file_of_an_arrow_table():
    """Its registered columns are linked; it is stored as parquet and loaded as a frame."""
    file = ln.File.from_df(TABLE, key="table.parquet")
    file.save()
    assert file.accessor == "DataFrame"
    assert set(file.features["columns"].list("name")) == {"g1", "batch"}
    again = ln.File.filter(key="table.parquet").one()
    pd.testing.assert_frame_equal(again.load(), TABLE.to_pandas())


def test_dataset_of_an_arrow_table():
    """With the same features."""
    dataset = ln.Dataset.from_df(TABLE, name="table")
    dataset.save()
    assert set(dataset.features["columns"].list("name")) == {"g1", "batch"}
    pd.testing.assert_frame_equal(ln.Dataset.filter(name="table").one().load(), TABLE.to_pandas())


def test_index_that_pandas_left_is_no_column():
    """A table that was a frame has the columns that the frame had."""
    frame = pd.DataFrame({"g1": [1, 2]}, index=["x", "y"])
    file = ln.File.from_df(pa.Table.from_pandas(frame), description="indexed")
    file.save()
    assert file.features["columns"].list("name") == ["g1"]
    pd.testing.assert_frame_equal(ln.File.filter(pk=file.pk).one().load(), frame)


def test_equal_arrow_tables_are_one_file():
    """They have equal bytes."""
    first = ln.File(TABLE, description="first")
    first.save()
    assert ln.File(pa.table(TABLE.to_pydict()), description="second") == first


def test_wide_arrow_table_takes_few_queries(count_queries):
    """However many columns it has."""
    wide = pa.table({f"c{number}": [1] for number in range(3000)})
    with count_queries() as queries:
        ln.File.from_df(wide, key="wide.parquet").save()
    assert len(queries) < 25


def test_arrow_table_that_parquet_has_no_place_for():
    """One sentence that says so."""
    table = pa.table({"a": pa.array([None, None], pa.month_day_nano_interval())})
    with pytest.raises(UnsupportedFormat, match="can't be written as parquet"):
        ln.File(table, description="odd")


# -- MuData -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mdata():
    """Two modalities of three cells."""
    obs = pd.DataFrame({"batch": ["a", "a", "b"]}, index=list("xyz"))
    rna = ad.AnnData(np.ones((3, 2), "float32"), obs=obs, var=pd.DataFrame(index=["g1", "g2"]))
    prot = ad.AnnData(np.ones((3, 2), "int64"), obs=obs[[]], var=pd.DataFrame(index=["p1", "p2"]))
    return mudata.MuData({"rna": rna, "prot": prot})


def members(host):
    """The names of members by slot."""
    slots = host.feature_sets.through.objects.filter(**{type(host).__name__.lower(): host}).values_list(
        "slot", flat=True
    )
    return {slot: set(host.features[slot].list("name")) for slot in slots}


EXPECTED = {"rna/var": {"g1", "g2"}, "prot/var": {"p1"}, "rna/obs": {"batch"}}


def test_file_of_mudata(mdata):
    """Has a slot for the variables and the observations of each modality, and stays as it is."""
    types = {name: dict(part.obs.dtypes) for name, part in mdata.mod.items()}
    file = ln.File.from_mudata(mdata, ln.Feature.name, key="cells.h5mu")
    file.save()
    assert members(file) == EXPECTED
    assert (file.suffix, file.accessor) == (".h5mu", "MuData")
    assert file.features._feature_set_by_slot["rna/var"].type == "number"
    assert {name: dict(part.obs.dtypes) for name, part in mdata.mod.items()} == types
    stored = ln.File.filter(key="cells.h5mu").one().load()
    assert list(stored.mod) == ["rna", "prot"]
    np.testing.assert_array_equal(stored["rna"].X, mdata["rna"].X)


def test_file_of_mudata_from_its_path(mdata, tmp_path):
    """Only names are read."""
    mdata.write_h5mu(tmp_path / "m.h5mu")
    file = ln.File.from_mudata(tmp_path / "m.h5mu", {"rna": ln.Feature.name}, description="path")
    file.save()
    assert members(file) == {slot: names for slot, names in EXPECTED.items() if slot != "prot/var"}


def test_shared_observations_are_a_slot(mdata):
    """Called ``obs``; equal sets of features are one record in several slots."""
    mdata.obs["batch"] = ["a", "b", "b"]
    file = ln.File.from_mudata(mdata, ln.Feature.name, key="shared.h5mu")
    file.save()
    assert members(file) == EXPECTED | {"obs": {"batch"}}
    assert file.feature_sets["obs"] == file.feature_sets["rna/obs"]


def test_datasets_of_mudata(mdata):
    """Of an object, or of a saved file."""
    dataset = ln.Dataset.from_mudata(mdata, ln.Feature.name, name="object", reference="r")
    dataset.save()
    assert members(dataset) == members(dataset.file) == EXPECTED
    assert dataset.reference == "r"
    again = ln.Dataset.from_mudata(dataset.file, {"prot": ln.Feature.name}, name="file")
    assert again == dataset


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (pd.DataFrame({"a": [1]}), TypeError, "MuData"),
        ("nothing.h5mu", FileNotFoundError, r"nothing\.h5mu"),
        (__file__, TypeError, "no MuData"),
    ],
)
def test_what_is_no_mudata(data, error, words):
    """One sentence."""
    with pytest.raises(error, match=words):
        ln.File.from_mudata(data, ln.Feature.name, key="x.h5mu")


def test_field_is_given_by_reference(mdata):
    """Not by its name."""
    with pytest.raises(TypeError, match="field"):
        ln.File.from_mudata(mdata, "name", key="x.h5mu")


def test_modality_that_is_not_there(mdata):
    """Is named, with those that are."""
    with pytest.raises(ValueError, match="no modality 'atac', but rna, prot"):
        ln.File.from_mudata(mdata, {"atac": ln.Feature.name}, key="x.h5mu")
    with pytest.raises(NotFiles, match="saved file with a MuData"):
        ln.Dataset.from_mudata(ln.File(pd.DataFrame({"a": [1]}), description="x"), ln.Feature.name, name="x")
