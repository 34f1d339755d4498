"""Modules rewritten as stubs: the code of functions goes, fields get the types of their values.

Knows syntax trees and the declarations of registries.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from lamindb.schema.typing.lookups import path_of, value_type

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

HELPERS = "_lamindb_typing"
"""The stub package with descriptors and lookups; there is none at run time."""

_LAZY = {"__getattr__", "__dir__"}
_ELLIPSIS = ast.parse("...").body

_QUERY_METHODS = """
def get(self, *args: typing.Any, **expressions: typing.Any) -> RecordT: ...
def all(self) -> typing.Self: ...
def filter(self, *args: typing.Any, **expressions: typing.Any) -> typing.Self: ...
def exclude(self, *args: typing.Any, **expressions: typing.Any) -> typing.Self: ...
def order_by(self, *fields: typing.Any) -> typing.Self: ...
def distinct(self, *fields: str) -> typing.Self: ...
def count(self) -> int: ...
def exists(self) -> bool: ...
def last(self) -> RecordT | None: ...
def __iter__(self) -> typing.Iterator[RecordT]: ...
def __len__(self) -> int: ...
def __bool__(self) -> bool: ...
@typing.overload
def __getitem__(self, index: int) -> RecordT: ...
@typing.overload
def __getitem__(self, index: slice) -> typing.Self: ...
"""


def stub(source: str, registries: Mapping[str, type[Model]]) -> str:
    """The stub of a module.

    Args:
        source: Its source.
        registries: The registries that it defines, by name.
    """
    body = _statements(ast.parse(source).body, registries)
    modules = {"typing", "lnschema_core.query", HELPERS}
    for registry in registries.values():
        modules |= {f"{HELPERS}.{lookup_module(registry)}", *_modules_of_relations(registry)}
    imports = "".join(f"import {module}\n" for module in sorted(modules)) if registries else ""
    return f"# mypy: ignore-errors\n{imports}{ast.unparse(ast.Module(body, []))}\n"


def query_stub(source: str) -> str:
    """The stub of the module of query sets, with what these have from Django."""
    body = _statements(ast.parse(source).body, {})
    for node in body:
        if isinstance(node, ast.ClassDef) and node.name == "QuerySet":
            node.body += ast.parse(_QUERY_METHODS).body
    return f"# mypy: ignore-errors\nimport typing\n{ast.unparse(ast.Module(body, []))}\n"


def lookup_module(registry: type[Model]) -> str:
    """The name of the stub module with the lookups of a registry."""
    return f"{registry._meta.app_label}_{registry.__name__.lower()}"


# -- modules ----------------------------------------------------------------------------------------------------------


def _statements(body: Iterable[ast.stmt], registries: Mapping[str, type[Model]]) -> list[ast.stmt]:
    """The statements that a stub keeps."""
    kept: list[ast.stmt] = []
    overloaded: set[str] = set()
    for node in body:
        if isinstance(node, ast.If):  # for type checkers, or a gate that is open once the package is mounted
            kept += _statements(node.body, registries)
        elif isinstance(node, ast.ImportFrom):
            kept.append(_reexported(node))
        elif isinstance(node, ast.ClassDef):
            kept.append(_class(node, registries))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name not in overloaded | _LAZY or _is_overload(node):
                kept.append(_function(node))
            overloaded |= {node.name} if _is_overload(node) else set()
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.Import) and not _names(node) & _LAZY:
            kept.append(node)
    return kept


def _names(node: ast.stmt) -> set[str]:
    return {name.id for name in ast.walk(node) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)}


def _reexported(node: ast.ImportFrom) -> ast.ImportFrom:
    """An import whose names others may import from the stub."""
    if node.module == "__future__":
        return node
    names = [ast.alias(name.name, name.asname or (None if name.name == "*" else name.name)) for name in node.names]
    return ast.ImportFrom(node.module, names, node.level)


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    return any(ast.unparse(one).rpartition(".")[2] == "overload" for one in node.decorator_list)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.stmt:
    node.body = _ELLIPSIS
    return node


# -- registries -------------------------------------------------------------------------------------------------------


def _class(node: ast.ClassDef, registries: Mapping[str, type[Model]]) -> ast.ClassDef:
    registry = registries.get(node.name)
    members = _statements(node.body, {})
    if registry is not None:
        described = _members(registry)
        taken = {*described, "filter", "select", "Meta"}
        members = [member for member in members if not _defined(member) & taken]
        lines = [f"{name}: {annotation}" for name, annotation in described.items()]
        members = [*ast.parse("\n".join([*lines, *_queries(registry)])).body, *members]
    node.body = members or _ELLIPSIS
    return node


def _defined(node: ast.stmt) -> set[str]:
    return {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else _names(node)


def _queries(registry: type[Model]) -> list[str]:
    """The verbs whose keywords are the lookups of the registry."""
    keywords = f"**expressions: typing.Unpack[{HELPERS}.{lookup_module(registry)}.Lookups]"
    result = "lnschema_core.query.QuerySet[typing.Self]"
    return [f"@classmethod\ndef {verb}(cls, {keywords}) -> {result}: ..." for verb in ("filter", "select")]


def _members(registry: type[Model]) -> dict[str, str]:
    """The fields of a registry and its accessors to others, each with its type."""
    members = {}
    fields: list[Any] = registry._meta.get_fields()
    for field in fields:
        name = field.get_accessor_name() if field.auto_created and not field.concrete else field.name
        target: Any = field.related_model if field.is_relation else None
        if name is None:
            continue
        if not isinstance(target, type):
            members[name] = f"{HELPERS}.Column[{_optional(value_type(field), field)}]"
        elif field.one_to_many or field.many_to_many:
            members[name] = f"{HELPERS}.Many[{path_of(target)}]"
        else:
            members[name] = f"{HELPERS}.Column[{_optional(path_of(target), field)}]"
            if field.concrete:
                members[field.attname] = f"{HELPERS}.Column[{_optional(value_type(field), field)}]"
    return members


def _optional(annotation: str, field: Any) -> str:
    prefix = f"{HELPERS}." if annotation.partition(".")[0] in {"datetime", "decimal", "uuid"} else ""
    annotation = "typing.Any" if annotation == "Any" else f"{prefix}{annotation}"
    return f"{annotation} | None" if field.null else annotation


def _modules_of_relations(registry: type[Model]) -> set[str]:
    related: list[Any] = [field.related_model for field in registry._meta.get_fields() if field.is_relation]
    return {target.__module__ for target in related if isinstance(target, type)}
