"""Many processes write to one instance on either database: nobody's write is lost, nothing is there twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import NamedTuple

import pytest

from tests.servers import s3
from tests.servers.middleware import Flaky

CLIENTS = int(os.environ.get("HISTORY_CLIENTS", "4"))
SECONDS = float(os.environ.get("HISTORY_SECONDS", "4"))
"""By hand: ``HISTORY_CLIENTS=16 HISTORY_SECONDS=300 HISTORY_SLOW=0.05 pytest tests/faults/test_many_writers.py``."""
LONG = 60
"""Seconds in which everybody does everything, however slow the store is."""
REFUSED = float(os.environ.get("HISTORY_REFUSED", "0.2"))
"""The part of all requests that a flaky store refuses, or doesn't answer."""
SLOW = float(os.environ.get("HISTORY_SLOW", "0"))
"""The part of all requests that it answers ten seconds late."""

BEGIN = """
from pathlib import Path
import lamindb as ln
ln.Transform(name="pipeline", version="1").save()
Path("followed.txt").write_text("followed")
ln.File("followed.txt", description="followed", version="1").save()
"""

BUCKET = "s3://lab/prefix"

IN_BUCKET = f"""
import lamindb as ln
ln.settings.storage = "{BUCKET}"
"""

COLLECT = "ln.fsck(collect=True, grace=-5, progress=False)"

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
    events = _history(lab)
    there = _look(lab)
    _check_records(events, there)
    _check_files(events, there)


@pytest.mark.slow
def test_history_is_one_that_could_have_been_where_the_store_refuses_a_fifth_of_all_requests(lab):
    """What was acknowledged is there as well, what was refused is there as a whole or not at all; what is left over, `fsck` tells."""
    flaky = Flaky(0.0)
    with s3.running_behind(flaky) as endpoint:
        s3.make_bucket(endpoint, "lab")
        lab.environment |= s3.environment(endpoint)
        lab.python(IN_BUCKET + BEGIN)
        flaky.share, flaky.slow = REFUSED, SLOW
        events = _history(lab, BUCKET)
        flaky.share = flaky.slow = 0.0
        assert flaky.failed
        there = _look(lab, IN_BUCKET + COLLECT)
    _check_records(events, there)
    _check_files(events, there)


def _history(lab, *storage):
    """What all clients were told, in the order of each."""
    clients = (["-m", "tests.faults.history", str(SECONDS), str(number), *storage] for number in range(CLIENTS))
    events = [
        json.loads(line) for out in answers_of(lab, *clients) for line in out.splitlines() if line.startswith("[")
    ]
    if not storage or SECONDS > LONG:
        assert {kind for kind, _, _ in events} >= {"has", "lacks", "version", "linked", "holds", "gone", "file-version"}
    return events


def _look(lab, first=""):
    """What the instance has in the end, after something is done first."""
    return There(*json.loads(lab.python(first + LOOK).stdout.split("left:")[1]))


class There(NamedTuple):
    """Labels, versions of the transform and links as pairs, version and text of each file, keys, and what ``fsck`` found."""

    labels: list[list[str]]
    versions: list[list[str]]
    links: list[list[str]]
    files: dict[str, list[str]]
    keys: list[str]
    found: dict[str, int]


def _check_records(events, there):
    labels, said = {tuple(one) for one in there.labels}, {}
    for kind, name, record_id in events:  # only one client has names of its own
        if kind in {"has", "lacks"}:
            said[name, record_id] = kind
    assert {pair for pair, kind in said.items() if kind == "has"} <= labels
    assert not {pair for pair, kind in said.items() if kind == "lacks"} & labels
    assert max(Counter(name for name, _ in labels).values()) == 1
    acknowledged = {record_id: int(version) for kind, version, record_id in events if kind == "version"}
    assert sorted(acknowledged.values()) == list(range(2, len(acknowledged) + 2))
    assert {key: int(version) for version, key in there.versions if version != "1"} == acknowledged
    living = {record_id for _, record_id in labels}
    linked = {(child, parent) for kind, child, parent in events if kind == "linked" and child in living}
    assert linked <= {tuple(link) for link in there.links}


def _check_files(events, there):
    """Every file has the content that was acknowledged last, or that was refused later; no object is missing or left over."""
    may_hold = {}
    for kind, text, file_id in events:
        if kind in {"holds", "gone"}:
            may_hold[file_id] = {text if kind == "holds" else None}
        elif kind in {"may-hold", "may-be-gone"}:
            may_hold[file_id].add(text if kind == "may-hold" else None)
    holds = {file_id: text for file_id, (_, text) in there.files.items()}
    assert {file_id: texts for file_id, texts in may_hold.items() if holds.get(file_id) not in texts} == {}
    assert len(there.keys) == len(set(there.keys))
    versions = {file_id: int(version) for file_id, (version, _) in there.files.items() if version is not None}
    acknowledged = {file_id: int(version) for kind, version, file_id in events if kind == "file-version"}
    assert acknowledged.items() <= versions.items()
    assert sorted(versions.values()) == list(range(1, len(versions) + 1))
    refused = sum(kind in {"refused", "may-hold", "may-be-gone"} for kind, _, _ in events)
    assert there.found.pop("unregistered", 0) <= refused  # objects that the store refused to remove again
    assert {kind: count for kind, count in there.found.items() if count} == {}


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


BOTH_WAYS = """
import os, sys
import lamindb as ln
ln.settings.verbosity = "error"
ln.ULabel.filter().count()

def begin(records, number):
    if number % 2:
        records.reverse()
    os.write(ready, b".")
    os.read(start, 1)
    ln.save(records)

def work(number):
    begin([ln.ULabel.from_fields(name=f"label {i:05}") for i in range(10_000)], number)

def change(number):
    labels = list(ln.ULabel.filter(name__startswith="label ").order_by("name"))
    for label in labels:
        label.description = f"by {number}"
    begin(labels, number)

for do in (work, change):
    (awaited, ready), (start, go), children = os.pipe(), os.pipe(), []
    for number in range(4):
        child = os.fork()
        if child == 0:
            os.close(go)
            try:
                do(number)
            except BaseException as error:
                os.write(1, f"{do.__name__}: {error!r}\\n".encode())
            os._exit(0)
        children.append(child)
    while children and len(os.read(awaited, 1)):
        children.pop()
    os.close(go)  # lets all of them begin
    while True:
        try:
            os.wait()
        except ChildProcessError:
            break
print("left:", ln.ULabel.filter().count(), len(set(ln.ULabel.filter().list("description"))))
"""


@pytest.mark.slow
def test_processes_that_save_the_same_records_in_opposite_order_wait_for_each_other(lab):
    """New ones and changed ones: nobody is refused because two wait for what the other one has, and the last one's changes are there."""
    said = lab.python(BOTH_WAYS).stdout
    assert "Error" not in said
    assert said.endswith("left: 10000 1\n")


DOUBLES = """
import os, sys
import pandas as pd
import lamindb as ln
ln.settings.verbosity = "error"
frame = pd.DataFrame({"a": [1], "b": [2.0], "c": ["x"]})
file = ln.File(frame, description="frame")
file.save()

def first():
    return [*ln.Feature.from_df(frame), ln.Feature(name="d", type="number"), ln.Modality(name="rna"), ln.Transform(name="step")]

def second():
    return [ln.FeatureSet.from_df(frame)]

def all_at_once(make, save):
    (awaited, ready), (start, go) = os.pipe(), os.pipe()
    for number in range(CLIENTS):
        if os.fork() == 0:
            os.close(go)
            try:
                records = make()
                os.write(ready, b".")
                os.read(start, 1)
                save(records if number % 2 else records[::-1])
                os.write(1, f"{make.__name__}: {sorted(record.id for record in records)}\\n".encode())
            except BaseException as error:
                os.write(1, f"failed: {error!r}\\n".encode())
            os._exit(0)
    for _ in range(CLIENTS):
        os.read(awaited, 1)  # all of them have found none
    os.close(go)
    for _ in range(CLIENTS):
        os.wait()

all_at_once(first, ln.save)
all_at_once(second, lambda records: records[0].save())
names = [*ln.Feature.filter().list("name"), *ln.Modality.filter().list("name"), *ln.Transform.filter().list("name")]
print("left:", sorted(names), [one.features.count() for one in ln.FeatureSet.filter()])
"""


@pytest.mark.slow
def test_records_of_registries_without_unique_names_are_made_once(lab):
    """By processes that have all looked before any of them saved; everybody has the same records afterwards."""
    lines = lab.python(DOUBLES.replace("CLIENTS", str(CLIENTS))).stdout.splitlines()
    assert lines[-1] == "left: ['a', 'b', 'c', 'd', 'rna', 'step'] [3]"
    assert sorted(Counter(line for line in lines if line.startswith(("first", "second"))).values()) == [CLIENTS] * 2
