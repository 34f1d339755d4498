"""A number and a digest of rows, by which two sets of rows are compared. Knows no database and no file."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b


@dataclass
class Tally:
    """How many rows there were, and a digest of them that doesn't depend on their order."""

    rows: int = 0
    total: int = field(default=0, repr=False)

    def add(self, row: bytes) -> None:
        """Count one more row."""
        self.rows += 1
        self.total += int.from_bytes(blake2b(row, digest_size=16).digest(), "little")

    @property
    def digest(self) -> str:
        """The digest, as 32 hexadecimal digits."""
        return f"{self.total % (1 << 128):032x}"
