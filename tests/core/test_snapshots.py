"""Many records in a row are made without asking Django about each, and nothing that the database has meanwhile is missed."""

from __future__ import annotations

import random
import sqlite3
import string
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

import lamindb as ln
from lamindb.text.screening import SIMILAR, Screen

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


@contextmanager
def asked_of_sqlite():
    """All statements of a block, also those that are none of Django's; without those that ask whether anybody has written."""
    statements = []
    connection.connection.set_trace_callback(statements.append)
    try:
        yield statements
    finally:
        connection.connection.set_trace_callback(None)
        statements[:] = [one for one in statements if one != "PRAGMA data_version"]


@pytest.mark.parametrize(("registered", "each"), [(0, 0), (20, 0), (1_200, 1)])
def test_many_labels_in_a_row_take_a_few_statements(instance, registered, each, count_queries):
    """Whatever the size of the registry: none at all from some label on, or one that Django has nothing to do with."""
    ln.save([ln.ULabel.from_fields(name=f"{number} {number * number}") for number in range(registered)])
    with count_queries() as queries:
        labels = [ln.ULabel(name=f"new label {number:b}") for number in range(100)]
    assert len(queries) <= 5
    with count_queries() as queries, asked_of_sqlite() as statements:
        labels += [ln.ULabel(name=f"newer label {number:b}") for number in range(100)]
    assert (len(queries), len(statements)) == (0, 100 * each)
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


def test_a_look_at_a_large_registry_hides_no_similar_name(instance):
    """What indexes find of names with a mistake, in other cases, and of parts of names is pointed out, and of others they are not asked."""
    rng = random.Random(5)
    words = ["".join(rng.choices(string.ascii_lowercase, k=rng.randint(4, 9))) for _ in range(300)]
    phrases = ([*rng.choices(words[:3], k=2), *rng.choices(words, k=rng.randint(1, 2))] for _ in range(1_300))
    names = list(dict.fromkeys(map(" ".join, phrases)))
    ln.save([ln.ULabel.from_fields(name=name) for name in names])
    asked = [with_mistake(name, rng) for name in rng.sample(names, 60)]
    asked += [name.upper() for name in names[:20]] + [name.rpartition(" ")[0] for name in names[20:40]]
    asked += [f"much more {name}" for name in names[40:60]] + [
        "\t".join(["more", *name.split()]) for name in names[60:80]
    ]
    others = ["".join(reversed(name)) for name in names[80:140]]
    ln.ULabel(name="warm up")
    from lnschema_core.search import similar
    from lnschema_core.search_index import candidates

    looks = dict.fromkeys([name for name in [*asked, *others] if name and name not in names])
    for name in looks:
        looks[name] = candidates.knowledge(ln.ULabel, name, with_similar=True).similar != []
        found = similar(ln.ULabel, name, candidates.namesakes(ln.ULabel, name), threshold=SIMILAR)
        assert looks[name] or not found, name
    assert sum(looks[name] for name in asked if name in looks) > 100
    assert not any(looks[name] for name in others)


def test_first_words_of_a_name_are_pointed_out_whatever_is_between_both(instance, capsys):
    """In the order of names, one that has the first word only is next to the new name, and not the one that was meant."""
    names = [f"{number:04} of {number * number}" for number in range(1_200)]
    ln.save([ln.ULabel.from_fields(name=name) for name in [*names, "kappa", "kappa chain", "kappa deletion"]])
    ln.ULabel(name="warm up")
    assert "similar name" not in warned_of(capsys, "kappaxq jvhdf mwplrtyu")
    for name in ("kappa xq jvhdf mwplrtyu", "kappa\txq jvhdf mwplrtyu", "kappa chain xq jvhdf mwplrtyu zzgnb"):
        shown = warned_of(capsys, name)
        assert "similar name" in shown
        assert "\nkappa " in shown


def test_a_large_registry_that_shrinks_is_ranked_as_a_whole(instance, capsys):
    """Whoever deletes its records: this connection is known to have changed something, others are noticed after some hundred questions."""
    names = [f"{number:04} of {number * number}" for number in range(1_200)]
    ln.save([ln.ULabel.from_fields(name=name) for name in [*names, "a part of something"]])
    ln.ULabel(name="warm up")
    assert "something" not in warned_of(capsys, "part of")
    ln.ULabel.filter(name__in=names[:300]).delete()
    assert "something" in warned_of(capsys, "part of")
    ln.save([ln.ULabel.from_fields(name=name) for name in names[:300]])
    ln.ULabel(name="warm up")
    assert "something" not in warned_of(capsys, "part of")
    with sqlite3.connect(instance._sqlite_file_local) as other:
        other.execute("DELETE FROM lnschema_core_ulabel WHERE name < '0300'")
    other.close()
    for number in range(300):
        ln.ULabel(name=f"{number:b}")
    assert "something" in warned_of(capsys, "part of")


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


def test_a_forked_process_asks_by_a_connection_of_its_own(fresh_instance):
    """What it makes is seen by the one that forked it, whose connection it leaves alone."""
    script = """
import os
import lamindb as ln
from django.db import connections
from lamindb.setup import guards

ln.ULabel(name="kept").save()
labels = [ln.ULabel(name=f"{i}{i}") for i in range(3)]
inherited = guards.own_connection()
child = os.fork()
if not child:
    ln.ULabel(name="unlike")
    own = guards.own_connection()
    ln.ULabel(name="of the child").save()
    os._exit(int(own is inherited or own is not connections["default"]))
print(os.waitpid(child, 0)[1], ln.ULabel(name="of the child")._state.adding, guards.own_connection() is inherited)
"""
    assert fresh_instance().python(script).stdout.endswith("0 False True\n")


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


def test_names_of_a_large_registry_that_look_alike_are_read_once(instance, count_queries, capsys):
    """A look at the database can't tell that nothing is similar to `label 5e9c0a1b`, but names in memory can, and what is."""
    rng = random.Random(6)
    names = [f"label {rng.getrandbits(32):08x}" for _ in range(1_700)]
    ln.save([ln.ULabel.from_fields(name=name) for name in names[:1_200]])
    for name in names[1_200:]:
        ln.ULabel(name=name)
    with count_queries() as queries:
        for name in names[1_300:1_400]:
            ln.ULabel(name=name)
        shown = warned_of(capsys, f"{names[0][:9]}-{names[0][10:]}")
    assert len(queries) == 0
    assert names[0] in shown


def test_names_that_all_have_much_in_common_are_asked_of_the_database(instance, capsys, monkeypatch):
    """Sequences of bases have the same pairs of letters, so that those in memory would have to be ranked nearly all."""
    rng = random.Random(7)
    names = ["".join(rng.choices("ACGT", k=16)) for _ in range(1_400)]
    ln.save([ln.ULabel.from_fields(name=name) for name in names[:1_200]])
    from lnschema_core.search_index import snapshots

    read = []
    monkeypatch.setattr(snapshots, "Screen", lambda entries: read.append(Screen(entries)) or read[-1])
    for name in names[1_200:]:
        ln.ULabel(name=name)
    assert [len(screen) for screen in read] == [1_200]
    assert snapshots.names_of(ln.ULabel) is None
    assert names[0] in warned_of(capsys, f"{names[0][:-3]}N{names[0][-2:]}")
