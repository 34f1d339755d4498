"""Paths and keys: what a key may be, and that none ever leaves its root or the cache."""

from __future__ import annotations

import os
import pickle
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lamindb.errors import InvalidKey
from lamindb.io import cache, paths
from lamindb.io.storage import StorageRoot, normalise_root

BAD_KEYS = {
    "empty": "",
    "absolute": "/etc/passwd",
    "parent": "../x",
    "parent inside": "a/../../b",
    "parent at the end": "a/..",
    "here": "./a",
    "here inside": "a/./b",
    "double slash": "a//b",
    "folder": "a/",
    "drive": "C:\\Windows",
    "drive with slash": "C:/Windows",
    "backslash": "a\\..\\b",
    "NUL": "a\0b",
    "newline": "a\nb",
    "control": "a\x1bb",
    "delete": "a\x7fb",
    "C1 control": "a\x85b",
    "line separator": "a\u2028b",
    "surrogate": "a\udcffb",
    "address": "s3://bucket/key",
    "protocol": "s3:/key",
    "chain of protocols": "simplecache::file",
    "long": "a" * 256,
    "very long": "a" * 4096,
}
GOOD_KEYS = [
    "a",
    "a.csv",
    "my data/ä ö.csv",
    "שלום/עולם.txt",
    "a..b/..c/d..",
    "...",
    "k#x?a=..",
    "日本語",
    "a" * 255,
    "~/x",
    "🧬",
]

NASTY = st.sampled_from(
    [
        "..",
        ".",
        "",
        "/",
        "a",
        "b.csv",
        "link",
        "link_up",
        "inner",
        "~",
        "C:",
        "\\",
        "\0",
        "\n",
        "#",
        "?",
        "%2e%2e",
        "\u202e",
        "s3:",
    ]
)
ANY_KEY = st.one_of(
    st.lists(NASTY, max_size=8).map("/".join),
    st.lists(st.one_of(NASTY, st.text(max_size=5)), max_size=6).map("/".join),
    st.text(max_size=30),
    st.text(alphabet="./\\a:", max_size=20),
)
MANY = settings(max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


# -- keys -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_key_that_names_nothing_inside_is_refused(key):
    """A key that is no relative path to an object is refused, with one class of error."""
    with pytest.raises(InvalidKey, match="pass a relative path"):
        paths.check_key(key)


@pytest.mark.parametrize("key", GOOD_KEYS)
def test_key_of_any_script_is_accepted(key):
    """Keys may have blanks, dots and characters of any script, and come back unchanged."""
    assert paths.check_key(key) == key


def test_message_about_a_long_key_is_short():
    """A refused key of any length makes one readable sentence."""
    with pytest.raises(InvalidKey) as caught:
        paths.check_key("x" * 100_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize("key", [".lamindb/abc.csv", ".lamindb", ".lamindb/../x"])
def test_reserved_key_of_a_user_is_refused(key):
    """Users can't take the names of objects without key."""
    with pytest.raises(InvalidKey, match="Key cannot start with"):
        paths.check_user_key(key)


def test_auto_key_is_made_of_id_and_suffix():
    """An object without key is named by id and suffix."""
    assert paths.auto_key("abc", ".csv") == ".lamindb/abc.csv"


@pytest.mark.parametrize(
    ("id", "suffix"), [(None, ".csv"), ("", ".csv"), ("abc", None), ("../x", ""), ("a", "/../../x")]
)
def test_auto_key_without_an_id_is_refused(id, suffix):  # noqa: A002
    """There is no name for an object without id, and no id leads out of the folder."""
    with pytest.raises(InvalidKey):
        paths.auto_key(id, suffix)


# -- containment ------------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path):
    """A root with links that lead out of it, up, and within it."""
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (root / "link").symlink_to(tmp_path / "secret")
    (root / "link_up").symlink_to("..")
    (root / "inner" / "link").symlink_to(root)
    return root


@MANY
@given(key=ANY_KEY)
@example(key="link/x")
@example(key="link_up/secret")
@example(key="inner/link/inner/x")
@example(key="inner/link/link/x")
def test_no_key_leaves_a_local_root(place, key):
    """Whatever the key, its path with all links resolved is inside the root, or the key is refused."""
    try:
        path = paths.path_of_key(paths.to_path(place), key)
    except InvalidKey:
        return
    assert os.path.realpath(path).startswith(f"{os.path.realpath(place)}{os.sep}")


@MANY
@given(key=ANY_KEY)
def test_no_key_leaves_a_cloud_root(key):
    """Whatever the key, its address starts with that of the root and has no segment that leads up."""
    root = StorageRoot.of("s3://bucket/prefix")
    try:
        path = root.path_of(key)
    except InvalidKey:
        return
    assert path.path.startswith("bucket/prefix/")
    assert ".." not in path.path.split("/")
    assert root.key_of(path) == key


@MANY
@given(address=ANY_KEY, protocol=st.sampled_from(["s3", "gs", "memory"]))
@example(address="b/k#/../../x", protocol="s3")
@example(address="b/k?a=../..", protocol="gs")
def test_no_object_is_cached_outside_the_cache(place, address, protocol):
    """Whatever the address, the cached copy is inside the cache, or the address is refused."""
    try:
        local = cache.cached_path(place, paths.to_path(f"{protocol}://{address}"))
    except InvalidKey:
        return
    assert os.path.realpath(local).startswith(f"{os.path.realpath(place)}{os.sep}")


@MANY
@given(id=ANY_KEY, suffix=ANY_KEY)
def test_no_object_from_memory_is_written_outside_the_cache(place, id, suffix):  # noqa: A002
    """Whatever the id and suffix, the file is directly in the cache, or they are refused."""
    try:
        local = cache.new_file(place, id, suffix)
    except InvalidKey:
        return
    assert Path(os.path.normpath(local)).parent == place


# -- paths ------------------------------------------------------------------------------------------------------------


def test_local_paths_stay_what_they_are(tmp_path):
    """Text, a Path and a file address lead to the same local path."""
    path = tmp_path / "my data ä.csv"
    for data in (str(path), path, path.as_uri(), f"file://localhost{path.as_posix().replace(' ', '%20')}"):
        found = paths.to_path(data)
        assert isinstance(found, Path)
        assert found == path
        assert paths.is_local(found)


def test_tilde_is_a_name():
    """The home folder is not filled in."""
    assert str(paths.to_path("~/x")) == "~/x"


@pytest.mark.parametrize("protocol", ["ftp", "sftp", "ssh", "smb", "hdfs"])
def test_address_with_a_server_keeps_it(protocol):
    """It is shown, compared, and that of what is below; who goes there isn't shown."""
    path = paths.to_path(f"{protocol}://ada:secret@host:99/folder")
    assert str(path) == f"{protocol}://host:99/folder"
    assert (
        str(path / "x.csv") == str(pickle.loads(pickle.dumps(path / "x.csv"))) == f"{protocol}://host:99/folder/x.csv"
    )
    assert (paths.server_of(path), str(path.parent)) == ("host:99", f"{protocol}://host:99")
    assert paths.relative_key(path / "x.csv", f"{protocol}://host:99") == "folder/x.csv"
    assert paths.relative_key(path / "x.csv", f"{protocol}://other:99/folder") is None
    assert paths.relative_key(path / "x.csv", f"{protocol}://") is None
    assert normalise_root(path) == f"{protocol}://host:99/folder"


@pytest.mark.parametrize("address", ["s3://bucket/a", "gs://bucket/a", "memory://a/b"])
def test_cloud_address_keeps_its_protocol(address):
    """Addresses of object stores become paths of their protocol."""
    path = paths.to_path(address)
    assert not paths.is_local(path)
    assert paths.protocol_of(path) == address.partition(":")[0]
    assert paths.to_path(path) == path


@pytest.mark.parametrize(
    "address", ["s3://bucket/a/../b", "s3://b/k#/../../", "gs://b/./a", "s3://b/a\nb", "s3://b/?a=../.."]
)
def test_cloud_address_that_leads_up_is_refused(address):
    """Addresses with segments or characters that clients of object stores rewrite are refused."""
    with pytest.raises(InvalidKey):
        paths.to_path(address)


def test_relative_key_follows_links(tmp_path):
    """A path is inside a root if it is after following links on both sides."""
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "alias").symlink_to(root)
    (root / "out").symlink_to(tmp_path)
    assert paths.relative_key(tmp_path / "alias" / "a" / "b.csv", root) == "a/b.csv"
    assert paths.relative_key(root / "a", tmp_path / "alias") == "a"
    assert paths.relative_key(root / "out" / "x", root) is None


@pytest.mark.parametrize(
    ("path", "root", "key"),
    [
        ("s3://bucket/prefix/a/b", "s3://bucket/prefix", "a/b"),
        ("s3://bucket/prefix/a/b", "s3://bucket/prefix/", "a/b"),
        ("s3://bucket/prefix/prefix/a", "s3://bucket/prefix", "prefix/a"),
        ("s3://bucket/prefixed/a", "s3://bucket/prefix", None),
        ("s3://bucket/a", "s3://other", None),
        ("s3://bucket/a", "gs://bucket", None),
        ("gcs://bucket/a", "gs://bucket", "a"),
        ("s3://bucket/prefix", "s3://bucket/prefix", None),
        ("/a/b", "s3://a", None),
        ("s3://a/b", "/a", None),
        ("/a/bc", "/a/b", None),
        ("/a/b", "/a/b", None),
        ("/a/b", "/", "a/b"),
    ],
)
def test_relative_key_compares_whole_segments(path, root, key):
    """A key exists only below the root, compared by protocol, bucket and whole segments."""
    assert paths.relative_key(path, root) == key


# -- suffixes ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("a", ""),
        ("a.txt", ".txt"),
        ("archive.tar.gz", ".tar.gz"),
        ("d.x.y.z/f.b.c", ".c"),
        ("logs/date.log.txt", ".txt"),
        ("salmon.merged.gene_counts.tsv", ".tsv"),
        ("salmon.merged.gene_counts.tsv.gz", ".tsv.gz"),
        ("reads.fastq.gz", ".fastq.gz"),
        ("table.xlsx.gz", ".xlsx.gz"),
        (".hidden", ""),
    ],
)
def test_suffix_has_two_parts_after_a_known_one(name, suffix):
    """The last suffix counts, with the one before it if that is a known format, for text and paths alike."""
    assert paths.suffix_of(name).suffix == suffix
    assert paths.suffix_of(PurePosixPath(name)).suffix == suffix


def test_suffix_that_was_guessed_comes_with_a_note():
    """The note says what was found; a single suffix needs none."""
    assert paths.suffix_of("a.txt").note is None
    assert paths.suffix_of("r.fastq.gz").note == "file has more than one suffix (path.suffixes), inferring: '.fastq.gz'"
    assert paths.suffix_of("a.b.gz", what="key").note == (
        "key has more than one suffix (path.suffixes), using only last suffix: '.gz' - if you want your file format to be"
        " recognized, make an issue: https://github.com/laminlabs/lamindb/issues/new"
    )
