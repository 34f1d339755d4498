"""An instance made by the release before this one opens, is complete, and can be continued."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

FIXTURE = Path(__file__).parent.parent / "fixtures" / "reference-instance"
CORE = ["File", "Dataset", "Transform", "Run", "ULabel", "Feature", "FeatureSet", "Storage", "User"]


@pytest.fixture
def user(sandbox: Sandbox) -> Sandbox:
    """A user with the settings and a copy of the storage of the older release."""
    shutil.copytree(FIXTURE / "storage", sandbox.home / "moved")
    shutil.copytree(FIXTURE / "dot-lamin", sandbox.home / ".lamin")
    sandbox.lamin("load", "reference-instance", "--storage", str(sandbox.home / "moved"))
    sandbox.lamin("migrate", "deploy")
    return sandbox


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
