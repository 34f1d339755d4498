"""Pages of query sets."""

from __future__ import annotations

import pytest
from django.core.exceptions import FieldError

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def labels():
    """Twenty-five labels, many of one time."""
    ln.save([ln.ULabel.from_fields(name=f"label {i:02}") for i in range(25)])
    labels = ln.ULabel.filter(name__startswith="label ")
    moment = labels.first().created_at
    labels.filter(name__gte="label 10").update(created_at=moment)
    return labels


@pytest.mark.parametrize(
    "order", [(), ("name",), ("-created_at",), ("-created_at", "-pk"), ("id",), ("created_at", "name")]
)
@pytest.mark.parametrize("size", [1, 7, 25, 100])
def test_pages_have_every_record_once_in_order(labels, order, size):
    """Pages one after the other are the ordered query set, also where values of the order are equal."""
    pages = list(labels.order_by(*order).pages(size))
    assert [record.id for page in pages for record in page] == labels.order_by(*order, "pk").list("id")
    assert all(len(page) == size for page in pages[:-1])


def test_each_page_is_one_statement_that_skips_nothing(labels, count_queries):
    """The last page is found by a condition and not by counting; records that are added before it shift nothing."""
    pages = labels.order_by("name").pages(10)
    first = next(pages)
    ln.ULabel.from_fields(name="label 000").save()
    ln.ULabel.filter(id=first[-1].id).delete()
    with count_queries() as queries:
        assert [record.name for record in next(pages)] == [f"label {i}" for i in range(10, 20)]
    assert len(queries) == 1
    assert "OFFSET" not in queries[0]["sql"]


def test_what_has_no_order_of_columns_has_no_pages(labels):
    """Orders by other registries, by columns that can be empty, and slices are refused with a sentence."""
    for queryset in (
        labels.order_by("created_by__handle"),
        labels.order_by("description"),
        labels[:5],
        labels.order_by("?"),
    ):
        with pytest.raises(FieldError, match="pages"):
            next(queryset.pages())
    with pytest.raises(ValueError, match="size has to be at least 1"):
        next(labels.pages(0))
    assert list(labels.none().pages()) == []
