"""Objects in the cloud, on an S3 server: stored and fetched with digests, cached as long as they are the same."""

from __future__ import annotations

import os
import uuid

import anndata as ad
import numpy as np
import pytest
from upath import UPath

from lamindb.errors import DigestMismatch, InvalidKey, SourceChanged, StorageError
from lamindb.io import cache, faults, formats, hashing, multipart, transfer
from lamindb.io.accessors import open_backed
from lamindb.io.hashing import digest_bytes, digest_file, digest_folder, hash_of_listing
from lamindb.io.listing import files_below, has_object, size_of
from lamindb.io.storage import StorageRoot
from tests.servers import s3

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def endpoint():
    """The address of an S3 server."""
    with s3.running() as address:
        yield address


@pytest.fixture(params=["s3", "memory"])
def root(request):
    """An empty storage location with a prefix, on S3 and in a file system that knows nothing special."""
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    if request.param == "memory":
        return StorageRoot.of(f"memory://{bucket}/prefix")
    endpoint = request.getfixturevalue("endpoint")
    s3.make_bucket(endpoint, bucket)
    return StorageRoot.of(f"s3://{bucket}/prefix", endpoint_url=endpoint, **s3.CREDENTIALS)


@pytest.fixture
def source(tmp_path):
    """A file that is uploaded in several parts."""
    path = tmp_path / "source.bin"
    path.write_bytes(os.urandom(60 * MIB))
    return path


@pytest.fixture
def small(tmp_path):
    """A file that is uploaded in one part."""
    path = tmp_path / "small.csv"
    path.write_text("a,b\n1,2\n")
    return path


# -- store and fetch --------------------------------------------------------------------------------------------------


def test_stored_object_comes_back(root, source, small, tmp_path):
    """Files of one and several parts arrive whole, are listed, fetched and removed."""
    for path, key in ((source, "a/large.bin"), (small, "a/b/small.csv")):
        digest = transfer.store_file(path, root.path_of(key), expected=digest_file(path))
        assert size_of(root.path_of(key)) == path.stat().st_size
        assert transfer.fetch(root.path_of(key), tmp_path / "back", expected=digest) == digest
        assert (tmp_path / "back").read_bytes() == path.read_bytes()
    assert files_below(root.path) == ["a/b/small.csv", "a/large.bin"]
    assert transfer.remove(root.path_of("a/large.bin"))
    assert not transfer.remove(root.path_of("a/large.bin"))
    assert files_below(root.path) == ["a/b/small.csv"]


def test_empty_file_is_an_object(root, tmp_path):
    """A file without bytes is stored and fetched like others."""
    (tmp_path / "empty").write_bytes(b"")
    transfer.store_file(tmp_path / "empty", root.path_of("empty"))
    assert transfer.fetch(root.path_of("empty"), tmp_path / "back") == digest_bytes(b"")


@pytest.mark.parametrize("at", ["store.temporary-open", "store.half-copied", "store.checked"])
@pytest.mark.parametrize("large", [True, False])
def test_interrupted_upload_leaves_the_old_object(root, source, small, at, large):
    """Whatever step an upload is interrupted at, the old object stays, and no part is left in the bucket."""
    target = root.path_of("x")
    transfer.store_file(small, target)

    def interrupt(name):
        if name == at:
            raise KeyboardInterrupt

    with faults.hooked(interrupt), pytest.raises(KeyboardInterrupt):
        transfer.store_file(source if large else small, target)
    assert target.read_bytes() == small.read_bytes()
    if root.type == "s3":
        assert target.fs.list_multipart_uploads(target.path.partition("/")[0]) == []


class _LosingAnswers:
    """Stands before a server: of a request that puts parts together the answer is lost, and then the upload is forgotten."""

    FORGOTTEN = b"<Error><Code>NoSuchUpload</Code><Message>The specified upload does not exist.</Message></Error>"

    def __init__(self, application):
        self._application = application
        self._is_lost = False

    def __call__(self, environ, start_response):
        """Let the server do its work, and tell of an error."""
        if "uploadId=" not in environ["QUERY_STRING"] or environ["REQUEST_METHOD"] == "PUT":
            return self._application(environ, start_response)
        if not self._is_lost:
            self._is_lost = True
            list(self._application(environ, lambda *_: None))
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return [b""]
        start_response("404 Not Found", [("Content-Type", "application/xml")])
        return [self.FORGOTTEN]


def test_large_object_arrives_although_the_answer_is_lost(small, monkeypatch):
    """The store has put the parts together, and knows nothing of the upload when it is asked again: the object counts."""
    monkeypatch.setattr(hashing, "THRESHOLD", 1)
    with s3.running_behind(_LosingAnswers) as endpoint:
        s3.make_bucket(endpoint, "losing")
        target = UPath("s3://losing/x", endpoint_url=endpoint, **s3.CREDENTIALS)
        transfer.store_file(small, target, expected=digest_file(small))
        assert target.read_bytes() == small.read_bytes()


def test_parts_are_kept_when_they_cannot_be_put_together(endpoint, source, tmp_path, monkeypatch):
    """What has arrived isn't sent again by who tries once more, although the upload that failed is withdrawn."""
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    s3.make_bucket(endpoint, bucket)
    target = UPath(f"s3://{bucket}/x", endpoint_url=endpoint, **s3.CREDENTIALS)
    options = {"expected": digest_file(source), "notes": tmp_path / "notes"}
    upload = transfer.begin_upload(source, target, **options)
    call, calls = multipart.PartsUpload._call, []

    def fail(self, method, **arguments):
        calls.append(method)
        if method == "complete_multipart_upload" and calls.count(method) == 1:
            raise TimeoutError
        return call(self, method, **arguments)

    monkeypatch.setattr(multipart.PartsUpload, "_call", fail)
    with pytest.raises(StorageError):
        upload.commit()
    upload.discard()
    transfer.begin_upload(source, target, **options).commit()
    assert "upload_part" not in calls
    assert target.read_bytes() == source.read_bytes()
    assert list((tmp_path / "notes").iterdir()) == []


def test_upload_that_the_store_forgot_is_an_error_once(endpoint, small, monkeypatch):
    """Its parts can't be put together, which is said; that there is nothing left to forget is no further error."""
    monkeypatch.setattr(hashing, "THRESHOLD", 1)
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    s3.make_bucket(endpoint, bucket)
    target = UPath(f"s3://{bucket}/x", endpoint_url=endpoint, **s3.CREDENTIALS)
    upload = transfer.begin_upload(small, target, expected=digest_file(small))
    target.fs.clear_multipart_uploads(bucket)
    with pytest.raises(StorageError, match=r"/x can't be written"):
        upload.commit()
    upload.discard()
    assert not target.exists()


def test_source_that_changed_is_not_uploaded(root, source, small):
    """Bytes that differ from the announced digest don't become an object."""
    expected = digest_file(source)
    source.write_bytes(b"x" * source.stat().st_size)
    with pytest.raises(SourceChanged):
        transfer.store_file(source, root.path_of("x"), expected=expected)
    assert files_below(root.path) == []


def test_existing_object_can_be_kept(root, small):
    """An object is not replaced if it must not be."""
    transfer.store_file(small, root.path_of("x"))
    with pytest.raises(StorageError, match="exists already"):
        transfer.store_file(small, root.path_of("x"), overwrite=False)


def test_damaged_object_is_not_fetched(root, small, tmp_path):
    """An object that isn't what was registered leaves nothing behind."""
    target = root.path_of("x")
    transfer.store_file(small, target)
    target.write_text("damaged")
    with pytest.raises(DigestMismatch, match="its content was modified or damaged"):
        transfer.fetch(target, tmp_path / "cache" / "x", expected=digest_file(small))
    assert list((tmp_path / "cache").iterdir()) == []


def test_missing_object_is_file_not_found(root, tmp_path):
    """A missing object is what Python users expect."""
    for ask in (
        size_of,
        lambda path: transfer.fetch(path, tmp_path / "x"),
        lambda path: transfer.move(path, tmp_path / "y"),
        lambda path: transfer.move(path, root.path_of("y")),
        lambda path: transfer.move(path, root.path_of("y.zarr")),
    ):
        with pytest.raises(FileNotFoundError):
            ask(root.path_of("none"))


@pytest.mark.parametrize("root", ["s3"], indirect=True)
def test_removing_an_object_spares_what_lies_below_its_name(root, small):
    """An object and a prefix may have the same name; only the object goes."""
    transfer.store_file(small, root.path_of("x/below"))
    transfer.store_file(small, root.path_of("x"))
    assert transfer.remove(root.path_of("x"))
    assert files_below(root.path) == ["x/below"]


@pytest.mark.parametrize("root", ["s3"], indirect=True)
def test_what_lies_below_the_name_of_an_object_is_not_moved(root, small):
    """There is no object of that name, so there is nothing to move."""
    transfer.store_file(small, root.path_of("x.txt/below"))
    assert not has_object(root.path_of("x.txt"))
    with pytest.raises(FileNotFoundError):
        transfer.move(root.path_of("x.txt"), root.path_of("y.txt"))
    assert files_below(root.path) == ["x.txt/below"]


def test_objects_are_moved_between_places(root, small, tmp_path):
    """An object moves within the cloud, out of it and into it."""
    content = small.read_bytes()
    transfer.move(small, root.path_of("a"))
    transfer.move(root.path_of("a"), root.path_of("b/c"))
    assert files_below(root.path) == ["b/c"]
    transfer.move(root.path_of("b/c"), tmp_path / "back")
    assert files_below(root.path) == []
    assert (tmp_path / "back").read_bytes() == content
    assert not small.exists()


@pytest.mark.parametrize("root", ["s3"], indirect=True)
def test_digest_that_the_store_reports_is_ours(root, small):
    """What S3 says of a small object equals the digest of the file."""
    target = root.path_of("x")
    transfer.store_file(small, target)
    assert hash_of_listing(target.fs.info(target.path)) == digest_file(small)


def test_unreachable_bucket_is_one_sentence(endpoint, small):
    """A bucket that doesn't exist is named in a storage error."""
    gone = StorageRoot.of("s3://no-such-bucket", endpoint_url=endpoint, **s3.CREDENTIALS)
    with pytest.raises((StorageError, FileNotFoundError), match="no-such-bucket"):
        transfer.store_file(small, gone.path_of("x"))


# -- zarr stores ------------------------------------------------------------------------------------------------------


def test_zarr_store_is_uploaded_replaced_read_and_removed(root, tmp_path):
    """A store arrives whole, forgets what an older one had, is read in place, and is one entry of a listing."""
    data = ad.AnnData(np.arange(12, dtype="float32").reshape(4, 3))
    formats.write(data, tmp_path / "a.zarr")
    (tmp_path / "old.zarr").mkdir()
    (tmp_path / "old.zarr" / "old").write_text("old")
    target = root.path_of("k/a.zarr")
    transfer.store_tree(tmp_path / "old.zarr", target)
    digest = transfer.store_tree(tmp_path / "a.zarr", target, expected=digest_folder(tmp_path / "a.zarr"))
    assert digest == digest_folder(tmp_path / "a.zarr")
    assert size_of(target) == size_of(tmp_path / "a.zarr")
    assert files_below(root.path) == ["k/a.zarr"]
    assert formats.load(target).X.tolist() == data.X.tolist()
    assert open_backed(target)[1:3, 0].X.tolist() == [[3.0], [6.0]]
    assert transfer.remove(target)
    assert files_below(root.path) == []


def test_zarr_store_that_changed_is_not_uploaded(root, tmp_path):
    """A store that differs from the announced digest isn't uploaded."""
    formats.write(ad.AnnData(np.ones((2, 2))), tmp_path / "a.zarr")
    expected = digest_folder(tmp_path / "a.zarr")
    (tmp_path / "a.zarr" / "new").write_text("new")
    with pytest.raises(SourceChanged):
        transfer.store_tree(tmp_path / "a.zarr", root.path_of("a.zarr"), expected=expected)
    assert files_below(root.path) == []


def test_h5ad_is_read_in_place(root, tmp_path):
    """Annotated data is opened and read from the cloud without a copy."""
    data = ad.AnnData(np.arange(12, dtype="float32").reshape(4, 3))
    formats.write(data, tmp_path / "a.h5ad")
    target = root.path_of("a.h5ad")
    transfer.store_file(tmp_path / "a.h5ad", target)
    assert formats.load(target).X.tolist() == data.X.tolist()
    assert open_backed(target)[[3, 0]].X.tolist() == data.X[[3, 0]].tolist()


# -- cache ------------------------------------------------------------------------------------------------------------


def count_fetches(monkeypatch):
    """Count how often objects are fetched."""
    fetched = []
    original = cache.fetch

    def counting(source, *args, **kwargs):
        fetched.append(str(source))
        return original(source, *args, **kwargs)

    monkeypatch.setattr(cache, "fetch", counting)
    return fetched


def test_object_is_fetched_once(root, small, tmp_path, monkeypatch):
    """The second time an object comes from the cache, which nobody can write to by accident."""
    fetched = count_fetches(monkeypatch)
    target = root.path_of("a/x.csv")
    digest = transfer.store_file(small, target)
    for _ in range(3):
        local = cache.ensure_cached(target, tmp_path / "cache", expected=digest)
    assert local.read_bytes() == small.read_bytes()
    assert local.is_relative_to(tmp_path / "cache" / root.type)
    assert local.name == "x.csv"
    assert local.stat().st_mode & 0o222 == 0
    assert len(fetched) == 1


def test_object_without_known_digest_is_fetched_again_when_it_changed(root, small, tmp_path, monkeypatch):
    """Without a digest the cache follows what the store says about the object."""
    fetched = count_fetches(monkeypatch)
    target = root.path_of("x")
    transfer.store_file(small, target)
    assert [cache.ensure_cached(target, tmp_path / "cache").read_text() for _ in range(2)] == [small.read_text()] * 2
    assert len(fetched) == 1
    target.write_text("new content")
    assert cache.ensure_cached(target, tmp_path / "cache").read_text() == "new content"


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_damaged_copy_is_replaced(root, small, tmp_path, damage):
    """A copy that isn't the object any more is fetched again, with and without a known digest."""
    target = root.path_of("x")
    digest = transfer.store_file(small, target)
    for expected in (digest, None):
        local = cache.ensure_cached(target, tmp_path / "cache", expected=expected)
        local.chmod(0o644)
        content = local.read_bytes()
        local.write_bytes({"flip": b"X" + content[1:], "truncate": content[:-1], "empty": b""}[damage])
        assert cache.ensure_cached(target, tmp_path / "cache", expected=expected).read_bytes() == small.read_bytes()


def test_copy_that_was_only_touched_is_kept(root, small, tmp_path, monkeypatch):
    """A copy with another time but the right content is compared, not fetched; so is one whose stamp is lost."""
    fetched = count_fetches(monkeypatch)
    target = root.path_of("x")
    digest = transfer.store_file(small, target)
    local = cache.ensure_cached(target, tmp_path / "cache", expected=digest)
    os.utime(local, (1, 1))
    cache.ensure_cached(target, tmp_path / "cache", expected=digest)
    for stamp in (tmp_path / "cache" / ".lamindb" / "stamps").iterdir():
        stamp.write_text("nonsense")
    cache.ensure_cached(target, tmp_path / "cache", expected=digest)
    assert len(fetched) == 1


def test_copy_of_another_version_is_replaced(root, small, tmp_path):
    """A copy that matches the digest of yesterday is not what today's record means."""
    target = root.path_of("x")
    old = transfer.store_file(small, target)
    cache.ensure_cached(target, tmp_path / "cache", expected=old)
    small.write_text("new")
    new = transfer.store_file(small, target)
    assert cache.ensure_cached(target, tmp_path / "cache", expected=new).read_text() == "new"


def test_local_object_is_its_own_cache(small, tmp_path):
    """Local objects are not copied."""
    assert cache.ensure_cached(small, tmp_path / "cache") == small
    assert not (tmp_path / "cache").exists()


def test_equal_names_in_other_places_have_other_copies(tmp_path):
    """Buckets of equal name on S3, GCS and other servers don't share copies."""
    paths = [
        UPath("s3://bucket/a"),
        UPath("gs://bucket/a"),
        UPath("s3://bucket/a", endpoint_url="http://localhost:1"),
        UPath("s3://bucket/a", client_kwargs={"endpoint_url": "http://localhost:2"}),
    ]
    assert len({cache.cached_path(tmp_path, path) for path in paths}) == len(paths)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (1, 3, 0, 2)])
def test_objects_whose_names_are_folders_of_others(endpoint, tmp_path, monkeypatch, order):
    """A bucket can have ``a`` and ``a/b``: all are in the cache at once, with their suffixes, and are known by their keys."""
    bucket = f"bucket-{uuid.uuid4().hex[:8]}"
    s3.make_bucket(endpoint, bucket)
    root = StorageRoot.of(f"s3://{bucket}/prefix", endpoint_url=endpoint, **s3.CREDENTIALS)
    paths = [root.path_of(key) for key in ("a.csv", "a.csv/b.txt", "a.csv/b.txt/c", "a.csv/b.txt/d.gz")]
    for path in paths:
        path.fs.pipe_file(path.path, path.path.encode())
    fetched = count_fetches(monkeypatch)
    folder = tmp_path / "cache"
    for _ in range(2):
        for number in order:
            path = paths[number]
            local = cache.ensure_cached(path, folder)
            assert local == cache.cached_path(folder, path)
            assert local.read_text() == path.path
            assert local.suffix == path.suffix
    assert len(fetched) == len(paths)
    top = cache.folder_of(folder, root.path)
    found = {copy.plain.relative_to(top).as_posix(): copy for copy in cache.copies(folder)}
    assert sorted(found) == ["a.csv", "a.csv/b.txt", "a.csv/b.txt/c", "a.csv/b.txt/d.gz"]
    assert all(copy.is_good(read_data=True) for copy in found.values())


def test_file_for_an_object_in_memory_is_in_the_cache(tmp_path):
    """The file is named by id and suffix, and its folder exists."""
    path = cache.new_file(tmp_path / "cache", "abc", ".parquet")
    assert path == tmp_path / "cache" / "abc.parquet"
    assert path.parent.is_dir()
    with pytest.raises(InvalidKey):
        cache.new_file(tmp_path / "cache", "a/b", ".parquet")
