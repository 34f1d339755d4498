"""An instance made by the release before this one opens, is complete, and can be continued."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

FIXTURE = Path(__file__).parent.parent / "fixtures" / "reference-instance"
CORE = ["File", "Dataset", "Transform", "Run", "ULabel", "Feature", "FeatureSet", "Storage", "User"]


@pytest.fixture
def user(sandbox: Sandbox) -> Sandbox:
    """A user with the settings and a copy of the storage of the older release, its database migrated."""
    load(sandbox)
    sandbox.lamin("migrate", "deploy")
    return sandbox


def load(sandbox: Sandbox) -> str:
    """Load a copy of the instance; returns what the command says."""
    shutil.copytree(FIXTURE / "storage", sandbox.home / "moved")
    shutil.copytree(FIXTURE / "dot-lamin", sandbox.home / ".lamin")
    done = sandbox.lamin("load", "reference-instance", "--storage", str(sandbox.home / "moved"))
    return done.stdout + done.stderr


def rows_by_table(user: Sandbox) -> dict[str, list[tuple]]:
    """All rows of the tables of registries and links."""
    with closing(sqlite3.connect(user.home / "moved" / "reference-instance.lndb")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        tables = [name for name in names if name.startswith("lnschema_")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"').fetchall(), key=repr) for name in tables}


def test_all_core_rows_are_as_they_were(user):
    """Every row of every core registry has the values that the older release printed."""
    rows = json.loads(
        user.python(
            f"""
import json, lamindb as ln, pandas as pd
def texts(frame):
    return frame.reset_index().astype(object).map(lambda value: "None" if pd.isna(value) else str(value))
rows = {{name: texts(getattr(ln, name).filter().df()).to_dict("records") for name in {CORE}}}
print("rows:" + json.dumps(rows))
"""
        ).stdout.split("rows:")[1]
    )
    expected = json.loads((FIXTURE / "expected.json").read_text())
    moved = {("Storage", "root"), ("Storage", "updated_at"), ("User", "updated_at")}
    for name in CORE:
        found = {row["id"]: row for row in rows[name]}
        assert found.keys() == {row["id"] for row in expected[name]}
        for row in expected[name]:
            for column, value in row.items():
                if (name, column) not in moved:
                    assert found[row["id"]][column] == value, (name, column)


def test_all_links_and_contents_are_there(user):
    """Files load with the hashes they had, and labels, features, members, inputs and parents are linked."""
    user.python(
        """
import lamindb as ln
from lamindb.io.hashing import digest_file
from pathlib import Path
for file in ln.File.filter():
    assert digest_file(Path(file.path)).value == file.hash, file
    assert file.load() is not None
assert ln.File.filter(suffix=".h5ad").one().load().n_obs > 0
assert ln.File.filter(suffix=".csv").one().load().shape[0] > 0
assert ln.FeatureSet.filter(n=3).one().features.count() == 3
panel = ln.Dataset.filter(name="Immune phenotyping 1").one()
assert panel.feature_sets["columns"].n == 3
assert ln.Dataset.filter(name="Joint panel").one().files.count() == 2
from lnschema_core.models import DatasetULabel, FileULabel
assert FileULabel.objects.count() + DatasetULabel.objects.count() > 0
assert ln.Run.filter(input_files__isnull=False).exists()
assert ln.ULabel.filter(parents__name="is_study").count() == 3
panel.describe()
panel.view_flow()
"""
    )


def test_migrating_adds_tables_and_loses_nothing(sandbox):
    """All rows of all tables are as they were, links and their keys included; the new tables are empty."""
    assert "0020_label_features" in load(sandbox)
    before = rows_by_table(sandbox)
    sandbox.lamin("migrate", "deploy")
    after = rows_by_table(sandbox)
    new = after.keys() - before.keys()
    assert {"filelabelfeature", "datasetlabelfeature", "execution"} <= {name[len("lnschema_core_") :] for name in new}
    assert all(after[name] == [] for name in new)
    assert {name: after[name] for name in before} == before


def test_plan_has_the_order_of_deploying(sandbox):
    """Core comes before the schemas that build on it, in the plan as when it is carried out."""
    load(sandbox)
    planned = re.findall(r"to be deployed: (\S+)", sandbox.lamin("migrate", "plan", check=False).stdout)
    applied = re.findall(r"applied (\S+)", sandbox.lamin("migrate", "deploy").stdout)
    assert planned == applied
    assert planned[0].startswith("lnschema_core.")


LABELS = """
import lamindb as ln
from lnschema_core.models import DatasetULabel, FileULabel
links = [*FileULabel.objects.exclude(feature=None), *DatasetULabel.objects.exclude(feature=None)]
assert links
for link in links:
    host = link.file if isinstance(link, FileULabel) else link.dataset
    assert link.ulabel in host.labels.get(link.feature)
    assert host in type(host).filter_by_label(link.ulabel, link.feature)
    assert host in type(host).filter_by_label(link.ulabel.name, link.feature)
    assert link.ulabel.name in repr(host.features)
host.describe()
"""


def test_labels_are_under_their_features(sandbox):
    """Before the database is migrated, and after."""
    load(sandbox)
    sandbox.python(LABELS)
    sandbox.lamin("migrate", "deploy")
    sandbox.python(
        LABELS
        + """
other = ln.Feature(name="another feature", type="category")
other.save()
host.labels.add(link.ulabel, other)
assert link.ulabel in host.labels.get(other) and link.ulabel in host.labels.get(link.feature)
columns = host.feature_sets["columns"]
from lnschema_core.annotation.slots import link_feature_sets
link_feature_sets(host, {"again": columns})
assert host.feature_sets["again"] == host.feature_sets["columns"] == columns
"""
    )


def test_records_are_deleted_before_the_database_is_migrated(sandbox):
    """For good, since there is no trash yet, one by one and by queries; links go, and what is in use is protected."""
    load(sandbox)
    sandbox.python(
        """
import lamindb as ln, pandas as pd
from django.db.models import ProtectedError
from lnschema_core.models import FileULabel

def refused(delete):
    try:
        delete()
    except ProtectedError:
        return True

transform, label = ln.Transform.filter().first(), ln.ULabel.filter().first()
for number, delete in enumerate((lambda one: one.delete(), lambda one: type(one).filter(id=one.id).delete())):
    run = ln.Run(transform)
    user = ln.User(id=f"other{number}", handle=f"other{number}", email=f"other{number}@lab.org")
    feature = ln.Feature(name=f"quality {number}", type="category")
    file = ln.File(pd.DataFrame({"x": [number]}), description="x", run=run)
    dataset = ln.Dataset(pd.DataFrame({"y": [number]}), name="y")
    for record in (run, user, feature, file, dataset):
        record.save()
    file.labels.add(label, feature)
    assert refused(lambda: delete(run))
    delete(feature)
    assert not FileULabel.filter(file=file).exists() and label in ln.ULabel.filter()
    for path, host in ((file.path, file), (dataset.file.path, dataset)):
        host.delete(storage=True) if number == 0 else delete(host)
        assert path.exists() == (number == 1)
    for record in (run, user):
        assert delete(record)[0] == 1
    left = [ln.Run.filter(id=run.id), ln.User.filter(handle=user.handle), ln.File.filter(description="x"), ln.Dataset.filter(name="y")]
    assert not any(query.exists() for query in left)
"""
    )


def test_it_can_be_continued(user):
    """New records, files, datasets and new versions of old files can be saved into it."""
    user.python(
        """
import lamindb as ln, pandas as pd
from pathlib import Path
assert ln.setup.settings.user.id == "DzTjkKse"
ln.save([ln.ULabel(name="new label")])
old = ln.File.filter(description="notes", version="2").one()
Path("new.txt").write_text("a third version")
new = ln.File("new.txt", is_new_version_of=old)
new.save()
assert new.version == "3" and new.id[:18] == old.id[:18] and new.initial_version_id == old.initial_version_id
dataset = ln.Dataset(pd.DataFrame({"x": [1, 2]}), name="new data")
dataset.save()
assert ln.Dataset.filter(name="new data").one().load().shape == (2, 1)
same = ln.File(old.path, description="again")
assert same.id == old.id
assert ln.Dataset.filter().count() == 3
"""
    )
    assert "up-to-date" in user.lamin("migrate", "deploy").stdout
