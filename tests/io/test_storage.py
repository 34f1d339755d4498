"""Storage locations: how roots are spelled, and to which of them a path belongs."""

from __future__ import annotations

import pytest

from lamindb.io.storage import StorageRoot, infer_filesystem, innermost_place, normalise_root, storage_type


@pytest.mark.parametrize(
    ("root", "spelled"),
    [
        ("s3://bucket", "s3://bucket"),
        ("s3://bucket/", "s3://bucket"),
        ("s3://bucket/prefix//", "s3://bucket/prefix"),
        ("gcs://bucket/x/", "gs://bucket/x"),
        ("memory://a/b/", "memory://a/b"),
        ("/", "/"),
    ],
)
def test_root_has_one_spelling(root, spelled):
    """However a root is written, it is stored the same, without trailing slash."""
    assert normalise_root(root) == spelled
    assert normalise_root(spelled) == spelled


def test_local_root_is_absolute_and_resolved(tmp_path, monkeypatch):
    """A local root is stored absolute, with links resolved."""
    real = tmp_path / "real"
    real.mkdir()
    (tmp_path / "link").symlink_to(real)
    monkeypatch.chdir(tmp_path)
    for root in ("link", "./link/", str(tmp_path / "link"), (tmp_path / "link").as_uri(), real):
        assert normalise_root(root) == real.as_posix()


@pytest.mark.parametrize(
    ("root", "kind"),
    [
        ("/x", "local"),
        ("x", "local"),
        ("file:///x", "local"),
        ("s3://b", "s3"),
        ("gcs://b", "gs"),
        ("memory://", "memory"),
    ],
)
def test_kind_of_storage_is_its_protocol(root, kind):
    """The kind of a storage location is local, s3, gs or the name of its protocol."""
    assert storage_type(root) == kind


def test_keys_of_a_location_lead_back(tmp_path):
    """A key leads to a path, and the path to the key, in local and cloud locations with a prefix."""
    for root in (StorageRoot.of(tmp_path), StorageRoot.of("s3://bucket/prefix", anon=True)):
        path = root.path_of("a/b.csv")
        assert root.key_of(path) == "a/b.csv"
        assert root.key_of(root.path) is None


def test_options_reach_the_file_system_and_are_never_shown():
    """What opens a location is passed on, and neither shown nor compared."""
    root = StorageRoot.of("s3://bucket", key="AKIA", secret="hush")
    assert dict(root.path.storage_options) == {"key": "AKIA", "secret": "hush"}
    assert "hush" not in repr(root)
    assert root == StorageRoot("s3://bucket", "s3")
    assert hash(root) == hash(StorageRoot("s3://bucket", "s3"))


def test_innermost_location_has_a_path(tmp_path):
    """Of nested locations the longest root has a path, whose key is below it; the order in which they are given doesn't matter."""
    outer, inner = StorageRoot.of(tmp_path), StorageRoot.of(tmp_path / "inner")
    cloud, prefix = StorageRoot.of("s3://bucket"), StorageRoot.of("s3://bucket/prefix")
    for roots in ([outer, inner, cloud, prefix], [prefix, cloud, inner, outer]):
        assert innermost_place(tmp_path / "inner" / "a", roots) == (inner, "a")
        assert innermost_place(tmp_path / "a", roots) == (outer, "a")
        assert innermost_place("s3://bucket/prefix/a", roots) == (prefix, "a")
        assert innermost_place("s3://bucket/prefixed/a", roots) == (cloud, "prefixed/a")
        assert innermost_place("s3://other/a", roots) is None


def test_file_system_of_a_path(tmp_path):
    """A path comes with the file system that has it and the name that it has there."""
    filesystem, name = infer_filesystem(tmp_path)
    assert filesystem.isdir(name)
    filesystem, name = infer_filesystem("memory://a/b")
    assert (filesystem.protocol, name) == ("memory", "/a/b")
