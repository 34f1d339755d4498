"""Rows by many values at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError

import lamindb as ln
from lnschema_core.rows import values as many
from lnschema_core.rows.values import AnyOf, find_records, find_values, plain, storable

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def labels():
    """The names of 50 saved labels."""
    names = [f"label {i}" for i in range(50)]
    ln.save(
        [ln.ULabel.from_fields(name=name, description="even" if i % 2 == 0 else None) for i, name in enumerate(names)]
    )
    return names


@pytest.mark.parametrize("number", [0, 1, 1_500, 70_000])
def test_any_number_of_values_is_one_parameter(labels, count_queries, number):
    """Databases limit the number of parameters, not that of values."""
    wanted = labels[:10] + [f"unknown {i}" for i in range(number)]
    with count_queries() as queries:
        found = set(ln.ULabel.filter().filter(AnyOf("name", wanted)).values_list("name", flat=True))
    assert found == set(labels[:10])
    assert len(queries) == 1


def test_no_value_matches_no_row(labels):
    """Instead of all."""
    assert ln.ULabel.filter().filter(AnyOf("name", [])).count() == 0


def test_the_condition_can_be_combined(labels):
    """It is an expression like others."""
    condition = AnyOf("name", labels[:4])
    assert ln.ULabel.filter(description="even").filter(condition).count() == 2
    assert ln.ULabel.objects.exclude(condition).count() == 46
    assert ln.ULabel.objects.filter(condition | AnyOf("name", labels[3:5])).count() == 5


def test_relations_and_other_types_than_text_are_compared():
    """Fields of related records, numbers and dates."""
    label = ln.ULabel(name="one")
    label.save()
    ln.FeatureSet.from_fields(n=3, registry="core.Feature", id="x").save()
    assert ln.ULabel.objects.filter(AnyOf("created_by__handle", [label.created_by.handle, "nobody"])).get() == label
    assert ln.ULabel.objects.filter(AnyOf("created_at", [label.created_at])).get() == label
    assert find_values(ln.FeatureSet.filter(), "n", [3, 4]) == {3}


@pytest.mark.parametrize("value", ["'", '"', "\\", "%s", "%", "a\nb", "é", "\U0001f600", "[1]", "null", "1", " "])
def test_values_of_any_characters_are_found(value):
    """Quoting is the driver's business."""
    ln.ULabel.from_fields(name=value).save()
    assert find_values(ln.ULabel.filter(), "name", [value, value + "x"]) == {value}


def test_texts_that_no_database_has_are_found_nowhere():
    """Null characters and halves of surrogate pairs don't cut a text short, nor raise."""
    ln.ULabel.from_fields(name="a").save()
    assert storable(["a", "a\0b", "a\ud800b", 3, None]) == ["a", 3, None]
    assert find_values(ln.ULabel.filter(), "name", ["a\0b", "a\ud800b"]) == set()
    assert find_values(ln.ULabel.filter(), "name", ["a", "a\ud800b"]) == {"a"}


def test_comparison_is_exact():
    """Neither casing nor blanks are ignored."""
    ln.ULabel.from_fields(name="Name").save()
    assert find_values(ln.ULabel.filter(), "name", ["name", "Name ", " Name"]) == set()


def test_a_batch_larger_than_the_registry_reads_the_column(labels, count_queries, monkeypatch):
    """Which finds the same."""
    wanted = [*labels[:10], *map(str, range(100))]
    monkeypatch.setattr(many, "_FEW", 10)
    with count_queries() as queries:
        assert find_values(ln.ULabel.filter(), "name", wanted).intersection(wanted) == set(labels[:10])
    assert len(queries) == 2
    assert "COUNT" in queries[0]["sql"]
    assert "WHERE" not in queries[1]["sql"]


def test_values_are_split_over_statements_when_very_many(labels, count_queries, monkeypatch):
    """A statement has a largest size."""
    monkeypatch.setattr(many, "PER_STATEMENT", 20)
    with count_queries() as queries:
        assert {record.name for record in find_records(ln.ULabel.filter(), "name", labels)} == set(labels)
    assert len(queries) == 3


def test_a_slice_stays_a_slice(labels):
    """Conditions on a sliced query set are about the records of the slice."""
    some = ln.ULabel.filter().order_by("name")[:3]
    assert find_values(some, "name", labels) == set(sorted(labels)[:3])
    assert plain(some).filter(name=sorted(labels)[3]).count() == 0
    assert plain(ln.ULabel.filter().order_by("name")).query.order_by == ()


def test_an_unknown_field_is_named():
    """As in every query."""
    with pytest.raises(FieldError, match="bogus"):
        find_values(ln.ULabel.filter(), "bogus", ["a"])
