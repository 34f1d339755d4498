"""Steps: functions and blocks that are runs of their own."""

from __future__ import annotations

import asyncio
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import lamindb as ln


@pytest.fixture(autouse=True)
def _context(request, monkeypatch):
    """Leave no transform behind, and tell later steps of no run."""
    monkeypatch.delenv("LAMIN_RUN", raising=False)
    yield
    if "instance" in request.fixturenames:
        ln.run_context.transform = ln.run_context.instance = None


def table(value, description):
    """An unsaved file."""
    return ln.File(pd.DataFrame({"value": [value]}), description=description)


@pytest.fixture
def around(instance):
    """The run around steps."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"))
    return ln.run_context.run


def run_of(name):
    """The one run of a step."""
    return ln.Run.filter(transform__name=name).one()


def test_function_is_a_run_with_parameters_inputs_and_outputs(around):
    """Arguments are parameters, files among them inputs, what is returned is an output; the result is as it was."""
    source = table(1, "source")
    source.save()

    @ln.step(name="scale")
    def scale(file, *, by=2, password="x"):
        """Scale."""
        made = table(file.load()["value"][0] * by, "scaled")
        made.save()
        return made

    made = scale(source, by=3, password="hunter2hunter2")
    run = run_of("scale")
    assert scale.__name__ == "scale"
    assert made.run == run
    assert run.input_files.one() == source
    assert run.params == {"file": {"registry": "File", "id": source.id}, "by": 3, "password": "***"}
    assert (run.status, run.parent) == ("completed", around)
    assert run.ended_at is not None
    assert ln.run_context.run == around
    assert made.transform.parents.one() == around.transform


def test_steps_within_steps_know_the_run_around_them(around):
    """Each is a step of the innermost one, and the transform is one however often it runs."""

    @ln.step
    def inner():
        return ln.run_context.run

    @ln.step
    def outer():
        return inner(), inner()

    first, second = outer()
    assert first != second
    assert first.transform == second.transform
    assert first.parent == second.parent
    assert first.parent.transform.name.endswith("outer")
    assert first.parent.parent == around
    assert around.steps.count() == 1


def test_block_is_a_step(around):
    """Its run is there within the block, and takes what is saved there."""
    with ln.step("find hits", params={"threshold": 0.5}) as run:
        assert ln.run_context.run == run
        made = table(1, "hits")
        made.save()
    assert made.run == run == run_of("find hits")
    assert (run.params, run.status) == ({"threshold": 0.5}, "completed")


def test_failed_step_says_why_and_raises(around):
    """Without the secret; the exception is the user's own."""

    @ln.step(name="fail")
    def fail():
        msg = "token=abcdefghij is wrong"
        raise LookupError(msg)

    with pytest.raises(LookupError, match="abcdefghij"):
        fail()
    run = run_of("fail")
    assert (run.status, run.execution.error) == ("failed", "LookupError: token=*** is wrong")
    with pytest.raises(KeyboardInterrupt), ln.step("stop"):
        raise KeyboardInterrupt
    assert run_of("stop").status == "interrupted"


def test_wrong_call_is_an_ordinary_error(around):
    """Of the function, not of what observes it."""

    @ln.step
    def scale(by):
        return by

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'by'"):
        scale()


@pytest.mark.commits
def test_coroutine_is_a_step(instance):
    """Two at a time, each with its run, in any event loop."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"))

    @ln.step(name="wait")
    async def wait():
        before = ln.run_context.run
        await asyncio.sleep(0)
        assert ln.run_context.run == before
        return before.id

    async def both():
        return await asyncio.gather(wait(), wait())

    ids = asyncio.run(both())
    assert len(set(ids)) == 2
    assert {run.status for run in ln.Run.filter(id__in=ids)} == {"completed"}


def test_generator_is_a_step(instance):
    """As long as it is gone through, and only within it; what takes no more of it has all that it wants."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"))
    around = ln.run_context.run

    @ln.step
    def count(number):
        for one in range(number):
            if one == 7:
                raise ValueError(one)
            got = yield ln.run_context.run
            assert got in (None, "sent")
        return "done"

    both = list(zip(count(2), count(2), strict=True))
    first, second = both[0]
    assert both == [(first, second)] * 2
    assert len({first.id, second.id, around.id}) == 3
    assert (first.parent, first.params, first.status) == (around, {"number": 2}, "completed")
    steps = count(9)
    run = next(steps)
    assert (steps.send("sent"), run.status, ln.run_context.run) == (run, "running", around)
    steps.close()
    assert run.status == "completed"
    seen = set()
    with pytest.raises(ValueError, match="7"):
        seen.update(count(9))
    (run,) = seen
    assert run.status == "failed"


def test_step_without_a_run_around_it_is_a_run(instance):
    """It has no parent, and its source is kept."""
    with ln.step("alone") as run:
        pass
    assert run.parent is None
    assert "test_step_without_a_run_around_it" in run.source.path.read_text()


def test_what_cannot_be_recorded_is_said_and_the_function_runs(instance, monkeypatch, capsys):
    """Whatever the database says."""
    from django.db import OperationalError

    from lamindb.provenance import going_on, recognition

    def refuse(code):
        msg = "no such server"
        raise OperationalError(msg)

    monkeypatch.setattr(going_on, "_state", going_on._State())
    monkeypatch.setattr(recognition, "transform_of_step", refuse)

    @ln.step(name="unrecorded")
    def double(x):
        return 2 * x

    assert [double(2), double(3)] == [4, 6]
    assert capsys.readouterr().out.count("a step could not be recorded, your work goes on (no such server)") == 1


def test_steps_belong_to_no_earlier_run_after_tracking_fails(around, monkeypatch):
    """Neither in this process nor in those that it starts."""
    from django.db import OperationalError

    from lamindb.provenance import recognition

    def refuse(*arguments, **options):
        msg = "no such server"
        raise OperationalError(msg)

    with monkeypatch.context() as failing:
        failing.setattr(recognition, "run_of", refuse)
        ln.track(ln.Transform(name="Second pipeline", type="pipeline"))

    with ln.step("alone") as run:
        assert run.parent is None
    assert ln.run_context.run is None


@pytest.mark.commits
def test_steps_in_threads_have_their_own_runs(instance):
    """They are steps of the run of the process, and never of each other."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"))
    around = ln.run_context.run
    meeting = threading.Barrier(3, timeout=30)

    @ln.step(name="threaded")
    def work(number):
        meeting.wait()
        return ln.run_context.run.id

    def close(number):
        from django.db import connection

        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        ids = list(pool.map(close, range(3)))
    found = ln.Run.filter(id__in=ids)
    assert sorted(run.params["number"] for run in found) == [0, 1, 2]
    assert {run.parent for run in found} == {around}
    assert {run.status for run in found} == {"completed"}
    assert ln.run_context.run == around


PROCESSES = """
import multiprocessing
import lamindb as ln

@ln.step
def work(number):
    return ln.run_context.run.id

if __name__ == "__main__":
    ln.settings.verbosity = 0
    ln.track()
    ids = []
    for method in ("fork", "spawn"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            ids += pool.map(work, range(3))
    runs = ln.Run.filter(id__in=ids)
    import json
    print(json.dumps([len(ids), len(set(ids)), sorted({run.status for run in runs}),
        [run.parent == ln.run_context.run for run in runs], len({run.transform_id for run in runs})]))
"""


@pytest.mark.slow
def test_steps_in_processes_know_the_run_around_them(fresh_instance):
    """Forked ones and those that start anew; a decorated function can be pickled."""
    user = fresh_instance()
    (user.home / "work.py").write_text(PROCESSES)
    import subprocess
    import sys

    done = subprocess.run(
        [sys.executable, "work.py"], cwd=user.home, env=user.environment, capture_output=True, text=True, check=True,
        timeout=120,
    )  # fmt: skip
    total, different, statuses, have_parent, transforms = json.loads(done.stdout.splitlines()[-1])
    assert (total, different, statuses) == (6, 6, ["completed"])
    assert all(have_parent)
    assert transforms == 1
