"""What a table is to those who look at it column by column, part by part."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, NamedTuple

from lamindb.errors import UnreadableData

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pandas as pd

INDEX = "index"
"""The name under which the index of a table is read, where no column has that name."""

ROWS = 262_144
"""How many rows a part has at most, of what is read from files."""


class Part(NamedTuple):
    """A run of rows of one column."""

    column: str
    start: int
    """The position of the first row in the table."""
    data: pd.Series[Any]


class Table(ABC):
    """A table that can be read several times, from the first row to the last.

    Attributes:
        columns: The names of all columns, in order, as they are.
        is_text: Whether all values are given as they are written, so that numbers are texts.
        is_stored: Whether it is read from an address, so that another process can read it.
    """

    columns: Sequence[Any]
    is_text: bool = False
    is_stored: bool = False

    @property
    @abstractmethod
    def n_rows(self) -> int:
        """The number of rows."""

    @property
    def has_index(self) -> bool:
        """Whether there is an index to be read under the name :data:`INDEX`."""
        return False

    @abstractmethod
    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read some columns, each of its rows once and in order; columns may take turns."""

    def tables(self) -> Sequence[Table]:
        """The tables that are read one after the other: several where a table is made of several."""
        return [self]

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """What the index calls the rows at some positions; the positions themselves where there is no index."""
        return list(positions)

    def names_index(self, column: str) -> bool:
        """Whether a name stands for the index."""
        return column == INDEX and self.has_index and INDEX not in self.columns


class Renamed(Table):
    """A table some of whose columns have other names.

    Args:
        table: The table.
        names: The old names by the new ones.
    """

    def __init__(self, table: Table, names: Mapping[str, Any]) -> None:
        new = {old: name for name, old in names.items()}
        self.table = table
        self.names = dict(names)
        self.columns = [new.get(name, name) for name in table.columns]
        self.is_text = table.is_text
        self.is_stored = table.is_stored

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return self.table.n_rows

    def tables(self) -> Sequence[Table]:
        """The tables that it is made of, each with the new names."""
        tables = self.table.tables()
        return [self] if len(tables) == 1 else [Renamed(table, self.names) for table in tables]

    @property
    def has_index(self) -> bool:
        """Whether the table has one."""
        return self.table.has_index

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read the columns under their new names."""
        stored = {self.names.get(name, name): name for name in columns}
        for part in self.table.scan(list(stored)):
            yield part._replace(column=stored[part.column])

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """What the index calls the rows."""
        return self.table.labels(positions)


class Chain(Table):
    """Several tables one after the other, as far as they have the same columns."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        first, *others = tables
        shared = set(first.columns).intersection(*(table.columns for table in others))
        self.columns = [name for name in first.columns if name in shared]
        self.is_text = any(table.is_text for table in tables)

    def tables(self) -> Sequence[Table]:
        """The tables that it is made of."""
        return self._tables

    @property
    def n_rows(self) -> int:
        """The rows of all tables."""
        return sum(table.n_rows for table in self._tables)

    @property
    def has_index(self) -> bool:
        """Whether all tables have one."""
        return all(table.has_index for table in self._tables)

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read one table after the other."""
        start = 0
        for table in self._tables:
            for part in table.scan(columns):
                yield part._replace(start=part.start + start)
            start += table.n_rows

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """What the indexes of the tables call the rows."""
        labels: dict[int, Any] = {}
        start = 0
        for table in self._tables:
            stop = start + table.n_rows
            own = [position for position in positions if start <= position < stop]
            if own:
                labels |= dict(zip(own, table.labels([position - start for position in own]), strict=True))
            start = stop
        return [labels[position] for position in positions]


def unreadable(path: object, kind: str, error: Exception) -> UnreadableData:
    """The error for a file that isn't what its suffix says."""
    lines = str(error).strip().splitlines()
    return UnreadableData(f"{path} can't be read as {kind}: {lines[0] if lines else type(error).__name__}")
