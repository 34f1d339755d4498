"""Of a database server that a storage location names, only what this machine's settings say of that very server is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lamindb.errors import InstanceUnreachable
from lamindb.setup.postgres import credentials

if TYPE_CHECKING:
    from pathlib import Path

PLACE = "postgresql://db.lab.org:5433/lab"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """A user called ada, with a password for another server in the environment and for any server in the password file."""
    for name in ("PGHOST", "PGPORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PGUSER", "ada")
    monkeypatch.setenv("PGPASSWORD", "of-another-server")
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "passwords"))
    (tmp_path / "passwords").write_text("*:*:*:ada:of-any-server\n")
    (tmp_path / "passwords").chmod(0o600)
    return monkeypatch


def test_server_of_a_stranger_gets_nothing() -> None:
    """Neither ``PGPASSWORD`` nor a line for all hosts is meant for it; the sentence says what would name it."""
    with pytest.raises(InstanceUnreachable, match=r"db\.lab\.org:5433:lab:ada:<password>") as caught:
        credentials.parameters(PLACE)
    assert "of-a" not in str(caught.value)


def test_password_file_that_names_the_server(tmp_path: Path) -> None:
    """Its password is handed over, and wins over ``PGPASSWORD`` in the driver; colons and backslashes are escaped."""
    path = tmp_path / "passwords"
    path.write_text("# of the lab\n*:*:*:ada:x\ndb.lab.org:*:other:ada:y\ndb.lab.org:*:lab:ada:se\\:cr\\\\et\n")
    expected = {"host": "db.lab.org", "port": "5433", "dbname": "lab", "user": "ada", "password": "se:cr\\et"}
    assert credentials.parameters(PLACE) == expected
    path.chmod(0o644)
    with pytest.raises(InstanceUnreachable):
        credentials.parameters(PLACE)


@pytest.mark.parametrize(
    ("host", "port", "place"),
    [
        ("db.lab.org", "5433", PLACE),
        ("db.lab.org", "", "postgresql://db.lab.org/lab"),
        ("", "", "postgresql://127.0.0.1:5433/lab"),
        ("", "", "postgresql://[::1]:5433/lab"),
        ("", "", "postgresql://localhost/lab"),
        ("", "", "postgresql:///lab?service=lab"),
    ],
)
def test_server_that_is_named_or_local(host: str, port: str, place: str, environment: pytest.MonkeyPatch) -> None:
    """User and password are looked up by libpq."""
    environment.setenv("PGHOST", host)
    environment.setenv("PGPORT", port)
    assert not {"user", "password"} & credentials.parameters(place).keys()


@pytest.mark.parametrize(
    "place",
    [
        "postgresql://db.lab.org:5434/lab",
        "postgresql://db.lab.org.evil.org:5433/lab",
        "postgresql://db.lab.org,evil.org:5433/lab",
        "postgresql:///lab?host=/tmp/evil",
    ],
)
def test_server_that_is_much_like_the_named_one(place: str, environment: pytest.MonkeyPatch) -> None:
    """Another port, name, or socket is another server."""
    environment.setenv("PGHOST", "db.lab.org")
    environment.setenv("PGPORT", "5433")
    with pytest.raises(InstanceUnreachable):
        credentials.parameters(place)


def test_address_that_a_user_gave_is_used_as_it_is() -> None:
    """With a user in it, everything is as libpq does it."""
    assert credentials.parameters("postgresql://me@h/d?sslmode=require") == {
        "user": "me",
        "host": "h",
        "dbname": "d",
        "sslmode": "require",
    }
