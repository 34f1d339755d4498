"""A table as a source of Daft. Import it where it is used: daft is an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING

from daft.io.source import DataSource, DataSourceTask
from daft.recordbatch import RecordBatch
from daft.schema import Schema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    import pyarrow as pa
    from daft.io.pushdowns import Pushdowns

    from lamindb.io.accessors.tables import TableAccessor


class TableSource(DataSource):
    """A task per file, which reads the columns that a query needs.

    Args:
        parts: A table per file, all with the same columns.
        schema: The columns.
    """

    def __init__(self, parts: Sequence[TableAccessor], schema: pa.Schema) -> None:
        self._parts = parts
        self._schema = schema

    @property
    def name(self) -> str:
        """What plans call it."""
        return "lamindb"

    @property
    def schema(self) -> Schema:
        """The columns."""
        return Schema.from_pyarrow_schema(self._schema)

    async def get_tasks(self, pushdowns: Pushdowns) -> AsyncIterator[DataSourceTask]:
        """The files with the columns that are shown or filtered by; Daft filters what they give."""
        names = self._schema.names
        if pushdowns.columns is not None:
            needed = {*pushdowns.columns, *pushdowns.filter_required_column_names()}
            names = [name for name in names if name in needed]
        for part in self._parts:
            yield _PartTask(part.select(names))


class _PartTask(DataSourceTask):
    def __init__(self, part: TableAccessor) -> None:
        self._part = part

    @property
    def schema(self) -> Schema:
        return Schema.from_pyarrow_schema(self._part.schema)

    async def read(self) -> AsyncIterator[RecordBatch]:
        for batch in self._part.to_batches():
            yield RecordBatch.from_arrow_record_batches([batch], batch.schema)
