"""Commands about instances: init, load, close, delete, info, set, register."""

from __future__ import annotations

import click

from lamindb import setup
from lamindb.cli.completing import InstanceText
from lamindb.cli.facts import instance_facts, user_facts
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json
from lamindb.cli.texts import TEXT
from lamindb.setup.identity import FILE_PREFIX

_SLASHES_OF_INSTANCE = 3
"""How many slashes lamin://owner/name has."""


@click.command(cls=Command)
@click.option("--storage", metavar="PATH|URL", type=TEXT, required=True, help="The folder or bucket for data.")
@click.option("--db", metavar="URL", type=TEXT, help="A Postgres database; without it SQLite in the storage.")
@click.option("--schema", metavar="NAMES", type=TEXT, help="Schema plug-ins to mount, separated by commas.")
@click.option("--name", metavar="NAME", type=TEXT, help="The name of the instance; by default that of the storage.")
def init(storage: str, db: str | None, schema: str | None, name: str | None) -> None:
    """Init & config instance with db & storage."""
    setup.init(storage=storage, db=db, schema=schema, name=name)


@click.command(cls=Command)
@click.argument("identifier", metavar="INSTANCE", type=InstanceText())
@click.option("--storage", metavar="PATH|URL", type=TEXT, help="Where the storage is now, if it was moved.")
@click.option("--db", metavar="URL", type=TEXT, help="Its Postgres database, with your user and password.")
@click.option("--break-lock", is_flag=True, help="Take an SQLite database in a bucket from whoever locked it.")
def load(identifier: str, storage: str | None, db: str | None, *, break_lock: bool) -> None:
    """Load instance by name.

    INSTANCE is a name, owner/name, the address of the instance on the hub, or where it is: ./folder, s3://bucket/folder,
    an .lndb file, postgresql://…. With the address of a file, lamin://owner/name/KEY, the file is shown, too.
    """
    setup.load(identifier, storage=storage, db=db, break_lock=break_lock)
    if identifier.startswith(FILE_PREFIX) and identifier.strip("/").count("/") > _SLASHES_OF_INSTANCE:
        from lamindb.cli.commands.records import get

        click.get_current_context().invoke(get, registry="File", ids=(identifier,))


@click.command(cls=Command)
@click.argument("name", metavar="INSTANCE", type=InstanceText())
@click.option("--force", is_flag=True, help="Don't ask.")
def delete(name: str, *, force: bool) -> int | None:
    """Delete an instance.

    Its settings, its cache and its SQLite file are deleted; stored data and Postgres databases are not.
    """
    return setup.delete(name, force=force)


@click.command(cls=Command)
@json_option
def info() -> None:
    """Show current instance information."""
    if not current().json:
        setup.info()
        return
    print_json({"user": user_facts(), "instance": instance_facts()})


@click.command("set", cls=Command)
@click.option("--storage", metavar="PATH|URL", type=TEXT, required=True, help="The new folder or bucket for data.")
def set_storage(storage: str) -> str | None:
    """Set storage used by an instance."""
    return setup.set.storage(storage)


@click.command(cls=Command)
def close() -> None:
    """Close instance."""
    setup.close()


@click.command(cls=Command)
def register() -> None:
    """Register instance on hub (local instances are not automatically registered)."""
    setup.register()
