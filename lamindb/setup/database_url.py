"""Addresses of Postgres databases: checked, taken apart for Django, and masked for people. Knows no driver."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from lamindb.arguments import check_text
from lamindb.errors import InvalidDatabaseUrl

_LOCAL_HOSTS = re.compile(r"(?:@|://)(?:localhost:|0\.0\.0\.0:|127\.0\.0\.1)")
_ADDRESS = re.compile(
    r"postgresql://(?:(?P<user>[^:/?#]*)(?::(?P<password>[^/?#]*))?@)?(?P<servers>[^/?#@]*)"
    r"(?:/(?P<database>[^?#@]*))?(?:\?(?P<options>[^#]*))?"
)
_SERVER = re.compile(r"(\[[^\[\]]*\]|[^:\[\]]*)(?::(\d*))?")
_HOST = re.compile(r"[\w.:%,-]+")
_LARGEST_PORT = 65_535
_NOT_UNDERSTOOD = "host, port or options can't be understood; in a name or a password, @ : / ? # and % are written as %40 %3A %2F %3F %23 %25"
_SECRETS = re.compile(r"(?i)(?<=[?&])((?:ssl)?password|passfile|oauth_client_secret)=[^&\s]*")
_PATHS = re.compile(r"(?<=[?&])(sslrootcert|sslcert|sslkey|sslcrl|sslcrldir|passfile)=([^&]+)")
_NO_PATH = "system"  # https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-SSLROOTCERT


@dataclass(frozen=True)
class PostgresUrl:
    """The parts of an address."""

    user: str
    password: str = field(repr=False)
    host: str
    """The server, or several of them with commas between, of which the first that answers is taken."""
    port: str
    """Likewise; empty for the usual one."""
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
        return self.port or self.options.get("port", "")


def parse(url: str, *, needs_user: bool = True) -> PostgresUrl:
    """Take an address apart.

    Args:
        url: The address.
        needs_user: Whether it has to say who goes there; what a storage location says of a database doesn't.

    Raises:
        InvalidDatabaseUrl: It can't be used; the message never has the password.
        TypeError: It is no text.
    """
    from urllib.parse import parse_qsl, unquote

    check_text("db", url)
    if any(character.isspace() or not character.isprintable() for character in url):
        raise _refused(url, "it has blanks, line breaks or control characters")
    if not url.startswith("postgresql://"):
        raise _refused(url, "only postgresql:// is understood; leave `db` out for SQLite")
    parts = _ADDRESS.fullmatch(url)
    if parts is None:
        raise _refused(url, _NOT_UNDERSTOOD)
    try:
        host, port = _servers(parts["servers"])
        options = dict(parse_qsl(parts["options"], strict_parsing=True)) if parts["options"] else {}
    except ValueError:
        # No cause: it may quote the password.
        raise _refused(url, _NOT_UNDERSTOOD) from None
    database = unquote(parts["database"] or "")
    is_of_service = not host and "service" in options and "host" not in options  # which can have user and database, too
    if needs_user and not parts["user"] and not is_of_service:
        raise _refused(url, "user must be provided")
    if not database and not is_of_service:
        raise _refused(url, "database must be provided")
    if host and not host.startswith("/") and not _HOST.fullmatch(host):
        raise _refused(url, "host can't be understood")
    if not host and not is_of_service and "host" not in options:
        raise _refused(url, "host must be provided")
    return PostgresUrl(
        user=unquote(parts["user"] or ""),
        password=unquote(parts["password"] or ""),
        host=host,
        port=port,
        database=database,
        options=options,
    )


def _servers(text: str) -> tuple[str, str]:
    """The hosts and the ports of servers, with commas between.

    Raises:
        ValueError: They can't be understood.
    """
    from urllib.parse import unquote

    found = [_SERVER.fullmatch(one) for one in text.split(",")]
    hosts = [unquote(one[1].strip("[]")) for one in found if one is not None]
    ports = [one[2] or "" for one in found if one is not None]
    if len(hosts) < len(found) or (len(hosts) > 1 and not all(hosts)):
        raise ValueError(text)
    if any(port and int(port) > _LARGEST_PORT for port in ports):
        raise ValueError(text)
    hosts = [host if host.startswith("/") else host.lower() for host in hosts]  # or it is the folder of a socket
    return ",".join(hosts), ",".join(ports) if any(ports) else ""


def checked(url: str, *, needs_user: bool = True) -> str:
    """An address that a user gives, with the paths of certificates as they are found from any folder.

    Args:
        url: The address; relative paths in it are those of the folder that this process works in.
        needs_user: As in :func:`parse`.

    Raises:
        InvalidDatabaseUrl: It can't be used; the message never has the password.
        TypeError: It is no text.
    """
    parse(url, needs_user=needs_user)
    return _PATHS.sub(_absolute, url)


def _absolute(option: re.Match[str]) -> str:
    from urllib.parse import quote, unquote_plus

    path = unquote_plus(option[2])
    return option[0] if path == _NO_PATH else f"{option[1]}={quote(str(Path(path).expanduser().absolute()))}"


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
    hosts, ports = parts.server.split(","), parts.server_port.split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    servers = [_server(host, port) for host, port in zip(hosts, ports, strict=False)]
    return f"postgresql://{','.join(servers)}/{database}"


def _server(host: str, port: str) -> str:
    return f"{f'[{host}]' if ':' in host else host}{f':{port}' if port else ''}"


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
