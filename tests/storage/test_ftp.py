"""Files on servers of FTP, as one of the protocols of fsspec whose addresses have a server instead of a bucket."""

from __future__ import annotations

import uuid

import pandas as pd
import pytest

import lamindb as ln
from tests.contracts.storage import STEPS, check_failure_leaves_nothing, files_below
from tests.servers import ftp

pytestmark = pytest.mark.commits

TABLE = pd.DataFrame({"n": [1, 2]})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """What the server serves."""
    return tmp_path_factory.mktemp("ftp")


@pytest.fixture(scope="module")
def server(folder):
    """The name and port of a server."""
    with ftp.running(folder) as address:
        yield address


@pytest.fixture
def storage(instance, server):
    """A folder on the server, which isn't there yet, as the default storage location."""
    before = instance.storage.root_as_str
    ln.settings.storage = f"ftp://{server}/{uuid.uuid4().hex}/prefix"
    yield ln.settings.storage
    ln.settings.storage = before


@pytest.mark.usefixtures("instance")
def test_equal_folders_of_two_servers_are_two_places(server, folder, tmp_path):
    """Files are registered in place, shown with their server, and read from it."""
    with ftp.running(tmp_path) as other:
        for place, n in ((folder, 1), (tmp_path, 2)):
            (place / "plates").mkdir()
            (place / "plates" / "x.csv").write_text(f"n\n{n}\n")
        files = [ln.File(f"ftp://{one}/plates/x.csv", description=one) for one in (server, other)]
        ln.save(files)
        again = [ln.File.filter(description=one).one() for one in (server, other)]
        assert [file.storage.root for file in again] == [f"ftp://{server}", f"ftp://{other}"]
        assert [str(file.path) for file in again] == [f"ftp://{one}/plates/x.csv" for one in (server, other)]
        assert [file.load()["n"].tolist() for file in again] == [[1], [2]]
        assert [file.backed().to_pandas()["n"].tolist() for file in again] == [[1], [2]]
        with pytest.raises(FileNotFoundError, match=f"ftp://{server}/plates/none.csv"):
            ln.File(f"ftp://{server}/plates/none.csv", description="none")


def test_files_are_stored_replaced_and_deleted(storage, tmp_path):
    """With a key and without; what is below the root is what is registered."""
    keyed, keyless = ln.File(TABLE, key="plates/[1]/x.parquet"), ln.File(TABLE.assign(m=1), description="no key")
    ln.save([keyed, keyless])
    assert files_below(storage) == [f".lamindb/{keyless.id}.parquet", "plates/[1]/x.parquet"]
    assert ln.File.filter(key="plates/[1]/x.parquet").one().load().equals(TABLE)
    keyed.replace(TABLE.assign(n=3))
    keyed.save()
    assert ln.File.filter(key="plates/[1]/x.parquet").one().load()["n"].tolist() == [3, 3]
    keyless.delete(storage=True)
    assert not (storage / f".lamindb/{keyless.id}.parquet").exists()
    ln.trash.purge(older_than=0)
    assert files_below(storage) == ["plates/[1]/x.parquet"]
    assert ln.fsck(storage=storage, read_data=True).counts == {}


@pytest.mark.parametrize("step", STEPS)
def test_failure_leaves_nothing(storage, step):
    """Whatever step fails, there is no record and no file; saving again succeeds."""
    check_failure_leaves_nothing(storage, ln.File(TABLE, key="x.parquet"), step)


def test_who_goes_there_is_stored_nowhere(instance, server):
    """User and password of an address are those of this process."""
    before = instance.storage.root_as_str
    root = f"ftp://{server}/of-ada"
    ln.settings.storage = root.replace("://", f"://{ftp.USER}:{ftp.PASSWORD}@")
    ln.File(TABLE, key="x.parquet").save()
    assert ln.settings.storage.storage_options["username"] == ftp.USER
    assert str(ln.settings.storage) == ln.Storage.filter(root__contains="of-ada").one().root == root
    ln.settings.storage = before
    assert ln.File.filter(key="x.parquet").one().path.storage_options["password"] == ftp.PASSWORD
