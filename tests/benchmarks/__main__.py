"""Print one table of all benchmarks, or of some rooms of them: ``python -m tests.benchmarks [ROOM …] [--smoke] [--output FOLDER]``."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import (
    bulk,
    criteria,
    figures,
    lineage,
    memory,
    on_postgres,
    reading,
    registering,
    searching,
    startup,
    transferring,
    validating,
)
from tests.sandbox import isolated_environment

ROOMS = {
    room.__name__.rpartition(".")[2]: room
    for room in (
        startup,
        registering,
        bulk,
        searching,
        on_postgres,
        lineage,
        validating,
        criteria,
        reading,
        memory,
        transferring,
    )
}


def main() -> None:
    """Measure one after the other, print each figure as it comes, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*", metavar="ROOM", help=f"all unless named: {', '.join(ROOMS)}")
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that the benchmarks run")
    parser.add_argument("--output", type=Path, default=Path("build"), help="folder of benchmarks.json, .md and .svg")
    options = parser.parse_args()
    if unknown := set(options.rooms) - set(ROOMS):
        parser.error(f"no room of benchmarks is called {', '.join(sorted(unknown))}: name one of {', '.join(ROOMS)}")
    found = []
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(isolated_environment(Path(home)))
        sys.stdout.write(figures.HEADER + "\n")
        for name in options.rooms or ROOMS:
            for figure in ROOMS[name].figures(smoke=options.smoke):
                sys.stdout.write(figure.row() + "\n")
                sys.stdout.flush()
                found.append(figure)
    figures.write(found, options.output)


main()
