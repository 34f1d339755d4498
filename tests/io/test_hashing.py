"""Digests: what earlier releases stored, and that ours cover every byte."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import threading

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from lamindb.errors import SourceChanged, StorageError
from lamindb.io import hashing
from lamindb.io.hashing import (
    FileHash,
    b16_to_b64,
    digest_bytes,
    digest_file,
    digest_folder,
    hash_file,
    hash_set,
    to_b64_str,
)
from tests.sandbox import isolated_environment

MIB = 1024 * 1024


def sparse(path, size):
    """A file of zeros that takes no space."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def put(path, offset, data):
    """Overwrite bytes in the middle of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


# -- known values -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (b"", "1B2M2Y8AsgTpgAmY7PhCfg"),
        (b"a", "DMF1ucDxtqgxw5niaXcmYQ"),
        (b"b", "kutf_uauL-w61xx3dTFXjw"),
        (b"abc", "kAFQmDzST7DWlj99KOF_cg"),
    ],
)
def test_small_content_has_the_known_md5(tmp_path, content, digest):
    """Small content has the digest that all releases store, from bytes and from files."""
    path = tmp_path / "file"
    path.write_bytes(content)
    assert hash_file(path) == (digest, "md5")
    assert digest_file(path) == digest_bytes(content) == FileHash(digest, "md5")


def test_head_and_tail_hash_of_earlier_releases(tmp_path):
    """Files above the chunk size have the known hash of their ends."""
    path = tmp_path / "file"
    path.write_bytes(b"abc")
    assert hash_file(path, chunk_size=1) == ("p0EbDbQEP1wS-Tw6TuBjKS", "sha1-fl")
    assert hash_file(path, chunk_size=3) == ("kAFQmDzST7DWlj99KOF_cg", "md5")
    ends = hashlib.sha1(hashlib.sha1(b"ab").digest() + hashlib.sha1(b"bc").digest()).digest()
    assert hash_file(path, chunk_size=2)[0] == to_b64_str(ends)[:22]


def test_hash_of_a_set_ignores_order():
    """A set of strings has one known hash."""
    assert hash_set({"a", "b"}) == hash_set(["b", "a"]) == "2BYMmz3CDU6TGutPRSYh"


@pytest.mark.parametrize("text", ["9b89c8c1acf79dba5b5341d1fff9806f", '"9B89C8C1ACF79DBA5B5341D1FFF9806F"'])
def test_hexadecimal_becomes_base64(text):
    """Hexadecimal digests are converted, in quotes and in any casing."""
    assert b16_to_b64(text) == "m4nIwaz3nbpbU0HR__mAbw"


@pytest.mark.parametrize(
    ("information", "expected"),
    [
        ({"ETag": '"9b89c8c1acf79dba5b5341d1fff9806f"'}, FileHash("m4nIwaz3nbpbU0HR__mAbw", "md5")),
        ({"ETag": '"9b89c8c1acf79dba5b5341d1fff9806f-4"'}, FileHash("m4nIwaz3nbpbU0HR__mAbw-4", "md5-n")),
        ({"md5Hash": "m4nIwaz3nbpbU0HR//mAbw==", "etag": "CJ=="}, FileHash("m4nIwaz3nbpbU0HR__mAbw", "md5")),
        ({"ETag": '"0x8D9"'}, None),
        ({"size": 3}, None),
    ],
)
def test_hash_of_an_object_store(information, expected):
    """What S3 and GCS report is understood, and anything else is no hash."""
    assert hashing.hash_of_listing(information) == expected


# -- every byte -------------------------------------------------------------------------------------------------------


def test_type_changes_above_the_threshold(tmp_path):
    """Up to 50 MiB a file has an md5, above a BLAKE3 of 43 characters; both equal those of the bare libraries."""
    path = sparse(tmp_path / "file", 50 * MIB)
    assert digest_file(path) == FileHash(to_b64_str(hashlib.md5(bytes(50 * MIB)).digest()), "md5")
    sparse(path, 50 * MIB + 1)
    assert digest_file(path) == FileHash(to_b64_str(blake3(bytes(50 * MIB + 1)).digest()), "blake3")
    assert len(digest_file(path).value) == 43


def test_large_files_that_differ_in_one_byte_have_two_digests(tmp_path):
    """Files of equal size, head and tail have equal old hashes and two digests of ours."""
    one, other = sparse(tmp_path / "one", 120 * MIB), sparse(tmp_path / "other", 120 * MIB)
    put(other, 60 * MIB + 17, b"x")
    assert hash_file(one) == hash_file(other)
    assert digest_file(one) != digest_file(other)


def test_large_files_of_zeros_differ_by_size(tmp_path):
    """Files of zeros of three sizes have three digests."""
    sizes = [50 * MIB + 1, 100 * MIB, 100 * MIB + 5]
    assert len({digest_file(sparse(tmp_path / "file", size)) for size in sizes}) == len(sizes)


def test_progress_adds_up_to_the_size(tmp_path):
    """Whoever watches is told of each byte once, below and above the threshold."""
    for size in (3, 70 * MIB):
        told = []
        digest_file(sparse(tmp_path / "file", size), progress=told.append)
        assert sum(told) == size


def test_memory_does_not_grow_with_the_file(tmp_path):
    """A file of 600 MB is hashed in less memory than a tenth of it."""
    code = """
import resource, sys
from pathlib import Path
from lamindb.io.hashing import digest_bytes, digest_file
digest_bytes(b"")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
digest_file(Path(sys.argv[1]))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""
    path = sparse(tmp_path / "file", 600 * MIB)
    environment = isolated_environment(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", code, path], env=environment, capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 60 * 1024


def folder(path, **files):
    """A folder with files; two underscores stand for a slash."""
    for name, content in files.items():
        file = path / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return path


def test_folder_digest_covers_names_and_contents(tmp_path):
    """Other content, swapped names, another place, one file more: all are other folders; the folder's name doesn't count."""
    folders = [
        folder(tmp_path / "1", a="x", b="y"),
        folder(tmp_path / "2", a="y", b="x"),
        folder(tmp_path / "3", a="x", b="z"),
        folder(tmp_path / "4", a="x"),
        folder(tmp_path / "5", a="x", c__b="y"),
        folder(tmp_path / "6", a="xy", b=""),
        folder(tmp_path / "7", ab="xy"),
    ]
    assert len({digest_folder(path) for path in folders}) == len(folders)
    assert digest_folder(folder(tmp_path / "8", b="y", a="x")) == digest_folder(folders[0])


def test_folder_of_one_file_is_not_the_file(tmp_path):
    """A file and a folder that has only this file differ in value and type."""
    place = folder(tmp_path / "f", a="x")
    file_hash, folder_hash = digest_file(place / "a"), digest_folder(place)
    assert file_hash.value != folder_hash.value
    assert (file_hash.type, folder_hash.type) == ("md5", "blake3-d")


@given(files=st.dictionaries(st.text("ab", min_size=1, max_size=3), st.binary(max_size=4), max_size=4))
def test_folder_digest_is_that_of_its_listing(tmp_path_factory, files):
    """Two folders have the same digest exactly if they have the same files."""
    seen = test_folder_digest_is_that_of_its_listing.__dict__.setdefault("seen", {})
    place = tmp_path_factory.mktemp("folder")
    for name, content in files.items():
        (place / name).write_bytes(content)
    digest = digest_folder(place)
    assert seen.setdefault(digest, files) == files


# -- sources that change ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [3 * MIB, 60 * MIB])
@pytest.mark.parametrize("change", ["append", "truncate", "modify", "replace", "remove"])
def test_file_that_changes_while_it_is_hashed_is_refused(tmp_path, size, change):
    """Whatever happens to a file that is being hashed, no digest is returned."""
    path = sparse(tmp_path / "file", size)
    os.utime(path, (1, 1))

    def interfere(_):
        if change == "append":
            os.truncate(path, size + 1)
        elif change == "truncate":
            os.truncate(path, 10)
        elif change == "modify":
            put(path, 5, b"x")
        elif change == "replace":
            sparse(tmp_path / "new", size).replace(path)
        else:
            path.unlink(missing_ok=True)

    with pytest.raises(SourceChanged, match="changed while it was being read"):
        digest_file(path, progress=interfere)


def test_folder_that_gains_a_file_while_it_is_hashed_is_refused(tmp_path):
    """A file that appears meanwhile is noticed."""
    place = folder(tmp_path / "f", a="x", b="y")
    with pytest.raises(SourceChanged):
        digest_folder(place, progress=lambda _: (place / "c").write_text("z"))


@pytest.mark.parametrize(("size", "read"), [(1, "_read_small"), (60 * MIB, "_read_into")])
def test_disk_that_fails_names_the_file(tmp_path, monkeypatch, size, read):
    """Among thousands, which one it is can be seen."""
    path = sparse(tmp_path / "bad.txt", size)

    def fail(*_):
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(hashing, read, fail)
    with pytest.raises(OSError, match=r"bad\.txt"):
        digest_file(path)


@pytest.mark.parametrize("change", ["append", "truncate", "modify", "replace", "remove"])
def test_small_file_that_changes_while_it_is_read_at_once_is_refused(tmp_path, monkeypatch, change):
    """As one that is read piece by piece."""
    path = tmp_path / "small.txt"
    path.write_text("as it was")
    os.utime(path, (1, 1))
    read = hashing._read_small
    changes = {
        "append": lambda: path.write_text("as it was, and more"),
        "truncate": lambda: path.write_text("as"),
        "modify": lambda: path.write_text("AS IT WAS"),
        "replace": lambda: sparse(tmp_path / "new", 9).replace(path),
        "remove": path.unlink,
    }

    def read_slowly(*arguments):
        content = read(*arguments)
        changes[change]()
        return content

    monkeypatch.setattr(hashing, "_read_small", read_slowly)
    with pytest.raises(SourceChanged, match=r"small\.txt changed while it was being read"):
        digest_file(path)


def test_file_that_comes_in_pieces_is_read_to_its_end(tmp_path, monkeypatch):
    """A file system may answer with fewer bytes than there are."""
    path = tmp_path / "small.txt"
    path.write_text("as it is")
    monkeypatch.setattr(hashing, "_read_small", lambda *_: b"as")
    assert digest_file(path) == hashing.digest_bytes(b"as it is")


def test_pipe_has_no_digest(tmp_path):
    """A named pipe is refused at once instead of waited for."""
    path = tmp_path / "pipe"
    os.mkfifo(path)

    def digest():
        with pytest.raises(StorageError, match="not a regular file"):
            digest_file(path)
        refused.set()

    refused = threading.Event()
    threading.Thread(target=digest, daemon=True).start()
    assert refused.wait(timeout=5)


def test_missing_file_and_folder_are_builtin_errors(tmp_path):
    """What isn't there or isn't a file raises what Python users expect."""
    with pytest.raises(FileNotFoundError):
        digest_file(tmp_path / "none")
    with pytest.raises(IsADirectoryError):
        digest_file(tmp_path)


def test_links_back_do_not_make_a_folder_endless(tmp_path):
    """A link to a folder above is passed over, a link to a folder elsewhere is content."""
    place = folder(tmp_path / "f", a="x")
    other = folder(tmp_path / "g", b="y")
    (place / "up").symlink_to(place)
    (place / "other").symlink_to(other)
    assert digest_folder(place) == digest_folder(folder(tmp_path / "h", a="x", other__b="y"))


# -- comparing --------------------------------------------------------------------------------------------------------


def test_file_is_compared_with_digests_of_all_types(tmp_path):
    """A file matches the digest that a record has, whichever release made it; parts can't be recomputed."""
    path = sparse(tmp_path / "file", 60 * MIB)
    md5 = FileHash(to_b64_str(hashlib.md5(bytes(60 * MIB)).digest()), "md5")
    for expected in (digest_file(path), md5, FileHash(*hash_file(path)), FileHash("x-3", "md5-n")):
        assert hashing.matches(path, expected)
    put(path, 0, b"x")
    for expected in (digest_file(sparse(tmp_path / "other", 60 * MIB)), md5):
        assert not hashing.matches(path, expected)


def test_only_full_digests_say_that_content_is_equal():
    """Digests of ends or parts never count as identity."""
    covering = {kind for kind in ("md5", "md5-n", "sha1-fl", "blake3", "blake3-d") if FileHash("x", kind).covers_all}
    assert covering == {"md5", "blake3", "blake3-d"}


def test_fork_of_a_process_that_hashed_a_large_file_hashes_one_too(tmp_path):
    """A process that was forked doesn't wait for the threads of its parent."""
    path = tmp_path / "large"
    path.write_bytes(bytes(hashing.THRESHOLD + 1))
    code = (
        "import os, sys; from pathlib import Path; from lamindb.io.hashing import digest_file\n"
        "path = Path(sys.argv[1]); expected = digest_file(path); child = os.fork()\n"
        "if not child: os._exit(0 if digest_file(path) == expected else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    )
    subprocess.run([sys.executable, "-c", code, path], env=isolated_environment(tmp_path), check=True, timeout=60)
