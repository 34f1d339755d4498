"""Pages of the documentation and the blocks of code in them. Knows Markdown and nothing of LaminDB."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
DOCS = REPOSITORY / "docs"

_BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\((?P<target>[^)#\s]+)")
_ELSEWHERE = ("pip ", "nox ", "git ", "apt-get ", "brew ")


@dataclass(frozen=True)
class Block:
    """A block of code on a page."""

    language: str
    code: str
    place: str


def all_pages() -> list[Path]:
    """Every page, the README first."""
    return [REPOSITORY / "README.md", *sorted(DOCS.rglob("*.md"))]


def name(page: Path) -> str:
    """The page as people would call it."""
    return str(page.relative_to(REPOSITORY))


def blocks(page: Path) -> list[Block]:
    """The blocks of a page that can run: Python, and shell without the lines that install things."""
    text = page.read_text(encoding="utf-8")
    found = []
    for match in _BLOCK.finditer(text):
        line = text.count("\n", 0, match.start()) + 1
        block = Block(match["language"], match["code"], f"{name(page)}:{line}")
        if block.language == "python" or (block.language == "shell" and commands(block)):
            found.append(block)
    return found


def commands(block: Block) -> str:
    """The lines of a shell block that run here."""
    lines = [line for line in block.code.splitlines() if line.strip() and not line.startswith((*_ELSEWHERE, "#"))]
    return "\n".join(lines)


def links(page: Path) -> list[str]:
    """The relative links of a page."""
    targets = [match["target"] for match in _LINK.finditer(page.read_text(encoding="utf-8"))]
    return [target for target in targets if "://" not in target and not target.startswith("mailto:")]
