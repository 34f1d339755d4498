"""Tables in parquet files: the columns that are asked for, some rows at a time."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.io.streams.memory import ArrowIndex, as_series
from lamindb.io.streams.opening import open_for_parts
from lamindb.io.streams.table import ROWS, Part, Table, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    import pyarrow.parquet as pq
    from upath import UPath


class ParquetTable(Table):
    """A parquet file, local or in the cloud."""

    is_stored = True

    def __init__(self, path: Path | UPath) -> None:
        self.path = path
        self.columns = self._index.other_columns

    @cached_property
    def schema(self) -> pa.Schema:
        """The names and types of all columns."""
        with self.opened() as file:
            return file.schema_arrow

    @cached_property
    def _index(self) -> ArrowIndex:
        return ArrowIndex(self.schema)

    @cached_property
    def n_rows(self) -> int:
        """The number of rows, of which the file tells."""
        with self.opened() as file:
            return int(file.metadata.num_rows)

    @property
    def has_index(self) -> bool:
        """Whether one of the columns is the index of a frame."""
        return self._index.column is not None

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read the columns side by side."""
        stored = {name: self._index.column if self.names_index(name) else name for name in columns}
        start = 0
        for batch in self.batches(list(dict.fromkeys(stored.values()))):
            for name, column in stored.items():
                yield Part(name, start, as_series(batch.column(batch.schema.names.index(column))))
            start += batch.num_rows

    def batches(self, columns: Sequence[str | None] | None = None) -> Iterator[pa.RecordBatch]:
        """Read all columns, or some, a number of rows at a time."""
        if columns is not None and not columns:
            return
        with self.opened() as file:
            for groups in _row_groups(file.metadata):
                yield from file.iter_batches(batch_size=ROWS, row_groups=groups, columns=columns)

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """The labels of the index that pandas left, else the positions; reads that one column."""
        column = self._index.column
        if column is None or not positions:
            return self._index.range_labels(positions)
        labels: dict[int, Any] = {}
        start = 0
        for batch in self.batches([column]):
            own = [position for position in positions if start <= position < start + batch.num_rows]
            taken = batch.column(0).take(_indices(own, start)).to_pylist()
            labels |= dict(zip(own, taken, strict=True))
            start += batch.num_rows
        return [labels[position] for position in positions]

    @contextmanager
    def opened(self) -> Iterator[pq.ParquetFile]:
        """Open the file for reading.

        Raises:
            UnreadableData: It is no parquet file, or broken.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        try:
            with open_for_parts(self.path) as file:
                yield pq.ParquetFile(file)
        except pa.ArrowException as error:
            raise unreadable(self.path, "parquet", error) from error


def _row_groups(metadata: pq.FileMetaData) -> Iterator[list[int]]:
    """The numbers of some row groups at a time, since what was read of them is kept until the last one was read."""
    groups: list[int] = []
    n_rows = 0
    for number in range(metadata.num_row_groups):
        groups.append(number)
        n_rows += metadata.row_group(number).num_rows
        if n_rows >= ROWS:
            yield groups
            groups, n_rows = [], 0
    if groups:
        yield groups


def _indices(positions: Sequence[int], start: int) -> pa.Array:
    import pyarrow as pa

    return pa.array([position - start for position in positions], type=pa.int64())
