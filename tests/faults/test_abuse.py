"""``lamin abuse``: many clients at work on an instance, what calls took, and whether what they were told is so."""

from __future__ import annotations

import json

import pytest

from lamindb.abuse.figures import WORKS, Figures

LEFT = """
import lamindb as ln
from lamindb.abuse import works
count = ln.ULabel.filter(name__startswith=works.PREFIX).count() + ln.Transform.filter(name__startswith=works.PREFIX).count()
print("left", count, ln.File.filter().count() + len(list(ln.settings.storage.rglob("*.txt"))))
"""


def test_clients_are_told_what_is_so_and_leave_nothing(lab):
    """Every kind of work is answered on either database, nothing is lost or doubled, and the records are gone."""
    done = lab.lamin("abuse", "--clients", "2", "--time", "1s", "--json")
    report = json.loads(done.stdout)
    assert [one["work"] for one in report["works"]] == list(WORKS)
    assert sum(one["n_calls"] for one in report["works"]) > 0
    assert all(sum(bar["n_calls"] for bar in one["histogram"]) == one["n_calls"] for one in report["works"])
    assert (report["errors"], report["untrue"]) == ({}, [])
    assert lab.python(LEFT).stdout.endswith("left 0 0\n")


@pytest.mark.sqlite
def test_what_is_lost_or_doubled_is_named(instance):
    """A record that was told but isn't there, under its name, and a version that is there twice."""
    import lamindb as ln
    from lamindb.abuse import works

    label = ln.ULabel.from_fields(name="lamin abuse x one")
    label.save()
    for key in "ab":
        ln.Transform.from_fields(id=key * 14, name="lamin abuse x", version="2", type="pipeline").save()
    told = [works.Told("own", label.name, label.id), works.Told("version", "2", "a" * 14)]
    assert works.untrue("lamin abuse x", told) == ["there is more than one version 2"]
    lost = [works.Told("own", "lamin abuse x two", "nosuchid"), works.Told("shared", "another", label.id)]
    assert len(works.untrue("lamin abuse x", lost)) == 3
    lost = [works.Told("file", "lamin abuse x/y.txt", "a" * 20), works.Told("file version", "2", "a" * 20)]
    assert len(works.untrue("lamin abuse x", lost)) == 3


@pytest.mark.sqlite
def test_client_that_reads_something_else_than_it_saved_says_so(instance):
    """A record that is gone, and one that has another name."""
    import lamindb as ln
    from lamindb.abuse.works import Worker

    worker = Worker("lamin abuse x", 1)
    (told,) = worker.work("create")
    ln.ULabel.filter(id=told.id).update(name="another")
    with pytest.raises(AssertionError, match="has become another"):
        worker.work("get")
    ln.ULabel.filter(id=told.id).delete()
    with pytest.raises(AssertionError, match="isn't found by its id"):
        worker.work("get")


@pytest.mark.sqlite
def test_what_a_killed_trial_left_is_deleted(fresh_instance):
    """Only records of trials go, also those that have successors and parents."""
    user = fresh_instance("--name", "lab")
    user.python(
        "import lamindb as ln\nfrom lamindb.abuse import works\ntrial = 'lamin abuse 0123abcd'\n"
        "works.begin(trial)\nworker = works.Worker(trial, 1)\n"
        "[worker.work(name) for name in ('create', 'versions', 'versions', 'files', 'replace', 'replace')]\n"
        "ln.ULabel(name='lamin abuse of mine').save()\n"
        "works._saved_file('mine', description='lamin abuse of mine')"
    )
    assert "deleted 8 records" in user.lamin("abuse", "--clean-up").stderr
    left = "import lamindb as ln\nfiles = ln.File.filter()\nprint(ln.ULabel.filter().list('name'), files.list('description'))\n"
    output = user.python(left + "print(ln.Transform.filter().count(), files.one().path.read_bytes())").stdout
    assert output.splitlines()[-2:] == ["['lamin abuse of mine'] ['lamin abuse of mine']", "0 b'mine'"]


@pytest.mark.sqlite
def test_client_that_cannot_connect_is_named(fresh_instance, monkeypatch):
    """The command ends with the client's own sentence."""
    user = fresh_instance("--name", "lab")
    done = user.lamin("abuse", "--clients", "0", check=False)
    assert done.returncode == 2
    user.environment["LAMIN_INSTANCE"] = "nobody/nosuch"
    done = user.lamin("abuse", "--time", "0.1s", check=False)
    assert done.returncode == 10
    assert "nobody/nosuch" in done.stderr


def test_histogram_has_no_gaps_and_names_what_calls_took():
    """Each bar is of calls that took less than its bound, and no less than half of that."""
    figures = Figures("get", [0.2, 0.9, 1.0, 5.0, 9.9], n_failed=1, seconds=2)
    assert figures.buckets() == {1: 2, 2: 1, 4: 0, 8: 1, 16: 1}
    assert (figures.quantile(0.5), figures.quantile(1)) == (1.0, 9.9)
    assert next(iter(figures.lines())).startswith("get: 5 calls, 2 a second, 1 failed; p50 1.0 ms")
    nothing = Figures("get", [], n_failed=0, seconds=1)
    assert (nothing.buckets(), nothing.quantile(0.95), len(list(nothing.lines()))) == ({}, 0.0, 1)
