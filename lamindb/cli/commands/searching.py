"""The command about search indexes: reindex."""

from __future__ import annotations

import sys

import click

from lamindb import log, setup
from lamindb.cli.groups import Command


@click.command(cls=Command)
def reindex() -> None:
    """Build the indexes of searches anew.

    Databases keep them up to date; this is for a database that got the extension for trigrams later, or was damaged. Without
    indexes searches read whole registries.
    """
    with log.redirect(sys.stderr):
        setup.connection.connect()
        setup.connection.check_writable()
        from lnschema_core.search_index import candidates, objects

        objects.rebuild()
        candidates.forget()
        found = objects.usable()
        complete = sum("trigrams" in kinds for kinds in found.values())
        log.success(f"built the search indexes of {complete} of {len(found)} registries")
