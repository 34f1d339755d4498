"""``host.labels``: labels under features, which neither get lost nor wiped."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.db.models.signals import m2m_changed

import lamindb as ln
from lamindb import log
from lamindb.errors import EmptyInput, ValidationError
from lnschema_core.annotation.describe import describe, describe_html
from lnschema_core.annotation.label_links import find_label_relation, link_labels_of_features
from lnschema_core.annotation.labels import add_labels
from lnschema_core.catalogue import core_registry

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def feature():
    """A feature that is a column of the file."""
    feature = ln.Feature(name="cell type", type="category")
    feature.save()
    return feature


@pytest.fixture
def file(feature):
    """A saved file with the feature in slot ``columns``."""
    return make_file("file", "cell type")


def make_file(description: str, *columns: str) -> ln.File:
    """A saved file with these columns, those that are features linked."""
    frame = pd.DataFrame({column: [description, description] for column in columns or ("x",)})
    file = ln.File.from_df(frame, description=description)
    file.save()
    return file


def make_feature(name: str, **fields: object) -> ln.Feature:
    """A saved categorical feature."""
    feature = ln.Feature.from_fields(name=name, type="category", **fields)
    feature.save()
    return feature


def make_labels(*names: str) -> list[ln.ULabel]:
    """Saved labels of these names."""
    labels = [ln.ULabel.from_fields(name=name) for name in names]
    ln.save(labels)
    return labels


def link_rows(host: ln.File) -> dict[str, str | None]:
    """The names of linked labels, and of the features under which they are linked."""
    return dict(host.ulabels.through.objects.filter(file=host).values_list("ulabel__name", "feature__name"))


# -- add --------------------------------------------------------------------------------------------------------------


def test_labels_are_added_under_a_feature(file, feature):
    """The link has the feature, and the feature has the registry."""
    label, other = make_labels("T cell", "B cell")
    file.labels.add(label, feature)
    file.labels.add([label, other], feature=feature)
    assert link_rows(file) == {"T cell": "cell type", "B cell": "cell type"}
    assert feature.registries == ln.Feature.filter().one().registries == "core.ULabel"
    assert set(file.labels.get(feature)) == {label, other}
    assert ln.File.filter(ulabels=label).one() == file
    assert ln.ULabel.filter(fileulabel__feature__name="cell type").count() == 2


@pytest.mark.parametrize("kind", [list, tuple, iter, pd.Series, np.array])
def test_labels_come_in_any_kind_of_list(file, feature, kind):
    """Also as an iterator, a Series or an array."""
    labels = make_labels("a", "b")
    file.labels.add(kind(labels), feature)
    assert set(file.labels.get(feature)) == set(labels)


def test_labels_come_as_query_set(file, feature):
    """What a query finds can be added as it is."""
    make_labels("a", "b")
    file.labels.add(ln.ULabel.filter(), feature)
    assert file.labels.get(feature).count() == 2


def test_dataset_is_labelled_like_a_file(feature):
    """Links of datasets remember features, too."""
    dataset = ln.Dataset.from_df(pd.DataFrame({"cell type": ["a", "a"]}), name="data")
    dataset.save()
    (label,) = make_labels("a")
    dataset.labels.add(label, feature)
    assert dataset.labels.get(feature).one() == label
    assert ln.ULabel.filter(datasetulabel__feature=feature).one() == label
    assert dataset.file.labels.get(feature).count() == 0


def test_label_that_somebody_else_adds_meanwhile_is_no_error(file):
    """Between the look at which labels are there and the writing of the others; files and datasets."""
    dataset = ln.Dataset.from_df(pd.DataFrame({"x": ["a", "a"]}), name="data")
    dataset.save()
    labels = make_labels("a", "b")
    for host in (file, dataset):
        link = type(host).ulabels.through

        def add_meanwhile(action, host=host, link=link, **_):
            if action == "pre_add":
                link.from_fields(ulabel=labels[0], **{type(host).__name__.lower(): host}).save()

        m2m_changed.connect(add_meanwhile, sender=link)
        try:
            host.ulabels.add(*labels)
        finally:
            m2m_changed.disconnect(add_meanwhile, sender=link)
        assert sorted(host.ulabels.list("name")) == ["a", "b"]


@pytest.mark.parametrize("n", [1, 1000])
def test_adding_takes_few_queries(file, feature, n, count_queries):
    """Five for the first labels of a registry under a feature and three for more, beside the transaction."""
    labels = make_labels(*(f"label {i}" for i in range(2 * n)))
    with count_queries() as first:
        file.labels.add(labels[:n], feature)
    with count_queries() as second:
        file.labels.add(labels[n:], feature)
    count = [sum("SAVEPOINT" not in query["sql"] for query in queries) for queries in (first, second)]
    locks = int(connection.features.has_select_for_update)
    assert count == [5 + locks, 3 + locks]
    assert file.labels.get(feature).count() == 2 * n


def test_labels_without_a_feature_get_it(file, feature):
    """A label that was linked directly is one of the feature afterwards."""
    (label,) = make_labels("a")
    file.ulabels.add(label)
    assert link_rows(file) == {"a": None}
    file.labels.add(label, feature)
    assert link_rows(file) == {"a": "cell type"}


def test_registries_of_a_feature_are_compared_as_whole_names(file):
    """A registry whose name starts like another one's is another one."""
    feature = make_feature("mine", registries="core.ULabelX")
    (label,) = make_labels("a")
    file.labels.add(label, feature)
    assert feature.registries == "core.ULabelX|core.ULabel"
    assert file.labels.get(feature).one() == label


def test_registries_that_others_added_stay(file, feature):
    """Changes that were made meanwhile survive."""
    ln.Feature.filter(pk=feature.pk).update(registries="core.Other", unit="m")
    file.labels.add(make_labels("a"), feature)
    stored = ln.Feature.filter(pk=feature.pk).one()
    assert (stored.registries, stored.unit) == ("core.Other|core.ULabel", "m")


# -- several features -------------------------------------------------------------------------------------------------


@pytest.fixture
def tissue():
    """Another feature that labels can be values of."""
    return make_feature("tissue")


@pytest.fixture
def shared(file, feature, tissue):
    """A label that the file has under two features."""
    shared, other = make_labels("shared", "other")
    file.labels.add([shared, other], feature)
    file.labels.add(shared, tissue)
    return shared


def test_label_is_under_several_features(file, feature, tissue, shared):
    """Each of them has it, the first through the link, and the label is linked once."""
    assert file.labels.get(feature, flat_names=True) == ["shared", "other"]
    assert file.labels.get(tissue).one() == shared
    assert file.labels.get(tissue, flat_names=True) == ["shared"]
    assert tissue.registries == "core.ULabel"
    assert file.features["external"].one() == tissue
    assert link_rows(file) == {"shared": "cell type", "other": "cell type"}
    assert file.ulabels.count() == 2
    assert ln.File.filter(ulabels=shared).one() == file


def test_label_of_several_features_is_shown_under_each(file, feature, tissue, shared):
    """And once among the labels."""
    for shown in (repr(file.features), describe(file)):
        assert "    🔗 cell type (2, core.ULabel): 'shared', 'other'" in shown.splitlines()
        assert "    🔗 tissue (1, core.ULabel): 'shared'" in shown.splitlines()
    assert repr(file.labels) == "Labels:\n  🏷️ ulabels (2, core.ULabel): 'shared', 'other'"
    row = describe_html(file).partition("tissue</th>")[2].partition("</tr>")[0]
    assert row.endswith("category (1, core.ULabel): &#x27;shared&#x27;</td>")


def test_ten_names_are_shown_under_each_feature(file, feature, tissue):
    """Of those that links have and of those that they have no room for, with the number of all."""
    labels = make_labels(*(f"l{i:02}" for i in range(24)))
    file.labels.add(labels[:12], feature)
    file.labels.add(labels, tissue)
    names = ", ".join(f"'l{i}'" for i in range(12, 22))
    assert f"    🔗 tissue (24, core.ULabel): {names}, ..." in repr(file.features).splitlines()
    assert repr(file.labels).startswith("Labels:\n  🏷️ ulabels (24, core.ULabel): 'l00', 'l01'")


def test_describe_of_several_features_takes_a_query_more(file, tissue, shared, count_queries):
    """However many labels and features; so does opening it in a notebook."""
    for show in (describe, describe_html):
        fresh = ln.File.filter(pk=file.pk).one()
        with count_queries() as queries:
            show(fresh)
        assert len(queries) == 6
    with count_queries() as queries:
        repr(file.features)
    assert len(queries) == 4


@pytest.mark.parametrize("n", [1, 1000])
def test_adding_under_a_further_feature_takes_few_queries(feature, tissue, n, count_queries):
    """Six the first time, and four again, beside the transaction."""
    file = make_file("both", "cell type", "tissue")
    labels = make_labels(*(f"label {i}" for i in range(n)))
    file.labels.add(labels, feature)
    with count_queries() as first:
        file.labels.add(labels, tissue)
    with count_queries() as second:
        file.labels.add(labels, tissue)
    count = [sum("SAVEPOINT" not in query["sql"] for query in queries) for queries in (first, second)]
    locks = int(connection.features.has_select_for_update)
    assert count == [6 + locks, 4 + locks]
    assert file.labels.get(tissue).count() == n
    assert core_registry("FileLabelFeature").filter().count() == n


def test_labels_of_several_features_are_linked_at_once(file, feature, tissue, count_queries):
    """Also where several want the same one, and where a link had none."""
    a, b, c = make_labels("a", "b", "c")
    file.ulabels.add(c)
    relation = find_label_relation(file, ln.ULabel)
    with count_queries() as queries:
        link_labels_of_features(file, relation, {feature: [a, b, a], tissue: [b, c]})
    assert len(queries) == 5
    tissue.registries = feature.registries = "core.ULabel"
    assert set(file.labels.get(feature)) == {a, b}
    assert set(file.labels.get(tissue)) == {b, c}
    assert link_rows(file) == {"a": "cell type", "b": "cell type", "c": "tissue"}


def test_adding_a_label_again_changes_nothing(file, feature, tissue, shared):
    """Under either feature."""
    file.labels.add(shared, feature)
    file.labels.add(shared, tissue)
    assert core_registry("FileLabelFeature").filter().one().feature == tissue
    assert link_rows(file)["shared"] == "cell type"


def test_removed_label_is_under_no_feature(file, feature, tissue, shared):
    """Nor is it once it is linked again, without a feature."""
    file.ulabels.remove(shared)
    assert file.labels.get(tissue).count() == 0
    assert not ln.File.filter_by_label(shared, tissue).exists()
    assert "    🔗 tissue (0, core.ULabel)" in repr(file.features).splitlines()
    file.ulabels.add(shared)
    assert file.labels.get(tissue).count() == file.labels.get(tissue, flat_names=True).count("shared") == 0
    assert "    🔗 tissue (0, core.ULabel)" in repr(file.features).splitlines()
    file.labels.add(shared, tissue)
    assert file.labels.get(tissue).one() == shared
    assert file.labels.get(feature, flat_names=True) == ["other"]


def test_deleted_label_is_under_no_feature(file, tissue, shared):
    """Although what was said about its link is still there."""
    shared.delete()
    assert file.labels.get(tissue).count() == 0
    assert "    🔗 tissue (0, core.ULabel)" in repr(file.features).splitlines()


def test_deleted_file_takes_what_was_said_about_its_labels(file, shared):
    """All of it."""
    file.delete(storage=True)
    assert not core_registry("FileLabelFeature").filter().exists()
    assert not shared.files.exists()


@pytest.mark.parametrize("delete", [lambda feature: feature.delete(), lambda feature: again(feature).delete()])
def test_label_stays_under_its_other_feature_when_one_is_deleted(file, feature, tissue, shared, delete):
    """Labels that had no other one go with the feature."""
    delete(feature)
    assert link_rows(file) == {"shared": "tissue"}
    assert file.labels.get(tissue).one() == shared
    assert not core_registry("FileLabelFeature").filter().exists()
    assert "    🔗 tissue (1, core.ULabel): 'shared'" in repr(file.features).splitlines()


def again(*features: ln.Feature):
    """The features as a query set."""
    return ln.Feature.filter(pk__in=[feature.pk for feature in features])


def test_label_goes_with_the_last_of_its_features(file, feature, tissue, shared):
    """And stays under the oldest that is left."""
    third, fourth = make_feature("third"), make_feature("fourth")
    file.labels.add(shared, third)
    file.labels.add(shared, fourth)
    again(feature, tissue).delete()
    assert link_rows(file) == {"shared": "third"}
    assert file.labels.get(fourth).one() == shared
    third.delete()
    assert link_rows(file) == {"shared": "fourth"}
    fourth.delete()
    assert link_rows(file) == {}


def test_feature_of_a_label_that_links_have_is_deleted_with_one_query_more(feature, tissue, file, count_queries):
    """However many labels there are: they are not fetched."""
    file.labels.add(make_labels(*(f"l{i}" for i in range(50))), feature)
    with count_queries() as queries:
        feature.delete()
    assert (
        sum("ulabel" in query["sql"] for query in queries) == 4
    )  # one to look and one to delete, for files and datasets
    assert link_rows(file) == {}


def test_feature_beside_the_link_is_deleted_without_the_label(file, feature, tissue, shared):
    """The label stays under the feature that the link has."""
    tissue.delete()
    assert set(link_rows(file)) == {"shared", "other"}
    assert not core_registry("FileLabelFeature").filter().exists()


def test_dataset_has_a_label_under_several_features(feature, tissue):
    """Like a file, and apart from its file."""
    dataset = ln.Dataset.from_df(pd.DataFrame({"cell type": ["a", "a"]}), name="data")
    dataset.save()
    (label,) = make_labels("a")
    dataset.labels.add(label, feature)
    dataset.labels.add(label, tissue)
    assert dataset.labels.get(tissue).one() == dataset.labels.get(feature).one() == label
    assert ln.Dataset.filter_by_label("a", tissue).one() == dataset
    assert not ln.File.filter_by_label("a", tissue).exists()
    feature.delete()
    assert dataset.labels.get(tissue).one() == label
    dataset.delete(storage=True)
    assert not core_registry("DatasetLabelFeature").filter().exists()


# -- filter -----------------------------------------------------------------------------------------------------------


def test_files_are_found_by_label_under_a_feature(file, feature, tissue, shared):
    """Wherever it is recorded; a label under another feature doesn't count."""
    second, third = make_file("second"), make_file("third")
    second.labels.add(shared, tissue)
    third.ulabels.add(shared)
    assert set(ln.File.filter_by_label(shared, tissue)) == {file, second}
    assert ln.File.filter_by_label(shared, feature).one() == file
    assert ln.File.filter_by_label("other", tissue).count() == 0
    assert ln.File.filter_by_label("shared", tissue).filter(description="second").one() == second


def test_files_are_found_by_any_of_several_labels(file, feature, tissue, shared):
    """Each once, in one query."""
    second = make_file("second")
    second.labels.add(make_labels("new"), feature)
    for labels in (["shared", "other", "new", "nowhere"], ln.ULabel.filter(), list(ln.ULabel.filter())):
        assert sorted(ln.File.filter_by_label(labels, feature).list("description")) == ["file", "second"]
    assert not ln.File.filter_by_label([], feature).exists()


def test_conditions_on_labels_are_combined(file, feature, tissue, shared):
    """A query set and a manager go on with them, as with ``filter``."""
    second = make_file("second")
    second.labels.add(shared, tissue)
    both = ln.File.filter_by_label(shared, tissue).filter_by_label(shared, feature)
    assert both.one() == file
    assert ln.File.filter(description="second").filter_by_label("shared", tissue).one() == second
    assert not ln.File.filter(description="second").filter_by_label("shared", feature).exists()
    assert set(shared.files.filter_by_label(shared, tissue)) == {file, second}
    with pytest.raises(TypeError, match="ULabel records don't"):
        ln.ULabel.filter().filter_by_label(shared, tissue)


def test_files_are_found_in_one_query(file, feature, tissue, shared, count_queries):
    """And none before it is used."""
    with count_queries() as queries:
        found = ln.File.filter_by_label(["shared", "other"], tissue)
    assert len(queries) == 0
    with count_queries() as queries:
        assert found.one() == file
    assert len(queries) == 1


def test_files_are_found_by_plain_conditions(file, feature, tissue, shared):
    """As filters spell it out: what links have, and what they have no room for."""
    links = core_registry("FileULabel").filter(ulabel=shared).annotate(key=Cast("pk", TextField())).values("key")
    rows = core_registry("FileLabelFeature").filter(feature=tissue, registry="core.ULabel", link_id__in=links)
    assert ln.File.filter(fileulabel__ulabel=shared, fileulabel__feature=feature).one() == file
    assert not ln.File.filter(fileulabel__ulabel=shared, fileulabel__feature=tissue).exists()
    assert ln.File.filter(filelabelfeature__in=rows).one() == file


def test_files_are_not_found_by_what_is_no_label(file, feature):
    """Each with the reason."""
    with pytest.raises(TypeError, match="feature has to be of type Feature"):
        ln.File.filter_by_label("a", "cell type")
    with pytest.raises(ValidationError, match="not validated"):
        ln.File.filter_by_label(ln.ULabel(name="unsaved"), feature)
    with pytest.raises(ValidationError, match="Feature not validated"):
        ln.File.filter_by_label("a", ln.Feature(name="unsaved", type="category"))
    with pytest.raises(KeyError, match="can't be labels of a File"):
        ln.File.filter_by_label(file.storage, feature)
    with pytest.raises(ValueError, match="missing values"):
        ln.File.filter_by_label(["a", None], feature)
    assert not ln.File.filter_by_label("a", feature).exists()


# -- strings ----------------------------------------------------------------------------------------------------------


def test_strings_are_looked_up_in_the_registries_of_the_feature(file, capsys):
    """Those that mean nothing are told."""
    feature = make_feature("mine", registries="core.ULabel")
    labels = make_labels("a", "b")
    capsys.readouterr()
    file.labels.add(pd.Series(["a", "b", "a", "x"]), feature)
    assert "'x'" in capsys.readouterr().out
    assert set(file.labels.get(feature)) == set(labels)
    other = make_file("other")
    other.labels.add("a", feature)
    assert other.labels.get(feature).list("name") == ["a"]


def test_strings_are_looked_up_by_another_field(file):
    """The function takes the field."""
    feature = make_feature("mine", registries="core.Modality")
    ln.Modality(name="rna", ontology_id="X:1").save()
    with pytest.raises(KeyError, match=r"core\.Modality can't be labels of a File"):
        add_labels(file, ["X:1"], feature, field="ontology_id")


def test_long_strings_get_a_short_sentence(file, feature):
    """Whatever was passed by mistake."""
    with pytest.raises(ValueError, match="Please pass a record") as error:
        file.labels.add("x" * 1_000_000, feature)
    assert len(str(error.value)) < 300


def test_strings_that_mean_nothing_are_refused(file, feature):
    """With a hint how to make a label."""
    message = r"Please pass a record \(a `Registry` object\), not a string, e.g., via: label = ln.ULabel\(name='a'\)"
    with pytest.raises(ValueError, match=message):
        file.labels.add("a", feature)
    with pytest.raises(ValueError, match=message):
        file.labels.add(["a", "b"], make_feature("mine", registries="core.ULabel"))


# -- refused ----------------------------------------------------------------------------------------------------------


def test_nothing_to_add_is_refused(file, feature):
    """In a way that both meanings of the mistake are caught."""
    for nothing in ([], (), ln.ULabel.filter(), pd.Series([], dtype=object)):
        with pytest.raises(EmptyInput) as error:
            file.labels.add(nothing, feature)
        assert isinstance(error.value, IndexError)
        assert isinstance(error.value, ValueError)


@pytest.mark.parametrize("missing", [None, float("nan"), "", pd.NA])
def test_missing_labels_are_refused(file, missing):
    """Before anything is written."""
    feature = make_feature("mine", registries="core.ULabel")
    (label,) = make_labels("a")
    for labels in ([label, missing], [missing, label], ["a", missing], [missing]):
        with pytest.raises(ValueError, match="are missing values"):
            file.labels.add(labels, feature)
    assert link_rows(file) == {}


@pytest.mark.parametrize("stranger", [1, b"a", ["a"], list])
def test_what_is_no_label_is_refused(file, feature, stranger):
    """Records, or strings only."""
    (label,) = make_labels("a")
    for labels in ([label, stranger], [stranger], [label, "a"], ["a", label], 1, list):
        with pytest.raises(TypeError, match="labels have to be records, or all of them strings"):
            file.labels.add(labels, feature)


def test_unsaved_things_are_refused(file, feature):
    """Each with the way out, and without writing anything."""
    (label,) = make_labels("a")
    unsaved = ln.ULabel(name="unsaved")
    with pytest.raises(ValidationError, match=r"unsaved.* not validated. If it looks correct: record.save\(\)"):
        file.labels.add([label, unsaved], feature)
    with pytest.raises(
        ValidationError, match=r"ln.Feature\(name='new', type='category', registries='core.ULabel'\).save"
    ):
        file.labels.add(label, ln.Feature(name="new", type="category"))
    with pytest.raises(TypeError, match="feature has to be of type Feature"):
        file.labels.add(label, "cell type")
    unsaved_file = ln.File(pd.DataFrame({"q": [7]}), description="unsaved")
    with pytest.raises(ValueError, match="Please save the file/dataset before adding a label!"):
        unsaved_file.labels.add(label, feature)
    assert link_rows(file) == {}


def test_registry_that_is_not_linked_is_refused(file, feature):
    """Runs, files and datasets are no labels of a file."""
    transform = ln.Transform(name="x")
    transform.save()
    dataset = ln.Dataset(file, name="data")
    dataset.save()
    for record in (transform, dataset, file):
        with pytest.raises(KeyError, match="can't be labels of a File"):
            file.labels.add(record, feature)


def test_adding_is_all_or_nothing(file, monkeypatch):
    """An error at the end takes back the links."""
    from lnschema_core.annotation import labels

    def fail(*_: object) -> None:
        msg = "broken"
        raise RuntimeError(msg)

    monkeypatch.setattr(labels, "ensure_feature_is_linked", fail)
    feature = make_feature("mine")
    with pytest.raises(RuntimeError, match="broken"):
        file.labels.add(make_labels("a"), feature)
    assert link_rows(file) == {}
    assert ln.Feature.filter(pk=feature.pk).one().registries is None


# -- external features ------------------------------------------------------------------------------------------------


def test_feature_that_is_no_column_becomes_external(file, capsys):
    """It is linked in a slot of its own, as metadata; a column isn't."""
    study, project = make_feature("study"), make_feature("project")
    with log.at_verbosity("info"):
        file.labels.add(make_labels("a"), study)
    assert "linked new feature 'study' together with new feature set FeatureSet(" in capsys.readouterr().out
    assert file.features["external"].list("name") == ["study"]
    assert file.feature_sets["external"].modality.name == "meta"
    file.labels.add(make_labels("b"), project)
    assert set(file.features["external"].list("name")) == {"study", "project"}
    assert file.feature_sets.count() == 2


def test_shared_external_set_stays_with_others(feature):
    """A label on one file never takes features from another file or dataset."""
    study, project = make_feature("study"), make_feature("project")
    a, b, c = make_labels("a", "b", "c")
    first, second = make_file("first"), make_file("second")
    dataset = ln.Dataset.from_df(pd.DataFrame({"y": [1]}), name="data")
    dataset.save()
    for host in (first, second, dataset):
        host.labels.add(a, study)
    assert len({host.feature_sets["external"] for host in (first, second, dataset)}) == 1
    first.labels.add(b, project)
    assert set(first.features["external"].list("name")) == {"study", "project"}
    assert second.features["external"].list("name") == ["study"]
    second.labels.add(c, project)
    assert dataset.features["external"].list("name") == ["study"]


def test_external_set_that_nobody_uses_is_removed(file, capsys):
    """Nothing but the new one is left, unless it has a name."""
    study, project = make_feature("study"), make_feature("project")
    a, b = make_labels("a", "b")
    file.labels.add(a, study)
    old = file.feature_sets["external"]
    with log.at_verbosity("info"):
        file.labels.add(b, project)
    assert "no file links to it anymore, deleting feature set" in capsys.readouterr().out
    assert ln.FeatureSet.filter(pk=old.pk).one_or_none() is None
    assert ln.Feature.filter(name="study").exists()


def test_named_external_set_is_kept(file):
    """Somebody wants it."""
    study, project = make_feature("study"), make_feature("project")
    named = ln.FeatureSet([study], name="keep me")
    named.save()
    a, b = make_labels("a", "b")
    file.labels.add(a, study)
    assert file.feature_sets["external"] == named
    file.labels.add(b, project)
    assert ln.FeatureSet.filter(name="keep me").one().features.one() == study


# -- get --------------------------------------------------------------------------------------------------------------


def test_labels_are_got_by_feature(file, feature):
    """Those of other features are left out."""
    tissue = make_feature("tissue")
    a, b = make_labels("a", "b")
    file.labels.add(a, feature)
    file.labels.add(b, tissue)
    other = make_file("other")
    other.labels.add([a, b], feature)
    assert list(file.labels.get(feature)) == [a]
    assert file.labels.get(tissue, flat_names=True) == ["b"]


def test_labels_are_got_by_a_feature_that_was_loaded_before(file, feature):
    """Its registries may be known to the database only."""
    stale = ln.Feature.filter(name="cell type").one()
    file.labels.add(make_labels("a"), feature)
    assert stale.registries is None
    assert file.labels.get(stale, flat_names=True) == ["a"]


def test_labels_of_no_feature_are_refused(file, feature):
    """One that has no labels anywhere, and what is no feature."""
    with pytest.raises(ValueError, match="feature does not have linked labels"):
        file.labels.get(feature)
    with pytest.raises(ValueError, match="feature does not have linked labels"):
        file.labels.get(ln.Feature(name="unsaved", type="category"))
    with pytest.raises(TypeError, match="feature has to be of type Feature"):
        file.labels.get("cell type")


def test_labels_of_a_registry_that_is_not_mounted_are_left_out(file):
    """The labels of the others are there."""
    feature = make_feature("mine", registries="nowhere.Thing|core.ULabel")
    (label,) = make_labels("a")
    file.labels.add(label, feature)
    assert file.labels.get(feature).one() == label


def test_labels_of_registries_that_are_not_linked_are_refused(file):
    """The registries are named."""
    feature = make_feature("mine", registries="nowhere.Thing|core.Transform")
    with pytest.raises(ValueError, match=r"from nowhere\.Thing\|core\.Transform, which can't be labels of a File"):
        file.labels.get(feature)


# -- show -------------------------------------------------------------------------------------------------------------


def test_labels_are_shown(file, feature):
    """By registry, with their number and the first ten names."""
    assert repr(file.labels) == "no linked labels"
    file.labels.add(make_labels(*"abcdefghijkl"), feature)
    assert repr(file.labels) == (
        "Labels:\n  🏷️ ulabels (12, core.ULabel): 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', ..."
    )


def test_labels_of_several_features_are_shown_together(file, feature):
    """In the order in which they were added."""
    tissue = make_feature("tissue")
    file.labels.add(make_labels("b"), feature)
    file.labels.add(make_labels("a"), tissue)
    file.ulabels.add(*make_labels("c"))
    assert repr(file.labels) == "Labels:\n  🏷️ ulabels (3, core.ULabel): 'b', 'a', 'c'"


def test_labels_are_escaped_in_notebooks(file, feature):
    """A name is no markup."""
    file.labels.add(make_labels("<script>alert(1)</script>"), feature)
    shown = file.labels._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown


def test_constraints_hold(file, feature):
    """What is inserted past Django's checks refers to records that exist."""
    file.labels.add(make_labels("a", "b"), feature)
    connection.check_constraints()
