"""With the stubs of the mounted registries a type checker knows fields, relations and conditions, those of plug-ins too."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from tests.plugins.conftest import PACKAGES
from tests.sandbox import REPOSITORY

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

GOOD = """
from __future__ import annotations
from datetime import UTC, datetime
from typing import assert_type
import lamindb as ln
import lnschema_bionty as lb
from lnschema_assays.models import Assay, Guide
from lnschema_lamin1 import Biosample

file = ln.File.filter(key="a.csv", size__gt=3, suffix__in=[".csv"], description__isnull=False).one()
assert_type(file, ln.File)
assert_type(file.key, str | None)
assert_type(file.id, str)
assert_type(file.created_by.handle, str)
assert_type(ln.File.filter(created_by__handle__startswith="a", updated_at__gte=datetime.now(UTC)).get(), ln.File)
assert_type(ln.File.filter(biosamples__cell_types__name__contains="T").list(), list[ln.File])
assert_type(ln.File.filter(transform__created_by__handle__in=["x"], run__id="y", pk="z").count(), int)
assert_type(Biosample.filter(cell_types=lb.CellType.filter(name="T cell").one()).first(), Biosample | None)
assert_type(Guide.filter(assay__name="x", files__in=[file]).one_or_none(), Guide | None)
assert_type(file.ulabels.one(), ln.ULabel)
assert_type(file.assays.list(), list[Assay])
for label in ln.ULabel.filter(parents__name="x", created_at__year=2023):
    assert_type(label, ln.ULabel)
    label.name = "other"
    file.ulabels.add(label)
    ln.save([label])
ln.ULabel.search("x", field=ln.ULabel.name)
assert_type(Assay.from_values(["a"], Assay.name), list[Assay])
lb.CellType.filter(parents__children__ontology_id="CL:0000000", created_by_id="x").df()
ln.FeatureSet.filter(genes__symbol="CD8A").df()
"""

BAD = {
    'ln.File.filter(bad_field="x")': 'Unexpected keyword argument "bad_field"',
    'ln.File.filter(key__starts="x")': 'Unexpected keyword argument "key__starts"',
    'ln.File.filter(size="big")': 'Argument "size" to "filter" of "File" has incompatible type "str"',
    'ln.ULabel.filter(created_by__nme="x")': 'Unexpected keyword argument "created_by__nme"',
    'ln.File.filter(assays__guides__nam="x")': 'did you mean "assays__guides__name"',
    'Assay.filter(nam="x")': 'Unexpected keyword argument "nam" for "filter" of "Assay"; did you mean "name"?',
    "ln.ULabel.filter().one().name = 3": "Incompatible types in assignment",
    "ln.File.filter(created_by__handle=3)": 'Argument "created_by__handle"',
}

PUBLIC = """
from __future__ import annotations
import lamindb as ln
import lnschema_bionty as lb


def register(path: str) -> ln.File:
    ln.track(ln.Transform(name="a", type="pipeline"))
    file = ln.File(path, description="a")
    file.save()
    feature = ln.Feature(name="x", type="category", registries=[ln.ULabel])
    feature.save()
    labels = ln.ULabel.from_values(["a", "b"], ln.ULabel.name)
    ln.save(labels)
    file.labels.add(labels, feature)
    file.describe()
    dataset = ln.Dataset([file], name="x")
    dataset.save()
    print(dataset.load(), file.load(), file.stage(), file.path, file.backed())
    print(ln.File.filter(description__contains="a").df(), ln.File.search("a"), ln.ULabel.lookup())
    print(ln.ULabel.validate(["a"]), ln.ULabel.inspect(["a"], "name"), ln.ULabel.standardize(["a"]))
    print(file.view_flow(), ln.schema.graph(), ln.fsck())
    print(ln.setup.settings.user.handle, ln.setup.settings.storage.root, ln.settings.verbosity)
    print(lb.CellType.bionty(), lb.CellType.from_bionty(name="T cell"), lb.settings.species)
    for run in ln.Run.filter(transform__name="a"):
        print(run.run_at, run.created_by.name)
    return ln.File.filter(description="a").one()


def make(storage: str) -> None:
    ln.setup.init(storage=storage, schema="bionty")
    ln.setup.migrate.deploy()
    print(ln.setup.migrate.plan().risk, ln.setup.migrate.check())
    ln.setup.add_schema("bionty")
    ln.schema.new("x", folder=storage)
    assert issubclass(ln.ULabel, ln.dev.Registry)
    ln.delete(ln.File.filter().one())
    ln.view()
    ln.setup.close()
"""


@dataclass(frozen=True)
class Checked:
    """What the type checker said about three scripts, line by line."""

    good: list[str]
    bad: dict[int, str]
    public: list[str]


@pytest.fixture(scope="module")
def checked(lab: Sandbox) -> Checked:
    """One run of mypy in strict mode over all scripts."""
    lab.lamin("schema", "stubs", "--output", "typings")
    start = "import lamindb as ln\nfrom lnschema_assays.models import Assay\n"
    (lab.home / "good.py").write_text(GOOD)
    (lab.home / "bad.py").write_text(start + "\n".join(BAD) + "\n")
    (lab.home / "public.py").write_text(PUBLIC)
    paths = [lab.home / "typings", REPOSITORY, PACKAGES]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--no-site-packages", "--follow-imports=silent", "--hide-error-context",
         "good.py", "bad.py", "public.py"],
        cwd=lab.home,
        env={**lab.environment, "MYPYPATH": ":".join(map(str, paths)), "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert not done.stderr, done.stderr
    lines = [line for line in done.stdout.splitlines() if ": error: " in line]
    said = {name: [line for line in lines if line.startswith(f"{name}.py:")] for name in ("good", "bad", "public")}
    bad = {int(line.split(":")[1]): line for line in said["bad"]}
    return Checked(said["good"], bad, said["public"])


@pytest.mark.slow
def test_valid_conditions_pass_and_queries_return_their_records(checked: Checked) -> None:
    """Fields, lookups, and relations up to two levels deep; fields and accessors of records have their types."""
    assert checked.good == []


@pytest.mark.slow
def test_every_mistake_is_an_error(checked: Checked) -> None:
    """A misspelt field, lookup or relation, and a value of another type."""
    assert list(checked.bad) == list(range(3, 3 + len(BAD)))
    for line, text in zip(checked.bad.values(), BAD.values(), strict=True):
        assert text in line


@pytest.mark.slow
def test_public_names_are_typed(checked: Checked) -> None:
    """A user's script that calls the API is clean in strict mode."""
    assert checked.public == []
