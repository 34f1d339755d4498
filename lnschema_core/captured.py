"""Files that runs leave by themselves: source code, environments and reports.

They are ordinary files, below a key that no user can give. A query of the registry leaves them out unless it names them, so
that code that counts, lists or looks through files sees what people registered. So does a query of the files of a storage
location or a user.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from lamindb.io.paths import AUTO_KEY_PREFIX
from lnschema_core.linked_order import LinkedOrderManager

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler

    from lnschema_core.query import QuerySet

KEY_PREFIX = f"{AUTO_KEY_PREFIX}runs/"
"""What the keys of captured files start with."""

_NAMING = {"id", "pk", "key"}


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
