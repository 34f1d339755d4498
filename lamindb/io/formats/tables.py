"""Tables: parquet, feather, csv, tsv, spreadsheets, json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnsupportedFormat
from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import Unpacked, refuse_bomb
from lamindb.io.frames import frame_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pandas as pd
    import pyarrow as pa

_ADDRESS = 8  # bytes
REPETITIONS = 5_000
"""How many times its size data in parquet or feather never is; columns of hardly any different values pack very well."""

_COMPRESSIONS = (".gz", ".bz2", ".xz", ".zip")


def _with_compressions(suffix: str) -> tuple[str, ...]:
    return (suffix, *(f"{suffix}{compression}" for compression in _COMPRESSIONS))


FORMATS = (
    Format(
        "parquet",
        (".parquet",),
        reader=f"{__name__}:read_parquet",
        writer=f"{__name__}:write_parquet",
        object_type="pandas.DataFrame",
        accessor="DataFrame",
    ),
    Format(
        "parquet",
        (".parquet",),
        writer=f"{__name__}:write_arrow",
        object_type="pyarrow.Table",
        accessor="DataFrame",
    ),
    Format("csv", _with_compressions(".csv"), reader=f"{__name__}:read_csv"),
    Format("tsv", _with_compressions(".tsv"), reader=f"{__name__}:read_tsv"),
    Format("zstd", (".csv.zst",), reader=f"{__name__}:read_csv", requires=("zstandard",), install="zstandard"),
    Format("zstd", (".tsv.zst",), reader=f"{__name__}:read_tsv", requires=("zstandard",), install="zstandard"),
    Format("feather", (".feather",), reader=f"{__name__}:read_feather"),
    Format(
        "excel",
        (".xlsx", ".xslx"),
        reader=f"{__name__}:read_excel",
        requires=("openpyxl",),
        install="lamindb[excel]",
    ),
    Format("json lines", _with_compressions(".jsonl"), reader=f"{__name__}:read_json_lines"),
    Format("json", (".json",), reader=f"{__name__}:read_json"),
)


def read_parquet(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read a parquet file."""
    import pandas as pd

    if path.is_file():
        _refuse_repetition(path, kwargs.get("columns"))
    try:
        frame: pd.DataFrame = pd.read_parquet(path, **kwargs)
    except (TypeError, ValueError):
        if not kwargs.keys() <= {"columns", "filters"}:
            raise
        frame = _read_types_of_arrow(path, **kwargs)
    return frame


def _read_types_of_arrow(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read what pandas couldn't, since it writes some types of Arrow without reading them; fails as well if that isn't why."""
    import pyarrow.parquet as pq

    with path.open("rb") as file:
        return frame_of(pq.read_table(file, use_pandas_metadata=True, **kwargs))


def _refuse_repetition(path: Path, columns: Sequence[str] | None) -> None:
    """Refuse a parquet file that says the same value billions of times."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        _refuse_rows(path, file.metadata.num_rows, file.schema_arrow, columns)


def _refuse_rows(path: Path, n_rows: int, schema: pa.Schema, columns: Sequence[str] | None) -> None:
    fields = [field for field in schema if columns is None or field.name in columns]
    Unpacked(path, times=REPETITIONS).add(n_rows * sum(_width(field.type) for field in fields))


def _width(kind: pa.DataType) -> int:
    """The bytes that a value has in memory; of texts and lists those of where it is."""
    try:
        return max(1, int(kind.bit_width) // 8)
    except ValueError:
        return _ADDRESS


def write_parquet(frame: pd.DataFrame, path: Path) -> None:
    """Write a DataFrame as parquet; equal frames give equal bytes under the same versions of pandas and pyarrow.

    Raises:
        UnsupportedFormat: Parquet has no place for what is in the frame.
    """
    try:
        frame.to_parquet(path, engine="pyarrow", compression="snappy")
    except (ValueError, TypeError, OverflowError, NotImplementedError) as error:
        msg = f"This DataFrame can't be written as parquet: {error}. Give each column a unique name and values of one type"
        raise UnsupportedFormat(msg) from error


def write_arrow(table: pa.Table, path: Path) -> None:
    """Write a table of Arrow as parquet, from which it is read as a DataFrame.

    Raises:
        UnsupportedFormat: Parquet has no place for what is in the table.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        pq.write_table(table, path, compression="snappy")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        msg = f"This table can't be written as parquet: {error}. Convert or remove that column"
        raise UnsupportedFormat(msg) from error


def read_csv(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read comma-separated values, compressed or not."""
    import pandas as pd

    refuse_bomb(path)
    frame: pd.DataFrame = pd.read_csv(path, **kwargs)
    return frame


def read_tsv(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read tab-separated values, compressed or not."""
    return read_csv(path, **{"sep": "\t", **kwargs})


def read_feather(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read a feather file."""
    import pandas as pd
    import pyarrow as pa
    import pyarrow.dataset as pads

    try:
        table = pads.dataset(path, format="feather")
        _refuse_rows(path, table.count_rows(), table.schema, kwargs.get("columns"))  # rows are told, not read
    except pa.ArrowInvalid:  # of the first version, which packs nothing
        pass
    frame: pd.DataFrame = pd.read_feather(path, **kwargs)
    return frame


def read_excel(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read the first sheet of a spreadsheet, or the one that ``sheet_name`` names."""
    import pandas as pd

    refuse_bomb(path)
    frame: pd.DataFrame = pd.read_excel(path, **{"engine": "openpyxl", **kwargs})
    return frame


def read_json_lines(path: Path, **kwargs: Any) -> pd.DataFrame:
    """Read one row from the json object in each line."""
    import pandas as pd

    refuse_bomb(path)
    frame: pd.DataFrame = pd.read_json(path, **{"lines": True, **kwargs})
    return frame


def read_json(path: Path, **kwargs: Any) -> Any:
    """Read a json document as the dictionary, list or value that it is."""
    with path.open(encoding="utf-8") as file:
        return json.load(file, **kwargs)
