"""Rows as the table of an entity: checked, in order, written in one step. Knows the columns and no source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.placing import explaining, make_folder, place, sync_file, temporary
from lnschema_bionty.public.columns import LIFE, OBSOLETE, PARENTS, columns_of, type_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa


def joined(synonyms: Any, name: str | None) -> str | None:
    """Synonyms as tables have them: sorted, joined by a bar, without the name itself."""
    kept = {" ".join(one.split()) for one in synonyms if "|" not in one} - {name, ""}
    return "|".join(sorted(kept)) or None


def table_of(entity: str, rows: Iterable[Mapping[str, Any]], further: Sequence[str] = ()) -> pa.Table:
    """A table of rows; what a row doesn't have is null, and without a word a term is in use.

    Args:
        entity: What the terms are.
        rows: The terms, in order.
        further: Columns beside those that tables of the entity have in any case.
    """
    import pyarrow as pa

    names = [*columns_of(entity), *further, *LIFE]
    defaults: dict[str, Any] = {OBSOLETE: False, PARENTS: []}
    listed = list(rows)
    arrays = [pa.array([row.get(name, defaults.get(name)) for row in listed], type_of(name)) for name in names]
    return pa.table(arrays, names=names)


def write_table(table: pa.Table, path: Path, *, level: int = 3) -> None:
    """Write a table under its final name, when all of it is on disk."""
    import pyarrow.parquet as pq

    with explaining(path):
        make_folder(path.parent)
    with explaining(path), temporary(path) as new:
        pq.write_table(table, new, compression="zstd", compression_level=level)
        sync_file(new)
        place(new, path)
