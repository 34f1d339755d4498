"""Tables in memory: frames of pandas, and tables and arrays of Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.streams.table import ROWS, Part, Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pandas as pd
    import pyarrow as pa


class FrameTable(Table):
    """A frame of pandas; its columns are handed out as they are."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        self.columns = list(frame.columns)

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return len(self.frame)

    @property
    def has_index(self) -> bool:
        """Every frame has one."""
        return True

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Hand out the columns in one part each."""
        import pandas as pd

        for name in columns:
            values = pd.Series(self.frame.index, copy=False) if self.names_index(name) else self.frame[name]
            if isinstance(values.dtype, pd.ArrowDtype):
                values = as_series(values.array.__arrow_array__())
            yield Part(name, 0, values)

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """The labels in the index."""
        labels: list[Any] = self.frame.index.take(list(positions)).tolist()
        return labels


class ArrowTable(Table):
    """A table of Arrow, whose index is what pandas left in its metadata."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.index = ArrowIndex(table.schema)
        self.columns = self.index.other_columns

    @property
    def n_rows(self) -> int:
        """The number of rows."""
        return int(self.table.num_rows)

    @property
    def has_index(self) -> bool:
        """Whether one of the columns is the index of a frame."""
        return self.index.column is not None

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read one column after the other."""
        for name in columns:
            stored = self.index.column if self.names_index(name) else name
            column = self.table.column(self.table.column_names.index(stored))
            for start in range(0, len(column), ROWS):
                yield Part(name, start, as_series(column.slice(start, ROWS)))

    def labels(self, positions: Sequence[int]) -> list[Any]:
        """The labels of the index that pandas left, else the positions."""
        if self.index.column is None or not positions:
            return self.index.range_labels(positions)
        labels: list[Any] = self.table.column(self.index.column).take(list(positions)).to_pylist()
        return labels


class ArrowIndex:
    """What the metadata of a schema of Arrow say about the index of the frame that it was made of.

    Attributes:
        column: The column that is the index; None if there is none, or several are.
        other_columns: The columns that are none.
    """

    def __init__(self, schema: pa.Schema) -> None:
        described = (schema.pandas_metadata or {}).get("index_columns", [])
        columns = [name for name in described if isinstance(name, str) and name in schema.names]
        ranges = [one for one in described if isinstance(one, dict)]
        self.column: str | None = columns[0] if len(columns) == 1 else None
        self.other_columns = [name for name in schema.names if name not in columns]
        first: dict[str, int] = ranges[0] if ranges else {"start": 0, "step": 1}
        self._start, self._step = first["start"], first["step"]

    def range_labels(self, positions: Sequence[int]) -> list[Any]:
        """The labels of rows where the index is a range."""
        return [self._start + self._step * position for position in positions]


def as_series(column: pa.ChunkedArray | pa.Array) -> pd.Series[Any]:
    """A column of Arrow as one of pandas: texts as categoricals, integers with gaps as integers, dates as times."""
    import pyarrow as pa

    column = _in_plain_type(column)
    if pa.types.is_integer(column.type) or pa.types.is_boolean(column.type):
        series = column.to_pandas(types_mapper=_nullable_type) if column.null_count else column.to_pandas()
    else:
        series = column.to_pandas()
    result: pd.Series[Any] = series
    return result


def _in_plain_type(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """The column in a type that pandas has at its heart."""
    import pyarrow as pa
    import pyarrow.compute as pc

    types = pa.types
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        return _in_plain_type(column.cast(kind.storage_type))
    if types.is_run_end_encoded(kind):
        return _in_plain_type(pc.run_end_decode(column))
    if types.is_string_view(kind):
        return _in_plain_type(column.cast(pa.large_string()))
    if types.is_string(kind) or types.is_large_string(kind):
        return column.dictionary_encode()
    if types.is_decimal(kind):
        return column.cast(pa.float64(), safe=False)
    if types.is_date(kind):
        return column.cast(pa.timestamp("s" if types.is_date32(kind) else "ms"))
    return column


def _nullable_type(kind: pa.DataType) -> Any:
    import pandas as pd

    name = str(kind)
    return (
        pd.BooleanDtype() if name == "bool" else pd.api.types.pandas_dtype(name.replace("i", "I").replace("uI", "UI"))
    )
