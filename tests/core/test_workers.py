"""What workers of an executor take over: reading files that are registered in bulk or checked, and storing those that are saved."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.errors import StorageError
from lamindb.io import faults, hashing, workers

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]

N_FILES = 20


class Counting(ThreadPoolExecutor):
    """Notes which functions are asked for."""

    def __init__(self):
        super().__init__(2)
        self.asked = []

    def submit(self, function, /, *arguments, **options):
        """Note and pass on."""
        self.asked.append(arguments[1].__name__)
        return super().submit(function, *arguments, **options)


@pytest.fixture
def folder(root):
    """Some files in storage, one of them in a folder of its own."""
    folder = root / "of-workers"
    (folder / "inner").mkdir(parents=True)
    for number in range(N_FILES - 1):
        (folder / f"{number}.txt").write_text(f"content {number}")
    (folder / "inner" / "last.txt").write_text("last")
    return folder


@pytest.fixture
def root():
    """The root of the default storage location."""
    return ln.settings.storage


@pytest.fixture
def executor(monkeypatch):
    """An executor that is that of the session."""
    with Counting() as executor:
        monkeypatch.setattr(ln.settings, "executor", executor)
        yield executor


def test_workers_read_what_is_registered_and_checked(folder, executor, monkeypatch):
    """Records, digests and findings are those of one process; a file that can be told by its size isn't read."""
    files = ln.File.from_dir(folder)
    assert executor.asked == ["measure_file"] * N_FILES
    assert [(file.hash, file.size) for file in files] == [
        (hashing.digest_file(file.path).value, file.path.stat().st_size) for file in files
    ]
    ln.save(files)
    (folder / "3.txt").write_text("CONTENT 3")
    (folder / "4.txt").write_text("longer than before")
    (folder / "5.txt").unlink()
    executor.asked.clear()
    found = {(one.kind, one.key.rpartition("/")[2]) for one in ln.fsck(read_data=True).findings}
    assert executor.asked.count("has_content_at") >= N_FILES - 2
    monkeypatch.setattr(ln.settings, "executor", None)
    assert found == {(one.kind, one.key.rpartition("/")[2]) for one in ln.fsck(read_data=True).findings}
    assert {("digest-mismatch", "3.txt"), ("size-mismatch", "4.txt"), ("missing", "5.txt")} <= found


@pytest.mark.usefixtures("an_hour_later")
def test_workers_are_not_asked_what_is_known(folder, executor):
    """What they have read is noted as what was read here, and an unchanged folder is not given to them again."""
    first = [file.hash for file in ln.File.from_dir(folder)]
    (folder / "3.txt").write_text("CONTENT 3")
    executor.asked.clear()
    second = [file.hash for file in ln.File.from_dir(folder)]
    assert executor.asked == ["measure_file"]
    assert len(set(first) - set(second)) == 1


def test_workers_store_what_is_saved_in_bulk(root, executor, tmp_path):
    """With a key and without; what is in memory is stored here, and what can't be stored is told of as without workers."""
    for name in ("keyed", "plain", "changed", "gone"):
        (tmp_path / f"{name}.txt").write_text(f"{name} for workers")
    keyed, *others = (
        ln.File(tmp_path / f"{name}.txt", **{"key" if name == "keyed" else "description": f"workers-{name}"})
        for name in ("keyed", "plain", "changed", "gone")
    )
    frame = ln.File(pd.DataFrame({"of workers": [1]}), description="workers-frame")
    (tmp_path / "changed.txt").write_text("other content")
    (tmp_path / "gone.txt").unlink()
    executor.asked.clear()
    with pytest.raises(StorageError, match=r"successfully uploaded[\s\S]*changed\.txt[\s\S]*doesn't exist any more"):
        ln.save([keyed, *others, frame])
    assert executor.asked == ["store_as_worker"] * 3
    saved = ln.File.filter(pk__in=[one.pk for one in (keyed, *others, frame)])
    assert {one.pk for one in saved} == {keyed.pk, others[0].pk, frame.pk}
    assert (root / "workers-keyed").read_text() == "keyed for workers"
    assert all(hashing.digest_file(one.path).value == one.hash for one in saved)
    assert not [path for path in (root / ".lamindb" / "tmp").glob("*") if path.is_file()]


@pytest.mark.parametrize("skips_digests", [False, True])
@pytest.mark.usefixtures("executor")
def test_what_workers_store_is_stored_once(tmp_path, monkeypatch, skips_digests):
    """This process looks whether it is there, also where nobody knows how large it is, and copies nothing again."""
    monkeypatch.setattr(ln.settings, "upon_file_create_skip_size_hash", skips_digests)
    for name in ("a", "b"):
        (tmp_path / name).write_text(f"{name} once, {skips_digests}")
    files = [ln.File(tmp_path / name, key=f"once-{name}-{skips_digests}") for name in ("a", "b")]
    steps = []
    with faults.hooked(steps.append):
        ln.save(files)
    assert steps.count("store.start") == len(files)
    assert [file.path.read_text() for file in files] == [f"{name} once, {skips_digests}" for name in ("a", "b")]


def test_what_workers_do_not_see_is_stored_here(monkeypatch, tmp_path):
    """A file of this machine that isn't there for a worker of another one."""

    class Elsewhere:
        """A worker of another machine, which stores one of two files in a folder of its own, and doesn't see the other one."""

        def submit(self, _, *arguments):
            future = Future()
            is_seen = "keyed" in str(arguments[2])
            future.set_result(None) if is_seen else future.set_exception(FileNotFoundError(str(arguments[2])))
            return future

    monkeypatch.setattr(ln.settings, "executor", Elsewhere())
    for name in ("keyed", "plain"):
        (tmp_path / f"{name}.txt").write_text(f"{name}, only here")
    keyed = ln.File(tmp_path / "keyed.txt", key="only-here.txt")
    plain = ln.File(tmp_path / "plain.txt", description="only here")
    ln.save([keyed, plain])
    assert [file.path.read_text() for file in (keyed, plain)] == ["keyed, only here", "plain, only here"]


def test_workers_of_a_block(folder):
    """They are asked in the block only, and in its thread only; what is assigned there ends with it."""
    before = ln.settings.executor
    seen = []
    with Counting() as outer, Counting() as inner, ln.compute(outer):
        ln.File.from_dir(folder)
        with ln.compute(None):
            assert ln.settings.executor is None
            ln.settings.executor = inner
            assert ln.settings.executor is inner
        assert ln.settings.executor is outer
        other = threading.Thread(target=lambda: seen.append(ln.settings.executor))
        other.start()
        other.join()
    assert outer.asked == ["measure_file"] * N_FILES
    assert seen == [before]
    assert ln.settings.executor is before


def test_an_error_ends_a_block_as_well(executor):
    """The workers are those of before."""
    with pytest.raises(ZeroDivisionError), ln.compute(None):
        1 / 0  # noqa: B018 - what fails
    assert ln.settings.executor is executor


def test_what_has_no_workers_is_refused():
    """Where it is said, rather than where workers are wanted."""
    for say in (ln.compute, partial(setattr, ln.settings, "executor")):
        with (
            pytest.raises(TypeError, match=r"distributed\.Client.*not 'tcp://scheduler:8786'"),
            contextlib.ExitStack() as stack,
        ):
            stack.enter_context(say("tcp://scheduler:8786"))
    assert ln.settings.executor is None


def test_answers_come_in_the_order_of_the_calls(monkeypatch):
    """However long each takes, and with no more begun than some; where nothing is asked nobody waits."""
    monkeypatch.setattr(workers, "_AHEAD", 3)
    begun = []

    class Slow:
        """Does nothing until somebody waits."""

        def submit(self, function, *arguments):
            begun.append(arguments)
            future = Future()
            future.result = partial(function, *arguments)
            return future

    waiting = workers.answers(Slow(), int, ((text,) if text else None for text in ("1", "", "2", "3", "4", "5")))
    assert next(waiting)() == 1
    assert len(begun) == 3
    assert [answer() for answer in waiting] == [None, 2, 3, 4, 5]
    assert len({mark for mark, *_ in begun}) == 5


@pytest.fixture(scope="module")
def client():
    """A client of two processes of Dask."""
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
def test_workers_of_dask_compute_on_datasets(client, tmp_path):
    """Cells and tables are read by workers, which know of no instance; the result is registered here."""
    cells, tables = [], []
    for number in range(3):
        adata = ad.AnnData(np.full((10, 4), number, dtype="float32"))
        cells.append(ln.File(adata, description=f"cells {number}"))
        tables.append(ln.File(pd.DataFrame({"n": [number, 10 * number]}), description=f"table {number}"))
    ln.save([*cells, *tables])
    atlas, plates = ln.Dataset(cells, name="atlas of workers"), ln.Dataset(tables, name="plates of workers")
    ln.save([atlas, plates])
    assert client.compute(atlas.to_dask().sum(axis=0)).result().tolist() == [30.0] * 4
    assert client.compute(plates.to_dask()["n"].sum()).result() == 33
    assert client.run(lambda: "django" in sys.modules and "lnschema_core" in sys.modules) == dict.fromkeys(
        client.scheduler_info()["workers"], False
    )


@pytest.mark.slow
def test_worker_of_dask_that_dies(folder, client, monkeypatch, tmp_path):
    """What it was at is done by another one: the files are those of one process, and registered once."""
    monkeypatch.setattr(ln.settings, "executor", client)
    ln.save(ln.File.from_dir(folder))
    (tmp_path / "new.txt").write_text("stored by a worker")
    ln.save([ln.File(tmp_path / "new.txt", key="by-a-worker/new.txt")])
    assert (ln.settings.storage / "by-a-worker" / "new.txt").read_text() == "stored by a worker"
    doomed = next(iter(client.run(os.getpid).values()))
    os.kill(doomed, signal.SIGKILL)
    report = ln.fsck(read_data=True)
    assert report.counts.get("digest-mismatch", 0) == 0
    assert ln.File.filter(key__startswith="of-workers/").count() == N_FILES
