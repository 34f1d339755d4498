"""Which script this process runs, and by what it is recognised when it runs again."""

from __future__ import annotations

import ast
import os
import sys
import sysconfig
import tokenize
from pathlib import Path

from lamindb.provenance import keeping, sources
from lamindb.provenance.frontend import shell
from lamindb.provenance.going_on import going_on
from lamindb.provenance.identity import Code, stem_from
from lamindb.provenance.repositories import repository_of


def running_script(user_id: str) -> Code | None:
    """What is known of the script that this process runs; None if it runs none, such as an interactive session.

    Args:
        user_id: The user to whom a script belongs that is in no repository.
    """
    path = find_script()
    if path is None:
        return None
    key = key_of(path, user_id)
    return Code(
        stem=stem_from(key),
        version=None,
        name=_first_line_of_docstring(path) or path.name,
        short_name=path.name,
        type="pipeline",
        reference=key.partition(" ")[2],
        reference_type="path",
        content=_content_of(path),
    )


def find_script() -> Path | None:
    """The file that this process runs, if it is one that somebody wrote to be run here.

    Programs that come with Python or with a distribution, such as test runners, are none.
    """
    if "PYTEST_CURRENT_TEST" in os.environ and "pytest" in sys.modules:
        return None
    for candidate in _candidates():
        path = Path(os.path.realpath(candidate))
        if path.is_file() and not _is_installed(path):
            return path
    return None


def key_of(path: Path, user_id: str) -> str:
    """The text that identifies a file: whose it is and, behind a blank, its path relative to what doesn't move.

    In a clone of a git repository that is the address of its origin, and for other files the user and their home: so the same
    script is recognised in every clone, on every machine, and different scripts of the same name are told apart.
    """
    repository = repository_of(path)
    if repository is not None:
        return f"repository {repository.origin}/{path.relative_to(repository.root).as_posix()}"
    home = Path(os.path.realpath(os.path.expanduser("~")))  # noqa: PTH111 - Path.home raises where there is none
    below_home = path.is_relative_to(home) and home != home.parent
    return f"{user_id} {f'~/{path.relative_to(home).as_posix()}' if below_home else path.as_posix()}"


def _candidates() -> list[str]:
    """Where the script may be told: by the main module, by IPython's ``%run``, by the command line."""
    session = shell()
    by_main = getattr(sys.modules.get("__main__"), "__file__", None)
    by_session = None if session is None else session.user_ns.get("__file__")
    return [str(path) for path in (by_main, by_session, *sys.argv[:1]) if path]


def _is_installed(path: Path) -> bool:
    folders = [sysconfig.get_path("scripts"), sysconfig.get_path("stdlib"), os.path.dirname(sys.executable)]  # noqa: PTH120 - may be empty
    in_folder = any(path.is_relative_to(os.path.realpath(folder)) for folder in folders if folder)
    return in_folder or bool({"site-packages", "dist-packages"} & set(path.parts))


def _content_of(path: Path) -> str | None:
    with going_on("the source code"):
        source = sources.source_of(path)
        return None if source is None else keeping.key_of(source)
    return None


def _first_line_of_docstring(path: Path) -> str | None:
    try:
        with tokenize.open(path) as file:
            docstring = ast.get_docstring(ast.parse(file.read()))
    except (OSError, SyntaxError, ValueError):
        return None
    return docstring.partition("\n")[0].strip() or None if docstring else None
