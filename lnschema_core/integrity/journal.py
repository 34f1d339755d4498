"""How far a check has come, in a file that outlives the process: one line per finding, and now and then a position.

Lines are only ever appended, and every position is written after the findings before it. So whatever part of the file is
there after a crash, is true; a line that was torn is left out.
"""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lamindb.io.placing import discard, make_folder
from lnschema_core.integrity.findings import Finding

if TYPE_CHECKING:
    from pathlib import Path

EVERY_STEPS = 1000
"""After how many steps the position is written."""

EVERY_SECONDS = 5.0
"""After how many seconds the position is written, however few steps there were."""


@dataclass(frozen=True)
class Position:
    """The last thing that was looked at, and how much was before it.

    Attributes:
        storage: The id of the storage location.
        phase: ``"rows"`` or ``"objects"``.
        after: The id of the file or the key of the object; ``""`` at the start of a phase.
        n_files: Files so far.
        n_objects: Objects so far.
        n_bytes: Bytes read so far.
    """

    storage: str = ""
    phase: str = "rows"
    after: str = ""
    n_files: int = 0
    n_objects: int = 0
    n_bytes: int = 0


class Journal:
    """The record of a pass.

    Args:
        path: The file.
        resume: Whether to go on with the pass that is recorded there.
    """

    def __init__(self, path: Path, *, resume: bool) -> None:
        self._path = path
        self.position = Position()
        self.findings: dict[tuple[str, str], Finding] = {}
        self._is_started = False
        self._unwritten: list[Finding] = []
        self._steps = 0
        self._written_at = time.monotonic()
        if resume:
            self._read()
        else:
            discard(path)

    def record(self, position: Position, findings: tuple[Finding, ...]) -> None:
        """Take a step; the file is written from time to time."""
        self.position = position
        for finding in findings:
            self.findings[finding.place] = finding
        self._unwritten += findings
        self._steps += 1
        if self._steps >= EVERY_STEPS or time.monotonic() - self._written_at > EVERY_SECONDS:
            self.write()

    def write(self) -> None:
        """Write what isn't written yet."""
        if not self._steps:
            return
        lines = [{"finding": finding.as_dict()} for finding in self._unwritten]
        text = "".join(json.dumps(line) + "\n" for line in [*lines, {"position": asdict(self.position)}])
        if not self._is_started:
            make_folder(self._path.parent)
            text = f"\n{text}"  # ends a line that was torn
        with self._path.open("a", encoding="utf-8") as file:
            file.write(text)
        self._is_started, self._unwritten, self._steps, self._written_at = True, [], 0, time.monotonic()

    def finish(self) -> None:
        """Forget the pass, since it came to its end."""
        discard(self._path)

    def _read(self) -> None:
        try:
            text = self._path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            self._take(_parsed(line))

    def _take(self, entry: dict[str, Any]) -> None:
        if "finding" in entry:
            finding = Finding(**entry["finding"])
            self.findings[finding.place] = finding
        elif "position" in entry:
            self.position = Position(**entry["position"])


def _parsed(line: str) -> dict[str, Any]:
    """The entry of a line, nothing of a line that was torn."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}
