"""Public ontologies need no instance; their tests have settings and a cache of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.files import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.servers.files import FileServer


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache of public ontologies, empty; the user has no sources and choices of their own."""
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path / "settings"))
    monkeypatch.setenv("LAMIN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache" / "bionty"


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server of files on this machine."""
    with serving() as running:
        yield running


OBO = """format-version: 1.2
ontology: my

[Term]
id: MY:1
name: thing
def: "What there is." [me:me]

[Term]
id: MY:2
name: small thing
alt_id: MY:7
synonym: "thinglet" EXACT []
synonym: "stuff" BROAD []
is_a: MY:1

[Term]
id: MY:3
name: obsolete thing
is_obsolete: true
replaced_by: MY:2

[Term]
id: OTHER:1
name: of another ontology
"""


@pytest.fixture
def obo(tmp_path: Path) -> Path:
    """A small ontology as an OBO file."""
    path = tmp_path / "my.obo"
    path.write_text(OBO)
    return path
