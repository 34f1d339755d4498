"""``ln.fsck`` in a bucket."""

from __future__ import annotations

import json

import pytest

from tests.servers import s3

SCRIPT = """
import json, os
from pathlib import Path
import lamindb as ln

ln.settings.verbosity = "error"
ln.settings.storage = "s3://lab/prefix"
root = ln.settings.storage
files = []
for number in range(8):
    source = Path(f"{number}.txt")
    source.write_text(f"content {number:03d}")
    files.append(ln.File(source, key=f"folder/{number}.txt" if number % 2 else None, description="x"))
ln.save(files)

def check(**arguments):
    report = ln.fsck(progress=False, resume=False, **arguments)
    return report.status, report.n_files, dict(report.counts), sorted({one.outcome for one in report.findings})

answers = [check(read_data=True)]
files[1].path.unlink()
files[2].path.write_bytes(b"short")
files[3].path.write_bytes(b"CONTENT 003")
(root / ".lamindb" / "a1234567890123456789.txt").write_bytes(b"orphan")
(root / ".lamindb" / "tmp" / "abc.txt").write_bytes(b"content 003")
(root / "mine.txt").write_bytes(b"mine")
answers.append(check(read_data=True))
answers.append(check(repair=True, read_data=True, collect=True, grace=-5))
files[1].path.write_bytes(b"content 001")
files[2].path.write_bytes(b"content 002")
answers.append(check(read_data=True))
answers.append(check(unregistered=True))
print("answers:", json.dumps(answers))
"""


@pytest.mark.slow
def test_faults_in_a_bucket_are_found_repaired_and_collected(fresh_instance):
    """As in a folder: exact kinds, content restored from a copy, garbage collected, the rest left alone."""
    with s3.running() as endpoint:
        s3.make_bucket(endpoint, "lab")
        user = fresh_instance()
        user.environment |= s3.environment(endpoint)
        shown = user.python(SCRIPT).stdout
    answers = json.loads(shown.partition("answers: ")[2])
    found = {"missing": 1, "size-mismatch": 1, "digest-mismatch": 1, "temporary": 1, "orphan": 1}
    assert answers[0] == ["clean", 8, {}, []]
    assert answers[1] == ["damaged", 8, found, ["found"]]
    assert answers[2] == [
        "damaged",
        8,
        {name: number for name, number in found.items() if name != "temporary"},
        ["collected", "impossible", "repaired"],
    ]
    assert answers[3] == ["clean", 8, {}, []]
    assert answers[4] == ["clean", 8, {"unregistered": 2}, ["found"]]  # one of them is what was in the place of a file
