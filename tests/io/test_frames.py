"""Frames with types of Arrow that pandas writes, but doesn't read by itself."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pytest
from pandas.testing import assert_frame_equal

from lamindb.errors import UnreadableFile
from lamindb.io import formats
from lamindb.io.accessors import open_table
from lamindb.io.frames import frame_of


def of_arrow(values, kind):
    """A column of pandas with a type of Arrow."""
    return pd.array(values, dtype=pd.ArrowDtype(kind))


@pytest.fixture
def frame():
    """A table with nested columns, one encoded by Arrow and one by pandas."""
    return pd.DataFrame(
        {
            "genes": of_arrow([["TP53"], None], pa.list_(pa.field("element", pa.string()))),
            "place": of_arrow([{"row": 1}, {"row": 2}], pa.struct([("row", pa.int64())])),
            "kind": of_arrow(["x", "y"], pa.dictionary(pa.int32(), pa.string())),
            "counts": of_arrow([[("a", 1)], []], pa.map_(pa.string(), pa.int64())),
            "category": pd.Categorical(["x", "y"]),
            "number": pd.array([1, None], dtype="Int64"),
        },
        index=pd.Index(["r1", "r2"], name="row"),
    )


def test_frame_with_nested_types_comes_back(tmp_path, frame):
    """As a whole, some of its columns, those that it has by itself as well, and in parts."""
    path = tmp_path / "nested.parquet"
    formats.write(frame, path, ".parquet")
    assert_frame_equal(formats.load(path), frame, check_dtype=False)
    assert formats.load(path).dtypes.drop("counts").equals(frame.dtypes.drop("counts"))
    assert_frame_equal(formats.load(path, columns=["number", "category"]), frame[["number", "category"]])
    table = open_table(path)
    assert_frame_equal(table.to_pandas(), formats.load(path))
    assert_frame_equal(table.head(1), formats.load(path).head(1), check_dtype=False)


def test_frame_of_a_table_without_memory_of_pandas():
    """Its columns have the types that pandas gives them."""
    assert frame_of(pa.table({"a": [1, 2]})).dtypes.to_dict() == {"a": "int64"}


def test_what_is_no_parquet_stays_unreadable(tmp_path):
    """Reading it again doesn't hide why; neither does it hide a wrong argument."""
    path = tmp_path / "damaged.parquet"
    path.write_bytes(b"PAR1 nothing PAR1")
    with pytest.raises(UnreadableFile, match="can't be read as parquet"):
        formats.load(path)
    formats.write(pd.DataFrame({"a": [1]}), path, ".parquet")
    with pytest.raises(TypeError, match="bogus"):
        formats.load(path, bogus=1)
