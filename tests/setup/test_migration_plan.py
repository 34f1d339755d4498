"""Before migrations are applied one knows what they will do; a copy is kept; a kill at any moment is repaired by the next deploy."""

from __future__ import annotations

import json
import sqlite3
import stat
from contextlib import closing
from typing import TYPE_CHECKING

import jsonschema
import pytest

from tests.sandbox import REPOSITORY
from tests.servers import postgres
from tests.setup.plugins import MIGRATION, MODELS, add_plugin

if TYPE_CHECKING:
    from pathlib import Path

    from lamindb.setup.instances import InstanceSettings
    from tests.sandbox import Sandbox

START = "import lamindb as ln\nfrom lamindb import log, setup\nlog.set_verbosity(3)\n"


def migration(operations: str, after: str) -> str:
    """The text of a migration of the package ``lnschema_x``."""
    return (
        "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n"
        f'    dependencies = [("lnschema_x", "{after}")]\n    operations = [{operations}]\n'
    )


BATCH = 'migrations.AddField("sample", "batch", models.CharField(max_length=60, null=True, default=None))'
UNIQUE = 'migrations.AlterField("sample", "name", models.CharField(max_length=255, default=None, unique=True))'
REMOVE = 'migrations.RemoveField("sample", "batch")'
NEW = 'migrations.CreateModel("Box", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField(db_index=True))])'
RENAME = 'migrations.RenameField("box", "name", "title")'


@pytest.fixture
def plugin(sandbox: Sandbox) -> Path:
    """A plug-in mounted by the sandbox's instance ``x`` in the folder ``s``, with a row."""
    package = add_plugin(sandbox, "x")
    sandbox.python(
        START + "setup.init(storage='s', name='x', schema='x')\nfrom lnschema_x import Sample; Sample(name='s1').save()"
    )
    return package


def add_migrations(package: Path) -> None:
    """Give the package a safe, a cautious and a breaking migration."""
    after = "0001_initial"
    for number, (name, operations) in enumerate(
        {"batch": f"{BATCH}, {NEW}", "unique": f"{UNIQUE}, {RENAME}", "removed": REMOVE}.items(), start=2
    ):
        this = f"{number:04}_{name}"
        (package / "migrations" / f"{this}.py").write_text(migration(operations, after))
        after = this


def statuses(sandbox: Sandbox, *calls: list[str]) -> tuple[list[int], str, str]:
    """What calls of ``lamin`` in one process end with, print, and print on standard error."""
    done = sandbox.python(f"from lamindb.cli import main\nprint([main(call) for call in {list(calls)!r}])", check=False)
    printed, _, ends = done.stdout.rstrip().rpartition("\n")
    return json.loads(ends), printed, done.stderr


# -- the plan ---------------------------------------------------------------------------------------------------------


def test_plan_classes_each_migration_and_exits_with_the_greatest_risk(sandbox: Sandbox, plugin: Path) -> None:
    """0 while all is safe, 1 if something is cautious, 2 if something is breaking; every operation has its reason."""
    assert sandbox.lamin("migrate", "plan").returncode == 0
    add_migrations(plugin)
    ends, printed, _ = statuses(
        sandbox, *(["migrate", "plan", "--json", "--to", f"x.000{number}"] for number in (2, 3, 4))
    )
    assert ends == [0, 1, 2]
    plans = json.loads(f"[{printed}]".replace("\n}\n{", "\n},\n{"))
    assert [plan["risk"] for plan in plans] == ["SAFE", "CAUTIOUS", "BREAKING"]
    schema = json.loads((REPOSITORY / "lamindb" / "cli" / "schemas" / "migrate-plan.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(plans[2])
    safe, cautious, breaking = plans[2]["missing"]
    assert [one["risk"] for one in (safe, cautious, breaking)] == ["SAFE", "CAUTIOUS", "BREAKING"]
    assert safe["steps"][0] == {
        "operation": "Add field batch to sample",
        "risk": "SAFE",
        "reason": "adds a column that may be empty",
    }
    assert cautious["steps"][0]["reason"] == "is stopped by rows with the same value"
    assert cautious["steps"][1]["reason"] == "changes a table that is new and empty"
    assert breaking["steps"][0]["reason"] == "deletes a column with all its values"
    text = sandbox.lamin("migrate", "plan", check=False).stdout
    assert "to be deployed: lnschema_x.0004_removed (BREAKING)\n" in text
    assert not list((sandbox.home / "s").glob("*.backup"))


def test_deploy_goes_as_far_as_it_is_told(sandbox: Sandbox, plugin: Path) -> None:
    """``--to`` names the last migration; what is applied already is not undone, and what nobody knows is refused."""
    add_migrations(plugin)
    assert "✅ deployed 1 migration\n" in sandbox.lamin("migrate", "deploy", "--to", "lnschema_x.0002").stdout
    with closing(sqlite3.connect(sandbox.home / "s" / "x.lndb")) as database:
        assert "batch" in [row[1] for row in database.execute("PRAGMA table_info(lnschema_x_sample)")]
    again = sandbox.lamin("migrate", "deploy", "--to", "x.0001")
    assert "already up-to-date" in again.stdout
    unknown = [["migrate", "deploy", "--to", name] for name in ("x.0009", "y.0001", "x", "x.", "")]
    ends, _, said = statuses(sandbox, *unknown, ["migrate", "check", "--to", "x.0002"])
    assert set(ends) == {2}
    assert said.count("No migration is called") == len(unknown)
    sandbox.python(START + "ln.ULabel(name='written between').save()")
    assert "✅ deployed 2 migrations\n" in sandbox.lamin("migrate", "deploy", "--no-backup").stdout
    assert len(list((sandbox.home / "s").glob("*.backup"))) == 1


def test_operations_have_their_risks(instance: InstanceSettings) -> None:
    """What widens is safe, what rows may not meet is cautious, what takes something away is breaking."""
    from django.db import migrations, models
    from django.db.migrations.state import ModelState, ProjectState

    from lamindb.setup.migration_risk import Assessor

    def risk(operation):
        state = ProjectState()
        fields = [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.CharField(max_length=60, default=None)),
            ("note", models.TextField(null=True)),
            ("number", models.IntegerField()),
        ]
        state.add_model(ModelState("x", "Sample", fields))
        made = type("Migration", (migrations.Migration,), {"operations": [operation]})("m", "x")
        (step,) = Assessor(state).assess(made)
        assert step.reason
        return step.risk.name

    def alter(name, field):
        return risk(migrations.AlterField("sample", name, field))

    def add(field):
        return risk(migrations.AddField("sample", "new", field))

    assert alter("name", models.CharField(max_length=90, default=None)) == "SAFE"
    assert alter("name", models.TextField(default=None)) == "SAFE"
    assert alter("name", models.CharField(max_length=60, default="x", help_text="y", db_index=True)) == "SAFE"
    assert alter("name", models.CharField(max_length=30, default=None)) == "CAUTIOUS"
    assert alter("note", models.TextField()) == "CAUTIOUS"
    assert alter("number", models.BigIntegerField()) == "SAFE"
    assert alter("number", models.CharField(max_length=3)) == "CAUTIOUS"
    assert alter("number", models.IntegerField(primary_key=True)) == "BREAKING"
    assert add(models.IntegerField(null=True)) == add(models.IntegerField(default=0)) == "SAFE"
    assert add(models.IntegerField(default=None)) == add(models.IntegerField(default=0, unique=True)) == "CAUTIOUS"
    assert add(models.ManyToManyField("x.Sample")) == "SAFE"
    assert risk(migrations.AlterUniqueTogether("sample", {("name", "number")})) == "CAUTIOUS"
    assert risk(migrations.AlterUniqueTogether("sample", set())) == "SAFE"
    assert risk(migrations.DeleteModel("Sample")) == "BREAKING"
    assert risk(migrations.RenameModel("Sample", "Probe")) == "BREAKING"
    assert risk(migrations.RunPython(migrations.RunPython.noop)) == "CAUTIOUS"
    assert risk(migrations.SeparateDatabaseAndState([migrations.RemoveField("sample", "note")])) == "BREAKING"
    assert risk(migrations.SeparateDatabaseAndState([], [migrations.RemoveField("sample", "note")])) == "SAFE"
    assert risk(type("Own", (migrations.RunSQL,), {})("SELECT 1")) == "CAUTIOUS"


# -- killed -----------------------------------------------------------------------------------------------------------

KILLED = """
import os, signal
from django.db.migrations.recorder import MigrationRecorder
def kill(*_):
    os.kill(os.getpid(), signal.SIGKILL)
setup.connection.connect()
"""


@pytest.mark.parametrize(
    "moment",
    [
        "MigrationRecorder.record_applied = kill",
        "from django.db.backends.sqlite3.schema import DatabaseSchemaEditor as Editor\nEditor.__exit__ = kill",
    ],
    ids=["changed and not recorded", "changed and not checked"],
)
def test_deploy_killed_within_a_migration_is_finished_by_the_next(sandbox: Sandbox, plugin: Path, moment: str) -> None:
    """A process that is killed between changing the tables and recording it leaves the database as it was."""
    (plugin / "migrations" / "0002_box.py").write_text(migration(f"{BATCH}, {NEW}", "0001_initial"))
    assert sandbox.python(START + KILLED + moment + "\nsetup.migrate.deploy()", check=False).returncode == -9
    done = sandbox.python(
        START + "setup.migrate.deploy()\nln.ULabel(name='after').save()\nprint(ln.ULabel.search('after').index[0])"
    )
    assert "✅ deployed 1 migration\nafter\n" in done.stdout


def test_two_processes_that_deploy_at_once_apply_each_migration_once(sandbox: Sandbox, plugin: Path) -> None:
    """The second waits for the first, finds the migration applied and goes on."""
    slow = "import time\n" + migration(f"migrations.RunPython(lambda *_: time.sleep(1)), {NEW}", "0001_initial")
    (plugin / "migrations" / "0002_box.py").write_text(slow)
    code = (
        "import os, sys\n"
        "pid = os.fork()\n" + START + "setup.migrate.deploy()\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) if pid else 0)"
    )
    assert "deployed 1 migration" in sandbox.python(code).stdout


# -- copies -----------------------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_postgres_is_dumped_before_what_is_not_safe(sandbox: Sandbox, postgres_server: str) -> None:
    """Into a file that only the user can read, without the password in a process list; a safe migration needs none."""
    package = add_plugin(sandbox, "x")
    url = postgres.create_database(postgres_server, "dumped")
    sandbox.environment["PATH"] = f"{postgres.find_binaries()}:{sandbox.environment['PATH']}"
    sandbox.python(START + f"setup.init(storage='s', name='x', db={url!r}, schema='x')")
    add_migrations(package)
    sandbox.lamin("migrate", "deploy", "--to", "x.0002")
    assert not (sandbox.home / ".lamin" / "backups").exists()
    done = sandbox.lamin("migrate", "deploy")
    assert "copied the database to" in done.stdout, done.stdout
    (dump,) = (sandbox.home / ".lamin" / "backups").iterdir()
    assert dump.read_bytes().startswith(b"PGDMP")
    assert stat.S_IMODE(dump.stat().st_mode) == 0o600


@pytest.mark.postgres
def test_without_pg_dump_the_user_is_told(sandbox: Sandbox, postgres_server: str) -> None:
    """A migration is applied all the same: one that fails leaves nothing on Postgres."""
    package = add_plugin(sandbox, "x", models=MODELS, migrations={"0001_initial": MIGRATION})
    url = postgres.create_database(postgres_server, "undumped")
    sandbox.python(START + f"setup.init(storage='s', name='x', db={url!r}, schema='x')")
    add_migrations(package)
    sandbox.environment["PATH"] = str(sandbox.home)
    done = sandbox.lamin("migrate", "deploy")
    assert "pg_dump is not installed here" in done.stdout
    assert "✅ deployed 3 migrations" in done.stdout
