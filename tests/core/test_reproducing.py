"""Runs that make content which there is already."""

from __future__ import annotations

import pandas as pd
import pytest

import lamindb as ln
from lnschema_core.history import reproducing
from tests.core.test_graphs import edges_of, make_file, make_run, nodes_of

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _quiet():
    ln.settings.verbosity = 0
    yield
    ln.run_context.transform = ln.run_context.instance = None


def tracked(name="Pipeline"):
    """A run that is tracked."""
    ln.track(ln.Transform(name=name, type="pipeline"))
    return ln.run_context.run


def table(*values):
    """An unsaved file."""
    return ln.File(pd.DataFrame({"value": values}), description=f"table of {values[0]}")


def outputs_of(run):
    """Ids of what a run made by whether that was there before."""
    from lnschema_core.history.run_facts import facts_of

    return {one["id"]: one["is_reproduced"] for one in facts_of(run)["outputs"]}


def test_what_a_run_made_again_is_among_its_outputs(capsys):
    """The file stays the first run's; the run that made it again shows it, once however often it saves it."""
    first = tracked()
    file = table(1, 2)
    file.save()
    again = tracked()
    for _ in range(2):
        same = table(1, 2)
        same.save()
    assert same == file
    assert same.run == first
    assert outputs_of(first) == {file.id: False}
    assert outputs_of(again) == {file.id: True}
    assert again.reproduced_files.one() == file
    assert ln.File.filter(reproduced_by=again).one() == file
    again.describe()
    assert f"({file.id}, made before)" in capsys.readouterr().out


def test_what_is_only_asked_for_is_not_made():
    """Nor what the run has used, nor what it made itself, nor what is saved without data."""
    first = tracked()
    used, own = table(1), table(2)
    ln.save([used, own])
    again = tracked()
    table(2)
    used.load()
    table(1).save()
    ln.File.filter(id=own.id).one().save()
    assert outputs_of(again) == {}
    ln.run_context.run = first
    table(1).save()
    assert outputs_of(first) == {used.id: False, own.id: False}
    assert not first.reproduced_files.exists()


def test_datasets_and_folders_are_made_again(tmp_path):
    """Datasets with their file, datasets of several files, and all files of a folder."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("a")

    def make():
        files = ln.File.from_dir(tmp_path / "folder", key="folder")
        ln.save(files)
        alone = ln.Dataset(pd.DataFrame({"a": [1]}), name="alone")
        both = ln.Dataset(files, name="both")
        for dataset in (alone, both):
            dataset.save()
        return [*files, alone, both]

    tracked()
    made = make()
    again = tracked()
    assert make() == made
    assert {*again.reproduced_datasets.all()} == {*made[1:]}
    assert {file.id for file in again.reproduced_files.all()} == {made[0].id, made[1].file_id}


def test_many_files_cost_as_many_queries_as_few(count_queries):
    """Two more than if there were no run."""
    counts = {}
    for number in (2, 40):
        tracked()
        ln.save([table(number, one) for one in range(number)])
        for name, run in (("tracked", tracked()), ("not tracked", None)):
            ln.run_context.run = run
            files = [table(number, one) for one in range(number)]
            with count_queries() as queries:
                ln.save(files)
            counts[name, number] = len(queries)
    assert counts["tracked", 2] == counts["tracked", 40] == counts["not tracked", 40] + 2


def test_flow_shows_all_runs_that_made_a_file():
    """With what they used; and of a run what was made from what it made again."""
    first, again, later = make_run(), make_run(), make_run()
    raw, made, plot = make_file("raw"), make_file("made", first), make_file("plot", later)
    raw.input_of.add(first, again)
    made.reproduced_by.add(again)
    made.input_of.add(later)
    by_again = {(raw.id, again.id), (again.id, made.id), (made.id, later.id), (later.id, plot.id)}
    assert edges_of(again.view_flow()) == by_again
    both = by_again | {(raw.id, first.id), (first.id, made.id)}
    for record in (made, plot):
        assert edges_of(record.view_flow()) == both
    found = make_file("found")
    found.reproduced_by.add(again)
    assert (again.id, found.id) in edges_of(found.view_flow())


def test_deleted_file_comes_back_with_the_runs_that_made_it_again():
    """Since that is a link like others."""
    tracked()
    file = table(1)
    file.save()
    again = tracked()
    table(1).save()
    file_id = file.id
    file.delete(storage=False)
    assert outputs_of(again) == {}
    ln.trash.restore(file_id)
    assert outputs_of(again) == {file_id: True}


def test_database_without_the_tables_goes_on(monkeypatch):
    """Nothing is recorded, and the rest works."""
    monkeypatch.setattr(reproducing, "can_be_kept", lambda: False)
    first = tracked()
    file = table(1)
    file.save()
    again = tracked()
    table(1).save()
    assert outputs_of(again) == {}
    assert edges_of(file.view_flow()) == {(first.id, file.id)}


# -- steps ------------------------------------------------------------------------------------------------------------


def test_flow_goes_from_steps_to_what_the_run_around_them_made():
    """What a step returns to its run may be in all that the run makes; but nothing is called stale for that."""
    tracked()
    source = table(1)
    source.save()
    around = tracked("around")
    with ln.step("step") as step:
        values = source.load()
    early = table(2)
    early.save()
    made = ln.File(values * 3, description="made")
    made.save()
    expected = {(source.run_id, source.id), (source.id, step.id), (step.id, around.id), (around.id, made.id)}
    assert expected <= edges_of(made.view_flow())
    assert expected <= edges_of(source.view_flow())
    assert expected <= edges_of(around.view_flow())
    ln.File(pd.DataFrame({"value": [5]}), is_new_version_of=source).save()
    assert not made.view_flow().df()["stale"].any()


def test_what_a_run_saves_before_its_steps_does_not_come_from_them():
    """No circle is drawn through the run, neither the first time nor when all of it is made again."""
    for _ in range(2):
        around = tracked("around")
        raw = table(1)
        raw.save()
        with ln.step("step") as step:
            made = ln.File(raw.load() * 2, description="made")
            made.save()
        edges = edges_of(made.view_flow())
        assert {(around.id, raw.id), (raw.id, step.id), (step.id, made.id)} <= edges
        assert (step.id, around.id) not in edges
        assert (step.id, around.id) in edges_of(around.view_flow())


def test_run_that_only_has_steps_is_not_between_data():
    """It made nothing itself, so that what its steps made comes from these."""
    around = tracked("around")
    with ln.step("first"):
        source = table(1)
        source.save()
    with ln.step("second") as second:
        made = ln.File(source.load() * 2, description="made")
        made.save()
    assert around.id not in nodes_of(source.view_flow())
    assert around.id not in nodes_of(made.view_flow())
    assert (second.id, around.id) in edges_of(around.view_flow())
