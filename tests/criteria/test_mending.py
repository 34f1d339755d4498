"""``criteria.standardize``: a mended copy, in the form in which the data came."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("labels")

FRAME = pd.DataFrame(
    {
        "Cell Type": ["t cell", " T cell", "Dendritc", "B cell", None],
        "age": ["30", "4.5", "-1", "0", "1e3"],
        "ok": ["True", "false", "TRUE", "False", "True"],
        "when": ["2024-01-01", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"],
        "other": [1, 2, 3, 4, 5],
    },
    index=list("abcde"),
)
CRITERIA = {
    "cell_type": {"registry": "core.ULabel", "nullable": True},
    "age": "number",
    "ok": "bool",
    "when": "datetime",
}


def test_safe_mends():
    """Columns get their names, values their registered names, texts their types; typos and everything else stay."""
    mended = ln.Criteria(CRITERIA).standardize(FRAME)
    expected = pd.DataFrame(
        {
            "cell_type": ["T cell", "T cell", "Dendritc", "B cell", None],
            "age": [30, 4.5, -1, 0, 1000],
            "ok": [True, False, True, False, True],
            "when": pd.to_datetime(FRAME["when"]),
            "other": [1, 2, 3, 4, 5],
        },
        index=list("abcde"),
    )
    pd.testing.assert_frame_equal(mended, expected, check_dtype=False)
    assert [dtype.kind for dtype in mended.dtypes[1:]] == ["f", "b", "M", "i"]


def test_typos_on_request():
    """With typos mended the table passes."""
    criteria = ln.Criteria(CRITERIA)
    report = criteria.inspect(criteria.standardize(FRAME))
    assert list(report.df["how"]) == ["typo"]
    assert criteria.inspect(criteria.standardize(FRAME, typos=True)).ok


def test_column_that_is_misspelt():
    """Keeps its name and its values, unless typos are mended."""
    frame = pd.DataFrame({"cell_tpye": ["t cell"]})
    criteria = ln.Criteria({"cell_type": ln.ULabel})
    pd.testing.assert_frame_equal(criteria.standardize(frame), frame)
    pd.testing.assert_frame_equal(criteria.standardize(frame, typos=True), pd.DataFrame({"cell_type": ["T cell"]}))


@pytest.mark.parametrize("ordered", [False, True])
def test_categoricals_stay_categoricals(ordered):
    """Categories that come to be equal become one; unused ones stay."""
    column = pd.Categorical(
        ["t cell", "T cell", None, "x"], categories=["x", "t cell", "T cell", "unused"], ordered=ordered
    )
    mended = ln.Criteria({"a": {"registry": "core.ULabel", "nullable": True}}).standardize(pd.DataFrame({"a": column}))
    assert mended["a"].tolist()[:2] == ["T cell", "T cell"]
    assert pd.isna(mended["a"][2])
    assert list(mended["a"].cat.categories) == ["x", "T cell", "unused"]
    assert mended["a"].cat.ordered is ordered


@pytest.mark.parametrize(
    ("column", "type_", "expected", "kind"),
    [
        (["1", 2, None], "integer", [1, 2, None], "Int64"),
        (["1", "x"], "number", [1, "x"], "object"),
        (["True", None], "bool", [True, None], "boolean"),
        ([1, 0], "bool", [True, False], "bool"),
        (["2024-01-01", None], "datetime", [pd.Timestamp("2024-01-01"), None], "datetime64"),
        ([5, True, 1.5], "text", ["5", "True", "1.5"], None),
        (pd.Categorical(["1", "2", "1"]), "number", [1, 2, 1], "int64"),
        (["1 days"], "timedelta", [pd.Timedelta(days=1)], "timedelta64"),
    ],
)
def test_casts(column, type_, expected, kind):
    """Where all values allow it, the column gets the data type of what is expected."""
    values = column if isinstance(column, pd.Categorical) else pd.Series(column, dtype=object)
    mended = ln.Criteria({"a": {"type": type_, "nullable": True}}).standardize(pd.DataFrame({"a": values}))["a"]
    assert [None if pd.isna(value) else value for value in mended] == expected
    assert kind is None or str(mended.dtype).startswith(kind)


def test_names_that_are_numbers_become_texts():
    """Where no column has that name."""
    mended = ln.Criteria({"5": {"minimum": 0}}).standardize(pd.DataFrame({5: [1], 6: [2], "6": [3]}))
    assert list(mended.columns) == ["5", 6, "6"]


def test_index_is_mended():
    """As a column is."""
    frame = pd.DataFrame({"a": [1, 2]}, index=pd.Index(["t cell", "B cell"], name="cells"))
    mended = ln.Criteria({"index": ln.ULabel}).standardize(frame)
    assert list(mended.index) == ["T cell", "B cell"]
    assert mended.index.name == "cells"


def test_arrow_tables_stay_arrow_tables():
    """With the types that they had, or those that are expected."""
    table = pa.Table.from_pandas(FRAME.assign(kind=pd.Categorical(["t cell"] * 5)))
    mended = ln.Criteria({**CRITERIA, "kind": {"registry": "core.ULabel"}}).standardize(table)
    assert isinstance(mended, pa.Table)
    assert mended["cell_type"].to_pylist() == ["T cell", "T cell", "Dendritc", "B cell", None]
    assert mended.schema.field("cell_type").type in (pa.string(), pa.large_string())
    assert pa.types.is_dictionary(mended.schema.field("kind").type)
    assert mended["age"].type == pa.float64()
    assert table["age"].to_pylist() == list(FRAME["age"])


def make_adata():
    """An AnnData with dirty observations."""
    obs = pd.DataFrame({"Kind": ["t cell", "B cell"], "n": ["1", "2"]}, index=["c1", "c2"])
    return ad.AnnData(np.arange(4.0).reshape(2, 2), obs=obs, var=pd.DataFrame(index=["g1", " g2"]))


FOR_ANNDATA = {
    "obs": {"kind": {"registry": "core.ULabel"}, "n": "integer"},
    "var": {"index": {"allowed": ["g1", "g2"]}},
}


def assert_mended_adata(adata):
    """The observations and variables are mended, and the matrix is the same."""
    assert list(adata.obs["kind"]) == ["T cell", "B cell"]
    assert list(adata.obs["n"]) == [1, 2]
    assert list(adata.var_names) == ["g1", "g2"]
    np.testing.assert_array_equal(adata.X, make_adata().X)


def test_anndata_objects():
    """Come back with frames of their own."""
    adata = make_adata()
    mended = ln.Criteria(**FOR_ANNDATA).standardize(adata)
    assert_mended_adata(mended)
    assert list(adata.obs.columns) == ["Kind", "n"]
    assert list(adata.var_names) == ["g1", " g2"]


def test_backed_anndata_objects(tmp_path):
    """Come back in memory."""
    make_adata().write_h5ad(tmp_path / "a.h5ad")
    backed = ad.read_h5ad(tmp_path / "a.h5ad", backed="r")
    assert_mended_adata(ln.Criteria(**FOR_ANNDATA).standardize(backed))


def test_mudata_objects():
    """Are mended modality by modality."""
    mudata = pytest.importorskip("mudata")
    mdata = mudata.MuData({"rna": make_adata()})
    mended = ln.Criteria(slots={"rna/obs": FOR_ANNDATA["obs"]}).standardize(mdata)
    assert list(mended["rna"].obs["kind"]) == ["T cell", "B cell"]
    assert "Kind" in mdata["rna"].obs.columns


@pytest.mark.parametrize("to", [None, "mended.h5mu"])
def test_mudata_files(to, tmp_path):
    """Come back as objects, or are written into files in which the other frames stay; so do those of records."""
    mudata = pytest.importorskip("mudata")
    path, target = tmp_path / "m.h5mu", tmp_path / str(to)
    mudata.MuData({"rna": make_adata(), "protein": make_adata()}).write(path)
    criteria = ln.Criteria(slots={"rna/obs": FOR_ANNDATA["obs"]})
    mended = criteria.standardize(path, to=target if to else None)
    mdata = mudata.read_h5mu(target) if to else mended
    assert list(mdata["rna"].obs["kind"]) == ["T cell", "B cell"]
    assert "Kind" in mdata["protein"].obs.columns
    assert criteria.inspect(mended).ok
    assert not criteria.inspect(path).ok
    file = ln.File(path, description="multimodal")
    file.save()
    assert list(criteria.standardize(file)["rna"].obs["kind"]) == ["T cell", "B cell"]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["f.parquet", "f.csv", "f.tsv", "f.csv.gz"])
@pytest.mark.parametrize("rows", [2, 1000])
def test_files_are_mended_into_files(name, rows, tmp_path, monkeypatch):
    """Piece by piece where the format is the same; the mended file is like the mended object."""
    monkeypatch.setattr("lamindb.io.streams.parquet.ROWS", rows)
    source, target = tmp_path / name, tmp_path / f"mended.{name.split('.')[-1]}".replace(".gz", ".csv")
    if name == "f.parquet":
        FRAME.to_parquet(source)
    else:
        FRAME.to_csv(source, sep="\t" if "tsv" in name else ",", index=False)
    before = source.read_bytes()
    criteria = ln.Criteria(CRITERIA)
    assert criteria.standardize(source, typos=True, to=target) == target
    assert criteria.inspect(target).ok
    assert source.read_bytes() == before
    if name == "f.parquet":
        expected = criteria.standardize(FRAME, typos=True)
        pd.testing.assert_frame_equal(pd.read_parquet(target), expected, check_dtype=False)
        assert pq.read_schema(target).field("age").type == pa.float64()


def test_partial_casts_leave_a_file_readable(tmp_path):
    """A column of a file has one type: it stays text if one of its texts is no number."""
    pd.DataFrame({"a": ["1", "x"], "b": ["1", "2"]}).to_parquet(tmp_path / "f.parquet")
    ln.Criteria({"a": "number", "b": "number"}).standardize(tmp_path / "f.parquet", to=tmp_path / "g.parquet")
    mended = pd.read_parquet(tmp_path / "g.parquet")
    assert list(mended["a"]) == ["1", "x"]
    assert list(mended["b"]) == [1, 2]


def test_h5ad_is_copied_and_mended_in_place(tmp_path):
    """Only the columns in which something is mended are written anew."""
    make_adata().write_h5ad(tmp_path / "a.h5ad")
    ln.Criteria(**FOR_ANNDATA).standardize(tmp_path / "a.h5ad", to=tmp_path / "b.h5ad")
    assert_mended_adata(ad.read_h5ad(tmp_path / "b.h5ad"))
    assert "Kind" in ad.read_h5ad(tmp_path / "a.h5ad").obs


@pytest.mark.parametrize("name", ["out.parquet", "out.csv"])
def test_objects_are_mended_into_files(name, tmp_path):
    """A frame becomes a file in the format of the path."""
    criteria = ln.Criteria(CRITERIA)
    criteria.standardize(FRAME, typos=True, to=tmp_path / name)
    assert criteria.inspect(tmp_path / name).ok


def test_target_has_to_be_another_path(tmp_path):
    """What is to be mended stays as it is, and nothing is left of what can't be written."""
    FRAME.to_parquet(tmp_path / "f.parquet")
    criteria = ln.Criteria(CRITERIA)
    with pytest.raises(ValueError, match="another path"):
        criteria.standardize(tmp_path / "f.parquet", to=tmp_path / "f.parquet")
    with pytest.raises(FileNotFoundError, match="no folder"):
        criteria.standardize(tmp_path / "f.parquet", to=tmp_path / "nowhere" / "g.parquet")
    with pytest.raises(NotImplementedError):
        criteria.standardize(FRAME, to=tmp_path / "g.h5ad")
    assert [path.name for path in tmp_path.iterdir()] == ["f.parquet"]


@pytest.mark.parametrize("registry", ["File", "Dataset"])
def test_records_are_mended_piece_by_piece(registry, tmp_path, monkeypatch):
    """Into a file; of a record, too, nothing is loaded for that."""
    record = getattr(ln, registry)(FRAME, **({"name": "dirty"} if registry == "Dataset" else {"description": "dirty"}))
    record.save()
    again = type(record).filter(pk=record.pk).one()
    monkeypatch.setattr("lamindb.io.formats.load", None)
    path = ln.Criteria(CRITERIA).standardize(again, typos=True, to=tmp_path / "mended.parquet")
    assert ln.Criteria(CRITERIA).inspect(path).ok


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_files_without_rows(suffix, tmp_path):
    """Are written with their columns."""
    source = tmp_path / f"empty{suffix}"
    frame = pd.DataFrame({"Cell Type": [], "age": []})
    frame.to_parquet(source) if suffix == ".parquet" else frame.to_csv(source, index=False)
    target = ln.Criteria(CRITERIA).standardize(source, to=tmp_path / f"mended{suffix}")
    mended = pd.read_parquet(target) if suffix == ".parquet" else pd.read_csv(target)
    assert list(mended.columns) == ["cell_type", "age"]


def test_mended_copies_are_local():
    """One sentence says so."""
    with pytest.raises(ValueError, match=r"written to a local path, not to s3://bucket/mended\.parquet"):
        ln.Criteria(CRITERIA).standardize(FRAME, to="s3://bucket/mended.parquet")


def test_records_are_loaded():
    """A file or dataset is mended in memory, and stays as it is."""
    file = ln.File(FRAME, description="dirty")
    file.save()
    again = ln.File.filter(pk=file.pk).one()
    mended = ln.Criteria(CRITERIA).standardize(again)
    assert list(mended["age"]) == [30, 4.5, -1, 0, 1000]
    assert again.load()["age"].tolist() == list(FRAME["age"])
