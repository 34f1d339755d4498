"""Tables in files, handed to the libraries that query them."""

from __future__ import annotations

import pickle

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from pandas.testing import assert_frame_equal

from lamindb.errors import MissingData, MissingExtra, UnreadableData, UnsupportedFormat
from lamindb.io.accessors import TABLE_SUFFIXES, TableAccessor, TablePart, handing_over, open_table
from lamindb.io.paths import to_path

WRITERS = {
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".feather": lambda frame, path: frame.to_feather(path),
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".csv.gz": lambda frame, path: frame.to_csv(path, index=False),
    ".tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    ".tsv.bz2": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    ".jsonl": lambda frame, path: frame.to_json(path, orient="records", lines=True),
}


def frame_of(number):
    """Some rows of the table."""
    return pd.DataFrame({"gene": ["CD8A", "CD4"], "count": [number, 10 * number]})


@pytest.fixture(params=WRITERS)
def suffix(request):
    """A suffix of tables."""
    return request.param


@pytest.fixture
def path(tmp_path, suffix):
    """A file with a table."""
    path = tmp_path / f"a{suffix}"
    WRITERS[suffix](frame_of(3), path)
    return path


@pytest.fixture
def table(tmp_path):
    """A table in three parquet files, of two donors, the last file with a column of its own and wider numbers."""
    parts = []
    for number, donor in enumerate(["D2", "D1", "D2"]):
        frame = frame_of(number)
        if number == 2:
            frame = frame.assign(count=frame["count"] + 0.5, note="x")
        frame.to_parquet(tmp_path / f"{number}.parquet")
        labels = {"donor": (donor,), "assays": ("a", "b")}
        parts.append(TablePart(to_path(tmp_path / f"{number}.parquet"), ".parquet", labels))
    return TableAccessor(parts)


def test_every_format_is_read_in_parts(path, suffix):
    """Columns and rows are those of the file, whatever the format and the compression."""
    table = open_table(path)
    assert suffix in TABLE_SUFFIXES
    assert table.columns == ["gene", "count"]
    assert table.shape == (2, 2)
    assert_frame_equal(table.to_pandas(), frame_of(3))
    assert table.to_pandas(columns=["count"], filter=[("gene", "==", "CD4")])["count"].tolist() == [30]
    assert_frame_equal(table.head(1), frame_of(3).head(1))
    assert "a" + suffix in repr(table)


def test_filters_are_conditions_or_expressions(table):
    """Both ways of saying what is wanted give the same rows, and they add up."""
    wanted = pc.field("count") > 1
    assert table.to_arrow(filter=wanted) == table.to_arrow(filter=[("count", ">", 1)])
    assert table.select(filter=wanted).to_pandas(filter=[("gene", "==", "CD4")])["count"].tolist() == [10, 20.5]
    assert table.select(["gene"]).columns == ["gene"]
    assert len(table.select(filter=wanted)) == 3
    assert len(table.select(filter=[])) == len(table)
    with pytest.raises(TypeError, match="gene has to be a value or several, not None"):
        table.where(gene=None)


def test_files_are_joined_by_names_of_columns(table):
    """Columns that a file doesn't have are missing there, and types have room for the values of all files."""
    frame = table.to_pandas()
    assert frame["count"].tolist() == [0, 0, 1, 10, 2.5, 20.5]
    assert frame["note"].isna().tolist() == [True] * 4 + [False] * 2
    assert frame["donor"].tolist() == ["D2", "D2", "D1", "D1", "D2", "D2"]


def test_labels_that_are_several_are_no_column_but_conditions(table):
    """A file with two labels of a feature is found by either."""
    assert "assays" not in table.columns
    assert len(table.where(assays="a")) == len(table.where(assays=["b", "z"])) == 6
    assert len(table.where(donor="D1", gene="CD4")) == 1
    with pytest.raises(MissingData):
        table.where(assays="z")


def test_a_column_of_files_is_not_replaced_by_a_label(tmp_path):
    """What is in the rows counts."""
    frame_of(1).to_csv(tmp_path / "a.csv", index=False)
    table = TableAccessor([TablePart(to_path(tmp_path / "a.csv"), ".csv", {"gene": ("other",)})])
    assert table.to_pandas()["gene"].tolist() == ["CD8A", "CD4"]


def test_index_of_pandas_comes_back(tmp_path):
    """A frame with an index is the same after a round trip."""
    frame = frame_of(1).set_index("gene")
    frame.to_parquet(tmp_path / "a.parquet")
    assert_frame_equal(open_table(tmp_path / "a.parquet").to_pandas(), frame)


def test_arrow_streams_are_taken_by_others(table):
    """A table is what the Arrow PyCapsule interface calls a stream."""
    assert pa.table(table).num_rows == 6
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(table).shape == (6, 4)
    assert len(polars.from_arrow(table)) == 6
    assert sum(batch.num_rows for batch in table.to_batches(batch_size=1)) == 6


def test_polars_reads_as_far_as_it_needs(table):
    """A lazy frame whose filter on a label leaves other files closed."""
    polars = pytest.importorskip("polars")
    lazy = table.to_polars()
    assert isinstance(lazy, polars.LazyFrame)
    table.parts[1].path.unlink()
    found = lazy.filter(polars.col("donor") == "D2").select("count").collect()
    assert found["count"].to_list() == [0, 0, 2.5, 20.5]


def test_duckdb_reads_as_far_as_it_needs(table):
    """A relation whose filter on a label leaves other files closed."""
    pytest.importorskip("duckdb")
    relation = table.select(["count", "donor"]).to_duckdb()
    table.parts[1].path.unlink()
    assert relation.filter("donor = 'D2' AND count > 1").fetchall() == [(2.5, "D2"), (20.5, "D2")]


def test_ibis_evaluates_expressions(table):
    """An expression of Ibis."""
    pytest.importorskip("ibis")
    expression = table.to_ibis()
    assert expression.filter(expression["count"] > 1).count().execute() == 3


def test_dask_reads_a_partition_per_file(table):
    """Partitions have the columns and types of the whole, also those of files without some of them."""
    pytest.importorskip("dask")
    frame = table.to_dask()
    assert frame.npartitions == 3
    assert frame["count"].sum().compute(scheduler="sync") == 34
    assert list(frame.compute(scheduler="sync").columns) == table.columns
    assert frame.partitions[0].compute(scheduler="sync")["donor"].tolist() == ["D2", "D2"]


def test_daft_reads_the_columns_that_it_needs(table):
    """A data frame whose query shows one column and filters by others, and one of all columns."""
    daft = pytest.importorskip("daft", reason="pip install 'lamindb[daft]' to run this")
    chosen = table.to_daft().where((daft.col("donor") == "D2") & (daft.col("count") > 1)).select("count")
    assert chosen.to_pydict() == {"count": [2.5, 20.5]}
    assert table.to_daft().count_rows() == len(table)
    table.parts[1].path.unlink()
    assert table.where(donor="D2").to_daft().to_arrow().num_rows == 4


@pytest.mark.slow
def test_ray_reads_a_task_per_file(table):
    """Workers of Ray read the files; they need no instance."""
    ray = pytest.importorskip("ray", reason="pip install 'lamindb[ray]' to run this")
    ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False)
    try:
        dataset = table.to_ray()
        assert dataset.schema().names == table.columns
        assert dataset.sum("count") == 34
        assert table.select(["count"], [("count", ">", 20)]).to_ray().take_all() == [{"count": 20.5}]
    finally:
        ray.shutdown()


def test_table_can_be_sent_to_another_process(table):
    """Pickled, it is the same table, with its conditions."""
    chosen = table.select(["count"], [("count", ">", 2)])
    copy = pickle.loads(pickle.dumps(chosen))
    assert copy.to_arrow() == chosen.to_arrow()


@pytest.mark.parametrize(
    ("hand_over", "library"),
    [
        ("to_polars", "polars"),
        ("to_duckdb", "duckdb"),
        ("to_ibis", "ibis"),
        ("to_daft", "daft"),
        ("to_ray", "ray"),
        ("to_dask", "dask"),
    ],
)
def test_missing_library_is_one_line(table, hand_over, library, monkeypatch):
    """A library that isn't installed is named with the command that installs it."""
    monkeypatch.setattr(handing_over, "find_spec", lambda _: None)
    with pytest.raises(MissingExtra, match=rf"pip install 'lamindb\[{library}\]'"):
        getattr(table, hand_over)()


def test_what_is_no_table_is_refused(tmp_path, table):
    """Other suffixes, unknown columns, broken files and files of several formats get one sentence."""
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "b.parquet").write_bytes(b"no parquet" * 9)
    with pytest.raises(UnsupportedFormat, match=r"\.txt"):
        open_table(tmp_path / "a.txt").to_pandas()
    with pytest.raises(UnreadableData, match=r"b\.parquet"):
        open_table(tmp_path / "b.parquet").to_pandas()
    with pytest.raises(FileNotFoundError):
        open_table(tmp_path / "none.csv")
    with pytest.raises(MissingData, match="'nothing'"):
        table.to_pandas(columns=["nothing"])
    with pytest.raises(MissingData, match="'nothing'"):
        table.where(nothing=1)
    with pytest.raises(UnsupportedFormat, match="one format"):
        TableAccessor([*table.parts, TablePart(to_path(tmp_path / "a.csv"), ".csv")])


@pytest.mark.slow
def test_workers_of_a_cluster_read(table, tmp_path):
    """A client of dask.distributed takes over: its workers read, in processes that have no instance."""
    distributed = pytest.importorskip("distributed")
    expected = table.to_pandas()["count"].sum()
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "local_directory": str(tmp_path)}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        assert client.compute(table.to_dask()["count"].sum()).result(timeout=60) == expected
        modules = client.run(lambda: "django" in __import__("sys").modules)
    assert len(modules) == 2
    assert not any(modules.values())
