"""What the source says: modules, their imports, and where these stand. Reads files and imports nothing of them."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPOSITORY = Path(__file__).parent.parent.parent
PACKAGES = ("lamindb", "lnschema_core", "lnschema_bionty")


@dataclass(frozen=True)
class Import:
    """One imported module, as seen from the module that imports it."""

    module: str
    target: str
    line: int
    inside_function: bool

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.target}"


@cache
def modules() -> dict[str, Path]:
    """All our modules by dotted name; migrations and shims are frozen texts and not among them."""
    files = [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py")]
    house = [path for path in files if not {"migrations", "_shims"} & set(path.relative_to(REPOSITORY).parts)]
    return {_dotted(path): path for path in sorted(house)}


@cache
def tree(module: str) -> ast.Module:
    """The syntax tree of one of our modules."""
    return ast.parse(modules()[module].read_text(encoding="utf-8"))


@cache
def imports(module: str) -> tuple[Import, ...]:
    """All imports of a module that happen at run time, those inside functions included."""
    collector = _Collector(module)
    collector.visit(tree(module))
    return tuple(collector.found)


def own(target: str) -> bool:
    """Whether a module is one of ours."""
    return target.partition(".")[0] in PACKAGES


@cache
def libraries_behind(module: str) -> frozenset[str]:
    """The libraries that one of our modules and those it imports use, at import or when they work."""
    libraries: set[str] = set()
    seen: set[str] = set()
    pending = [module]
    while pending:
        current = pending.pop()
        if current in seen:
            continue
        seen.add(current)
        for target in (found.target for found in imports(current)):
            top_level = target.partition(".")[0]
            if target in modules():
                pending.append(target)
            elif not own(target) and top_level not in sys.stdlib_module_names:
                libraries.add(top_level)
    return frozenset(libraries)


def knots() -> list[list[str]]:
    """Groups of our modules that import each other in a circle, imports inside functions counted (Tarjan)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(module: str) -> None:
        index[module] = low[module] = len(index)
        stack.append(module)
        for target in {one.target for one in imports(module)} & modules().keys():
            if target not in index:
                visit(target)
            if target in stack:
                low[module] = min(low[module], low[target])
        if low[module] == index[module]:
            knot = stack[stack.index(module) :]
            del stack[stack.index(module) :]
            if len(knot) > 1 or any(one.target == module for one in imports(module)):
                found.append(sorted(knot))

    for module in modules():
        if module not in index:
            visit(module)
    return found


class _Collector(ast.NodeVisitor):
    def __init__(self, module: str) -> None:
        self.module = module
        self.depth = 0
        self.found: list[Import] = []

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.depth += 1
        self.generic_visit(node)
        self.depth -= 1

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815 - named by ast
    visit_Lambda = visit_FunctionDef  # noqa: N815 - named by ast

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) in {"TYPE_CHECKING", "typing.TYPE_CHECKING"}:
            for statement in node.orelse:
                self.visit(statement)
        else:
            self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            self._add(alias.name, node.lineno)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        base = self._absolute(node)
        for alias in node.names:
            target = f"{base}.{alias.name}"
            if alias.name != "__version__":  # of the package, which is there before any of its modules
                self._add(target if target in modules() else base, node.lineno)

    def visit_Call(self, node: ast.Call) -> None:
        called = ast.unparse(node.func).rpartition(".")[2]
        if called == "import_module" and node.args and isinstance(node.args[0], ast.Constant):
            self._add(str(node.args[0].value), node.lineno)
        self.generic_visit(node)

    def _add(self, target: str, line: int) -> None:
        self.found.append(Import(self.module, target, line, self.depth > 0))

    def _absolute(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        is_package = modules()[self.module].name == "__init__.py"
        parts = self.module.split(".")
        base = parts[: len(parts) - node.level + is_package]
        return ".".join([*base, *([node.module] if node.module else [])])


def _dotted(path: Path) -> str:
    parts = path.relative_to(REPOSITORY).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
