"""Many processes do the same at the same time: one row, one object, and everybody is answered."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROCESSES = 16

SAVE = """
import sys
from pathlib import Path
import lamindb as ln
from django.db import IntegrityError
ln.settings.verbosity = "error"
ready, go = Path(sys.argv[1]), Path(sys.argv[2])
ready.touch()
while not go.exists():
    pass
for kind in ("file", "key", "name"):
    try:
        if kind == "file":
            record = ln.File("same.txt", key="same.txt")
        elif kind == "key":
            Path(sys.argv[3]).write_text(sys.argv[3])
            record = ln.File(sys.argv[3], key="key.txt")
        else:
            record = ln.ULabel(name="label")
        ln.save([record])
        print(kind, "saved")
    except IntegrityError:
        print(kind, "refused")
"""

LOOK = """
import lamindb as ln
from lamindb.io.hashing import digest_file
for file in ln.File.filter():
    assert digest_file(file.path).value == file.hash
report = ln.fsck(read_data=True, unregistered=True, progress=False, grace=-1)
print("left:", sorted(file.key for file in ln.File.filter()), ln.ULabel.filter(name="label").count(), dict(report.counts))
"""


@pytest.mark.slow
def test_sixteen_processes_save_the_same_file_key_and_name(fresh_instance):
    """One row each with whole bytes; who comes late with other content for a key is refused; nothing else is left."""
    user = fresh_instance()
    (user.home / "same.txt").write_text("same")
    go = user.home / "go"
    started = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE, str(user.home / f"ready{i}"), str(go), f"own{i}.txt"],
            cwd=user.home,
            env=user.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for i in range(PROCESSES)
    ]
    while len(list(Path(user.home).glob("ready*"))) < PROCESSES and all(one.poll() is None for one in started):
        pass
    go.touch()
    answers = [process.communicate(timeout=300) for process in started]
    assert [err for _, err in answers if err] == []
    lines = [line for out, _ in answers for line in out.splitlines()]
    assert len(lines) == 3 * PROCESSES
    assert lines.count("key saved") == 1
    assert lines.count("name saved") == PROCESSES
    assert "left: ['key.txt', 'same.txt'] 1 {}" in user.python(LOOK).stdout
