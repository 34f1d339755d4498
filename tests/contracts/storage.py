"""What every kind of storage has to keep to. A test class of a kind inherits one of these, and says where its root is."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError

import lamindb as ln
from lamindb.errors import DigestMismatch, StorageError
from lamindb.io import faults, listing
from lamindb.io.hashing import digest_bytes
from lamindb.provenance.filesystem import LaminFileSystem
from lnschema_core.files.reading import local_copy


def files_below(root):
    """The objects of a location, but for what tells where the database of its instance is."""
    return [name for name in listing.files_below(root) if not name.startswith(".lamindb/instances/")]


STEPS = ["store.temporary-open", "store.checked", "store.done", "save.published"]
"""Steps of storing and saving a file at which something may fail."""


def check_failure_leaves_nothing(storage, file, step):
    """Whatever step fails, there is no record and no object; saving again succeeds."""

    def fail(name):
        if name == step:
            raise StorageError(step)

    with faults.hooked(fail), pytest.raises(StorageError):
        file.save()
    assert not ln.File.filter(key=file.key).exists()
    assert files_below(storage) == []
    file.save()
    assert files_below(storage) == [file.key]


@pytest.mark.commits
class StorageContract:
    """Inherit, and override ``root``."""

    @pytest.fixture
    def root(self):
        """The root of an empty storage location, as users would pass it."""
        raise NotImplementedError

    @pytest.fixture
    def storage(self, instance, root):
        """The storage location as a path; it is the default one during a test."""
        before = instance.storage.root_as_str
        ln.settings.storage = root
        yield ln.settings.storage
        ln.settings.storage = before

    @pytest.fixture
    def table(self, tmp_path):
        """A local file."""
        path = tmp_path / "table.csv"
        path.write_text("a,b\n1,2\n")
        return path

    def put(self, path, content):
        """Have an object in storage without our help."""
        if not path.protocol:
            path.parent.mkdir(parents=True, exist_ok=True)
        path.fs.pipe_file(path.path, content)

    # -- upload -------------------------------------------------------------------------------------------------------

    def test_local_file_with_key(self, storage, table):
        """A file is at its key when it is saved, with the size and digest of its bytes, and is read from there."""
        file = ln.File(table, key="folder/table.csv")
        assert files_below(storage) == []
        file.save()
        file = ln.File.filter(key="folder/table.csv").one()
        assert (file.size, file.hash, file.hash_type) == (8, digest_bytes(b"a,b\n1,2\n").value, "md5")
        assert file.path == storage / "folder/table.csv"
        assert file.path.read_bytes() == table.read_bytes()
        assert files_below(storage) == ["folder/table.csv"]
        assert file.load().to_dict("list") == {"a": [1], "b": [2]}
        assert file.stage().read_bytes() == table.read_bytes()

    def test_objects_in_memory(self, storage):
        """A frame, and annotated data as one file and as a store, are saved, loaded and read in part."""
        frame = pd.DataFrame({"a": [1, 2]})
        data = ad.AnnData(np.arange(12, dtype="float32").reshape(4, 3))
        ln.save([ln.File(frame, description="no key"), ln.File(data, key="a.h5ad"), ln.File(data, key="b.zarr")])
        keyless = ln.File.filter(description="no key").one()
        assert keyless.path == storage / f".lamindb/{keyless.id}.parquet"
        pd.testing.assert_frame_equal(keyless.load(), frame)
        for key in ("a.h5ad", "b.zarr"):
            file = ln.File.filter(key=key).one()
            assert file.backed()[1:3, 0].X.tolist() == [[3.0], [6.0]]
            assert file.load().X.tolist() == data.X.tolist()

    def test_stores_are_copied_and_addressed(self, storage, tmp_path):
        """All members of a store are put into a folder where something needs them there, and each is read by its address."""
        store = ln.File(ad.AnnData(np.ones((4, 3))), key="folder/b.zarr")
        store.save()
        copy = local_copy(store, tmp_path)
        assert ad.read_zarr(copy).X.sum() == 12
        members = sorted(path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file())
        files = LaminFileSystem()
        assert files.isdir("folder/b.zarr")
        assert sorted(files.find("folder/b.zarr")) == [f"folder/b.zarr/{member}" for member in members]
        assert files.cat_file(f"folder/b.zarr/{members[0]}") == (copy / members[0]).read_bytes()

    def test_datasets_are_read_in_parts(self, storage, tmp_path):
        """Tables and cells of several files are read from where they are, as far as they are wanted."""
        data = np.arange(12, dtype="float32").reshape(4, 3)
        files = [ln.File(pd.DataFrame({"n": [i, i + 10]}), key=f"tables/{i}.parquet") for i in range(2)]
        files += [
            ln.File(ad.AnnData(data * (i + 1)), key=f"cells/{i}.{kind}") for kind in ("h5ad", "zarr") for i in range(2)
        ]
        ln.save(files)
        tables = ln.Dataset(files[:2], name="tables")
        tables.save()
        assert tables.backed().to_pandas(filter=[("n", ">", 5)])["n"].tolist() == [10, 11]
        for of_kind, kind in ((files[2:4], "h5ad"), (files[4:], "zarr")):
            cells = ln.Dataset(of_kind, name=kind)
            cells.save()
            assert cells.backed()[[1, 7]].to_memory().X.tolist() == [[3, 4, 5], [18, 20, 22]]
            with cells.mapped() as mapped:
                assert mapped[7]["X"].tolist() == [18, 20, 22]
            assert cells.load().X.sum() == data.sum() * 3

    def test_names_are_no_patterns(self, storage, tmp_path):
        """Brackets, stars, blanks and letters of any script are parts of names."""
        for number, key in enumerate(["a[1].txt", "a*?.txt", "ä ö/ß 中 %20+#.txt"]):
            (tmp_path / "x").write_text(str(number))
            file = ln.File(tmp_path / "x", key=key)
            file.save()
            assert file.path.read_text() == str(number)
            assert ln.File.filter(key=key).one().stage().read_text() == str(number)
            file.delete(storage=True, permanent=True)
            assert files_below(storage) == []

    # -- in place -----------------------------------------------------------------------------------------------------

    def test_object_in_place(self, storage, table):
        """An object that lies in storage is registered where it is, with what is known without reading it."""
        self.put(storage / "there/x.csv", table.read_bytes())
        file = ln.File(str(storage / "there/x.csv"), description="in place")
        file.save()
        assert (file.key, file.storage.root) == ("there/x.csv", ln.setup.settings.storage.root_as_str)
        assert (file.size, file.hash, file.hash_type) == (8, digest_bytes(table.read_bytes()).value, "md5")
        assert ln.File.filter(key="there/x.csv").one().load().shape == (1, 2)
        with pytest.raises(ValueError, match="already in registered storage"):
            ln.File(self._put_other(storage), key="elsewhere.csv")

    def _put_other(self, storage):
        self.put(storage / "there/y.csv", b"other")
        return storage / "there/y.csv"

    def test_missing_object_and_folder(self, storage):
        """What isn't there is a FileNotFoundError; a folder is no file."""
        self.put(storage / "folder/x.txt", b"x")
        for ask in (lambda: ln.File(storage / "none.csv", description="x"), lambda: ln.File.from_dir(storage / "none")):
            with pytest.raises(FileNotFoundError, match="none"):
                ask()
        with pytest.raises(IsADirectoryError, match="from_dir"):
            ln.File(storage / "folder", description="x")
        assert ln.File.from_dir(storage / "folder/x.txt") == []

    def test_equal_content_is_found_across_locations(self, storage, table, instance):
        """A local file whose content is registered in a storage location is that file."""
        self.put(storage / "x.csv", table.read_bytes())
        file = ln.File(storage / "x.csv", description="in place")
        file.save()
        assert ln.File(table, key="another/key.csv") == file
        ln.settings.storage = instance.storage.root_as_str
        assert ln.File(table, key="another/key.csv") == file

    def test_innermost_location_has_a_file(self, storage, root):
        """Of nested storage locations the longest root wins."""
        ln.settings.storage = storage / "inner"
        self.put(storage / "inner/x.txt", b"x")
        self.put(storage / "innermost/y.txt", b"y")
        inner, outer = (
            ln.File(storage / "inner/x.txt", description="x"),
            ln.File(storage / "innermost/y.txt", description="y"),
        )
        ln.save([inner, outer])
        assert (inner.storage.root, inner.key) == (f"{outer.storage.root}/inner", "x.txt")
        assert outer.key == "innermost/y.txt"
        ln.settings.storage = root

    # -- folders ------------------------------------------------------------------------------------------------------

    def test_folder(self, storage, count_queries):
        """All files of a folder are registered in a number of queries that doesn't depend on how many they are."""
        counts = []
        for number in (3, 30):
            for i in range(number):
                self.put(storage / f"runs/{number}" / str(i % 2) / f"{i}.txt", f"{number} {i}".encode())
            with count_queries() as queries:
                files = ln.File.from_dir(storage / f"runs/{number}")
                ln.save(files)
            counts.append(len(queries))
            keys = [f"runs/{number}/{i % 2}/{i}.txt" for i in range(number)]
            assert sorted(ln.File.filter(key__startswith=f"runs/{number}/").list("key")) == sorted(keys)
            assert {file.storage.root for file in files} == {ln.setup.settings.storage.root_as_str}
        assert counts[0] == counts[1]

    def test_folder_that_is_the_root(self, storage):
        """All objects of a storage location are registered below their keys; a store is one file."""
        for name in ("x.txt", "folder/y.txt", "folder/z.zarr/.zgroup", "folder/z.zarr/0/0"):
            self.put(storage / name, name.encode())
        ln.save(ln.File.from_dir(storage))
        found = dict(ln.File.filter(storage=ln.setup.settings.storage.record).values_list("key", "size"))
        assert found == {"x.txt": 5, "folder/y.txt": 12, "folder/z.zarr": 38}

    def test_tree(self, storage, table, capsys):
        """The tree of a storage location has the registered files, that of a folder all."""
        ln.File(table, key="folder/table.csv").save()
        self.put(storage / "folder/other.txt", b"x")
        ln.settings.verbosity = "success"
        ln.File.view_tree()
        shown = capsys.readouterr()
        assert "table.csv" in shown.out + shown.err
        assert "other.txt" not in shown.out + shown.err
        ln.File.view_tree(storage / "folder")
        shown = capsys.readouterr()
        assert "other.txt" in shown.out + shown.err

    # -- change -------------------------------------------------------------------------------------------------------

    def test_replace(self, storage, table, tmp_path):
        """New content takes the place of the old when it is saved; with another suffix the old object goes."""
        file = ln.File(table, key="x.csv")
        file.save()
        table.write_text("a,b\n3,4\n")
        file.replace(table)
        assert file.load().shape == (1, 2)
        assert (storage / "x.csv").read_text() == "a,b\n1,2\n"
        file.save()
        assert ln.File.filter(key="x.csv").one().load()["b"].tolist() == [4]
        (tmp_path / "y.tsv").write_text("a\n5\n")
        file.replace(tmp_path / "y.tsv")
        file.save()
        assert files_below(storage) == ["x.tsv"]

    def test_delete(self, storage, table):
        """Without its content a record goes alone; with it the object goes, and no other one."""
        self.put(storage / "x/below.csv", b"below")
        kept = ln.File(storage / "x/below.csv", description="below")
        kept.save()
        file = ln.File(table, description="x")
        file.save()
        path = file.path
        file.delete(storage=False)
        assert path.exists()
        file = ln.File(path, description="x") if "/.lamindb/" not in str(path) else ln.File(table, key="y.csv")
        file.save()
        file.delete(storage=True)
        assert not (storage / "y.csv").exists()
        assert "x/below.csv" in files_below(storage)

    def test_object_that_is_gone(self, storage, table):
        """The record of an object that vanished is deleted with a warning, and what lies below its name stays."""
        file = ln.File(table, key="x")
        file.save()
        file.path.fs.rm_file(file.path.path)
        self.put(storage / "x/below.csv", b"below")
        file.delete(storage=True)
        assert files_below(storage) == ["x/below.csv"]

    def test_versions(self, storage, table):
        """Versions of a file are objects of their own."""
        first = ln.File(table, key="v1.csv", version="1")
        first.save()
        table.write_text("a,b\n9,9\n")
        second = ln.File(table, key="v2.csv", is_new_version_of=first)
        second.save()
        assert second.version == "2"
        assert [file.load()["a"].tolist() for file in (first, second)] == [[1], [9]]

    def test_dataset(self, storage, tmp_path):
        """A dataset loads its files in their order."""
        files = []
        for number in (3, 1, 2):
            (tmp_path / f"{number}.csv").write_text(f"a\n{number}\n")
            files.append(ln.File(tmp_path / f"{number}.csv", key=f"{number}.csv"))
        ln.save(files)
        dataset = ln.Dataset(files, name="numbers")
        dataset.save()
        assert ln.Dataset.filter(name="numbers").one().load()["a"].tolist() == [3, 1, 2]

    # -- nothing by halves --------------------------------------------------------------------------------------------

    @pytest.mark.parametrize("step", STEPS)
    def test_failure_leaves_nothing(self, storage, table, step):
        """Whatever step fails, there is no record and no object; saving again succeeds."""
        check_failure_leaves_nothing(storage, ln.File(table, key="x.csv"), step)
        assert ln.File.filter(key="x.csv").one().path.read_bytes() == table.read_bytes()

    def test_workers(self, storage, table, tmp_path, monkeypatch):
        """Other processes store what is saved in bulk, and read what is checked; they need no instance."""
        (tmp_path / "other.csv").write_text("a,b\n1,x\n")
        criteria = ln.Criteria({"b": {"type": "number", "minimum": 3}})
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as executor:
            monkeypatch.setattr(ln.settings, "executor", executor)
            files = [ln.File(table, key="by/worker.csv"), ln.File(tmp_path / "other.csv", description="by a worker")]
            ln.save(files)
            dataset = ln.Dataset(files, name="by workers")
            dataset.save()
            report = criteria.inspect(dataset)
            monkeypatch.setattr(ln.settings, "executor", None)
        assert report.counts() == {"type": 1, "below-minimum": 1}
        assert report.to_json() == criteria.inspect(dataset).to_json()
        assert [file.path.read_bytes() for file in files] == [table.read_bytes(), b"a,b\n1,x\n"]
        assert files_below(storage) == sorted(["by/worker.csv", f".lamindb/{files[1].id}.csv"])

    def test_taken_key(self, storage, table):
        """A second file of a key is refused, and the object of the first stays."""
        ln.File(table, key="x.csv").save()
        before = (storage / "x.csv").read_bytes()
        table.write_text("other")
        with pytest.raises(IntegrityError):
            ln.File(table, key="x.csv").save()
        assert (storage / "x.csv").read_bytes() == before
        assert files_below(storage) == ["x.csv"]

    def test_file_that_has_others_below_its_name(self, storage, table, tmp_path):
        """A file never takes away what lies below a folder of its name, whether the storage can have both or not."""
        ln.File(table, key="x/below.csv").save()
        (tmp_path / "x").write_text("x")
        try:
            ln.File(tmp_path / "x", key="x").save()
        except StorageError:
            assert not ln.File.filter(key="x").exists()
        assert ln.File.filter(key="x/below.csv").one().load().shape == (1, 2)


class CloudStorageContract(StorageContract):
    """For locations that are reached through a network."""

    @pytest.fixture
    def new_bucket(self):
        """A bucket that is no storage location."""
        raise NotImplementedError

    def test_bucket_becomes_a_location_with_its_first_file(self, storage, new_bucket):
        """Files of a new bucket are registered in place, by several records at once, in one new storage location."""
        for number in range(4):
            self.put(new_bucket / f"folder/{number}.txt", str(number).encode())
        before = ln.Storage.filter().count()
        files = [ln.File(new_bucket / f"folder/{number}.txt", description="x") for number in range(2)]
        assert ln.Storage.filter().count() == before
        ln.save(files)
        ln.save(ln.File.from_dir(str(new_bucket)))
        assert ln.Storage.filter().count() == before + 1
        found = ln.File.filter(key__startswith="folder/").list()
        assert sorted(file.stage().read_text() for file in found) == ["0", "1", "2", "3"]
        assert {file.storage.root for file in found} == {str(new_bucket).rstrip("/")}

    def test_tree_of_a_bucket_has_its_name(self, storage, new_bucket, capsys):
        """The path of a bucket has no last component."""
        self.put(new_bucket / "x.txt", b"x")
        ln.settings.verbosity = "success"
        ln.File.view_tree(new_bucket)
        assert capsys.readouterr().out.startswith(
            f"{str(new_bucket).rstrip('/').rpartition('/')[2]} (0 sub-directories & 1 files"
        )

    def test_options_stay_with_their_location(self, storage, table, instance):
        """Files of a location that is not the default one any more are reached as before; no option is stored."""
        ln.File(table, key="x.csv").save()
        ln.settings.storage = instance.storage.root_as_str
        assert ln.File.filter(key="x.csv").one().load().shape == (1, 2)
        settings = Path(os.environ["LAMIN_SETTINGS_DIR"]).rglob("*.env")
        stored = [str(ln.Storage.filter().df().to_dict()), *(path.read_text() for path in settings)]
        assert len(stored) > 1
        assert not any(storage.storage_options["endpoint_url"] in text for text in stored)

    def test_objects_are_loaded_by_their_paths(self, storage, table):
        """From a copy in the cache, which is what is returned where nothing reads the object."""
        self.put(storage / "x.csv", table.read_bytes())
        self.put(storage / "x.unknown", b"x")
        assert ln.dev.storage.load_to_memory(storage / "x.csv").shape == (1, 2)
        copy = ln.dev.storage.load_to_memory(storage / "x.unknown")
        assert isinstance(copy, Path)
        assert copy.read_bytes() == b"x"
        self.put(storage / "x.unknown", b"y")
        assert ln.dev.storage.load_to_memory(str(storage / "x.unknown")).read_bytes() == b"y"

    def test_stores_are_written_to_paths(self, storage):
        """As ``write_adata_zarr`` has always done."""
        from lamindb.dev.storage._zarr import read_adata_zarr, write_adata_zarr

        cells, told = ad.AnnData(np.arange(12, dtype="float32").reshape(4, 3)), []
        write_adata_zarr(cells, storage / "x.zarr", lambda total, done: told.append(done / total))
        assert told[-1] == 1
        assert read_adata_zarr(storage / "x.zarr").X.tolist() == cells.X.tolist()

    def test_damaged_object_is_not_read(self, storage, table):
        """An object that isn't what was registered is refused by stage and load, and so is a damaged copy of it."""
        file = ln.File(table, key="x.csv")
        file.save()
        copy = file.stage()
        copy.chmod(0o644)
        copy.write_text("a,b\n0,0\n")
        assert file.stage().read_bytes() == table.read_bytes()
        copy.unlink()
        self.put(storage / "x.csv", b"a,b\n6,6\n")
        with pytest.raises(DigestMismatch, match=r"x\.csv"):
            ln.File.filter(key="x.csv").one().load()

    def test_paths_copy_themselves(self, storage, table, tmp_path):
        """To this machine and back, files and folders; ``synchronize`` leaves a copy that is as new as the object."""
        path, local, folder = storage / "folder" / "x.csv", tmp_path / "local" / "x.csv", tmp_path / "folder"
        path.upload_from(table)
        path.with_name("y.csv").upload_from(str(table))
        path.parent.download_to(folder)
        assert files_below(folder) == ["x.csv", "y.csv"]
        path.parent.with_name("again").upload_from(folder)
        assert files_below(storage) == ["again/x.csv", "again/y.csv", "folder/x.csv", "folder/y.csv"]
        path.synchronize(local)
        assert local.read_bytes() == (folder / "x.csv").read_bytes() == table.read_bytes()
        assert datetime.fromtimestamp(local.stat().st_mtime) == path.modified  # noqa: DTZ006 - in local time
        for written, stays in ((1, True), (-1, False)):
            local.write_text("mine")
            os.utime(local, times=(0, path.modified.timestamp() + written))
            path.synchronize(local)
            assert (local.read_text() == "mine") == stays
        for verb in (path.with_name("z.csv").synchronize, path.with_name("z.csv").download_to):
            with pytest.raises(FileNotFoundError):
                verb(local)

    def test_missing_bucket(self, storage, instance, new_bucket):
        """A bucket that doesn't exist is one sentence, and stays without consequences."""
        address = f"{new_bucket.protocol}://no-such-bucket-at-all"
        options = dict(new_bucket.storage_options)
        for root in (address, f"{address}/prefix"):
            with pytest.raises(StorageError, match="no-such-bucket-at-all"):
                ln.settings.storage = (root, options)
        assert ln.settings.storage == storage
        assert not ln.Storage.filter(root__contains="no-such").exists()
        with pytest.raises(FileNotFoundError, match="no-such-bucket-at-all"):
            ln.File(type(new_bucket)(f"{address}/x.csv", **options), description="x")

    def test_large_file(self, storage, tmp_path):
        """A file that is sent in parts is nowhere before its row is written, replaces an old one, and comes back whole."""
        path = tmp_path / "large.bin"
        (tmp_path / "old.bin").write_bytes(b"old")
        ln.File(tmp_path / "old.bin", key="x.bin").save()
        path.write_bytes(os.urandom(51 * 2**20))
        file = ln.File.filter(key="x.bin").one()
        file.replace(path)

        def fail(name):
            if name == "save.published":
                raise StorageError(name)

        with faults.hooked(fail), pytest.raises(StorageError):
            file.save()
        assert (storage / "x.bin").read_bytes() == b"old"
        seen = []
        with faults.hooked(lambda name: seen.append(name == "save.published" or (storage / "x.bin").read_bytes())):
            file.save()
        assert set(seen[: seen.index(True)]) == {b"old"}
        assert ln.File.filter(key="x.bin").one().stage().read_bytes() == path.read_bytes()
        assert files_below(storage) == ["x.bin"]
        assert [name for name in storage.fs.find(storage.path) if "tmp" in name.removeprefix(storage.path)] == []
