"""Data frames of tables of Arrow, also where the table remembers types that pandas can write, but not read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


def frame_of(table: pa.Table) -> pd.DataFrame:
    """The data frame of a table, with the types that its columns had in pandas.

    The names of ``pandas.ArrowDtype`` with parameters, such as lists, structs, maps and dictionaries, are none that pandas parses
    (https://github.com/apache/arrow/issues/39914): such columns get the type of the column of Arrow.
    """
    unknown = _columns_of_unknown_type(table.schema)
    if not unknown:
        frame: pd.DataFrame = table.to_pandas()
        return frame
    import pandas as pd

    frame = _without_types_of(unknown, table).to_pandas()
    for name in unknown & {*frame.columns}:
        frame[name] = pd.Series(pd.arrays.ArrowExtensionArray(table[name]), index=frame.index)
    return frame


def _columns_of_unknown_type(schema: pa.Schema) -> set[str]:
    remembered = _remembered(schema)
    return {
        column["name"] for column in remembered.get("columns", ()) if not _is_type(column.get("numpy_type", "object"))
    }


def _remembered(schema: pa.Schema) -> dict[str, Any]:
    metadata = schema.metadata or {}
    remembered: dict[str, Any] = json.loads(metadata.get(b"pandas", "{}"))
    return remembered


def _is_type(name: str) -> bool:
    from pandas.api.types import pandas_dtype

    try:
        pandas_dtype(name)
    except (TypeError, ValueError):
        return False
    return True


def _without_types_of(names: set[str], table: pa.Table) -> pa.Table:
    remembered = _remembered(table.schema)
    for column in remembered["columns"]:
        if column["name"] in names:
            column["numpy_type"] = "object"
    return table.replace_schema_metadata({**table.schema.metadata, b"pandas": json.dumps(remembered).encode()})
