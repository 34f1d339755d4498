"""A package that can't be used is named with its reason; the instance opens without it, its tables untouched."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox
from tests.setup.plugins import GATE, MIGRATION, MODELS, add_plugin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

START = "import lamindb as ln\nfrom lamindb import log\nlog.set_verbosity(3)\n"

APPS = """
from django.apps import AppConfig


class Config(AppConfig):
    name = "lnschema_x"
    label = "{label}"

    def ready(self):
        {ready}
"""


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user whose instance ``i`` in the folder ``s`` mounts a package, with a record that labels a file."""
    user = Sandbox(tmp_path_factory.mktemp("refused") / "home")
    add_plugin(user, "x")
    user.python(
        START + "ln.setup.init(storage='s', name='i', schema='x')\n"
        "from lnschema_x import Sample\nimport pandas as pd\n"
        "sample, file = Sample(name='s1'), ln.File(pd.DataFrame({'a': [1]}), description='d')\n"
        "sample.save(); file.save(); file.samples.add(sample)"
    )
    return user


@pytest.fixture
def package(sandbox: Sandbox) -> Iterator[Path]:
    """The folder of the package, which is as it was afterwards, and so is the list of mounted ones."""
    settings = sandbox.home / ".lamin" / "current_instance.env"
    before = settings.read_text()
    yield sandbox.home / "plugins" / "lnschema_x"
    shutil.rmtree(sandbox.home / "plugins")
    add_plugin(sandbox, "x")
    settings.write_text(before)


def tables(sandbox: Sandbox) -> dict[str, list[tuple]]:
    """The rows of the package's tables."""
    with closing(sqlite3.connect(sandbox.home / "s" / "i.lndb")) as database:
        names = [
            name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        ]
        return {
            name: database.execute(f"SELECT * FROM {name}").fetchall()
            for name in names
            if name.startswith("lnschema_x")
        }


def breaks_at_import(path: Path) -> None:
    """Its registries raise."""
    (path / "models.py").write_text(MODELS + "\n1 / 0\n")


def breaks_when_ready(path: Path) -> None:
    """Its application raises once everything is mounted."""
    (path / "apps.py").write_text(APPS.format(label="lnschema_x", ready="1 / 0"))


def breaks_in_its_door(path: Path) -> None:
    """It needs what isn't installed."""
    (path / "__init__.py").write_text("import nosuchlibrary")


def leaves_at_import(path: Path) -> None:
    """It leaves the interpreter instead of raising an error."""
    (path / "__init__.py").write_text("import sys\nsys.exit('no licence was found')")


def takes_the_label_of_core(path: Path) -> None:
    """Its application has the name of another one."""
    (path / "apps.py").write_text(APPS.format(label="lnschema_core", ready="pass"))


def takes_a_verb_of_files(path: Path) -> None:
    """Its records would appear where files have a verb."""
    (path / "models.py").write_text(MODELS.replace('related_name="samples"', 'related_name="load"'))


def takes_a_verb_of_all_registries(path: Path) -> None:
    """Its records would appear where every registry has a verb."""
    (path / "models.py").write_text(MODELS.replace('related_name="samples"', 'related_name="search"'))


def takes_an_accessor_of_core(path: Path) -> None:
    """Its records would appear where those of core do."""
    (path / "models.py").write_text(MODELS.replace('related_name="samples"', 'related_name="ulabels"'))


def needs_a_newer_lamindb(path: Path) -> None:
    """It says that it can't do with this version, and couldn't be imported either."""
    (path / "__init__.py").write_text(
        '__version__ = "7.1"\n_requires_lamindb = ">=99"\nfrom lamindb import what_will_be\n'
    )


def needs_nonsense(path: Path) -> None:
    """What it says about versions can't be understood."""
    (path / "__init__.py").write_text(f'_requires_lamindb: str = "new"\n{GATE}')


NEXT = """from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("lnschema_x", "0001_initial"), ("{label}", "{name}")]
    operations = []
"""


def has_a_migration_that_breaks(path: Path) -> None:
    """Its next migration can't be imported."""
    (path / "migrations" / "0002_next.py").write_text("1 / 0\n")


def has_an_empty_migration(path: Path) -> None:
    """Its next migration is none."""
    (path / "migrations" / "0002_next.py").write_text("")


def builds_on_a_newer_core(path: Path) -> None:
    """Its next migration needs one of core that isn't there yet."""
    (path / "migrations" / "0002_next.py").write_text(NEXT.format(label="lnschema_core", name="0999_future"))


def builds_on_itself(path: Path) -> None:
    """Two of its migrations need each other."""
    for name, other in (("0002_next", "0003_last"), ("0003_last", "0002_next")):
        (path / "migrations" / f"{name}.py").write_text(NEXT.format(label="lnschema_x", name=other))


@pytest.mark.parametrize(
    ("spoil", "status", "reason"),
    [
        (breaks_at_import, 16, "ZeroDivisionError"),
        (breaks_when_ready, 16, "ZeroDivisionError"),
        (breaks_in_its_door, 16, "No module named 'nosuchlibrary'"),
        (leaves_at_import, 16, "SystemExit: no licence was found."),
        (takes_the_label_of_core, 19, "calls its application 'lnschema_core', as lnschema_core does"),
        (takes_a_verb_of_files, 19, "Sample.files appears as File.load, a name that the registry itself has"),
        (takes_a_verb_of_all_registries, 19, "appears as File.search, a name that the registry itself has"),
        (takes_an_accessor_of_core, 19, "appears as File.ulabels, a name that"),
        (
            needs_a_newer_lamindb,
            19,
            "lnschema_x 7.1 of schema 'x' can't be used: it needs lamindb >=99, and this is 0.",
        ),
        (needs_nonsense, 19, "which is no range of versions"),
        (has_a_migration_that_breaks, 19, "its migration 0002_next can't be imported: ZeroDivisionError"),
        (has_an_empty_migration, 19, "its migration 0002_next has no class Migration"),
        (builds_on_a_newer_core, 19, "its migration 0002_next builds on lnschema_core.0999_future, which is not there"),
        (builds_on_itself, 19, "migrations build on each other in a circle"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_instance_opens_without_a_package_that_cannot_be_used(
    sandbox: Sandbox, package: Path, spoil: Callable[[Path], None], status: int, reason: str
) -> None:
    """It is named with the reason, files are as usable as without it, and the statuses tell what is wrong."""
    before = tables(sandbox)
    assert len(before) == 2
    spoil(package)
    also = "" if spoil in {breaks_in_its_door, leaves_at_import, needs_a_newer_lamindb} else "import lnschema_x\n"
    done = sandbox.python(
        START + also + "file = ln.File.filter().one()\nfile.describe()\nln.ULabel(name='written').save()\n"
        "print(file.load().shape, len(ln.File.search('d')), file.ulabels.list())\n"
        "from lamindb.cli import main; print('status', main(['plugin', 'check']))"
    )
    warnings = [line for line in done.stdout.splitlines() if line.startswith("❗")]
    assert len(warnings) == 1, done.stdout
    assert "lnschema_x" in warnings[0]
    assert reason in warnings[0]
    assert "The instance is opened without it; its tables stay as they are." in warnings[0]
    assert "(1, 1) 1 []" in done.stdout.splitlines()
    assert tables(sandbox) == before
    assert f"status {status}" in done.stdout.splitlines()
    kind = {16: "not importable", 19: "not usable"}[status]
    assert any(line.startswith(f"lnschema_x is {kind}: ") and reason in line for line in done.stdout.splitlines())


def test_two_packages_with_one_accessor_clash_and_the_first_declared_wins(sandbox: Sandbox, package: Path) -> None:
    """The second one is refused when it is added, and left out if it comes to clash later."""
    other = add_plugin(sandbox, "y", models=MODELS, migrations={"0001_initial": MIGRATION.replace("lnschema_x", "y")})
    done = sandbox.lamin("schema", "add", "y", check=False)
    assert done.returncode == 19
    assert "appears as User.created_samples, a name that Sample.created_by of lnschema_x has" in done.stderr
    instance_file = next((sandbox.home / ".lamin").glob("current_instance.env"))
    instance_file.write_text(instance_file.read_text().replace("schema_str=x", "schema_str=x,y"))
    done = sandbox.python(START + "print(ln.File.filter().one().samples.one().name)")
    assert "The package lnschema_y of schema 'y' clashes" in done.stdout
    assert done.stdout.endswith("s1\n")
    assert other.exists()


def test_package_that_clashes_with_itself_alone_is_mounted(sandbox: Sandbox, package: Path) -> None:
    """As with 0.54, where core had such relations, too."""
    (package / "models.py").write_text(MODELS + '    more = models.ManyToManyField(File, related_name="samples")\n')
    assert "all is well with lnschema_x" in sandbox.lamin("plugin", "check").stdout


def test_package_without_migrations_and_one_with_pending_ones_have_statuses(sandbox: Sandbox, package: Path) -> None:
    """The one is named as having no tables, the other as being behind; doctor says so as well."""
    (package / "models.py").write_text(MODELS + "    batch = models.CharField(max_length=9, null=True, default=None)\n")
    sandbox.lamin("migrate", "create")
    done = sandbox.lamin("plugin", "check", check=False)
    assert done.returncode == 13
    assert "lnschema_x is behind: the database misses 0002_sample_batch: lamin migrate deploy" in done.stdout
    for file in (package / "migrations").glob("*.py"):
        file.unlink()
    done = sandbox.lamin("plugin", "check", check=False)
    assert done.returncode == 19
    assert "lnschema_x is without migrations" in done.stdout
    (package / "__init__.py").write_text("1 / 0")
    done = sandbox.lamin("doctor", "--json", check=False)
    assert done.returncode == 16
    schemas = next(check for check in json.loads(done.stdout)["checks"] if check["name"] == "schemas")
    assert "lnschema_x" in schemas["message"]


def test_init_refuses_what_cannot_be_used(sandbox: Sandbox) -> None:
    """With the sentence of the reason and its status; nothing is left behind."""
    add_plugin(sandbox, "old", init='_requires_lamindb = "<0.1"')
    done = sandbox.lamin("init", "--storage", "other", "--schema", "old", check=False)
    assert done.returncode == 19
    assert "needs lamindb <0.1" in done.stderr
    assert not (sandbox.home / "other").exists()
