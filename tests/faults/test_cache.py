"""The cache of cloud objects: what is a copy, which copies are good, and that the only copy is never removed."""

from __future__ import annotations

import os

import pytest
from upath import UPath

from lamindb.io.hashing import digest_bytes

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def cached(ln):
    """The room of copies, imported once there is an instance."""
    from lnschema_core.integrity import cached

    return cached


@pytest.fixture
def bucket(ln):
    """An empty bucket that is a storage location."""
    root = UPath("memory://bucket-of-tests")
    ln.Storage(root=str(root).rstrip("/"), type="memory").save()
    yield root
    root.fs.rm(root.path, recursive=True)


@pytest.fixture
def copies(ln, bucket, instance):
    """Copies of three objects in the cache."""
    paths = []
    for number in range(3):
        (bucket / f"{number}.bin").write_bytes(f"content {number}".encode() * (number + 1))
        file = ln.File(bucket / f"{number}.bin")
        file.save()
        paths.append(file.stage())
    yield paths
    for path in paths:
        path.unlink(missing_ok=True)


def overwrite(path, content):
    """Write to a copy although it is not writable."""
    path.chmod(0o644)
    path.write_bytes(content)


def test_copies_are_listed_with_their_objects(cached, copies, instance):
    """Every copy with its address and size; objects in memory on their way to storage are no copies."""
    (instance.storage.cache_dir / "a1234567890123456789.parquet").write_bytes(b"only here")
    found = cached.listed()
    assert [(one.key.rpartition("/")[2], one.size, one.state) for one in found] == [
        ("0.bin", 9, "good"),
        ("1.bin", 18, "good"),
        ("2.bin", 27, "good"),
    ]
    assert found[0].address == "memory://bucket-of-tests/0.bin"
    cached.pruned(lambda copy: True)
    assert (instance.storage.cache_dir / "a1234567890123456789.parquet").exists()
    (instance.storage.cache_dir / "a1234567890123456789.parquet").unlink()


def test_damaged_copy_is_found_and_fetched_again(ln, cached, copies):
    """A flipped bit is found by reading, told by fsck, and never handed out."""
    overwrite(copies[1], b"damaged !!content!")
    assert [one.state for one in cached.verified()] == ["good", "damaged", "good"]
    assert [(one.kind, one.key) for one in ln.fsck(progress=False).findings] == [
        ("cached-copy", cached.listed()[1].key)
    ]
    file = ln.File.filter(key="1.bin").one()
    assert file.stage().read_bytes() == b"content 1content 1"
    assert [one.state for one in cached.verified()] == ["good"] * 3


def test_only_copies_whose_object_is_there_are_pruned(ln, cached, copies, bucket):
    """What has no object any more, or another one, may be the only copy and stays."""
    (bucket / "1.bin").unlink()
    (bucket / "2.bin").write_bytes(b"something else")
    outcomes = [one.outcome.partition(":")[0] for one in cached.pruned(lambda copy: True)]
    assert outcomes == ["removed", "kept", "kept"]
    assert [path.exists() for path in copies] == [False, True, True]


def test_lost_object_is_restored_from_the_cache(ln, copies, bucket):
    """The object is gone, or damaged: the copy in the cache has the registered digest."""
    before = (bucket / "0.bin").read_bytes()
    for file in ln.File.filter(storage__type="memory"):
        digest = digest_bytes((bucket / file.key).read_bytes())
        ln.File.filter(pk=file.pk).update(hash=digest.value, hash_type=digest.type)
    (bucket / "0.bin").unlink()
    (bucket / "1.bin").write_bytes(b"damaged !!content!")
    found = ln.fsck(read_data=True, progress=False)
    assert found.counts == {"missing": 1, "digest-mismatch": 1}
    report = ln.fsck(read_data=True, repair=True, progress=False)
    assert {one.outcome for one in report.findings} == {"repaired"}
    assert (bucket / "0.bin").read_bytes() == before
    assert ln.fsck(read_data=True, progress=False).is_clean


def test_cache_is_brought_down_to_a_size(cached, copies, bucket):
    """Copies that nobody has read for longest go first, no more than needed, and never the only one."""
    for path, accessed in zip(copies, (300, 100, 200), strict=True):
        os.utime(path, (accessed, path.stat().st_mtime))
    assert cached.pruned(lambda copy: True, keep=54) == []
    (bucket / "1.bin").unlink()
    done = cached.pruned(lambda copy: True, keep=40)
    assert [(one.size, one.outcome.partition(":")[0]) for one in done] == [(18, "kept"), (27, "removed")]
    assert [path.exists() for path in copies] == [True, True, False]


def test_parts_are_read_from_a_good_copy_only(ln, bucket, instance):
    """`backed()` reads the copy as long as it is as it was when it was compared, else the object."""
    (bucket / "t.csv").write_text("a\n1\n")
    file = ln.File(bucket / "t.csv")
    file.save()
    digest = digest_bytes(b"a\n1\n")
    ln.File.filter(pk=file.pk).update(hash=digest.value, hash_type=digest.type)
    file = ln.File.filter(pk=file.pk).one()
    copy = file.stage()
    (bucket / "t.csv").write_text("a\n9\n")
    assert file.backed().to_pandas()["a"].tolist() == [1]
    overwrite(copy, b"a\n7\n")
    assert file.backed().to_pandas()["a"].tolist() == [9]
    copy.unlink()
