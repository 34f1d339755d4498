"""Files: taking in, storing, loading, replacing, deleting."""

from __future__ import annotations

import io
from pathlib import Path

import pandas as pd
import pytest
from django.db import IntegrityError, transaction
from django.db.models import signals

import lamindb as ln
from lamindb.errors import InvalidKey, StorageError
from lamindb.io import faults, hashing, remembered

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def frame():
    """The immune-phenotyping frame."""
    return pd.DataFrame({"CD8": [1, 2, 3], "CD45": [3, 4, 5], "perturbation": ["DMSO", "IFNG", "DMSO"]})


@pytest.fixture
def csv(tmp_path):
    """A small table outside storage."""
    path = tmp_path / "panel.csv"
    path.write_text("a,b\n1,2\n3,4\n")
    return path


@pytest.fixture
def root(instance):
    """The root of the default storage location."""
    return Path(instance.storage.root_as_str)


# -- take in and store ------------------------------------------------------------------------------------------------


def test_file_from_path_is_copied_on_save(csv, root):
    """Content outside storage is copied under the id; the source stays."""
    file = ln.File(csv, description="panel")
    assert (file.suffix, file.size, file.hash_type, file.key) == (".csv", 12, "md5", None)
    assert file.path == csv.resolve()
    file.save()
    assert file.path == root / ".lamindb" / f"{file.id}.csv"
    assert file.path.read_text() == csv.read_text()
    assert list(ln.File.filter().one().load().columns) == ["a", "b"]


def test_file_with_key_is_stored_at_its_key(csv, root):
    """The key is the path within the storage location."""
    file = ln.File(csv, key="panels/first.csv")
    file.save()
    assert (root / "panels" / "first.csv").read_text() == csv.read_text()
    assert ln.File.filter(key="panels/first.csv").one() == file


def test_file_in_storage_is_registered_in_place(root):
    """Content that lies in the storage location is not copied, and its key is its path there."""
    path = root / "raw" / "x.txt"
    path.parent.mkdir()
    path.write_text("in place")
    file = ln.File(path)
    assert file.key == "raw/x.txt"
    file.save()
    assert file.path == path
    assert file.load() == path
    assert not any((root / ".lamindb").glob("*.txt"))
    path.with_name("y.txt").write_text("other")
    with pytest.raises(ValueError, match="is already in registered storage"):
        ln.File(path.with_name("y.txt"), key="elsewhere/y.txt")


def test_who_listens_to_signals_is_told_of_saved_files(csv):
    """A new file and a changed one; the rows are the same as where nobody listens."""
    heard = []

    def before(instance, **_):
        heard.append(("before", instance.description))

    def after(instance, *, created, **_):
        heard.append(("after", instance.description, created))

    unheard = ln.File(csv, key="unheard.csv", description="unheard")
    unheard.save()
    signals.pre_save.connect(before, sender=ln.File)
    signals.post_save.connect(after, sender=ln.File)
    try:
        ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
        file = ln.File(csv, key="heard.csv", description="heard")
        file.save()
        file.description = "changed"
        file.save()
    finally:
        signals.pre_save.disconnect(before, sender=ln.File)
        signals.post_save.disconnect(after, sender=ln.File)
    assert heard == [("before", "heard"), ("after", "heard", True), ("before", "changed"), ("after", "changed", False)]
    columns = [field.attname for field in ln.File._meta.concrete_fields]
    rows = {row["description"]: row for row in ln.File.filter().values(*columns)}
    assert {name for name in columns if rows["unheard"][name] != rows["changed"][name]} == {
        "id", "key", "description", "created_at", "updated_at",
    }  # fmt: skip
    assert (unheard.created_at, unheard.updated_at) == (rows["unheard"]["created_at"], rows["unheard"]["updated_at"])


def test_what_listeners_write_is_committed_with_the_file_in_place(root):
    """All or nothing: of a file that a listener refuses there is no row, and nothing of what was written for it."""

    def note_and_refuse(instance, **_):
        ln.ULabel(name=instance.key).save()
        raise PermissionError(instance.key)

    file = ln.File(_written(root / "listened.txt"))
    signals.post_save.connect(note_and_refuse, sender=ln.File)
    try:
        with pytest.raises(PermissionError):
            file.save()
    finally:
        signals.post_save.disconnect(note_and_refuse, sender=ln.File)
    assert not ln.ULabel.filter(name="listened.txt").exists()
    assert not ln.File.filter(key="listened.txt").exists()


def test_file_in_place_takes_two_statements_to_make_and_one_to_save(root, count_queries):
    """The storage locations, the content, and the row, whose statement is a transaction by itself."""
    for name in ("a.txt", "b.txt"):
        (root / name).write_text(name)
    ln.File(root / "a.txt").save()
    with count_queries() as queries:
        file = ln.File(root / "b.txt")
        assert len(queries) == 2
        file.save()
    assert _verbs(queries)[2:] == ["INSERT"]


def test_files_with_content_take_a_transaction(csv, root, count_queries):
    """One with a key asks first whether it is taken, and then for its content; of many in place, all rows are one statement."""
    keyed, many = ln.File(csv, key="folder/x.csv"), [ln.File(_written(root / name)) for name in ("a.txt", "b.txt")]
    with count_queries() as queries:
        keyed.save()
    assert _verbs(queries) == ["SELECT", "BEGIN", "SELECT", "INSERT", "COMMIT"]
    with count_queries() as queries:
        ln.save(many)
    assert _verbs(queries) == ["BEGIN", "INSERT", "COMMIT"]


def _verbs(queries):
    """What statements do, but waiting until others have ended their transactions."""
    return [query["sql"].split()[0] for query in queries if "pg_advisory" not in query["sql"]]


def test_storage_of_a_file_is_as_it_is_registered_now(root):
    """A location that was registered or changed meanwhile is known to the next file; each file has a record of its own."""
    first, inner = ln.File(_written(root / "first.txt")), root / "inner"
    inner.mkdir()
    storage = ln.Storage.from_fields(root=inner.as_posix(), type="local")
    storage.save()
    file = ln.File(_written(inner / "second.txt"))
    assert (file.storage, file.key) == (storage, "second.txt")
    ln.Storage.filter(id=storage.id).update(region="attic")
    third, fourth = ln.File(_written(inner / "third.txt")), ln.File(_written(inner / "fourth.txt"))
    assert (third.storage.region, file.storage.region) == ("attic", None)
    assert third.storage is not fourth.storage
    assert third.storage.created_at == storage.created_at
    assert first.key == "first.txt"


def _written(path):
    path.write_text(path.name)
    return path


def test_frame_comes_back_equal(frame):
    """A data frame is stored as parquet and loads as it was."""
    file = ln.File(frame, description="panel")
    assert (file.suffix, file.accessor) == (".parquet", "DataFrame")
    file.save()
    assert file.load() is frame
    pd.testing.assert_frame_equal(ln.File.filter().one().load(), frame)


def test_anndata_comes_back_equal_and_unchanged(pbmc68k_path):
    """A real single-cell object is stored as h5ad; the caller's object keeps its columns."""
    import anndata as ad

    adata = ad.read_h5ad(pbmc68k_path)
    adata.obs["donor"] = ["a", "b"] * 350
    dtype = adata.obs["donor"].dtype
    file = ln.File(adata, description="pbmc")
    file.save()
    assert (file.suffix, file.accessor) == (".h5ad", "AnnData")
    assert adata.obs["donor"].dtype == dtype
    loaded = ln.File.filter().one().load()
    assert loaded.shape == (700, 765)
    assert (loaded.X != adata.X).sum() == 0
    assert list(loaded.obs["bulk_labels"]) == list(adata.obs["bulk_labels"])


def test_temporary_sources_go_away(frame):
    """The cache doesn't grow by files that were saved, or never were."""
    import gc

    gc.collect()
    cache = ln.setup.settings.storage.cache_dir
    before = set(cache.glob("*.parquet"))
    ln.File(frame, description="saved").save()
    file = ln.File(frame.assign(x=1), description="forgotten")
    assert set(cache.glob("*.parquet")) - before
    del file
    gc.collect()
    assert not set(cache.glob("*.parquet")) - before


@pytest.mark.parametrize(
    "key", ["", "/etc/x.csv", "../x.csv", "a/../../b.csv", "C:\\x.csv", "a\0b.csv", "a\nb.csv", "a//b.csv", "x" * 300]
)
def test_keys_that_leave_storage_are_refused(key, csv, frame):
    """A key can't be empty, absolute or lead elsewhere; one class of error says so."""
    for data in (csv, frame):
        with pytest.raises(InvalidKey):
            ln.File(data, key=key)
    assert not ln.File.filter().exists()


def test_keys_of_the_folder_for_keyless_files_are_refused(csv):
    """``.lamindb/`` is ours."""
    with pytest.raises(ValueError, match=r"Key cannot start with \.lamindb/"):
        ln.File(csv, key=".lamindb/x.csv")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda csv, frame: ln.File(), KeyError, "data"),
        (lambda csv, frame: ln.File(csv, csv), ValueError, "Only one non-keyword arg allowed: data"),
        (lambda csv, frame: ln.File(csv, bogus=1), ValueError, "you passed: {'bogus': 1}"),
        (lambda csv, frame: ln.File(csv), ValueError, "Pass one of key, run or description as a parameter"),
        (lambda csv, frame: ln.File(frame), ValueError, "Pass one of key, run or description as a parameter"),
        (lambda csv, frame: ln.File("missing.csv", description="x"), FileNotFoundError, "missing.csv"),
        (lambda csv, frame: ln.File(1, description="x"), NotImplementedError, "Do not know how to create a file"),
        (
            lambda csv, frame: ln.File(["a" * 999], description="x"),
            NotImplementedError,
            f"['{'a' * 198}, pass a filepath",
        ),
        (lambda csv, frame: ln.File(frame, key="x.csv"), ValueError, "it should be '.parquet'"),
        (lambda csv, frame: ln.File(frame, key="x"), ValueError, "it should be '.parquet'"),
        (lambda csv, frame: ln.File(csv.parent, description="x"), IsADirectoryError, "from_dir"),
        (lambda csv, frame: ln.File(csv, description="x", version=1), ValueError, "must be `None` or `str`"),
        (lambda csv, frame: ln.File(csv, is_new_version_of=ln.ULabel(name="x")), TypeError, "ln.File"),
    ],
)
def test_constructor_refuses_wrong_arguments(make, error, message, csv, frame):
    """Wrong input is named before anything is written."""
    with pytest.raises(error) as caught:
        make(csv, frame)
    assert message in str(caught.value)
    assert not ln.File.filter().exists()


@pytest.mark.parametrize(
    ("name", "suffix"),
    [("a", ""), ("a.txt", ".txt"), ("archive.tar.gz", ".tar.gz"), ("x.y.z.c", ".c"), ("date.log.txt", ".txt")],
)
def test_suffixes(name, suffix, tmp_path):
    """Known double suffixes stay together."""
    (tmp_path / name).write_text(name)
    assert ln.File(tmp_path / name, description="x").suffix == suffix


# -- same content -----------------------------------------------------------------------------------------------------


def test_same_content_is_the_existing_file(csv, capsys):
    """Registering content again returns the file that has it."""
    file = ln.File(csv, description="one")
    file.save()
    again = ln.File(csv, description="two")
    assert again == file
    assert again.description == "one"
    assert "returning existing file with same hash" in capsys.readouterr().out
    again.save()
    assert ln.File.filter().count() == 1


def test_same_content_can_be_an_error_or_a_new_file(csv):
    """The session decides."""
    ln.File(csv, description="one").save()
    ln.settings.upon_file_create_if_hash_exists = "error"
    try:
        with pytest.raises(RuntimeError, match="file with same hash exists"):
            ln.File(csv, description="two")
        ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
        ln.File(csv, description="two").save()
    finally:
        ln.settings.upon_file_create_if_hash_exists = "warn_return_existing"
    assert ln.File.filter().count() == 2


def test_files_that_differ_in_the_middle_are_two_files(tmp_path):
    """The digest covers every byte, so equal ends and sizes don't make equal files."""
    size = 120 * 1024 * 1024
    paths = []
    for name, byte in (("one.bin", b"a"), ("two.bin", b"b")):
        path = tmp_path / name
        with path.open("wb") as stream:
            stream.truncate(size)
            stream.seek(size // 2)
            stream.write(byte)
        paths.append(path)
    one, two = (ln.File(path, description=path.name) for path in paths)
    assert one.size == two.size
    assert one.hash != two.hash
    one.save()
    assert ln.File(paths[1], description="two.bin")._state.adding


@pytest.mark.usefixtures("an_hour_later")
def test_large_file_that_nobody_touched_is_read_once(csv, monkeypatch):
    """Registered again, it is not read; once it was modified, it is."""
    monkeypatch.setattr(remembered, "PAYS_FROM", 1)
    reads, read = [], hashing._read_small
    monkeypatch.setattr(hashing, "_read_small", lambda *arguments: reads.append(arguments) or read(*arguments))
    first, second = (ln.File(csv, description="one") for _ in range(2))
    assert first.hash == second.hash
    assert len(reads) == 1
    csv.write_text(csv.read_text().swapcase())
    assert ln.File(csv, description="one").hash != first.hash
    assert len(reads) == 2


def test_missing_object_is_stored_again(csv):
    """A record whose object vanished gets it back when the content is registered again."""
    file = ln.File(csv, description="one")
    file.save()
    file.path.unlink()
    again = ln.File(csv, description="one")
    assert again == file
    again.save()
    assert ln.File.filter().one().path.read_text() == csv.read_text()


def test_files_without_size_and_hash(csv):
    """A session may skip both, also for content outside storage."""
    ln.settings.upon_file_create_skip_size_hash = True
    try:
        file = ln.File(csv, description="quick")
        file.save()
    finally:
        ln.settings.upon_file_create_skip_size_hash = False
    assert (file.size, file.hash, file.hash_type) == (None, None, None)
    assert file.path.read_text() == csv.read_text()


# -- bytes first, row last --------------------------------------------------------------------------------------------


def test_a_taken_key_leaves_the_content_of_its_owner(tmp_path, root):
    """The second file with a key is refused, and the first one's bytes are as they were."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    first = ln.File(tmp_path / "a", key="shared.txt")
    second = ln.File(tmp_path / "b", key="shared.txt")
    first.save()
    refusal = f"its key is that of file {first.id} in {root}. Give it another key"
    with faults.hooked(lambda name: pytest.fail(f"it came as far as {name}")):
        for save in (second.save, lambda: ln.save([second])):
            with pytest.raises(IntegrityError, match=refusal):
                save()
    assert (root / "shared.txt").read_text() == "a"
    assert ln.File.filter().one() == first
    assert not list((root / ".lamindb" / "tmp").glob("*"))


def test_a_key_that_is_taken_meanwhile_is_explained(tmp_path, root):
    """Files of one batch, a key that is set later, and a file that lies in the storage location already."""
    for name in ("a", "b"):
        (tmp_path / name).write_text(name)
    first, second = (ln.File(tmp_path / name, key=f"{name}.txt") for name in ("a", "b"))
    second.key = "a.txt"
    with pytest.raises(IntegrityError, match=r"two files with key 'a\.txt'"):
        ln.save([first, second])
    second.key = "b.txt"
    ln.save([first, second])
    second.key = "a.txt"
    with pytest.raises(IntegrityError, match=f"its key is that of file {first.id}"):
        second.save()
    (root / "b.txt").write_text("other content")
    for save in (ln.File.save, lambda file: ln.save([file])):
        with pytest.raises(IntegrityError, match=f"its key is that of file {second.id}"):
            save(ln.File(root / "b.txt"))


def test_a_refused_file_in_place_leaves_the_transaction_around_it(root):
    """What is written before and after it is committed, and its new run is not."""
    (root / "a.txt").write_text("content")
    first = ln.File(root / "a.txt")
    first.save()
    (root / "a.txt").write_text("other content")
    transform = ln.Transform(name="pipeline")
    with transaction.atomic():
        transform.save()
        for run in (None, ln.Run(transform)):
            with pytest.raises(IntegrityError, match=f"its key is that of file {first.id}"):
                ln.File(root / "a.txt", run=run).save()
        ln.ULabel(name="afterwards").save()
    with pytest.raises(IntegrityError, match=f"its key is that of file {first.id}"):
        ln.File(root / "a.txt", run=ln.Run(transform)).save()
    assert ln.ULabel.filter(name="afterwards").exists()
    assert not ln.Run.filter(transform=transform).exists()


def test_a_source_that_changed_since_registration_is_refused(csv):
    """What is stored is what was digested, or nothing."""
    file = ln.File(csv, description="panel")
    csv.write_text("a,b\n9,9\n3,4\n")
    with pytest.raises(StorageError):
        file.save()
    assert not ln.File.filter().exists()
    assert not file.path.name.startswith(file.id)


def test_a_vanished_source_is_an_error_and_no_row(csv):
    """A row without bytes can't be."""
    file = ln.File(csv, description="panel")
    csv.unlink()
    with pytest.raises(StorageError, match="doesn't exist any more"):
        file.save()
    assert not ln.File.filter().exists()


# -- replace ----------------------------------------------------------------------------------------------------------


def test_replace_of_a_keyless_file_keeps_the_new_content(csv, tmp_path):
    """New content under the same path is not taken for the stale object."""
    file = ln.File(csv, description="panel")
    file.save()
    other = tmp_path / "other.csv"
    other.write_text("a,b\n5,6\n")
    file.replace(other)
    file.save()
    stored = ln.File.filter().one()
    assert stored.id == file.id
    assert stored.path.read_text() == "a,b\n5,6\n"
    assert stored.hash == ln.dev.hashing.hash_file(other)[0]


def test_replace_with_another_suffix_moves_key_and_object(csv, frame, root, tmp_path):
    """The key follows the format, the old object goes once the new row is there."""
    file = ln.File(csv, key="panels/one.csv")
    file.save()
    frame.to_parquet(tmp_path / "new.parquet")
    file.replace(tmp_path / "new.parquet")
    assert file.key == "panels/one.parquet"
    assert (root / "panels" / "one.csv").exists()
    file.save()
    assert not (root / "panels" / "one.csv").exists()
    stored = ln.File.filter().one()
    assert (stored.suffix, stored.accessor, stored.hash_type) == (".parquet", None, "md5")
    pd.testing.assert_frame_equal(stored.load(), frame)


def test_failed_replace_keeps_record_and_content(csv, tmp_path):
    """If the new content can't be stored, everything is as before."""
    file = ln.File(csv, description="panel")
    file.save()
    old = csv.read_text()
    other = tmp_path / "other.csv"
    other.write_text("x\n")
    file.replace(other)
    other.unlink()
    with pytest.raises(StorageError):
        file.save()
    stored = ln.File.filter().one()
    assert stored.path.read_text() == old
    assert file.id == stored.id


def test_object_that_is_gone_is_an_error(csv):
    """A path at which nothing is would fail later, and somewhere else."""
    file = ln.File(csv, key="gone.csv")
    file.save()
    file.path.unlink()
    for read in (file.load, file.stage, file.backed):
        with pytest.raises(FileNotFoundError, match=r"gone\.csv"):
            read()


def test_keywords_of_load_count_for_what_was_just_saved(instance):
    """Although the object is still in memory, which is what is loaded without keywords."""
    frame = pd.DataFrame({"a": [1], "b": [2]})
    file = ln.File(frame, description="two columns")
    file.save()
    assert file.load() is frame
    assert list(file.load(columns=["b"]).columns) == ["b"]


# -- delete -----------------------------------------------------------------------------------------------------------


def test_delete_with_and_without_content(csv, monkeypatch):
    """The row goes in any case, the object if wanted; without a word the user is asked."""
    file = ln.File(csv, description="panel")
    file.save()
    path = file.path
    file.delete(storage=False)
    assert path.exists()
    assert not ln.File.filter().exists()
    file = ln.File(csv, description="panel")
    file.save()
    path = file.path
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(EOFError, match="pass storage=True or storage=False"):
        file.delete()
    assert ln.File.filter().one() == file
    monkeypatch.setattr("builtins.input", lambda question: "y")
    file.delete()
    assert not path.exists()


def test_delete_tolerates_a_missing_object(csv):
    """What is gone already is deleted."""
    file = ln.File(csv, description="panel")
    file.save()
    file.path.unlink()
    file.delete(storage=True)
    assert not ln.File.filter().exists()


# -- versions ---------------------------------------------------------------------------------------------------------


def test_versions_share_a_stem_and_the_first_gets_its_version_on_save(csv, tmp_path):
    """A constructor writes nothing, also not the version of the old file."""
    first = ln.File(csv, description="panel")
    first.save()
    other = tmp_path / "other.csv"
    other.write_text("x\n")
    second = ln.File(other, is_new_version_of=first)
    assert ln.File.filter(id=first.id).one().version is None
    assert second.id[:18] == first.id[:18]
    assert (second.version, second.description) == ("2", "panel")
    second.save()
    assert ln.File.filter(id=first.id).one().version == "1"
    assert ln.File.filter(id=second.id).one().initial_version == first
    with pytest.raises(ValueError, match="Please increment the previous version: '2'"):
        ln.File(csv, is_new_version_of=second, version="2")


# -- folders ----------------------------------------------------------------------------------------------------------


def test_from_dir_makes_a_file_of_every_file(tmp_path, root, count_queries):
    """Subfolders included, equal content once, a zarr store as one file."""
    folder = tmp_path / "study"
    (folder / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "sub/c.txt"):
        (folder / name).write_text(name)
    (folder / "copy.txt").write_text("a.txt")
    with count_queries() as queries:
        files = ln.File.from_dir(folder)
    assert len(queries) <= 4
    assert sorted(file.key for file in files) == ["study/a.txt", "study/sub/b.txt", "study/sub/c.txt"]
    ln.save(files)
    assert (root / "study" / "sub" / "b.txt").read_text() == "sub/b.txt"
    assert sorted(file.id for file in ln.File.from_dir(folder)) == sorted(file.id for file in files)


def test_from_dir_in_storage_registers_in_place_with_constant_queries(root, count_queries):
    """A thousand files cost as many statements as ten."""
    counts = []
    for n in (10, 200):
        folder = root / f"batch{n}"
        folder.mkdir()
        for i in range(n):
            (folder / f"{i}.txt").write_text(f"{n} {i}")
        with count_queries() as queries:
            ln.save(ln.File.from_dir(folder))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert ln.File.filter(key__startswith="batch200/").count() == 200


def test_from_dir_of_missing_folders_and_files(tmp_path, csv):
    """A missing folder is an error, a file makes no files."""
    with pytest.raises(FileNotFoundError):
        ln.File.from_dir(tmp_path / "nothing")
    assert ln.File.from_dir(csv) == []


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"level": "x"}, "level has to be a whole number, not 'x'"),
        ({"length_limit": 1.5}, "length_limit has to be a whole number, not 1.5"),
        ({"limit_to_directories": "x"}, "limit_to_directories has to be True or False, not 'x'"),
        ({"path": 3}, "path has to be a folder, not 3"),
    ],
)
def test_view_tree_refuses_other_types(arguments, sentence):
    """One sentence says which argument is of another type."""
    with pytest.raises(TypeError, match=sentence):
        ln.File.view_tree(**arguments)


def test_view_tree_shows_registered_files_of_storage(csv, capsys):
    """Keys are shown as folders and files."""
    ln.File(csv, key="panels/first.csv").save()
    capsys.readouterr()
    ln.File.view_tree()
    shown = capsys.readouterr().out
    assert "panels" in shown
    assert "first.csv" in shown


def test_save_of_many_files_reports_those_that_failed(tmp_path):
    """Those that could be stored are saved, the others named."""
    paths = []
    for name in ("a.txt", "b.txt", "c.txt"):
        (tmp_path / name).write_text(name)
        paths.append(tmp_path / name)
    files = [ln.File(path, description=path.name) for path in paths]
    paths[1].unlink()
    with pytest.raises(RuntimeError) as caught:
        ln.save(files)
    assert "have been successfully uploaded and committed to the database" in str(caught.value)
    assert sorted(ln.File.filter().list("description")) == ["a.txt", "c.txt"]
    with pytest.raises(RuntimeError, match="No entries were uploaded or committed to the database"):
        ln.save([files[1]])
