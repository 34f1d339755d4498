"""Who goes to a database server that a storage location names: what libpq finds on this machine, and no password of another server.

Such an address has no user, and anybody may have written it. libpq sends ``PGPASSWORD``, and a password for hosts of any name, to
whichever server it is pointed at. So the server has to be this machine, or one that the settings of this machine name: ``PGHOST``,
the password file or the service file. Knows no driver.
"""

from __future__ import annotations

import getpass
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import InstanceUnreachable
from lamindb.setup import database_url

if TYPE_CHECKING:
    from lamindb.setup.database_url import PostgresUrl

_PORT = "5432"
_FIELDS = 5  # host, port, database, user, password
_FIELD = re.compile(r"((?:\\.|[^\\:])*)(?::|\Z)")
_ESCAPED = re.compile(r"\\(.)")


def parameters(url: str) -> dict[str, Any]:
    """What a driver is to be called with for a database: ``dbname``, ``host``, … as far as they are given, and the options.

    Raises:
        InstanceUnreachable: The address has no user, and nothing on this machine names its server.
        InvalidDatabaseUrl: The address can't be used.
    """
    parts = completed(database_url.parse(url, needs_user=False))
    given = {
        "user": parts.user,
        "password": parts.password,
        "host": parts.host,
        "port": parts.port,
        "dbname": parts.database,
    }
    return parts.options | {name: value for name, value in given.items() if value}


def completed(parts: PostgresUrl) -> PostgresUrl:
    """An address with user and password, unless libpq may look for them by itself.

    Raises:
        InstanceUnreachable: It has no user, and nothing on this machine names its server.
    """
    if parts.user or not parts.server or database_url.is_loopback(parts.server) or _is_chosen(parts):
        return parts
    user = os.environ.get("PGUSER") or getpass.getuser()
    password = _password(parts, user)
    if password is None:
        port = parts.server_port or _PORT
        msg = (
            f"No settings of this machine name the server {parts.server}: set PGHOST={parts.server} and PGPORT={port}, or have a "
            f"line {parts.server}:{port}:{parts.database}:{user}:<password> in ~/.pgpass"
        )
        raise InstanceUnreachable(msg)
    return replace(parts, user=user, password=password)


def _is_chosen(parts: PostgresUrl) -> bool:
    """Whether the environment names the very server."""
    chosen = os.environ.get("PGHOST", "").lower(), os.environ.get("PGPORT") or _PORT
    return chosen == (parts.server.lower(), parts.server_port or _PORT)


def _password(parts: PostgresUrl, user: str) -> str | None:
    """The password that the user's file has for a server by its name, ``None`` if it has none.

    The format is that of https://www.postgresql.org/docs/current/libpq-pgpass.html; a file that others can read doesn't count.
    """
    wanted = (parts.server_port or _PORT, parts.database, user)
    for host, *others, password in _entries():
        if host == parts.server and all(one in {"*", value} for one, value in zip(others, wanted, strict=True)):
            return password
    return None


def _entries() -> list[list[str]]:
    """The entries of the user's password file: host, port, database, user, password."""
    path = Path(os.environ.get("PGPASSFILE") or _password_file())
    try:
        if os.name != "nt" and path.stat().st_mode & 0o077:
            return []
        lines = path.read_text().splitlines()
    except OSError:
        return []
    found = [_FIELD.findall(line)[:_FIELDS] for line in lines]
    return [[_ESCAPED.sub(r"\1", one) for one in fields] for fields in found if len(fields) == _FIELDS]


def _password_file() -> str:
    if os.name == "nt":
        return os.path.expandvars(r"%APPDATA%\postgresql\pgpass.conf")
    return os.path.expanduser("~/.pgpass")  # noqa: PTH111 - `Path.expanduser` raises where nobody knows the home
