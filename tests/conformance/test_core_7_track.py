"""Runs, their inputs and outputs, as pipelines and notebooks of 0.54 record them."""

from __future__ import annotations

import subprocess
import sys

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _context():
    """Leave no transform behind."""
    yield
    ln.run_context.transform = ln.run_context.instance = None


@pytest.fixture
def track():
    """Track a pipeline of a name; returns its run."""

    def start(name, **options):
        ln.track(ln.Transform(name=name, type="pipeline"), **options)
        return ln.run_context.run

    return start


@pytest.fixture
def made(track, tmp_path):
    """A text file that a run of ``maker`` has made; the run goes on."""
    path = tmp_path / "a.txt"
    path.write_text("made")
    track("maker")
    file = ln.File(path, description="made")
    file.save()
    return file


READS = {
    "load": lambda host, **options: host.load(**options),
    "stage": lambda host, **options: host.stage(**options),
    "backed": lambda host, **options: host.backed(**options),
}


# -- outputs ----------------------------------------------------------------------------------------------------------


def test_outputs_know_run_and_transform_from_the_constructor_on(made):
    """So do the run and the transform of them."""
    run, transform = ln.run_context.run, ln.run_context.transform
    unsaved = ln.File(pd.DataFrame({"x": [1]}), description="frame")
    assert (unsaved.run, unsaved.run_id, unsaved.transform) == (run, run.id, transform)
    dataset = ln.Dataset(pd.DataFrame({"x": [2]}), name="set")
    dataset.save()
    assert (dataset.run, dataset.transform, dataset.file.run) == (run, transform, run)
    assert set(run.output_files.all()) == {made, dataset.file}
    assert run.output_datasets.list() == [dataset]
    assert set(transform.files.all()) == {made, dataset.file}
    assert transform.datasets.one() == dataset
    assert transform.runs.one() == run


def test_a_passed_run_wins_over_the_context(track):
    """Also for datasets and the files they are made of."""
    first = track("first")
    track("second")
    file = ln.File(pd.DataFrame({"x": [1]}), run=first)
    dataset = ln.Dataset(pd.DataFrame({"x": [2]}), name="set", run=first)
    assert file.run == dataset.run == dataset.file.run == first
    assert file.transform == first.transform


def test_nothing_is_tracked_without_a_context(capsys):
    """That is a warning, which names both ways out."""
    ln.File(pd.DataFrame({"x": [1]}), description="x")
    told = "❗ no run & transform get linked, consider passing a `run` or calling ln.track()"
    assert told in capsys.readouterr().out.splitlines()


# -- inputs -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("read", ["load", "stage"])
def test_what_another_run_made_is_an_input(made, track, capsys, read):
    """It is told, and the transforms are parent and child."""
    maker = ln.run_context.transform
    run = track("reader")
    ln.settings.verbosity = 3
    capsys.readouterr()
    READS[read](made)
    told = f"💡 adding file {made.id} as input for run {run.id}, adding parent transform {maker.id}"
    assert told in capsys.readouterr().out.splitlines()
    assert run.input_files.one() == made
    assert made.input_of.one() == run
    assert run.transform.parents.one() == maker
    assert maker.children.one() == run.transform
    READS[read](made)
    assert run.input_files.count() == 1


def test_what_the_same_run_made_is_no_input(made):
    """Not even if that is asked for."""
    made.stage()
    made.stage(is_run_input=True)
    assert ln.run_context.run.input_files.count() == 0
    assert ln.run_context.transform.parents.count() == 0


def test_opening_is_reading(track):
    """``backed`` records an input like the others."""
    track("maker")
    file = ln.File(ad.AnnData(np.ones((2, 2), dtype="float32")), description="cells")
    file.save()
    run = track("reader")
    file.backed().close()
    assert run.input_files.one() == file


def test_staging_a_store_is_refused_before_anything_is_recorded(track):
    """The error is the known one."""
    track("maker")
    file = ln.File(ad.AnnData(np.ones((2, 2), dtype="float32")), description="cells", format="zarr")
    file.save()
    run = track("reader")
    with pytest.raises(RuntimeError, match=r"zarr object can't be staged, please use load\(\) or stream\(\)"):
        file.stage()
    assert run.input_files.count() == 0


def test_session_that_does_not_record_inputs_is_told_how(made, track, capsys):
    """By a hint; who asks for one file gets it recorded."""
    run = track("reader")
    ln.settings.track_run_inputs = False
    ln.settings.verbosity = "hint"
    made.stage()
    assert "💡 track this file as a run input by passing `is_run_input=True`" in capsys.readouterr().out.splitlines()
    assert run.input_files.count() == 0
    made.stage(is_run_input=True)
    assert run.input_files.one() == made


def test_session_that_records_inputs_can_leave_one_out(made, track):
    """``is_run_input=False`` records nothing."""
    run = track("reader")
    made.stage(is_run_input=False)
    assert run.input_files.count() == 0


def test_reading_without_a_run_is_a_hint_or_an_error(made, capsys):
    """A hint by default, nothing if the session records no inputs, an error if an input is asked for."""
    ln.run_context.run = None
    ln.settings.verbosity = "hint"
    hint = "💡 you can auto-track this file as a run input by calling `ln.track()`"
    made.stage()
    assert hint in capsys.readouterr().out.splitlines()
    ln.settings.track_run_inputs = False
    made.stage()
    made.stage(is_run_input=False)
    assert "track" not in capsys.readouterr().out
    expected = (
        r"No run context set\. Call ln\.track\(\) or link input to a run object via `run\.input_files\.add\(file\)`"
    )
    with pytest.raises(ValueError, match=expected):
        made.stage(is_run_input=True)


def test_data_without_a_transform_adds_no_parent(track):
    """It is an input all the same."""
    file = ln.File(pd.DataFrame({"x": [1]}), description="from elsewhere")
    file.save()
    run = track("reader")
    file.load()
    assert run.input_files.one() == file
    assert run.transform.parents.count() == 0


def test_datasets_are_inputs(track):
    """Those of one file and those of several, whose files are not recorded one by one."""
    track("maker")
    single = ln.Dataset(pd.DataFrame({"x": [1]}), name="single")
    single.save()
    files = [ln.File(pd.DataFrame({"x": [number]}), description=str(number)) for number in (2, 3)]
    ln.save(files)
    several = ln.Dataset(files, name="several")
    several.save()
    run = track("reader")
    assert several.load()["x"].tolist() == [2, 3]
    assert run.input_files.count() == 0
    single.load()
    assert set(run.input_datasets.all()) == {single, several}
    assert single.input_of.one() == run


def test_files_of_a_dataset_become_inputs_when_it_is_saved(made, track):
    """A constructor writes nothing (D-5)."""
    run = track("collector")
    dataset = ln.Dataset([made], name="collection")
    assert run.input_files.count() == 0
    dataset.save()
    assert run.input_files.one() == made
    assert dataset.input_of.count() == 0
    with_own = ln.Dataset(pd.DataFrame({"x": [1]}), name="own")
    with_own.save()
    assert run.input_files.count() == 1


# -- a pipeline -------------------------------------------------------------------------------------------------------


def test_a_pipeline_of_three_steps_is_drawn_and_told(track, capsys):
    """From raw data to a figure, each step reading what the one before it made."""
    track("upload")
    raw = ln.File(pd.DataFrame({"x": [1]}), description="raw")
    raw.save()
    track("preprocess", reference="job 1", reference_type="slurm")
    table = ln.Dataset(raw.load().assign(y=2), name="table")
    table.save()
    track("plot")
    table.load()
    figure = ln.File(pd.DataFrame({"z": [1]}), description="figure")
    figure.save()
    capsys.readouterr()
    ln.track(ln.run_context.transform)
    assert "💡   parent transform: Transform(" in capsys.readouterr().out
    steps = ln.Transform.filter(name__in=["upload", "preprocess", "plot"])
    assert {step.name: step.parents.list("name") for step in steps} == {
        "upload": [],
        "preprocess": ["upload"],
        "plot": ["preprocess"],
    }
    assert ln.Run.filter(reference="job 1").one().transform.name == "preprocess"
    ln.run_context.transform.parents.add(raw.transform)
    ln.track(ln.run_context.transform)
    told = capsys.readouterr().out
    assert "💡   parent transforms:\n   - Transform(" in told
    assert told.count("   - Transform(") == 2
    drawn = figure.view_flow().source
    assert all(record.id in drawn for record in (raw, table, figure))
    assert figure.run.transform.view_parents() is not None


def test_transform_types_compare_as_words():
    """The enumeration, its default and its text are one (W-12)."""
    from lamindb.dev.types import TransformType

    transform = ln.Transform(name="x")
    assert transform.type == "pipeline"
    assert "type='pipeline'" in repr(transform)
    for name in ("pipeline", "notebook", "app", "api"):
        kind = TransformType[name]
        assert str(kind) == repr(kind) == name
        assert ln.Transform(name=f"of {name}", type=kind).type == name


def test_a_saved_file_leaves_its_transform_alone(track):
    """What others changed in the meantime stays (D-8)."""
    run = track("maker")
    file = ln.File(pd.DataFrame({"x": [1]}), description="x")
    ln.Transform.filter(id=run.transform_id).update(short_name="changed")
    ln.Run.filter(id=run.id).update(reference="changed")
    file.save()
    ln.Dataset(file, name="set").save()
    assert ln.Transform.filter(id=run.transform_id).one().short_name == "changed"
    assert ln.Run.filter(id=run.id).one().reference == "changed"


@pytest.mark.sqlite
def test_scripts_of_one_user_record_each_others_data(fresh_instance):
    """A script makes a file, another one reads it; each is a transform of its own, recognised by its path."""
    user = fresh_instance()
    (user.home / "make.py").write_text(
        "import lamindb as ln, pandas as pd\nln.track()\nln.File(pd.DataFrame({'x': [1]}), key='x.parquet').save()\n"
    )
    (user.home / "read.py").write_text(
        "import lamindb as ln\nln.track()\nln.File.filter(key='x.parquet').one().load()\n"
        "print(ln.run_context.transform.parents.list('short_name'), ln.Transform.filter().count())\n"
    )
    for script in ("make.py", "read.py"):
        command = [sys.executable, script]
        out = subprocess.run(command, cwd=user.home, env=user.environment, capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "['make.py'] 2"
