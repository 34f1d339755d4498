"""Files as tables: OBO, OWL, OBO-graph JSON, tsv, csv, parquet, and what publishers of single sources have."""

from __future__ import annotations

import csv
import gzip
import io
import json
from importlib import import_module
from typing import IO, TYPE_CHECKING, Any

from lamindb.errors import UnreadableFile
from lamindb.text.messages import listed, plural
from lnschema_bionty.public.columns import LIFE, OBSOLETE, ONTOLOGY_ID, PARENTS, REPLACED_BY, columns_of, type_of
from lnschema_bionty.public.factors import add_factors
from lnschema_bionty.public.obo import GZIP, read_terms
from lnschema_bionty.public.prefixes import own_prefixes
from lnschema_bionty.public.writing import table_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    import pyarrow as pa

    from lnschema_bionty.public.source import Source

_PARQUET = b"PAR1"
_ZSTANDARD = b"\x28\xb5\x2f\xfd"
_HEAD = 4096
_TRUE = {"true", "1", "yes"}
_ENSEMBL_SPECIES = {"#name": "name", "species": "scientific_name", "taxonomy_id": "taxon_id"}


def parse(path: Path, source: Source) -> pa.Table:
    """The table of a file.

    Raises:
        UnreadableFile: The file is broken, or lacks what a table of the entity needs.
        MissingExtra: A package that reads it isn't installed.
    """
    table = _parser_of(path)(path, source)
    _check(table, path, source)
    return table


def _parser_of(path: Path) -> Callable[[Path, Source], pa.Table]:
    """What reads a file, by its first bytes.

    Raises:
        UnreadableFile: It has none.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head:
        msg = f"{path} is empty"
        raise UnreadableFile(msg)
    if head.startswith(_PARQUET):
        return _parse_parquet
    if head.startswith(_ZSTANDARD):
        return _parse_guide
    if head.startswith(GZIP):
        with gzip.open(path) as file:
            head = file.read(_HEAD)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith((b"format-version:", b"[Term]", b"ontology:")):
        return _parse_obo
    if start.startswith(b"<"):
        return _parse_ontology
    if start.startswith(b"{"):
        return _parse_ontology if b'"graphs"' in head else _parse_json
    return _parse_text


# -- ontologies -------------------------------------------------------------------------------------------------------


def pronto_module() -> Any:
    """The module that needs pronto.

    Raises:
        MissingExtra: Pronto isn't installed.
    """
    return import_module("lnschema_bionty.public.pronto_ontology")


def open_ontology(path: Path, content: IO[bytes] | None = None) -> Any:
    """An ontology that a file has, as an object of pronto.

    Args:
        path: The file.
        content: What of it is read; by default all.

    Raises:
        UnreadableFile: The file is broken.
        MissingExtra: Pronto isn't installed.
    """
    module = pronto_module()
    try:
        return module.Ontology(content or path)
    except Exception as error:  # parsers of three formats raise whatever they like
        msg = f"{path} can't be read as an ontology: {' '.join(str(error).split()) or type(error).__name__}"
        raise UnreadableFile(msg) from error


def _parse_obo(path: Path, source: Source) -> pa.Table:
    return _table_of_ontology(open_ontology(path, read_terms(path)), source)


def _parse_ontology(path: Path, source: Source) -> pa.Table:
    return _table_of_ontology(open_ontology(path), source)


def _table_of_ontology(ontology: Any, source: Source) -> pa.Table:
    rows = {row[ONTOLOGY_ID]: row for row in pronto_module().rows_of(ontology, own_prefixes(source.source))}
    if source.entity == "ExperimentalFactor":
        add_factors(rows)
    return table_of(source.entity, rows.values())


def _parse_guide(path: Path, source: Source) -> pa.Table:
    from lnschema_bionty.public.cellxgene import read_terms

    return table_of(source.entity, read_terms(path, source.entity))


# -- tables -----------------------------------------------------------------------------------------------------------


def _parse_parquet(path: Path, source: Source) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException as error:
        msg = f"{path} can't be read as parquet: {error}"
        raise UnreadableFile(msg) from error
    names = [name for name in table.column_names if not name.startswith("__index_level_")]
    return _completed(table.select(names), path, source)


def _completed(table: pa.Table, path: Path, source: Source) -> pa.Table:
    """The table with columns of the types that they have elsewhere, and what it lacks as nulls."""
    import pyarrow as pa

    columns = {}
    names = [*columns_of(source.entity), *table.column_names, *LIFE]
    for name in dict.fromkeys(names):
        if name in LIFE and name in columns:
            continue
        try:
            columns[name] = _column(table, name)
        except pa.ArrowException as error:
            msg = f"column {name} of {path} can't be used: {error}"
            raise UnreadableFile(msg) from error
    life = {name: columns.pop(name) for name in LIFE}
    return pa.table({**columns, **life})


def _column(table: pa.Table, name: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if name not in table.column_names:
        filler: Any = {OBSOLETE: False, PARENTS: []}.get(name)
        return pa.array([filler] * table.num_rows, type_of(name))
    column = table[name]
    column = column.cast(type_of(name))
    return pc.fill_null(column, False) if name == OBSOLETE else column  # noqa: FBT003 - the filler


def _parse_text(path: Path, source: Source) -> pa.Table:
    """A table with a head line, of columns that are separated by tabs, or else commas."""
    raw = path.read_bytes()
    try:
        text = (gzip.decompress(raw) if raw.startswith(GZIP) else raw).decode("utf-8-sig")
        head, *lines = csv.reader(io.StringIO(text), delimiter="\t" if "\t" in text.partition("\n")[0] else ",")
    except (ValueError, OSError, csv.Error) as error:
        msg = f"{path} is neither an ontology nor a table that can be read: {error}"
        raise UnreadableFile(msg) from error
    rows = [{name: value or None for name, value in zip(head, line, strict=False)} for line in lines if any(line)]
    if source.entity == "Species" and "#name" in head:
        rows, head = _ensembl_species(rows), [_ENSEMBL_SPECIES.get(name, name) for name in head]
    return _table_of_texts(rows, head, path, source)


def _ensembl_species(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of Ensembl's list of species, as of https://ftp.ensembl.org/pub/release-110/species_EnsemblVertebrates.txt."""
    renamed = [{_ENSEMBL_SPECIES.get(name, name): value for name, value in row.items()} for row in rows]
    return [{**row, "id": f"NCBI_{row['taxon_id']}", "name": (row["name"] or "").lower() or None} for row in renamed]


def _table_of_texts(rows: list[dict[str, Any]], head: list[str], path: Path, source: Source) -> pa.Table:
    known = {*columns_of(source.entity), *LIFE}
    try:
        typed = [{name: _value(name, value) for name, value in row.items()} for row in rows]
    except ValueError as error:
        msg = f"{path} has a value that is no number: {error}"
        raise UnreadableFile(msg) from error
    return table_of(source.entity, typed, [name for name in head if name and name not in known])


def _value(name: str, text: str | None) -> Any:
    if name == PARENTS:
        return [part for part in (text or "").split("|") if part]
    if name == OBSOLETE:
        return (text or "").lower() in _TRUE
    if text is not None and name in ("taxon_id", "length"):
        return int(text)
    return text


def _parse_json(path: Path, source: Source) -> pa.Table:
    """Objects by name, such as pipelines by their slug."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        rows = [{"index": slug, **facts} for slug, facts in content.items()]
    except (ValueError, TypeError) as error:
        msg = f"{path} isn't a table of terms: {error}"
        raise UnreadableFile(msg) from error
    return table_of(source.entity, [{name: _text(value) for name, value in row.items()} for row in rows])


def _text(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else json.dumps(value)


# -- what a table needs -----------------------------------------------------------------------------------------------


def _check(table: pa.Table, path: Path, source: Source) -> None:
    required = _required(source.entity)
    filled = {name: _number_filled(table[name]) for name in required}
    if not table.num_rows or not all(filled.values()):
        lacking = [name for name, number in filled.items() if not number]
        others = [name for name in table.column_names if name not in (*columns_of(source.entity), *LIFE)]
        known = f"; its columns are {listed(others, quoted=False)}" if others else ""
        msg = f"{path} has no terms of {source.entity}: there is nothing in {' and '.join(lacking)}{known}"
        raise UnreadableFile(msg)
    if ONTOLOGY_ID in table.column_names:
        _check_ids(table[ONTOLOGY_ID].to_pylist(), path)
        _check_names(table, path)
    if REPLACED_BY not in table.column_names:
        msg = f"{path} has no column {REPLACED_BY}"
        raise UnreadableFile(msg)


def _required(entity: str) -> tuple[str, ...]:
    columns = columns_of(entity)
    return ("symbol",) if entity == "Gene" else (ONTOLOGY_ID, "name") if ONTOLOGY_ID in columns else ("name",)


def _number_filled(column: Any) -> int:
    return len(column) - int(column.null_count)


def _check_ids(ids: Iterable[Any], path: Path) -> None:
    seen: set[Any] = set()
    for one in ids:
        if not one or one in seen:
            msg = f"{path} has {f'the id {one} twice' if one else 'a term without an id'}"
            raise UnreadableFile(msg)
        seen.add(one)


def _check_names(table: pa.Table, path: Path) -> None:
    import pyarrow.compute as pc

    lacking = pc.and_(pc.equal(pc.fill_null(table["name"], ""), ""), pc.invert(table[OBSOLETE]))
    ids = table[ONTOLOGY_ID].filter(lacking).to_pylist()
    if ids:
        msg = f"{path} has {len(ids)} term{plural(len(ids))} without a name: {listed(ids, quoted=False)}"
        raise UnreadableFile(msg)
