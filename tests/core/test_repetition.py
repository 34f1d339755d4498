"""A loop that makes the members of a series is told of similar names a few times, and of equal ones always."""

from __future__ import annotations

import pytest

import lamindb as ln
from lnschema_core import repetition
from lnschema_core.repetition import MOST
from tests.core.test_snapshots import asked_of_sqlite

TOLD = "records with similar names exist!"
SAID = "are not compared with similar ones"

pytestmark = pytest.mark.commits


@pytest.fixture(params=[300, 1_200], ids=["small", "large"])
def series(request, instance, capsys, monkeypatch):
    """A registry with a series of names, and no line that has made any of it."""
    monkeypatch.setattr(repetition, "_forms", {})
    ln.save([ln.ULabel.from_fields(name=f"sample {number} of liver") for number in range(request.param)])
    ln.ULabel(name="warm"), ln.ULabel(name="up")
    capsys.readouterr()


def make(names):
    """Labels, which one line makes."""
    return [ln.ULabel(name=name) for name in names]


def test_similar_names_of_a_series_are_told_a_few_times(series, capsys):
    """All records are made as ever, and it is said that the others weren't compared."""
    labels = make(f"sample {number} of liver" for number in range(2_000, 2_100))
    shown = capsys.readouterr().out
    assert shown.count(TOLD) == MOST
    assert shown.count(SAID) == 1
    assert shown.index(SAID) > shown.rindex(TOLD)
    assert all(label._state.adding for label in labels)


def test_known_names_of_a_series_are_always_loaded(series):
    """However many others were made before."""
    make(f"sample {number} of liver" for number in range(2_000, 2_100))
    known, new = make(["sample 7 of liver", "sample 3000 of liver"] * MOST)[-2:]
    assert known == ln.ULabel.filter(name="sample 7 of liver").one()
    assert new._state.adding


def test_other_names_and_other_lines_are_told(series, capsys):
    """What is no member of the series may be a slip, and another line may be run by somebody who wants to know."""
    names = [f"sample {number} of liver" for number in range(2_000, 2_100)]
    make([*names, "smple 37 of liver"])
    assert capsys.readouterr().out.count(TOLD) == MOST + 1
    ln.ULabel(name="sample 3000 of liver")
    assert TOLD in capsys.readouterr().out


def test_a_line_is_told_again_after_a_while(series, capsys, monkeypatch):
    """A service or a notebook that goes on making records isn't silent for ever."""
    make(f"sample {number} of liver" for number in range(2_000, 2_100))
    later = repetition.time.monotonic() + 60
    monkeypatch.setattr(repetition.time, "monotonic", lambda: later)
    capsys.readouterr()
    make(f"sample {number} of liver" for number in range(2_100, 2_200))
    assert capsys.readouterr().out.count(TOLD) == MOST


def test_the_line_is_that_of_the_caller_of_a_constructor(series, capsys):
    """Registries of plug-ins call ours in their own constructors, which is one line for all."""

    class Label:
        def __init__(self, name):
            self.label = ln.ULabel(name=name)

    for number in range(2_000, 2_100):
        Label(f"sample {number} of liver")
    capsys.readouterr()
    Label("sample 3000 of liver")
    assert TOLD in capsys.readouterr().out


def test_each_registry_has_series_of_its_own(series, capsys):
    """What one was told of says nothing about another, whose records the same line makes."""
    ln.Feature(name="sample 200 of liver", type="category").save()
    capsys.readouterr()
    told = []
    for registry, fields in ((ln.ULabel, {}), (ln.Feature, {"type": "category"})):
        for number in range(2_000, 2_050):
            registry(name=f"sample {number} of liver", **fields)
        told.append(capsys.readouterr().out)
    assert [shown.count("similar name") for shown in told] == [MOST, MOST]
    assert "Feature.search(name) tells" in told[1]


def test_a_loop_may_make_records_on_several_lines(series, capsys):
    """Each of them is told a few times, although another one is between."""
    for number in range(2_000, 2_050):
        ln.ULabel(name=f"sample {number} of liver")
        ln.ULabel(name=f"sample {number}b of liver")
    assert capsys.readouterr().out.count(SAID) == 2


def test_a_sign_for_a_number_is_no_number(series, capsys):
    """A name is none of a series because it is written like its form."""
    make(f"sample {number} of liver" for number in range(2_000, 2_100))
    capsys.readouterr()
    make(["sample # of liver"])
    assert TOLD in capsys.readouterr().out


def test_a_line_may_be_of_no_module(series):
    """Code that others execute has whatever globals they give it."""
    code = "labels = [ln.ULabel(name=f'sample {number} of liver') for number in range(2_000, 2_050)]"
    given = {"ln": ln, "__name__": None}
    exec(code, given)
    assert len(given["labels"]) == 50


@pytest.mark.sqlite
def test_names_that_are_like_no_other_are_no_series(instance, capsys):
    """Nothing is said about them, however many there are; Postgres can't tell so without comparing some."""
    ln.save([ln.ULabel.from_fields(name=f"{number} {number * number}") for number in range(1_200)])
    make(f"new label {number}" for number in range(200))
    assert capsys.readouterr().out == ""


@pytest.mark.sqlite
def test_the_rest_of_a_series_costs_a_look_up_each(series, count_queries):
    """No statement of Django's, and among few names none at all."""
    make(f"sample {number} of liver" for number in range(2_000, 2_100))
    is_large = ln.ULabel.filter().count() > 1_000
    with count_queries() as queries, asked_of_sqlite() as statements:
        make(f"sample {number} of liver" for number in range(2_100, 2_200))
    assert (len(queries), len(statements)) == (0, 100 * is_large)
