"""Files that runs leave by themselves: source code, environments and reports.

They are ordinary files, below a key that no user can give. A query of the registry leaves them out unless it names them, so
that code that counts, lists or looks through files sees what people registered. So does a query of the files of a storage
location or a user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb.io.paths import AUTO_KEY_PREFIX
from lnschema_core import ids
from lnschema_core.linked_order import LinkedOrderManager

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from lnschema_core.query import QuerySet

KEY_PREFIX = f"{AUTO_KEY_PREFIX}runs/"
"""What the keys of captured files start with."""

ID_PREFIX = "0000"
"""What their ids start with, for knowing that nearly all other files are none without looking them up; the key decides."""

OTHERS = "captured_files_of_other_ids"
"""The index of captured files whose ids don't start like that: there are none, unless an id or a key was given by hand."""

_NAMING = {"id", "pk", "key"}


def new_id() -> str:
    """The id of a new file that a run captures."""
    return ID_PREFIX + ids.base62_16()


def names_files(expressions: Iterable[str]) -> bool:
    """Whether expressions of a query name files by id or key, and so mean captured ones, too."""
    return any(expression.partition("__")[0] in _NAMING for expression in expressions)


def without_captured(files: Any) -> Any:
    """A query set of files without those that runs captured."""
    return files.exclude(key__startswith=KEY_PREFIX)


class FileManager(LinkedOrderManager):
    """Gives all files, or those of another record: in the order in which they were linked, and without captured ones."""

    def get_queryset(self) -> QuerySet[Any]:
        """All files, or those of a record."""
        files = super().get_queryset()
        return without_captured(files) if self._is_of_a_reference() else files

    def _is_of_a_reference(self) -> bool:
        """Whether these are the files that have a foreign key to a record, such as a storage location."""
        return hasattr(self, "instance") and not hasattr(self, "through")


class IsShown(models.Func):
    """A condition on a foreign key to a file: no run captured the file. Indexes tell it.

    There are as many captured files as runs, but hardly any links to them. So links are looked for that have the id of a captured file,
    instead of comparing all links with all captured files; an index has those files that runs captured under other ids.
    Databases use that index only where its condition is written out.
    """

    _LINKED = (
        "%(expressions)s NOT IN (SELECT linked.{column} FROM {table} AS linked WHERE linked.{column} {is_given} "
        "AND (SELECT key FROM lnschema_core_file WHERE id = linked.{column}){text} LIKE {key})"
    )
    _OTHERS = "SELECT id FROM lnschema_core_file{index} WHERE key{text} LIKE {key} AND NOT (id{text} LIKE {id})"

    def __init__(self, key: str) -> None:
        super().__init__(models.F(key), output_field=models.BooleanField())

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """SQLite takes another index unless it is told, and finds beginnings in an index by ``GLOB``.

        See https://www.sqlite.org/lang_indexedby.html and https://www.sqlite.org/optoverview.html#the_like_optimization.
        """
        template = f"({self._LINKED} AND %(expressions)s NOT IN ({self._OTHERS}))".format(
            **self._link(connection),
            index=f" INDEXED BY {OTHERS}",
            is_given=f"GLOB '{ID_PREFIX}*'",
            id=f"'{ID_PREFIX}%%%%' ESCAPE '\\'",
            key=f"'{KEY_PREFIX}%%%%' ESCAPE '\\'",
            text="",
        )
        return super().as_sql(compiler, connection, template=template, **extra_context)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """Postgres expects many other ids, and would look each link up among them if they weren't in its order.

        See https://www.postgresql.org/docs/current/indexes-partial.html.
        """
        others = f"NOT EXISTS (SELECT FROM ({self._OTHERS} ORDER BY id) AS other WHERE other.id = %(expressions)s)"
        template = f"({self._LINKED} AND {others})".format(
            **self._link(connection),
            index="",
            is_given=f"LIKE '{ID_PREFIX}%%%%'",
            id=f"'{ID_PREFIX}%%%%'",
            key=f"'{KEY_PREFIX}%%%%'",
            text="::text",
        )
        return super().as_sql(compiler, connection, template=template, **extra_context)

    def _link(self, connection: BaseDatabaseWrapper) -> dict[str, str]:
        (key,) = self.get_source_expressions()
        quoted = connection.ops.quote_name
        return {"table": quoted(key.target.model._meta.db_table), "column": quoted(key.target.column)}
