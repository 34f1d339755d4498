"""Addresses of Postgres databases: checked, taken apart for Django, and masked for people. Knows no driver."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address

from lamindb.arguments import check_text
from lamindb.errors import InvalidDatabaseUrl

_LOCAL_HOSTS = re.compile(r"(?:@|://)(?:localhost:|0\.0\.0\.0:|127\.0\.0\.1)")
_HOST = re.compile(r"[\w.:%,-]+")
_SECRETS = re.compile(r"(?i)(?<=[?&])((?:ssl)?password|passfile|oauth_client_secret)=[^&#\s]*")


@dataclass(frozen=True)
class PostgresUrl:
    """The parts of an address."""

    user: str
    password: str = field(repr=False)
    host: str
    port: int | None
    database: str
    """The name of the database; empty if a service tells it."""
    options: dict[str, str] = field(repr=False)
    """Everything after the question mark, for the driver: ``sslmode``, ``service``, ``options``, …"""

    @property
    def server(self) -> str:
        """The name of the server, or the folder of its socket; empty if a service tells it."""
        return self.host or self.options.get("host", "")

    @property
    def server_port(self) -> str:
        """The port of the server, empty for the usual one."""
        return str(self.port or self.options.get("port", ""))


def parse(url: str, *, needs_user: bool = True) -> PostgresUrl:
    """Take an address apart.

    Args:
        url: The address.
        needs_user: Whether it has to say who goes there; what a storage location says of a database doesn't.

    Raises:
        InvalidDatabaseUrl: It can't be used; the message never has the password.
        TypeError: It is no text.
    """
    from urllib.parse import parse_qsl, unquote, urlsplit

    check_text("db", url)
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
    is_of_service = not host and "service" in options and "host" not in options  # which can have user and database, too
    if needs_user and not parts.username and not is_of_service:
        raise _refused(url, "user must be provided")
    if not database and not is_of_service:
        raise _refused(url, "database must be provided")
    if host and not _HOST.fullmatch(host):
        raise _refused(url, "host can't be understood")
    if not host and not is_of_service and "host" not in options:
        raise _refused(url, "host must be provided")
    return PostgresUrl(
        user=unquote(parts.username or ""),
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
    """Where a database is, without user, password and options; the address of an SQLite file is that.

    Raises:
        InvalidDatabaseUrl: The address can't be used.
    """
    from urllib.parse import quote, urlencode

    if not url.startswith("postgresql://"):
        return url
    parts = parse(url, needs_user=False)
    database = quote(parts.database, safe="")
    if not parts.server:
        return f"postgresql:///{database}?{urlencode({'service': parts.options['service']})}"
    if parts.server.startswith(("/", "@")):  # the folder of a socket
        socket = {"host": parts.server, "port": parts.server_port}
        return (
            f"postgresql:///{database}?{urlencode({name: value for name, value in socket.items() if value}, safe='/@')}"
        )
    host = f"[{parts.server}]" if ":" in parts.server else parts.server
    port = f":{parts.server_port}" if parts.server_port else ""
    return f"postgresql://{host}{port}/{database}"


def server_of(url: str) -> str:
    """The name of a database's server; empty for SQLite, and where a service tells it.

    Raises:
        InvalidDatabaseUrl: The address can't be used.
    """
    return parse(url, needs_user=False).server if url.startswith("postgresql://") else ""


def is_loopback(host: str) -> bool:
    """Whether a name means this machine, whichever it is."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_on_this_machine(url: str) -> bool:
    """Whether the database server runs on this machine."""
    return _LOCAL_HOSTS.search(url) is not None


def _refused(url: str, reason: str) -> InvalidDatabaseUrl:
    return InvalidDatabaseUrl(
        f"The database address {mask(url)!r} can't be used: {reason}. It reads postgresql://user@host:port/database, "
        "with :password behind the user if there is one."
    )
