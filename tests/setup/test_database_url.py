"""Addresses of databases are checked without showing their secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.errors import InvalidDatabaseUrl
from lamindb.setup import database_url, identity

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cr3t-pass"


def test_address_is_taken_apart_with_its_options() -> None:
    """User, password and database are decoded; everything after the question mark is for the driver."""
    parts = database_url.parse(
        "postgresql://me%40lab:p%2Fw@db.lab.org:5433/d%20b?sslmode=verify-full&sslrootcert=/c.pem"
    )
    assert (parts.user, parts.password, parts.host, parts.port, parts.database) == (
        "me@lab",
        "p/w",
        "db.lab.org",
        "5433",
        "d b",
    )
    assert parts.options == {"sslmode": "verify-full", "sslrootcert": "/c.pem"}


@pytest.mark.parametrize(
    "url",
    [
        f"postgres://me:{SECRET}@h/d",
        f"postgresql+psycopg2://me:{SECRET}@h/d",
        "sqlite:///x.lndb",
        f"postgresql://:{SECRET}@h/d",
        "postgresql://h/d",
        "postgresql://h/?service=lab",
        "postgresql://?service=lab&host=h",
        "postgresql://?sslmode=require",
        f"postgresql://me:{SECRET}@h",
        f"postgresql://me:{SECRET}@h/",
        f"postgresql://me:{SECRET}@/d",
        f"postgresql://me:{SECRET}@h:port/d",
        f"postgresql://me:{SECRET}@h:99999/d",
        f"postgresql://me:{SECRET}@h/d\n",
        f"postgresql://me:{SECRET}@h:1,h:port/d",
        f"postgresql://me:{SECRET}@h,/d",
        f"postgresql://me:p@h/{SECRET}@h/d",
        f"postgresql://me:p@h#{SECRET}@h/d",
        f"postgresql://me@h/d?password=p#{SECRET}",
        f"postgresql://me:{SECRET}@h/d?password",
        f"postgresql://me@h:x/d?password={SECRET}",
        f"me:{SECRET}@h/d",
        "",
    ],
)
def test_address_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    """The error shows the form of an address, and neither it nor its cause has the password."""
    with pytest.raises(InvalidDatabaseUrl, match="postgresql://user") as caught:
        database_url.parse(url)
    assert SECRET not in f"{caught.value}{caught.value.__cause__}"
    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize(
    ("server", "host", "port"),
    [
        ("%2Frun%2FPG:5433", "/run/PG", "5433"),
        ("[FE80::1%25eth0]", "fe80::1%eth0", ""),
        ("a:5433,b:5434", "a,b", "5433,5434"),
        ("a,[::1]:5434", "a,::1", ",5434"),
        ("a,b", "a,b", ""),
    ],
)
def test_servers_are_those_of_libpq(server: str, host: str, port: str) -> None:
    """The folder of a socket, an address with the network it is in, and several servers of which one answers."""
    parts = database_url.parse(f"postgresql://me@{server}/d")
    assert (parts.host, parts.port) == (host, port)


def test_what_to_write_for_a_sign_in_a_password_is_said() -> None:
    """Who pastes a password with a slash sees how it is written."""
    with pytest.raises(InvalidDatabaseUrl, match=r"/ .* are written as .* %2F"):
        database_url.parse(f"postgresql://me:{SECRET}/@h/d")


def test_paths_are_those_of_the_folder_where_an_address_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Relative ones, and those in a home; what is no path stays, and so does everything else."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/ada")
    url = "postgresql://a:p%2Fw@h/d?sslmode=verify-full"
    given = f"{url}&sslrootcert=my%20ca.pem&sslcert=~/a.pem&sslkey=/k.pem&application_name=sslkey=x"
    found = f"{url}&sslrootcert={tmp_path}/my%20ca.pem&sslcert=/home/ada/a.pem&sslkey=/k.pem&application_name=sslkey=x"
    assert database_url.checked(given) == database_url.checked(found) == found
    assert database_url.checked(f"{url}&sslrootcert=system&sslcert=") == f"{url}&sslrootcert=system&sslcert="


def test_address_by_service_needs_no_host() -> None:
    """The driver finds the host of a service or in the options."""
    assert database_url.parse("postgresql://me@/d?service=lab").options == {"service": "lab"}
    assert database_url.parse("postgresql://me@/d?host=/run/postgresql").host == ""


@pytest.mark.parametrize("url", ["postgresql://?service=lab", "postgresql:///?service=lab"])
def test_address_by_service_needs_neither_user_nor_database(url: str) -> None:
    """The service file can have them, too; the name of the instance is then that of the service."""
    parts = database_url.parse(url)
    assert (parts.user, parts.database, parts.server) == ("", "", "")
    assert database_url.place_of(url) == "postgresql:///?service=lab"
    assert identity.infer_name(storage="", db=url) == "lab"


@given(
    user=st.from_regex(r"[a-z]{1,8}", fullmatch=True),
    password=st.from_regex(r"[A-Za-z0-9:/@%!#?&=+._~-]{6,20}", fullmatch=True),
)
def test_mask_hides_every_password(user: str, password: str) -> None:
    """Whatever is between the first colon and the last at-sign is not shown."""
    masked = database_url.mask(f"postgresql://{user}:{password}@host:5432/d")
    assert masked == f"postgresql://{user}:***@host:5432/d"


def test_mask_hides_passwords_in_options() -> None:
    """Secrets after the question mark are hidden, other options are shown."""
    masked = database_url.mask(f"postgresql://me@h/d?sslmode=require&password={SECRET}&sslpassword={SECRET}")
    assert masked == "postgresql://me@h/d?sslmode=require&password=***&sslpassword=***"


def test_repr_of_parts_has_no_secret() -> None:
    """Parts can be logged."""
    assert SECRET not in repr(database_url.parse(f"postgresql://me:{SECRET}@h/d?password={SECRET}"))


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("postgresql://me:p@db.lab.org:5433/lab?sslmode=require", "postgresql://db.lab.org:5433/lab"),
        ("postgresql://me:p@[::1]:5433/lab", "postgresql://[::1]:5433/lab"),
        ("postgresql://me:p@[2001:db8::1]/lab", "postgresql://[2001:db8::1]/lab"),
        ("postgresql://me:p@h/d%20b", "postgresql://h/d%20b"),
        ("postgresql://me:p@/lab?service=lab", "postgresql:///lab?service=lab"),
        ("postgresql://me:p@/lab?host=db.lab.org&port=5433&password=p", "postgresql://db.lab.org:5433/lab"),
        ("postgresql://me:p@/lab?host=/run/postgresql", "postgresql:///lab?host=/run/postgresql"),
        ("postgresql://me:p@%2Frun%2FPG:5433/lab", "postgresql:///lab?host=/run/PG&port=5433"),
        ("postgresql://me:p@a:5433,[::1]:5434/lab", "postgresql://a:5433,[::1]:5434/lab"),
        ("postgresql://me:p@/lab?host=a,b&port=5433", "postgresql://a:5433,b:5433/lab"),
        ("postgresql://h/d?service=lab&host=evil.org", "postgresql://h/d"),
        ("sqlite:////data/x.lndb", "sqlite:////data/x.lndb"),
    ],
)
def test_place_of_a_database_has_no_secret_and_is_an_address(url: str, place: str) -> None:
    """It says which server and database, in a form that is read as the same place again."""
    assert database_url.place_of(url) == place
    assert database_url.place_of(place) == place


def test_place_has_no_words_of_a_shell() -> None:
    """What somebody else wrote is shown in commands that people copy."""
    with pytest.raises(InvalidDatabaseUrl, match="host can't be understood"):
        database_url.place_of("postgresql://$(reboot)/lab")
    assert database_url.place_of("postgresql://h/$(reboot);x") == "postgresql://h/%24%28reboot%29%3Bx"
