"""Schema packages mount whichever way they are written and whichever is imported first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.setup.plugins import GATE, MODELS, add_plugin

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

ROUND_TRIP = """
sample = Sample(name="s1")
sample.save()
assert Sample.filter(name="s1").one() == sample
import pathlib, lamindb as ln
pathlib.Path("x.txt").write_text("x")
file = ln.File("x.txt", description="x")
file.save()
sample.files.add(file)
assert file.samples.one() == sample
sample.delete()
file.delete(storage=True)
print("ok")
"""


def mounted(sandbox: Sandbox, name: str, **files) -> Sandbox:
    """The sandbox with an instance that mounts a throw-away package."""
    add_plugin(sandbox, name, **files)
    sandbox.python(f"import lamindb as ln; ln.setup.init(storage='storage', schema={name!r})")
    return sandbox


@pytest.mark.parametrize(
    ("init", "first"),
    [
        (GATE, "import lnschema_x; Sample = lnschema_x.Sample"),
        (GATE, "import lamindb; import lnschema_x; Sample = lnschema_x.Sample"),
        (GATE, "import lamindb; lamindb.File; from lnschema_x import Sample"),
        (GATE, "from lnschema_x.models import Sample"),
        (GATE, "from lnschema_core.models import File; from lnschema_x import Sample"),
        ("", "from lnschema_x.models import Sample"),
        ("", "import lamindb; lamindb.File; from lnschema_x.models import Sample"),
        ("", "import lamindb; from lnschema_x.models import Sample"),
    ],
)
def test_package_mounts_whatever_is_imported_first(sandbox: Sandbox, init: str, first: str) -> None:
    """A registry of a plug-in works, linked to files, whichever door is entered first."""
    mounted(sandbox, "x", init=init)
    assert sandbox.python(first + ROUND_TRIP).stdout.endswith("ok\n")


def test_package_imported_before_its_instance_is_made_gets_its_names(sandbox: Sandbox) -> None:
    """A package imported without an instance has its registries after ``init`` in the same process."""
    add_plugin(sandbox, "x")
    done = sandbox.python(
        "import lnschema_x, lamindb as ln; assert not hasattr(lnschema_x, 'Sample')\n"
        "ln.setup.init(storage='storage', schema='x'); Sample = lnschema_x.Sample" + ROUND_TRIP
    )
    assert done.stdout.endswith("ok\n")


def test_package_name_with_a_dash_is_mounted_and_kept_as_typed(sandbox: Sandbox) -> None:
    """``--schema my-demo`` mounts ``lnschema_my_demo`` and is shown as typed."""
    mounted_ = add_plugin(sandbox, "my_demo")
    assert mounted_.name == "lnschema_my_demo"
    done = sandbox.python(
        "import lamindb as ln; ln.setup.init(storage='storage', schema=' my-demo ,my-demo')\n"
        "from lnschema_my_demo import Sample; print(ln.setup.settings.instance.schema, Sample.__get_schema_name__())"
    )
    assert done.stdout.endswith("{'my-demo'} my_demo\n")


def test_package_without_migrations_mounts_without_tables(sandbox: Sandbox) -> None:
    """A package that has no migrations is named, and nothing is missing or ahead."""
    mounted(sandbox, "x", migrations={})
    done = sandbox.python(
        "from lnschema_x.models import Sample; from django.db import connection\n"
        "print([t for t in connection.introspection.table_names() if 'lnschema_x' in t])"
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert done.stdout.startswith("❗ lnschema_x has registries but no migrations, and so no tables")
    assert "not up to date" not in done.stdout


def test_gate_of_a_package_that_is_not_mounted_stays_closed(sandbox: Sandbox) -> None:
    """A package outside the instance's schema is importable and named in a warning, and the instance is usable."""
    add_plugin(sandbox, "x")
    sandbox.python("import lamindb as ln; ln.setup.init(storage='storage')")
    done = sandbox.python(
        "import lnschema_x, lamindb as ln; print(hasattr(lnschema_x, 'Sample'), ln.File.filter().count())"
    )
    assert "lnschema_x is not in the schema of" in done.stdout
    assert done.stdout.endswith("False 0\n")


@pytest.mark.parametrize(
    "broken", [{"init": "1 / 0"}, {"models": MODELS + "\n1 / 0\n"}, {"models": "import missing_library"}]
)
def test_init_with_a_broken_package_names_it_and_leaves_nothing(sandbox: Sandbox, broken: dict[str, str]) -> None:
    """A package that can't be imported is named at ``init``, and no folder and no settings file appear."""
    add_plugin(sandbox, "x", **broken)
    done = sandbox.python(
        "import lamindb as ln\n"
        "try:\n    ln.setup.init(storage='storage', schema='x')\n"
        "except ModuleNotFoundError as error:\n    print(type(error).__name__, error)\n"
        "import os; print(sorted(os.listdir()))\n"
        "ln.setup.init(storage='storage'); print(ln.File.filter().count())"
    )
    lines = done.stdout.splitlines()
    assert lines[0].startswith("SchemaNotInstalled The package lnschema_x of schema 'x' can't be imported: ")
    assert lines[1] == "['plugins']"
    assert lines[-1] == "0"


@pytest.mark.parametrize("broken", ["import missing_library", MODELS + "\n1 / 0\n"])
def test_instance_opens_without_a_package_that_broke_later(sandbox: Sandbox, broken: str) -> None:
    """An instance whose package can't be imported any more opens without it; its tables stay as they are."""
    mounted(sandbox, "x")
    sandbox.python("from lnschema_x import Sample; Sample(name='s1').save()")
    models = sandbox.home / "plugins" / "lnschema_x" / "models.py"
    models.write_text(broken)
    done = sandbox.python(
        "import lamindb as ln; print(ln.File.filter().count())\n"
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    print(cursor.execute('SELECT name FROM lnschema_x_sample').fetchall())"
    )
    assert "❗ The package lnschema_x of schema 'x' can't be imported" in done.stdout
    assert done.stdout.endswith("0\n[('s1',)]\n")


def test_unknown_schema_is_named_and_leaves_nothing(sandbox: Sandbox) -> None:
    """An unknown schema gives one sentence with the module's name, and no folder and no settings file appear."""
    done = sandbox.python(
        "import lamindb as ln\n"
        "try:\n    ln.setup.init(storage='a/b', schema='nope')\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
        "import os; print(os.listdir())"
    )
    assert done.stdout.startswith("No module named 'lnschema_nope'")
    assert done.stdout.endswith("[]\n")


def test_old_style_gate_says_whether_an_instance_is_there(sandbox: Sandbox) -> None:
    """``_check_instance_setup`` is False without an instance, warns if asked for lamindb, and connects if there is one."""
    code = "from lamindb_setup import _check_instance_setup as check; print(check(from_lamindb=True))"
    before = sandbox.python(code)
    assert "You haven't yet setup an instance" in before.stdout
    assert before.stdout.endswith("False\n")
    sandbox.python("import lamindb as ln; ln.setup.init(storage='storage')")
    after = sandbox.python(code + "; import lamindb_setup; print(lamindb_setup.dev.django.IS_SETUP)")
    assert after.stdout.endswith("True\nTrue\n")
