"""Commands about notebooks: track."""

from __future__ import annotations

from pathlib import Path

import click

from lamindb.cli.groups import Command
from lamindb.provenance.asking import answered_by_pipe
from lamindb.provenance.notebooks import attach_metadata


@click.command(cls=Command)
@click.argument("filepath", type=click.Path(path_type=Path))
@click.option("--pypackage", metavar="NAMES", help="Packages to record, separated by commas.")
def track(filepath: Path, pypackage: str | None) -> None:
    """Track a notebook (init metadata)."""
    with answered_by_pipe():
        attach_metadata(filepath, pypackage=pypackage)
