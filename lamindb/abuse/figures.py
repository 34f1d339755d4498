"""What was measured of many calls, as numbers and as a histogram. Knows no instance."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORKS = ("create", "same", "bulk", "versions", "files", "replace", "get", "validate", "search", "page")
"""The kinds of work that clients do."""

_WIDTH = 40
"""Characters of the longest bar of a histogram."""


@dataclass(frozen=True)
class Figures:
    """Calls of one kind, by all clients.

    Attributes:
        work: The kind of work.
        milliseconds: What each answered call took, the quickest first.
        n_failed: How many calls raised an error.
        seconds: For how long the clients were at work.
    """

    work: str
    milliseconds: Sequence[float]
    n_failed: int
    seconds: float

    def quantile(self, share: float) -> float:
        """What this share of the calls took at most, 0 if there was none."""
        count = len(self.milliseconds)
        return self.milliseconds[min(int(count * share), count - 1)] if count else 0.0

    def buckets(self) -> dict[int, int]:
        """How many calls took less than 1, 2, 4, 8, … milliseconds, and not less than half of that; without gaps."""
        counts = Counter(int(one).bit_length() for one in self.milliseconds)
        return {2**power: counts[power] for power in range(min(counts, default=0), max(counts, default=-1) + 1)}

    def as_dict(self) -> dict[str, Any]:
        """The figures as JSON has them."""
        return {
            "work": self.work,
            "n_calls": len(self.milliseconds),
            "n_failed": self.n_failed,
            "per_second": len(self.milliseconds) / self.seconds,
            "p50": self.quantile(0.5),
            "p95": self.quantile(0.95),
            "p99": self.quantile(0.99),
            "max": self.quantile(1),
            "histogram": [{"below": below, "n_calls": count} for below, count in self.buckets().items()],
        }

    def lines(self) -> Iterator[str]:
        """The figures and the histogram for people."""
        yield (
            f"{self.work}: {len(self.milliseconds):,} calls, {len(self.milliseconds) / self.seconds:,.0f} a second, "
            f"{self.n_failed} failed; p50 {self.quantile(0.5):.1f} ms, p95 {self.quantile(0.95):.1f} ms, "
            f"max {self.quantile(1):.1f} ms"
        )
        highest = max(self.buckets().values(), default=0)
        for below, count in self.buckets().items():
            bar = "#" * -(-_WIDTH * count // highest)
            yield f"  < {below:>6,} ms  {count:>8,}  {bar}".rstrip()
