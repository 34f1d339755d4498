"""Schemas are added to an instance that exists, and taken from it, without a loss."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.setup.plugins import GATE, MIGRATION, MODELS, add_plugin

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox

BUILDS_ON_X = MIGRATION.replace("Sample", "Probe").replace("samples", "probes")
BUILDS_ON_X = BUILDS_ON_X.replace("dependencies = [", 'dependencies = [("lnschema_x", "0001_initial"), ')


def schemas(user: Sandbox) -> str:
    """What the instance mounts, as its settings say."""
    return user.python(
        "import lamindb as ln; ln.File; print(','.join(ln.setup.settings.instance.schemas))"
    ).stdout.splitlines()[-1]


def test_schema_comes_and_goes_and_its_rows_stay(fresh_instance: Callable[..., Sandbox]) -> None:
    """Tables are made when it is added, after a copy; rows are back when it is added again; what builds on it goes first."""
    user = fresh_instance()
    add_plugin(user, "x")
    add_plugin(
        user,
        "y",
        init=GATE.replace("Sample", "Probe"),
        models=MODELS.replace("Sample", "Probe").replace("samples", "probes"),
        migrations={"0001_initial": BUILDS_ON_X},
    )
    done = user.lamin("schema", "add", "x")
    assert "✅ deployed 1 migration\n✅ root/storage mounts x\n" in done.stdout
    assert len(list((user.home / "storage").glob("*.backup"))) == 1
    user.lamin("schema", "add", "y")
    assert "mounts x already" in user.lamin("schema", "add", "x").stdout
    assert schemas(user) == "x,y"
    user.python("from lnschema_x import Sample; Sample(name='s1').save()")
    assert "core is always mounted" in user.lamin("schema", "remove", "core", check=False).stderr
    refused = user.lamin("schema", "remove", "x", check=False)
    assert refused.returncode == 19
    assert "lnschema_y builds on lnschema_x" in refused.stderr
    assert "tables and rows are kept" in user.lamin("schema", "remove", "x,y").stdout
    assert schemas(user) == ""
    out = user.python(
        "import lamindb as ln\nln.setup.add_schema('x')\nfrom lnschema_x import Sample\nprint(Sample.filter().one().name)"
    ).stdout
    assert out.endswith("s1\n")
    assert "deployed" not in out


def test_schema_that_cannot_be_mounted_leaves_the_instance_as_it_was(fresh_instance: Callable[..., Sandbox]) -> None:
    """One that is not there, one that can't be imported, one whose migration fails, and one that is not mounted."""
    user = fresh_instance()
    assert user.lamin("schema", "add", "nosuch", check=False).returncode == 16
    package = add_plugin(user, "x", init="1 / 0")
    assert "ZeroDivisionError" in user.lamin("schema", "add", "x", check=False).stderr
    (package / "__init__.py").write_text(GATE)
    migration = package / "migrations" / "0001_initial.py"
    migration.write_text(MIGRATION.replace("operations = [", "operations = [migrations.RunSQL('nonsense'),"))
    failed = user.lamin("schema", "add", "x", check=False)
    assert failed.returncode == 13
    assert ".backup" in failed.stderr
    assert schemas(user) == ""
    assert user.lamin("schema", "remove", "x", check=False).returncode == 16
    migration.write_text(MIGRATION)
    user.lamin("schema", "add", "x")
    assert schemas(user) == "x"
