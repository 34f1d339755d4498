"""What a check can find: one value per object. Knows no database and no storage."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self, get_args

Kind = Literal[
    "missing",
    "size-mismatch",
    "digest-mismatch",
    "unreadable",
    "unreachable",
    "temporary",
    "orphan",
    "unregistered",
    "cached-copy",
]
"""What is wrong with an object."""

Outcome = Literal["found", "repaired", "collected", "kept", "impossible", "error"]
"""What was done about it."""

KINDS: tuple[Kind, ...] = get_args(Kind)
DAMAGE = frozenset({"missing", "size-mismatch", "digest-mismatch", "unreadable", "unreachable"})
"""Kinds that mean that the content of a file is not there as it was registered."""
GARBAGE = frozenset({"temporary", "orphan"})
"""Kinds that mean that an object is in the way and may be deleted."""


@dataclass(frozen=True)
class Finding:
    """An object that is not as it should be.

    Attributes:
        kind: What is wrong.
        storage: The root of the storage location; of a cached copy, the cache folder.
        key: The path of the object within it.
        file: The id of the file that the object belongs to.
        message: What is wrong, as a sentence.
        size: The size of the object in bytes.
        touched: When the object was last written or moved, in seconds since 1970.
        outcome: What was done about it.
    """

    kind: Kind
    storage: str
    key: str
    file: str | None = None
    message: str = ""
    size: int | None = None
    touched: float | None = None
    outcome: Outcome = "found"

    @property
    def place(self) -> tuple[str, str]:
        """What tells one object from another."""
        return self.storage, self.key

    def with_outcome(self, outcome: Outcome, message: str) -> Self:
        """The same finding after something was done about it."""
        return replace(self, outcome=outcome, message=f"{self.message}; {message}" if self.message else message)

    def is_older_than(self, grace: float, now: float) -> bool:
        """Whether nobody has touched the object for so many seconds."""
        return self.touched is not None and now - self.touched > grace

    def as_dict(self) -> dict[str, Any]:
        """The finding as plain values."""
        return asdict(self)

    def as_text(self) -> str:
        """The finding in a line."""
        return f"{self.kind}: {self.storage}/{self.key}: {self.message}"
