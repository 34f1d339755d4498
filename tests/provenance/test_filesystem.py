"""Reading files through ``lamin://``."""

from __future__ import annotations

import tomllib
from pathlib import Path

import fsspec
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import InstanceNotLoaded
from lamindb.setup import locations

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _protocol(instance):
    """The file system, as installing the distribution makes it known."""
    settings = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    address = settings["project"]["entry-points"]["fsspec.specs"]["lamin"]
    fsspec.register_implementation("lamin", address.replace(":", "."), clobber=True)


@pytest.fixture
def file():
    """A table with a key."""
    ln.settings.verbosity = 0
    made = ln.File(pd.DataFrame({"value": [1, 2]}), key="plates/one.parquet")
    made.save()
    return made


def track():
    """Track a pipeline; returns its run."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"))
    return ln.run_context.run


def test_table_is_read_by_id_or_key_and_becomes_an_input(file, instance):
    """With the instance before it or without."""
    for name in (file.id, file.key, f"{instance.identifier}/{file.key}", f"{instance.identifier}/{file.id}"):
        run = track()
        assert pd.read_parquet(f"lamin://{name}")["value"].tolist() == [1, 2]
        assert run.input_files.one() == file


def test_other_readers_read_it(tmp_path):
    """Text as text, bytes as bytes."""
    path = tmp_path / "a.csv"
    path.write_text("value\n1\n")
    ln.File(path, key="plates/a.csv").save()
    assert pd.read_csv("lamin://plates/a.csv")["value"].tolist() == [1]
    with fsspec.open("lamin://plates/a.csv", "rt") as opened:
        assert opened.read() == "value\n1\n"
    assert fsspec.filesystem("lamin").cat("plates/a.csv") == b"value\n1\n"


def test_version_of_a_file_is_chosen(file):
    """Behind the key or id of any member of the family."""
    newer = ln.File(pd.DataFrame({"value": [3]}), is_new_version_of=file, key="plates/two.parquet")
    newer.save()
    read = pd.read_parquet
    assert read(f"lamin://{file.key}@2")["value"].tolist() == [3]
    assert read(f"lamin://{newer.key}@1")["value"].tolist() == [1, 2]
    with pytest.raises(FileNotFoundError):
        read(f"lamin://{file.key}@7")


def test_folders_are_listed(file):
    """As keys have them."""
    files = fsspec.filesystem("lamin")
    assert files.ls("plates", detail=False) == ["plates/one.parquet"]
    assert "plates" in files.ls("", detail=False)
    assert files.isdir("plates")
    assert files.info("plates/one.parquet")["size"] == file.size
    assert files.glob("plates/*.parquet") == ["plates/one.parquet"]


@pytest.mark.commits  # zarr reads in threads
def test_members_of_a_folder_are_read(tmp_path, count_queries):
    """A zarr store is one input, however many of its members are read; what is beyond it is not there."""
    ad, zarr = pytest.importorskip("anndata"), pytest.importorskip("zarr")
    ad.AnnData(np.ones((3, 2))).write_zarr(tmp_path / "matrix.zarr")
    store = ln.File(tmp_path / "matrix.zarr", key="stores/matrix.zarr")
    store.save()
    run = track()
    assert zarr.open_group("lamin://stores/matrix.zarr", mode="r")["X"][:].sum() == 6
    assert run.input_files.one() == store
    files = fsspec.filesystem("lamin")
    assert files.isdir("stores/matrix.zarr")
    assert "stores/matrix.zarr/X" in files.ls("stores/matrix.zarr", detail=False)
    members = files.find("stores/matrix.zarr/X")
    with count_queries() as queries:
        assert all(files.info(member)["type"] == "file" for member in members)
    assert len(queries) == 0
    for beyond in ("stores/matrix.zarr/none", "stores/matrix.zarr/../matrix.zarr/X"):
        with pytest.raises(FileNotFoundError):
            files.open(beyond)
        assert not files.exists(beyond)


@pytest.mark.commits  # DuckDB reads in threads
def test_duckdb_reads_it(file):
    """By the file system, in its own language."""
    duckdb = pytest.importorskip("duckdb")
    run = track()
    connection = duckdb.connect()
    connection.register_filesystem(fsspec.filesystem("lamin"))
    assert connection.sql(f"select sum(value) from 'lamin://{file.key}'").fetchall() == [(3,)]
    assert run.input_files.one() == file
    assert fsspec.filesystem("lamin").modified(file.key) == file.updated_at


def test_missing_file_is_said(instance):
    """With the instance that was asked."""
    with pytest.raises(FileNotFoundError, match=instance.identifier):
        pd.read_csv("lamin://nowhere/x.csv")


def test_file_of_another_instance_is_told_of_as_that(instance, tmp_path, monkeypatch):
    """By every reader, with what to do, if this machine knows the instance; keys that begin like it are keys."""
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path))
    locations.instance_file("ada", "atlas").touch()
    way_out = r"is in the instance ada/atlas, but .* is loaded: run `lamin load ada/atlas`"
    for read in (pd.read_parquet, pd.read_csv, fsspec.filesystem("lamin").info):
        with pytest.raises(InstanceNotLoaded, match=way_out):
            read("lamin://ada/atlas/plates/one.parquet")
    with pytest.raises(FileNotFoundError):
        pd.read_parquet("lamin://ada/other/one.parquet")
    frame = pd.DataFrame({"value": [1]})
    ln.File(frame, key="ada/atlas/one.parquet").save()
    assert pd.read_parquet("lamin://ada/atlas/one.parquet").equals(frame)
    assert fsspec.filesystem("lamin").isdir("lamin://ada/atlas")


def test_nothing_is_written(file):
    """The error says how files are made."""
    with pytest.raises(PermissionError, match=r"ln\.File"):
        pd.DataFrame({"value": [1]}).to_csv("lamin://plates/one.parquet")
