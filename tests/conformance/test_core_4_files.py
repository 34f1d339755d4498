"""Files as scripts of 0.54 use them: from data to storage, and back."""

from __future__ import annotations

import gc
import re
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError
from django.db.models import ProtectedError

import lamindb as ln

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def root(instance):
    """The default storage location."""
    return Path(instance.storage.root_as_str)


@pytest.fixture
def frame():
    """A small frame."""
    return pd.DataFrame({"feat1": [1, 2], "feat2": [3, 4]})


@pytest.fixture
def adata():
    """A small annotated matrix."""
    obs = pd.DataFrame({"feat1": ["A", "B"]}, index=["c1", "c2"])
    return ad.AnnData(
        np.array([[1, 2, 3], [4, 5, 6]], dtype="float32"), obs, pd.DataFrame(index=["MYC", "TCF7", "GATA1"])
    )


@pytest.fixture
def path(tmp_path):
    """A table outside storage."""
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n")
    return path


def said(capsys):
    """What was printed since the last call."""
    return capsys.readouterr().out


# -- constructor ------------------------------------------------------------------------------------------------------

MISTAKES = [
    (lambda df: ln.File(), KeyError, "pass data"),
    (lambda df: ln.File(df, "x"), ValueError, "Only one non-keyword arg allowed: data"),
    (
        lambda df: ln.File(df, bogus=1),
        ValueError,
        "Only data, key, run, description, version, is_new_version_of can be passed, you passed: {'bogus': 1}",
    ),
    (lambda df: ln.File(df), ValueError, "Pass one of key, run or description as a parameter"),
    (lambda df: ln.File("no-such-file", description="x"), FileNotFoundError, "no-such-file"),
    (
        lambda df: ln.File({"a": 1}, description="x"),
        NotImplementedError,
        "Do not know how to create a file object from {'a': 1}, pass a filepath instead!",
    ),
    (lambda df: ln.File(df, key=".lamindb/x.parquet"), ValueError, "Key cannot start with .lamindb/"),
    (
        lambda df: ln.File(df, key="x.csv"),
        ValueError,
        "The suffix '.csv' of the provided key is incorrect, it should be '.parquet'.",
    ),
    (
        lambda df: ln.File(df, key="x"),
        ValueError,
        "The suffix '' of the provided key is incorrect, it should be '.parquet'.",
    ),
    (lambda df: ln.File(df, key="/x.parquet"), ValueError, "is absolute"),
    (lambda df: ln.File(df, key="../x.parquet"), ValueError, "segments"),
]


@pytest.mark.parametrize(("construct", "error", "message"), MISTAKES)
def test_mistakes_in_constructors(frame, construct, error, message):
    """The texts are those that callers match on; nothing is written."""
    with pytest.raises(error, match=re.escape(message)):
        construct(frame)
    assert not ln.File.filter().exists()


def test_formats_of_annotated_matrices(adata):
    """Of the argument, of the key, else h5ad; others are refused."""
    assert ln.File(adata, description="x").suffix == ".h5ad"
    assert ln.File(adata, key="x.zrad").suffix == ".zrad"
    assert ln.File(adata, description="x", format="zarr").suffix == ".zarr"
    for arguments in ({"key": "x.h5"}, {"description": "x", "format": "h5"}):
        with pytest.raises(ValueError, match=r"it should be 'h5ad', 'zarr' or 'zrad', not 'h5'. Check 'format'"):
            ln.File(adata, **arguments)
    with pytest.raises(ValueError, match=r"The suffix '.h5ad' of the provided key is incorrect, it should be '.zarr'"):
        ln.File(adata, key="x.h5ad", format="zarr")


def test_runs_are_linked_at_once(frame, capsys):
    """The passed one, else that of ``ln.track``; without one there is a warning."""
    ln.File(frame, description="x")
    assert "❗ no run & transform get linked, consider passing a `run` or calling ln.track()" in said(capsys)
    transform = ln.Transform(name="t")
    transform.save()
    run = ln.Run(transform)
    run.save()
    file = ln.File(frame, run=run)
    assert (file.run, file.run_id, file.transform) == (run, run.id, transform)
    ln.track(ln.Transform(name="tracked"))
    said(capsys)
    file = ln.File(frame, description="x")
    assert (file.run, file.transform.name) == (ln.run_context.run, "tracked")
    assert said(capsys) == ""


def test_hints(frame, adata, path, root, capsys):
    """Where a file is or will be, and how to link features."""
    ln.settings.verbosity = "hint"
    file = ln.File(frame, description="x")
    told = said(capsys)
    assert (
        f"💡 file will be copied to default storage upon `save()` with key `None` ('.lamindb/{file.id}.parquet')\n"
        in told
    )
    assert "💡 data is a dataframe, consider using .from_df() to link column names as features" in told
    ln.File(adata, key="x.h5ad", log_hint=False)
    assert said(capsys).endswith("💡 file will be copied to default storage upon `save()` with key 'x.h5ad'\n")
    ln.File(adata, description="x")
    assert "data is AnnDataLike, consider using .from_anndata() to link var_names and obs.columns as features" in said(
        capsys
    )
    (root / "in-place.csv").write_text("a")
    ln.File(root / "in-place.csv")
    assert f"💡 file in storage '{root}' with key 'in-place.csv'" in said(capsys)


# -- what is to be stored ---------------------------------------------------------------------------------------------


def test_private_attributes_of_unsaved_files(frame, path, root):
    """As code and tests look at them; those about the content are gone after ``save``."""
    (root / "in-place.csv").write_text("a")
    outside, inside = ln.File(path, description="x"), ln.File(root / "in-place.csv")
    memory = ln.File(frame, description="x")
    assert outside._local_filepath == path.resolve()
    assert inside._local_filepath == root / "in-place.csv"
    assert memory._local_filepath.exists()
    assert (outside._to_store, inside._to_store, memory._to_store) == (True, False, True)
    assert outside._cloud_filepath is None
    assert (outside._memory_rep is None, memory._memory_rep is frame) == (True, True)
    for file in (outside, inside, memory):
        file.save()
        assert not hasattr(file, "_local_filepath")
    assert memory._memory_rep is frame


@pytest.mark.parametrize("save", [lambda file: file.save(), lambda file: ln.save([file])], ids=["save", "bulk"])
def test_an_upload_is_made_to_fail_by_another_local_source(frame, path, tmp_path, save):
    """As notebooks show that nothing is left of a failed upload; other content than what was registered isn't stored either."""
    (tmp_path / "other.csv").write_text("other")
    for data in (path, frame):
        for source in ("nowhere.csv", tmp_path / "other.csv"):
            file = ln.File(data, description="x")
            file._local_filepath = source
            with pytest.raises(RuntimeError):
                save(file)
            assert not ln.File.filter(description="x").exists()


def test_path_before_and_after_saving(path, adata, root):
    """The source, then the place in storage; of a store that is in memory always the latter."""
    file = ln.File(path, description="x")
    assert file.path == path.resolve()
    file.save()
    assert file.path == root / ".lamindb" / f"{file.id}.csv"
    keyed = ln.File(path, key="some/where.csv")
    assert keyed == file
    store = ln.File(adata, key="some/store.zarr")
    assert store.path == root / "some" / "store.zarr"
    assert not store.path.exists()
    store.save()
    assert store.path.is_dir()
    file.delete(storage=True)
    with pytest.raises(AssertionError):
        _ = file.path


def test_content_outside_storage_is_copied_and_inside_is_not(path, root):
    """The key is what was passed, or the place in storage."""
    copied = ln.File(str(path), key="copied/b.tsv")
    assert (copied.key, copied.suffix) == ("copied/b.tsv", ".csv")
    copied.save()
    assert (root / "copied" / "b.tsv").read_text() == path.read_text()
    assert path.exists()
    (root / "sub").mkdir()
    (root / "sub" / "in.tsv").write_text("a\tb\n1\t3\n")
    inside = ln.File(root / "sub" / "in.tsv")
    inside.save()
    assert inside.key == "sub/in.tsv"
    assert sorted(root.glob("**/*.tsv")) == [root / "copied" / "b.tsv", root / "sub" / "in.tsv"]


def test_a_key_that_contradicts_the_place(root):
    """Is refused, unless the content is registered: then the registered file is returned."""
    place = root / "in.csv"
    place.write_text("1")
    message = (
        f"The path '{place}' is already in registered storage '{root}' with key 'in.csv'\n"
        "You passed conflicting key 'x.csv': please move the file before registering it."
    )
    with pytest.raises(ValueError, match=re.escape(message)):
        ln.File(place, key="x.csv")
    file = ln.File(place, key="in.csv")
    file.save()
    assert ln.File(place, key="x.csv") == file


def test_a_folder_is_no_file_but_a_store_is(tmp_path, adata):
    """Folders are registered file by file."""
    with pytest.raises(IsADirectoryError):
        ln.File(tmp_path, description="x")
    store = tmp_path / "store.zarr"
    adata.write_zarr(store)
    file = ln.File(store, key="stores/a.zarr")
    file.save()
    assert (file.suffix, file.accessor) == (".zarr", None)
    assert file.path.is_dir()
    assert ln.File.filter(id=file.id).one().load().shape == (2, 3)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a", ""), ("a.txt", ".txt"), ("archive.tar.gz", ".tar.gz"), ("f.b.c", ".c"), ("date.log.txt", ".txt"),
        ("salmon.merged.gene_counts.tsv", ".tsv"), ("salmon.merged.gene_counts.tsv.gz", ".tsv.gz"), ("x.fastq.gz", ".fastq.gz"),
    ],
)  # fmt: skip
def test_suffixes(tmp_path, capsys, name, suffix):
    """Two suffixes of which the first is known stay together; that is told."""
    (tmp_path / name).write_text(name)
    assert ln.File(tmp_path / name, description="x").suffix == suffix
    told = said(capsys)
    several = name.count(".") > 1
    assert ("file has more than one suffix (path.suffixes)" in told) == several
    assert ("inferring: " in told) == (suffix.count(".") > 1)


def test_accessors_of_paths_and_objects(tmp_path, frame, adata):
    """Frames in memory and AnnData files have one."""
    adata.write_h5ad(tmp_path / "a.h5ad")
    frame.to_parquet(tmp_path / "a.parquet")
    assert ln.File(frame, description="x").accessor == "DataFrame"
    assert ln.File(tmp_path / "a.parquet", description="x").accessor is None
    assert ln.File(tmp_path / "a.h5ad", description="x").accessor == "AnnData"
    assert ln.File(adata, description="x").accessor == "AnnData"
    assert ln.File(adata, key="x.zarr").accessor == "AnnData"


@pytest.mark.parametrize(
    ("content", "digest"),
    [("a", "DMF1ucDxtqgxw5niaXcmYQ"), ("b", "kutf_uauL-w61xx3dTFXjw"), ("", "1B2M2Y8AsgTpgAmY7PhCfg")],
)
def test_digests_and_sizes(tmp_path, content, digest):
    """Those of small files are what they always were."""
    (tmp_path / "x").write_text(content)
    file = ln.File(tmp_path / "x", description="x")
    assert (file.size, file.hash, file.hash_type) == (len(content), digest, "md5")


def test_without_digests(path):
    """If the session wants it so, also for files that have to be copied."""
    ln.settings.upon_file_create_skip_size_hash = True
    file, again = ln.File(path, key="1.csv"), ln.File(path, key="2.csv")
    ln.save([file, again])
    assert (file.size, file.hash, file.hash_type) == (None, None, None)
    assert file.path.exists()
    assert file != again


# -- equal content ----------------------------------------------------------------------------------------------------


def test_equal_content_returns_the_registered_file(frame, capsys):
    """All arguments are dropped."""
    file = ln.File(frame, description="first")
    file.save()
    said(capsys)
    again = ln.File(frame, key="other.parquet", description="second", version="7")
    assert f"❗ returning existing file with same hash: {file}\n" in said(capsys)
    assert again == file
    assert (again.description, again.key, again.version, again._state.adding) == ("first", None, None, False)
    again.save()
    assert ln.File.filter().count() == 1
    ln.settings.upon_file_create_if_hash_exists = "any other word"
    assert ln.File(frame, description="third") == file


def test_equal_content_as_the_session_wants_it(frame, capsys):
    """An error, or a new record."""
    file = ln.File(frame, description="first")
    file.save()
    ln.settings.upon_file_create_if_hash_exists = "error"
    with pytest.raises(RuntimeError) as error:
        ln.File(frame, description="second")
    assert str(error.value) == (
        f"file with same hash exists: {file}\n💡 you can make this error a warning:\n"
        "    ln.settings.upon_file_create_if_hash_exists"
    )
    ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
    said(capsys)
    new = ln.File(frame, description="second")
    assert f"❗ creating new File object despite existing file with same hash: {file}\n" in said(capsys)
    new.save()
    assert new.hash == file.hash
    assert new != file


# -- save, load, stage, backed ----------------------------------------------------------------------------------------


def test_saving_says_where_to(frame, capsys):
    """At the level of savings."""
    file = ln.File(frame, key="folder/frame.parquet")
    ln.settings.verbosity = 2
    file.save()
    assert said(capsys).endswith("ln.track()\n")
    file = ln.File(frame.assign(new=1), key="folder/new.parquet")
    ln.settings.verbosity = 3
    said(capsys)
    file.save()
    assert said(capsys) == f"✅ storing file '{file.id}' at 'folder/new.parquet'\n"
    file.description = "changed"
    file.save()
    assert said(capsys) == ""
    assert ln.File.filter(key="folder/new.parquet").one().description == "changed"


def test_a_key_is_taken_once(frame, path):
    """The second file is refused before anything is copied."""
    ln.File(frame, key="taken.parquet").save()
    with pytest.raises(IntegrityError):
        ln.File(frame.assign(b=1), key="taken.parquet").save()
    assert ln.File.filter(key="taken.parquet").one().load().equals(frame)


def test_loading(frame, adata, path, tmp_path):
    """The object that was passed; else what the suffix says; else the path."""
    file = ln.File(frame, description="frame")
    assert file.load() is frame
    file.save()
    assert file.load() is frame
    assert ln.File.filter(id=file.id).one().load().equals(frame)
    table = ln.File(path, description="table")
    table.save()
    assert table.load(index_col="a").index.tolist() == [1]
    cells = ln.File(adata, description="cells")
    cells.save()
    loaded = ln.File.filter(id=cells.id).one().load()
    assert loaded.obs["feat1"].tolist() == ["A", "B"]
    assert loaded.var_names.tolist() == adata.var_names.tolist()
    text = tmp_path / "notes.txt"
    text.write_text("notes")
    notes = ln.File(text, description="notes")
    assert notes.stage() == text
    notes.save()
    assert notes.load().read_text() == "notes"
    assert notes.load() == notes.stage() == Path(str(notes.path))


def test_stores_and_arrays_are_opened_in_place(adata, tmp_path, root):
    """Lazily; indexed like AnnData; a store can't be staged."""
    for key in ("cells.h5ad", "cells.zarr"):
        ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
        ln.File(adata, key=key).save()
        file = ln.File.filter(key=key).one()
        backed = file.backed()
        assert isinstance(backed, ln.dev.storage.AnnDataAccessor)
        assert repr(backed).startswith(
            f"AnnDataAccessor object with n_obs × n_vars = 2 × 3\n  constructed for the AnnData object {key}\n"  # noqa: RUF001
        )
        assert "    obs: ['_index', 'feat1']" in repr(backed)
        assert backed["c1"].shape == backed[[True, False]].shape == backed[:1].shape == (1, 3)
        assert backed[:, ["MYC", "GATA1"]].to_memory().X.tolist() == [[1, 3], [4, 6]]
        assert backed.obs["feat1"].tolist() == ["A", "B"]
    with pytest.raises(RuntimeError, match=r"zarr object can't be staged, please use load\(\) or stream\(\)"):
        file.stage()
    (tmp_path / "x.txt").write_text("x")
    file = ln.File(tmp_path / "x.txt", description="x")
    with pytest.raises(
        ValueError, match=r"please use one of the following suffixes .*: .h5, .hdf5, .h5ad, .zrad, .zarr."
    ):
        file.backed()


def test_objects_of_the_user_stay_as_they_are(adata):
    """No column becomes categorical."""
    adata.obs["kind"] = ["a", "a"]
    before = adata.obs["kind"].dtype
    for arguments in ({"description": "x"}, {"key": "x.zarr"}):
        ln.File(adata, **arguments).save()
        assert adata.obs["kind"].dtype == before


def test_forgotten_stores_leave_nothing_in_the_cache(adata, instance):
    """Neither files nor folders."""
    file = ln.File(adata, key="never-saved.zarr")
    names = [path.name for path in Path(instance.storage.cache_dir).rglob(f"*{file.id}*")]
    assert names == [f"{file.id}.zarr"]
    id_ = file.id
    del file
    gc.collect()
    assert not list(Path(instance.storage.cache_dir).rglob(f"*{id_}*"))


# -- replace and delete -----------------------------------------------------------------------------------------------


def test_replacing_the_content(frame, path, root, capsys):
    """Under the same id; the key follows the format, and the old object goes."""
    file = ln.File(frame, key="folder/frame.parquet")
    file.save()
    id_ = file.id
    file.replace(frame.assign(new=1))
    file.save()
    assert (file.id, file.key) == (id_, "folder/frame.parquet")
    assert ln.File.filter(id=id_).one().load().columns.tolist() == ["feat1", "feat2", "new"]
    ln.settings.verbosity = "success"
    said(capsys)
    file.replace(path)
    assert (
        "❗ replacing the file will replace key 'folder/frame.parquet' with 'folder/frame.csv' and delete "
        "'folder/frame.parquet' upon `save()`\n"
    ) in said(capsys)
    file.save()
    assert said(capsys) == "✅ deleted stale object at storage key folder/frame.parquet\n"
    assert [place.name for place in (root / "folder").iterdir()] == ["frame.csv"]
    assert (file.suffix, file.accessor, file.size) == (".csv", None, path.stat().st_size)


def test_objects_replace_content_in_the_format_of_the_key(frame, adata, path):
    """A frame can't be stored under the key of a table of text."""
    store = ln.File(adata, key="cells.zarr")
    store.save()
    adata.obs["feat1"] = ["C", "D"]
    store.replace(adata)
    assert (store.key, store.suffix) == ("cells.zarr", ".zarr")
    store.save()
    assert ln.File.filter(key="cells.zarr").one().load().obs["feat1"].tolist() == ["C", "D"]
    table = ln.File(path, key="table.csv")
    table.save()
    with pytest.raises(
        ValueError, match=r"The suffix '.csv' of the provided key is incorrect, it should be '.parquet'"
    ):
        table.replace(frame)
    table.save()
    assert table.load().equals(pd.read_csv(path))


def test_replacing_the_content_of_a_file_without_key(frame):
    """It stays where it is."""
    file = ln.File(frame, description="x")
    file.save()
    place = file.path
    file.replace(frame.assign(new=1))
    file.save()
    assert file.path == place
    assert ln.File.filter(id=file.id).one().load()["new"].tolist() == [1, 1]


def test_deleting(frame, monkeypatch, capsys):
    """The record in any case, the object if wanted; exactly ``y`` is a yes."""
    asked = []
    for answer, stays in (("y", False), ("yes", True), ("n", True)):
        file = ln.File(frame, description="x")
        file.save()
        place = file.path
        monkeypatch.setattr("builtins.input", lambda text, answer=answer: asked.append(text) or answer)
        file.delete()
        assert file.id is None
        assert place.exists() == stays
    assert asked[0].startswith("Are you sure you want to delete File(")
    assert asked[0].endswith(") from storage? (y/n)")
    assert not ln.File.filter().exists()
    file = ln.File(frame, description="x")
    file.save()
    place = file.path
    ln.settings.verbosity = "success"
    said(capsys)
    file.delete(storage=True)
    assert said(capsys) == f"✅ deleted stored object {place}\n"
    assert not place.exists()


def test_what_is_linked_to_a_deleted_file_stays(frame):
    """Labels and feature sets; runs with outputs can't go."""
    ln.save(ln.Feature.from_df(frame))
    transform = ln.Transform(name="t")
    transform.save()
    run = ln.Run(transform)
    run.save()
    file = ln.File.from_df(frame, run=run)
    file.save()
    file.ulabels.add(ln.ULabel.objects.create(name="label"))
    for record in (run, transform, file.storage):
        with pytest.raises(ProtectedError):
            record.delete()
    file.delete(storage=True)
    assert ln.FeatureSet.filter().count() == ln.ULabel.filter().count() == 1
    run.delete()


# -- with features ----------------------------------------------------------------------------------------------------


def test_from_df(frame):
    """Registered columns are linked in slot ``columns``."""
    file = ln.File.from_df(frame, description="x")
    assert file._feature_sets == {}
    with pytest.raises(ValueError, match=r"No linked feature set for slot: columns\nDid you get validation warnings?"):
        file.features["columns"]
    ln.save(ln.Feature.from_df(frame))
    file = ln.File.from_df(frame, description="x")
    assert file._feature_sets["columns"]._features[0] == "features"
    assert set(file.features["columns"].list("name")) == {"feat1", "feat2"}
    file.save()
    feature_set = file.feature_sets.get()
    assert file.feature_sets["columns"] == feature_set
    assert file.feature_sets["obs"] is None
    assert ln.Feature.filter(feature_sets=feature_set).count() == feature_set.n == 2
    assert ln.FeatureSet.filter(files=file).one() == feature_set
    assert file.feature_sets.filter(registry="core.Feature", filefeatureset__slot="columns").one() == feature_set
    assert ln.File.filter(feature_sets__features__name="feat1").one() == file


def test_from_anndata(adata, tmp_path):
    """Variables in slot ``var``, columns of observations in ``obs``; also of a path."""
    ln.save([ln.Feature(name=name, type="number") for name in adata.var_names])
    ln.save(ln.Feature.from_df(adata.obs))
    file = ln.File.from_anndata(adata, ln.Feature.name, description="x")
    file.save()
    assert set(file.features["var"].list("name")) == {"MYC", "TCF7", "GATA1"}
    assert set(file.features["obs"].list("name")) == {"feat1"}
    assert file.feature_sets["obs"].modality.name == "meta"
    adata.write_h5ad(tmp_path / "a.h5ad")
    assert ln.File.from_anndata(tmp_path / "a.h5ad", field=ln.Feature.name, key="a.h5ad").features["var"].count() == 3
    for field in (None, "name"):
        with pytest.raises(TypeError, match=r"Argument `field` must be a Registry field, e.g., `Feature.name`"):
            ln.File.from_anndata(adata, field, description="x")


# -- folders ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path):
    """A folder outside storage with two equal files."""
    folder = tmp_path / "raw"
    (folder / "sub").mkdir(parents=True)
    for name, content in {"a.txt": "a", "b.txt": "b", "sub/c.txt": "c", "sub/again.txt": "a"}.items():
        (folder / name).write_text(content)
    return folder


def test_from_dir_outside_storage(folder, root, capsys):
    """Files are copied below the name of the folder, or the key; equal ones once."""
    ln.settings.verbosity = "success"
    files = ln.File.from_dir(folder)
    told = said(capsys)
    assert f"❗ folder is outside existing storage location, will copy files from {folder} to {root}/raw\n" in told
    assert "❗ there are different file ids with the same hashes, dropping 1 duplicates out of 4 files:" in told
    assert told.endswith(f"✅ created 3 files from directory using storage {root} and key = raw/\n")
    ln.save(files)
    assert sorted(ln.File.filter().list("key")) == ["raw/a.txt", "raw/b.txt", "raw/sub/c.txt"]
    assert (root / "raw" / "sub" / "c.txt").read_text() == "c"
    (folder / "new.txt").write_text("new")
    keys = [file.key for file in ln.File.from_dir(folder, key="other/")]
    assert sorted(keys) == ["other/new.txt", "raw/a.txt", "raw/b.txt", "raw/sub/c.txt"]
    told = said(capsys)
    assert told.count("❗ returning existing file with same hash: ") == 3
    assert "❗ dropping duplicate records in list of file records\n" in told


def test_from_dir_inside_storage(folder, root):
    """The key is the place; another one is refused for new files."""
    folder = folder.rename(root / "raw")
    with pytest.raises(ValueError, match=r"You passed conflicting key 'else/a.txt'"):
        ln.File.from_dir(folder, key="else")
    files = ln.File.from_dir(str(folder))
    ln.save(files)
    assert [file.key for file in files] == ["raw/a.txt", "raw/b.txt", "raw/sub/c.txt"]
    assert set(ln.File.from_dir(folder, key="else")) == set(files)


def test_from_dir_of_the_storage_itself(frame, root):
    """What users put there; neither the database nor objects without key."""
    ln.File(frame, description="without key").save()
    (root / "mine.txt").write_text("mine")
    assert [file.key for file in ln.File.from_dir(root)] == ["mine.txt"]


def test_from_dir_holds_to_the_settings(folder):
    """Known content is an error, or registered again."""
    ln.save(ln.File.from_dir(folder))
    ln.settings.upon_file_create_if_hash_exists = "error"
    with pytest.raises(RuntimeError, match="file with same hash exists: "):
        ln.File.from_dir(folder)
    ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
    files = ln.File.from_dir(folder, key="second")
    ln.save(files)
    assert ln.File.filter().count() == 6


def test_from_dir_restores_what_vanished(folder):
    """As the constructor does."""
    files = ln.File.from_dir(folder)
    ln.save(files)
    files[0].path.unlink()
    ln.save(ln.File.from_dir(folder))
    assert files[0].path.exists()


def test_from_dir_of_nothing(tmp_path, path):
    """A missing folder is an error, a file has none."""
    with pytest.raises(FileNotFoundError):
        ln.File.from_dir(tmp_path / "nothing")
    assert ln.File.from_dir(path) == []


def test_view_tree(folder, root, capsys):
    """Of registered files, or of any folder."""
    ln.save(ln.File.from_dir(folder))
    said(capsys)
    ln.File.view_tree()
    told = said(capsys)
    assert told.splitlines()[0] == f"{root.name} (2 sub-directories & 3 files with suffixes '.txt'): "
    assert "└── raw\n    ├── a.txt\n    ├── b.txt\n    └── sub\n        └── " in told
    ln.File.view_tree(folder, level=1)
    assert said(capsys) == ("raw (1 sub-directory & 4 files with suffixes '.txt'): \n├── a.txt\n├── b.txt\n└── sub\n")
    ln.File.view_tree(str(folder), limit_to_directories=True)
    assert said(capsys).splitlines()[1:] == ["└── sub"]
    ln.File.view_tree(folder, length_limit=2)
    assert said(capsys).splitlines()[-1] == "... length_limit, 2, reached, counted:"


# -- where it comes from ----------------------------------------------------------------------------------------------


def test_inputs_outputs_and_flow(frame):
    """What a run reads is its input, and the transform that made it a parent."""
    ln.track(ln.Transform(name="first step"))
    first, run = ln.File(frame, key="first.parquet"), ln.run_context.run
    first.save()
    first.load()
    assert not run.input_files.exists()
    ln.track(ln.Transform(name="second step"))
    second = ln.File(ln.File.filter(key="first.parquet").one().load().assign(x=1), key="second.parquet")
    second.save()
    assert second.run.input_files.list() == [first]
    assert first.input_of.list() == [second.run]
    assert second.run.output_files.list("key") == ["second.parquet"]
    assert ln.run_context.transform.parents.list("name") == ["first step"]
    first.load(is_run_input=False)
    graph = second.view_flow()
    assert graph.name == second.id
    assert all(name in graph.source for name in (first.id, run.id, "📄 first.parquet", "🧩 second step", "#10b981"))
    ln.run_context.run = None
    with pytest.raises(ValueError, match=r"No run context set. Call ln.track\(\)"):
        first.load(is_run_input=True)


def test_describe(frame, capsys):
    """What the file is, where it comes from, what it measures and how it is labelled."""
    ln.save(ln.Feature.from_df(frame))
    ln.track(ln.Transform(name="made by"))
    file = ln.File.from_df(frame, description="described")
    file.save()
    file.ulabels.add(ln.ULabel.objects.create(name="a label"))
    said(capsys)
    file.describe()
    lines = said(capsys).splitlines()
    assert lines[0].startswith(f"File(id='{file.id}', suffix='.parquet', accessor='DataFrame', description='described'")
    assert "storage_id" not in lines[0]
    for line in (
        "Provenance:", "  🗃️ storage: Storage(", "  🧩 transform: Transform(", "  👣 run: Run(", "  👤 created_by: User(",
        "Features:", "  columns: FeatureSet(", "    feat1 (number)", "Labels:", "  🏷️ ulabels (1, core.ULabel): 'a label'",
    ):  # fmt: skip
        assert any(one.startswith(line) for one in lines), line
