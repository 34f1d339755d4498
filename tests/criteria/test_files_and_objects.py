"""The same criteria for frames, Arrow tables, files, AnnData and MuData objects, and records."""

from __future__ import annotations

import subprocess
import sys

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy import sparse

import lamindb as ln
from lamindb.errors import UnreadableData
from tests.sandbox import isolated_environment

pytestmark = pytest.mark.usefixtures("labels")

FRAME = pd.DataFrame(
    {
        "cell_type": ["T cell", "t cell", "B cell", None],
        "age": [1.5, -2.0, np.nan, 300.0],
        "n": [1, 2, 2, 4],
        "ok": [True, False, True, False],
    },
    index=["c1", "c2", "c3", "c3"],
)
CRITERIA = {
    "cell_type": {"registry": "core.ULabel"},
    "age": {"type": "number", "minimum": 0, "maximum": 120},
    "n": {"type": "integer", "unique": True},
    "ok": {"type": "bool"},
}
EXPECTED = {
    ("cell_type", "unregistered", "t cell", 1, 1, "T cell"),
    ("cell_type", "missing-value", None, 1, 3, None),
    ("age", "missing-value", None, 1, 2, None),
    ("age", "below-minimum", -2.0, 1, 1, None),
    ("age", "above-maximum", 300.0, 1, 3, None),
    ("n", "duplicate", 2, 2, 1, None),
}


def found(report):
    """What fails, without slots and labels of rows."""
    columns = report.df[["column", "reason", "value", "n", "position", "suggestion"]]
    return set(columns.itertuples(index=False, name=None))


def make(kind, folder):
    """The frame in one of many forms."""
    path = folder / f"data.{kind}"
    if kind == "arrow":
        return pa.Table.from_pandas(FRAME)
    if kind == "exports arrow":
        return ExportsArrow(pa.Table.from_pandas(FRAME))
    if kind == "parquet":
        FRAME.to_parquet(path)
    elif kind == "feather":
        FRAME.reset_index().to_feather(path)
    elif kind == "jsonl":
        FRAME.to_json(path, orient="records", lines=True)
    else:
        FRAME.to_csv(path, sep="\t" if kind.startswith("tsv") else ",")
    return path


class ExportsArrow:
    """A table of another library, as polars has them."""

    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


@pytest.mark.parametrize("kind", ["arrow", "exports arrow", "parquet", "feather", "jsonl"])
def test_tables_of_every_kind(kind, tmp_path):
    """The same failures wherever the values are."""
    assert found(ln.Criteria(CRITERIA).inspect(make(kind, tmp_path))) == EXPECTED


@pytest.mark.parametrize("kind", ["csv", "csv.gz", "tsv", "csv.xz"])
def test_text_files_have_texts(kind, tmp_path):
    """The same failures; values are shown as they are written, and texts of numbers are numbers."""
    texts = {
        (column, reason, None if value is None else str(value), *rest) for column, reason, value, *rest in EXPECTED
    }
    assert found(ln.Criteria(CRITERIA).inspect(make(kind, tmp_path))) == texts
    assert found(ln.Criteria(CRITERIA).inspect(str(make(kind, tmp_path)))) == texts


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("1\n2.0\n3", "integer", []),
        ("1\n2.5\nx", "integer", ["2.5", "x"]),
        ("True\nfalse\n1", "bool", ["1"]),
        ("2024-01-01\n2024-01-02T03:04:05\nx", "datetime", ["x"]),
        ("1 days\n02:00:00\n5", "timedelta", ["5"]),
        ("1+2j\nx", "complex", ["x"]),
        ("1\nx", "text", []),
    ],
)
def test_types_of_written_values(text, kind, expected, tmp_path):
    """A text file has no types: values have to be readable as what is expected."""
    (tmp_path / "t.csv").write_text(f"x\n{text}\n")
    report = ln.Criteria({"x": kind}).inspect(tmp_path / "t.csv")
    assert list(report.df["value"]) == expected


@pytest.mark.parametrize("bound", ["2024-01-02", "2024-01-02T00:00:00+01:00"])
def test_ranges_of_written_times(bound, tmp_path):
    """With time zone or without, also mixed."""
    (tmp_path / "t.csv").write_text("x\n2024-01-01\n2024-01-02\n2024-01-03T00:00:00+02:00\n")
    report = ln.Criteria({"x": {"type": "datetime", "minimum": bound}}).inspect(tmp_path / "t.csv")
    assert list(report.df["value"]) == ["2024-01-01"]


def test_rows_of_files_have_their_labels(tmp_path):
    """The index that pandas keeps in parquet files is the index; rows of text files are known by position."""
    criteria = ln.Criteria({**CRITERIA, "index": {"type": "text", "unique": True}})
    report = criteria.inspect(make("parquet", tmp_path))
    assert report.df.set_index("reason").loc["duplicate", "row"].tolist() == ["c2", "c3"]
    assert ln.Criteria(CRITERIA).inspect(make("csv", tmp_path)).df["row"].tolist()[0] == 3


# -- AnnData ----------------------------------------------------------------------------------------------------------


def make_adata(matrix=None):
    """An AnnData with the frame as obs."""
    var = pd.DataFrame({"symbol": ["A", "b"]}, index=["g1", "g2"])
    adata = ad.AnnData(np.ones((4, 2), dtype="float32") if matrix is None else matrix, var=var)
    adata.obs = FRAME.set_axis(["c1", "c2", "c3", "c4"])
    return adata


FOR_ANNDATA = {
    "obs": CRITERIA,
    "var": {"index": {"pattern": r"g\d"}, "symbol": {"pattern": "[A-Z]"}},
}


@pytest.fixture(params=["object", "view", "backed", "h5ad", "zarr"])
def adata(request, tmp_path):
    """The AnnData in one of its forms."""
    made = make_adata()
    if request.param == "object":
        return made
    if request.param == "view":
        return made[:, ["g1", "g2"]]
    path = tmp_path / f"a.{'zarr' if request.param == 'zarr' else 'h5ad'}"
    made.write_zarr(path) if request.param == "zarr" else made.write_h5ad(path)
    return ad.read_h5ad(path, backed="r") if request.param == "backed" else path


def test_anndata_has_two_frames(adata):
    """``obs`` and ``var`` are checked, each by criteria of its own."""
    report = ln.Criteria(**FOR_ANNDATA).inspect(adata)
    in_obs = report.df[report.df["slot"] == "obs"]
    columns = in_obs[["column", "reason", "value", "n", "position", "suggestion"]]
    assert set(columns.itertuples(index=False, name=None)) == EXPECTED
    in_var = report.df[report.df["slot"] == "var"]
    assert in_var[["column", "value", "row"]].to_numpy().tolist() == [["symbol", "b", "g2"]]
    assert report.n_rows == {"obs": 4, "var": 2}
    assert "obs.age: -2.0 (in row 'c2') is below the minimum of 0" in repr(report)


def test_matrix_of_a_file_is_not_read(tmp_path):
    """Even where it can't be."""
    import h5py

    make_adata().write_h5ad(tmp_path / "a.h5ad")
    with h5py.File(tmp_path / "a.h5ad", "r+") as root:
        del root["X"]
        root["X"] = "no matrix at all"
    assert not ln.Criteria(**FOR_ANNDATA).inspect(tmp_path / "a.h5ad").ok
    with pytest.raises(UnreadableData):
        ln.Criteria(**FOR_ANNDATA, x_finite=True).inspect(tmp_path / "a.h5ad")


@pytest.mark.parametrize("form", ["dense", "csr", "csc"])
@pytest.mark.parametrize("suffix", ["", "h5ad", "zarr"])
def test_all_values_of_a_matrix_are_checked(form, suffix, tmp_path, monkeypatch):
    """Dense or sparse, in memory or in files: how many fail, and where the first is."""
    monkeypatch.setattr("lamindb.io.streams.matrix.VALUES", 2)
    values = np.array([[1, 0], [0, np.nan], [-3, np.inf], [0, -1]], dtype="float32")
    data = make_adata(values if form == "dense" else sparse.csr_matrix(values).asformat(form))
    if suffix:
        path = tmp_path / f"a.{suffix}"
        data.write_h5ad(path) if suffix == "h5ad" else data.write_zarr(path)
        data = path
    report = ln.Criteria(x_finite=True, x_minimum=0).inspect(data)
    entries = report.df[["slot", "column", "row", "position", "n", "reason"]].to_numpy().tolist()
    assert entries == [["X", "g2", "c2", 1, 2, "not-finite"], ["X", "g1", "c3", 2, 2, "below-minimum"]]
    assert len(report.rows()) == 2
    assert ln.Criteria(x_minimum=-3).inspect(data).ok
    n_low = int(np.sum(~(values >= 0.5) & ~np.isnan(values)))
    assert ln.Criteria(x_minimum=0.5).inspect(data).df["n"].tolist() == [n_low]


@pytest.mark.parametrize("form", ["dense", "csr"])
def test_counts_are_whole_numbers(form):
    """A fraction is found; whole numbers may be floats, and what isn't finite is another failure."""
    values = np.array([[1, 0], [2.5, np.nan], [-3, np.inf], [0, 1e30]], dtype="float32")
    adata = make_adata(values if form == "dense" else sparse.csr_matrix(values))
    report = ln.Criteria(x_integer=True).inspect(adata)
    assert report.df[["slot", "column", "row", "n", "reason"]].to_numpy().tolist() == [
        ["X", "g1", "c2", 1, "not-integer"]
    ]
    assert "2.5 (in row 'c2') is no whole number" in repr(report)
    adata.X[1, 0] = 2
    assert ln.Criteria(x_integer=True).inspect(adata).ok


def test_whole_numbers_are_finite():
    """So nothing has to be looked at."""
    assert ln.Criteria(x_finite=True).inspect(make_adata(np.ones((4, 2), dtype="int64"))).ok


def test_mudata_has_frames_of_all_modalities(tmp_path):
    """They are slots called after them, in objects and in files."""
    mudata = pytest.importorskip("mudata")
    mdata = mudata.MuData({"rna": make_adata(), "prot": make_adata()[:, :1].copy()})
    criteria = ln.Criteria(slots={"rna/obs": CRITERIA, "prot/var": {"symbol": {"allowed": ["B"]}}})
    mdata.write_h5mu(tmp_path / "m.h5mu")
    for data in (mdata, tmp_path / "m.h5mu"):
        report = criteria.inspect(data)
        assert set(report.df["slot"]) == {"rna/obs", "prot/var"}
        assert len(report.df) == len(EXPECTED) + 1


# -- records ----------------------------------------------------------------------------------------------------------


def test_files_and_datasets():
    """Unsaved ones by what they were made of, saved ones by what is stored; several files are one table."""
    file = ln.File(FRAME, description="one")
    criteria = ln.Criteria(CRITERIA)
    assert found(criteria.inspect(file)) == EXPECTED
    file.save()
    again = ln.File.filter(pk=file.pk).one()
    assert found(criteria.inspect(again)) == EXPECTED
    other = ln.File(FRAME.iloc[:2].assign(n=[1, 9]), description="two")
    other.save()
    both = ln.Dataset([file, other], name="both")
    both.save()
    report = ln.Criteria({"n": CRITERIA["n"]}).inspect(both)
    assert report.df[["value", "n", "position"]].to_numpy().tolist() == [[1, 2, 0], [2, 2, 1]]
    assert report.n_rows == {"columns": 6}
    single = ln.Dataset(file, name="single")
    assert found(criteria.inspect(single)) == EXPECTED


def test_files_of_several_kinds_are_no_table(tmp_path):
    """A dataset of a frame and an AnnData can't be checked as one."""
    frame, cells = ln.File(FRAME, description="frame"), ln.File(make_adata(), description="cells")
    ln.save([frame, cells])
    dataset = ln.Dataset([frame, cells], name="mixed")
    with pytest.raises(TypeError, match="several kinds"):
        ln.Criteria(CRITERIA).inspect(dataset)


@pytest.mark.parametrize("name", ["nothing.parquet", "nothing.h5ad", "nothing"])
def test_path_without_a_file(name, tmp_path):
    """Is a missing file, whatever it is called."""
    with pytest.raises(FileNotFoundError, match=name):
        ln.Criteria(CRITERIA).inspect(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "error"), [("x.txt", TypeError), ("x.json", TypeError), ("x.parquet", ValueError), ("x.h5ad", ValueError)]
)
def test_file_that_is_no_table(name, error, tmp_path):
    """One sentence that names it."""
    (tmp_path / name).write_text("{}")
    with pytest.raises(error) as caught:
        ln.Criteria(CRITERIA).inspect(tmp_path / name)
    assert "\n" not in str(caught.value)


# -- larger than memory -----------------------------------------------------------------------------------------------

_MAKE = """
import h5py, numpy as np, pandas as pd
from anndata.io import write_elem
n, k, m = 400_000, 90, 500
rng = np.random.default_rng(0)
with h5py.File("large.h5ad", "w") as root:
    root.attrs.update({"encoding-type": "anndata", "encoding-version": "0.1.0"})
    X = root.create_group("X")
    X.attrs.update({"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array([n, m])})
    for name, dtype in (("data", "f4"), ("indices", "i4")):
        values = X.create_dataset(name, (n * k,), dtype, chunks=(1 << 20,))
        for start in range(0, n * k, 1 << 22):
            values[start : start + (1 << 22)] = rng.integers(1, m, min(1 << 22, n * k - start))
    X["data"][n * k - 1] = np.nan
    X["indptr"] = np.arange(0, n * k + 1, k, dtype="i8")
    kinds = pd.Categorical(rng.choice(["a", "b"], n))
    obs = pd.DataFrame({"kind": kinds, "age": rng.random(n), "note": [f"note {i}" for i in range(n)]})
    obs.index = [f"cell-{i}" for i in range(n)]
    write_elem(root, "obs", obs)
    write_elem(root, "var", pd.DataFrame(index=[f"g{i}" for i in range(m)]))
"""

_MEASURE = """
import threading, time
import lamindb as ln
def resident():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
ln.setup.init(storage="storage")
text = {"type": "text", "unique": True}
obs = {"kind": {"allowed": ["a", "b"]}, "age": {"minimum": 0, "maximum": 1}, "note": text, "index": text}
criteria = ln.Criteria(obs=obs, var={"index": text}, x_finite=True)
import anndata, h5py, pandas, pyarrow
before, most, done = resident(), [0], []
def watch():
    while not done:
        most[0] = max(most[0], resident())
        time.sleep(0.005)
watcher = threading.Thread(target=watch)
watcher.start()
report = criteria.inspect("large.h5ad")
done.append(True)
watcher.join()
print(report.lines()[1])
print(most[0] - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc")
def test_memory_does_not_grow_with_the_matrix(sandbox):
    """A sparse h5ad of 300 MB is checked to its last value, by its observations and its matrix, in less than 200 MB."""
    environment = isolated_environment(sandbox.home)
    subprocess.run([sys.executable, "-c", _MAKE], cwd=sandbox.home, env=environment, check=True)
    assert (sandbox.home / "large.h5ad").stat().st_size > 300e6
    lines = sandbox.python(_MEASURE).stdout.splitlines()
    assert lines[-2] == f"  X.g{lines[-2].split('.g')[1].split(':')[0]}: nan (in row 'cell-399999') is not finite"
    assert float(lines[-1]) < 200
