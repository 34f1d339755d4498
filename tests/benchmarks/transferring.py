"""What it takes to store a file in a bucket and to fetch it, digests compared, beside the bare client of the store.

Seconds on the clock, since most of them are spent waiting; the server is a process of this machine.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Figure, on_the_clock
from tests.servers import s3

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

REPEATS = 4


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, against a server in another one; no instance is needed."""
    with tempfile.TemporaryDirectory() as folder, s3.running_apart() as endpoint:
        s3.make_bucket(endpoint, "benchmarks")
        yield from _there_and_back(Path(folder), endpoint, (1 if smoke else 200) << 20)


def _there_and_back(folder: Path, endpoint: str, size: int) -> Iterator[Figure]:
    from s3fs import S3FileSystem
    from upath import UPath

    from lamindb.io import hashing, transfer

    options = {"endpoint_url": endpoint, **s3.CREDENTIALS}
    bare = S3FileSystem(**options)
    source, copy = folder / "source.bin", folder / "copy.bin"
    source.write_bytes(os.urandom(size))
    digest = hashing.digest_file(source)
    place = UPath("s3://benchmarks/ours.bin", **options)
    ours, theirs = _in_turns(
        lambda: transfer.store_file(source, place, expected=digest, notes=folder / "notes"),
        lambda: bare.put_file(str(source), "benchmarks/bare.bin"),
    )
    yield Figure(f"{size / 1e6:.0f} MB to S3, on the clock", ours, theirs, "s3fs.put_file")
    ours, theirs = _in_turns(
        lambda: transfer.fetch(place, copy, expected=digest),
        lambda: bare.get_file("benchmarks/bare.bin", str(copy)),
    )
    yield Figure(f"{size / 1e6:.0f} MB from S3, on the clock", ours, theirs, "s3fs.get_file")


def _in_turns(one: Callable[[], object], other: Callable[[], object]) -> tuple[float, float]:
    """The best time of each of two actions, either of which is first as often as the other: what is written before is still on its way."""
    times: dict[Callable[[], object], list[float]] = {one: [], other: []}
    for number in range(REPEATS):
        for action in (one, other) if number % 2 else (other, one):
            times[action].append(on_the_clock(action))
    return min(times[one]), min(times[other])
