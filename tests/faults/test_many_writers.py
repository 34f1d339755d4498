"""Many processes write to one instance on either database: nobody's write is lost, nothing is there twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

CLIENTS = int(os.environ.get("HISTORY_CLIENTS", "4"))
SECONDS = float(os.environ.get("HISTORY_SECONDS", "4"))
"""By hand: ``HISTORY_CLIENTS=16 HISTORY_SECONDS=120 pytest tests/faults/test_many_writers.py``."""

BEGIN = """
from pathlib import Path
import lamindb as ln
ln.Transform(name="pipeline", version="1").save()
Path("followed.txt").write_text("followed")
ln.File("followed.txt", description="followed", version="1").save()
"""

LOOK = """
import json
import lamindb as ln
from django.db import connection
connection.check_constraints()
labels = list(ln.ULabel.objects.values_list("name", "id"))
versions = list(ln.Transform.filter(name="pipeline").values_list("version", "id"))
links = list(ln.ULabel.parents.through.objects.values_list("from_ulabel_id", "to_ulabel_id"))
files = {file.id: (file.version, file.path.read_text()) for file in ln.File.filter()}
keys = ln.File.filter(key__isnull=False).list("key")
report = ln.fsck(read_data=True, unregistered=True, progress=False, grace=-1)
print("left:" + json.dumps([labels, versions, links, files, keys, report.counts]))
"""


def answers_of(user, *commands):
    """What processes print that run at the same time; none of them fails."""
    started = [
        subprocess.Popen(
            [sys.executable, *command],
            cwd=user.home,
            env=user.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for command in commands
    ]
    done = [process.communicate(timeout=SECONDS + 300) for process in started]
    assert [process.returncode for process in started] == [0] * len(commands), [err[-3000:] for _, err in done if err]
    return [out for out, _ in done]


@pytest.mark.slow
def test_history_of_random_writers_is_one_that_could_have_been(lab):
    """Every write that was acknowledged is there, once; every deletion is one; versions of a family are numbered without gaps or doubles."""
    lab.python(BEGIN)
    printed = answers_of(lab, *(["-m", "tests.faults.history", str(SECONDS), str(number)] for number in range(CLIENTS)))
    events = [json.loads(line) for out in printed for line in out.splitlines() if line.startswith("[")]
    labels, versions, links, files, keys, found = json.loads(lab.python(LOOK).stdout.split("left:")[1])
    assert {kind for kind, _, _ in events} >= {"has", "lacks", "version", "holds", "gone", "file-version"}
    _check_files(events, files, keys, found)
    there, said = {tuple(one) for one in labels}, {}
    for (
        kind,
        name,
        record_id,
    ) in events:  # those of one client are in their order, and only one client has names of its own
        if kind in {"has", "lacks"}:
            said.setdefault((name, record_id), set() if name.startswith("shared") else None)
            said[name, record_id] = kind
    assert {pair for pair, kind in said.items() if kind == "has"} <= there
    assert not {pair for pair, kind in said.items() if kind == "lacks"} & there
    assert max(Counter(name for name, _ in labels).values()) == 1
    acknowledged = {record_id: int(version) for kind, version, record_id in events if kind == "version"}
    assert sorted(acknowledged.values()) == list(range(2, len(acknowledged) + 2))
    assert {key: int(version) for version, key in versions if version != "1"} == acknowledged
    living = {record_id for _, record_id in labels}
    linked = {(child, parent) for kind, child, parent in events if kind == "linked" and child in living}
    assert linked <= {tuple(link) for link in links}


def _check_files(events, files, keys, found):
    """Every file has the content that was acknowledged last, and no object is missing or left over."""
    content = {file_id: None if kind == "gone" else text for kind, text, file_id in events if kind in {"holds", "gone"}}
    stored = {file_id: text for file_id, (_, text) in files.items()}
    assert {file_id: text for file_id, text in content.items() if text is not None}.items() <= stored.items()
    assert not {file_id for file_id, text in content.items() if text is None} & stored.keys()
    assert len(keys) == len(set(keys))
    acknowledged = sorted(int(version) for kind, version, _ in events if kind == "file-version")
    assert acknowledged == list(range(2, len(acknowledged) + 2))
    assert {kind: count for kind, count in found.items() if count} == {}


SAME = """
import lamindb as ln
label, many = ln.ULabel(name="same"), [ln.ULabel.from_fields(name=f"label {i}") for i in range(20)]
ln.save([label, *many, ln.ULabel.from_fields(name=f"own {number}")])
print([label.id, *(one.id for one in many)])
"""


@pytest.mark.slow
def test_processes_that_make_the_same_and_other_records_are_all_answered(lab):
    """One row for each name, and everybody has its id."""
    printed = answers_of(lab, *(["-c", SAME.replace("{number}", str(number))] for number in range(2 * CLIENTS)))
    assert len({out.splitlines()[-1] for out in printed}) == 1
    count = lab.python("import lamindb as ln; print(ln.ULabel.filter().count())").stdout
    assert count.endswith(f"{21 + 2 * CLIENTS}\n")
