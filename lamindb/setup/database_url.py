"""Addresses of Postgres databases: checked, taken apart for Django, and masked for people. Knows no driver."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lamindb.errors import InvalidDatabaseUrl

_LOCAL_HOSTS = ("@localhost:", "@0.0.0.0:", "@127.0.0.1")
_SECRETS = re.compile(r"(?i)(?<=[?&])((?:ssl)?password|passfile|oauth_client_secret)=[^&#\s]*")


@dataclass(frozen=True)
class PostgresUrl:
    """The parts of an address."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    database: str
    options: dict[str, str] = field(repr=False)
    """Everything after the question mark, for the driver: ``sslmode``, ``service``, ``options``, …"""


def parse(url: str) -> PostgresUrl:
    """Take an address apart.

    Raises:
        InvalidDatabaseUrl: It can't be used; the message never has the password.
    """
    from urllib.parse import parse_qsl, unquote, urlsplit

    if any(character.isspace() or not character.isprintable() for character in url):
        raise _refused(url, "it has blanks, line breaks or control characters")
    if not url.startswith("postgresql://"):
        raise _refused(url, "only postgresql:// is understood; leave `db` out for SQLite")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        options = dict(parse_qsl(parts.query, strict_parsing=True)) if parts.query else {}
    except ValueError:
        # No cause: it may quote the password.
        raise _refused(url, "host, port or options can't be understood") from None
    database = unquote(parts.path.removeprefix("/"))
    if not parts.username:
        raise _refused(url, "user must be provided")
    if not database:
        raise _refused(url, "database must be provided")
    if not host and not {"host", "service"} & options.keys():
        raise _refused(url, "host must be provided")
    return PostgresUrl(
        user=unquote(parts.username),
        password=unquote(parts.password or ""),
        host=host or "",
        port=port,
        database=database,
        options=options,
    )


def mask(url: str) -> str:
    """The address with stars for secrets."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return "***" if "@" in url else url
    credentials, at, place = rest.rpartition("@")
    if at and (":" in credentials or "/" in credentials):
        rest = f"{credentials.partition(':')[0]}:***@{place}"
    return _SECRETS.sub(r"\1=***", f"{scheme}://{rest}")


def place_of(url: str) -> str:
    """Where a database is, without user, password and options; the address of an SQLite file is that."""
    if not url.startswith("postgresql://"):
        return url
    parts = parse(url)
    port = "" if parts.port is None else f":{parts.port}"
    host = parts.host or parts.options.get("host", "")
    return f"postgresql://{host}{port}/{parts.database}"


def is_on_this_machine(url: str) -> bool:
    """Whether the database server runs on this machine."""
    return any(host in url for host in _LOCAL_HOSTS)


def _refused(url: str, reason: str) -> InvalidDatabaseUrl:
    return InvalidDatabaseUrl(
        f"The database address {mask(url)!r} can't be used: {reason}. It reads postgresql://user@host:port/database, "
        "with :password behind the user if there is one."
    )
