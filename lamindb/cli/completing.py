"""What a shell offers on <TAB>: names of instances and registries, ids, keys, columns. Reads the database raw.

Loading Django takes longer than a person waits for a completion. So tables are read directly, read-only, with a short
patience; whatever stands in the way, a missing instance or a busy database, means that nothing is offered.
"""

from __future__ import annotations

import ast
import re
import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import wraps
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from click.shell_completion import CompletionItem

from lamindb.cli.texts import QUERY_TEXT, Text
from lamindb.errors import LaminError, NoResultFound
from lamindb.setup import locations, sqlite_files
from lamindb.setup.current import settings
from lamindb.setup.postgres import direct

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import click

    from lamindb.setup.instances import InstanceSettings

P = ParamSpec("P")
T = TypeVar("T")

_PATIENCE = 0.1  # seconds to wait for a busy database
_MOST = 50
_EXPLANATIONS = ("name", "key", "description", "handle", "root")
_HARMLESS = re.compile(r"[\w./:@%+=,-]+")  # what every shell takes as one word without quotes
_NO_REGISTRIES = {"LinkORM", "models.Model"}  # bases of link tables and of plain models


# -- types of arguments -----------------------------------------------------------------------------------------------


class InstanceText(Text):
    """The name of an instance."""

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the instances of this machine."""
        return [CompletionItem(name) for name in instance_names(incomplete)]


class RegistryText(Text):
    """The name of a registry."""

    def shell_complete(
        self,
        ctx: click.Context,  # noqa: ARG002 - click's signature
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the registries of the instance."""
        return [CompletionItem(name) for name in registry_names(incomplete)]


class RecordText(Text):
    """The id or key of a record."""

    def __init__(self) -> None:
        super().__init__(QUERY_TEXT.longest)

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer ids, with names as their explanation, and keys."""
        return [CompletionItem(value, help=help_) for value, help_ in record_names(_registry(ctx), incomplete)]


class FilterText(RecordText):
    """A filter, ``column=value``."""

    def shell_complete(
        self,
        ctx: click.Context,
        param: click.Parameter,  # noqa: ARG002 - click's signature
        incomplete: str,
    ) -> list[CompletionItem]:
        """Offer the columns of the registry."""
        return [CompletionItem(f"{name}=") for name in column_names(_registry(ctx)) if name.startswith(incomplete)]


def _registry(context: click.Context) -> str:
    """The registry of the command line; click leaves it among the arguments if an option without value ends the line."""
    return str(context.params.get("registry") or next(iter(context.args), ""))


# -- names ------------------------------------------------------------------------------------------------------------


def or_nothing(find: Callable[P, list[T]]) -> Callable[P, list[T]]:
    """Find nothing where the instance or its database can't be read."""

    @wraps(find)
    def found(*args: P.args, **kwargs: P.kwargs) -> list[T]:
        try:
            return find(*args, **kwargs)
        except (LaminError, OSError, SyntaxError, ImportError, sqlite3.Error):
            return []
        except Exception as error:
            if type(error).__module__.partition(".")[0] not in {"psycopg2", "psycopg"}:
                raise
            return []

    return found


@or_nothing
def instance_names(incomplete: str) -> list[str]:
    """The instances of this machine, as ``owner/name``."""
    start = f"{locations.prefix()}instance--"
    stems = [path.stem.removeprefix(start) for path in locations.instance_files()]
    return _harmless([stem.replace("--", "/", 1) for stem in stems], incomplete)


@or_nothing
def registry_names(incomplete: str) -> list[str]:
    """The registries of the current instance: bare names of core, ``schema.Name`` of plug-ins."""
    with _connected() as database:
        return _harmless([*_tables(database)], incomplete)


@or_nothing
def column_names(registry: str) -> list[str]:
    """The columns of a registry."""
    with _connected() as database:
        return _columns(database, _table(database, registry))


@or_nothing
def record_names(registry: str, incomplete: str) -> list[tuple[str, str | None]]:
    """Ids and keys of a registry that begin as typed, each with a name that explains it."""
    with _connected() as database:
        table = _table(database, registry)
        columns = _columns(database, table)
        explanation = next((name for name in _EXPLANATIONS if name in columns), "id")
        found: list[tuple[str, str | None]] = []
        for column in [name for name in ("id", "key") if name in columns]:
            found += _values(database, table, column, explanation, incomplete)
    return [(value, help_) for value, help_ in found if _HARMLESS.fullmatch(value)]


def _harmless(names: list[str], incomplete: str) -> list[str]:
    return [name for name in names if name.startswith(incomplete) and _HARMLESS.fullmatch(name)]


# -- tables -----------------------------------------------------------------------------------------------------------


def _tables(database: Database) -> dict[str, str]:
    """Table per registry: the classes in the source of mounted packages for which the database has a table."""
    rows, _ = database.select(database.tables)
    existing = {row[0] for row in rows}
    found = {
        _registry_name(package, name): f"{package}_{name.lower()}"
        for package in database.packages
        for name in _classes_of_package(package)
    }
    return {name: table for name, table in found.items() if table in existing}


def _registry_name(package: str, name: str) -> str:
    return name if package == "lnschema_core" else f"{package.removeprefix('lnschema_')}.{name}"


def _table(database: Database, registry: str) -> str:
    wanted = registry.casefold().removeprefix("core.")
    tables = {name.casefold(): table for name, table in _tables(database).items()}
    if wanted not in tables:
        msg = f"no registry {registry!r}"
        raise NoResultFound(msg)
    return tables[wanted]


def _columns(database: Database, table: str) -> list[str]:
    _, names = database.select(f'SELECT * FROM "{table}" LIMIT 0')  # noqa: S608 - a table that exists
    return names


def _values(database: Database, table: str, column: str, explanation: str, start: str) -> list[tuple[str, str | None]]:
    """Values of a column that begin with a text, through its index."""
    statement = (
        f'SELECT "{column}", "{explanation}" FROM "{table}" '  # noqa: S608 - names that exist in the database
        f'WHERE "{column}" >= {database.parameter} AND "{column}" < {database.parameter} '
        f'ORDER BY "{column}" LIMIT {_MOST}'
    )
    rows, _ = database.select(statement, start, f"{start}\U0010ffff")
    return [(str(value), None if help_ in {None, value} else str(help_)) for value, help_ in rows]


def _classes_of_package(package: str) -> Iterator[str]:
    spec = find_spec(package)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        for path in [Path(folder, "models.py"), *sorted(Path(folder, "models").glob("*.py"))]:
            if path.is_file():
                yield from _classes_in(path.read_bytes())


def _classes_in(source: bytes) -> Iterator[str]:
    """The classes of a module that are neither link tables nor plain models of Django."""
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef) and not _NO_REGISTRIES & {*map(ast.unparse, node.bases)}:
            yield node.name


# -- the database -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Database:
    """The database of the current instance, opened to read."""

    connection: Any
    packages: tuple[str, ...]
    parameter: str
    tables: str
    """The statement that lists the tables."""

    def select(self, statement: str, *parameters: str) -> tuple[list[Any], list[str]]:
        """The rows of a statement, and the names of their columns."""
        with closing(self.connection.cursor()) as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall(), [column[0] for column in cursor.description]


@contextmanager
def _connected() -> Iterator[Database]:
    instance = settings.instance
    database = _sqlite(instance) if instance.dialect == "sqlite" else _postgres(instance)
    with closing(database.connection):
        yield database


def _sqlite(instance: InstanceSettings) -> Database:
    connection = sqlite3.connect(sqlite_files.read_only_uri(instance.sqlite_file), uri=True, timeout=_PATIENCE)
    return Database(connection, instance.packages, "?", "SELECT name FROM sqlite_master WHERE type = 'table'")


def _postgres(instance: InstanceSettings) -> Database:
    connection = direct.connect(instance.db, patience=1)
    with closing(connection.cursor()) as cursor:  # begins the transaction of all that is asked; pools take no options
        cursor.execute("SET TRANSACTION READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 150")
    return Database(connection, instance.packages, "%s", "SELECT tablename FROM pg_catalog.pg_tables")
