"""Files that runs leave by themselves: source code, environments and reports.

They are ordinary files, below a key that no user can give. A query of the registry leaves them out unless it names them, so
that code that counts, lists or looks through files sees what people registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb.io.paths import AUTO_KEY_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

KEY_PREFIX = f"{AUTO_KEY_PREFIX}runs/"
"""What the keys of captured files start with."""

_NAMING = {"id", "pk", "key"}


def names_files(expressions: Iterable[str]) -> bool:
    """Whether expressions of a query name files by id or key, and so mean captured ones, too."""
    return any(expression.partition("__")[0] in _NAMING for expression in expressions)


def without_captured(files: Any) -> Any:
    """A query set of files without those that runs captured."""
    return files.exclude(key__startswith=KEY_PREFIX)


class IsCaptured(models.Func):
    """A condition on a key of a file: it is that of a file that a run captured. An index of those files alone tells it.

    Databases use that index only where its condition is written out, and SQLite takes another one unless it is told.
    """

    _TEMPLATE = "EXISTS (SELECT 1 FROM lnschema_core_file AS captured{index} WHERE captured.id = %(expressions)s AND {condition})"

    def __init__(self, key: str) -> None:
        super().__init__(models.F(key), output_field=models.BooleanField())

    def as_sqlite(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """See https://www.sqlite.org/partialindex.html and https://www.sqlite.org/lang_indexedby.html."""
        condition = f"captured.key LIKE '{KEY_PREFIX}%%%%' ESCAPE '\\'"
        template = self._TEMPLATE.format(index=" INDEXED BY captured_files", condition=condition)
        return super().as_sql(compiler, connection, template=template, **extra_context)

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **extra_context: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """See https://www.postgresql.org/docs/current/indexes-partial.html."""
        condition = f"captured.key::text LIKE '{KEY_PREFIX}%%%%'"
        template = self._TEMPLATE.format(index="", condition=condition)
        return super().as_sql(compiler, connection, template=template, **extra_context)
