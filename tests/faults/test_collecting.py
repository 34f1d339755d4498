"""Garbage is collected while others write."""

from __future__ import annotations

import subprocess
import sys

import pytest

WRITERS = 4
SECONDS = 4

WRITE = """
import random, sys, time
from pathlib import Path
import lamindb as ln
ln.settings.verbosity = "error"
name, seconds = sys.argv[1], float(sys.argv[2])
end, saves, saved = time.monotonic() + seconds, 0, {}
source = Path(f"{name}.txt")
while time.monotonic() < end or saves < 10:
    source.write_text(f"{name} {time.monotonic()}")
    choice = random.random()
    if choice < 0.2 and saved:
        pk, _ = saved.popitem()
        ln.File.filter(pk=pk).one().delete(storage=True)
        continue
    if choice < 0.5 and saved:
        pk, _ = saved.popitem()
        file = ln.File.filter(pk=pk).one()
        file.replace(source)
    else:
        key = f"{name}/{time.monotonic()}.txt" if choice < 0.7 else None
        file = ln.File(source, key=key, description="x")
    file.save()
    saves += 1
    saved[file.pk] = source.read_text()
for pk, text in saved.items():
    assert ln.File.filter(pk=pk).one().path.read_text() == text
print(saves)
"""

COLLECT = """
import os, sys, time
import lamindb as ln
ln.settings.verbosity = "error"
root = ln.settings.storage
(root / ".lamindb" / "tmp").mkdir(parents=True, exist_ok=True)
for number in range(1200):
    (root / ".lamindb" / "tmp" / f"{number}.txt").write_text("garbage")
    (root / ".lamindb" / f"{number:020d}.txt").write_text("garbage")
time.sleep(1.5)
end, collected, passes = time.monotonic() + float(sys.argv[1]), 0, 0
while time.monotonic() < end:
    report = ln.fsck(collect=True, grace=1, progress=False)
    assert not report.damaged, report
    collected += sum(one.outcome == "collected" for one in report.findings)
    passes += 1
assert collected >= 2400, collected
print(passes)
"""


@pytest.mark.slow
def test_collecting_while_others_write(fresh_instance):
    """No object of a file is deleted and no alarm is false, while all old garbage goes: more than a page of it."""
    user = fresh_instance()
    codes = [(COLLECT, str(SECONDS)), *((WRITE, f"writer{i}", str(SECONDS + 2)) for i in range(WRITERS))]
    started = [
        subprocess.Popen(
            [sys.executable, "-c", *code],
            cwd=user.home,
            env=user.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for code in codes
    ]
    answers = [process.communicate(timeout=300) for process in started]
    assert [err for (_, err), process in zip(answers, started, strict=True) if process.returncode] == []
    assert sum(int(out) for out, _ in answers[1:]) >= 10 * WRITERS
    look = "import lamindb as ln; print(ln.fsck(read_data=True, progress=False).status)"
    assert user.python(look).stdout.splitlines()[-1] == "clean"
