"""A database that is behind is told and brought up to date; one that is ahead is only read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.setup.plugins import MIGRATION, MODELS, add_plugin

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

START = "import lamindb as ln\nfrom lamindb import log, setup\nlog.set_verbosity(3)\n"

BEHIND = """❗ 

Your database is not up to date with your installed Python library.

The database misses the following migrations:
[<Migration lnschema_x.0002_sample_batch>]

Only if you are an admin and manage migrations manually, deploy them to the database: lamin migrate deploy

Otherwise, downgrade your Python library to match the database!

"""  # noqa: W291 - the words of earlier releases

WITH_BATCH = MODELS + "    batch = models.CharField(max_length=60, null=True, default=None)\n"

ADD_BATCH = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_x", "0001_initial")]
    operations = [
        migrations.AddField("sample", "batch", models.CharField(max_length=60, null=True, default=None)),
    ]
"""

FILL = """
from django.db import migrations


def fill(apps, schema_editor):
    apps.get_model("lnschema_x", "Sample").objects.update(batch="b")


class Migration(migrations.Migration):
    dependencies = [("lnschema_x", "0002_sample_batch")]
    operations = [migrations.RunPython(fill)]
"""

SQUASHED = MIGRATION.replace(
    "    operations = [",
    '    replaces = [("lnschema_x", "0001_initial"), ("lnschema_x", "0002_sample_batch")]\n    operations = [',
).replace(
    '("files", models',
    '("batch", models.CharField(max_length=60, null=True, default=None)),\n                ("files", models',
)


@pytest.fixture
def plugin(sandbox: Sandbox) -> Path:
    """A plug-in mounted by the sandbox's instance ``x`` in the folder ``s``."""
    package = add_plugin(sandbox, "x")
    sandbox.python(START + "setup.init(storage='s', name='x', schema='x')")
    sandbox.python(START + "from lnschema_x import Sample; Sample(name='s1').save()")
    return package


def run(sandbox: Sandbox, code: str) -> str:
    """What a script prints that begins with the usual imports."""
    return sandbox.python(START + code).stdout


def failure(sandbox: Sandbox, statement: str) -> str:
    """The class and text of the error that a statement raises."""
    code = f"try:\n    {statement}\nexcept Exception as error:\n    print(type(error).__name__, error)\nelse:\n    print('none')"
    return run(sandbox, code).splitlines()[-1]


def upgrade(package: Path, text: str = ADD_BATCH) -> None:
    """Give the plug-in a column more, and a migration for it."""
    (package / "models.py").write_text(WITH_BATCH)
    (package / "migrations" / "0002_sample_batch.py").write_text(text)


def test_fresh_database_is_up_to_date_at_the_cost_of_a_query(sandbox: Sandbox, plugin: Path) -> None:
    """Connecting imports neither a migration nor Django's machinery for them, and says nothing."""
    output = run(
        sandbox,
        "print(ln.File.filter().count()); import sys\n"
        "print([name for name in sys.modules if 'migrations' in name and name.startswith(('django.db', 'lnschema'))])\n"
        "setup.migrate.deploy(); print(setup.migrate.check(), setup.dev.django.get_migrations_to_sync())",
    )
    assert output.splitlines()[1:] == ["0", "[]", "✅ database already up-to-date with migrations!", "True []"]


def test_database_that_is_behind_is_told_and_the_session_goes_on(sandbox: Sandbox, plugin: Path) -> None:
    """The words are those of earlier releases; what needs no new column works."""
    upgrade(plugin)
    output = run(sandbox, "print(ln.File.filter().count())")
    assert output.startswith(BEHIND)
    assert output.endswith("\n0\n")
    assert setup_dev_has(BEHIND)


def setup_dev_has(text: str) -> bool:
    """Whether the text is the documented constant."""
    from lamindb.setup.dev import MISSING_MIGRATIONS_WARNING

    names = "[<Migration lnschema_x.0002_sample_batch>]"
    return text == f"❗ {MISSING_MIGRATIONS_WARNING.format(missing_migrations=names)}\n"


def test_deploy_applies_what_is_missing_and_keeps_a_copy(sandbox: Sandbox, plugin: Path) -> None:
    """Afterwards the column is there, rows are as they were, and a whole copy of the database before lies beside it."""
    upgrade(plugin)
    output = run(
        sandbox,
        "print(setup.dev.django.get_migrations_to_sync()); setup.migrate.deploy(); setup.migrate.deploy()\n"
        "from lnschema_x import Sample; s = Sample.filter().one(); s.batch = 'b'; s.save(); print(s.name, s.batch)",
    )
    assert "[<Migration lnschema_x.0002_sample_batch>]" in output
    assert "💡 applied lnschema_x.0002_sample_batch" in output
    assert "✅ deployed 1 migration\n✅ database already up-to-date with migrations!\ns1 b\n" in output
    (backup,) = (sandbox.home / "s").glob("x.lndb.*.backup")
    with closing(sqlite3.connect(backup)) as database:
        assert database.execute("SELECT name FROM lnschema_x_sample").fetchall() == [("s1",)]
        assert "batch" not in [row[1] for row in database.execute("PRAGMA table_info(lnschema_x_sample)")]
    assert run(sandbox, "ln.File").startswith("💡 loaded instance")


def test_migration_that_fails_is_told_with_the_copy_and_can_be_repeated(sandbox: Sandbox, plugin: Path) -> None:
    """Nothing of a failed migration stays, and the next ``deploy`` finishes."""
    upgrade(plugin, ADD_BATCH.replace("operations = [", "operations = [\n        migrations.RunSQL('nonsense'),"))
    told = failure(sandbox, "setup.migrate.deploy()")
    assert told.startswith("DatabaseBehind A migration of root/x failed: near")
    assert ".backup." in told
    upgrade(plugin)
    assert "✅ deployed 1 migration" in run(sandbox, "setup.migrate.deploy()")


def test_deploy_killed_between_migrations_is_finished_by_the_next(sandbox: Sandbox, plugin: Path) -> None:
    """A migration is applied whole or not at all."""
    upgrade(plugin)
    third = ADD_BATCH.replace("0001_initial", "0002_sample_batch").replace('"batch"', '"well"')
    kill = "import os, signal\ndef kill(*_):\n    os.kill(os.getpid(), signal.SIGKILL)\n"
    path = plugin / "migrations" / "0003_sample_well.py"
    path.write_text(kill + third.replace("operations = [", "operations = [\n        migrations.RunPython(kill),"))
    (plugin / "models.py").write_text(
        WITH_BATCH + "    well = models.CharField(max_length=60, null=True, default=None)\n"
    )
    assert sandbox.python(START + "setup.migrate.deploy()", check=False).returncode == -9
    path.write_text(third)
    output = run(
        sandbox, "setup.migrate.deploy(); from lnschema_x import Sample; print(Sample.filter(well=None).count())"
    )
    assert "✅ deployed 1 migration" in output
    assert output.endswith("1\n")


def test_database_that_is_ahead_is_only_read(sandbox: Sandbox, plugin: Path) -> None:
    """An unknown migration is named; reading works; writing and deploying get one sentence, below Django as well."""
    with closing(sqlite3.connect(sandbox.home / "s" / "x.lndb")) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('lnschema_x', '0009_later', '2030-01-01')"
        )
    output = run(
        sandbox,
        "from lnschema_x import Sample; print(Sample.filter().one().name)\n"
        "from django.db import connection, transaction\n"
        "def atomic():\n"
        "    with transaction.atomic():\n"
        "        Sample.filter().delete()\n"
        "raw = lambda: connection.connection.execute('DELETE FROM lnschema_x_sample')\n"
        "for write in (lambda: Sample(name='s2').save(), atomic, setup.migrate.deploy, raw):\n"
        "    try:\n        write()\n    except Exception as error:\n        print(type(error).__name__, error)\n",
    )
    lines = output.splitlines()
    assert "lnschema_x.0009_later" in lines[0]
    assert "s1" in lines
    assert [line.partition(" ")[0] for line in lines[-4:]] == ["DatabaseAhead"] * 3 + ["OperationalError"]
    assert all("pip install --upgrade lamindb" in line for line in lines[-4:-1])


def test_unmounted_and_unmigrated_packages_are_never_ahead(sandbox: Sandbox, plugin: Path) -> None:
    """What a database has had from packages that are not mounted, or have no migrations any more, does not matter."""
    with closing(sqlite3.connect(sandbox.home / "s" / "x.lndb")) as database, database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('lnschema_gone', '0009_later', '2030-01-01')"
        )
    for path in (plugin / "migrations").glob("0*.py"):
        path.unlink()
    output = run(sandbox, "print(ln.File.filter().count())")
    assert output.splitlines()[-1] == "0"
    assert "0009_later" not in output
    assert "ahead" not in output


def test_squashed_migration_counts_as_those_that_it_replaces(sandbox: Sandbox, plugin: Path) -> None:
    """A database with the single migrations is up to date with the squashed one, and the other way round."""
    upgrade(plugin)
    run(sandbox, "setup.migrate.deploy()")
    for path in (plugin / "migrations").glob("0*.py"):
        path.unlink()
    (plugin / "migrations" / "0001_squashed_0002.py").write_text(SQUASHED)
    quick = "print(ln.File.filter().count()); import sys; print('django.db.migrations.loader' in sys.modules)\n"
    assert run(sandbox, quick + "setup.migrate.deploy()").splitlines()[1:] == [
        "0",
        "False",
        "✅ database already up-to-date with migrations!",
    ]
    output = run(
        sandbox,
        "setup.init(storage='t', schema='x'); from lnschema_x import Sample; Sample(name='n', batch='b').save()",
    )
    assert "not up to date" not in output
    assert run(sandbox, quick).splitlines()[1:] == ["0", "False"]


def test_create_writes_for_plugins_and_says_if_there_is_nothing(sandbox: Sandbox, plugin: Path) -> None:
    """A changed registry gets a migration in its own package; ``check`` sees the difference."""
    (plugin / "models.py").write_text(WITH_BATCH)
    output = run(
        sandbox, "print(setup.migrate.check()); setup.migrate.create('lnschema_x'); print(setup.migrate.check())"
    )
    assert "❌ migrations are not in sync with ORMs, please create a migration: lamin migrate create\nFalse\n" in output
    assert output.endswith("True\n")
    assert sorted(path.name for path in (plugin / "migrations").glob("0*")) == [
        "0001_initial.py",
        "0002_sample_batch.py",
    ]


def test_create_never_writes_into_installed_packages(sandbox: Sandbox, plugin: Path) -> None:
    """Packages in ``site-packages`` are left alone unless they are named, and only mounted ones can be."""
    (plugin / "models.py").write_text(WITH_BATCH)
    installed = f"import sysconfig; sysconfig.get_path = lambda name: {str(plugin.parent)!r}\n"
    run(sandbox, installed + "setup.migrate.create()")
    assert [path.name for path in (plugin / "migrations").glob("0*")] == ["0001_initial.py"]
    told = failure(sandbox, "setup.migrate.create('lnschema_y')")
    assert told.startswith("InvalidSchemaName lnschema_y is not mounted")
    told = failure(sandbox, "setup.migrate.squash('lnschema_core', '0099')")
    assert told.startswith("UnknownMigration Cannot find a migration matching '0099'")


def test_migrations_with_functions_are_not_merged(sandbox: Sandbox, plugin: Path) -> None:
    """The function is named and no file is written; what may be left out is merged, and the instance opens with it."""
    upgrade(plugin)
    filling = plugin / "migrations" / "0003_fill.py"
    filling.write_text(FILL)
    told = failure(sandbox, "setup.migrate.squash('lnschema_x', '0003')")
    assert told.startswith("UnknownMigration lnschema_x.0003_fill runs fill(), which can't be merged")
    assert not list((plugin / "migrations").glob("*squashed*"))
    filling.write_text(FILL.replace("fill)", "fill, elidable=True)"))
    run(
        sandbox,
        "from unittest import mock\nwith mock.patch('builtins.input', return_value='y'): setup.migrate.squash('lnschema_x', '0003')",
    )
    assert [path.name for path in (plugin / "migrations").glob("*squashed*")] == ["0001_squashed_0003_fill.py"]
    assert run(sandbox, "setup.migrate.deploy(); print(ln.File.filter().count())").endswith("0\n")


def test_verbs_need_an_instance(sandbox: Sandbox) -> None:
    """Each says what to run."""
    for verb in ("create()", "deploy()", "check()", "squash('lnschema_core', '0001')"):
        assert failure(sandbox, f"setup.migrate.{verb}") == (
            "InstanceNotLoaded No instance is loaded! Call `lamin init` or `lamin load`"
        )
