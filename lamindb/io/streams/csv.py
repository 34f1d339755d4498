"""Tables in text files: comma- or tab-separated, compressed or not."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.io.streams.memory import as_series
from lamindb.io.streams.table import Part, Table, unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from upath import UPath

_BLOCK = 1 << 24
"""Bytes that are read at once; also the longest row that can be read."""

MISSING = (
    "", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN", "<NA>", "N/A", "NA", "NULL",
    "NaN", "None", "n/a", "nan", "null",
)  # fmt: skip
"""What stands for a missing value, as in ``pandas.read_csv``."""


class TextTable(Table):
    """A text file with one row per line, below a line of column names; every value is a text."""

    is_text = True
    is_stored = True

    def __init__(self, path: Path | UPath, *, delimiter: str = ",") -> None:
        self.path = path
        self.delimiter = delimiter
        self.columns = self._read_names()

    @cached_property
    def n_rows(self) -> int:
        """The number of rows; they are counted."""
        return sum(batch.num_rows for batch in self.batches(self.columns[:1]))

    def scan(self, columns: Sequence[str]) -> Iterator[Part]:
        """Read the columns side by side."""
        start = 0
        for batch in self.batches(columns) if columns else ():
            for position, name in enumerate(columns):
                yield Part(name, start, as_series(batch.column(position)))
            start += batch.num_rows
        if columns:
            self.n_rows = start

    def batches(self, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """Read some columns as texts, a number of rows at a time; what stands for a missing value is null."""
        import pyarrow as pa
        from pyarrow import csv

        if not columns:
            return
        options = csv.ConvertOptions(
            column_types=dict.fromkeys(self.columns, pa.string()),
            include_columns=list(columns),
            null_values=list(MISSING),
            strings_can_be_null=True,
        )
        with self._reader(options) as reader:
            yield from reader

    def _read_names(self) -> list[str]:
        from pyarrow import csv

        with self._opened() as file:
            if not file.read(1):
                return []
        with self._reader(csv.ConvertOptions(check_utf8=False)) as reader:
            names: list[str] = reader.schema.names
        return names

    @contextmanager
    def _reader(self, conversion: Any) -> Iterator[Any]:
        import pyarrow as pa
        from pyarrow import csv

        parsing = csv.ParseOptions(delimiter=self.delimiter, newlines_in_values=True)
        reading = csv.ReadOptions(block_size=_BLOCK, use_threads=False)
        try:
            with self._opened() as file, csv.open_csv(file, reading, parsing, conversion) as reader:
                yield reader
        except (pa.ArrowException, UnicodeDecodeError) as error:
            raise unreadable(self.path, "delimited text", error) from error

    @contextmanager
    def _opened(self) -> Iterator[Any]:
        """The bytes of the file, decompressed as its suffix says."""
        from lamindb.io.paths import to_path

        path = to_path(self.path)
        with path.fs.open(path.path, "rb", compression="infer") as file:
            yield file
