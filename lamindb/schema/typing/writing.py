"""``write_stubs``: the stubs of all mounted registries, those of plug-ins among them, in a folder for type checkers."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.display import mounted_schemas, registries_of
from lamindb.schema.typing.lookups import lookups
from lamindb.schema.typing.sources import HELPERS, lookup_module, query_stub, stub

if TYPE_CHECKING:
    from types import ModuleType

    from django.db.models import Model

_QUERY = "lnschema_core.query"
_HELPERS = '''\
# mypy: ignore-errors
import datetime as datetime
import decimal as decimal
import uuid as uuid
from typing import Any, Generic, TypeVar, overload

from lnschema_core.models.registry import FieldAttr
from lnschema_core.query import QuerySet

T = TypeVar("T")
R = TypeVar("R")

class Column(Generic[T]):
    """A field: of a registry, what stands for it; of a record, its value."""
    @overload
    def __get__(self, instance: None, owner: type) -> FieldAttr: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __set__(self, instance: object, value: T) -> None: ...

class Related(QuerySet[R]):
    """The records that a record is linked with."""
    def add(self, *records: R | str | int, bulk: bool = ..., through_defaults: Any = ...) -> None: ...
    def remove(self, *records: R | str | int, bulk: bool = ...) -> None: ...
    def set(self, records: Any, *, bulk: bool = ..., clear: bool = ..., through_defaults: Any = ...) -> None: ...
    def clear(self, *, bulk: bool = ...) -> None: ...
    def create(self, **fields: Any) -> R: ...
    def __getitem__(self, slot: Any) -> Any: ...

class Many(Generic[R]):
    """A relation to many records."""
    @overload
    def __get__(self, instance: None, owner: type) -> Any: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Related[R]: ...
'''


def write_stubs(output: str | Path = "typings", *, depth: int = 2) -> Path:
    """Write stubs of the mounted registries, with which a type checker knows their fields and the keywords of ``filter``.

    Args:
        output: The folder; set ``mypy_path`` to it. Its files are replaced.
        depth: How many relations the keywords of ``filter`` may cross.

    Returns:
        The folder.
    """
    folder = Path(output)
    registries = [registry for schema in mounted_schemas() for registry in registries_of(schema)]
    by_module: dict[str, dict[str, type[Model]]] = {}
    for registry in registries:
        by_module.setdefault(registry.__module__, {})[registry.__name__] = registry
    for module, defined in by_module.items():
        _write(folder, module, stub(_source(module), defined))
        _write_packages(folder, module, by_module)
    _write(folder, _QUERY, query_stub(_source(_QUERY)))
    _put(folder / HELPERS / "__init__.pyi", _HELPERS)
    for registry in registries:
        _put(folder / HELPERS / f"{lookup_module(registry)}.pyi", _lookup_stub(registry, depth))
    log.success(f"wrote stubs of {len(registries)} registries to {folder}: set `mypy_path` of your project to it")
    return folder


def _lookup_stub(registry: type[Model], depth: int) -> str:
    """The keywords of ``filter`` as a typed dictionary."""
    keywords = lookups(registry, depth)
    related = {value.rpartition(".")[0] for value in _registries_in(keywords)}
    head = ["# mypy: ignore-errors", "import datetime", "import decimal", "import uuid"]
    head += ["from collections.abc import Iterable", "from typing import Any, TypedDict"]
    head += [f"import {module}" for module in sorted(related)]
    lines = [f"    {name}: {value}" for name, value in keywords.items()]
    return "\n".join([*head, "class Lookups(TypedDict, total=False):", *lines, ""])


def _registries_in(keywords: dict[str, str]) -> set[str]:
    words = {word for value in set(keywords.values()) for word in value.removeprefix("Iterable[").split(" | ")}
    return {word for word in words if "." in word and word.partition(".")[0] not in {"datetime", "decimal", "uuid"}}


def _write_packages(folder: Path, module: str, written: dict[str, dict[str, type[Model]]]) -> None:
    """Write the stubs of the packages that a module is in: a checker takes the module from here only then."""
    parent = module.rpartition(".")[0]
    while parent:
        if parent not in written:
            _write(folder, parent, stub(_source(parent), {}))
        parent = parent.rpartition(".")[0]


def _write(folder: Path, module: str, text: str) -> None:
    path = folder.joinpath(*module.split("."))
    is_package = hasattr(_module(module), "__path__")
    _put(path / "__init__.pyi" if is_package else path.with_name(f"{path.name}.pyi"), text)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _source(module: str) -> str:
    file = _module(module).__file__
    return Path(file).read_text(encoding="utf-8") if file else ""


def _module(name: str) -> ModuleType:
    return sys.modules.get(name) or import_module(name)
