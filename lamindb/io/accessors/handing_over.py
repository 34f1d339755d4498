"""Tables of Arrow in the hands of other libraries, each an extra."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra
from lamindb.io.frames import frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as pads

    from lamindb.io.accessors.tables import TableAccessor


def require_extra(module: str, extra: str) -> None:
    """Check that a library can be imported.

    Raises:
        MissingExtra: It isn't installed; the message has the line that installs it.
    """
    if find_spec(module) is None:
        msg = f"{module} is not installed: pip install 'lamindb[{extra}]'"
        raise MissingExtra(msg)


def to_polars(dataset: pads.Dataset, columns: Sequence[str] | None) -> Any:
    """A lazy frame of polars."""
    require_extra("polars", "polars")
    import polars as pl

    frame = pl.scan_pyarrow_dataset(dataset)
    return frame if columns is None else frame.select(columns)


def to_duckdb(dataset: pads.Dataset, columns: Sequence[str] | None, connection: Any = None) -> Any:
    """A relation of DuckDB."""
    require_extra("duckdb", "duckdb")
    import duckdb

    relation = (duckdb.connect() if connection is None else connection).from_arrow(dataset)
    return relation if columns is None else relation.project(", ".join(map(_quoted, columns)))


def _quoted(name: str) -> str:
    doubled = name.replace('"', '""')
    return f'"{doubled}"'


def to_ibis(dataset: pads.Dataset, columns: Sequence[str] | None) -> Any:
    """A table expression of Ibis on DuckDB."""
    require_extra("ibis", "ibis")
    import ibis

    table = ibis.memtable(dataset)
    return table if columns is None else table.select(*columns)


def to_daft(parts: Sequence[TableAccessor], schema: pa.Schema) -> Any:
    """A data frame of Daft, which reads a task per part."""
    require_extra("daft", "daft")
    from lamindb.io.accessors.daft_source import TableSource

    return TableSource(parts, schema).read()


def to_ray(parts: Sequence[TableAccessor], schema: pa.Schema) -> Any:
    """A dataset of Ray Data, which reads a block or several per part."""
    require_extra("ray", "ray")
    import ray.data

    from lamindb.io.accessors.ray_source import TableSource

    return ray.data.read_datasource(TableSource(parts, schema))


def to_dask(parts: Sequence[TableAccessor], schema: pa.Schema) -> Any:
    """A data frame of Dask with a partition per part."""
    require_extra("dask.dataframe" if find_spec("dask") else "dask", "dask")
    import dask.dataframe as dd

    return dd.from_map(_read_part, parts, meta=frame_of(schema.empty_table()), enforce_metadata=False)


def _read_part(part: TableAccessor, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a partition; runs in a worker, which needs no instance."""
    return part.to_pandas(columns)
