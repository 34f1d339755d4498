"""Constructing, saving and showing single records."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.exceptions import FieldError
from django.db.models.deletion import ProtectedError
from django.db.models.signals import post_init

import lamindb as ln
from lamindb import log

pytestmark = pytest.mark.usefixtures("instance")


# -- construct --------------------------------------------------------------------------------------------------------


def test_constructor_writes_nothing_until_save():
    """A record is in the database after ``save``, not before."""
    label = ln.ULabel(name="study 1")
    assert label._state.adding
    assert len(label.id) == 8
    assert ln.ULabel.filter(name="study 1").one_or_none() is None
    label.save()
    assert ln.ULabel.filter(name="study 1").one() == label


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("ULabel", {"name": "a"}),
        ("ULabel", {"name": "a", "id": "abcdefgh", "description": None, "created_by_id": "00000000"}),
        ("Feature", {"name": "a", "type": "float", "modality_id": None}),
        ("Transform", {"name": "a", "type": "notebook", "version": "2"}),
    ],
)
def test_new_record_is_as_django_makes_it(name, values):
    """It has the values passed, and the defaults of its fields in the others; those that are made for each record differ."""
    registry = getattr(ln, name)
    record, plain = registry(**values), registry.from_fields(**values)
    assert record._state.adding
    assert record._state.db is None
    assert record.id
    assert record.id == plain.id if "id" in values else record.id != registry(**values).id
    same = [
        field.attname for field in registry._meta.concrete_fields if field.attname not in ("id", "initial_version_id")
    ]
    assert [record.__dict__[name] for name in same] == [plain.__dict__[name] for name in same]


def test_constructor_takes_a_record_for_its_key():
    """A foreign key may be passed as the record that it refers to."""
    user = ln.User.filter().first()
    label = ln.ULabel(name="study 1", created_by=user)
    assert label.created_by is user
    assert label.created_by_id == user.id


def test_listeners_hear_of_new_records():
    """Signals of Django are sent where somebody listens, as plug-ins may."""
    heard = []

    def listen(sender, instance, **_):
        heard.append((sender, instance.name))

    post_init.connect(listen, sender=ln.ULabel)
    try:
        ln.ULabel(name="study 1")
    finally:
        post_init.disconnect(listen, sender=ln.ULabel)
    ln.ULabel(name="study 2")
    assert heard == [(ln.ULabel, "study 1")]


def test_constructor_with_the_name_of_a_record_returns_that_record():
    """The same name means the same record, and further arguments are ignored."""
    first = ln.ULabel(name="study 1", description="one")
    first.save()
    again = ln.ULabel(name="study 1", description="two")
    assert again == first
    assert not again._state.adding
    assert again.description == "one"


def test_constructor_finds_the_exact_name_among_names_that_differ_in_case():
    """An equally similar name does not hide the exact one."""
    for name in ("Study x", "study x", "STUDY X"):
        ln.ULabel(name=name).save()
    assert ln.ULabel(name="study x").name == "study x"
    assert not ln.ULabel(name="study x")._state.adding


def test_constructor_takes_the_oldest_of_several_records_with_the_name():
    """Names of features are not unique, and that is no error in a constructor."""
    ln.settings.upon_create_search_names = False
    try:
        first = ln.Feature(name="twice", type="number")
        first.save()
        ln.Feature(name="twice", type="number").save()
    finally:
        ln.settings.upon_create_search_names = True
    assert ln.Feature(name="twice", type="number") == first


def test_constructor_points_out_similar_names(capsys, monkeypatch):
    """A name that is 90 percent similar gets a warning with the candidates, for which pandas is not imported."""
    ln.ULabel(name="My project 1").save()
    capsys.readouterr()
    monkeypatch.setitem(sys.modules, "pandas", None)
    label = ln.ULabel(name="My project 2")
    shown = capsys.readouterr().out
    assert label._state.adding
    assert "record with similar name exist! did you mean to load it?" in shown
    assert "My project 1" in shown
    assert "91.666667" in shown


def test_constructor_is_silent_about_names_if_the_session_says_so(capsys):
    """``upon_create_search_names`` switches the search for names off."""
    ln.ULabel(name="My project 1").save()
    ln.settings.upon_create_search_names = False
    try:
        label = ln.ULabel(name="My project 2")
    finally:
        ln.settings.upon_create_search_names = True
    assert label._state.adding
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("quiet", [log.muted, lambda: log.silent_if(mute=True)])
def test_similar_names_are_not_looked_for_where_nobody_is_told(quiet, count_queries):
    """One statement tells whether the name is known."""
    ln.ULabel(name="My project 1").save()
    with quiet(), count_queries() as queries:
        assert ln.ULabel(name="My project 2")._state.adding
    assert len(queries) == 1


def test_what_listens_within_silence_is_told_of_similar_names(capsys):
    """Silence is of the stream that messages go to; another one may be put in its place."""
    ln.ULabel(name="My project 1").save()
    capsys.readouterr()
    with log.silent_if(mute=True):
        with log.redirect(heard := io.StringIO()):
            ln.ULabel(name="My project 2")
        ln.ULabel(name="My project 3")
    assert "My project 1" in heard.getvalue()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ln.ULabel(), TypeError, "['name'] are required."),
        (lambda: ln.ULabel(name=None), TypeError, "['name'] are required."),
        (lambda: ln.ULabel("x"), ValueError, "Only one non-keyword arg allowed"),
        (lambda: ln.ULabel(nam="x"), ValueError, "are valid keyword arguments"),
        (lambda: ln.Feature(name="x"), TypeError, "['type'] are required."),
        (lambda: ln.Feature("x"), ValueError, "Only non-keyword args allowed"),
        (lambda: ln.Feature(name="x", type="y", bogus=1), TypeError, "unexpected keyword argument"),
        (lambda: ln.Feature(name="x", type="y", registries=1), ValueError, "list of Registry types"),
        (lambda: ln.Feature(name="x", type="y", registries=[1]), ValueError, "has to be a Registry"),
        (lambda: ln.Storage(), TypeError, "['root'] are required."),
        (lambda: ln.Storage("x"), ValueError, "please provide keyword arguments, not plain arguments"),
        (lambda: ln.Modality(bogus=1), TypeError, "unexpected keyword argument"),
        (lambda: ln.User(), TypeError, "are required."),
        (lambda: ln.Run(), TypeError, "Pass transform parameter"),
        (lambda: ln.Run(ln.Transform(name="x")), ValueError, "Please save transform record before creating a run"),
        (lambda: ln.Transform(name="x", bogus=1), ValueError, "can be passed, but you passed: {'bogus': 1}"),
        (lambda: ln.Transform("x"), ValueError, "keyword arguments"),
        (lambda: ln.Transform(name="x", version=1), ValueError, "must be `None` or `str`"),
        (lambda: ln.Transform(name="x", is_new_version_of=ln.ULabel(name="y")), TypeError, "ln.Transform"),
    ],
)
def test_constructor_refuses_wrong_arguments(make, error, message):
    """Wrong arguments are named, in the words that callers match on."""
    with pytest.raises(error) as caught:
        make()
    assert message in str(caught.value)


def test_feature_takes_python_types_and_registries():
    """A Python type and a list of registries are stored by name."""
    feature = ln.Feature(name="cell_type", type=float, registries=[ln.ULabel, ln.Modality])
    assert feature.type == "float"
    assert feature.registries == "core.ULabel|core.Modality"


def test_transform_type_is_a_plain_string_from_the_start():
    """A new transform shows its type as one that was loaded does."""
    transform = ln.Transform(name="Cell Ranger")
    assert transform.type == "pipeline"
    assert "type='pipeline'" in repr(transform)


# -- show -------------------------------------------------------------------------------------------------------------


def test_repr_shows_values_in_order_without_missing_ones():
    """Plain fields come first, foreign keys last, ``created_at`` and missing values not at all."""
    label = ln.ULabel(name="study 1")
    label.save()
    label.updated_at = label.updated_at.replace(microsecond=0)
    text = repr(label)
    time = f"{label.updated_at:%Y-%m-%d %H:%M:%S}"
    expected = f"ULabel(id='{label.id}', name='study 1', updated_at={time}, created_by_id='{label.created_by_id}')"
    assert text == expected == str(label)


def test_repr_of_a_field_names_registry_and_field():
    """A field reference shows what it refers to."""
    from lamindb.dev.fields import FieldAttr

    assert repr(ln.ULabel.name) == "FieldAttr(ULabel.name)"
    assert isinstance(ln.ULabel.name, FieldAttr)


def test_html_of_records_and_query_sets_is_escaped():
    """Markup in a name is shown, not run."""
    ln.ULabel(name="<script>alert(1)</script>").save()
    record = ln.ULabel.filter().first()
    for html in (record._repr_html_(), ln.ULabel.filter()._repr_html_()):
        assert "<script>" not in html
        assert "&lt;script&gt;" in html


def test_names_with_schema():
    """A registry knows its name with schema."""
    assert ln.ULabel.__get_name_with_schema__() == "core.ULabel"
    assert ln.ULabel.__get_schema_name__() == "core"


# -- query ------------------------------------------------------------------------------------------------------------


def test_filter_refuses_unknown_fields_and_positions():
    """A typo in a field is an error, not an empty result."""
    with pytest.raises(FieldError):
        ln.ULabel.filter(bogus="x")
    with pytest.raises(TypeError):
        ln.ULabel.filter("x")


def test_select_is_filter_with_a_warning(capsys):
    """The old name still works."""
    ln.ULabel(name="x1").save()
    assert ln.ULabel.select(name="x1").one().name == "x1"
    assert ln.select(ln.ULabel, name="x1").one().name == "x1"
    assert capsys.readouterr().out.count("select() is deprecated! please use: Registry.filter()") == 2


def test_rows_from_the_database_skip_the_constructor(capsys):
    """Loading, deferring, refreshing, copying and pickling records runs no checks and shows no warnings."""
    import copy
    import pickle

    for name in ("sample 1", "sample 2"):
        ln.ULabel(name=name).save()
    capsys.readouterr()
    record = ln.ULabel.filter(name="sample 1").only("name").one()
    assert record.description is None
    record.refresh_from_db()
    assert copy.copy(record) == pickle.loads(pickle.dumps(record)) == record
    assert capsys.readouterr().out == ""


def test_record_that_was_fetched_in_part_is_saved():
    """Fields that were left in the database are no missing values, and stay as they are."""
    ln.ULabel(name="sample 1", description="old").save()
    record = ln.ULabel.filter(name="sample 1").only("description").one()
    record.description = "new"
    record.save()
    assert ln.ULabel.filter().values_list("name", "description").get() == ("sample 1", "new")


# -- delete -----------------------------------------------------------------------------------------------------------


def test_delete_protects_what_is_in_use_and_cascades_runs():
    """A transform with files can't be deleted; one with runs only takes them along."""
    transform = ln.Transform(name="my pipeline")
    transform.save()
    run = ln.Run(transform)
    run.save()
    storage = ln.Storage.filter().first()
    file = ln.File.from_fields(id="x" * 20, storage=storage, suffix=".x", run=run, transform=transform)
    file.save()
    with pytest.raises(ProtectedError):
        transform.delete()
    file.delete(storage=False)
    transform.delete()
    assert not ln.Run.filter().exists()
