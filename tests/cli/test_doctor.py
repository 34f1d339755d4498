"""doctor: what it looks at, and what it says about trouble."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import postgres, s3

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox


def report(user: Sandbox) -> tuple[int, dict[str, dict[str, Any]]]:
    """The exit status and the checks by name."""
    done = user.lamin("doctor", "--json", check=False)
    return done.returncode, {check["name"]: check for check in json.loads(done.stdout)["checks"]}


def test_all_is_well(fresh_instance: Callable[..., Sandbox]) -> None:
    """A fresh instance passes every check, which leave nothing in its storage."""
    user = fresh_instance()
    before = sorted((user.home / "storage").iterdir())
    status, checks = report(user)
    assert status == 0
    assert {check["status"] for check in checks.values()} == {"ok"}
    assert list(checks) == ["versions", "settings", "cache", "instance", "database", "schemas", "storage"]
    assert [
        path
        for path in sorted((user.home / "storage").iterdir())
        if "-wal" not in path.name and "-shm" not in path.name
    ] == before


def test_facts(fresh_instance: Callable[..., Sandbox]) -> None:
    """The report has what somebody who helps will ask for."""
    _, checks = report(fresh_instance())
    assert checks["versions"]["facts"]["libraries"]["django"] is not None
    assert checks["database"]["facts"]["wal"] is True
    assert checks["database"]["facts"]["network_file_system"] is False
    assert checks["schemas"]["facts"]["packages"][0]["package"] == "lnschema_core"
    assert abs(checks["storage"]["facts"]["clock_skew_s"]) < 5
    assert checks["storage"]["facts"]["latency_ms"] > 0
    assert checks["cache"]["facts"]["free_bytes"] > 0
    assert checks["settings"]["facts"]["mode"] == "0700"


def test_without_instance(sandbox: Sandbox) -> None:
    """Without an instance the installation is checked, and that is no failure."""
    done = sandbox.lamin("doctor")
    assert "✅ versions: lamindb " in done.stdout
    assert "No instance is loaded" in done.stdout


def test_verbose_prints_the_facts(sandbox: Sandbox) -> None:
    """With ``-v`` people see the facts as well."""
    assert "- versions.python: 3." in sandbox.lamin("doctor", "-v").stdout


@pytest.mark.skipif(os.name == "nt", reason="no such permissions there")
def test_exposed_settings(fresh_instance: Callable[..., Sandbox]) -> None:
    """Settings files that others can read are named."""
    user = fresh_instance()
    (user.home / ".lamin" / "current_instance.env").chmod(0o644)
    status, checks = report(user)
    assert status == 0
    assert checks["settings"]["status"] == "warning"
    assert checks["settings"]["facts"]["exposed"] == ["current_instance.env"]


def test_database_is_damaged(fresh_instance: Callable[..., Sandbox]) -> None:
    """A database that is none is an error, and the other checks are made all the same."""
    user = fresh_instance()
    (user.home / "storage" / "storage.lndb").write_text("nonsense " * 1000)
    status, checks = report(user)
    assert status == 12
    assert checks["database"]["status"] == checks["schemas"]["status"] == "error"
    assert checks["storage"]["status"] == "ok"


def test_database_is_behind(fresh_instance: Callable[..., Sandbox]) -> None:
    """Missing migrations are counted."""
    user = fresh_instance()
    with closing(sqlite3.connect(user.home / "storage" / "storage.lndb")) as connection, connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'lnschema_core'")
    status, checks = report(user)
    assert status == 13
    assert checks["schemas"]["facts"]["packages"][0]["missing"] > 0
    assert "lamin migrate deploy" in checks["schemas"]["message"]


def test_broken_settings_are_reported(fresh_instance: Callable[..., Sandbox]) -> None:
    """A settings file that can't be understood is one of the findings."""
    user = fresh_instance()
    (user.home / ".lamin" / "config.toml").write_text("= nonsense")
    status, checks = report(user)
    assert status == 17
    assert checks["settings"]["status"] == "error"
    assert "config.toml" in checks["settings"]["message"]


@pytest.mark.postgres
def test_postgres(postgres_server: str, sandbox: Sandbox) -> None:
    """On Postgres the server is reached, and its password never shown."""
    url = postgres.create_database(postgres_server, "doctor")
    sandbox.lamin("init", "--storage", "storage", "--db", url)
    status, checks = report(sandbox)
    assert status == 0
    assert checks["database"]["facts"]["dialect"] == "postgresql"


@pytest.mark.slow
def test_bucket(fresh_instance: Callable[..., Sandbox]) -> None:
    """A bucket is written and read; one that doesn't exist, or can't be entered, is an error of the storage."""
    user = fresh_instance()
    with s3.running() as endpoint:
        s3.make_bucket(endpoint, "doctors")
        user.environment |= {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
        user.lamin("set", "--storage", "s3://doctors/data")
        status, checks = report(user)
        assert (status, checks["storage"]["status"]) == (0, "ok")
        assert abs(checks["storage"]["facts"]["clock_skew_s"]) < 5
        refused = user.lamin("set", "--storage", "s3://nosuch-bucket/data", check=False)
        assert refused.returncode == 15
        s3.remove_bucket(endpoint, "doctors")
        assert report(user)[0] == 15
        del user.environment["AWS_ACCESS_KEY_ID"], user.environment["AWS_SECRET_ACCESS_KEY"]
        user.environment["AWS_EC2_METADATA_DISABLED"] = "true"
        assert report(user)[0] == 15


def test_driver_of_a_bucket_is_missing(fresh_instance: Callable[..., Sandbox]) -> None:
    """A storage whose package is not installed: the message has the command that installs it."""
    user = fresh_instance()
    for path in (user.home / ".lamin").glob("*instance*.env"):
        text = path.read_text()
        path.write_text(
            text.replace("_root=" + str(user.home / "storage"), "_root=s3://bucket").replace(
                "_db=null", f"_db=sqlite:///{user.home}/storage/storage.lndb"
            )
        )
    code = "import sys; sys.modules['s3fs'] = None; from lamindb.cli import main; sys.exit(main(['doctor']))"
    done = user.python(code, check=False)
    assert done.returncode == 18
    assert "pip install 'lamindb[aws]'" in done.stdout
