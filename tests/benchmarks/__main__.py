"""Print one table of all benchmarks: ``python -m tests.benchmarks [--smoke] [--output FOLDER]``."""

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
    reading,
    registering,
    searching,
    startup,
    transferring,
    validating,
)
from tests.sandbox import isolated_environment


def main() -> None:
    """Measure one after the other, print each figure as it comes, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="small sizes, to see that the benchmarks run")
    parser.add_argument("--output", type=Path, default=Path("build"), help="folder of benchmarks.json, .md and .svg")
    options = parser.parse_args()
    found = []
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(isolated_environment(Path(home)))
        sys.stdout.write(figures.HEADER + "\n")
        for room in (
            startup,
            registering,
            bulk,
            searching,
            lineage,
            validating,
            criteria,
            reading,
            memory,
            transferring,
        ):
            for figure in room.figures(smoke=options.smoke):
                sys.stdout.write(figure.row() + "\n")
                sys.stdout.flush()
                found.append(figure)
    figures.write(found, options.output)


main()
