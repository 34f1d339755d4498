"""Lookup objects."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lamindb.text.lookup import Lookup, key_of, keys_of


def lookup(*values, prefix="ln_"):
    """A lookup of values whose records are strings."""
    return Lookup([(value, f"record of {value}") for value in values], prefix=prefix)


@pytest.mark.parametrize(
    ("value", "key"),
    [
        ("My project 1", "my_project_1"),
        ("a -- b", "a_b"),
        ("1abc", "ln_1abc"),
        ("_x", "ln__x"),
        ("Äpfel", "ln__pfel"),
        ("\u03b1", "ln__"),
        ("class", "class_"),
        ("Dict", "dict_"),
        ("None", "none"),
        ("count", "count"),
        ("", None),
        (None, None),
        (float("nan"), None),
        (5, None),
    ],
)
def test_keys_follow_the_rule(value, key):
    """Keys are lower-case identifiers; nulls and numbers have none."""
    assert key_of(value) == key


@given(
    values=st.lists(
        st.text(alphabet="aZ09_ -éß日\n\t\0\1?İK", max_size=6) | st.sampled_from(["dict", "True", "as", None, 5])
    )
)
def test_keys_of_many_values_are_those_of_each(values):
    """Whatever the values are."""
    assert keys_of(values) == [key_of(value) for value in values]


def test_entries_are_attributes():
    """Each key gives its record, and tab completion offers the keys."""
    records = lookup("My project 1", "1abc", "count", "index")
    assert records.my_project_1 == "record of My project 1"
    assert records.ln_1abc == "record of 1abc"
    assert (records.count, records.index) == ("record of count", "record of index")
    assert dir(records) == ["count", "dict", "index", "ln_1abc", "my_project_1"]
    assert type(records).__name__ == "Lookup"


def test_the_prefix_can_be_chosen():
    """Public ontologies use another prefix than registries."""
    assert lookup("1abc", prefix="bt_").bt_1abc == "record of 1abc"


def test_a_lookup_behaves_like_a_named_tuple():
    """It has fields, a length, positions, slices and iteration, in the order of the entries."""
    records = lookup("b", "a", "", None, "c")
    assert records._fields == ("b", "a", "c")
    assert len(records) == 3
    assert list(records) == ["record of b", "record of a", "record of c"]
    assert records[0] == "record of b"
    assert records[-1] == "record of c"
    assert records[1:] == ("record of a", "record of c")
    assert "record of a" in records
    with pytest.raises(IndexError):
        records[3]


def test_original_values_are_the_keys_of_the_dictionary():
    """Values without a key are left out, values with the same key are kept apart."""
    assert lookup("My Label", "my label", None, "").dict() == {
        "My Label": "record of My Label",
        "my label": "record of my label",
    }
    assert Lookup([("x", 1), ("x", 2)]).dict() == {"x": [1, 2]}


def test_several_entries_of_a_key_are_a_list():
    """They come in the order of the entries."""
    records = lookup("b cell", "B Cell", "t")
    assert records.b_cell == ["record of b cell", "record of B Cell"]
    assert records.t == "record of t"


def test_python_keywords_and_dict_do_not_spoil_the_others():
    """They get an underscore; a keyword is also found as it is spelt, `dict` stays the method."""
    records = lookup("class", "dict", "import_", "import", "x")
    assert records.class_ == records[0] == "record of class"
    assert getattr(records, "class") == "record of class"
    assert records.dict_ == "record of dict"
    assert records.dict()["dict"] == "record of dict"
    assert records.import_ == ["record of import_", "record of import"]
    assert records.x == "record of x"


def test_an_unknown_key_is_an_attribute_error():
    """So that hasattr works; private names are never looked up."""
    records = lookup("x", "_ipython_display_")
    assert not hasattr(records, "y")
    assert not hasattr(records, "_ipython_display_")
    with pytest.raises(AttributeError, match="no entry has the key 'y'"):
        records.y  # noqa: B018 - reading it raises


class Store:
    """Records by key, and a note of what was asked for."""

    def __init__(self, **records):
        self.records = records
        self.requests = []

    def __call__(self, keys):
        """Fetch records."""
        self.requests.append(list(keys))
        return {key: self.records[key] for key in keys if key in self.records}


def test_records_are_fetched_when_asked_for():
    """One access fetches the records of one key, once; iteration fetches the rest at once."""
    store = Store(k1="one", k2="two", k3="also two")
    records = Lookup([("One", "k1"), ("Two", "k3"), ("two", "k2")], load=store)
    assert store.requests == []
    assert records._fields == ("one", "two")
    assert store.requests == []
    assert records.one == "one"
    assert records.one == "one"
    assert store.requests == [["k1"]]
    assert list(records) == ["one", ["two", "also two"]]
    assert store.requests == [["k1"], ["k3", "k2"]]
    assert records.dict() == {"One": "one", "Two": "also two", "two": "two"}
    assert len(store.requests) == 2


def test_a_record_that_is_gone_is_an_attribute_error():
    """The lookup knows keys of the moment it was made."""
    records = Lookup([("One", "k1")], load=Store())
    with pytest.raises(AttributeError):
        records.one  # noqa: B018 - reading it raises


def test_the_representation_is_short():
    """It shows a few keys however many there are."""
    assert repr(lookup("a", "b")) == "Lookup(2 keys: a, b)"
    assert len(repr(lookup(*map("label {}".format, range(1000))))) < 200


def test_nothing_is_computed_before_the_first_use():
    """Entries may be many: making the object looks at none of them."""

    class Untouchable(list):
        def __iter__(self):
            raise AssertionError

    Lookup(Untouchable([("a", 1)]))
