"""Which distributions code imports, in which versions. Imports none of them."""

from __future__ import annotations

import ast
import re
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

# Magics of a whole cell whose body is Python.
_PYTHON_CELLS = ("%%time", "%%capture", "%%prun")
_MAGIC = re.compile(r"^(?P<indent>\s*)(?:[\w.,\s]+=\s*)?(?:[%!?].*|.*\?\s*)$")


def imported_modules(cells: Iterable[str]) -> set[str]:
    """The top-level modules that cells of a notebook import, without those of the standard library.

    Lines that only IPython understands are left out, and so are cells that are no Python.
    """
    names = {name for cell in cells for name in _imports_of(_python_of(cell))}
    return names - set(sys.stdlib_module_names)


def versions(modules: Iterable[str], distributions: Iterable[str] = ()) -> dict[str, str]:
    """The distributions that have the modules, and further ones, with their versions; ``""`` for what is not installed."""
    names = {name for module in modules for name in _distributions_of(module)} | set(distributions)
    return {name: version_of(name) or "" for name in sorted(names, key=str.lower)}


def version_of(distribution: str) -> str | None:
    """The version of an installed distribution."""
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return None


def _distributions_of(module: str) -> list[str]:
    """The distributions that have a module; most are named like it."""
    return [module] if version_of(module) is not None else _all_distributions().get(module) or [module]


@cache
def _all_distributions() -> dict[str, list[str]]:
    """The distributions by the modules that they have; to look through all of them takes a second."""
    from importlib import metadata

    return {module: list(names) for module, names in metadata.packages_distributions().items()}


def _python_of(cell: str) -> str:
    lines = cell.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(_PYTHON_CELLS):
        return ""
    return "\n".join(_without_magic(line) for line in lines)


def _without_magic(line: str) -> str:
    magic = _MAGIC.match(line)
    return line if magic is None else f"{magic['indent']}pass"


def _imports_of(code: str) -> Iterator[str]:
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield node.module.partition(".")[0]
