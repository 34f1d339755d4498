"""An instance is loaded by its address, on a machine that has never heard of it and without a hub."""

from __future__ import annotations

import json
import shutil
import socket
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
    assert "names no bucket" in sandbox.lamin("load", "s3://", check=False).stderr
    for name in ("a", "b"):
        sandbox.lamin("init", "--storage", "shared", "--name", name)
    assert "shared/a.lndb" in sandbox.lamin("load", "./shared", check=False).stderr
    sandbox.lamin("load", "./shared/a.lndb")
    assert "/a" in sandbox.lamin("info").stdout


def description_of(user: Sandbox) -> Path:
    """The file in which an instance describes itself."""
    (description,) = (user.home / "storage" / ".lamindb" / "instances").iterdir()
    return description


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
    text = description_of(user).read_text()
    assert "@" not in text
    assert database.rpartition("@")[2] in text
    assert "/mine" in other.lamin("info").stdout


@pytest.mark.postgres
def test_storage_folder_of_an_instance_on_postgres(
    fresh_instance, other: Sandbox, database: str, tmp_path: Path
) -> None:
    """It is opened as this machine did before, as libpq finds the user, or as ``--db`` says; a sentence tells of the last."""
    user: Sandbox = fresh_instance("--db", database, "--name", "mine", "--schema", "bionty")
    user.python(SAVE)
    folder = str(user.home / "storage")
    place = database.rpartition("@")[2]
    shown = other.lamin("load", folder, check=False).stderr
    assert f"lamin load {folder} --db postgresql://<user>:<password>@{place}" in shown

    by_environment = Sandbox(tmp_path / "by-environment", {"PGUSER": "lamin"})
    by_environment.lamin("load", folder)
    assert "content: content" in by_environment.python(LOOK).stdout
    info = by_environment.lamin("info").stdout
    assert f"db: postgresql://{place}\n" in info
    assert "{'bionty'}" in info
    assert '"ok"' in by_environment.lamin("doctor", "--json", check=False).stdout.partition('"database"')[2][:40]

    assert "loaded instance" in other.lamin("load", folder, "--db", database).stdout
    other.lamin("close")
    other.lamin("load", folder)
    assert "content: content" in other.python(LOOK).stdout

    moved = shutil.move(folder, tmp_path / "moved")
    warned = other.lamin("load", str(moved))
    assert f"in {folder}, which does not exist here" in warned.stdout + warned.stderr
    other.lamin("load", str(moved), "--storage", str(moved))
    assert "content: content" in other.python(LOOK).stdout


@pytest.mark.postgres
def test_database_of_another_instance_is_refused(fresh_instance, other: Sandbox, database: str, request) -> None:
    """What ``--db`` names has to know the storage location, whether the instance is loaded by address or by name."""
    user: Sandbox = fresh_instance("--db", database, "--name", "mine")
    another = postgres.create_database(request.getfixturevalue("postgres_server"), f"t{uuid.uuid4().hex}")
    other.lamin("init", "--storage", "elsewhere", "--db", another)
    for sandbox, identifier in ((other, str(user.home / "storage")), (user, "mine")):
        refused = sandbox.lamin("load", identifier, "--db", another, check=False)
        assert refused.returncode
        assert "doesn't know th" in refused.stderr
    user.lamin("load", "mine", "--db", f"{database}?connect_timeout=5")
    assert "connect_timeout=5" in user.lamin("info").stdout


@pytest.mark.postgres
def test_end_of_a_tunnel_is_not_described(fresh_instance, other: Sandbox, database: str) -> None:
    """The storage goes on naming the server that others reach; this machine comes back through the tunnel."""
    user: Sandbox = fresh_instance("--db", database, "--name", "mine")
    description = description_of(user)
    description.write_text(description.read_text().replace(database.rpartition("@")[2], "db.lab.example/lab"))
    other.lamin("load", database)
    assert "db.lab.example/lab" in description.read_text()
    other.lamin("load", str(user.home / "storage"))


@pytest.mark.postgres
def test_moved_instance_is_found_in_its_storage_folder(fresh_instance, other: Sandbox, database: str) -> None:
    """To Postgres and back to a file: the folder says where the database is now."""
    user: Sandbox = fresh_instance("--name", "mine")
    user.lamin("move", "--db", database)
    other.environment["PGUSER"] = "lamin"
    other.lamin("load", str(user.home / "storage"))
    assert "db: postgresql://" in other.lamin("info").stdout
    user.lamin("move", "--db", "sqlite")
    other.lamin("load", str(user.home / "storage"))
    assert "db: sqlite://" in other.lamin("info").stdout


def test_server_that_only_a_folder_names_is_not_asked(fresh_instance, other: Sandbox) -> None:
    """Nothing connects to it, and so no password of another server gets there, until the user names the server as well."""
    user: Sandbox = fresh_instance("--name", "mine")
    (user.home / "storage" / "mine.lndb").unlink()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        port = server.getsockname()[1]
        host = "127.1"  # loopback for the system, and for us a name like any other
        values = {"owner": "a", "name": "b", "storage": "/s", "region": None, "schema": ""}
        folder = user.home / "storage" / ".lamindb" / "instances"
        folder.mkdir(parents=True)
        (folder / "x.json").write_text(json.dumps({**values, "database": f"postgresql://{host}:{port}/lab"}))
        other.environment |= {"PGPASSWORD": "s3cr3t", "PGCONNECT_TIMEOUT": "1"}
        shown = other.lamin("load", str(user.home / "storage"), check=False)
        assert f"--db postgresql://<user>:<password>@{host}:{port}/lab" in shown.stderr
        assert f"No settings of this machine name the server {host}" in shown.stderr
        with pytest.raises(BlockingIOError):
            server.accept()


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
