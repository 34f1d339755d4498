"""Query sets in the hands of libraries that take Arrow."""

from __future__ import annotations

import pyarrow as pa
import pytest

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")


def test_query_set_is_a_table_of_arrow():
    """One column per field, in the types of the database, in the order of the query."""
    ln.save([ln.ULabel(name=name) for name in ("a", "b", "c")])
    table = ln.ULabel.filter(name__in=["a", "c"]).order_by("-name").to_arrow()
    assert table.column_names == [field.attname for field in ln.ULabel._meta.concrete_fields]
    assert table["name"].to_pylist() == ["c", "a"]
    assert table.schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert table["created_by_id"].to_pylist() == [ln.setup.settings.user.id] * 2


def test_types_do_not_depend_on_what_is_found():
    """A query without results has the columns and types of one with results."""
    ln.ULabel(name="a").save()
    some, none = ln.ULabel.filter(name="a"), ln.ULabel.filter(name="nobody")
    assert none.to_arrow().schema == some.to_arrow().schema
    assert none.to_arrow().num_rows == 0
    assert ln.File.filter().to_arrow().schema.field("size").type == pa.int64()


def test_other_libraries_take_query_sets():
    """By the Arrow PyCapsule interface, without a detour."""
    ln.ULabel(name="a").save()
    assert pa.table(ln.ULabel.filter(name="a"))["name"].to_pylist() == ["a"]
    polars = pytest.importorskip("polars")
    assert polars.DataFrame(ln.ULabel.filter(name="a"))["name"].to_list() == ["a"]
    assert len(polars.from_arrow(ln.ULabel.filter(name="a"))) == 1
