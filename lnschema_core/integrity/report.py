"""What a check found, as text, table and plain values."""

from __future__ import annotations

import json
import time
from collections import Counter
from dataclasses import dataclass, fields
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from lnschema_core.integrity.findings import DAMAGE, GARBAGE, KINDS, Finding

if TYPE_CHECKING:
    import pandas as pd

_MOST_LINES = 20
_DAY = 86_400.0

Status = Literal["clean", "garbage", "incomplete", "damaged"]


@dataclass(frozen=True, repr=False)
class FsckReport:
    """What a check found.

    Attributes:
        findings: One per object that is not as it should be, in the order in which they were found.
        n_files: How many files were compared with their objects, those of an interrupted pass included.
        n_objects: How many objects were looked at for files that they belong to.
        n_bytes: How many bytes were read.
        storages: The roots of the storage locations that were checked.
        read_data: Whether all bytes were read.
        is_complete: Whether the pass came to its end; else the next one goes on where this one stopped.
        grace: For how many seconds garbage is left alone, since it may belong to a writer that is at work.
    """

    findings: tuple[Finding, ...]
    n_files: int
    n_objects: int
    n_bytes: int
    storages: tuple[str, ...]
    read_data: bool
    is_complete: bool
    grace: float = _DAY

    @cached_property
    def damaged(self) -> tuple[Finding, ...]:
        """Files whose content isn't there as it was registered, and that were not repaired."""
        return tuple(one for one in self.findings if one.kind in DAMAGE and one.outcome != "repaired")

    @cached_property
    def garbage(self) -> tuple[Finding, ...]:
        """Objects that can be collected, that is, are garbage and older than the grace period."""
        now = time.time()
        return tuple(
            one
            for one in self.findings
            if one.kind in GARBAGE and one.outcome in {"found", "error"} and one.is_older_than(self.grace, now)
        )

    @property
    def status(self) -> Status:
        """In one word: the worst that can be said."""
        if self.damaged:
            return "damaged"
        if not self.is_complete:
            return "incomplete"
        return "garbage" if self.garbage else "clean"

    @property
    def is_clean(self) -> bool:
        """Whether the pass came to its end, every file is as it was registered, and there is no old garbage."""
        return self.status == "clean"

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many findings there are of each kind that was found."""
        found = Counter(one.kind for one in self.findings)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @cached_property
    def df(self) -> pd.DataFrame:
        """A frame with a row per finding."""
        import pandas as pd

        columns = [field.name for field in fields(Finding)]
        return pd.DataFrame([one.as_dict() for one in self.findings], columns=columns)

    def as_dict(self) -> dict[str, Any]:
        """The report as plain values, as ``--json`` prints it."""
        return {
            "status": self.status,
            "is_complete": self.is_complete,
            "read_data": self.read_data,
            "storages": list(self.storages),
            "n_files": self.n_files,
            "n_objects": self.n_objects,
            "n_bytes": self.n_bytes,
            "counts": self.counts,
            "findings": [one.as_dict() for one in self.findings],
        }

    def as_json(self) -> str:
        """The report as JSON."""
        return json.dumps(self.as_dict())

    @property
    def summary(self) -> str:
        """The report in one sentence."""
        how = f"{self.n_bytes:,} bytes read" if self.read_data else "sizes compared"
        found = ", ".join(f"{number:,} {kind}" for kind, number in self.counts.items()) or "nothing found"
        end = "" if self.is_complete else "; the pass is not at its end, run it again to go on"
        return f"{self.status}: {self.n_files:,} files, {how}: {found}{end}"

    def lines(self, most: int | None = None) -> list[str]:
        """The summary, and a line per finding."""
        shown = self.findings if most is None else self.findings[:most]
        lines = [self.summary, *(one.as_text() for one in shown)]
        more = len(self.findings) - len(shown)
        return [*lines, f"… and {more:,} more, see `report.df`"] if more else lines

    def __repr__(self) -> str:
        return "\n".join(self.lines(_MOST_LINES))

    def _repr_html_(self) -> str:
        head = f"<p>{escape(self.summary)}</p>"
        return head + (self.df.head(_MOST_LINES).to_html(escape=True, index=False) if self.findings else "")
