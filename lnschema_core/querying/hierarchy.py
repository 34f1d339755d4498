"""Records with all that is above or below them: conditions on query sets, answered by one recursive statement.

Any registry with a many-to-many field ``parents`` to itself has a hierarchy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import ManyToManyField
    from django.db.models.sql.compiler import SQLCompiler

    from lnschema_core.query import QuerySet

# Every record is visited once, whatever the number of paths to it; the search ends in circles, too.
_REACHED = (
    "%(key)s IN (WITH RECURSIVE reached(id) AS (SELECT * FROM %(start)s AS start UNION SELECT links.{far} FROM reached "
    "JOIN {links} AS links ON links.{near} = reached.id) SELECT id FROM reached)"
)


def with_ancestors(records: QuerySet[Any]) -> QuerySet[Any]:
    """The records of a query set and all above them: parents, parents of parents, and so on.

    Raises:
        NotImplementedError: Records of this registry have no parents.
    """
    return _reached(records, children=False)


def with_descendants(records: QuerySet[Any]) -> QuerySet[Any]:
    """The records of a query set and all below them: children, children of children, and so on.

    Raises:
        NotImplementedError: Records of this registry have no parents.
    """
    return _reached(records, children=True)


def parents_relation(registry: Any) -> ManyToManyField[Any, Any]:
    """The relation of the records of a registry to their parents.

    Raises:
        NotImplementedError: They have none.
    """
    try:
        relation: ManyToManyField[Any, Any] = registry._meta.get_field("parents")
    except FieldDoesNotExist as error:
        msg = f"{registry.__name__} has no field `parents`, and so no hierarchy"
        raise NotImplementedError(msg) from error
    return relation


def _reached(records: QuerySet[Any], *, children: bool) -> QuerySet[Any]:
    relation = parents_relation(records.model)
    start = records if records.query.is_sliced else records.order_by()
    found: QuerySet[Any] = records.model._default_manager.using(records.db).filter(
        _Reached(relation, start.values("pk"), children=children)
    )
    return found


class _Reached(models.Func):
    """A condition: the record is one of those that can be reached from the records of a query set."""

    def __init__(
        self, relation: ManyToManyField[Any, Any], start: models.QuerySet[Any, Any], *, children: bool
    ) -> None:
        super().__init__(models.F("pk"), models.Subquery(start), output_field=models.BooleanField())
        columns = relation.m2m_column_name(), relation.m2m_reverse_name()
        self.near, self.far = reversed(columns) if children else columns
        self.links = relation.m2m_db_table()

    def as_sql(  # type: ignore[override]
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """One ``IN`` with a recursive common table expression; the same for SQLite and Postgres."""
        quote = connection.ops.quote_name
        key, start = (compiler.compile(one) for one in self.source_expressions)
        statement = _REACHED.format(far=quote(self.far), near=quote(self.near), links=quote(self.links))
        sql = statement.replace("%(key)s", key[0]).replace("%(start)s", start[0])
        return sql, (*key[1], *start[1])
