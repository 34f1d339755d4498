"""What the source has to keep to, beyond what the linters know."""

from __future__ import annotations

import ast
import builtins
import sys
from importlib import import_module

import pytest

from tests.house import source

# Standard modules that cost the start of the command line a measurable part of its time.
SLOW = {"asyncio", "difflib", "importlib", "tomllib", "traceback", "urllib"}


def test_no_circle_of_imports() -> None:
    """No module reaches itself through imports, those inside functions included."""
    assert source.knots() == []


@pytest.mark.parametrize("module", sorted(source.modules().keys() - {"lamindb._lazy"}))
def test_import_inside_a_function_has_a_reason(module: str) -> None:
    """An import inside a function is of a library, of a slow part of Python's, or of a room that needs a library."""
    hidden = [one for one in source.imports(module) if one.inside_function]
    assert [str(one) for one in hidden if not _may_wait(one.target)] == []


def _may_wait(target: str) -> bool:
    top_level = target.partition(".")[0]
    if top_level in sys.stdlib_module_names:
        return top_level in SLOW
    if not source.own(target):
        return True
    return target in source.modules() and bool(source.libraries_behind(target))


@pytest.mark.parametrize("module", sorted(source.modules().keys() - {"lamindb"}))
def test_nobody_inside_uses_the_door(module: str) -> None:
    """Our own modules import from the rooms and never through ``lamindb/__init__.py``."""
    through_the_door = [
        f"{module}:{node.lineno} imports {alias.name}"
        for node in ast.walk(source.tree(module))
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module == "lamindb")
        for alias in node.names
        if _is_behind_the_door(node, alias.name)
    ]
    assert through_the_door == []


def _is_behind_the_door(node: ast.Import | ast.ImportFrom, name: str) -> bool:
    if isinstance(node, ast.Import):
        return name == "lamindb"
    return f"lamindb.{name}" not in source.modules() and name != "__version__"


@pytest.mark.parametrize("package", ["lamindb", "lnschema_core", "lnschema_bionty"])
def test_no_module_is_named_like_a_name_of_its_door(package: str) -> None:
    """Importing a module never replaces what the door of its package exports under the same name."""
    names: dict[str, str] = getattr(import_module(package), "_NAMES", {})
    clashes = [
        name
        for name, address in names.items()
        if f"{package}.{name}" in source.modules() and address != f"{package}.{name}"
    ]
    assert clashes == []


@pytest.mark.parametrize("package", ["lamindb", "lamindb.setup", "lamindb.dev", "lnschema_core", "lnschema_bionty"])
def test_door_exports_its_table(package: str) -> None:
    """``__all__`` is a plain list, which type checkers can read, of the public names in the table of a door."""
    written = [
        node.value
        for node in source.tree(package).body
        if isinstance(node, ast.Assign | ast.AnnAssign) and ast.unparse(node).startswith("__all__")
    ]
    exported = set(ast.literal_eval(written[0]))
    table: dict[str, str] = import_module(package)._NAMES
    assert {name for name in table if not name.startswith("_")} <= exported
    assert exported <= {*table, *vars(import_module(package))}


def test_every_raised_error_is_in_errors() -> None:
    """What we raise is a class of ``lamindb.errors``, a builtin, Django's for a refused row or field, or click's to end a command."""
    known = set(vars(import_module("lamindb.errors"))) | set(vars(builtins)) | {"IntegrityError", "FieldError"}
    foreign = [
        f"{module}:{line} raises {name}"
        for module in source.modules()
        for line, name in _raised_classes(source.tree(module))
        if name.rpartition(".")[2] not in known and not name.startswith("click.")
    ]
    assert foreign == []


def _raised_classes(tree: ast.Module) -> list[tuple[int, str]]:
    raised = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    called = [(exc.lineno, ast.unparse(exc.func)) for exc in raised if isinstance(exc, ast.Call)]
    return [(line, name) for line, name in called if name.rpartition(".")[2][:1].isupper()]


def test_every_error_class_is_in_errors() -> None:
    """No other module defines an exception."""
    bases = {name for name, value in vars(builtins).items() if isinstance(value, type) and issubclass(value, Exception)}
    bases |= set(vars(import_module("lamindb.errors")))
    strays = [
        f"{module}:{node.lineno} {node.name}"
        for module in source.modules()
        if module != "lamindb.errors"
        for node in ast.walk(source.tree(module))
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base).rpartition(".")[2] in bases for base in node.bases)
    ]
    assert strays == []


@pytest.mark.parametrize("module", sorted(source.modules()))
def test_module_says_what_it_knows(module: str) -> None:
    """Every module starts with a docstring."""
    assert ast.get_docstring(source.tree(module))


def test_python_is_supported() -> None:
    """The tests run on a Python that the distribution admits."""
    assert sys.version_info >= (3, 11)
