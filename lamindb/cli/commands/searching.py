"""The command about what databases keep besides records: reindex."""

from __future__ import annotations

import sys

import click

from lamindb import log, setup
from lamindb.cli.groups import Command


@click.command(cls=Command)
def reindex() -> None:
    """Build the indexes of searches anew, and count all files.

    Databases keep both up to date; this is for a database that got the extension for trigrams later, whose triggers were disabled, or
    that was damaged. Without indexes searches read whole registries.
    """
    with log.redirect(sys.stderr):
        setup.connection.connect()
        setup.connection.check_writable()
        from lnschema_core.counting import kept
        from lnschema_core.search_index import known, objects

        kept.rebuild()
        objects.rebuild()
        known.forget()
        found = objects.usable()
        complete = sum("trigrams" in kinds for kinds in found.values())
        log.success(f"built the search indexes of {complete} of {len(found)} registries")
