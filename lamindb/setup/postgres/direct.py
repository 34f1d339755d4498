"""Connections to a Postgres server without Django, for what is to be quick or comes before an instance. Either driver will do."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from lamindb.errors import MissingExtra
from lamindb.setup.postgres import credentials


def driver() -> Any:
    """The module of a driver that is installed.

    Raises:
        MissingExtra: None is.
    """
    name = next((name for name in ("psycopg2", "psycopg") if find_spec(name)), None)
    if name is None:
        msg = "Postgres needs a driver: pip install 'lamindb[postgres]'"
        raise MissingExtra(msg)
    return import_module(name)


def connect(url: str, *, patience: int) -> Any:
    """Connect to a database.

    Args:
        url: Its address.
        patience: Seconds to wait for the server.

    Raises:
        InstanceUnreachable: The address has no user, and nothing on this machine names its server.
        InvalidDatabaseUrl: The address can't be used.
        MissingExtra: No driver is installed.
    """
    return driver().connect(**{**credentials.parameters(url), "connect_timeout": patience})
