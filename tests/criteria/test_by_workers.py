"""Workers of an executor read the files of a dataset that is held to criteria; this process decides what registries have to say."""

from __future__ import annotations

import os
import pickle
import signal
import sys
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("labels")

FRAMES = [
    pd.DataFrame(
        {"Cell Type": ["T cell", "t cell", None], "age": [1.5, -2.0, np.nan], "n": [1, 2, 2]}, index=list("abc")
    ),
    pd.DataFrame({"Cell Type": ["neuron", "B cell"], "age": [300.0, 5.0], "n": [3, 1]}, index=list("de")),
    pd.DataFrame({"Cell Type": ["t cell", "Dendritc"], "age": [-2.0, 1.0], "n": [2, 9]}, index=list("fa")),
]
CRITERIA = {
    "cell_type": {"registry": "core.ULabel"},
    "age": {"type": "number", "minimum": 0, "maximum": 120},
    "n": {"type": "integer", "unique": True},
    "index": {"type": "text", "unique": True},
    "donor": {"registry": "core.ULabel"},
}


class Elsewhere(ThreadPoolExecutor):
    """Workers that get nothing but what can be sent to another process, of which notes are taken."""

    def __init__(self):
        super().__init__(2)
        self.asked = []

    def submit(self, function, /, *arguments):
        """Send a call there, and its result back."""
        self.asked.append(arguments[1].__name__)
        return super().submit(_call_sent, pickle.dumps((function, arguments)))


def _call_sent(sent):
    function, arguments = pickle.loads(sent)
    return pickle.loads(pickle.dumps(function(*arguments)))


@pytest.fixture
def executor(monkeypatch):
    """An executor that is that of the session."""
    with Elsewhere() as executor:
        monkeypatch.setattr(ln.settings, "executor", executor)
        yield executor


def write_csv(frame, path):
    """Write without the index, which a text has as a column."""
    frame.rename_axis("index").to_csv(path)


def write_cells(frame, path):
    """Write as ``obs`` of some cells."""
    matrix = np.arange(len(frame) * 2, dtype="float32").reshape(len(frame), 2)
    matrix[-1, 1] = np.inf
    ad.AnnData(matrix, obs=frame, var=pd.DataFrame(index=["CD4", "CD8"])).write_h5ad(path)


def write_feather(frame, path):
    """Write with an index that feather can have."""
    frame.reset_index(drop=True).to_feather(path)


WRITERS = {"csv": write_csv, "parquet": pd.DataFrame.to_parquet, "h5ad": write_cells, "feather": write_feather}


def dataset_of(suffix, folder, frames=FRAMES):
    """A dataset of a file per frame."""
    files = []
    for number, frame in enumerate(frames):
        path = folder / f"{number}.{suffix}"
        WRITERS[suffix](frame, path)
        files.append(ln.File(path, description=f"{suffix} {number} for workers"))
    ln.save(files)
    dataset = ln.Dataset(files, name=f"{suffix} for workers")
    dataset.save()
    return dataset


@pytest.mark.parametrize("suffix", ["csv", "parquet", "h5ad"])
def test_the_report_is_that_of_one_process(suffix, executor, monkeypatch, tmp_path):
    """Also of columns that have another name, of values that occur in two files, of matrices, and cell by cell."""
    is_cells = suffix == "h5ad"
    criteria = ln.Criteria(obs=CRITERIA, var={"index": "text"}, x_finite=True) if is_cells else ln.Criteria(CRITERIA)
    dataset = dataset_of(suffix, tmp_path)
    report = criteria.inspect(dataset)
    cells = report.rows()
    n_columns = len(criteria.slots)
    assert executor.asked.count("open_stored") == len(FRAMES)
    assert executor.asked.count("check_table") == len(FRAMES) * n_columns
    assert executor.asked.count("repeated_values") == 2 * len(FRAMES)
    assert executor.asked.count("cells_of_table") == len(FRAMES)
    assert executor.asked.count("failing_values") == (len(FRAMES) if is_cells else 0)

    monkeypatch.setattr(ln.settings, "executor", None)
    alone = criteria.inspect(dataset)
    assert report.to_json() == alone.to_json()
    pd.testing.assert_frame_equal(cells, alone.rows())
    found = set(report.df[["column", "reason", "n", "position"]].itertuples(index=False, name=None))
    assert found >= {
        ("cell_type", "unregistered", 2, 1),
        ("cell_type", "missing-value", 1, 2),
        ("age", "above-maximum", 1, 3),
        ("age", "below-minimum", 2, 1),
        ("n", "duplicate", 2, 0),
        ("n", "duplicate", 3, 1),
        ("index", "duplicate", 2, 0),
    }
    assert report.n_rows == ({"obs": 7, "var": 6} if is_cells else {"columns": 7})
    if is_cells:
        assert [one.as_tuple()[:6] for one in report.failures if one.slot == "X"] == [("X", "CD8", "c", 2, np.inf, 3)]


def test_each_registry_is_asked_once_by_this_process(executor, count_queries, tmp_path):
    """However many files there are, and whoever reads them."""
    criteria = ln.Criteria(CRITERIA)
    counts = []
    for n_times in (1, 3):
        folder = tmp_path / str(n_times)
        folder.mkdir()
        frames = [frame.assign(number=number) for number in range(n_times) for frame in FRAMES]
        dataset = dataset_of("parquet", folder, frames)
        for workers in (executor, None):
            with ln.compute(workers), count_queries() as queries:
                criteria.inspect(dataset)
            counts.append(len(queries))
    assert len(set(counts)) == 1


def test_what_others_cannot_read_is_read_here(executor, monkeypatch, tmp_path):
    """Files that are read as a whole, and those that workers of another machine don't see; one file alone is read here, too."""
    criteria = ln.Criteria({"age": "number"})
    whole = dataset_of("feather", tmp_path)
    dataset = dataset_of("parquet", tmp_path)
    executor.asked.clear()
    report = criteria.inspect(whole)
    criteria.inspect(tmp_path / "0.parquet")
    assert not executor.asked
    assert report.counts() == criteria.inspect(dataset).counts()

    class Blind:
        """Workers who see nothing."""

        def submit(self, _, *arguments):
            future = Future()
            future.set_exception(FileNotFoundError(str(arguments[2])))
            return future

    monkeypatch.setattr(ln.settings, "executor", Blind())
    assert criteria.inspect(dataset).counts() == report.counts()
    path = dataset.files.all()[1].path
    path.unlink()
    with pytest.raises(FileNotFoundError, match=str(path)):
        criteria.inspect(dataset)


def test_a_file_that_is_broken_is_told_of_as_in_one_process(executor, tmp_path):
    """The error is that of the file, from whichever process."""
    dataset = dataset_of("parquet", tmp_path)
    ln.Dataset.filter(pk=dataset.pk).one().files.all()[1].path.write_bytes(b"PAR1 no more")
    with pytest.raises(ln.errors.UnreadableData, match="can't be read as parquet"):
        ln.Criteria(CRITERIA).inspect(dataset)


def test_a_pool_that_breaks_loses_nothing(executor, monkeypatch, tmp_path, capsys):
    """What a pool hasn't done when one of its processes dies is done here, and it is said once."""

    class Breaking(Elsewhere):
        """Breaks after some calls, those that nobody waits for yet included."""

        def submit(self, function, /, *arguments):
            if len(self.asked) < 4:
                return super().submit(function, *arguments)
            if len(self.asked) > 5:
                raise BrokenExecutor
            self.asked.append("nobody")
            broken = Future()
            broken.set_exception(BrokenExecutor())
            return broken

    dataset = dataset_of("parquet", tmp_path)
    expected = ln.Criteria(CRITERIA).inspect(dataset).to_json()
    with Breaking() as breaking:
        monkeypatch.setattr(ln.settings, "executor", breaking)
        capsys.readouterr()
        assert ln.Criteria(CRITERIA).inspect(dataset).to_json() == expected
    assert capsys.readouterr().out.count("has lost its workers") >= 1


def test_mending_saving_and_registering_ask_workers(executor, tmp_path):
    """All verbs that begin with a look at the data."""
    clean = [pd.DataFrame({"cell_type": ["T cell", "B cell"], "n": [n, n + 1]}) for n in (0, 2)]
    dirty = clean[1].assign(cell_type=["t cell", "B cell"])
    criteria = ln.Criteria({"cell_type": ln.ULabel, "n": "integer"})
    looked = ["open_stored"] * 2 + ["check_table"] * 2
    dataset = dataset_of("parquet", tmp_path, [clean[0], dirty])
    executor.asked.clear()
    mended = criteria.standardize(dataset)
    assert executor.asked == looked
    pd.testing.assert_frame_equal(mended, pd.concat(clean))
    folder = tmp_path / "clean"
    folder.mkdir()
    dataset = dataset_of("parquet", folder, clean)
    executor.asked.clear()
    assert criteria.save(dataset) is dataset
    assert criteria.register(dataset) == []
    assert executor.asked == looked * 2
    assert set(dataset.ulabels.list("name")) == {"T cell", "B cell"}


@pytest.mark.slow
@pytest.mark.commits
def test_workers_that_die(monkeypatch, tmp_path):
    """In the middle of their work: a client of Dask gives it to another one, of a pool this process does it. No worker knows a registry."""
    distributed = pytest.importorskip("distributed")
    frames = [frame.assign(number=number) for number in range(7) for frame in FRAMES]
    dataset = dataset_of("parquet", tmp_path, frames)
    criteria = ln.Criteria(CRITERIA)
    expected = criteria.inspect(dataset).to_json()
    counts = {registry: registry.filter().count() for registry in (ln.File, ln.Dataset, ln.ULabel, ln.Feature)}

    class Deadly:
        """Kills one of the workers of an executor after some calls."""

        def __init__(self, executor, victim):
            self.executor, self.victim, self.n = executor, victim, 0

        def submit(self, *arguments):
            self.n += 1
            if self.n == len(frames) + 5:  # all are open, and some are read
                os.kill(self.victim(), signal.SIGKILL)
            return self.executor.submit(*arguments)

    with ProcessPoolExecutor(2) as pool:
        monkeypatch.setattr(ln.settings, "executor", Deadly(pool, lambda: next(iter(pool._processes))))
        assert criteria.inspect(dataset).to_json() == expected
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        monkeypatch.setattr(ln.settings, "executor", Deadly(client, lambda: next(iter(client.run(os.getpid).values()))))
        assert criteria.inspect(dataset).to_json() == expected
        has_registries = client.run(lambda: "lnschema_core.models" in sys.modules)
        assert has_registries
        assert not any(has_registries.values())
    assert counts == {registry: registry.filter().count() for registry in counts}
