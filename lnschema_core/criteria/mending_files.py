"""Applying mends to files that may be larger than memory, and to tables of Arrow: piece by piece, into a new file."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from lamindb.io import formats
from lamindb.io.frames import frame_of
from lamindb.io.streams.csv import TextTable
from lamindb.io.streams.memory import as_series
from lamindb.io.streams.parquet import ParquetTable
from lnschema_core.criteria.mends import Mends, mended
from lnschema_core.criteria.sources import type_names
from lnschema_core.criteria.stored import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from lnschema_core.criteria.criteria import Criteria
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.kinds import Kind

_DELIMITERS = {".csv": ",", ".tsv": "\t"}
_STORES = (".h5ad", ".h5mu")


def check_target(target: Path, source: Path | None) -> None:
    """Refuse to write where the data are, or where there is no folder.

    Raises:
        FileNotFoundError: The folder doesn't exist.
        ValueError: The data are there.
    """
    if not target.parent.is_dir():
        msg = f"can't write to {target}: there is no folder {target.parent}"
        raise FileNotFoundError(msg)
    if source is not None and target.exists() and target.samefile(source):
        msg = f"{target} is what is to be mended, and stays as it is: write to another path"
        raise ValueError(msg)


def can_stream(source: Path, target: Path) -> bool:
    """Whether a file can be mended piece by piece."""
    return source.suffix == target.suffix and target.suffix in (".parquet", ".csv", ".tsv", *_STORES)


def write_mended(source: Path, path: Path, criteria: Criteria, mends: Mapping[str, Mends]) -> None:
    """Write a mended copy of a file in the same format."""
    if source.suffix in _STORES:
        _mend_store(source, path, criteria, mends)
        return
    expected, of_slot = criteria.slots[COLUMNS], mends.get(COLUMNS, Mends())
    if source.suffix == ".parquet":
        _mend_parquet(ParquetTable(source), path, expected, of_slot)
    else:
        _mend_text(TextTable(source, delimiter=_DELIMITERS[source.suffix]), path, expected, of_slot)


def write_object(value: Any, path: Path, suffix: str) -> None:
    """Write a mended object in the format of a suffix."""
    if suffix not in _DELIMITERS:
        formats.write(value, path, suffix)
        return
    frame = frame_of(value) if "pyarrow.Table" in type_names(value) else value
    has_labels = not type_names(frame.index) & {"pandas.RangeIndex"}
    frame.to_csv(path, sep=_DELIMITERS[suffix], index=has_labels)


# -- tables of Arrow --------------------------------------------------------------------------------------------------


def mended_table(table: Any, criteria: Mapping[str, Criterion], mends: Mends) -> pa.Table:
    """A table of Arrow with mended columns, of a table or of what exports one."""
    import pyarrow as pa

    own = table if "pyarrow.Table" in type_names(table) else pa.table(table)
    own = own.replace_schema_metadata(_metadata(own.schema, mends))
    return _mended_columns(_renamed(own, mends), criteria, mends)


def _metadata(schema: pa.Schema, mends: Mends) -> dict[bytes, bytes] | None:
    """The metadata of a schema, without what pandas says in them about columns of which name or type have changed."""
    metadata: dict[bytes, bytes] | None = schema.metadata
    if schema.pandas_metadata is None:
        return metadata
    changed = {*mends.names.values(), *mends.casts}
    said = schema.pandas_metadata
    said["columns"] = [column for column in said["columns"] if column["field_name"] not in changed]
    return {**schema.metadata, b"pandas": json.dumps(said).encode()}


def _renamed(table: Any, mends: Mends) -> Any:
    new_names = {old: new for new, old in mends.names.items()}
    return table.rename_columns([new_names.get(name, name) for name in table.schema.names])


def _mended_columns(table: Any, criteria: Mapping[str, Criterion], mends: Mends) -> Any:
    for name, values in mends.replacements.items():
        position = table.schema.names.index(name)
        column = _mended_array(table.column(position), values, criteria[name].type, casts=name in mends.casts)
        table = table.set_column(position, table.schema.field(position).with_type(column.type), column)
    return table


def _mended_array(column: Any, values: Mapping[tuple[type, Any], Any], kind: Kind, *, casts: bool) -> Any:
    """A column of Arrow with values replaced, of its type if that can have them; as it is if only some could be cast."""
    import pyarrow as pa

    replaced = mended(as_series(column), values, kind, casts=casts)
    if casts and replaced.dtype == object and kind not in ("text", "category"):
        return column
    is_dictionary = pa.types.is_dictionary(column.type)
    plain = pa.array(replaced if casts else replaced.astype(object), from_pandas=True)
    if casts or plain.type == column.type:
        return plain
    return (plain.dictionary_encode() if is_dictionary else plain).cast(column.type)


# -- files ------------------------------------------------------------------------------------------------------------


def _mend_parquet(table: ParquetTable, path: Path, criteria: Mapping[str, Criterion], mends: Mends) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    mends = _without_partial_casts(table, criteria, mends)
    writer = None
    for batch in table.batches():
        own = _mended_columns(_renamed(batch, mends), criteria, mends)
        if writer is None:
            schema = own.schema.with_metadata(_metadata(table.schema, mends))
            writer = pq.ParquetWriter(path, schema)
        writer.write_batch(pa.RecordBatch.from_arrays(own.columns, schema=own.schema).cast(schema))
    if writer is not None:
        writer.close()


def _without_partial_casts(table: ParquetTable, criteria: Mapping[str, Criterion], mends: Mends) -> Mends:
    """The mends, but without those that would leave values of several types in a column of a file."""
    casts = {name for name in mends.casts if _can_cast(table, name, criteria[name], mends)}
    values = {name: some for name, some in mends.replacements.items() if name not in mends.casts - casts}
    return Mends(mends.names, values, casts)


def _can_cast(table: ParquetTable, name: str, criterion: Criterion, mends: Mends) -> bool:
    parts = table.scan([mends.names.get(name, name)])
    dtypes = {str(mended(part.data, mends.replacements[name], criterion.type, casts=True).dtype) for part in parts}
    return "object" not in dtypes


def _mend_text(table: TextTable, path: Path, criteria: Mapping[str, Criterion], mends: Mends) -> None:
    from pyarrow import csv

    own = Mends(mends.names, {name: _as_texts(values) for name, values in mends.replacements.items()})
    options = csv.WriteOptions(delimiter=table.delimiter, quoting_style="needed")
    writer = None
    for batch in table.batches(table.columns):
        written = _mended_columns(_renamed(batch, own), criteria, own)
        if writer is None:
            writer = csv.CSVWriter(path, written.schema, write_options=options)
        writer.write_batch(written)
    if writer is not None:
        writer.close()


def _as_texts(values: Mapping[tuple[type, Any], Any]) -> dict[tuple[type, Any], Any]:
    return {key: str(meant) for key, meant in values.items()}


def _mend_store(source: Path, path: Path, criteria: Criteria, mends: Mapping[str, Mends]) -> None:
    """Copy the file, then write those columns anew in which something is mended."""
    import h5py

    shutil.copyfile(source, path)
    with h5py.File(path, "r+") as root:
        for slot, of_slot in mends.items():
            name = f"mod/{slot}" if "/" in slot else slot  # of a modality
            _mend_stored_frame(root[name], criteria.slots[slot], of_slot)


def _mend_stored_frame(group: Any, criteria: Mapping[str, Criterion], mends: Mends) -> None:
    from lamindb.io.streams.hdf5 import column_of_group

    for new, old in mends.names.items():
        group.move(old, new)
    new_names = {old: new for new, old in mends.names.items()}
    columns = [new_names.get(str(name), str(name)) for name in group.attrs["column-order"]]
    group.attrs["column-order"] = columns
    for name, values in mends.replacements.items():
        stored = name if name in columns else str(group.attrs["_index"])
        column = column_of_group(group, stored)
        _write_column(group, stored, mended(column, values, criteria[name].type, casts=name in mends.casts))


def _write_column(group: Any, name: str, column: Any) -> None:
    import pandas as pd
    from anndata.io import write_elem

    if column.dtype == object and column.isna().any():
        column = column.astype("category")
    write_elem(
        group, name, column.array if isinstance(column.dtype, pd.api.extensions.ExtensionDtype) else column.to_numpy()
    )
