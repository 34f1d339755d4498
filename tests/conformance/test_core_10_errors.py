"""Errors that scripts of 0.54 catch: each is of the known type, says what was wrong, and writes nothing."""

from __future__ import annotations

import anndata as ad
import numpy as np
import pandas as pd
import pytest
from django.core.exceptions import FieldError, MultipleObjectsReturned, ObjectDoesNotExist
from django.db import IntegrityError
from django.db.models import ProtectedError

import lamindb as ln
from lamindb._query_set import MultipleResultsFound, NoResultFound
from lamindb.dev.exceptions import ValidationError

pytestmark = pytest.mark.usefixtures("instance")


class World:
    """What the calls below are made with: saved and unsaved records."""

    def __init__(self, folder) -> None:
        for name, text in (
            ("a.csv", "x\n1\n"),
            ("b.csv", "x\n2\n"),
            ("c.tsv", "x\ty\n1\t2\n"),
            ("new.csv", "x\n9\n"),
            ("n.txt", "n"),
        ):
            (folder / name).write_text(text)
        self.folder = folder
        self.path = folder / "new.csv"
        self.frame = pd.DataFrame({"x": [7]})
        self.cells = ad.AnnData(np.ones((2, 2), dtype="float32"))
        self.file, self.second, self.table = (
            ln.File(folder / name, description=name) for name in ("a.csv", "b.csv", "c.tsv")
        )
        self.store = ln.File(self.cells, description="store", format="zarr")
        self.note = ln.File(folder / "n.txt", description="note")
        self.label, self.twin = ln.ULabel(name="label"), ln.ULabel(name="twin", description="same")
        self.other_twin = ln.ULabel(name="another", description="same")
        self.feature = ln.Feature(name="feature", type="category", synonyms="known")
        self.rival = ln.Feature(name="rival", type="category")
        self.transform = ln.Transform(name="transform")
        ln.save([self.file, self.second, self.table, self.store, self.note, self.label, self.twin, self.other_twin])
        ln.save([self.feature, self.rival, self.transform])
        self.run = ln.Run(self.transform)
        self.run.save()
        self.mixed = ln.Dataset([self.file, self.table], name="mixed")
        self.single = ln.Dataset(self.second, name="single")
        ln.save([self.mixed, self.single])
        self.columns = ln.FeatureSet([self.feature])
        self.file.features.add_feature_set(self.columns, "columns")
        self.unsaved = ln.File(self.frame, description="unsaved")


@pytest.fixture
def world(tmp_path):
    """Records to make mistakes with."""
    return World(tmp_path)


FILES = [
    (lambda w: ln.File(), KeyError, "data"),
    (lambda w: ln.File(w.path, "x"), ValueError, "Only one non-keyword arg allowed: data"),
    (lambda w: ln.File(w.path, bogus=1), ValueError, r"Only data, key, run, description, version, is_new_version_of can be passed, you passed: \{'bogus': 1\}"),
    (lambda w: ln.File(w.path), ValueError, "Pass one of key, run or description as a parameter"),
    (lambda w: ln.File(w.frame), ValueError, "Pass one of key, run or description as a parameter"),
    (lambda w: ln.File("nowhere.csv", key="x"), FileNotFoundError, "nowhere.csv"),
    (lambda w: ln.File("nowhere.csv", key="x", skip_check_exists=True), FileNotFoundError, "nowhere.csv"),
    (lambda w: ln.File(w.folder, description="x"), IsADirectoryError, ""),
    (lambda w: w.file.load(is_run_input=True), ValueError, r"No run context set\. Call ln\.track\(\) or link input to a run object via"),
    (lambda w: ln.File(3, description="x"), NotImplementedError, "Do not know how to create a file object from 3, pass a filepath instead!"),
    (lambda w: ln.File(w.frame, key="x.csv"), ValueError, r"The suffix '\.csv' of the provided key is incorrect, it should be '\.parquet'\."),
    (lambda w: ln.File(w.cells, key="x", format="bogus"), ValueError, r"Error when specifying AnnData storage format, it should be 'h5ad', 'zarr' or 'zrad', not 'bogus'\. Check 'format' or the suffix of 'key'\."),
    (lambda w: ln.File(w.path, key=".lamindb/x.csv"), ValueError, r"Key cannot start with \.lamindb/"),
    (lambda w: ln.File(w.path, key="../x.csv"), ValueError, r"\.\./x\.csv"),
    (lambda w: ln.File(w.path, key="x", version=1), ValueError, "`version` parameter must be `None` or `str`"),
    (lambda w: ln.File(w.path, is_new_version_of=w.label), TypeError, r"is_new_version_of has to be of type ln\.File"),
    (lambda w: w.store.stage(), RuntimeError, r"zarr object can't be staged"),
    (lambda w: w.note.backed(), ValueError, "File should have a zarr or h5 object as the underlying data"),
    (lambda w: w.table.load(bogus=1), TypeError, "bogus"),
    (lambda w: w.second.delete(storage=False), ProtectedError, ""),
    (lambda w: ln.File.from_dir(w.folder / "nowhere"), FileNotFoundError, ""),
    (lambda w: ln.File.from_anndata(w.cells, "name"), TypeError, "Argument `field` must be a Registry field"),
    (lambda w: ln.File.validate(["a"]), AttributeError, "validate"),
]  # fmt: skip

DATASETS = [
    (lambda w: ln.Dataset(name="x"), KeyError, "data"),
    (lambda w: ln.Dataset(w.frame, w.frame), ValueError, "Only one non-keyword arg allowed: data"),
    (lambda w: ln.Dataset(w.frame, name="x", bogus=1), ValueError, "Only data, name, run, description, reference, reference_type can be passed"),
    (lambda w: ln.Dataset(w.frame), TypeError, r"\['name'\] are required\."),
    (lambda w: ln.Dataset(w.unsaved, name="x"), ValueError, "Save file before creating dataset!"),
    (lambda w: ln.Dataset([w.file, w.unsaved], name="x"), ValueError, "Not all files are yet saved, please save them"),
    (lambda w: ln.Dataset([w.file, w.file], name="x"), ValueError, "Please pass files with distinct hashes: these ones are non-unique"),
    (lambda w: ln.Dataset(["a"], name="x"), AssertionError, ""),
    (lambda w: ln.Dataset("a.csv", name="x"), AssertionError, ""),
    (lambda w: ln.Dataset([], name="x"), IndexError, ""),
    (lambda w: ln.Dataset(3, name="x"), ValueError, "Only DataFrame, AnnData and iterable of File is allowed"),
    (lambda w: ln.Dataset(w.frame, is_new_version_of=w.file), TypeError, r"is_new_version_of has to be of type ln\.Dataset"),
    (lambda w: ln.Dataset.from_anndata(w.file, ln.Feature.name, name="x"), AssertionError, ""),
    (lambda w: w.mixed.load(), RuntimeError, "Can only load datasets where all files have the same suffix"),
    (lambda w: w.mixed.backed(), RuntimeError, r"Can only call backed\(\) for datasets with a single file"),
]  # fmt: skip

REGISTRIES = [
    (lambda w: ln.ULabel(), TypeError, r"\['name'\] are required\."),
    (lambda w: ln.ULabel("x"), ValueError, "Only one non-keyword arg allowed"),
    (lambda w: ln.ULabel(name="x", bogus=1), ValueError, "Only name, description, reference, reference_type are valid keyword arguments"),
    (lambda w: ln.User(handle="x"), TypeError, r"\['id', 'email'\] are required\.|\['email', 'id'\] are required\."),
    (lambda w: ln.Storage(), TypeError, r"\['root'\] are required\."),
    (lambda w: ln.Storage("x"), ValueError, "please provide keyword arguments, not plain arguments"),
    (lambda w: ln.Storage(root="x", bogus=1), TypeError, "got unexpected keyword arguments: 'bogus'"),
    (lambda w: ln.Feature(name="x"), TypeError, r"\['type'\] are required\."),
    (lambda w: ln.Feature("x"), ValueError, "Only non-keyword args allowed"),
    (lambda w: ln.Feature(name="x", type="y", registries=ln.ULabel), ValueError, "registries has to be a list of Registry types"),
    (lambda w: ln.Feature(name="x", type="y", registries=["z"]), ValueError, "each element of the list has to be a Registry"),
    (lambda w: ln.FeatureSet(), KeyError, "features"),
    (lambda w: ln.FeatureSet([w.feature], modality="rna"), TypeError, "modality needs to be of type Modality"),
    (lambda w: ln.FeatureSet([w.feature], bogus=1), ValueError, "Only features, type, modality, name are valid keyword arguments"),
    (lambda w: ln.FeatureSet([w.feature], "x"), ValueError, "Only one non-keyword arg allowed: features"),
    (lambda w: ln.FeatureSet([]), ValueError, "Provide list of features with at least one element"),
    (lambda w: ln.FeatureSet(w.feature), ValueError, "Please pass a ListLike of features, not a single feature"),
    (lambda w: ln.FeatureSet({w.feature}), TypeError, "features has to be list-like"),
    (lambda w: ln.FeatureSet(["a"]), TypeError, r"features has to store feature records! use \.from_values\(\) otherwise"),
    (lambda w: ln.FeatureSet([w.feature, w.label]), TypeError, "feature_set can only contain a single type"),
    (lambda w: ln.FeatureSet([ln.Feature(name="new", type="x")]), ValueError, "Can only construct feature sets from validated features"),
    (lambda w: ln.FeatureSet([w.label]), ValueError, "Can't create feature sets from ULabel because it's not related to it!"),
    (lambda w: ln.FeatureSet([w.rival], modality=ln.Modality(name="new")), ValueError, "unvalidated modality, save to registry if you're sure it is correct: Modality"),
    (lambda w: ln.FeatureSet.from_values([]), ValueError, "Provide a list of at least one value"),
    (lambda w: ln.FeatureSet.from_values(["a"], "name"), TypeError, r"Argument `field` must be a Registry field, e\.g\., `Feature\.name`"),
    (lambda w: ln.Transform(bogus=1), ValueError, r"Only name, short_name, version, type, is_new_version_of can be passed, but you passed: \{'bogus': 1\}"),
    (lambda w: ln.Transform(is_new_version_of=w.file), TypeError, r"is_new_version_of has to be of type ln\.Transform"),
    (lambda w: ln.Run(), TypeError, "Pass transform parameter"),
    (lambda w: ln.Run(ln.Transform(name="u")), ValueError, "Please save transform record before creating a run"),
    (lambda w: ln.Run(w.transform, w.transform), ValueError, "Only one non-keyword arg allowed: transform"),
    (lambda w: ln.track("pipeline"), AttributeError, "transform"),
]  # fmt: skip

QUERIES = [
    (lambda w: ln.ULabel.filter(bogus=1), FieldError, "Choices are: .*name"),
    (lambda w: ln.ULabel.filter("x"), TypeError, ""),
    (lambda w: ln.ULabel.filter(name="x").one(), NoResultFound, ""),
    (lambda w: ln.ULabel.filter(description="same").one(), MultipleResultsFound, ""),
    (lambda w: ln.ULabel.filter(description="same").one_or_none(), MultipleResultsFound, ""),
    (lambda w: ln.ULabel.filter(name="x").get(), ObjectDoesNotExist, ""),
    (lambda w: ln.ULabel.filter(description="same").get(), MultipleObjectsReturned, ""),
    (lambda w: ln.ULabel.filter().df(include="name"), ValueError, r"Only many-to-many fields are allowed here\."),
    (lambda w: ln.ULabel.filter().df(include="bogus"), AttributeError, "bogus"),
    (lambda w: ln.ULabel.search(3), TypeError, "sentence must be a String"),
    (lambda w: ln.ULabel.validate(["a"], field=ln.ULabel), TypeError, r"please pass a Registry string field, e\.g\., `CellType\.name`!"),
    (lambda w: ln.ULabel.inspect(["a"], mute=True)["bogus"], KeyError, "invalid key"),
    (lambda w: ln.Feature.standardize(["a"], synonyms_field="name"), KeyError, "synonyms_field must be different from field!"),
    (lambda w: ln.Feature.standardize(["a"], field="bogus"), KeyError, "bogus"),
    (lambda w: w.label.add_synonym("x"), NotImplementedError, "No synonyms field found in table ULabel!"),
    (lambda w: w.feature.add_synonym("a|b"), AssertionError, r"a synonym can't contain '\|'!"),
    (lambda w: w.rival.add_synonym("known"), SystemExit, ""),
    (lambda w: ln.save(None), TypeError, ""),
    (lambda w: ln.save(["a"]), AttributeError, "'a'"),
]  # fmt: skip

ANNOTATION = [
    (lambda w: w.file.labels.add(ln.ULabel(name="new"), w.feature), ValidationError, r"record\.save\(\)"),
    (lambda w: w.file.labels.add([], w.feature), IndexError, ""),
    (lambda w: w.file.labels.add(w.transform, w.feature), KeyError, ""),
    (lambda w: w.file.labels.add(w.label, "feature"), TypeError, "feature has to be of type Feature"),
    (lambda w: w.file.labels.add(w.label, ln.Feature(name="n", type="x")), ValidationError, r"Feature not validated\. If it looks correct: ln\.Feature\(name='n', type='category', registries='core\.ULabel'\)\.save\(\)"),
    (lambda w: w.file.labels.add("new", w.feature), ValueError, r"Please pass a record .*, not a string, e\.g\., via: label = ln\.ULabel\(name='new'\)"),
    (lambda w: w.file.labels.get("feature"), TypeError, "feature has to be of type Feature"),
    (lambda w: w.file.labels.get(w.rival), ValueError, "feature does not have linked labels"),
    (lambda w: w.unsaved.labels.add(w.label, w.feature), ValueError, "Please save the file/dataset before adding a label!"),
    (lambda w: w.unsaved.features.add_feature_set(w.columns, "x"), ValueError, "Please save the file or dataset before adding a feature set!"),
    (lambda w: w.file.features["nowhere"], ValueError, "No linked feature set for slot: nowhere"),
    (lambda w: w.file.features.add_feature_set(w.columns, "other"), IntegrityError, ""),
]  # fmt: skip

SETTINGS = [
    (lambda w: setattr(ln.settings, "verbosity", "loud"), KeyError, "loud"),
    (lambda w: setattr(ln.settings, "verbosity", 7), ValueError, "verbosity needs to be one of"),
    (lambda w: w.file.stage(is_run_input=True), ValueError, r"No run context set\. Call ln\.track\(\)"),
    (lambda w: ln.setup.load("a/b/c"), ValueError, r"The instance identifier needs to be 'owner/name', the instance name \(owner is current user\) or the URL: https://lamin\.ai/owner/name\."),
    (lambda w: ln.setup.load("nobody/nothing"), RuntimeError, "Instance nobody/nothing neither loadable from hub nor local cache"),
    (lambda w: ln.setup.init(), TypeError, "storage"),
    (lambda w: ln.setup.init(storage="x", name="a/b"), ValueError, "Invalid instance name: '/' delimiter not allowed"),
    (lambda w: ln.setup.init(storage="x", db="postgres://a:b@c/d"), ValueError, ""),
    (lambda w: ln.setup.delete("a/b"), ValueError, "Invalid instance name: '/' delimiter not allowed"),
]  # fmt: skip


def rows() -> dict[str, int]:
    """How many rows each table has."""
    from django.apps import apps

    return {model.__name__: model._base_manager.count() for model in apps.get_models(include_auto_created=True)}


@pytest.mark.parametrize(
    "cases",
    [FILES, DATASETS, REGISTRIES, QUERIES, ANNOTATION, SETTINGS],
    ids=["files", "datasets", "registries", "queries", "annotation", "settings"],
)
def test_mistakes_get_the_known_errors_and_write_nothing(world, cases):
    """Type and text are those that callers match."""
    before = rows()
    for call, error, text in cases:
        with pytest.raises(error, match=f"(?s){text}"):
            call(world)
    assert rows() == before
    assert ln.setup.settings.instance.name == "shared"


def test_exit_of_a_synonym_conflict_has_the_known_code(world):
    """Who catches ``SystemExit`` finds the error class; who catches ``ValueError`` needs no exit (C-10)."""
    with pytest.raises(SystemExit) as raised:
        world.rival.add_synonym("known")
    assert raised.value.code is AssertionError
    with pytest.raises(ValueError, match="already associated"):
        world.rival.add_synonym("known")


def test_protected_rows_stay(world):
    """What others refer to can't be deleted."""
    ln.File.filter(id=world.file.id).update(transform=world.transform, run=world.run)
    for record in (world.transform, world.run, world.file.storage, world.file.created_by):
        with pytest.raises(ProtectedError):
            record.delete()
    with pytest.raises(ProtectedError):
        world.second.delete(storage=True)
    assert world.second.path.exists()


def test_empty_input_is_no_error_where_something_is_asked(world, capsys):
    """Looking for nothing finds nothing (C-4)."""
    validated = ln.ULabel.validate([])
    assert (validated.dtype, validated.shape) == (np.dtype(bool), (0,))
    assert "❗ input has zero length" in capsys.readouterr().out.splitlines()
    assert ln.ULabel.from_values([]) == []
    assert ln.ULabel.inspect([]).validated == []
    assert ln.ULabel.standardize([]) == []
    assert len(ln.ULabel.search("")) == 0
    assert world.feature.add_synonym("") is world.feature.add_synonym([]) is None
    assert ln.Run.search("x").empty
    assert ln.Transform.from_values(["transform"]) == [world.transform]


def test_a_deleted_file_has_no_path(world):
    """It is gone, with its object or without (C-8)."""
    path = world.table.path
    path.unlink()
    world.mixed.delete()
    world.table.delete(storage=True)
    assert world.table.id is None
    with pytest.raises(AssertionError):
        world.table.path  # noqa: B018
