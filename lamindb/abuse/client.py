"""A client of a trial, as a process: ``python -m lamindb.abuse.client TRIAL NUMBER SECONDS WORKS``.

It says when it has connected, begins when it is told to, and prints at the end what calls took and what they told.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

from lamindb import log, setup

_LONGEST = 300
"""Characters of an error."""


def main(trial: str, number: int, seconds: float, works: list[str]) -> None:
    """Work for so many seconds, and print a line of JSON: per call its kind, milliseconds and error, and all that was told."""
    log.set_verbosity("error")
    setup.connection.connect()
    from lamindb.abuse.works import Worker

    worker, rng = Worker(trial, number), random.Random(number)  # noqa: S311 - a choice, no secret
    told = [fact for work in works for fact in worker.work(work)]  # what is imported once is part of no figure
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    calls: list[Any] = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        work, error = rng.choice(works), None
        start = time.perf_counter()
        try:
            told += worker.work(work)
        except Exception as problem:  # noqa: BLE001 - whatever a client is told is a result
            error = f"{type(problem).__name__}: {problem}"[:_LONGEST]
        calls.append((work, (time.perf_counter() - start) * 1000, error))
    sys.stdout.write(json.dumps([calls, told]) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), sys.argv[4].split(","))
