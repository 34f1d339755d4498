"""Every example of the documentation runs as it stands."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.docs import pages
from tests.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

_RUNNER = """
import subprocess
namespace = {{"__name__": "__main__"}}
for language, code, place in {blocks!r}:
    print(">>>", place, flush=True)
    if language == "shell":
        subprocess.run(["bash", "-e", "-c", code], check=True, stdin=subprocess.DEVNULL)
    else:
        exec(compile(code, place, "exec"), namespace)
"""


@pytest.mark.slow
@pytest.mark.parametrize("page", [page for page in pages.all_pages() if pages.blocks(page)], ids=pages.name)
def test_examples_of_a_page_run(page: Path, tmp_path: Path) -> None:
    """The blocks of a page run one after the other: the shell's, and Python's in one namespace."""
    user = _user_with_lamin_on_the_path(tmp_path)
    blocks = [
        (block.language, pages.commands(block) if block.language == "shell" else block.code, block.place)
        for block in pages.blocks(page)
    ]
    if not any("lamin init" in code or "setup.init(" in code for _, code, _ in blocks):
        user.lamin("init", "--storage", "storage")
    user.python(_RUNNER.format(blocks=blocks), timeout=300)


@pytest.mark.parametrize("page", pages.all_pages(), ids=pages.name)
def test_links_lead_somewhere(page: Path) -> None:
    """What a page links to in this repository is there."""
    assert [target for target in pages.links(page) if not (page.parent / target).exists()] == []


def test_pages_are_found_by_following_links() -> None:
    """Whoever clicks on from the README gets to every page; a link to a folder leads to the pages in it."""
    reached = pages.all_pages()[:1]
    for page in reached:
        targets = [(page.parent / target).resolve() for target in pages.links(page)]
        found = [one for target in targets for one in (target.glob("*.md") if target.is_dir() else [target])]
        reached += [one for one in dict.fromkeys(found) if one.suffix == ".md" and one not in reached]
    assert [pages.name(page) for page in pages.all_pages() if page not in reached] == []


def test_a_failing_example_fails(tmp_path: Path) -> None:
    """The error of a block is the error of its page, with the line of the page."""
    user = Sandbox(tmp_path / "home")
    done = user.python(
        _RUNNER.format(blocks=[("python", "x = 1", "a.md:1"), ("python", "x / 0", "a.md:5")]), check=False
    )
    assert done.returncode == 1
    assert 'File "a.md:5"' in done.stderr


def _user_with_lamin_on_the_path(folder: Path) -> Sandbox:
    commands = folder / "bin"
    commands.mkdir()
    start = f'exec {sys.executable} -c "import sys; from lamindb.cli import main; sys.exit(main())" "$@"'
    (commands / "lamin").write_text(f"#!/bin/sh\n{start}\n")
    (commands / "lamin").chmod(0o755)
    user = Sandbox(folder / "home")
    user.environment["PATH"] = f"{commands}:{user.environment['PATH']}"
    return user
