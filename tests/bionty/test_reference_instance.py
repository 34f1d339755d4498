"""The biological rows of an instance made by the release before this one are readable, and can be continued."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.sandbox import Sandbox

FIXTURE = Path(__file__).parent.parent / "fixtures" / "reference-instance"
REGISTRIES = ["CellType", "Gene", "Species"]


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user with the settings and a copy of the storage of the older release, its database not migrated."""
    user = Sandbox(tmp_path_factory.mktemp("reference") / "home")
    shutil.copytree(FIXTURE / "storage", user.home / "moved")
    shutil.copytree(FIXTURE / "dot-lamin", user.home / ".lamin")
    user.lamin("load", "reference-instance", "--storage", str(user.home / "moved"))
    return user


def stored_rows():
    """All rows of the tables of biological registries and their links, as the older release stored them."""
    with closing(sqlite3.connect(f"file:{FIXTURE}/storage/reference-instance.lndb?mode=ro", uri=True)) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in names if name.startswith("lnschema_bionty_")]
        cursors = {name: connection.execute(f'SELECT * FROM "{name}"') for name in tables}
        return {
            name: [dict(zip([column[0] for column in cursor.description], row, strict=True)) for row in cursor]
            for name, cursor in cursors.items()
        }


READ = """
import json, lamindb as ln, lnschema_bionty as lb, pandas as pd
from django.apps import apps
def texts(frame):
    return frame.reset_index().astype(object).map(lambda value: "None" if pd.isna(value) else str(value))
rows = {name: texts(getattr(lb, name).filter().df()).to_dict("records") for name in ["CellType", "Gene", "Species"]}
config = apps.get_app_config("lnschema_bionty")
models = [model for model in config.get_models(include_auto_created=True) if model.__name__ != "TermUpdate"]
tables = {model._meta.db_table: list(model._base_manager.values()) for model in models}
child = lb.CellType.filter(name="my neuron state").one()
assert child.parents.one().name == "my parent state" and child.ancestors().one() == child.parents.one()
gene = lb.Gene.filter(symbol="TCF7").one()
assert gene.species.name == "human" and gene.files.one().genes.one() == gene
file = child.files.one()
assert ln.File.filter(cell_types__in=child.parents.one().with_descendants()).one() == file
file.describe()
print("rows:" + json.dumps([rows, tables], default=str))
"""


def read(user):
    """What the registries have: frames as texts, and all rows of all tables."""
    return json.loads(user.python(READ).stdout.split("rows:")[1])


def check(user):
    """Compare what the registries have with what the older release printed and stored."""
    frames, tables = read(user)
    expected = json.loads((FIXTURE / "expected.json").read_text())
    for name in REGISTRIES:
        found = {row["id"]: row for row in frames[name]}
        assert found == {row["id"]: row for row in expected[name]}
    stored = stored_rows()
    assert tables.keys() == stored.keys()
    times = {"created_at", "updated_at"}
    for name, rows in stored.items():
        assert len(tables[name]) == len(rows), name
        found = {row["id"]: row for row in tables[name]}
        for row in rows:
            for column, value in row.items():
                if column not in times:
                    assert found[row["id"]][column] == value, (name, column)


def test_every_row_and_link_is_as_it_was_before_migrating(user):
    """The database is read as it is; migrations of 0.54 are recognised, and rows of sources keep their ids."""
    check(user)


def test_every_row_and_link_is_as_it_was_after_migrating(user):
    """No table is lost, no row changed, nothing is left to migrate, and models agree with tables."""
    said = user.lamin("migrate", "deploy").stdout
    assert "lnschema_bionty.0001" not in said
    check(user)
    assert "up-to-date" in user.lamin("migrate", "deploy").stdout
    assert user.lamin("migrate", "check").returncode == 0


def test_it_can_be_continued(user):
    """Old species and genes are found, new records are made of public sources and linked with the old ones."""
    user.lamin("migrate", "deploy")
    user.python(
        """
import lamindb as ln, lnschema_bionty as lb
lb.settings.species = "human"
assert lb.settings.species.id == "SVCa"
assert lb.Gene.from_bionty(symbol="TCF7").species_id == "SVCa" and lb.Gene.filter().count() == 1
gene = lb.Gene.from_bionty(symbol="BRCA2")
gene.save()
assert lb.Species.filter().count() == 1 and gene.species_id == "SVCa"
lb.CellType.from_bionty(name="T cell").save()
state = lb.CellType.filter(name="my neuron state").one()
state.parents.add(lb.CellType.filter(name="cell").one())
assert state in lb.CellType.filter(name="cell").one().descendants()
marker = lb.CellMarker.from_bionty(name="CD8")
marker.save()
assert lb.BiontySource.filter(currently_used=True).count() == 28
assert lb.BiontySource.filter(entity="CellType", version="2023-04-20").one().id == "BI0Z"
"""
    )
