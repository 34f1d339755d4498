"""A process is killed at every step of replacing, deleting and saving several files in a bucket."""

from __future__ import annotations

import pytest

from tests.servers import gcs, s3

SCRIPT = """
from pathlib import Path
import lamindb as ln
from lamindb.io.hashing import digest_bytes
from lamindb.setup import connection
from tests.faults.killing import kill_at_every_step

ln.settings.verbosity = "error"
ln.settings.upon_file_create_if_hash_exists = "warn_create_new"
ln.settings.storage = {root!r}
for name in ("old", "new", "other"):
    Path(f"{{name}}.txt").write_text(name)

def prepare():
    for file in ln.File.filter():
        file.delete(storage=True, permanent=True)
    ln.trash.purge()
    if {verb!r} != "save":
        ln.File("old.txt", key="data.txt").save()

def save():
    ln.save([ln.File("new.txt", key="new.txt"), ln.File("other.txt", description="x")])

def replace():
    file = ln.File.filter().one()
    file.replace("new.txt")
    file.save()

def delete():
    ln.File.filter().one().delete(storage=True)

def contents():
    connection.disconnect()
    connection.connect()
    files = ln.File.filter().list()
    for file in files:
        assert digest_bytes(file.path.read_bytes()).value == file.hash, file
    report = ln.fsck(read_data=True, resume=False, progress=False, grace=-5, collect=True)
    assert report.is_clean, report
    return sorted(file.path.read_text() for file in files)

expected = {{"save": ([], ["new", "other"]), "replace": (["old"], ["new"]), "delete": (["old"], [])}}[{verb!r}]
steps = []
for step in kill_at_every_step({verb}, prepare):
    steps.append(step)
    found = contents()
    assert found in expected, (step, found)
    assert step or found == expected[1]
    if found != expected[1]:
        {verb}()
        assert contents() == expected[1], step
    if {verb!r} == "delete":
        ln.trash.restore("data.txt")
        assert contents() == ["old"], step
print("steps:", len(steps))
"""


@pytest.fixture
def place(request, fresh_instance):
    """A user and the address of an empty place in a bucket."""
    user = fresh_instance()
    if request.param == "s3":
        with s3.running_behind(lambda application: application) as endpoint:
            s3.make_bucket(endpoint, "lab")
            user.environment |= s3.environment(endpoint)
            yield user, "s3://lab/prefix"
    else:
        with gcs.running() as endpoint:
            gcs.make_bucket(endpoint, "lab")
            user.environment |= {
                "STORAGE_EMULATOR_HOST": endpoint,
                "FSSPEC_GS": '{"project": "test", "token": "anon"}',
                "FSSPEC_GCS": '{"project": "test", "token": "anon"}',
            }
            yield user, "gs://lab/prefix"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("place", "verb"),
    [("s3", "save"), ("s3", "replace"), ("s3", "delete"), ("gs", "replace")],
    indirect=["place"],
)
def test_killed_at_every_step(place, verb):
    """Once the instance is opened there is the old state or the new one, whole; doing it again succeeds; nothing else stays."""
    user, root = place
    shown = user.python(SCRIPT.format(root=root, verb=verb), timeout=280).stdout
    assert int(shown.partition("steps: ")[2]) > 3
