"""Features, feature sets and labels as scripts of 0.54 use them, from the registering of columns to the query by label."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln
from lamindb.dev.exceptions import ValidationError

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def frame():
    """Measures and a name of a species, of which one is not registered as a feature."""
    return pd.DataFrame({"petal length": [1.0, 2.0], "species name": ["setosa", "setosa"], "note": ["a", "b"]})


@pytest.fixture
def file(frame):
    """A saved file whose first two columns are features."""
    ln.save(ln.Feature.from_df(frame[["petal length", "species name"]]))
    file = ln.File.from_df(frame, description="irises")
    file.save()
    return file


@pytest.fixture
def species():
    """The feature that has labels."""
    return lambda: ln.Feature.filter(name="species name").one()


def saved(registry, *names):
    """Saved records of these names."""
    records = [registry(name=name) for name in names]
    ln.save(records)
    return records


# -- a script ---------------------------------------------------------------------------------------------------------


def test_a_tutorial_runs_as_it_was_written(frame):
    """Register columns, make a dataset, label it with and without a column, look everything up again."""
    dataset = ln.Dataset.from_df(frame, name="Iris study 1")
    assert repr(dataset.features) == "no linked features"
    ln.save(ln.Feature.from_df(frame))
    dataset = ln.Dataset.from_df(frame, name="Iris study 1", description="Measured twice")
    dataset.save()
    assert dataset.features["columns"].list("name") == ["petal length", "species name", "note"]
    texts = frame["note"].dtype.name  # "object", and "str" from pandas 3 on
    assert list(dataset.features["columns"].df()["type"]) == ["number", "category", texts]

    setosa, study = saved(ln.ULabel, "setosa", "study0")
    features = ln.Feature.lookup()
    dataset.labels.add(ln.ULabel.from_values(frame["species name"]), feature=features.species_name)
    ln.Feature(name="study", type="category").save()
    dataset.labels.add(study, feature=ln.Feature.filter(name="study").one())
    assert dataset.labels.get(features.species_name).one() == setosa
    assert dataset.labels.get(ln.Feature.filter(name="study").one(), flat_names=True) == ["study0"]
    assert set(dataset.features._feature_set_by_slot) == {"columns", "external"}
    assert dataset.feature_sets["external"].modality == ln.Modality.lookup().meta

    labels = ln.ULabel.lookup()
    assert ln.Dataset.filter(ulabels=labels.study0).one() == dataset
    assert ln.Dataset.filter(feature_sets__in=ln.FeatureSet.filter(features__name="note")).one() == dataset
    assert dataset.load().equals(frame)
    setosa.parents.add(*saved(ln.ULabel, "is_species"))
    assert setosa.parents.list("name") == ["is_species"]


def test_queries_by_annotation(file, species):
    """Those that notebooks of 0.54 use, from every side of a link."""
    setosa, other = saved(ln.ULabel, "setosa", "other")
    file.labels.add(setosa, species())
    file.ulabels.add(other)
    feature_set = file.feature_sets["columns"]
    from lnschema_core.models import FileULabel

    assert ln.File.filter(ulabels=setosa).one() == file
    assert ln.File.filter(ulabels__in=[setosa, other]).distinct().one() == file
    assert ln.File.filter(feature_sets__features__name="petal length").one() == file
    assert ln.ULabel.filter(files=file).count() == 2
    assert ln.ULabel.filter(fileulabel__feature__name="species name").one() == setosa
    assert FileULabel.objects.filter(file_id=file.id, feature__name="species name").one().ulabel == setosa
    assert FileULabel.objects.filter(file_id=file.id, feature=None).one().ulabel == other
    assert file.feature_sets.filter(registry="core.Feature", filefeatureset__slot="columns").one() == feature_set
    assert ln.FeatureSet.filter(features__name="petal length").one() == feature_set
    assert ln.FeatureSet.filter(files=file).one() == feature_set
    assert ln.Feature.filter(feature_sets=feature_set).list("name") == ["petal length", "species name"]
    assert sorted(file.ulabels.list("name")) == ["other", "setosa"]


# -- features ---------------------------------------------------------------------------------------------------------


def test_stored_type_of_a_feature_wins(frame):
    """``from_df`` returns registered features as they are, and new ones unsaved."""
    ln.Feature(name="note", type="category").save()
    kinds = {feature.name: (feature.type, feature._state.adding) for feature in ln.Feature.from_df(frame)}
    assert kinds == {"petal length": ("number", True), "species name": ("category", True), "note": ("category", False)}


def test_features_are_found_whatever_the_session_says_about_names(file, frame):
    """Columns are matched also when constructors don't look for names (C-3)."""
    ln.settings.upon_create_search_names = False
    again = ln.FeatureSet.from_df(frame)
    assert again == file.feature_sets["columns"]
    assert ln.Dataset.from_df(frame.assign(note="c"), name="x").features["columns"].count() == 2


def test_parsing_an_anndata_is_told_step_by_step(capsys):
    """Slot by slot, what belongs to a slot indented by three blanks; saving tells the slots."""
    saved_features = [ln.Feature(name="g1", type="number"), ln.Feature(name="batch", type="category")]
    ln.save(saved_features)
    adata = ad.AnnData(np.ones((2, 1), dtype="float32"), obs=pd.DataFrame({"batch": ["a", "a"]}, index=["x", "y"]))
    adata.var_names = ["g1"]
    ln.settings.verbosity = 3
    capsys.readouterr()
    file = ln.File.from_anndata(adata, ln.Feature.name, description="cells")
    told = [line for line in capsys.readouterr().out.splitlines() if "no run" not in line and "copied" not in line]
    var, obs = (file.features._feature_set_by_slot[slot] for slot in ("var", "obs"))
    assert [line.partition("', n=")[0] for line in told] == [
        "💡 parsing feature names of X stored in slot 'var'",
        "   ✅ 1 term (100.00%) is validated for name",
        f"   ✅ linked: FeatureSet(id='{var.id}",
        "💡 parsing feature names of slot 'obs'",
        "   ✅ 1 term (100.00%) is validated for name",
        f"   ✅ linked: FeatureSet(id='{obs.id}",
    ]
    assert (var.type, obs.type, obs.modality.name) == ("number", None, "meta")
    file.save()
    assert "✅ saved 2 feature sets for slots: 'var','obs'" in capsys.readouterr().out.splitlines()


def test_metadata_modality_is_made_again_if_somebody_deletes_it(file):
    """Nothing of it is remembered in the process."""
    label, other = saved(ln.ULabel, "a", "b")
    for name, one in (("kind", label), ("batch", other)):
        ln.Feature(name=name, type="category").save()
        file.labels.add(one, ln.Feature.filter(name=name).one())
        external = file.feature_sets["external"]
        assert external.modality.name == "meta"
        ln.FeatureSet.filter(id=external.id).update(modality=None)
        ln.Modality.filter(name="meta").delete()


def test_feature_sets_are_reached_by_slot(file, frame):
    """On files and datasets, saved or not; a slot that isn't there is None, or an error that says what to look at."""
    dataset = ln.Dataset(file, name="set")
    dataset.save()
    for host in (file, dataset):
        assert host.features._host is host
        assert host.feature_sets["columns"] == file.feature_sets["columns"]
        assert host.feature_sets["nowhere"] is None
        with pytest.raises(
            ValueError, match=r"No linked feature set for slot: nowhere\nDid you get validation warnings\?"
        ):
            host.features["nowhere"]
    unsaved = ln.File.from_df(frame.assign(note="z"), description="new")
    assert unsaved.features["columns"].list("name") == ["petal length", "species name"]
    assert file.features._accessor_by_orm["core.Feature"] == "features"
    assert file.features._accessor_by_orm["core.ULabel"] == "ulabels"


# -- labels -----------------------------------------------------------------------------------------------------------


def test_wrong_labels_get_the_known_errors(file, frame, species):
    """Types and texts that scripts catch; nothing is linked."""
    label = ln.ULabel(name="unsaved")
    known, transform = *saved(ln.ULabel, "known"), ln.Transform(name="t")
    transform.save()
    unsaved_host = ln.File(frame.assign(note="q"), description="unsaved")
    feature = species()
    cases = [
        (file, [], feature, IndexError, "at least one label"),
        (file, "a", feature, ValueError, r"not a string, e\.g\., via: label = ln\.ULabel\(name='a'\)"),
        (unsaved_host, known, feature, ValueError, "Please save the file/dataset before adding a label!"),
        (file, label, feature, ValidationError, r"name='unsaved'.* not validated. If it looks correct: record\.save\(\)"),
        (file, known, "species name", TypeError, "feature has to be of type Feature"),
        (file, known, ln.Feature(name="f", type="category"), ValidationError, r"Feature not validated\. .*ln\.Feature\(name='f', type='category', registries='core\.ULabel'\)\.save\(\)"),
        (file, transform, feature, KeyError, "core.Transform"),
    ]  # fmt: skip
    for host, labels, under, error, message in cases:
        with pytest.raises(error, match=message):
            host.labels.add(labels, under)
    with pytest.raises(TypeError, match="feature has to be of type Feature"):
        file.labels.get("species name")
    with pytest.raises(ValueError, match="feature does not have linked labels"):
        file.labels.get(feature)
    assert repr(file.labels) == "no linked labels"
    assert ValidationError.__module__ in {"lamindb.errors", "lamindb.dev.exceptions"}


def test_strings_are_labels_as_far_as_they_are_validated(file, capsys):
    """What isn't is left out with a warning, if something is."""
    saved(ln.ULabel, "a", "b")
    ln.Feature(name="kind", type="category", registries=[ln.ULabel]).save()
    kind = ln.Feature.filter(name="kind").one()
    file.labels.add("a", kind)
    file.labels.add(["b", "nobody"], kind)
    assert file.labels.get(kind, flat_names=True) == ["a", "b"]
    assert "did not create ULabel record for 1 non-validated name: 'nobody'" in capsys.readouterr().out


def test_no_label_silently_stays_without_its_feature(file, species, capsys):
    """A label has its second feature or that is told (D-13), and the first one in any case."""
    (label,) = saved(ln.ULabel, "a")
    second = ln.Feature(name="second", type="category", registries=[ln.ULabel])
    second.save()
    file.labels.add(label, species())
    capsys.readouterr()
    file.labels.add(label, second)
    assert file.labels.get(second).list() == [label] or "did not add label 'a'" in capsys.readouterr().out
    assert file.labels.get(species()).list() == [label]


def test_registries_of_a_feature_are_told_apart_by_their_whole_names(file, species):
    """``core.ULabelX`` is not ``core.ULabel`` (W-9)."""
    (label,) = saved(ln.ULabel, "a")
    ln.Feature.filter(name="species name").update(registries="core.ULabelX")
    file.labels.add(label, species())
    assert species().registries == "core.ULabelX|core.ULabel"


def test_anything_can_be_the_name_of_a_feature(file):
    """Descriptions work for names that are no identifiers (C-1)."""
    names = ("my feature", "CD8+", "class", "dict", "1st")
    for name, label in zip(names, saved(ln.ULabel, *(f"label {index}" for index, _ in enumerate(names))), strict=True):
        ln.Feature(name=name, type="category").save()
        file.labels.add(label, ln.Feature.filter(name=name).one())
    lines = repr(file.features).splitlines()
    assert [line for line in lines if "🔗" in line] == [
        f"    🔗 {name} (1, core.ULabel): 'label {index}'" for index, name in enumerate(names)
    ]
