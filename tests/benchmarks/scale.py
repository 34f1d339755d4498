"""How an instance of millions of files answers: ``python -m tests.benchmarks.scale [--files N] [--postgres [--partitions N]]``.

Files with labels, features, runs and inputs are made in bulk by the database; then each operation is done with other values again
and again, and the time is reported that 95 of 100 take at most: on the clock, and of processors, that of Postgres included. On a machine that
does nothing else and has the database in memory, both are the same; on one that others use, the second tells what is to be expected.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import seconds_of_processors
from tests.sandbox import isolated_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

N_LABELS, N_FEATURES, N_SETS = 1_000, 200, 20
PER_RUN = 100
"""Files that a run makes; its inputs are one file each of ten earlier runs' outputs, as a tree."""
REPEATS = 100


@dataclass(frozen=True)
class Quantile:
    """What 95 of 100 calls take at most, and what they may."""

    operation: str
    milliseconds: float
    """On the clock."""
    of_processors: float
    target: float

    def row(self) -> str:
        """A line of a Markdown table."""
        return (
            f"| {self.operation:<40} | {self.milliseconds:>9.1f} | {self.of_processors:>13.1f} | {self.target:>7.0f} |"
        )


HEADER = (
    f"| {'operation':<40} | {'p95 in ms':>9} | {'of processors':>13} | {'target':>7} |\n"
    f"|{'-' * 42}|{'-' * 11}|{'-' * 15}|{'-' * 9}|"
)


@dataclass(frozen=True)
class Dialect:
    """How a database says what both can do."""

    series: str
    padded: str
    moment: str
    indexes: str
    """What selects names and definitions of indexes that hold to no promise."""
    before: tuple[str, ...]
    after: tuple[str, ...]

    def rows(self, count: int) -> str:
        """A table ``n`` with the numbers ``i`` from 0."""
        return self.series.format(count=count)

    def number(self, expression: str) -> str:
        """A whole number as ten digits."""
        return self.padded.format(expression)


DIALECTS = {
    "sqlite": Dialect(
        "(WITH RECURSIVE s(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM s WHERE i + 1 < {count}) SELECT i FROM s) AS n",
        "printf('%010d', {})",
        "strftime('%Y-%m-%d %H:%M:%f', 1600000000 + i, 'unixepoch')",
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql NOT LIKE 'CREATE UNIQUE%'",
        before=("PRAGMA foreign_keys = OFF",),
        after=("PRAGMA foreign_keys = ON", "ANALYZE"),
    ),
    "postgresql": Dialect(
        "generate_series(0, {count} - 1) AS n(i)",
        "lpad(({})::text, 10, '0')",
        "to_timestamp(1600000000 + i)",
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND indexdef NOT LIKE 'CREATE UNIQUE%%'",
        before=("SET session_replication_role = replica",),  # no foreign key is checked
        after=("RESET session_replication_role", "VACUUM ANALYZE"),
    ),
}

SERVER = {
    "shared_buffers": "2GB",
    "effective_cache_size": "8GB",
    "maintenance_work_mem": "1GB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "0",
}
"""What a server of this size is told, by Postgres' own advice; all else is as Postgres comes, but nothing waits for the disk, and a
statement is the work of one process, whose time is measured."""


def build(files: int) -> None:
    """Make the rows of an instance in a few statements, and its indexes afterwards."""
    from django.db import connection

    from lnschema_core.search_index import objects

    say = DIALECTS[connection.vendor]
    objects.drop()
    with connection.cursor() as cursor:
        cursor.execute(say.indexes)
        indexes = cursor.fetchall()
        for statement in say.before + tuple(f'DROP INDEX "{name}"' for name, _ in indexes):
            cursor.execute(statement)
        for statement in _statements(say, files):
            cursor.execute(statement)
        for _, definition in indexes:
            cursor.execute(definition)
        for statement in say.after:
            cursor.execute(statement)
    objects.ensure()


DIVIDED = ("fileulabel", "filefeatureset")


def divide(partitions: int) -> None:
    """Divide the links of files of a Postgres database by the ids of files, as is planned for 500 million files in decision 0025.

    The key of a partitioned table has to have the column by which it is divided, and before Postgres 17 it has no identity.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        for table in (f"lnschema_core_{link}" for link in DIVIDED):
            cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = %s", [table])
            indexes = [index.replace("(id)", "(id, file_id)") for (index,) in cursor.fetchall()]
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'f'",
                [table],
            )
            references = [
                f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {is_held}' for name, is_held in cursor.fetchall()
            ]
            for statement in (
                f"ALTER TABLE {table} RENAME TO whole",
                f"CREATE TABLE {table} (LIKE whole) PARTITION BY HASH (file_id)",
                *(
                    f"CREATE TABLE {table}_{number} PARTITION OF {table} FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
                    for number in range(partitions)
                ),
                f"INSERT INTO {table} SELECT * FROM whole",
                "DROP TABLE whole",
                *indexes,
                *references,
                f"CREATE SEQUENCE {table}_ids OWNED BY {table}.id",
                f"SELECT setval('{table}_ids', max(id)) FROM {table}",
                f"ALTER TABLE {table} ALTER id SET DEFAULT nextval('{table}_ids')",
                f"VACUUM ANALYZE {table}",
                "SET enable_partitionwise_join = on",
            ):
                cursor.execute(statement)


def _statements(say: Dialect, files: int) -> Iterator[str]:
    user, runs = "(SELECT min(id) FROM lnschema_core_user)", max(1, files // PER_RUN)
    stamps = f"{say.moment}, {say.moment}, {user}"
    yield (
        "INSERT INTO lnschema_core_ulabel (id, name, created_at, updated_at, created_by_id) "
        f"SELECT substr({say.number('i')}, 3), 'label ' || i, {stamps} FROM {say.rows(N_LABELS)}"
    )
    yield (
        "INSERT INTO lnschema_core_feature (id, name, type, created_at, updated_at, created_by_id) "
        f"SELECT 'fe' || {say.number('i')}, 'feature ' || i, 'float', {stamps} FROM {say.rows(N_FEATURES)}"
    )
    yield (
        "INSERT INTO lnschema_core_featureset (id, n, registry, created_at, updated_at, created_by_id) "
        f"SELECT 'setsetsets' || {say.number('i')}, 10, 'core.Feature', {stamps} FROM {say.rows(N_SETS)}"
    )
    yield (
        "INSERT INTO lnschema_core_feature_feature_sets (feature_id, featureset_id) "
        f"SELECT 'fe' || {say.number('i')}, 'setsetsets' || {say.number(f'i % {N_SETS}')} FROM {say.rows(N_FEATURES)}"
    )
    yield (
        "INSERT INTO lnschema_core_transform (id, name, type, created_at, updated_at, created_by_id) "
        f"SELECT 'tran' || {say.number('i')}, 'pipeline', 'pipeline', {stamps} FROM {say.rows(1)}"
    )
    yield (
        "INSERT INTO lnschema_core_run (id, transform_id, run_at, created_at, created_by_id) "
        f"SELECT 'runrunruns' || {say.number('i')}, 'tran0000000000', {stamps} FROM {say.rows(runs)}"
    )
    storage = "(SELECT min(id) FROM lnschema_core_storage)"
    yield (
        "INSERT INTO lnschema_core_file (id, storage_id, key, suffix, description, size, hash, hash_type, transform_id, run_id, "
        "created_at, updated_at, created_by_id) "
        f"SELECT 'filefilefi' || {say.number('i')}, {storage}, 'study' || (i / 1000) || '/sample' || i || '.h5ad', '.h5ad', "
        f"'counts of sample ' || i || ' of donor ' || (i % 997), 1000 + i, 'hash' || i, 'md5', 'tran0000000000', "
        f"'runrunruns' || {say.number(f'i / {PER_RUN} % {runs}')}, {stamps} FROM {say.rows(files)}"
    )
    yield (  # what each run captured: hidden, unless it is asked for
        "INSERT INTO lnschema_core_file (id, storage_id, key, suffix, size, hash, hash_type, created_at, updated_at, created_by_id) "
        f"SELECT '0000000000' || {say.number('i')}, {storage}, '.lamindb/runs/report' || i || '.html', '.html', 1000, 'report' || i, 'md5', "
        f"{stamps} FROM {say.rows(runs)}"
    )
    for feature, distance in ((1, "0"), (7, "500 + i / 1000 % 499")):
        yield (
            "INSERT INTO lnschema_core_fileulabel (file_id, ulabel_id, feature_id) "
            f"SELECT 'filefilefi' || {say.number('i')}, substr({say.number(f'(i + {distance}) % {N_LABELS}')}, 3), "
            f"'fe' || {say.number(str(feature))} FROM {say.rows(files)}"
        )
    yield (
        "INSERT INTO lnschema_core_filefeatureset (file_id, feature_set_id, slot) "
        f"SELECT 'filefilefi' || {say.number('i')}, 'setsetsets' || {say.number(f'i % {N_SETS}')}, 'obs' FROM {say.rows(files)}"
    )
    yield (  # run r reads a file of run r / 10, so that every run hangs on run 0 by a few steps
        "INSERT INTO lnschema_core_file_input_of (file_id, run_id) "
        f"SELECT 'filefilefi' || {say.number(f'i / 10 * {PER_RUN}')}, 'runrunruns' || {say.number('i')} "
        f"FROM {say.rows(runs)} WHERE i > 0"
    )


def quantiles(files: int, root: Path) -> Iterator[Quantile]:
    """Measure each operation."""
    import lamindb as ln
    from lnschema_core.history.lineage import flow_of
    from lnschema_core.querying.paging import behind

    rng = random.Random(0)

    def file_id() -> str:
        return f"filefilefi{rng.randrange(files):010}"

    def label() -> Any:
        return f"{rng.randrange(N_LABELS):08}"

    def save() -> None:
        path = root / f"new{rng.random()}.txt"
        path.write_text(path.name)
        ln.File(path, description="a new file").save()

    def lineage() -> None:
        file = ln.File.filter(id=file_id()).one()
        flow_of("File", file.id, file.run_id, with_children=True, most_runs=100)

    newest = ln.File.filter().order_by("-created_at")
    under = ln.Feature.filter(name__in=["feature 1", "feature 7"]).list()
    feature_of = {"feature_sets__features__name": "feature 7"}
    middle = ln.File.filter(id=f"filefilefi{files // 2:010}").one()
    yield _p95("get by id", 5, lambda: ln.File.filter(id=file_id()).one())
    yield _p95("get by key", 5, lambda: ln.File.filter(key=_key(rng.randrange(files))).one())
    yield _p95("filter by label and feature", 50, lambda: list(ln.File.filter(ulabels__id=label(), **feature_of)[:20]))
    yield _p95(
        "label under a feature",
        50,
        lambda: list(ln.File.filter(fileulabel__ulabel_id=label(), fileulabel__feature=rng.choice(under))[:20]),
    )
    yield _p95(
        "filter_by_label",
        50,
        lambda: list(ln.File.filter_by_label(ln.ULabel.filter(id=label()).one(), rng.choice(under))[:20]),
    )
    yield _p95("search, a word and a number", 50, lambda: ln.File.search(f"sample {rng.randrange(files)}"))
    yield _p95("search, misspelt", 400, lambda: ln.File.search(f"smple{rng.randrange(files)}.h5ad"))
    yield _p95("newest page", 10, lambda: list(newest[:20]))
    yield _p95("page in the middle", 10, lambda: list(behind(newest, middle)[:20]))
    yield _p95("count of a label", 10, lambda: ln.File.filter(ulabels__id=label()).count())
    yield _p95("count of all", 10, lambda: ln.File.filter().count())
    yield _p95("lineage of a file", 1000, lineage)
    yield _p95("save of one file", 50, save)


def _key(number: int) -> str:
    return f"study{number // 1000}/sample{number}.h5ad"


def _p95(operation: str, target: float, action: Callable[[], object]) -> Quantile:
    action()
    worker = _worker()
    clock, processors = [], []
    for _ in range(REPEATS):
        spent, start = seconds_of_processors(worker), time.perf_counter()
        action()
        clock.append(time.perf_counter() - start)
        processors.append(seconds_of_processors(worker) - spent)
    at = int(REPEATS * 0.95)
    return Quantile(operation, sorted(clock)[at] * 1000, sorted(processors)[at] * 1000, target)


def _worker() -> int | None:
    """The process of Postgres that works for this one."""
    from django.db import connection

    return None if connection.vendor == "sqlite" else int(connection.connection.info.backend_pid)


def measure(files: int, *, postgres: bool, output: Path, partitions: int = 0) -> list[Quantile]:
    """Build an instance, print a table of it, and write the table."""
    from lamindb import log, setup
    from tests.servers import postgres as servers

    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory())).resolve()
        stack.enter_context(log.redirect(io.StringIO()))
        server = stack.enter_context(servers.running_postgres(**SERVER)) if postgres else None
        db = servers.create_database(server, "scale") if server else None
        setup.init(storage=root / "storage", name="scale", db=db)
        setup.connection.connect()
        start = time.perf_counter()
        build(files)
        if partitions:
            divide(partitions)
        seconds = time.perf_counter() - start
        sys.stdout.write(
            f"{files:,} files, {'Postgres' if postgres else 'SQLite'}, built in {seconds:.0f} s\n\n{HEADER}\n"
        )
        found = []
        for quantile in quantiles(files, root):
            found.append(quantile)
            sys.stdout.write(quantile.row() + "\n")
            sys.stdout.flush()
        setup.close(mute=True)
    output.mkdir(parents=True, exist_ok=True)
    facts = {"files": files, "postgres": postgres, "seconds_to_build": seconds, "p95": [asdict(one) for one in found]}
    (output / f"scale-{'postgres' if postgres else 'sqlite'}.json").write_text(json.dumps(facts, indent=2) + "\n")
    return found


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=None, help="by default 5 million, with --postgres 10 million")
    parser.add_argument("--postgres", action="store_true", help="a throw-away server instead of SQLite")
    parser.add_argument("--partitions", type=int, default=0, help="divide links of files on Postgres into so many")
    parser.add_argument("--output", type=Path, default=Path("build"), help="folder of scale-….json")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(isolated_environment(Path(home)))
        files = options.files or (10_000_000 if options.postgres else 5_000_000)
        measure(files, postgres=options.postgres, output=options.output, partitions=options.partitions)


if __name__ == "__main__":
    main()
