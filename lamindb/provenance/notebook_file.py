"""The file of a notebook: its metadata, title and code (https://nbformat.readthedocs.io). Needs nothing of Jupyter.

What identifies a notebook lies in ``metadata.nbproject`` at the top level of the file, where it has always been.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lamindb.errors import TrackingError

if TYPE_CHECKING:
    from collections.abc import Iterator

Metadata = dict[str, Any]

SECTION = "nbproject"

_INDENT = re.compile(r"^\{\r?\n(?P<indent>[ \t]+)\"")
_TRACK_CALL = re.compile(r"^[^#]*track\(", re.MULTILINE)


@dataclass(frozen=True)
class NotebookFile:
    """A notebook as it is on disk."""

    path: Path
    text: str
    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> NotebookFile:
        """Read a notebook.

        Raises:
            FileNotFoundError: There is no such file.
            TrackingError: The file is no notebook.
        """
        path = Path(os.path.realpath(path))
        try:
            text = path.read_text(encoding="utf-8")
            content = json.loads(text)
        except ValueError as error:
            msg = f"{path} is not a notebook: {error}"
            raise TrackingError(msg) from error
        if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
            msg = f"{path} is not a notebook of format 4: it has no cells"
            raise TrackingError(msg)
        return cls(path, text, content)

    # -- what it says -------------------------------------------------------------------------------------------------

    @property
    def metadata(self) -> Metadata | None:
        """What identifies the notebook; None if nothing does."""
        section = (self.content.get("metadata") or {}).get(SECTION)
        return dict(section) if isinstance(section, dict) and section else None

    @property
    def title(self) -> str | None:
        """The first heading of the first level in a markdown cell, without blanks and dots at its ends."""
        for lines in self._sources("markdown"):
            for line in lines:
                if line.startswith("# "):
                    return line.strip("#").strip(" .\t") or None
        return None

    @property
    def is_saved(self) -> bool:
        """Whether the file has the cell that is tracking it, and so what the user typed."""
        return any(_TRACK_CALL.search(cell) for cell in self.code)

    @property
    def code(self) -> list[str]:
        """The code cells."""
        return ["\n".join(lines) for lines in self._sources("code")]

    def _sources(self, kind: str) -> Iterator[list[str]]:
        for cell in self.content["cells"]:
            if cell.get("cell_type") == kind:
                source = cell.get("source") or ""
                yield (source if isinstance(source, str) else "".join(source)).splitlines()

    # -- writing ------------------------------------------------------------------------------------------------------

    def write_metadata(self, metadata: Metadata) -> None:
        """Put what identifies the notebook into the file, whole or not at all; everything else stays as it is.

        Raises:
            OSError: The file or its folder can't be written.
        """
        content = self.content | {"metadata": (self.content.get("metadata") or {}) | {SECTION: metadata}}
        indent = _INDENT.match(self.text)
        text = json.dumps(content, indent=indent["indent"] if indent else None, ensure_ascii=False)
        _replace(self.path, text + ("\n" if self.text.endswith("\n") else ""))


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name[:200]}.{os.getpid()}.tmp")
    try:
        temporary.write_text(text, encoding="utf-8", newline="\n")
        shutil.copymode(path, temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
