"""``criteria.save``: records with features and labels, in one transaction or not at all."""

from __future__ import annotations

from types import SimpleNamespace

import anndata as ad
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import lamindb as ln
from lamindb.errors import CriteriaNotMet, SourceChanged, ValidationError
from lamindb.text.inspection import InspectResult

pytestmark = pytest.mark.usefixtures("labels")

FRAME = pd.DataFrame(
    {"cell_type": ["T cell", "B cell", "T cell"], "kind": ["Dendritic", None, "Dendritic"], "age": [30, 40, 50], "x": 1}
)


def make_criteria(**kwargs):
    """What is expected of the frame."""
    return ln.Criteria(
        [
            ln.Criterion("cell_type", registry=ln.ULabel),
            ln.Criterion("kind", registry=ln.ULabel, nullable=True),
            ln.Criterion("age", "integer", minimum=0, unit="years"),
            ln.Criterion("maybe", "text", required=False),
        ],
        **kwargs,
    )


def labels_of(host):
    """The names of labels by feature."""
    features = {feature.name: feature for feature in ln.Feature.filter()}
    return {name: set(host.labels.get(features[name], flat_names=True)) for name in ("cell_type", "kind")}


def test_frame_becomes_an_annotated_file():
    """With the features that the criteria describe, and the labels that its columns have."""
    file = make_criteria().save(FRAME, key="batch.parquet")
    assert isinstance(file, ln.File)
    assert ln.File.filter(key="batch.parquet").one() == file
    assert sorted(file.features["columns"].list("name")) == sorted(["cell_type", "kind", "age"])
    assert labels_of(file) == {"cell_type": {"T cell", "B cell"}, "kind": {"Dendritic"}}
    features = {feature.name: feature for feature in ln.Feature.filter()}
    assert {name: feature.type for name, feature in features.items()} == {
        "cell_type": "category", "kind": "category", "age": "number",
    }  # fmt: skip
    assert features["cell_type"].registries == "core.ULabel"
    assert features["age"].unit == "years"
    pd.testing.assert_frame_equal(ln.File.filter(pk=file.pk).one().load(), FRAME)


def test_name_makes_a_dataset():
    """Its file has the features, too."""
    dataset = make_criteria().save(FRAME, name="batch")
    assert isinstance(dataset, ln.Dataset)
    assert labels_of(dataset) == {"cell_type": {"T cell", "B cell"}, "kind": {"Dendritic"}}
    assert dataset.features["columns"].count() == dataset.file.features["columns"].count() == 3


def test_data_that_fail_write_nothing(instance):
    """The error has the report; no feature, no record, no object."""
    storage = instance.storage.root
    before = sorted(str(path) for path in storage.rglob("*"))
    with pytest.raises(CriteriaNotMet, match="T cel") as caught:
        make_criteria().save(FRAME.replace("T cell", "T cel"), key="bad.parquet")
    assert isinstance(caught.value, ValidationError | ValueError)
    assert not caught.value.report.ok
    assert not ln.File.filter(key="bad.parquet").exists()
    assert not ln.Feature.filter(name="cell_type").exists()
    assert sorted(str(path) for path in storage.rglob("*")) == before


def test_saving_again_changes_nothing():
    """The same content is the same record, with the same features and labels."""
    criteria = make_criteria()
    first = criteria.save(FRAME, key="batch.parquet")

    def rows():
        registries = (
            ln.File,
            ln.Feature,
            ln.FeatureSet,
            ln.ULabel,
            ln.File.ulabels.through,
            ln.File.feature_sets.through,
        )
        return [list(registry.objects.values_list("pk", flat=True).order_by("pk")) for registry in registries]

    before = rows()
    again = criteria.save(FRAME, key="batch.parquet")
    assert again == first
    assert rows() == before
    assert criteria.save(again) == first
    assert rows() == before


def test_saved_records_are_annotated():
    """Files and datasets that are there already get their features and labels."""
    file = ln.File(FRAME, description="plain")
    file.save()
    assert make_criteria().save(file) is file
    assert labels_of(file) == {"cell_type": {"T cell", "B cell"}, "kind": {"Dendritic"}}
    dataset = ln.Dataset(file, name="plain")
    dataset.save()
    assert make_criteria().save(dataset) is dataset
    assert labels_of(dataset)["kind"] == {"Dendritic"}
    unsaved = ln.File(FRAME.assign(x=2), description="unsaved")
    assert make_criteria().save(unsaved) is unsaved
    assert labels_of(unsaved)["kind"] == {"Dendritic"}


def test_all_or_nothing(monkeypatch, instance):
    """If labels can't be linked, neither is the record there, nor a feature, nor the content."""

    def fail(*args, **kwargs):
        msg = "the database is gone"
        raise RuntimeError(msg)

    monkeypatch.setattr("lnschema_core.criteria.annotating.link_labels_of_features", fail)
    with pytest.raises(RuntimeError, match="gone"):
        make_criteria().save(FRAME, key="half.parquet")
    assert not ln.File.filter(key="half.parquet").exists()
    assert not ln.Feature.filter(name="cell_type").exists()
    assert not ln.FeatureSet.filter().exists()
    assert not (instance.storage.root / "half.parquet").exists()


def test_registered_features_stay(capsys):
    """Their types and units; they get the registries, and a contradiction is said."""
    ln.save([ln.Feature(name="cell_type", type="category", unit="u"), ln.Feature(name="age", type="bool")])
    ln.settings.verbosity = "warning"
    make_criteria().save(FRAME, key="batch.parquet")
    features = {feature.name: feature for feature in ln.Feature.filter()}
    assert (features["cell_type"].type, features["cell_type"].unit) == ("category", "u")
    assert features["cell_type"].registries == "core.ULabel"
    assert features["age"].type == "bool"
    assert "feature 'age' is registered with type 'bool'" in capsys.readouterr().out


def test_other_registered_columns_are_linked():
    """A column without criterion is linked if its feature is registered."""
    ln.Feature(name="x", type="number").save()
    file = make_criteria().save(FRAME, key="batch.parquet")
    assert sorted(file.features["columns"].list("name")) == sorted(["cell_type", "kind", "age", "x"])


def test_a_label_of_two_columns_is_under_both():
    """No label loses its feature."""
    frame = FRAME.assign(kind="T cell")
    file = make_criteria().save(frame, key="batch.parquet")
    assert labels_of(file) == {"cell_type": {"T cell", "B cell"}, "kind": {"T cell"}}


def test_queries_do_not_grow(count_queries):
    """However many columns and labels there are."""

    def count(n_columns, n_labels):
        names = [f"label {number}" for number in range(n_labels)]
        known = set(ln.ULabel.filter().list("name"))
        ln.save([ln.ULabel.from_fields(name=name) for name in names if name not in known])
        columns = {f"column {n_columns} {number}": names for number in range(n_columns)}
        criteria = ln.Criteria(dict.fromkeys(columns, ln.ULabel))
        with count_queries() as queries:
            criteria.save(pd.DataFrame(columns), key=f"{n_columns}.parquet")
        return len(queries)

    count(1, 1)
    assert count(2, 2) == count(40, 250) < 35


# -- kinds of data ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "parquet", "arrow"])
def test_files_and_arrow_tables(kind, tmp_path):
    """Are stored as they are, and annotated in the same way."""
    path = tmp_path / f"t.{kind}"
    if kind == "arrow":
        data = pa.Table.from_pandas(FRAME)
    else:
        data = path
        FRAME.to_csv(path, index=False) if kind == "csv" else FRAME.to_parquet(path)
    file = make_criteria().save(data, description="a table")
    assert labels_of(file) == {"cell_type": {"T cell", "B cell"}, "kind": {"Dendritic"}}
    assert sorted(file.features["columns"].list("name")) == sorted(["cell_type", "kind", "age"])
    loaded = ln.File.filter(pk=file.pk).one().load()
    pd.testing.assert_frame_equal(loaded, FRAME, check_dtype=False)


def test_path_as_a_dataset(tmp_path):
    """Its file is registered, and the dataset has the annotation."""
    FRAME.to_parquet(tmp_path / "t.parquet")
    dataset = make_criteria().save(tmp_path / "t.parquet", name="of a path")
    assert dataset.file.suffix == ".parquet"
    assert labels_of(dataset)["kind"] == {"Dendritic"}


def test_anndata_has_features_of_variables():
    """The names of variables are a feature set if they have to be in a registry of features; columns of var are another."""
    ln.save([ln.Feature(name=name, type="number") for name in ("g1", "g2", "length")])
    var = pd.DataFrame({"length": [1, 2]}, index=["g1", "g2"])
    adata = ad.AnnData(np.ones((3, 2)), obs=FRAME.set_axis(list("abc")).drop(columns="x"), var=var)
    criteria = ln.Criteria(
        obs=list(make_criteria().all()), var={"index": ln.Feature, "length": "number"}, x_finite=True
    )
    file = criteria.save(adata, key="cells.h5ad")
    assert sorted(file.features["obs"].list("name")) == sorted(["cell_type", "kind", "age"])
    assert set(file.features["var"].list("name")) == {"g1", "g2"}
    assert file.features["var/columns"].list("name") == ["length"]
    assert labels_of(file)["cell_type"] == {"T cell", "B cell"}
    assert file.accessor == "AnnData"


def test_index_of_labels_is_checked_only():
    """An index has no feature that labels could be under."""
    frame = pd.DataFrame({"age": [1, 2]}, index=["T cell", "B cell"])
    file = ln.Criteria({"index": ln.ULabel, "age": "number"}).save(frame, key="by-type.parquet")
    assert sorted(file.features["columns"].list("name")) == sorted(["age"])
    assert not file.ulabels.exists()


def test_values_that_can_not_be_labels(capsys):
    """Of registries that files aren't linked to; that is said, and everything else is saved."""
    ln.Modality(name="rna").save()
    ln.settings.verbosity = "warning"
    file = ln.Criteria({"assay": ln.Modality}).save(pd.DataFrame({"assay": ["rna"]}), key="a.parquet")
    assert sorted(file.features["columns"].list("name")) == sorted(["assay"])
    assert "don't become labels" in capsys.readouterr().out


def test_file_that_changes_meanwhile(tmp_path, monkeypatch):
    """What was checked is what is saved, or nothing is."""
    path = tmp_path / "t.csv"
    FRAME.to_csv(path, index=False)
    from lnschema_core.criteria import saving

    examine = saving.examine

    def examine_then_change(*args):
        result = examine(*args)
        path.write_text(path.read_text() + "x,y,1,1\n")
        return result

    monkeypatch.setattr(saving, "examine", examine_then_change)
    with pytest.raises(SourceChanged, match=r"t\.csv"):
        make_criteria().save(path, key="t.csv")
    assert not ln.File.filter(key="t.csv").exists()


# -- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kwargs", "error", "words"),
    [
        ({}, ValueError, "key, run or description"),
        ({"kind": "File"}, TypeError, "ln.File or ln.Dataset"),
        ({"key": "a.parquet", "name": "x"}, ValueError, "Dataset has no key"),
        ({"key": "a.csv"}, ValueError, "suffix"),
        ({"key": "../a.parquet"}, ValueError, "key"),
    ],
)
def test_arguments_that_make_no_sense(kwargs, error, words):
    """One sentence, and nothing written."""
    before = ln.File.filter().count()
    with pytest.raises(error, match=words):
        make_criteria().save(FRAME, **kwargs)
    assert ln.File.filter().count() == before
    assert not ln.Feature.filter(name="cell_type").exists()


def test_arguments_for_the_other_kind():
    """A file has no name; and a record that exists has its key already."""
    with pytest.raises(ValueError, match="File has no name"):
        make_criteria().save(FRAME, name="x", kind=ln.File)
    file = make_criteria().save(FRAME, key="batch.parquet")
    with pytest.raises(ValueError, match="can't be given for a record that exists"):
        make_criteria().save(file, key="other.parquet")


def test_features_alone():
    """The features that criteria describe can be saved without data; those that are there stay."""
    ln.Feature(name="age", type="bool").save()
    features = make_criteria().save_features()
    assert [feature.name for feature in features] == ["cell_type", "kind", "age", "maybe"]
    assert [feature.type for feature in features] == ["category", "category", "bool", "str"]
    assert ln.Criteria.from_features(features)["cell_type"].registry == "core.ULabel"
    assert [feature.pk for feature in make_criteria().save_features()] == [feature.pk for feature in features]


def test_register_saves_what_the_public_reference_knows(monkeypatch):
    """Records are made for those values, and only for those."""

    def inspect_values(values, field):
        known = [value for value in values if value.startswith("public")]
        return InspectResult(values, known, [value for value in values if value not in known], {})

    def make_records(values, field):
        return [ln.ULabel.from_fields(name=value) for value in values if value.startswith("public")]

    reference = SimpleNamespace(
        name="Public", inspect=inspect_values, make_records=make_records, standardize=lambda values, field, **kwargs: {}
    )
    monkeypatch.setattr(ln.ULabel, "public_reference", classmethod(lambda cls, **scope: reference))
    criteria = ln.Criteria({"a": ln.ULabel})
    frame = pd.DataFrame({"a": ["public one", "T cell", "private one"]})
    assert [record.name for record in criteria.register(frame)] == ["public one"]
    assert list(criteria.inspect(frame).df["value"]) == ["private one"]
    assert criteria.register(frame) == []


# -- queries by annotation --------------------------------------------------------------------------------------------


def test_files_are_found_by_label_and_by_feature():
    """By a label, by a label under a feature, and by a feature that they measure."""
    first = make_criteria().save(FRAME, key="first.parquet")
    second = make_criteria().save(FRAME.assign(cell_type="Dendritic"), key="second.parquet")
    assert set(ln.File.filter(ulabels__name="Dendritic")) == {first, second}
    features = {feature.name: feature for feature in ln.Feature.filter()}
    assert ln.File.filter_by_label("Dendritic", features["cell_type"]).one() == second
    assert set(ln.File.filter_by_label("Dendritic", features["kind"])) == {first, second}
    assert set(ln.File.filter(feature_sets__features__name="age")) == {first, second}
    assert not ln.File.filter(feature_sets__features__name="height").exists()
