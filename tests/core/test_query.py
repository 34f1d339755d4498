"""Query sets: frames, lists, single records, search, look-up."""

from __future__ import annotations

import sqlite3

import pytest
from django.db import connection

import lamindb as ln
from lamindb.errors import MultipleResultsFound, NoResultFound

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def labels(instance):
    """Three labels, the first two of which are children of the third."""
    parent = ln.ULabel(name="is_study")
    studies = [ln.ULabel(name="My project 1"), ln.ULabel(name="My project 2")]
    ln.save([parent, *studies])
    parent.children.add(*studies)
    return [*studies, parent]


def test_one_first_and_one_or_none(labels):
    """The single-record verbs return a record, nothing, or say that there are several."""
    assert ln.ULabel.filter(name="is_study").one() == labels[2]
    assert ln.ULabel.filter(name="nothing").one_or_none() is None
    assert ln.ULabel.filter(name="nothing").first() is None
    assert ln.ULabel.filter().first() in labels
    with pytest.raises(NoResultFound):
        ln.ULabel.filter(name="nothing").one()
    with pytest.raises(MultipleResultsFound):
        ln.ULabel.filter().one()
    with pytest.raises(MultipleResultsFound):
        ln.ULabel.filter(name__startswith="My").one_or_none()


def test_single_record_verbs_read_no_more_than_two_rows(labels, count_queries):
    """They bring a limit to the database."""
    with count_queries() as queries:
        ln.ULabel.filter().first()
        ln.ULabel.filter(name__startswith="is").one()
    assert [" LIMIT 1" in queries[0]["sql"], " LIMIT 2" in queries[1]["sql"]] == [True, True]


def test_verbs_exist_on_managers_and_related_managers(labels):
    """``objects`` and relations do what query sets do."""
    assert ln.User.objects.all().one().handle
    assert sorted(labels[2].children.list("name")) == ["My project 1", "My project 2"]
    assert labels[0].parents.one() == labels[2]
    assert list(labels[0].parents.df().name) == ["is_study"]
    assert labels[2].children.search("project 2").index[0] == "My project 2"


def test_df_has_columns_in_the_order_of_the_model_also_when_empty(labels):
    """Index ``id``, no ``created_at``, foreign keys as ids."""
    expected = ["name", "description", "reference", "reference_type", "updated_at", "created_by_id"]
    frame = ln.ULabel.filter().df()
    assert list(frame.columns) == expected
    assert frame.index.name == "id"
    assert len(frame) == 3
    assert frame.updated_at.str.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d").all()
    assert list(ln.ULabel.filter(name="nothing").df().columns) == expected


def test_df_costs_one_query_and_one_more_per_relation(labels, count_queries):
    """The number of rows doesn't matter."""
    with count_queries() as queries:
        ln.ULabel.filter().df(include=["parents__name"])
    assert len(queries) == 2


def test_df_includes_linked_values_in_front_and_keeps_rows_without(labels):
    """Parents and children come as lists, in the right direction, empty where there are none."""
    frame = ln.ULabel.filter().df(include=["parents__name", "children__name"])
    assert list(frame.columns[:2]) == ["parents__name", "children__name"]
    assert frame.index.name == "id"
    assert frame.parents__name[labels[0].id] == ["is_study"]
    assert frame.parents__name[labels[2].id] == []
    assert sorted(frame.children__name[labels[2].id]) == ["My project 1", "My project 2"]
    assert ln.ULabel.filter(name="is_study").df(include="parents").parents.iloc[0] == []


@pytest.mark.sqlite
def test_df_includes_linked_values_of_any_number_of_records(labels):
    """They aren't parameters each, of which SQLite takes a limited number: 32,766 or 250,000, as it was compiled."""
    database = connection.connection
    before = database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 2)
    try:
        frame = ln.ULabel.filter().df(include="parents__name")
    finally:
        database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)
    assert frame.parents__name[labels[0].id] == ["is_study"]


def test_df_refuses_to_include_plain_fields(labels):
    """Only relations to many can be included."""
    with pytest.raises(ValueError, match="Only many-to-many fields are allowed here"):
        ln.ULabel.filter().df(include="created_by__name")
    with pytest.raises(AttributeError):
        ln.ULabel.filter().df(include="bogus")


def test_list_returns_records_or_values(labels):
    """``list`` takes a field by name or by reference."""
    assert set(ln.ULabel.filter().list()) == set(labels)
    assert sorted(ln.ULabel.filter().list("name")) == sorted(ln.ULabel.filter().list(ln.ULabel.name))


def test_search_scores_as_published(labels):
    """Scores are those of rapidfuzz's WRatio."""
    hits = ln.ULabel.search("project")
    assert list(hits.columns) == ["id", "__ratio__"]
    assert hits.index.name == "name"
    assert hits.loc["My project 1", "__ratio__"] == 90.0
    assert list(ln.ULabel.search("project", return_queryset=True)[:2].list("name")) == ["My project 1", "My project 2"]
    assert ln.ULabel.search("").empty
    with pytest.raises(TypeError, match="sentence must be a String"):
        ln.ULabel.search(1)


def test_search_looks_at_synonyms():
    """A synonym brings its record, once."""
    ln.Feature(name="cell type", type="category", synonyms="CT|celltyp").save()
    ln.Feature(name="cell line", type="category").save()
    hits = ln.Feature.search("CT")
    assert hits.index[0] == "cell type"
    assert hits.iloc[0]["__ratio__"] == 100
    assert list(hits.columns) == ["id", "synonyms", "__ratio__"]


def test_search_of_files_looks_at_key_and_description(instance):
    """Files are found by either; the index is the id then."""
    storage = ln.Storage.filter().first()
    file = ln.File.from_fields(id="f" * 20, storage=storage, suffix=".x", key="raw/cells.x", description="all neurons")
    file.save()
    hits = ln.File.search("neurons")
    assert hits.index[0] == file.id
    assert list(hits.columns) == ["key", "description", "__ratio__"]
    assert ln.File.search("cells.x").index[0] == file.id


def test_search_of_runs_does_not_fail(instance):
    """Runs, which have no name, are searched by reference."""
    transform = ln.Transform(name="x")
    transform.save()
    ln.Run(transform, reference="job-17").save()
    assert ln.Run.search("job-17").index[0] == "job-17"


def test_lookup_makes_attributes_of_names(labels):
    """Names become identifiers; the records behind them keep their values."""
    lookup = ln.ULabel.lookup()
    assert lookup.my_project_1 == labels[0]
    assert lookup.dict()["My project 1"] == labels[0]
    assert ln.ULabel.lookup(return_field="id").my_project_1 == labels[0].id
    assert "my_project_2" in dir(lookup)


def test_df_shows_local_times_with_the_offset_of_their_day(instance, monkeypatch):
    """Summer and winter have different offsets, and ``updated_at`` is in local time."""
    import time
    from datetime import UTC, datetime

    ln.save([ln.ULabel(name="summer"), ln.ULabel(name="winter")])
    ln.ULabel.filter(name="summer").update(updated_at=datetime(2026, 7, 1, 12, tzinfo=UTC))
    ln.ULabel.filter(name="winter").update(updated_at=datetime(2026, 1, 1, 12, tzinfo=UTC))
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        frame = ln.ULabel.filter().df().set_index("name")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert frame.updated_at["summer"] == "2026-07-01 14:00:00"
    assert frame.updated_at["winter"] == "2026-01-01 13:00:00"
