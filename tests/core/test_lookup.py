"""Looking records up by attribute."""

from __future__ import annotations

import pytest

import lamindb as ln
from lamindb.text.lookup import key_of

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def labels():
    """Saved labels by name."""
    names = ["My label", "1abc", "class", "dict", "Twin", "twin"]
    labels = {name: ln.ULabel.from_fields(name=name) for name in names}
    ln.save(list(labels.values()))
    return labels


def test_names_that_begin_with_a_digit_have_a_prefix(labels):
    """And keywords have an underscore, so that no name spoils the others."""
    lookup = ln.ULabel.lookup()
    assert lookup.ln_1abc == labels["1abc"]
    assert lookup.class_ == labels["class"]
    assert lookup.dict_ == lookup.dict()["dict"] == labels["dict"]


def test_several_records_of_a_key_are_a_list_in_a_stable_order(labels):
    """Whatever the order of the database is."""
    both = sorted([labels["Twin"], labels["twin"]], key=lambda label: label.id)
    assert ln.ULabel.lookup().twin == both
    assert ln.ULabel.lookup(return_field="id").twin == [label.id for label in both]


def test_records_are_loaded_when_asked_for(labels, count_queries):
    """Making the object reads names and keys only."""
    with count_queries() as queries:
        lookup = ln.ULabel.lookup()
        assert "my_label" in dir(lookup)
    assert len(queries) == 1
    assert "description" not in queries[0]["sql"]
    with count_queries() as queries:
        assert lookup.my_label is lookup.my_label
    assert len(queries) == 1


def test_a_query_set_is_looked_up_by_its_own_records(labels):
    """A slice and an order included; fields can be chosen."""
    assert ln.ULabel.filter(name__startswith="My").lookup()._fields == ("my_label",)
    assert ln.ULabel.filter().order_by("name")[:2].lookup()._fields == ("ln_1abc", "my_label")
    label = labels["My label"]
    assert getattr(ln.ULabel.lookup("id"), key_of(label.id)) == label
    user = label.created_by
    assert ln.User.lookup(return_field="email").dict()[user.handle] == user.email
