"""Commands about all rows of an instance: dump, restore, move."""

from __future__ import annotations

import sys

import click

from lamindb import log, setup
from lamindb.cli.groups import Command
from lamindb.cli.texts import TEXT


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=TEXT)
def dump(file: str) -> None:
    """Write all rows of the instance into a file.

    FILE must not exist yet. The content of files in storage is not in it.
    """
    with log.redirect(sys.stderr):
        setup.dump(file)


@click.command(cls=Command)
@click.argument("file", metavar="FILE", type=TEXT)
@click.option("--storage", metavar="PATH|URL", type=TEXT, help="Where the storage is now, if it was moved or copied.")
@click.option("--name", metavar="NAME", type=TEXT, help="Another name for the instance.")
@click.option("--db", metavar="URL", type=TEXT, help="An empty Postgres database; without it SQLite in the storage.")
def restore(file: str, storage: str | None, name: str | None, db: str | None) -> None:
    """Make an instance of a file that `lamin dump` wrote."""
    with log.redirect(sys.stderr):
        setup.restore(file, storage=storage, name=name, db=db)


@click.command(cls=Command)
@click.option(
    "--db", metavar="URL|sqlite", type=TEXT, required=True, help="An empty Postgres database, or a file in the storage."
)
def move(db: str) -> None:
    """Move the instance to another database."""
    with log.redirect(sys.stderr):
        setup.move(db)
