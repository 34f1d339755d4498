"""What a schema package says about itself, and which there are. Imports no package and knows no Django."""

from __future__ import annotations

import ast
import pkgutil
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lamindb import __version__

ENTRY_POINTS = "lamindb.schemas"
"""The group in which a distribution may announce its package, so that it is listed before it is mounted."""

_PREFIX = "lnschema_"
_REQUIRES = "_requires_lamindb"
_OURS = {"lnschema_core", "lnschema_bionty"}


@dataclass(frozen=True)
class PackageFacts:
    """A package, as its ``__init__.py`` and its distribution describe it."""

    package: str
    path: Path | None
    """Its folder; None if it is not installed."""
    declared_version: str | None = None
    requires: str | None = None
    """The versions of lamindb that it says it works with, such as ``>=0.55,<0.60``."""

    @property
    def schema(self) -> str:
        """The name under which it is mounted."""
        return self.package.removeprefix(_PREFIX)

    @property
    def version(self) -> str | None:
        """Its version, as it says itself or as its distribution does."""
        if self.path is None or self.declared_version is not None:
            return self.declared_version
        return __version__ if self.package in _OURS else _distribution_version(self.package)

    @property
    def mismatch(self) -> str | None:
        """Why this version of lamindb doesn't suit the package; None if it does."""
        if self.requires is None:
            return None
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        try:
            suits = SpecifierSet(self.requires).contains(__version__, prereleases=True)
        except InvalidSpecifier:
            return f"its {_REQUIRES} is {self.requires!r}, which is no range of versions such as '>=0.55,<0.60'"
        return None if suits else f"it needs lamindb {self.requires}, and this is {__version__}"


def facts_of(package: str) -> PackageFacts:
    """What a package says about itself."""
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.submodule_search_locations:
        return PackageFacts(package, None)
    said = _said(Path(spec.origin)) if spec.origin else {}
    folder = Path(next(iter(spec.submodule_search_locations)))
    return PackageFacts(package, folder, said.get("__version__"), said.get(_REQUIRES))


def installed_packages() -> list[str]:
    """The schema packages beside core that can be found: by their names on the path, and by entry points."""
    from importlib.metadata import entry_points

    named = {module.name for module in pkgutil.iter_modules() if module.ispkg and module.name.startswith(_PREFIX)}
    announced = {point.value.partition(":")[0] for point in entry_points(group=ENTRY_POINTS)}
    return sorted({package for package in named | announced if package.startswith(_PREFIX)} - {"lnschema_core"})


def similar_schema(name: str) -> str | None:
    """The installed schema that a misspelt name may mean."""
    from difflib import get_close_matches

    schemas = [package.removeprefix(_PREFIX) for package in installed_packages()]
    found = get_close_matches(name.lower().removeprefix(_PREFIX), schemas, n=1)
    return found[0] if found else None


def _said(path: Path) -> dict[str, str]:
    """The texts that a module assigns to names at its top, read without running it."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return {}
    assigned = [node for node in tree.body if isinstance(node, ast.Assign | ast.AnnAssign)]
    said = {}
    for node in assigned:
        target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            said[target.id] = node.value.value
    return said


def _distribution_version(package: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, distribution, packages_distributions

    names = packages_distributions().get(package)
    try:
        return distribution(names[0]).version if names else None
    except PackageNotFoundError:
        return None
