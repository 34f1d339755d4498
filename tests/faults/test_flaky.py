"""A store that fails a fifth of all requests costs time, and nothing else."""

from __future__ import annotations

import pytest

from tests.servers import s3
from tests.servers.middleware import Flaky

SCRIPT = """
from pathlib import Path
import lamindb as ln

ln.settings.verbosity = "error"
ln.settings.storage = "s3://lab/prefix"

def until_it_succeeds(verb):
    for failures in range(20):
        try:
            return verb(), failures
        except (RuntimeError, OSError):
            pass
    raise AssertionError("it never succeeds")

failed = 0
for number in range(16):
    source = Path(f"{number}.txt")
    source.write_text(f"content {number:03d}")
    key = f"folder/{number}.txt" if number % 2 else None

    def save():
        if not ln.File.filter(description=source.name).exists():
            ln.File(source, key=key, description=source.name).save()

    failed += until_it_succeeds(save)[1]
for number in range(0, 16, 4):
    Path("new.txt").write_text(f"replaced {number}")

    def replace():
        file = ln.File.filter(description=f"{number}.txt").one()
        file.replace("new.txt")
        file.save()

    failed += until_it_succeeds(replace)[1]
for number in range(1, 16, 4):
    file = ln.File.filter(description=f"{number}.txt").one()
    try:
        file.delete(storage=True)
    except (RuntimeError, OSError):
        failed += 1
    until_it_succeeds(lambda: ln.trash.restore(f"folder/{number}.txt"))
print("failed:", failed)
"""

LOOK = """
import lamindb as ln
from lamindb.io.hashing import digest_file
files = ln.File.filter().list()
assert len(files) == 16
assert len({file.description for file in files}) == 16
for file in files:
    assert digest_file(file.stage()).value == file.hash
    number = int(file.description.removesuffix(".txt"))
    expected = f"replaced {number}" if number % 4 == 0 else f"content {number:03d}"
    assert file.stage().read_text() == expected
report = ln.fsck(read_data=True, collect=True, grace=-5, progress=False)
assert report.is_clean, report
"""


@pytest.mark.slow
def test_a_fifth_of_all_requests_fails(fresh_instance):
    """Saving, replacing, deleting and restoring succeed, at the latest when tried again; no row lacks its bytes, none is double."""
    flaky = Flaky(0.0)
    with s3.running_behind(flaky) as endpoint:
        s3.make_bucket(endpoint, "lab")
        user = fresh_instance()
        user.environment |= s3.environment(endpoint)
        flaky.share = 0.2
        user.python(SCRIPT, timeout=300)
        flaky.share = 0.0
        assert flaky.failed > 10
        user.python(LOOK)
