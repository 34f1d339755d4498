"""OBO files as far as tables have them. Knows no parser: lines are left out, none is read."""

from __future__ import annotations

import gzip
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

GZIP = b"\x1f\x8b"

_NOT_SHOWN = frozenset(
    (
        *(b"xref", b"relationship", b"intersection_of", b"union_of", b"disjoint_from", b"equivalent_to"),
        *(b"property_value", b"subset", b"comment", b"consider", b"created_by", b"creation_date", b"import"),
    )
)
"""What no table shows. Published files have addresses and relations there that a strict parser refuses."""


def read_terms(path: Path) -> io.BytesIO:
    """An OBO file with blank lines for what no table shows, so that errors in others are named by their line.

    The last line stays if it has no end: a file that was cut off is to be found broken.
    """
    with gzip.open(path) if _is_compressed(path) else path.open("rb") as file:
        content = io.BytesIO(b"".join(_shown(file)))
    content.name = path.name  # the name in messages of parsers
    return content


def _is_compressed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(GZIP)) == GZIP


def _shown(lines: Iterable[bytes]) -> Iterator[bytes]:
    of_term = True  # the head of the file stays, too
    for line in lines:
        if line.startswith(b"["):
            of_term = line.startswith(b"[Term]")
        is_whole = line.endswith(b"\n")
        is_shown = of_term and line.partition(b":")[0] not in _NOT_SHOWN
        yield line if is_shown or not is_whole else b"\n"
