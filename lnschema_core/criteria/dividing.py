"""Reading what is in several files: by the workers of the session, a file each, if it has some. Knows no registry."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from lamindb.io import workers
from lamindb.io.streams.table import Chain
from lnschema_core.criteria.checking import ColumnCheck, check_table
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.criterion import Criterion

    Result = TypeVar("Result")


def check_columns(table: Table, criteria: Mapping[str, Criterion]) -> tuple[Table, dict[str, ColumnCheck]]:
    """Check columns, each by its criterion.

    Returns:
        The table, which now knows how many rows it has, and what was found in each column.
    """
    checks = {name: ColumnCheck(criterion, is_text=table.is_text) for name, criterion in criteria.items()}
    tables = []
    start = 0
    for one, n_rows, found in of_each(table, check_table, criteria, table.is_text):
        for name, check in checks.items():
            check.take_in(found[name], start)
        tables.append(one)
        start += n_rows
    return Chain(tables) if len(tables) > 1 else table, checks


def of_each(
    table: Table, function: Callable[..., Result], *arguments: object, is_for_workers: bool = True
) -> Iterator[Result]:
    """What a function returns of each of the tables that a table is made of, in their order."""
    tables = table.tables()
    is_divided = is_for_workers and len(tables) > 1
    calls = [((one, *arguments), is_divided and one.is_stored) for one in tables]
    return workers.results(settings.executor, function, calls)


def starts_of(table: Table) -> Iterator[int]:
    """Where each of the tables begins that a table is made of."""
    return accumulate((one.n_rows for one in table.tables()[:-1]), initial=0)
