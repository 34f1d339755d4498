"""Sources that change and disks that run full while a file is saved."""

from __future__ import annotations

import random
import subprocess

import pytest

from lamindb.errors import SourceChanged, StorageError
from lamindb.io import faults, hashing

pytestmark = pytest.mark.usefixtures("instance")


def test_source_that_changes_before_or_while_it_is_stored_is_refused(ln, tmp_path):
    """Changed at any step until it is copied: refused with its name, nothing is visible, and nothing is left."""
    source = tmp_path / "data.txt"
    for step in ("store.start", "store.temporary-open", "store.half-copied", "store.copied"):
        source.write_text("as it was registered")
        file = ln.File(source, key="data.txt")

        def change(name, step=step):
            if name == step:
                source.write_text(f"changed at {step}")

        with faults.hooked(change), pytest.raises(StorageError, match=r"data\.txt changed"):
            file.save()
        assert ln.File.filter(key="data.txt").count() == 0
        assert ln.fsck(unregistered=True, progress=False).counts == {}
    ln.File(source, key="data.txt").save()
    assert ln.fsck(read_data=True, progress=False).is_clean


def test_source_that_changes_while_it_is_hashed_is_refused(ln, tmp_path, monkeypatch):
    """The digest would be of neither content."""
    source = tmp_path / "data.txt"
    source.write_text("as it was")
    original = hashing._read_small

    def read_slowly(*arguments):
        content = original(*arguments)
        source.write_text("changed meanwhile")
        return content

    with monkeypatch.context() as patch:
        patch.setattr(hashing, "_read_small", read_slowly)
        with pytest.raises(SourceChanged, match=r"data\.txt"):
            ln.File(source, key="data.txt")
    assert ln.File(source, key="data.txt").hash == hashing.digest_bytes(b"changed meanwhile").value


@pytest.fixture
def small_disk(ln, tmp_path):
    """A storage location of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk], capture_output=True, check=False)
    if done.returncode:
        pytest.skip(
            "mounting a small disk (tmpfs) takes root and its capability to mount, which this user doesn't have"
        )
    ln.Storage(root=str(disk), type="local").save()
    yield disk
    subprocess.run(["umount", disk], check=True)


@pytest.mark.commits
def test_disk_runs_full_at_random_sizes(ln, small_disk, tmp_path):
    """What fits is saved; what doesn't is refused with a sentence, and leaves neither a row nor a part of the content."""
    storage = ln.Storage.filter(root=str(small_disk)).one()
    sizes = random.Random(0)
    messages = []
    for number in range(20):
        source = tmp_path / f"{number}.bin"
        source.write_bytes(sizes.randbytes(sizes.randrange(1, 900_000)))
        file = ln.File(source, key=f"folder/{number}.bin")
        file.storage = storage
        try:
            file.save()
        except StorageError as error:
            messages.append(str(error))
            assert ln.File.filter(key=f"folder/{number}.bin").count() == 0
            if len(messages) == 3:
                for old in ln.File.filter(storage=storage)[:2]:
                    old.delete(storage=True)
    assert len(messages) > 3
    assert all("No space is left" in message for message in messages)
    report = ln.fsck(read_data=True, unregistered=True, storage=storage, progress=False)
    assert report.counts == {}
    assert report.n_files > 2
