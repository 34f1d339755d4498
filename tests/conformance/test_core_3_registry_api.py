"""Constructing, querying, searching, validating, saving and deleting records, as scripts of 0.54 do it."""

from __future__ import annotations

import copy
import pickle
import re

import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import FieldError
from django.db import IntegrityError
from django.db.models import Count, Q

import lamindb as ln
from lamindb._query_set import MultipleResultsFound, NoResultFound, QuerySet

pytestmark = pytest.mark.usefixtures("instance")


def saved(*names):
    """Saved labels of these names."""
    labels = [ln.ULabel(name=name) for name in names]
    ln.save(labels)
    return labels


def said(capsys):
    """What was printed since the last call, line by line."""
    return capsys.readouterr().out.splitlines()


# -- constructors -----------------------------------------------------------------------------------------------------

MISTAKES = [
    (lambda: ln.User(handle="x", email="y"), TypeError, "['id'] are required."),
    (lambda: ln.Storage(), TypeError, "['root'] are required."),
    (lambda: ln.ULabel(), TypeError, "['name'] are required."),
    (lambda: ln.ULabel(name=None), TypeError, "['name'] are required."),
    (lambda: ln.Feature(name="x"), TypeError, "['type'] are required."),
    (lambda: ln.Storage("/x"), ValueError, "please provide keyword arguments, not plain arguments"),
    (lambda: ln.Modality("rna"), ValueError, "please provide keyword arguments, not plain arguments"),
    (lambda: ln.Modality(bogus=1), TypeError, "Modality() got unexpected keyword arguments: 'bogus'"),
    (lambda: ln.Storage(root="/x", bogus=1), TypeError, "Storage() got unexpected keyword arguments: 'bogus'"),
    (lambda: ln.Feature(name="x", type="y", bogus=1), TypeError, "Feature() got unexpected keyword arguments: 'bogus'"),
    (lambda: ln.ULabel("x"), ValueError, "Only one non-keyword arg allowed"),
    (
        lambda: ln.ULabel(name="x", bogus=1),
        ValueError,
        "Only name, description, reference, reference_type are valid keyword arguments",
    ),
    (lambda: ln.Feature("x"), ValueError, "Only non-keyword args allowed"),
    (
        lambda: ln.Feature(name="x", type="category", registries=ln.ULabel),
        ValueError,
        "registries has to be a list of Registry types",
    ),
    (
        lambda: ln.Feature(name="x", type="category", registries=["ULabel"]),
        ValueError,
        "each element of the list has to be a Registry",
    ),
    (
        lambda: ln.Transform(name="x", bogus=1),
        ValueError,
        "Only name, short_name, version, type, is_new_version_of can be passed, but you passed: {'bogus': 1}",
    ),
    (lambda: ln.Run(), TypeError, "Pass transform parameter"),
    (lambda: ln.Run(ln.Transform(), "x"), ValueError, "Only one non-keyword arg allowed: transform"),
    (lambda: ln.Run(ln.Transform()), ValueError, "Please save transform record before creating a run"),
]


@pytest.mark.parametrize(("construct", "error", "message"), MISTAKES)
def test_mistakes_in_constructors(construct, error, message):
    """The texts are those that callers match on."""
    with pytest.raises(error, match=f"^{re.escape(message)}"):
        construct()


def test_a_run_is_one_of_a_transform():
    """By position or by name, and of nothing else."""
    transform = ln.Transform(name="t")
    transform.save()
    assert ln.Run(transform).transform == ln.Run(transform=transform).transform == transform
    with pytest.raises(TypeError, match="a run is one of a Transform record"):
        ln.Run("t")


def test_a_row_can_be_passed_by_position():
    """As Django does when it loads records: nothing is checked."""
    (label,) = saved("row")
    row = [getattr(label, field.attname) for field in ln.ULabel._meta.concrete_fields]
    assert ln.ULabel(*row) == label
    assert ln.ULabel(*row).name == "row"


def test_constructors_return_the_record_of_the_same_name(capsys):
    """All further arguments are ignored, and saving it again changes nothing."""
    (first,) = saved("My project 1")
    ln.settings.verbosity = "success"
    again = ln.ULabel(name="My project 1", description="ignored")
    assert said(capsys) == ["✅ loaded ULabel record with exact same name: 'My project 1'"]
    assert again == first
    assert again.description is None
    assert not again._state.adding
    again.save()
    assert ln.ULabel.filter().count() == 1


def test_similar_names_are_pointed_out(capsys):
    """From 90 percent; a new record is made nevertheless."""
    saved("My project 1")
    label = ln.ULabel(name="my project 1")
    one = said(capsys)
    assert one[0] == "❗ record with similar name exist! did you mean to load it?"
    assert one[-1].startswith("My project 1")
    assert one[-1].endswith("100.0")
    assert label._state.adding
    label.save()
    ln.ULabel(name="My project 2").save()
    two = said(capsys)
    assert two[0] == "❗ records with similar names exist! did you mean to load one of them?"
    assert two[-1].endswith("91.666667")
    ln.ULabel(name="Entirely different")
    assert said(capsys) == []
    ln.settings.upon_create_search_names = False
    ln.ULabel(name="My project 1b")
    assert said(capsys) == []


def test_similar_names_are_a_table_in_ipython(capsys, monkeypatch):
    """The message is printed, what was found displayed."""
    displayed: list[pd.DataFrame] = []
    monkeypatch.setattr("IPython.get_ipython", object)
    monkeypatch.setattr("IPython.display.display", displayed.append)
    (label,) = saved("My project 1")
    ln.ULabel(name="My project 2")
    assert said(capsys) == ["❗ record with similar name exist! did you mean to load it?"]
    (table,) = displayed
    assert (table.index.name, list(table.index), list(table)) == ("name", ["My project 1"], ["id", "__ratio__"])
    assert (table["id"].item(), round(table["__ratio__"].item(), 6)) == (label.id, 91.666667)


def test_the_same_name_and_version_is_the_same_transform(capsys):
    """Another version is another one, of which nothing is said."""
    first = ln.Transform(name="my transform", version="1")
    first.save()
    ln.settings.verbosity = "success"
    assert ln.Transform(name="my transform", version="1") == first
    assert said(capsys) == ["✅ loaded Transform record with exact same name and version: 'my transform'"]
    assert ln.Transform(name="my transform", version="2")._state.adding
    assert ln.Transform(name="my transform")._state.adding
    assert ln.Transform(is_new_version_of=first).name == "my transform"
    assert said(capsys) == []


def test_features_take_types_and_registries():
    """Python types by their names, registries by theirs; a text is stored as it is."""
    feature = ln.Feature(name="cells", type=int, unit="10^6", registries=[ln.ULabel, ln.User], synonyms="n|count")
    assert (feature.type, feature.registries) == ("int", "core.ULabel|core.User")
    assert ln.Feature(name="x", type=float).type == "float"
    assert ln.Feature(name="x", type="category", registries="core.ULabel|other.Thing").registries.endswith(
        "other.Thing"
    )


# -- queries ----------------------------------------------------------------------------------------------------------


def test_filter_takes_everything_that_django_takes():
    """Operators, relations, combinations, slices."""
    a, b, c = saved("alpha", "beta", "gamma")
    c.parents.add(a, b)
    query = ln.ULabel.filter()
    assert isinstance(query, QuerySet)
    assert query.count() == 3
    assert ln.ULabel.filter(name__in=["alpha", "beta"]).count() == 2
    assert ln.ULabel.filter(name__contains="eta").one() == b
    assert ln.ULabel.filter(name__icontains="ALPHA").one() == a
    assert ln.ULabel.filter(name__startswith="ga", created_by__handle=ln.User.filter().one().handle).one() == c
    assert ln.ULabel.filter(created_at__lt=c.created_at).count() == query.exclude(created_at__gte=c.created_at).count()
    assert query.filter(Q(name="alpha") | Q(name="beta")).count() == 2
    assert query.order_by("-name").list("name") == ["gamma", "beta", "alpha"]
    assert query.order_by("name")[1:].list("name") == ["beta", "gamma"]
    assert query.order_by("name").first() == a
    assert query.order_by("-name")[0] == c
    assert (ln.ULabel.filter(name="alpha") | ln.ULabel.filter(name="beta")).count() == 2
    assert ln.ULabel.filter(parents__name="alpha").one() == ln.ULabel.filter(parents=a).one() == c
    assert ln.ULabel.filter(children=c).count() == 2
    assert ln.ULabel.filter(parents__in=[a, b]).distinct().one() == c
    assert list(query.order_by("name").values_list("name", flat=True)) == ["alpha", "beta", "gamma"]
    assert query.annotate(n=Count("parents")).get(name="gamma").n == 2
    assert query.filter(name="alpha").exists()
    assert query.filter(name="alpha").update(description="first") == 1
    assert query.filter(name="beta").delete()[0] == 2
    assert query.get(name="alpha").description == "first"


def test_filter_wants_keywords_and_existing_fields():
    """A typo is an error that lists the fields."""
    with pytest.raises(TypeError):
        ln.ULabel.filter("alpha")
    with pytest.raises(FieldError, match=r"Cannot resolve keyword 'nome' into field. Choices are: .*name"):
        ln.ULabel.filter(nome="alpha")


def test_one_first_and_get():
    """The number of records decides; the errors of ``one`` are importable where they were, those of ``get`` Django's."""
    saved("alpha", "beta")
    none, many = ln.ULabel.filter(name="gamma"), ln.ULabel.filter()
    assert none.first() is None
    assert none.one_or_none() is None
    assert ln.ULabel.filter(name="alpha").one() == ln.ULabel.filter(name="alpha").one_or_none()
    with pytest.raises(NoResultFound):
        none.one()
    for verb in (many.one, many.one_or_none):
        with pytest.raises(MultipleResultsFound):
            verb()
    with pytest.raises(ln.ULabel.DoesNotExist):
        none.get()
    with pytest.raises(ln.ULabel.MultipleObjectsReturned):
        many.get()


def test_managers_do_what_query_sets_do():
    """``objects``, relations and what these return."""
    child, parent = saved("child", "parent")
    child.parents.add(parent)
    assert ln.User.objects.all().one().handle == ln.setup.settings.user.handle
    assert ln.ULabel.objects.filter(name="child").one() == child
    assert child.parents.list() == [parent]
    assert child.parents.list("name") == ["parent"]
    assert child.parents.all().one() == child.parents.one() == parent
    assert parent.children.df().index.tolist() == [child.id]
    assert isinstance(child.parents.all(), QuerySet)
    assert isinstance(ln.ULabel.objects, ln.dev.QueryManager)
    assert child.parents.search("paren").index.tolist() == ["parent"]


def test_managers_have_slots_and_no_positions():
    """Only those of feature sets have something in them; a loop over a manager is refused instead of never ending."""
    (child,) = saved("child")
    assert child.parents["any"] is None
    assert ln.ULabel.objects["any"] is None
    with pytest.raises(TypeError, match=r"a manager has no position 0: use `.all\(\)\[0\]`"):
        list(child.parents)


def test_django_verbs_of_managers_work():
    """Plug-ins create, get and link records with them."""
    first = ln.ULabel.objects.create(name="made")
    assert ln.ULabel.objects.get_or_create(name="made") == (first, False)
    assert ln.ULabel.objects.update_or_create(name="made", defaults={"description": "x"})[0].description == "x"
    (second,) = ln.ULabel.objects.bulk_create([ln.ULabel(name="bulk")])
    first.parents.create(name="parent")
    first.parents.add(second)
    first.parents.remove(second)
    assert first.parents.list("name") == ["parent"]
    first.parents.set([second])
    first.parents.clear()
    assert ln.ULabel.objects.in_bulk([first.id]) == {first.id: first}


def test_records_and_queries_are_copied():
    """Into other processes and by value."""
    (label,) = saved("label")
    for same in (
        copy.deepcopy(label),
        pickle.loads(pickle.dumps(label)),
        pickle.loads(pickle.dumps(ln.ULabel.filter())).one(),
    ):
        assert (same, same.name, same is label) == (label, "label", False)


# -- frames -----------------------------------------------------------------------------------------------------------

COLUMNS = {
    "ULabel": "name description reference reference_type updated_at created_by_id",
    "User": "handle email name updated_at",
    "Run": "transform_id run_at created_by_id reference reference_type",
    "File": "storage_id key suffix accessor description version size hash hash_type transform_id run_id initial_version_id "
    "updated_at created_by_id",
    "Dataset": "name description version hash reference reference_type transform_id run_id file_id initial_version_id "
    "updated_at created_by_id",
}


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_of_frames(name):
    """In the order of declaration, also where there is no record."""
    frame = getattr(ln, name).filter(created_at=None).df()
    assert frame.columns.tolist() == COLUMNS[name].split()
    assert frame.index.name == "id"
    assert len(frame) == 0
    assert getattr(ln, name).filter().df().columns.tolist() == COLUMNS[name].split()


def test_included_columns_come_first():
    """In the given order, as lists; records without links stay."""
    child, parent = saved("child", "parent")
    child.parents.add(parent)
    frame = ln.ULabel.filter().df(include=["parents__name", "parents__created_by_id"])
    assert frame.columns[:3].tolist() == ["parents__name", "parents__created_by_id", "name"]
    assert frame.loc[child.id, "parents__name"] == ["parent"]
    assert frame.loc[parent.id, "parents__name"] == []
    assert frame.index.name == "id"
    assert ln.ULabel.filter().df("parents").loc[child.id, "parents"] == [parent.id]
    assert ln.ULabel.filter().df(include="children__name").loc[parent.id, "children__name"] == ["child"]
    assert ln.File.filter().df(include="ulabels__name").columns[0] == "ulabels__name"
    with pytest.raises(ValueError, match=r"Only many-to-many fields are allowed here."):
        ln.ULabel.filter().df(include="created_by__name")
    with pytest.raises(AttributeError):
        ln.ULabel.filter().df(include="bogus__name")


# -- search and lookup ------------------------------------------------------------------------------------------------


def test_search_scores():
    """The frame has the searched field as index, the id, and the score as last column."""
    saved("ULabel 0", "ULabel 1", "ULabel 2")
    frame = ln.ULabel.search("ULabel 1")
    assert frame.index.name == "name"
    assert frame.columns.tolist() == ["id", "__ratio__"]
    assert frame.iloc[0].name == "ULabel 1"
    assert frame["__ratio__"].tolist() == [100.0, 87.5, 87.5]
    assert len(ln.ULabel.search("ULabel 1", limit=1)) == 1
    assert len(ln.ULabel.search("ULabel", limit=None)) == 3
    assert ln.ULabel.search("ULabel 1", field=ln.ULabel.id).index.name == "id"
    records = ln.ULabel.search("ULabel 1", return_queryset=True)
    assert records.first().name == "ULabel 1"
    assert [record.id for record in records] == frame["id"].tolist()
    assert ln.ULabel.filter(name__endswith="2").search("ULabel 1").index.tolist() == ["ULabel 2"]


def test_search_with_case_and_reference_values():
    """As they were measured."""
    saved("immune", "Immune phenotyping 1", "Immunology", "Research cluster of intestine", "Petal & sepal regressor")
    scores = ln.ULabel.search("immune")["__ratio__"].round(6)
    assert scores.to_dict() == {
        "immune": 100.0,
        "Immune phenotyping 1": 90.0,
        "Immunology": 81.818182,
        "Research cluster of intestine": 60.0,
        "Petal & sepal regressor": 22.5,
    }
    scores = ln.ULabel.search("Immune", case_sensitive=True)["__ratio__"].round(6)
    assert scores[["Immune phenotyping 1", "immune", "Immunology"]].tolist() == [90.0, 83.333333, 81.818182]


def test_search_by_synonym_shows_synonyms():
    """Missing ones as empty texts; without them only names count."""
    ln.save(
        [
            ln.Feature(name="cell type", type="category", synonyms="CT|celltyp"),
            ln.Feature(name="ct", type="category"),
            ln.Feature(name="cell line", type="category"),
        ]
    )
    frame = ln.Feature.search("CT")
    assert frame.columns.tolist() == ["id", "synonyms", "__ratio__"]
    assert frame["__ratio__"].round(6).to_dict() == {"cell type": 100.0, "ct": 100.0, "cell line": 60.0}
    assert frame.loc["ct", "synonyms"] == ""
    assert ln.Feature.search("CT", synonyms_field=None)["__ratio__"].round(6)["cell type"] == 60.0


def test_search_of_files_by_key_and_description(tmp_path):
    """Both are columns then, and the id is the index."""
    for number, arguments in enumerate([{"description": "test-search3"}, {"description": "nonsense"}]):
        path = tmp_path / f"{number}.txt"
        path.write_text(str(number))
        ln.File(path, **arguments).save()
    frame = ln.File.search("search3")
    assert frame.index.name == "id"
    assert frame.columns.tolist() == ["key", "description", "__ratio__"]
    assert frame["description"].tolist() == ["test-search3", "nonsense"]
    assert frame["__ratio__"].round(6).tolist() == [90.0, 26.666667]
    assert frame["key"].tolist() == ["", ""]


def test_searching_for_nothing():
    """An empty registry has no columns; no hit leaves them."""
    assert ln.Modality.search("x").columns.tolist() == []
    saved("label")
    assert ln.ULabel.search("").columns.tolist() == ["id", "__ratio__"]
    assert len(ln.ULabel.search("")) == 0
    with pytest.raises(TypeError, match="sentence must be a String"):
        ln.ULabel.search(1)
    with pytest.raises(FieldError):
        ln.ULabel.search("x", field="bogus")


def test_lookup():
    """One attribute per record, by a key that is an identifier."""
    names = {"My project 1": "my_project_1", "1abc": "ln_1abc", "_x": "ln__x", "Äpfel": "ln__pfel"}
    labels = dict(zip(names, saved(*names), strict=True))
    lookup = ln.ULabel.lookup()
    assert type(lookup).__name__ == "Lookup"
    assert set(names.values()) <= set(lookup._fields)
    assert lookup._asdict() == {key: labels[name] for name, key in names.items()}
    assert all(getattr(lookup, key) == labels[name] for name, key in names.items())
    assert lookup.dict() == labels
    assert ln.ULabel.lookup(return_field="id").my_project_1 == labels["My project 1"].id
    assert ln.ULabel.lookup("name", ln.ULabel.name).ln_1abc == "1abc"
    saved("a b", "a-b")
    assert sorted(label.name for label in ln.ULabel.lookup().a_b) == ["a b", "a-b"]


def test_lookup_of_keywords():
    """They don't spoil the others."""
    saved("class", "dict", "fine")
    lookup = ln.ULabel.lookup()
    assert lookup.fine.name == "fine"
    assert lookup.dict()["class"].name == "class"


# -- values -----------------------------------------------------------------------------------------------------------


def test_from_values_finds_records_and_makes_none(capsys):
    """What it did not find is told; if all was found, nothing is."""
    saved("benchmark", "prediction")
    assert [label.name for label in ln.ULabel.from_values(["prediction", "benchmark"])] == ["prediction", "benchmark"]
    assert said(capsys) == []
    ln.settings.verbosity = "success"
    found = ln.ULabel.from_values(["benchmark", "x", "y", "x", "", None], field="name")
    assert [label.name for label in found] == ["benchmark"]
    assert said(capsys) == [
        "✅ loaded 1 ULabel record matching name: 'benchmark'",
        "❗ did not create ULabel records for 2 non-validated names: 'x', 'y'",
    ]
    assert ln.ULabel.from_values([]) == []
    assert ln.ULabel.filter().count() == 2
    assert ln.settings.upon_create_search_names
    assert ln.ULabel.from_values(pd.Series(["benchmark"], name="study"))[0]._feature == "study"
    with pytest.raises(TypeError, match="please pass a Registry string field"):
        ln.Feature.from_values(["a"], ln.Feature)


def test_validating_and_standardizing_a_column(capsys):
    """Validate, inspect, standardize, load: the way of the guides."""
    ln.Feature(name="cell type", type="category", synonyms="CT").save()
    values = ["cell type", "CT", "foo"]
    said(capsys)
    ln.settings.verbosity = "info"
    assert ln.Feature.validate(values, ln.Feature.name).tolist() == [True, False, False]
    assert said(capsys) == [
        "✅ 1 term (33.33%) is validated for name",
        "❗ 2 terms (66.67%) are not validated for name: CT, foo",
    ]
    result = ln.Feature.inspect(values, field="name")
    assert said(capsys)[2:] == [
        "   detected 1 terms with synonym: 'CT'",
        "→  standardize terms via .standardize()",
        "   couldn't validate 1 term: 'foo'",
        "→  if you are sure, create new record via ln.Feature() and save to your registry",
    ]
    assert isinstance(result, ln.dev.InspectResult)
    assert (result.validated, result.non_validated) == (["cell type"], ["CT", "foo"])
    assert (result["validated"], result["not_mapped"]) == (["cell type"], ["CT", "foo"])
    assert (result.frac_validated, result.n_unique, result.n_empty) == (pytest.approx(33.3, abs=0.1), 3, 0)
    assert result.df["__validated__"].to_dict() == {"cell type": True, "CT": False, "foo": False}
    assert result.synonyms_mapper == {"CT": "cell type"}
    with pytest.raises(KeyError, match="invalid key"):
        result["bogus"]
    assert ln.Feature.standardize(values) == ["cell type", "cell type", "foo"]
    assert ln.Feature.standardize(values, return_mapper=True) == {"CT": "cell type"}
    assert ln.Feature.standardize("CT", mute=True) == "cell type"
    assert said(capsys)[0] == "💡 standardized 2/3 terms"
    assert ln.Feature.map_synonyms(["CT"]) == ["cell type"]
    assert said(capsys)[0] == "❗ `map_synonyms()` is deprecated, use `.standardize()`!'"
    assert [feature.name for feature in ln.Feature.from_values(["CT"])] == ["cell type"]


def test_synonyms_of_several_records(capsys):
    """The first, the last, or all of them stand for it."""
    for name in ("first", "last"):
        ln.Feature(name=name, type="category", synonyms="shared").save()
    assert [ln.Feature.standardize(["shared"], keep=keep) for keep in ("first", "last")] == [["first"], ["last"]]
    said(capsys)
    assert ln.Feature.standardize(["shared"], keep=False) == [["first", "last"]]
    assert "❗ returning list might contain lists when 'keep=False'" in said(capsys)
    assert ln.Feature.standardize(["shared"], keep=False, return_mapper=True) == {"shared": ["first", "last"]}
    assert "❗ returning mapper might contain lists as values when 'keep=False'" in said(capsys)


def test_shapes_of_validation():
    """One boolean for a text, an array for everything else; none for nothing."""
    saved("label")
    assert isinstance(ln.ULabel.validate("label", mute=True), np.bool_)
    assert ln.ULabel.validate(["label", "", None], logging=False).tolist() == [True, False, False]
    assert ln.ULabel.validate(pd.Series(["label", "x"], dtype="category"), mute=True).tolist() == [True, False]
    assert ln.ULabel.validate([], mute=True).shape == (0,)
    assert ln.ULabel.validate([], mute=True).dtype == bool
    assert ln.ULabel.inspect([], mute=True).df.shape == (0, 1)
    with pytest.raises(TypeError):
        ln.ULabel.validate([1, 2], mute=True)


def test_synonyms_of_records():
    """Added, removed, stored by bars; saved with records that are in the database."""
    feature = ln.Feature(name="cell type", type="category")
    feature.save()
    for nothing in ("", [], [""]):
        feature.add_synonym(nothing)
    assert feature.synonyms is None
    feature.add_synonym(["CT", "celltyp"])
    assert set(ln.Feature.filter(name="cell type").one().synonyms.split("|")) == {"CT", "celltyp"}
    feature.remove_synonym("CT")
    feature.remove_synonym(["celltyp", "unknown"])
    assert ln.Feature.filter(name="cell type").one().synonyms is None
    with pytest.raises(AssertionError, match=r"a synonym can't contain '\|'!"):
        feature.add_synonym("a|b")
    with pytest.raises(NotImplementedError, match="No synonyms field found in table ULabel!"):
        ln.ULabel(name="x").add_synonym("y")
    with pytest.raises(AttributeError):
        ln.Transform(name="x").add_synonym("y")


def test_a_synonym_of_another_record():
    """Is refused with ``SystemExit``, unless forced."""
    ln.Feature(name="cell type", type="category", synonyms="CT").save()
    other = ln.Feature(name="cell line", type="category")
    other.save()
    with pytest.raises(SystemExit) as exit_:
        other.add_synonym("CT")
    assert exit_.value.code is AssertionError
    other.add_synonym("CT", force=True)
    assert other.synonyms == "CT"


def test_abbreviations_are_synonyms():
    """Except that of the name itself."""
    modality = ln.Modality(name="rna")
    modality.save()
    modality.set_abbr("R")
    assert (ln.Modality.filter().one().abbr, ln.Modality.filter().one().synonyms) == ("R", "R")


# -- parents ----------------------------------------------------------------------------------------------------------


def test_view_parents_returns_a_graph_in_scripts():
    """Named by the record, arrows from parent to child."""
    child, parent = saved("child", "parent")
    child.parents.add(parent)
    graph = child.view_parents()
    assert graph.name == child.id
    assert f"{parent.id}" in graph.source
    assert re.search(rf'"?{parent.id}"? -> "?{child.id}"?', graph.source)
    assert "#10b981" in graph.source
    assert "honeydew" in graph.source
    assert ln.ULabel.view_parents(parent, with_children=True).name == parent.id


# -- many records -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [None, "abc", ["abc"], [1]])
def test_save_takes_records_only(bad):
    """And saves none of the others then."""
    with pytest.raises(TypeError):
        ln.save(bad)
    with pytest.raises(TypeError):
        ln.save([ln.ULabel(name="good"), bad])
    assert not ln.ULabel.filter().exists()


def test_save_takes_any_iterable():
    """One record, lists, sets, generators, query sets; unknown keywords are ignored."""
    ln.save(ln.ULabel(name="1"))
    ln.add([ln.ULabel(name="2")], parents=False, mute=True, other=1)
    ln.save({ln.ULabel(name="3")})
    ln.save(ln.ULabel(name=name) for name in "45")
    ln.save(ln.ULabel.filter())
    ln.save([])
    assert sorted(ln.ULabel.filter().list("name")) == [*"12345"]


def test_save_of_unique_values_that_are_taken():
    """The records are those in the database afterwards, so that they can be linked."""
    saved("label")
    ln.settings.upon_create_search_names = False
    again = ln.ULabel(name="label")
    ln.save([again, ln.ULabel(name="other")])
    assert again == ln.ULabel.filter(name="label").one()
    again.parents.add(ln.ULabel.filter(name="other").one())
    with pytest.raises(IntegrityError):
        ln.ULabel(name="label").save()


def test_delete_takes_one_record_or_several(capsys):
    """And says that query sets do it at once."""
    one, two, three = saved("one", "two", "three")
    ln.settings.verbosity = "success"
    ln.delete(one)
    lines = said(capsys)
    assert lines[0] == "❗ for efficient bulk delete, use `queryset.delete` instead"
    assert lines[1].startswith("✅ deleted ULabel(")
    ln.delete([two, three])
    assert not ln.ULabel.filter().exists()
    assert two.id is None
    (label,) = saved("four")
    assert label.delete() == (1, {"lnschema_core.ULabel": 1})


def test_view_shows_the_latest_records(capsys):
    """Of every registry that has some, or of those that are named."""
    saved("viewed")
    ln.view()
    told = said(capsys)
    assert [line for line in told if line in ("Storage", "ULabel", "User", "File")] == ["Storage", "ULabel", "User"]
    ln.view(n=1, registries=["ULabel"])
    told = said(capsys)
    assert told[0] == "ULabel"
    assert any("viewed" in line for line in told)
    with pytest.raises(ModuleNotFoundError):
        ln.view(schema="nosuch")
