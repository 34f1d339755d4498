"""The objects of a database that keep the number of records of a registry, as SQL.

SQLite has one writer: triggers change one number. On Postgres writers would wait for each other to do that, so there each statement adds
a row with its change, and the number is the sum of all. One statement in a hundred puts the rows together that nobody else holds.
"""

from __future__ import annotations

from typing import NamedTuple

from lnschema_core.search_index.definitions import quoted

TABLE = "lamin_count"
_PUTS_TOGETHER = 0.01
"""The part of statements that do it."""


class Counted(NamedTuple):
    """The rows whose number is kept, by the names of the database."""

    table: str
    condition: str
    """What holds for rows that count, with ``{row}`` before each column."""

    def name(self, what: str) -> str:
        """The name of an object of the database that belongs to the table."""
        return f"{TABLE}_{what}_{self.table}"

    def is_met(self, row: str = "") -> str:
        """The condition on a row."""
        return f"({self.condition.format(row=row)})"


def literal(text: str) -> str:
    """A text in SQL."""
    return "'" + text.replace("'", "''") + "'"


def table(vendor: str) -> list[str]:
    """The statements that make the table of numbers, or of their changes."""
    if vendor == "sqlite":
        return [f"CREATE TABLE IF NOT EXISTS {TABLE} (registry TEXT PRIMARY KEY, records INTEGER NOT NULL)"]
    return [
        f"CREATE TABLE IF NOT EXISTS {TABLE} (registry text NOT NULL, records bigint NOT NULL)",
        f"CREATE INDEX IF NOT EXISTS {TABLE}_registry ON {TABLE} (registry)",
    ]


def triggers(counted: Counted, vendor: str) -> dict[str, str]:
    """The statements that make the triggers, by their names; those of Postgres call :func:`postgres_function`."""
    clauses = _sqlite_clauses(counted) if vendor == "sqlite" else _postgres_clauses(counted)
    names = {event: counted.name(event.lower()) for event in clauses}
    return {
        names[event]: f"CREATE TRIGGER {quoted(names[event])} AFTER {event} ON {quoted(counted.table)} {clause}"
        for event, clause in clauses.items()
    }


def _sqlite_clauses(counted: Counted) -> dict[str, str]:
    new, old = counted.is_met("new."), counted.is_met("old.")
    changes = {"INSERT": (new, "1"), "DELETE": (old, "-1"), "UPDATE": (f"{new} <> {old}", f"{new} - {old}")}
    add = f"UPDATE {TABLE} SET records = records + {{}} WHERE registry = {literal(counted.table)};"  # noqa: S608 - our names
    return {event: f"WHEN {when} BEGIN {add.format(change)} END" for event, (when, change) in changes.items()}


def _postgres_clauses(counted: Counted) -> dict[str, str]:
    call = f"EXECUTE FUNCTION {quoted(counted.name('change'))}()"
    return {
        "INSERT": f"REFERENCING NEW TABLE AS changed FOR EACH STATEMENT {call}",
        "DELETE": f"REFERENCING OLD TABLE AS changed FOR EACH STATEMENT {call}",
        "UPDATE": f"FOR EACH ROW WHEN ({counted.is_met('new.')} <> {counted.is_met('old.')}) {call}",
        "TRUNCATE": f"FOR EACH STATEMENT {call}",
    }


def postgres_function(counted: Counted, schema: str) -> str:
    """The function that writes changes. Who may write the registry needn't be allowed to write them.

    Transactions that see one state of the database throughout don't put rows together, since another one may have done so meanwhile.
    """
    changes, registry = f"{quoted(schema)}.{TABLE}", literal(counted.table)
    body = f"""
DECLARE
    change bigint;
BEGIN
    IF TG_OP = 'INSERT' THEN
        SELECT count(*) INTO change FROM changed WHERE {counted.is_met()};
    ELSIF TG_OP = 'DELETE' THEN
        SELECT -count(*) INTO change FROM changed WHERE {counted.is_met()};
    ELSIF TG_OP = 'UPDATE' THEN
        change := {counted.is_met("new.")}::int - {counted.is_met("old.")}::int;
    ELSE
        SELECT -sum(records) INTO change FROM {changes} WHERE registry = {registry};
    END IF;
    IF change <> 0 THEN
        INSERT INTO {changes} VALUES ({registry}, change);
    END IF;
    IF random() < {_PUTS_TOGETHER} AND current_setting('transaction_isolation') = 'read committed' THEN
        WITH free AS (SELECT ctid AS place FROM {changes} WHERE registry = {registry} FOR UPDATE SKIP LOCKED),
            gone AS (DELETE FROM {changes} USING free WHERE ctid = place RETURNING records)
        INSERT INTO {changes} SELECT {registry}, sum(records) FROM gone HAVING count(*) > 0;
    END IF;
    RETURN NULL;
END
"""  # noqa: S608 - our names
    return (
        f"CREATE OR REPLACE FUNCTION {quoted(counted.name('change'))}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER "
        f"SET search_path = pg_catalog, pg_temp AS $function${body}$function$"
    )
