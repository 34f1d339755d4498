"""``ln.FeatureSet``: which features were measured together, and where in a file or dataset they are."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.db import IntegrityError

import lamindb as ln
from lamindb import log
from lamindb.io.hashing import hash_set
from lnschema_core.annotation.slots import link_feature_sets

pytestmark = pytest.mark.usefixtures("instance")


def make_features(*names: str, **fields: object) -> list[ln.Feature]:
    """Saved features of these names."""
    features = [ln.Feature.from_fields(name=name, type="number", **fields) for name in names]
    ln.save(features)
    return features


def statements(queries) -> int:
    """The number of statements besides those for the savepoints of transactions, and for waiting until others have ended theirs."""
    return sum("SAVEPOINT" not in query["sql"] and "pg_advisory" not in query["sql"] for query in queries)


# -- construct --------------------------------------------------------------------------------------------------------


def test_constructor_writes_nothing():
    """The set and its links to members are there after ``save``."""
    features = make_features("a", "b")
    feature_set = ln.FeatureSet(features, name="panel")
    assert feature_set._state.adding
    assert (feature_set.n, feature_set.registry, feature_set.type) == (2, "core.Feature", None)
    assert feature_set.hash == hash_set([feature.id for feature in features])
    assert len(feature_set.id) == 20
    assert ln.FeatureSet.filter().count() == 0
    feature_set.save()
    assert set(feature_set.features.all()) == set(features)
    assert ln.FeatureSet.filter(features__name="a").one() == feature_set
    assert ln.Feature.filter(feature_sets=feature_set).count() == 2


def test_same_members_are_the_same_set():
    """In any order, under any name, with any type."""
    a, b = make_features("a", "b")
    first = ln.FeatureSet([a, b], name="panel")
    first.save()
    again = ln.FeatureSet([b, a, a], name="another", type="number")
    assert not again._state.adding
    assert again == first
    assert again.name == "panel"


def test_loading_the_same_set_is_told_as_a_success(capsys):
    """At the level of successes, with the set."""
    features = make_features("a")
    ln.FeatureSet(features).save()
    capsys.readouterr()
    with log.at_verbosity("success"):
        feature_set = ln.FeatureSet(features)
    assert f"loaded: {feature_set}" in capsys.readouterr().out


def test_sets_are_never_matched_by_name():
    """Another set of the same name is a new one, and the old one keeps its members."""
    a, b, c = make_features("a", "b", "c")
    first = ln.FeatureSet([a, b], name="panel")
    first.save()
    second = ln.FeatureSet([c], name="panel")
    second.save()
    assert second != first
    assert set(first.features.all()) == {a, b}
    assert (first.n, second.n) == (2, 1)


def test_members_are_not_written():
    """Saving a set leaves changes of its members, made elsewhere, alone."""
    (stale,) = make_features("a")
    ln.Feature.filter(name="a").update(unit="m")
    ln.FeatureSet([stale]).save()
    assert ln.Feature.filter(name="a").one().unit == "m"


@pytest.mark.parametrize(
    ("given", "stored"), [(None, None), (int, "int"), (float, "float"), ("int", "number"), ("category", "category")]
)
def test_type_of_a_set(given, stored):
    """Python types go by their names, the words for numbers become one."""
    assert ln.FeatureSet(make_features("a"), type=given).type == stored


def test_wrong_arguments_are_refused():
    """Each with a sentence of its own."""
    feature, other = make_features("a", "b")
    unsaved = ln.Feature(name="unsaved", type="number")
    label = ln.ULabel(name="label")
    label.save()
    cases = [
        ((feature, other), {}, ValueError, "Only one non-keyword arg allowed: features"),
        ((), {"name": "x"}, KeyError, "features"),
        (([feature],), {"bogus": 1}, ValueError, "Only features, type, modality, name are valid"),
        (([],), {}, ValueError, "Provide list of features with at least one element"),
        (([],), {}, IndexError, "at least one"),
        ((feature,), {}, ValueError, "Please pass a ListLike of features, not a single feature"),
        ((1,), {}, ValueError, "Please pass a ListLike"),
        (({feature},), {}, TypeError, "features has to be list-like"),
        ((["a"],), {}, TypeError, "features has to store feature records! use .from_values"),
        (("a",), {}, TypeError, "features has to store feature records!"),
        (([feature, label],), {}, TypeError, "feature_set can only contain a single type"),
        (([feature, "b"],), {}, TypeError, "feature_set can only contain a single type"),
        (([feature, unsaved],), {}, ValueError, "Can only construct feature sets from validated features"),
        (([label],), {}, ValueError, "Can't create feature sets from ULabel because it's not related to it!"),
        (([feature],), {"modality": "rna"}, TypeError, "modality needs to be of type Modality"),
        (([feature],), {"modality": ln.Modality(name="rna")}, ValueError, "unvalidated modality, save to registry"),
    ]
    for arguments, fields, error, message in cases:
        with pytest.raises(error, match=message):
            ln.FeatureSet(*arguments, **fields)
    assert ln.FeatureSet.filter().count() == 0


def test_files_are_no_members():
    """Files have feature sets; they aren't members of them."""
    file = ln.File.from_fields(suffix="", storage=ln.setup.settings.storage.record, id="f" * 20)
    file._state.adding = False
    with pytest.raises(ValueError, match="not related"):
        ln.FeatureSet([file])


@pytest.mark.parametrize("n", [2, 3000])
def test_saving_takes_three_statements(n, count_queries):
    """One that looks whether somebody else has made it meanwhile, one for the set and one for its members, however many."""
    feature_set = ln.FeatureSet(make_features(*(f"f{i}" for i in range(n))))
    with count_queries() as queries:
        feature_set.save()
    assert statements(queries) == 3
    assert feature_set.features.count() == n


def test_saving_is_all_or_nothing():
    """A member that has been deleted meanwhile leaves no set without members behind."""
    from django.db import connection, transaction

    kept, deleted = make_features("a", "b")
    feature_set = ln.FeatureSet([kept, deleted])
    ln.Feature.filter(name="b").delete()

    def save() -> None:
        with transaction.atomic():
            feature_set.save()
            connection.check_constraints()

    with pytest.raises(IntegrityError):
        save()
    assert ln.FeatureSet.filter().count() == 0


# -- from values and frames -------------------------------------------------------------------------------------------


def test_from_values_takes_validated_values(capsys):
    """Values that aren't registered are told and left out; empty and repeated ones are ignored."""
    make_features("a", "b")
    capsys.readouterr()
    feature_set = ln.FeatureSet.from_values(["b", "x", "a", "a", None, ""], ln.Feature.name, name="panel")
    assert "1 term (33.33%) is not validated for name: x" in capsys.readouterr().out
    assert [record.name for record in feature_set.pending_members.records()] == ["b", "a"]
    assert feature_set.name == "panel"
    assert feature_set._state.adding


@pytest.mark.parametrize("n", [2, 3000])
def test_from_values_takes_two_queries(n, count_queries):
    """One for the values and one for a set of the same members."""
    make_features(*(f"f{i}" for i in range(n)))
    with count_queries() as queries:
        feature_set = ln.FeatureSet.from_values([f"f{i}" for i in range(n)])
    assert len(queries) == 2
    assert feature_set.n == n


def test_from_values_without_a_valid_one_is_none(capsys):
    """And says so."""
    assert ln.FeatureSet.from_values(["x"], ln.Feature.name) is None
    assert "no validated features, skip creating feature set" in capsys.readouterr().out


@pytest.mark.parametrize("field", ["name", 1, list])
def test_from_values_needs_a_field_reference(field):
    """A name doesn't tell the registry."""
    with pytest.raises(TypeError, match="Argument `field` must be a Registry field"):
        ln.FeatureSet.from_values(["a"], field)


def test_from_values_needs_values():
    """Nothing can't be validated."""
    with pytest.raises(ValueError, match="Provide a list of at least one value"):
        ln.FeatureSet.from_values([], ln.Feature.name)


def test_from_values_takes_the_words_for_numbers_as_one():
    """Also Python types."""
    make_features("a")
    assert ln.FeatureSet.from_values(["a"], type=int).type == "number"
    assert ln.FeatureSet.from_values(["a"], type="category").type == "category"
    assert ln.FeatureSet.from_values(["a"]).type is None


def test_from_values_takes_one_feature_per_name(count_queries):
    """The oldest, since names of features aren't unique. Which is the oldest takes one query, however many names."""
    features = make_features("twice", "once", "twice", "thrice", "thrice", "thrice")
    ln.Feature.filter(pk=features[0].pk).update(created_at=features[-1].created_at)
    with count_queries() as queries:
        feature_set = ln.FeatureSet.from_values(["twice", "once", "thrice"])
    assert len(queries) == 3
    assert feature_set.pending_members.records() == [features[2], features[1], features[3]]


def test_from_df_takes_validated_columns():
    """The columns that are features, in their order."""
    make_features("a", "b")
    frame = pd.DataFrame({"b": [1], "x": [2], "a": ["text"]})
    feature_set = ln.FeatureSet.from_df(frame, name="frame")
    assert [record.name for record in feature_set.pending_members.records()] == ["b", "a"]
    assert (feature_set.type, feature_set.name) == (None, "frame")


def test_from_df_without_validated_columns_is_none():
    """Also of a frame without columns."""
    assert ln.FeatureSet.from_df(pd.DataFrame({"x": [1]})) is None
    assert ln.FeatureSet.from_df(pd.DataFrame()) is None


def test_from_df_refuses_equal_column_names():
    """Before anything else happens."""
    with pytest.raises(ValueError, match="several columns are called 'a'"):
        ln.FeatureSet.from_df(pd.DataFrame([[1, 2]], columns=["a", "a"]))


# -- slots ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def frame():
    """A frame of which two columns are features."""
    make_features("a", "b")
    return pd.DataFrame({"a": [1, 2], "b": ["x", "y"], "other": [1, 2]})


@pytest.fixture
def file(frame):
    """A saved file of the frame."""
    file = ln.File.from_df(frame, description="frame")
    file.save()
    return file


def test_file_from_df_links_columns_on_save(frame):
    """The constructor writes nothing; before and after saving the features are there."""
    file = ln.File.from_df(frame, description="frame")
    assert ln.FeatureSet.filter().count() == 0
    assert set(file.features["columns"].list("name")) == {"a", "b"}
    file.save()
    assert set(file.features["columns"].list("name")) == {"a", "b"}
    assert file.feature_sets["columns"].n == 2
    assert file.feature_sets["var"] is None
    assert ln.File.filter(feature_sets__features__name="a").one() == file


def test_file_from_df_without_features_is_a_file():
    """Nothing is linked then."""
    file = ln.File.from_df(pd.DataFrame({"x": [1]}), description="frame")
    file.save()
    assert repr(file.features) == "no linked features"


def test_file_of_the_same_content_links_features_too(frame, file):
    """Features that were registered since are linked when the file that was found is saved."""
    make_features("other")
    again = ln.File.from_df(frame, description="frame")
    assert again == file
    assert again.feature_sets["columns"].n == 2
    again.save()
    assert again.feature_sets["columns"].n == 3
    assert file.feature_sets.count() == 1


def test_from_df_needs_a_frame():
    """Anything else gets a sentence, before a file is written."""
    with pytest.raises(TypeError, match="data frames, not of list objects"):
        ln.File.from_df([1, 2], description="x")


def test_saving_tells_the_slots(frame, capsys):
    """At the level of savings."""
    file = ln.File.from_df(frame, description="frame")
    with log.at_verbosity("info"):
        file.save()
    assert "saved 1 feature set for slot: 'columns'" in capsys.readouterr().out


def test_dataset_and_file_have_the_same_sets(frame):
    """Under the same slot."""
    dataset = ln.Dataset.from_df(frame, name="frame")
    dataset.save()
    assert dataset.feature_sets["columns"] == dataset.file.feature_sets["columns"]
    assert set(dataset.features["columns"].list("name")) == {"a", "b"}


def test_constructing_a_dataset_again_keeps_its_links(file):
    """A constructor never unlinks anything."""
    other = ln.File.from_df(pd.DataFrame({"a": [5]}), description="other")
    other.save()
    dataset = ln.Dataset([file, other], name="both")
    dataset.save()
    before = list(dataset.feature_sets.list("id"))
    assert before
    assert ln.Dataset([file, other], name="both") == dataset
    assert list(dataset.feature_sets.list("id")) == before


def test_unknown_slot_is_explained(file):
    """Why there may be no features in it."""
    with pytest.raises(ValueError, match=r"No linked feature set for slot: var\nDid you get validation warnings\?"):
        file.features["var"]


def test_slots_belong_to_hosts():
    """A registry as a whole has none."""
    with pytest.raises(TypeError, match="slots belong to files and datasets"):
        ln.FeatureSet.objects["columns"]


def test_add_feature_set_saves_and_links_it(file):
    """Twice is as good as once; a slot has one set."""
    manager = file.features
    c, d = make_features("c", "d")
    manager.add_feature_set(ln.FeatureSet([c]), slot="mine")
    manager.add_feature_set(ln.FeatureSet([c]), slot="mine")
    assert manager["mine"].one() == c
    manager.add_feature_set(ln.FeatureSet([d]), slot="mine")
    assert manager["mine"].one() == d
    assert file.feature_sets.count() == 2


def test_add_feature_set_refuses_a_second_slot(file):
    """By hand it is a slip; data that have the same features twice link them on their own."""
    with pytest.raises(IntegrityError, match="in slot 'columns' already"):
        file.features.add_feature_set(file.feature_sets["columns"], slot="again")


def test_feature_set_without_a_slot_gets_one(file):
    """One that was linked directly is not linked a second time."""
    named = ln.FeatureSet(make_features("c"))
    named.save()
    file.feature_sets.add(named)
    file.features.add_feature_set(named, slot="mine")
    assert file.feature_sets["mine"] == named
    assert file.feature_sets.count() == 2


def test_add_feature_set_needs_a_saved_host(frame):
    """Links need a row."""
    file = ln.File(frame, description="frame")
    with pytest.raises(ValueError, match="Please save the file or dataset before adding a feature set!"):
        file.features.add_feature_set(ln.FeatureSet(ln.Feature.filter()), slot="mine")


@pytest.mark.parametrize("n", [2, 2000])
def test_linking_a_wide_table_takes_few_queries(n, count_queries):
    """Whatever the number of columns: names, set, content and similar names; then set, members, row and links."""
    names = [f"f{i}" for i in range(n)]
    make_features(*names)
    frame = pd.DataFrame(np.zeros((1, n)), columns=names)
    with count_queries() as constructing:
        dataset = ln.Dataset.from_df(frame, name="wide")
    with count_queries() as saving:
        dataset.save()
    assert statements(constructing) <= 8
    assert statements(saving) <= 12
    assert dataset.features["columns"].count() == n


def test_members_of_an_unsaved_set_are_read_as_far_as_they_are_shown(count_queries):
    """Only their keys are known before; a description of the file costs no query per member, nor does reading all."""
    make_features("a", "b", unit="mm")
    file = ln.File.from_df(pd.DataFrame({"b": [1], "a": [2]}), description="unsaved")
    with count_queries() as queries:
        text = str(file.features)
    assert text.index("b (number)") < text.index("a (number)")
    assert statements(queries) <= 1
    with count_queries() as queries:
        accessor, members = file.pending.feature_sets["columns"]._features
    assert (accessor, [(member.name, member.unit) for member in members]) == ("features", [("b", "mm"), ("a", "mm")])
    assert len(queries) == 1


# -- AnnData ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def adata():
    """Two variables and two columns of observations, all registered but one."""
    make_features("gene1", "gene2", "cell_type")
    obs = pd.DataFrame({"cell_type": ["a", "b"], "unknown": [1, 2]}, index=["c1", "c2"])
    return ad.AnnData(np.zeros((2, 2), dtype="float32"), obs=obs, var=pd.DataFrame(index=["gene1", "gene2"]))


@pytest.mark.parametrize("source", ["object", "path"])
def test_file_from_anndata_has_two_slots(adata, source, tmp_path):
    """Variables and columns of observations; the latter are metadata. The constructor writes nothing."""
    if source == "path":
        adata.write_h5ad(tmp_path / "x.h5ad")
        adata = tmp_path / "x.h5ad"
    file = ln.File.from_anndata(adata, ln.Feature.name, description="cells")
    assert ln.FeatureSet.filter().count() == ln.Modality.filter().count() == 0
    file.save()
    assert set(file.features["var"].list("name")) == {"gene1", "gene2"}
    assert file.features["obs"].list("name") == ["cell_type"]
    assert file.feature_sets["var"].type == "number"
    assert file.feature_sets["obs"].modality == ln.Modality.filter(name="meta").one()


def test_metadata_share_one_modality(adata):
    """Made when it is first needed, also if two files are constructed before one is saved."""
    make_features("unknown")
    files = [
        ln.File.from_anndata(part, ln.Feature.name, description=f"part {i}")
        for i, part in enumerate([adata[:, :1].copy(), ad.AnnData(np.ones((2, 1)), obs=adata.obs[["unknown"]])])
    ]
    for file in files:
        file.save()
    assert ln.Modality.filter(name="meta").count() == 1
    assert ln.FeatureSet.filter(modality__name="meta").count() == 2


def test_dataset_from_anndata_of_a_saved_file(adata):
    """The file is used as it is."""
    file = ln.File(adata, description="cells")
    with pytest.raises(AssertionError, match="saved file"):
        ln.Dataset.from_anndata(file, ln.Feature.name, name="cells")
    file.save()
    dataset = ln.Dataset.from_anndata(file, ln.Feature.name, name="cells")
    dataset.save()
    assert set(dataset.features["var"].list("name")) == {"gene1", "gene2"}


@pytest.mark.parametrize("field", [None, "name"])
def test_from_anndata_needs_a_field(adata, field):
    """Variables may be of any registry."""
    with pytest.raises(TypeError, match="Argument `field` must be a Registry field"):
        ln.File.from_anndata(adata, field, description="cells")
    with pytest.raises(TypeError, match="Argument `field` must be a Registry field"):
        ln.Dataset.from_anndata(adata, field, name="cells")


def test_from_anndata_needs_anndata():
    """Anything else gets a sentence."""
    with pytest.raises(TypeError, match="not of DataFrame"):
        ln.File.from_anndata(pd.DataFrame({"a": [1]}), ln.Feature.name, description="x")


def test_from_anndata_tells_what_it_parses(adata, capsys):
    """Messages about a slot are indented below it, and the indent ends with it."""
    with log.at_verbosity("info"):
        ln.File.from_anndata(adata, ln.Feature.name, description="cells")
    lines = capsys.readouterr().out.splitlines()
    start = lines.index("💡 parsing feature names of X stored in slot 'var'")
    assert lines[start + 1].startswith("   ✅ 2 terms (100.00%) are validated for name")
    assert lines[start + 2].startswith("   ✅ linked: FeatureSet(")
    assert "💡 parsing feature names of slot 'obs'" in lines


def test_indent_ends_after_an_error(adata, capsys):
    """An error within a slot leaves no indent behind."""
    adata.obs.columns = ["twice", "twice"]
    with pytest.raises(ValueError, match="several columns"):
        ln.File.from_anndata(adata, ln.Feature.name, description="cells")
    capsys.readouterr()
    log.warning("not indented")
    assert capsys.readouterr().out.startswith("❗ not indented")


@pytest.mark.parametrize("is_registered", [True, False])
def test_same_features_are_in_two_slots(is_registered):
    """It is one feature set, whether it was registered before or not."""
    names = ["x", "y"]
    make_features(*names)
    if is_registered:
        ln.FeatureSet(ln.Feature.filter(name__in=names)).save()
    obs = pd.DataFrame({"x": [1, 2], "y": [1, 2]}, index=["c1", "c2"])
    adata = ad.AnnData(np.zeros((2, 2)), obs=obs, var=pd.DataFrame(index=names))
    file = ln.File.from_anndata(adata, ln.Feature.name, description="cells")
    file.save()
    assert sorted(file.features["var"].list("name")) == sorted(file.features["obs"].list("name")) == names
    assert file.feature_sets["var"] == file.feature_sets["obs"] == ln.FeatureSet.filter().one()
    assert file.feature_sets.get(filefeatureset__slot="obs") == file.feature_sets["var"]
    assert [line.strip() for line in repr(file.features).splitlines()].count("x (number)") == 2
    dataset = ln.Dataset(file, name="cells")
    dataset.save()
    assert dataset.feature_sets["var"] == dataset.feature_sets["obs"] == file.feature_sets["var"]


def test_slots_of_the_same_features_change_one_by_one():
    """Another set in one of them leaves the other alone."""
    shared = ln.FeatureSet(make_features("x"))
    file = ln.File(pd.DataFrame({"x": [1]}), description="file")
    file.save()
    shared.save()
    link_feature_sets(file, {"a": shared, "b": shared})
    link_feature_sets(file, {"a": shared, "b": shared})
    assert file.feature_sets.count() == 2
    file.features.add_feature_set(ln.FeatureSet(make_features("z")), slot="a")
    assert file.features["a"].list("name") == ["z"]
    assert file.features["b"].list("name") == ["x"]
