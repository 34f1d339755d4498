"""Tables in files, handed to the libraries that query tables: nothing is read before they ask for it.

Parts of a table are files of one format. What is known of a whole file, such as its labels, is a column like those in the
file: a filter on it decides which files are opened at all.
"""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property, reduce
from operator import and_
from typing import TYPE_CHECKING, Any, TypeAlias

from lamindb.arguments import check_amount
from lamindb.errors import MissingData, UnreadableData, UnsupportedFormat
from lamindb.io.accessors.handing_over import to_daft, to_dask, to_duckdb, to_ibis, to_polars, to_ray
from lamindb.io.formats.tables import REPETITIONS
from lamindb.io.formats.unpacking import Unpacked
from lamindb.io.frames import frame_of
from lamindb.io.paths import as_local, name_of, suffix_of, to_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as pads
    from upath import UPath

    from lamindb.types import PathLike

    Filter: TypeAlias = pads.Expression | Sequence[Any]

_COMPRESSIONS = ("", ".gz", ".bz2", ".zst")
TABLE_SUFFIXES = (
    ".parquet",
    ".feather",
    *(f"{suffix}{compression}" for suffix in (".csv", ".tsv", ".jsonl") for compression in _COMPRESSIONS),
)
"""The suffixes of files that are opened as tables."""


@dataclass(frozen=True)
class TablePart:
    """A file that has some rows of a table.

    Attributes:
        path: Where it is.
        suffix: The suffix that decides how it is read.
        labels: What is known of all of its rows: the values by name.
    """

    path: UPath
    suffix: str
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def open_table(path: PathLike, suffix: str | None = None) -> TableAccessor:
    """Open a file with a table for reading parts of it.

    Raises:
        UnsupportedFormat: Tables with this suffix can't be opened without reading them.
        FileNotFoundError: There is nothing at the path.
    """
    place = to_path(path)
    place.stat()
    return TableAccessor([TablePart(place, suffix_of(path).suffix if suffix is None else suffix)])


class TableAccessor:
    """A table in one or several files, read when it is handed over.

    It is handed over by ``to_…`` methods; whatever takes Arrow streams, such as ``polars.from_arrow`` or ``duckdb.sql``, takes
    it as it is. Filters are expressions of ``pyarrow.compute`` or lists of conditions such as ``[("count", ">", 3)]``.

    Args:
        parts: The files, all of one format, in their order.
        columns: The columns to be read; by default all.
        condition: The rows to be read; by default all.

    Examples:
        >>> table = ln.File.filter(key="counts.parquet").one().backed()
        >>> table.to_pandas(columns=["gene"], filter=[("count", ">", 3)])
        >>> table.to_polars().filter(pl.col("count") > 3).collect()
    """

    def __init__(
        self, parts: Sequence[TablePart], *, columns: Sequence[str] | None = None, condition: Any = None
    ) -> None:
        if len({part.suffix for part in parts}) > 1:
            msg = f"The files of a table have one format, not several: {sorted({part.suffix for part in parts})}"
            raise UnsupportedFormat(msg)
        self.parts = tuple(parts)
        self._columns = None if columns is None else list(columns)
        self._condition = condition

    # -- what it is ---------------------------------------------------------------------------------------------------

    @cached_property
    def dataset(self) -> pads.Dataset:
        """All columns and the wanted rows, as Arrow's query engine has them."""
        with explaining_tables(self.parts):
            form = _format_of(self.parts[0].suffix)
            schema = self._schema_of_files
            for name in self._label_columns:
                schema = schema.append(_text_field(name))
            fragments = [_fragment(form, part, self._label_columns) for part in self.parts]
            return _filtered(fragments, schema, form, self._condition)

    @cached_property
    def _schema_of_files(self) -> pa.Schema:
        """The columns of all files, each in a type that has room for its values in all of them."""
        import pyarrow as pa

        form = _format_of(self.parts[0].suffix)
        schemas = [_fragment(form, part, ()).physical_schema for part in self.parts]
        return pa.unify_schemas(schemas, promote_options="permissive")

    @cached_property
    def _label_columns(self) -> list[str]:
        """The features of which each file has one label at most, and which are no columns of files."""
        names = dict.fromkeys(name for part in self.parts for name in part.labels)
        single = [name for name in names if all(len(part.labels.get(name, ())) <= 1 for part in self.parts)]
        return [name for name in single if name not in self._schema_of_files.names]

    @property
    def schema(self) -> pa.Schema:
        """Names and types of the columns."""
        import pyarrow as pa

        whole = self.dataset.schema
        if self._columns is None:
            return whole
        self._check_columns(self._columns)
        return pa.schema([whole.field(name) for name in self._columns])

    def _check_columns(self, names: Iterable[str]) -> None:
        known = self.dataset.schema.names
        missing = [name for name in names if name not in known]
        if missing:
            msg = f"The table has no column {', '.join(map(repr, missing))}, but {', '.join(known)}"
            raise MissingData(msg)

    @property
    def columns(self) -> list[str]:
        """The names of the columns."""
        names: list[str] = self.schema.names
        return names

    def __len__(self) -> int:
        return int(self.dataset.count_rows())

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns; of text files, rows are counted by reading them."""
        return len(self), len(self.columns)

    def __repr__(self) -> str:
        files = name_of(self.parts[0].path) if len(self.parts) == 1 else f"{len(self.parts)} files"
        fields = ", ".join(f"{one.name}: {one.type}" for one in self.schema)
        return f"{type(self).__name__} of {files} with columns {fields}"

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "dataset"}

    # -- parts of it --------------------------------------------------------------------------------------------------

    def select(self, columns: Sequence[str] | None = None, filter: Filter | None = None) -> TableAccessor:  # noqa: A002 - the word of Arrow
        """Some columns and rows of the table; nothing is read yet."""
        conditions = [one for one in (self._condition, as_expression(filter)) if one is not None]
        chosen = self._columns if columns is None else columns
        selected = copy(self)  # the names and types of columns stay known
        vars(selected)["_columns"] = None if chosen is None else list(chosen)
        vars(selected)["_condition"] = reduce(and_, conditions) if conditions else None
        return selected

    def where(self, **labels: Any) -> TableAccessor:
        """The rows with some labels or values; files without the labels aren't opened.

        Args:
            **labels: What is wanted, one value or several, by the feature of a label of files or by the name of a column.

        Raises:
            MissingData: There is no such label or column, or no file has the labels.
            TypeError: A wanted value is ``None``.
        """
        of_files, of_rows = split_conditions(self.parts, labels)
        chosen = TableAccessor(matching(self.parts, of_files), columns=self._columns, condition=self._condition)
        if not of_rows:
            return chosen
        chosen._check_columns(of_rows)
        return chosen.select(filter=[(name, "in", values) for name, values in of_rows.items()])

    def head(self, n: int = 5) -> pd.DataFrame:
        """The first rows.

        Raises:
            TypeError: ``n`` is no whole number.
            ValueError: ``n`` is negative.
        """
        check_amount("n", n)
        return frame_of(self.dataset.head(n, columns=self.columns))

    # -- handing it over ----------------------------------------------------------------------------------------------

    def to_arrow_batch_reader(
        self,
        columns: Sequence[str] | None = None,
        filter: Filter | None = None,  # noqa: A002 - the word of Arrow
        *,
        batch_size: int = 131_072,
    ) -> pa.RecordBatchReader:
        """A reader of the rows in order, a number at a time, so that the table need not fit into memory."""
        chosen = self.select(columns, filter)
        return chosen.dataset.scanner(columns=chosen.columns, batch_size=batch_size).to_reader()

    def to_batches(self, **options: Any) -> Iterator[pa.RecordBatch]:
        """The rows in order, a number at a time; see :meth:`to_arrow_batch_reader`."""
        yield from self.to_arrow_batch_reader(**options)

    def to_arrow(self, columns: Sequence[str] | None = None, filter: Filter | None = None) -> pa.Table:  # noqa: A002 - as above
        """Read into a table of Arrow.

        Raises:
            UnreadableFile: The rows would unpack to far more than any data does.
        """
        import pyarrow as pa

        reader = self.to_arrow_batch_reader(columns, filter)
        times = REPETITIONS if self.parts[0].suffix in (".parquet", ".feather") else None
        unpacked = Unpacked(*(part.path for part in self.parts), times=times)
        batches = []
        for batch in reader:
            unpacked.add(batch.nbytes)
            batches.append(batch)
        return pa.Table.from_batches(batches, reader.schema)

    def to_pandas(self, columns: Sequence[str] | None = None, filter: Filter | None = None) -> pd.DataFrame:  # noqa: A002 - as above
        """Read into a data frame."""
        return frame_of(self.to_arrow(columns, filter))

    def to_polars(self) -> Any:
        """A ``polars.LazyFrame``: its filters and selections are applied while the files are read.

        Raises:
            MissingExtra: polars is not installed.
        """
        return to_polars(self.dataset, self._columns)

    def to_duckdb(self, connection: Any = None) -> Any:
        """A relation of DuckDB: its filters and projections are applied while the files are read.

        Args:
            connection: A connection; by default one to a database in memory.

        Raises:
            MissingExtra: duckdb is not installed.
        """
        return to_duckdb(self.dataset, self._columns, connection)

    def to_ibis(self) -> Any:
        """A table expression of Ibis, evaluated by DuckDB.

        Raises:
            MissingExtra: ibis is not installed.
        """
        return to_ibis(self.dataset, self._columns)

    def to_dask(self) -> Any:
        """A data frame of Dask with a partition per file, which the workers read.

        Raises:
            MissingExtra: dask is not installed.
        """
        return to_dask(self._per_file(), self.schema)

    def to_daft(self) -> Any:
        """A data frame of Daft, of which the columns are read that its query needs; :meth:`where` leaves files out.

        Raises:
            MissingExtra: daft is not installed.
        """
        return to_daft(self._per_file(), self.schema)

    def to_ray(self) -> Any:
        """A ``ray.data.Dataset``, whose tasks read a file each; :meth:`select` and :meth:`where` leave columns and files out.

        Raises:
            MissingExtra: ray is not installed.
        """
        return to_ray(self._per_file(), self.schema)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The rows as a stream that other libraries take (https://arrow.apache.org/docs/format/CDataInterface.html)."""
        return self.to_arrow_batch_reader().__arrow_c_stream__(requested_schema)

    def _per_file(self) -> list[TableAccessor]:
        return [self._only(part) for part in self.parts]

    def _only(self, part: TablePart) -> TableAccessor:
        """The rows of one file, with the columns and types of all."""
        schema = self.dataset.schema
        labels = {name: part.labels[name] for name in self._label_columns if name in part.labels}
        only = replace(part, labels=labels)
        return _PartOfTable([only], columns=self._columns, condition=self._condition, schema=schema)


class _PartOfTable(TableAccessor):
    """A file of a table, in the schema of the whole, that is read somewhere else."""

    def __init__(self, parts: Sequence[TablePart], *, schema: pa.Schema, **options: Any) -> None:
        super().__init__(parts, **options)
        self._schema = schema

    @cached_property
    def dataset(self) -> pads.Dataset:
        """The rows of the file that are wanted."""
        form = _format_of(self.parts[0].suffix)
        fragments = [_fragment(form, part, list(part.labels)) for part in self.parts]
        return _filtered(fragments, self._schema, form, self._condition)


def split_conditions(
    parts: Sequence[TablePart], wanted: Mapping[str, Any]
) -> tuple[dict[str, list[Any]], dict[str, list[Any]]]:
    """The wanted values by name, those of labels of whole files and those of columns.

    Raises:
        TypeError: One is ``None``, which is no value.
    """
    missing = [name for name, value in wanted.items() if value is None]
    if missing:
        msg = f"{missing[0]} has to be a value or several, not None"
        raise TypeError(msg)
    known = {name for part in parts for name in part.labels}
    listed = {name: [value] if isinstance(value, str | int | float) else list(value) for name, value in wanted.items()}
    of_files = {name: values for name, values in listed.items() if name in known}
    return of_files, {name: values for name, values in listed.items() if name not in known}


def matching(parts: Sequence[TablePart], wanted: Mapping[str, Sequence[Any]]) -> list[TablePart]:
    """The files that have one of the wanted labels for each of the features.

    Raises:
        MissingData: No file has.
    """
    found = [
        part for part in parts if all(set(values) & set(part.labels.get(name, ())) for name, values in wanted.items())
    ]
    if not found:
        msg = f"No file has the labels {dict(wanted)}"
        raise MissingData(msg)
    return found


def as_expression(filter: Any) -> Any:  # noqa: A002 - the word of Arrow
    """A condition of Arrow from one, or from a list of conditions as ``pandas.read_parquet`` takes it; ``None`` if there are none."""
    if filter is None or (isinstance(filter, list | tuple) and not filter):
        return None
    import pyarrow.dataset as pads
    import pyarrow.parquet as pq

    return filter if isinstance(filter, pads.Expression) else pq.filters_to_expression(filter)


# -- as a dataset of Arrow --------------------------------------------------------------------------------------------


@contextmanager
def explaining_tables(parts: Sequence[TablePart]) -> Iterator[None]:
    """Turn what goes wrong within the block into one sentence.

    Raises:
        UnreadableData: A file isn't what its suffix says, or the columns of several don't fit.
    """
    import pyarrow as pa

    try:
        yield
    except pa.ArrowException as error:
        told = str(error).partition("\n")[0]
        names = ", ".join(name_of(part.path) for part in parts[:3])
        msg = f"{names} can't be opened as a table: {told}"
        raise UnreadableData(msg) from error


def _filtered(fragments: Sequence[Any], schema: pa.Schema, form: pads.FileFormat, condition: Any) -> pads.Dataset:
    import pyarrow.dataset as pads

    whole = pads.FileSystemDataset(fragments, schema, form, fragments[0].filesystem)
    return whole if condition is None else whole.filter(condition)


def _text_field(name: str) -> pa.Field:
    import pyarrow as pa

    return pa.field(name, pa.string())


def _format_of(suffix: str) -> pads.FileFormat:
    import pyarrow.csv as pacsv
    import pyarrow.dataset as pads

    def delimited(delimiter: str) -> pads.FileFormat:
        return pads.CsvFileFormat(parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True))

    formats: dict[str, Callable[[], pads.FileFormat]] = {
        ".parquet": pads.ParquetFileFormat,
        ".feather": pads.IpcFileFormat,
        ".csv": lambda: delimited(","),
        ".tsv": lambda: delimited("\t"),
        ".jsonl": pads.JsonFileFormat,
    }
    if suffix not in TABLE_SUFFIXES:
        msg = f"Tables in {suffix or 'plain'} files can't be opened piece by piece, but those in {', '.join(TABLE_SUFFIXES)}"
        raise UnsupportedFormat(msg)
    return formats[f".{suffix.split('.')[1]}"]()


def _fragment(form: pads.FileFormat, part: TablePart, columns: Sequence[str]) -> pads.Fragment:
    import pyarrow.compute as pc
    from pyarrow import fs

    local = as_local(part.path)
    place = (str(local), fs.LocalFileSystem()) if local else (part.path.path, _remote(part.path))
    known = [_is(pc.field(name), part.labels.get(name, ())) for name in columns]
    return form.make_fragment(*place, partition_expression=reduce(and_, known) if known else None)


def _remote(path: UPath) -> Any:
    from pyarrow import fs

    return fs.PyFileSystem(fs.FSSpecHandler(path.fs))


def _is(column: Any, values: tuple[str, ...]) -> Any:
    return column == values[0] if values else column.is_null()
