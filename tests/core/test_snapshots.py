"""Many records in a row are made without asking the database about each, and nothing that it has meanwhile is missed."""

from __future__ import annotations

import random
import sqlite3
import string
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

import lamindb as ln

pytestmark = [pytest.mark.commits, pytest.mark.sqlite]


@pytest.fixture
def kept(instance):
    """A few labels, whose names are in memory."""
    ln.save([ln.ULabel.from_fields(name=name) for name in ("breast cancer", "lung cancer", "kidney")])
    for name in ("warm", "up"):
        ln.ULabel(name=name)


def warned_of(capsys, name):
    """What the constructor of a label tells about similar names."""
    capsys.readouterr()
    assert ln.ULabel(name=name)._state.adding
    return capsys.readouterr().out


@pytest.mark.parametrize("registered", [0, 20, 1_200])
def test_many_labels_in_a_row_take_a_few_statements(instance, registered, count_queries):
    """Whatever the size of the registry; none at all from some label on."""
    ln.save([ln.ULabel.from_fields(name=f"{number} {number * number}") for number in range(registered)])
    with count_queries() as queries:
        labels = [ln.ULabel(name=f"new label {number:b}") for number in range(100)]
    assert len(queries) <= (5 if registered < 1_000 else 40)
    with count_queries() as queries:
        labels += [ln.ULabel(name=f"newer label {number:b}") for number in range(100)]
    assert len(queries) == 0
    ln.save(labels)
    assert ln.ULabel.filter(name__startswith="new").count() == 200


def test_similar_and_known_names_are_told_from_memory(kept, count_queries, capsys):
    """As they are told by the database: the same warning, and the same record."""
    with count_queries() as queries:
        ln.ULabel(name="something else")
        shown = warned_of(capsys, "Brest cancer")
    assert len(queries) == 0
    assert "similar name exist" in shown
    assert "breast cancer" in shown
    assert "96.0" in shown
    known = ln.ULabel.filter(name="kidney").one()
    assert ln.ULabel(name="kidney") == known
    assert ln.ULabel(name="Kidney")._state.adding


def test_many_names_in_memory_hide_no_similar_one(instance, capsys):
    """What is told of names with a mistake, in other cases, and of parts of names is what the database tells, as within transactions."""
    rng = random.Random(5)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(4, 9))) for _ in range(300)]
    phrases = ([*rng.choices(words[:3], k=2), *rng.choices(words, k=rng.randint(1, 2))] for _ in range(1_300))
    names = list(dict.fromkeys(map(" ".join, phrases)))
    ln.save([ln.ULabel.from_fields(name=name) for name in names])
    asked = [with_mistake(name, rng) for name in rng.sample(names, 60)]
    asked += [name.upper() for name in names[:20]] + [name.rpartition(" ")[0] for name in names[20:40]]
    asked += [f"much more {name}" for name in names[40:60]] + ["".join(reversed(name)) for name in names[60:120]]
    asked = list(dict.fromkeys([name for name in asked if name and name not in names]))
    with transaction.atomic():
        told = [warned_of(capsys, name) for name in asked]
    for number in range(20):
        ln.ULabel(name=f"{number:05b}")
    assert [warned_of(capsys, name) for name in asked] == told
    assert 60 < sum("similar name" in one for one in told) < len(asked)


def with_mistake(name, rng):
    """A name with a letter less, more or changed."""
    at, letter = rng.randrange(len(name)), rng.choice("abcde ")
    return rng.choice([name[:at] + name[at + 1 :], name[:at] + letter + name[at:], name[:at] + letter + name[at + 1 :]])


def test_synonyms_are_told_from_memory(instance, capsys):
    """A synonym of a feature points out the feature."""
    ln.Feature(name="cell_type", type="category", synonyms="annotation of cells|celltyp").save()
    for name in ("warm", "up", "celltyp"):
        capsys.readouterr()
        ln.Feature(name=name, type="category")
    assert "cell_type" in capsys.readouterr().out


def test_what_this_connection_writes_is_seen_at_once(kept, capsys):
    """Whatever verb it was written by."""
    ln.ULabel(name="pancreas").save()
    assert "pancreas" in warned_of(capsys, "Pancreas")
    ln.ULabel.filter(name="pancreas").update(name="spleen")
    assert "pancreas" not in warned_of(capsys, "Pancreas")
    assert ln.ULabel(name="spleen") == ln.ULabel.filter(name="spleen").one()
    ln.ULabel.filter(name="spleen").delete()
    assert ln.ULabel(name="spleen")._state.adding


def test_what_others_write_is_seen_at_once(kept, instance, capsys):
    """Another process, or another thread."""
    with sqlite3.connect(instance._sqlite_file_local) as other:
        other.execute("UPDATE lnschema_core_ulabel SET name = 'spleen' WHERE name = 'kidney'")
    other.close()
    assert ln.ULabel(name="kidney")._state.adding
    assert not ln.ULabel(name="spleen")._state.adding
    ln.ULabel(name="warm"), ln.ULabel(name="up")
    with ThreadPoolExecutor(1) as threads:
        threads.submit(lambda: (ln.ULabel(name="Langerhans islet").save(), connection.close())).result()
    assert "Langerhans islet" in warned_of(capsys, "langerhans islets")


def test_what_is_rolled_back_never_was(kept, capsys):
    """A transaction sees what it has written; nobody does once it is rolled back."""
    with transaction.atomic():
        ln.ULabel(name="pancreas").save()
        for _ in range(3):
            assert "pancreas" in warned_of(capsys, "Pancreas")
        transaction.set_rollback(True)
    for _ in range(3):
        assert "pancreas" not in warned_of(capsys, "Pancreas")
        assert ln.ULabel(name="pancreas")._state.adding


def test_threads_keep_their_own(kept):
    """Each has its own connection, and what one forgets, or keeps, is nothing to the others."""

    def make(number):
        try:
            for count in range(30):
                name = f"thread {number} label {count:b}"
                ln.ULabel(name=name).save()
                assert not ln.ULabel(name=name)._state.adding
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(make, range(4)))
    assert ln.ULabel.filter(name__startswith="thread").count() == 120


def test_another_instance_has_its_own_names(fresh_instance):
    """A thread whose instance was closed by another one is told so, as with every query."""
    sandbox = fresh_instance()
    make = "[ln.ULabel(name=f'{i}{i}') for i in range(3)]\n"
    start = f"import lamindb as ln, threading\nfrom lamindb import setup\nln.ULabel(name='kept').save()\n{make}"
    same = "setup.init(storage='other')\nprint([ln.ULabel(name='kept')._state.adding for _ in range(3)])"
    assert sandbox.python(start + same).stdout.endswith("[True, True, True]\n")
    other = "other = threading.Thread(target=lambda: setup.init(storage='third'))\nother.start()\nother.join()\n"
    asked = sandbox.python(start + other + "ln.ULabel(name='unlike')", check=False)
    assert "was closed while this thread used it" in asked.stderr


def test_names_wait_for_a_connection_that_has_the_database_to_itself(fresh_instance):
    """As a writer has it where the database is in a folder of the network: no constructor fails for that."""
    script = """
import sqlite3, threading
import lamindb as ln
from django.db import connection

ln.ULabel(name="kept").save()
with connection.cursor() as cursor:
    cursor.execute("PRAGMA journal_mode = DELETE")
labels = [ln.ULabel(name=f"{i}{i}") for i in range(3)]
other = sqlite3.connect(ln.setup.settings.instance.sqlite_file, isolation_level=None, check_same_thread=False)
other.execute("BEGIN EXCLUSIVE")
threading.Timer(0.7, other.execute, ["COMMIT"]).start()
print(ln.ULabel(name="unlike")._state.adding)
"""
    assert fresh_instance().python(script).stdout.endswith("True\n")
