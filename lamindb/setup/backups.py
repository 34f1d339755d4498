"""Copies of a database from before something changes its tables."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.setup import database_url, locations, sqlite_files
from lamindb.setup.postgres import credentials

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.setup.instances import InstanceSettings

_DUMP = "pg_dump"
_SECRETS = {"password", "sslpassword"}
"""What others could read among the arguments of a process."""


def back_up(instance: InstanceSettings) -> Path | None:
    """Copy the database of an instance under a name that tells the time.

    An SQLite database is copied into its own folder. A Postgres database is dumped by ``pg_dump`` into the folder
    ``backups`` of the settings, where that command is installed and understands the server.

    Returns:
        The copy, or None if there is none; why is said then.
    """
    if instance.dialect == "sqlite":
        target = instance.sqlite_file.with_name(f"{instance.sqlite_file.name}.{_now()}.backup")
        sqlite_files.back_up(instance.sqlite_file, target)
    else:
        folder = locations.settings_dir() / "backups"
        target = folder / f"{instance.owner}--{instance.name}.{_now()}.dump"
        reason = _dump(instance.db, target)
        if reason is not None:
            log.warning(
                f"the database was not copied before: {reason}. A migration that fails leaves nothing, but one that deletes "
                f"data can't be undone: keep a copy of your own with `{_DUMP} --format=custom {database_url.mask(instance.db)}`"
            )
            return None
    log.info(f"copied the database to {target}")
    return target


def _now() -> str:
    return datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")


def _dump(url: str, target: Path) -> str | None:
    """Dump a Postgres database into a file that nobody else can read; why not, if that fails."""
    command = shutil.which(_DUMP)
    if command is None:
        return f"{_DUMP} is not installed here"
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    words = credentials.parameters(url)
    environment = {**os.environ, **({"PGPASSWORD": words["password"]} if "password" in words else {})}
    place = " ".join(f"{name}='{_quoted(value)}'" for name, value in words.items() if name not in _SECRETS)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        done = subprocess.run(  # noqa: S603 - the command has no word of anybody else's
            [command, "--format=custom", "--no-password", f"--dbname={place}"],
            env=environment,
            stdout=file,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    if done.returncode == 0:
        return None
    target.unlink()
    return f"{_DUMP} failed ({' '.join(done.stderr.decode(errors='replace').split())[:300]})"


def _quoted(value: str) -> str:
    """A value as libpq wants it: https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE."""
    return value.replace("\\", "\\\\").replace("'", "\\'")
