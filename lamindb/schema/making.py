"""``new``: a package with registries of one's own, from a template; needs no instance."""

from __future__ import annotations

import keyword
import re
from importlib.util import find_spec
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING

from lamindb import __version__, log
from lamindb.errors import InvalidSchemaName

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_SUFFIX = ".tmpl"
_OURS = {"core", "bionty"}


def new(name: str, *, folder: str | Path = ".", registry: str = "Sample") -> Path:
    """Make a schema package that works: registries, first migration, tests and what is needed to install it.

    Args:
        name: The name of the schema, such as ``wetlab``; the package is ``lnschema_wetlab``.
        folder: Where to make its folder ``lnschema-wetlab``.
        registry: The name of its first registry.

    Returns:
        The folder.

    Raises:
        FileExistsError: The folder is there already.
        InvalidSchemaName: The name can't be that of a schema, or a package of that name is installed.
    """
    from importlib.resources import files

    words = _words(name, registry)
    target = Path(folder) / words["distribution"]
    if target.exists():
        msg = f"{target} exists already: choose another name or folder."
        raise FileExistsError(msg)
    _check_free(words["package"])
    for source, path in _templates(files("lamindb.schema") / "template", Path()):
        place = target / str(path).replace("package", words["package"], 1)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(Template(source.read_text(encoding="utf-8")).substitute(words), encoding="utf-8")
    log.success(f"made {target}: `pip install -e {target}`, then `lamin schema add {name}` in an instance")
    return target


def _words(name: str, registry: str) -> dict[str, str]:
    """What is put into the templates."""
    if not _NAME.fullmatch(name) or name in _OURS:
        msg = f"{name!r} can't be the name of a schema: take small letters, digits and dashes, and neither `core` nor `bionty`."
        raise InvalidSchemaName(msg)
    if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", registry) or keyword.iskeyword(registry):
        msg = f"{registry!r} can't be the name of a registry: take a word that begins with a capital, such as `Sample`."
        raise InvalidSchemaName(msg)
    module = name.replace("-", "_")
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", registry).lower()
    return {
        "schema": name,
        "package": f"lnschema_{module}",
        "distribution": f"lnschema-{module.replace('_', '-')}",
        "title": module.replace("_", " "),
        "registry": registry,
        "model": registry.lower(),
        "accessor": f"{module}_{snake}s",
        "minimum": ".".join(__version__.split(".")[:2]),
        "core_migration": _last_core_migration(),
    }


def _last_core_migration() -> str:
    spec = find_spec("lnschema_core")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    (folder,) = spec.submodule_search_locations
    return max(path.stem for path in (Path(folder) / "migrations").glob("[0-9]*.py"))


def _check_free(package: str) -> None:
    if find_spec(package) is not None:
        msg = f"A package {package} is installed already: choose another name."
        raise InvalidSchemaName(msg)


def _templates(folder: Traversable, place: Path) -> list[tuple[Traversable, Path]]:
    """The templates with the paths of what is made from them."""
    found = []
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.is_dir():
            found += _templates(entry, place / entry.name)
        elif entry.name.endswith(_SUFFIX):
            found.append((entry, place / entry.name.removesuffix(_SUFFIX)))
    return found
