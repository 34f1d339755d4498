"""Commands that make and change schemas: schema new, add, remove, stubs."""

from __future__ import annotations

import click

from lamindb import setup
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.texts import TEXT
from lamindb.schema import making

schema = LazyGroup(
    "schema",
    table={
        "new": (f"{__name__}:new", "Make a schema package of your own."),
        "stubs": (f"{__name__}:stubs", "Write type stubs of the mounted registries."),
        "add": (f"{__name__}:add", "Mount further schemas in the instance."),
        "remove": (f"{__name__}:remove", "Mount schemas no longer; their tables are kept."),
    },
    help="Make schema packages, and choose those of the instance.",
)


@click.command(cls=Command)
@click.argument("name", type=TEXT)
@click.option("--folder", metavar="PATH", type=TEXT, default=".", help="Where to make it; by default here.")
@click.option("--registry", metavar="NAME", type=TEXT, default="Sample", help="The name of its first registry.")
def new(name: str, folder: str, registry: str) -> None:
    """Make a schema package of your own.

    It has a registry, a first migration, tests that pass, and what is needed to install it.
    """
    making.new(name, folder=folder, registry=registry)


@click.command(cls=Command)
@click.option("--output", metavar="PATH", type=TEXT, default="typings", show_default=True, help="The folder.")
@click.option(
    "--depth",
    type=click.IntRange(0, 2),
    default=2,
    show_default=True,
    help="How many relations the keywords of filter may cross.",
)
def stubs(output: str, depth: int) -> None:
    """Write type stubs of the mounted registries.

    With them, a type checker knows the fields of all registries, those of plug-ins among them, and which keywords `filter`
    takes. Set `mypy_path` of your project to the folder.
    """
    setup.connection.connect()
    from lamindb.schema.typing.writing import write_stubs

    write_stubs(output, depth=depth)


@click.command(cls=Command)
@click.argument("names", metavar="NAMES", type=TEXT)
def add(names: str) -> None:
    """Mount further schemas in the instance.

    NAMES are separated by commas, as `lamin init --schema` takes them. The database is copied before its tables are made.
    """
    setup.add_schema(names)


@click.command(cls=Command)
@click.argument("names", metavar="NAMES", type=TEXT)
def remove(names: str) -> None:
    """Mount schemas no longer; their tables are kept.

    Their rows are back when they are added again. A schema that another one builds on can't be removed before it.
    """
    setup.remove_schema(names)
