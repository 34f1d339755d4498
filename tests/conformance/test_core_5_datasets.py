"""Datasets as scripts of 0.54 use them: of data in memory, of a file, of several files."""

from __future__ import annotations

import re

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.db.models import Count, ProtectedError

import lamindb as ln
from lamindb.dev.hashing import hash_set

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def frame():
    """A small frame."""
    return pd.DataFrame({"feat1": [1, 2], "feat2": [3, 4]})


@pytest.fixture
def adata():
    """A small annotated matrix."""
    obs = pd.DataFrame({"feat1": ["A", "B"]}, index=["c1", "c2"])
    return ad.AnnData(np.array([[1, 2], [4, 5]], dtype="float32"), obs, pd.DataFrame(index=["MYC", "TCF7"]))


def saved_files(*contents, **arguments):
    """Saved files of frames with one number each."""
    files = [ln.File(pd.DataFrame({"a": [content]}), description=str(content), **arguments) for content in contents]
    ln.save(files)
    return files


def saved_run(name="t"):
    """A saved run of a transform."""
    transform = ln.Transform(name=name)
    transform.save()
    run = ln.Run(transform)
    run.save()
    return run


def said(capsys):
    """What was printed since the last call."""
    return capsys.readouterr().out


# -- constructor ------------------------------------------------------------------------------------------------------

MISTAKES = [
    (lambda df: ln.Dataset(), KeyError, "pass data"),
    (lambda df: ln.Dataset(df), TypeError, "['name'] are required."),
    (lambda df: ln.Dataset(df, "x", name="x"), ValueError, "Only one non-keyword arg allowed: data"),
    (
        lambda df: ln.Dataset(df, name="x", bogus=1),
        ValueError,
        "Only data, name, run, description, reference, reference_type can be passed, you passed: {'bogus': 1}",
    ),
    (lambda df: ln.Dataset(1, name="x"), ValueError, "Only DataFrame, AnnData and iterable of File is allowed"),
    (lambda df: ln.Dataset({1}, name="x"), ValueError, "Only DataFrame, AnnData and iterable of File is allowed"),
    (lambda df: ln.Dataset([], name="x"), IndexError, ""),
    (lambda df: ln.Dataset("path.csv", name="x"), AssertionError, ""),
    (lambda df: ln.Dataset(["path.csv"], name="x"), AssertionError, ""),
    (lambda df: ln.Dataset(ln.File(df, description="x"), name="x"), ValueError, "Save file before creating dataset!"),
    (
        lambda df: ln.Dataset([ln.File(df, description="x")], name="x"),
        ValueError,
        "Not all files are yet saved, please save them",
    ),
    (
        lambda df: ln.Dataset(2 * saved_files(1), name="x"),
        ValueError,
        "Please pass files with distinct hashes: these ones are non-unique ['",
    ),
    (
        lambda df: ln.Dataset(df, name="x", is_new_version_of=ln.ULabel(name="x")),
        TypeError,
        "is_new_version_of has to be of type ln.Dataset",
    ),
]


@pytest.mark.parametrize(("construct", "error", "message"), MISTAKES)
def test_mistakes_in_constructors(frame, construct, error, message):
    """The texts are those that callers match on; there is no dataset afterwards."""
    with pytest.raises(error) as raised:
        construct(frame)
    assert message in str(raised.value)
    assert not ln.Dataset.filter().exists()


# -- of data in memory ------------------------------------------------------------------------------------------------


def test_a_frame(frame):
    """Its file has the same id and digest, and says whose it is."""
    ln.save(ln.Feature.from_df(frame))
    run = saved_run()
    dataset = ln.Dataset.from_df(
        frame, name="My dataset", description="All of it", run=run, reference="https://x", reference_type="url"
    )
    assert dataset.id == dataset.file.id
    assert dataset.hash == dataset.file.hash
    assert dataset.file.description == f"See dataset {dataset.id}"
    assert dataset._files is None
    assert dataset._feature_sets["columns"].n == 2
    assert (dataset.run, dataset.transform, dataset.file.run) == (run, run.transform, run)
    dataset.save()
    stored = ln.Dataset.filter(name="My dataset").one()
    assert (stored.description, stored.reference, stored.reference_type) == ("All of it", "https://x", "url")
    assert stored.load().equals(frame)
    assert dataset.load() is frame
    assert set(stored.features["columns"].list("name")) == {"feat1", "feat2"}
    assert stored.feature_sets["columns"] == stored.file.feature_sets["columns"]
    assert ln.Dataset.filter(feature_sets__in=ln.FeatureSet.filter(features__name="feat1")).one() == stored
    assert ln.Dataset.filter(file=stored.file).one() == stored
    assert stored.file.datasets.list() == []
    assert not run.input_files.exists()
    assert run.output_datasets.one() == stored


def test_without_registered_columns_there_are_no_features(frame):
    """Nothing is linked then."""
    dataset = ln.Dataset.from_df(frame, name="x")
    assert dataset._feature_sets == {}
    dataset.save()
    assert repr(dataset.features) == "no linked features"
    assert dataset.feature_sets["columns"] is None


def test_an_annotated_matrix(adata):
    """In memory, or of a saved file; other files are refused."""
    ln.save([ln.Feature(name=name, type="number") for name in adata.var_names])
    ln.save(ln.Feature.from_df(adata.obs))
    dataset = ln.Dataset.from_anndata(adata, ln.Feature.name, name="Cells", reference="r")
    dataset.save()
    assert dataset.reference == "r"
    assert set(dataset.features["var"].list("name")) == {"MYC", "TCF7"}
    assert set(dataset.features["obs"].list("name")) == {"feat1"}
    assert dataset.backed().shape == (2, 2)
    file = ln.File(ad.AnnData(adata.X + 1, adata.obs, adata.var), description="more cells")
    with pytest.raises(AssertionError):
        ln.Dataset.from_anndata(file, ln.Feature.name, name="x")
    file.save()
    dataset = ln.Dataset.from_anndata(file, ln.Feature.name, name="More cells")
    dataset.save()
    assert (dataset.file, dataset.id) == (file, file.id)
    assert dataset.features["var"].count() == 2
    with pytest.raises(AssertionError):
        ln.Dataset.from_anndata(saved_files(1)[0], ln.Feature.name, name="x")


def test_a_saved_file(frame):
    """It is used as it is, and its features are those of the dataset; it becomes an input of the dataset's run."""
    ln.save(ln.Feature.from_df(frame))
    file = ln.File.from_df(frame, description="mine")
    file.save()
    run = saved_run()
    dataset = ln.Dataset(file, name="of a file", run=run)
    assert (dataset.id, dataset.hash) == (file.id, file.hash)
    assert dataset._feature_sets["columns"] == file.feature_sets["columns"]
    dataset.save()
    assert ln.File.filter(id=file.id).one().description == "mine"
    assert run.input_files.one() == file
    assert dataset.features["columns"].count() == 2


def test_equal_content_returns_the_registered_dataset(frame, capsys):
    """Whatever it is called."""
    dataset = ln.Dataset(frame, name="first")
    dataset.save()
    said(capsys)
    again = ln.Dataset(frame, name="second", description="x")
    assert f"❗ returning existing dataset with same hash: {dataset}\n" in said(capsys)
    assert (again, again.name, again._state.adding) == (dataset, "first", False)
    again.save()
    assert ln.Dataset.filter().count() == 1


def test_another_content_of_the_same_name_is_another_dataset(frame):
    """No data is lost."""
    ln.Dataset(frame, name="x").save()
    other = ln.Dataset(frame.assign(new=1), name="x")
    other.save()
    assert ln.Dataset.filter(name="x").count() == 2
    assert ln.Dataset.filter(id=other.id).one().load().columns.tolist() == ["feat1", "feat2", "new"]


# -- of several files -------------------------------------------------------------------------------------------------


def test_several_files():
    """Of a list, a tuple or a query; its digest is that of all of them, in any order."""
    files = saved_files(3, 1, 2)
    dataset = ln.Dataset(files, name="several")
    assert dataset.file is None
    assert dataset._files == files
    assert dataset.hash == hash_set({file.hash for file in files})
    assert len(dataset.hash) == 20
    assert re.fullmatch(r"\w{20}", dataset.id)
    dataset.save()
    assert ln.Dataset(files[::-1], name="reversed") == dataset
    assert ln.Dataset(tuple(files[:2]), name="two")._state.adding
    assert ln.Dataset(ln.File.filter(description__in=["3", "1", "2"]), name="queried") == dataset
    assert ln.File.filter(datasets=dataset).count() == 3
    assert files[0].datasets.one() == dataset
    assert dataset.backed().to_pandas()["file_id"].unique().tolist() == [file.id for file in files]  # 0.54 refused


def test_files_without_digests_make_datasets_without():
    """Nothing is known to be equal then."""
    ln.settings.upon_file_create_skip_size_hash = True
    files = saved_files(1, 2)
    ln.settings.upon_file_create_skip_size_hash = False
    for name, contents in {"both": files, "one": [files[0], *saved_files(3)]}.items():
        dataset = ln.Dataset(contents, name=name)
        assert dataset.hash is None
        dataset.save()
    assert ln.Dataset(files, name="again")._state.adding
    assert ln.Dataset.filter(name="both").one().load()["a"].tolist() == [1, 2]


def test_files_come_in_the_order_given():
    """Whatever is done with them."""
    files = saved_files(5, 3, 1, 4, 2)
    ln.Dataset(files, name="ordered").save()
    ln.Dataset(files[2:4], name="other").save()
    dataset = ln.Dataset.filter(name="ordered").one()
    assert dataset.files.list() == list(dataset.files.all()) == files
    assert dataset.files.df()["description"].tolist() == ["5", "3", "1", "4", "2"]
    assert dataset.files.filter(description__in=["1", "2", "3"]).list("description") == ["3", "1", "2"]
    assert dataset.files.first() == files[0]
    assert dataset.files.order_by("description").list("description") == ["1", "2", "3", "4", "5"]
    assert dataset.load()["a"].tolist() == [5, 3, 1, 4, 2]
    (queried,) = ln.Dataset.filter(name="ordered").prefetch_related("files")
    assert list(queried.files.all()) == files
    dataset.files.remove(files[1])
    dataset.files.add(files[1])
    assert dataset.files.list("description") == ["5", "1", "4", "2", "3"]


def test_their_order_is_in_nobodys_way():
    """Groups, unions and changes are as without it."""
    files = saved_files(1, 2, 3)
    dataset = ln.Dataset(files, name="x")
    dataset.save()
    assert list(dataset.files.values("suffix").annotate(n=Count("id"))) == [{"suffix": ".parquet", "n": 3}]
    assert dataset.files.all().union(ln.File.filter()).count() == 3
    assert ln.File.filter().difference(dataset.files.all()).count() == 0
    assert (dataset.files.all() | dataset.files.filter(key=None)).count() == 3
    assert ln.File.filter(id__in=dataset.files.all()).count() == 3
    assert dataset.files.all().update(description="same") == 3
    assert dataset.files.aggregate(n=Count("id")) == {"n": 3}


def test_features_of_several_files(frame):
    """Those of the files."""
    ln.save(ln.Feature.from_df(frame))
    files = [ln.File.from_df(frame.assign(feat1=number), description=str(number)) for number in range(2)]
    ln.save(files)
    dataset = ln.Dataset(files, name="x")
    dataset.save()
    assert dataset.feature_sets["columns"] == files[-1].feature_sets["columns"]
    assert set(dataset.features["columns"].list("name")) == {"feat1", "feat2"}


def test_loading_several_files(tmp_path, adata):
    """Frames and matrices are concatenated; formats can't be mixed."""
    matrices = [
        ln.File(ad.AnnData(adata.X + number, adata.obs, adata.var), description=str(number)) for number in range(2)
    ]
    frames = saved_files(1, 2)
    ln.save(matrices)
    dataset = ln.Dataset(matrices, name="matrices")
    dataset.save()
    loaded = dataset.load()
    assert loaded.shape == (4, 2)
    assert loaded.obs["file_id"].tolist() == [file.id for file in matrices for _ in range(2)]
    ln.Dataset(frames, name="frames").save()
    assert ln.Dataset.filter(name="frames").one().load().index.tolist() == [0, 0]
    mixed = ln.Dataset([*frames, *matrices], name="mixed")
    with pytest.raises(RuntimeError, match="Can only load datasets where all files have the same suffix"):
        mixed.load()


# -- provenance, versions, deletion -----------------------------------------------------------------------------------


def test_inputs_of_runs():
    """Files of other runs are inputs of the run that makes a dataset of them; a dataset is one of what loads it."""
    files = saved_files(1, 2)
    ln.track(ln.Transform(name="collect"))
    dataset = ln.Dataset(files, name="x")
    dataset.save()
    assert set(ln.run_context.run.input_files.list()) == set(files)
    assert dataset.transform.name == "collect"
    dataset.load()
    assert not ln.run_context.run.input_datasets.exists()
    ln.track(ln.Transform(name="use"))
    dataset.load()
    assert ln.run_context.run.input_datasets.list() == dataset.input_of.one().input_datasets.list() == [dataset]
    assert ln.run_context.transform.parents.list("name") == ["collect"]
    dataset.load(is_run_input=False)
    graph = dataset.view_flow()
    assert all(part in graph.source for part in ("🍱 x", "📄 1", "collect", "use"))


def test_describe(frame, capsys):
    """A dataset of one file names it; a file names the datasets of several files that it is in."""
    dataset = ln.Dataset(frame, name="one")
    dataset.save()
    said(capsys)
    dataset.describe()
    assert "  📄 file: File(id=" in said(capsys)
    files = saved_files(1, 2)
    ln.Dataset(files, name="parent").save()
    said(capsys)
    files[0].describe()
    assert "  🏷️ datasets (1, core.Dataset): 'parent'" in said(capsys)


def test_versions_of_data_in_memory(frame, capsys):
    """Dataset and file are versioned together, and a new version is no similar name."""
    first = ln.Dataset(frame, name="versioned")
    first.save()
    said(capsys)
    second = ln.Dataset(frame.assign(new=1), is_new_version_of=first)
    assert "similar name" not in said(capsys)
    assert (first.version, first.file.version) == ("1", "1")
    assert (second.version, second.file.version, second.name) == ("2", "2", "versioned")
    assert second.id == second.file.id
    assert second.id[:18] == first.id[:18]
    second.save()
    assert (second.initial_version, second.file.initial_version) == (first, first.file)
    assert ln.Dataset.filter(name="versioned").df().set_index("version")["hash"].to_dict() == {
        "1": first.hash,
        "2": second.hash,
    }
    assert ln.File.filter(id=first.id).one().version == "1"


def test_versions_of_several_files():
    """The dataset alone is versioned."""
    files = saved_files(1, 2, 3)
    first = ln.Dataset(files[:2], name="versioned")
    first.save()
    second = ln.Dataset(files, is_new_version_of=first, version="2.0")
    second.save()
    assert (second.id[:18], second.initial_version) == (first.id[:18], first)
    assert ln.File.filter(version=None).count() == 3


def test_deleting(frame):
    """A dataset of one file goes with its file, one of several leaves them."""
    dataset = ln.Dataset(frame, name="one")
    dataset.save()
    place = dataset.file.path
    with pytest.raises(ProtectedError):
        dataset.file.delete(storage=True)
    assert place.exists()
    dataset.delete(storage=True)
    assert not place.exists()
    assert not ln.File.filter().exists()
    files = saved_files(1, 2)
    dataset = ln.Dataset(files, name="several")
    dataset.save()
    dataset.delete()
    assert ln.File.filter().count() == 2
    first = ln.Dataset(frame, name="first")
    first.save()
    ln.Dataset(frame.assign(x=1), is_new_version_of=first).save()
    with pytest.raises(ProtectedError):
        first.delete(storage=True)
    assert first.load() is frame
