"""An instance is loaded by its address, on a machine that has never heard of it and without a hub."""

from __future__ import annotations

import shutil
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox
from tests.servers import postgres

if TYPE_CHECKING:
    from pathlib import Path

SAVE = """
from pathlib import Path
import lamindb as ln
Path("a.txt").write_text("content")
ln.File("a.txt", key="a.txt").save()
"""
LOOK = "import lamindb as ln; print('content:', ln.File.filter(key='a.txt').one().path.read_text())"
WRITE = """
import lamindb as ln
from lamindb.errors import StorageNotWritable
try:
    ln.ULabel(name="x").save()
except StorageNotWritable as error:
    print("refused:", error)
"""


@pytest.fixture
def other(tmp_path: Path) -> Sandbox:
    """A user on another machine."""
    return Sandbox(tmp_path / "other")


def test_folder(fresh_instance, other: Sandbox) -> None:
    """Owner, name, storage and schemas are those of the instance; relative addresses and its database file work, too."""
    user: Sandbox = fresh_instance("--name", "mine", "--schema", "bionty")
    user.python(SAVE)
    for address in (user.home / "storage", user.home / "storage" / "mine.lndb"):
        other.lamin("load", str(address))
        assert "content: content" in other.python(LOOK).stdout
        info = other.lamin("info").stdout
        assert "/mine" in info
        assert "{'bionty'}" in info
        assert f"storage root: {user.home / 'storage'}" in info
    shutil.copytree(user.home / "storage", other.home / "copy")
    other.lamin("load", "./copy")
    assert f"storage root: {other.home / 'copy'}" in other.lamin("info").stdout
    assert "content: content" in other.python(LOOK).stdout
    assert user.lamin("info").stdout.count(str(user.home / "storage"))
    user.python(LOOK)


def test_folder_without_or_with_several_instances(sandbox: Sandbox) -> None:
    """The sentence says what to do."""
    (sandbox.home / "empty").mkdir()
    assert "lamin init --storage" in sandbox.lamin("load", "./empty", check=False).stderr
    for name in ("a", "b"):
        sandbox.lamin("init", "--storage", "shared", "--name", name)
    assert "shared/a.lndb" in sandbox.lamin("load", "./shared", check=False).stderr
    sandbox.lamin("load", "./shared/a.lndb")
    assert "/a" in sandbox.lamin("info").stdout


@pytest.fixture
def database(request) -> str:
    """The url of an empty Postgres database."""
    return postgres.create_database(request.getfixturevalue("postgres_server"), f"t{uuid.uuid4().hex}")


@pytest.mark.postgres
def test_postgres(fresh_instance, other: Sandbox, database: str) -> None:
    """The database tells the rest; the storage says where the database is, and nothing that is secret."""
    user: Sandbox = fresh_instance("--db", database, "--name", "mine")
    user.python(SAVE)
    other.lamin("load", database)
    assert "content: content" in other.python(LOOK).stdout
    assert "until now" not in other.lamin("load", f"{database}?connect_timeout=5").stdout
    (description,) = (user.home / "storage" / ".lamindb" / "instances").iterdir()
    text = description.read_text()
    assert "@" not in text
    assert database.rpartition("@")[2] in text
    assert "/mine" in other.lamin("info").stdout
    shown = other.lamin("load", str(user.home / "storage"), check=False).stderr
    assert "load it by its address with your user and password" in shown
    assert database.rpartition("@")[2] in shown


@pytest.mark.postgres
def test_postgres_for_reading_only(fresh_instance, other: Sandbox, database: str) -> None:
    """A user who may only read does; writing is refused with a sentence."""
    import psycopg2

    user: Sandbox = fresh_instance("--db", database)
    user.python(SAVE)
    reader = f"reader{uuid.uuid4().hex[:8]}"
    connection = psycopg2.connect(database)
    connection.autocommit = True
    for statement in (
        f"CREATE ROLE {reader} LOGIN",
        f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {reader}",
    ):
        connection.cursor().execute(statement)
    connection.close()
    place = database.rpartition("@")[2]
    other.lamin("load", f"postgresql://{reader}@{place}")
    assert "content: content" in other.python(LOOK).stdout
    assert "refused: The instance" in other.python(WRITE).stdout


@pytest.mark.postgres
def test_instances_that_share_a_storage_leave_the_objects_of_the_other(fresh_instance, other: Sandbox, request) -> None:
    """Neither takes for garbage what the other one has stored without a key, or is about to store."""
    server = request.getfixturevalue("postgres_server")
    first: Sandbox = fresh_instance("--db", postgres.create_database(server, f"t{uuid.uuid4().hex}"))
    storage = first.home / "storage"
    second_database = postgres.create_database(server, f"t{uuid.uuid4().hex}")
    other.lamin("init", "--storage", str(storage), "--db", second_database, "--name", "second")
    first.python("import pandas as pd, lamindb as ln; ln.File(pd.DataFrame({'a': [1]}), description='x').save()")
    (storage / ".lamindb" / "tmp").mkdir(exist_ok=True)
    (storage / ".lamindb" / "tmp" / "half.txt").write_text("half")
    other.lamin("fsck", "--collect", "--grace", "0s", check=False)
    assert (storage / ".lamindb" / "tmp" / "half.txt").exists()
    assert first.lamin("fsck", "--read-data").stdout.startswith("clean: 1 files")
