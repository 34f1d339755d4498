"""Datasets: of frames, of files, of several files."""

from __future__ import annotations

import anndata as ad
import h5py
import pandas as pd
import pytest
from django.db.models.deletion import ProtectedError

import lamindb as ln
from lamindb.errors import NotStorable, UnreadableFile
from lamindb.io.formats import unpacking

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def frame():
    """The immune-phenotyping frame."""
    return pd.DataFrame({"CD8": [1, 2, 3], "CD45": [3, 4, 5], "perturbation": ["DMSO", "IFNG", "DMSO"]})


@pytest.fixture
def files(tmp_path):
    """Six saved tables."""
    made = []
    for i in range(6):
        path = tmp_path / f"{i}.csv"
        path.write_text(f"i\n{i}\n")
        made.append(ln.File(path, description=path.name))
    ln.save(made)
    return made


def test_dataset_of_a_frame_has_a_file_of_the_same_id(frame):
    """The frame is stored once, described by the dataset."""
    dataset = ln.Dataset(frame, name="Immune phenotyping 1")
    dataset.save()
    stored = ln.Dataset.filter(name="Immune phenotyping 1").one()
    assert stored.file.id == stored.id
    assert stored.hash == stored.file.hash
    assert stored.file.description == f"See dataset {stored.id}"
    pd.testing.assert_frame_equal(stored.load(), frame)


def test_same_content_is_the_existing_dataset(frame, capsys):
    """The content decides, not the name."""
    dataset = ln.Dataset(frame, name="one")
    dataset.save()
    again = ln.Dataset(frame, name="two")
    assert again == dataset
    assert again.name == "one"
    assert "returning existing dataset with same hash" in capsys.readouterr().out
    again.save()
    assert ln.Dataset.filter().count() == ln.File.filter().count() == 1


@pytest.mark.parametrize("name", [1, 2.5, float("nan"), pd.Timestamp("2024-01-01")])
def test_a_name_is_a_string(frame, name):
    """As that of every other record."""
    with pytest.raises(TypeError, match="the name of a Dataset has to be a string, not"):
        ln.Dataset(frame, name=name)


def test_a_name_that_no_database_stores_is_refused_with_a_sentence(frame):
    """By saving, as with every other record."""
    dataset = ln.Dataset(frame, name="half \ud800")
    with pytest.raises(NotStorable, match="name of Dataset"):
        dataset.save()


def test_same_name_with_new_content_is_a_new_dataset(frame):
    """New data is never dropped for a name."""
    ln.Dataset(frame, name="x").save()
    ln.Dataset(frame.assign(more=1), name="x").save()
    assert ln.Dataset.filter(name="x").count() == 2


def test_dataset_of_a_file_keeps_the_description_of_the_user(files):
    """Wrapping a file doesn't change it."""
    ln.Dataset(files[0], name="x").save()
    assert ln.File.filter(id=files[0].id).one().description == "0.csv"


def test_dataset_of_files_keeps_their_order(files):
    """Loading concatenates in the order given, and so does a dataset that was queried."""
    order = [3, 1, 5, 0, 4, 2]
    dataset = ln.Dataset([files[i] for i in order], name="ordered")
    dataset.save()
    assert list(ln.Dataset.filter(name="ordered").one().load().i) == order
    again = ln.Dataset([files[i] for i in order], name="other")
    assert again == dataset


def test_dataset_keeps_reference(frame):
    """References are stored, also by ``from_df``."""
    dataset = ln.Dataset.from_df(frame, name="x", reference="https://example.org", reference_type="url")
    dataset.save()
    stored = ln.Dataset.filter().one()
    assert (stored.reference, stored.reference_type) == ("https://example.org", "url")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda frame, files: ln.Dataset(), KeyError, "data"),
        (lambda frame, files: ln.Dataset(frame, frame), ValueError, "Only one non-keyword arg allowed: data"),
        (lambda frame, files: ln.Dataset(frame), TypeError, "['name'] are required."),
        (lambda frame, files: ln.Dataset(frame, name="x", bogus=1), ValueError, "you passed: {'bogus': 1}"),
        (lambda frame, files: ln.Dataset(1, name="x"), ValueError, "Only DataFrame, AnnData and iterable of File"),
        (lambda frame, files: ln.Dataset("path.csv", name="x"), AssertionError, "save ln.File('path.csv', "),
        (lambda frame, files: ln.Dataset([1], name="x"), AssertionError, "made of files"),
        (lambda frame, files: ln.Dataset([], name="x"), IndexError, "at least one file"),
        (lambda frame, files: ln.Dataset([files[0], files[0]], name="x"), ValueError, "distinct hashes"),
        (lambda frame, files: ln.Dataset(ln.File(frame, description="x"), name="x"), ValueError, "Save file before"),
        (lambda frame, files: ln.Dataset([ln.File(frame, description="x")], name="x"), ValueError, "Not all files"),
        (lambda frame, files: ln.Dataset(frame, name="x", is_new_version_of=files[0]), TypeError, "ln.Dataset"),
    ],
)
def test_constructor_refuses_wrong_arguments(make, error, message, frame, files):
    """Wrong input is named, and nothing is written."""
    with pytest.raises(error) as caught:
        make(frame, files)
    assert message in str(caught.value)
    assert not ln.Dataset.filter().exists()
    assert ln.File.filter().count() == 6


def test_versions_of_dataset_and_file_go_together(frame):
    """Dataset and file have the same id and version, and point at the first ones."""
    first = ln.Dataset(frame, name="x")
    first.save()
    second = ln.Dataset(frame.assign(more=1), is_new_version_of=first)
    assert second.name == "x"
    second.save()
    stored = ln.Dataset.filter(id=second.id).one()
    assert stored.version == stored.file.version == "2"
    assert stored.id == stored.file.id
    assert stored.initial_version == first
    assert stored.file.initial_version == first.file
    assert ln.Dataset.filter(id=first.id).one().version == "1"
    with pytest.raises(ProtectedError):
        first.delete(storage=False)


def test_delete_takes_the_one_file_along_but_not_several(frame, files):
    """The file of a dataset of one file belongs to it."""
    single = ln.Dataset(frame, name="single")
    single.save()
    several = ln.Dataset(files, name="several")
    several.save()
    path = single.file.path
    with pytest.raises(ProtectedError):
        single.file.delete(storage=False)
    single.delete(storage=True)
    several.delete()
    assert not path.exists()
    assert ln.File.filter().count() == 6
    assert not ln.Dataset.filter().exists()


def test_backed_needs_files_of_one_format(files, tmp_path):
    """Files of several formats can't be opened as one."""
    (tmp_path / "x.txt").write_text("x")
    other = ln.File(tmp_path / "x.txt", description="x")
    other.save()
    with pytest.raises(RuntimeError, match="datasets with a single file"):
        ln.Dataset([*files, other], name="x").backed()
    assert ln.Dataset(files, name="x").backed().to_pandas()["i"].tolist() == [0, 1, 2, 3, 4, 5]


def test_load_needs_one_suffix(files, tmp_path):
    """Files of different formats don't concatenate."""
    path = tmp_path / "x.txt"
    path.write_text("x")
    other = ln.File(path, description="x")
    other.save()
    dataset = ln.Dataset([files[0], other], name="mixed")
    dataset.save()
    with pytest.raises(RuntimeError, match="all files have the same suffix"):
        dataset.load()


def test_data_of_hardly_anything_but_zeros_are_loaded_if_somebody_says_so(monkeypatch, tmp_path):
    """Of one file and of several; the error tells how."""
    files = []
    for number in range(2):
        path = tmp_path / f"{number}.h5ad"
        ad.AnnData(obs=pd.DataFrame(index=[f"{number}-{cell}" for cell in range(1000)]), shape=(1000, 1000)).write_h5ad(
            path
        )
        with h5py.File(path, "a") as file:
            matrix = file.create_dataset("X", (1000, 1000), "f8", chunks=(1000, 1000))  # none of which is stored
            matrix.attrs.update({"encoding-type": "array", "encoding-version": "0.2.0"})
        files.append(ln.File(path, description=f"hardly anything {number}"))
    ln.save(files)
    dataset = ln.Dataset(files, name="hardly anything")
    dataset.save()
    monkeypatch.setattr(unpacking, "_LARGE", 1 << 20)
    monkeypatch.setattr(unpacking, "_TIMES", 20)
    for record, n_cells in ((files[0], 1000), (dataset, 2000)):
        with pytest.raises(UnreadableFile, match=r"load\(allow_large=True\)"):
            record.load()
        assert record.load(allow_large=True).shape == (n_cells, 1000)
