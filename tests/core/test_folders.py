"""Folders that lie in a storage location are registered in place, whatever links and stores are in them."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import lamindb as ln

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def folder():
    """A folder of five files, two of them below, in the storage location."""
    root = ln.setup.settings.storage.root / "plates"
    (root / "more").mkdir(parents=True)
    for number in range(5):
        (root / ("more" if number > 2 else "") / f"{number}.txt").write_text(f"content {number}")
    yield root
    for path in sorted(root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    root.rmdir()


def test_files_get_the_keys_of_their_places(folder):
    """Each key is the place, with the size and digest that the constructor would find."""
    files = ln.File.from_dir(folder)
    assert [file.key for file in files] == [f"plates/{n}.txt" for n in range(3)] + [
        f"plates/more/{n}.txt" for n in (3, 4)
    ]
    for file in files:
        alone = ln.File(folder / file.key.removeprefix("plates/"))
        assert (alone.key, alone.size, alone.hash, alone.suffix) == (file.key, file.size, file.hash, file.suffix)


def test_link_leads_to_where_the_file_is(folder, tmp_path):
    """What a link leads to lies elsewhere, also behind a linked folder."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "a.txt").write_text("outside")
    (folder / "link").symlink_to(tmp_path / "outside")
    (folder / "same.txt").symlink_to(folder / "more")
    files = {file.key: file for file in ln.File.from_dir(folder)}
    assert not files["plates/link/a.txt"].path.is_relative_to(folder)


def test_store_in_a_folder_is_one_file(folder):
    """A zarr store isn't entered."""
    ad.AnnData(np.ones((2, 2))).write_zarr(folder / "cells.zarr")
    files = ln.File.from_dir(folder)
    assert [file.key for file in files if "zarr" in file.key] == ["plates/cells.zarr"]


def test_saving_again_writes_what_differs_only(folder):
    """A folder that is registered costs a few queries, however many files it has."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    files[0].description = "changed"
    with CaptureQueriesContext(connection) as queries:
        ln.save(files)
    assert len(queries) <= 6
    assert [file.description for file in ln.File.filter(key__startswith="plates/").order_by("key")] == ["changed"] + [
        None
    ] * 4


def test_record_that_was_deleted_meanwhile_is_saved_again(folder):
    """Somebody else's deletion doesn't make saving a silent failure."""
    ln.save(ln.File.from_dir(folder))
    files = ln.File.from_dir(folder)
    ln.File.objects.filter(key="plates/1.txt").delete()
    ln.save(files)
    assert ln.File.filter(key__startswith="plates/").count() == 5
