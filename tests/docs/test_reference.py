"""The reference names what is public, and the changes what is new."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.docs.pages import DOCS

ROOMS = ["lamindb", "lamindb.setup", "lamindb.schema", "lamindb.dev", "lnschema_bionty"]
ALIASES = {"lamindb": "ln", "lamindb.setup": "ln.setup", "lamindb.schema": "ln.schema", "lamindb.dev": "ln.dev"}


@pytest.mark.parametrize("room", ROOMS)
def test_reference_names_what_is_public(room: str) -> None:
    """Every public name is in the reference as users write it."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    documented = set(re.findall(r"`((?:ln|lb)(?:\.\w+)+)", text))
    alias = ALIASES.get(room, "lb")
    public = [name for name in import_module(room).__all__ if not name.startswith("_")]
    assert [f"{alias}.{name}" for name in public if f"{alias}.{name}" not in documented] == []


def test_changes_of_this_version_are_told() -> None:
    """The installed version has a page that says what it changes for users."""
    major_minor = ".".join(import_module("lamindb").__version__.split(".")[:2])
    assert (DOCS / "changes" / f"{major_minor}.md").exists()


def test_decisions_are_numbered_without_gaps() -> None:
    """Decisions are numbered in the order they were made, and have the four parts of the template."""
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == ["Context", "Choice", "Given up"], page.name
