"""Commands about instances: init, load, close, delete, info, set, register."""

from __future__ import annotations

import click

from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json
from lamindb.cli.texts import TEXT


@click.command(cls=Command)
@click.option("--storage", metavar="PATH|URL", type=TEXT, required=True, help="The folder or bucket for data.")
@click.option("--db", metavar="URL", type=TEXT, help="A Postgres database; without it SQLite in the storage.")
@click.option("--schema", metavar="NAMES", type=TEXT, help="Schema plug-ins to mount, separated by commas.")
@click.option("--name", metavar="NAME", type=TEXT, help="The name of the instance; by default that of the storage.")
def init(storage: str, db: str | None, schema: str | None, name: str | None) -> None:
    """Init & config instance with db & storage."""
    from lamindb import setup

    setup.init(storage=storage, db=db, schema=schema, name=name)


@click.command(cls=Command)
@click.argument("instance", type=TEXT)
@click.option("--storage", metavar="PATH|URL", type=TEXT, help="Where the storage is now, if it was moved.")
def load(instance: str, storage: str | None) -> str | None:
    """Load instance by name.

    INSTANCE is a name, owner/name, or the address of the instance on the hub.
    """
    from lamindb import setup

    return setup.load(instance, storage=storage)


@click.command(cls=Command)
@click.argument("instance", type=TEXT)
@click.option("--force", is_flag=True, help="Don't ask.")
def delete(instance: str, *, force: bool) -> int | None:
    """Delete an instance.

    Its settings, its cache and its SQLite file are deleted; stored data and Postgres databases are not.
    """
    from lamindb import setup

    try:
        return setup.delete(instance, force=force)
    except EOFError:  # nobody is there to confirm
        return -1


@click.command(cls=Command)
@json_option
def info() -> None:
    """Show current instance information."""
    from lamindb import setup

    if not current().json:
        setup.info()
        return
    from lamindb.cli.facts import instance_facts, user_facts

    print_json({"user": user_facts(), "instance": instance_facts()})


@click.command("set", cls=Command)
@click.option("--storage", metavar="PATH|URL", type=TEXT, required=True, help="The new folder or bucket for data.")
def set_storage(storage: str) -> str | None:
    """Set storage used by an instance."""
    from lamindb import setup

    return setup.set.storage(storage)


@click.command(cls=Command)
def close() -> None:
    """Close instance."""
    from lamindb import setup

    setup.close()


@click.command(cls=Command)
def register() -> None:
    """Register instance on hub (local instances are not automatically registered)."""
    from lamindb import setup

    setup.register()
