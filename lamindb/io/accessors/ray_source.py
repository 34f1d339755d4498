"""A table as a source of Ray Data. Import it where it is used: ray is an extra."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ray.data import Datasource, ReadTask
from ray.data.block import BlockMetadata

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from lamindb.io.accessors.tables import TableAccessor


class TableSource(Datasource):
    """A read task per file, run by workers, which need no instance.

    Args:
        parts: A table per file, all with the same columns.
        schema: The columns.
    """

    def __init__(self, parts: Sequence[TableAccessor], schema: pa.Schema) -> None:
        super().__init__()
        self._parts = parts
        self._schema = schema

    def get_name(self) -> str:
        """What plans call it."""
        return "lamindb"

    def estimate_inmemory_data_size(self) -> int | None:
        """Unknown before the files are read."""
        return None

    def get_read_tasks(
        self,
        parallelism: int,  # noqa: ARG002 - the interface has it
        per_task_row_limit: int | None = None,
        **_: Any,
    ) -> list[ReadTask]:
        """A task per file, however many tasks are asked for."""
        unknown = BlockMetadata(num_rows=None, size_bytes=None, input_files=None, exec_stats=None)
        return [
            ReadTask(_Reading(part), unknown, schema=self._schema, per_task_row_limit=per_task_row_limit)
            for part in self._parts
        ]


class _Reading:
    """What a worker does: it gives the rows of a file, a number at a time."""

    def __init__(self, part: TableAccessor) -> None:
        self._part = part

    def __call__(self) -> Iterator[pa.Table]:
        import pyarrow as pa

        for batch in self._part.to_batches():
            yield pa.Table.from_batches([batch])
