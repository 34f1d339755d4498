"""The registries as code of 0.54 knows them: fields, names of relations, ids, versions, representation."""

from __future__ import annotations

import re
from datetime import UTC

import pandas as pd
import pytest
from django.db.models import NOT_PROVIDED, ProtectedError
from django.db.models.query_utils import DeferredAttribute

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")

REGISTRIES = ["User", "Storage", "Transform", "Run", "ULabel", "Modality", "Feature", "FeatureSet", "File", "Dataset"]
LINKS = ["FileFeatureSet", "DatasetFeatureSet", "FileULabel", "DatasetULabel"]

# Per registry its columns in order: C30 is text of at most 30 characters, T any text, D a time, I a number, -> a registry;
# ? may be null, ! has to be passed, = is unique.
COLUMNS = {
    "User": "id:C8=! handle:C30=! email:C255=! name:C255? created_at:D updated_at:D",
    "Storage": "id:C8= root:C255=! type:C30 region:C64? created_at:D updated_at:D created_by:->User",
    "Transform": "id:C14=! name:C255? short_name:C128? version:C10? type:C20 reference:C255? reference_type:C255? "
    "initial_version:->Transform? created_at:D updated_at:D created_by:->User",
    "Run": "id:C20= transform:->Transform run_at:D created_by:->User reference:C255? reference_type:C255? created_at:D",
    "ULabel": "id:C8= name:C255=! description:T? reference:C255? reference_type:C255? created_at:D updated_at:D "
    "created_by:->User",
    "Modality": "id:C8= name:C256 ontology_id:C32? abbr:C32=? synonyms:T? description:T? molecule:T? instrument:T? "
    "measurement:T? created_at:D updated_at:D created_by:->User",
    "Feature": "id:C12= name:C255! type:C64! modality:->Modality? unit:C30? description:T? registries:C128? synonyms:T? "
    "created_at:D updated_at:D created_by:->User",
    "FeatureSet": "id:C20=! name:C128? n:I type:C64? modality:->Modality? registry:C128 hash:C20? created_at:D updated_at:D "
    "created_by:->User",
    "File": "id:C20= storage:->Storage key:C255? suffix:C30! accessor:C64? description:C255? version:C10? size:I? hash:C86? "
    "hash_type:C30? transform:->Transform? run:->Run? initial_version:->File? created_at:D updated_at:D created_by:->User",
    "Dataset": "id:C20= name:C255! description:T? version:C10? hash:C86? reference:C255? reference_type:C255? "
    "transform:->Transform? run:->Run? file:->File=? initial_version:->Dataset? created_at:D updated_at:D created_by:->User",
}
FURTHER_COLUMNS = {
    "FileFeatureSet": "id file_id feature_set_id slot",
    "DatasetFeatureSet": "id dataset_id feature_set_id slot",
    "FileULabel": "id file_id ulabel_id feature_id",
    "DatasetULabel": "id dataset_id ulabel_id feature_id",
}
RELATIONS = {
    "User": "created_storages created_transforms created_runs created_ulabels created_modalities created_features "
    "created_feature_sets created_files created_datasets",
    "Storage": "files",
    "Transform": "runs files datasets parents children transform_set",
    "Run": "output_files input_files output_datasets input_datasets",
    "ULabel": "files datasets parents children fileulabel_set datasetulabel_set",
    "Modality": "features feature_sets parents children",
    "Feature": "feature_sets",
    "FeatureSet": "features files datasets",
    "File": "feature_sets ulabels input_of datasets file_set",
    "Dataset": "feature_sets ulabels input_of files dataset_set",
}
KINDS = {"CharField": "C", "TextField": "T", "DateTimeField": "D", "IntegerField": "I", "BigIntegerField": "I"}


def column(field):
    """A field in the words of the table."""
    if field.is_relation:
        kind = f"->{field.related_model.__name__}"
    else:
        kind = KINDS[type(field).__name__] + (str(field.max_length) if field.max_length else "")
    marks = ("=" if field.unique else "") + ("?" if field.null else "")
    has_to_be_passed = field.default is None and not field.null
    return f"{field.name}:{kind}{marks}{'!' if has_to_be_passed else ''}"


# -- tables -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REGISTRIES)
def test_columns(name):
    """Names, types, lengths, nulls and unique values, in the order of positional arguments."""
    assert " ".join(column(field) for field in getattr(ln, name)._meta.concrete_fields) == COLUMNS[name]


@pytest.mark.parametrize("name", REGISTRIES + LINKS)
def test_tables_are_named_by_app_and_registry(name):
    """Databases of older releases have these tables; no registry declares an order."""
    import lnschema_core.models

    options = getattr(lnschema_core.models, name)._meta
    assert options.db_table == f"lnschema_core_{name.lower()}"
    assert not options.ordering


@pytest.mark.parametrize("name", LINKS)
def test_link_tables(name):
    """A host, what is linked to it, and one fact; keys count up."""
    import lnschema_core.models

    registry = getattr(lnschema_core.models, name)
    assert [field.attname for field in registry._meta.concrete_fields][:4] == FURTHER_COLUMNS[name].split()
    assert issubclass(registry, lnschema_core.models.LinkORM)
    assert type(registry._meta.pk).__name__ == "BigAutoField"


@pytest.mark.parametrize("name", REGISTRIES)
def test_relations(name):
    """The attributes behind which related records are."""
    assert all(hasattr(getattr(ln, name), relation) for relation in RELATIONS[name].split())


def test_columns_that_link_a_registry_to_itself():
    """The child is where a link comes from, the parent where it leads to."""
    child, parent = ln.ULabel(name="child label"), ln.ULabel(name="parent label")
    ln.save([child, parent])
    child.parents.add(parent)
    link = ln.ULabel.parents.through.objects.get()
    assert (link.from_ulabel_id, link.to_ulabel_id) == (child.id, parent.id)
    assert ln.Transform.parents.through._meta.db_table == "lnschema_core_transform_parents"
    assert ln.Feature.feature_sets.through._meta.db_table == "lnschema_core_feature_feature_sets"
    assert ln.File.input_of.through._meta.db_table == "lnschema_core_file_input_of"
    assert ln.Dataset.files.through._meta.db_table == "lnschema_core_dataset_files"


@pytest.mark.parametrize("name", REGISTRIES)
def test_times_are_indexed_and_made_on_save(name):
    """They are empty before, and in UTC afterwards."""
    fields = {field.name: field for field in getattr(ln, name)._meta.concrete_fields}
    assert fields["created_at"].auto_now_add
    assert fields["created_at"].db_index
    assert ("updated_at" in fields) == (name != "Run")
    assert fields.get("updated_at", fields["created_at"]).db_index


def test_times_and_user_of_a_record():
    """``created_by`` is the current user from the beginning."""
    label = ln.ULabel(name="timed")
    assert label.created_at is None
    assert label.updated_at is None
    assert label.created_by_id == ln.setup.settings.user.id
    label.save()
    assert label.created_at.tzinfo == UTC
    created, updated = label.created_at, label.updated_at
    label.save()
    assert label.created_at == created
    assert label.updated_at > updated


def test_django_is_set_up_as_it_was():
    """Plug-ins and their migrations rely on it."""
    from django.conf import settings

    assert settings.DEFAULT_AUTO_FIELD == "django.db.models.BigAutoField"
    assert (settings.TIME_ZONE, settings.USE_TZ) == ("UTC", True)
    assert settings.INSTALLED_APPS[0] == "lnschema_core"


# -- kinds of registries ----------------------------------------------------------------------------------------------


def test_which_registries_validate():
    """The others have no such attribute."""
    validating = [name for name in REGISTRIES if hasattr(getattr(ln, name), "validate")]
    assert validating == ["User", "ULabel", "Modality", "Feature"]
    with pytest.raises(AttributeError):
        ln.File.validate(["x"])
    with pytest.raises(AttributeError):
        ln.Storage.standardize(["x"])


def test_which_registries_have_parents_and_which_are_data():
    """So can be drawn and described; runs, too, since this release."""
    assert [name for name in REGISTRIES if hasattr(getattr(ln, name), "view_parents")] == [
        "Transform",
        "ULabel",
        "Modality",
    ]
    assert [name for name in REGISTRIES if hasattr(getattr(ln, name), "describe")] == ["Run", "File", "Dataset"]
    assert [name for name in REGISTRIES if hasattr(getattr(ln, name), "view_flow")] == ["Run", "File", "Dataset"]


@pytest.mark.parametrize("name", REGISTRIES)
def test_names_with_schema(name):
    """A registry belongs to the schema of its package."""
    registry = getattr(ln, name)
    assert registry.__get_schema_name__() == "core"
    assert registry.__get_name_with_schema__() == f"core.{name}"
    assert registry.__module__.startswith("lnschema_core.")


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("User", "handle"), ("Storage", "root"), ("Transform", "name"), ("ULabel", "name"), ("Modality", "name"),
        ("Feature", "name"), ("FeatureSet", "name"), ("Dataset", "name"), ("File", "key"),
    ],
)  # fmt: skip
def test_the_default_field_is_what_lookup_offers(name, field):
    """Users by their handles, storage locations by their roots, files by their keys, the others by name."""
    registry = getattr(ln, name)
    offered = ln.Storage.filter().one() if name == "Storage" else None
    assert [*registry.lookup().dict()] == [value for value in registry.filter().list(field) if value]
    assert offered is None or [*registry.lookup().dict()] == [offered.root]


# -- representation ---------------------------------------------------------------------------------------------------


def test_repr_has_fields_then_foreign_keys():
    """Without ``created_at`` and what is missing; strings in single quotes, times in UTC."""
    label = ln.ULabel(name="it's", reference="r")
    user = ln.setup.settings.user.id
    assert repr(label) == f"ULabel(id='{label.id}', name='it's', reference='r', created_by_id='{user}')"
    label.save()
    updated = label.updated_at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    assert str(label) == (
        f"ULabel(id='{label.id}', name='it's', reference='r', updated_at={updated}, created_by_id='{user}')"
    )


def test_repr_of_foreign_keys_in_order_of_declaration():
    """A run comes from a transform and a user."""
    transform = ln.Transform(name="t", type="pipeline")
    transform.save()
    run = ln.Run(transform, reference="https://x", reference_type="url")
    run.save()
    assert re.fullmatch(
        rf"Run\(id='{run.id}', run_at=[\d: -]+, reference='https://x', reference_type='url', "
        rf"transform_id='{transform.id}', created_by_id='\w+'\)",
        repr(run),
    )


def test_field_references():
    """They show what they refer to and stand for the name of the field."""
    assert repr(ln.ULabel.name) == "FieldAttr(ULabel.name)"
    assert repr(ln.File.description) == "FieldAttr(File.description)"
    assert isinstance(ln.ULabel.name, ln.dev.fields.FieldAttr)
    assert isinstance(ln.ULabel.name, DeferredAttribute)
    ln.ULabel(name="referred").save()
    assert ln.ULabel.lookup(ln.ULabel.name).referred == ln.ULabel.lookup("name").referred
    assert ln.ULabel.filter().list(ln.ULabel.name) == ln.ULabel.filter().list("name")


def test_records_are_equal_by_registry_and_key():
    """Also in sets and dictionaries."""
    label = ln.ULabel(name="equal")
    label.save()
    assert ln.ULabel.filter(name="equal").one() == label
    assert len({ln.ULabel.filter(name="equal").one(), label}) == 1
    assert label != ln.ULabel(name="other")


# -- ids --------------------------------------------------------------------------------------------------------------


def test_ids_are_made_of_letters_and_digits():
    """By the constructor, in the length of the registry."""
    feature = ln.Feature(name="f", type="number")
    feature.save()
    transform = ln.Transform(name="t")
    transform.save()
    frame = pd.DataFrame({"a": [1]})
    records = {
        8: [ln.ULabel(name="x"), ln.Modality(name="x"), ln.Storage(root="/x", type="local")],
        12: [feature],
        14: [transform],
        20: [ln.Run(transform), ln.FeatureSet([feature]), ln.File(frame, description="x"), ln.Dataset(frame, name="x")],
    }
    for length, made in records.items():
        assert all(re.fullmatch(rf"[0-9A-Za-z]{{{length}}}", record.id) for record in made)


@pytest.mark.parametrize("length", [4, 8, 12, 14, 16, 18, 20, 24])
def test_id_functions(length):
    """Migrations name them."""
    from lnschema_core import ids

    made = getattr(ids, f"base62_{length}")()
    assert re.fullmatch(rf"[0-9A-Za-z]{{{length}}}", made)
    assert re.fullmatch(r"[0-9A-Za-z_-]+", ids.base64(length))
    assert re.fullmatch(rf"[a-z]{{{length}}}", ids.base26(length))
    assert len(ids.base62(length)) == length


# -- versions ---------------------------------------------------------------------------------------------------------


def test_set_version():
    """The next number, or what is passed."""
    from lamindb.dev.versioning import set_version

    assert set_version(None, "1") == "2"
    assert set_version("2a", "1") == "2a"
    assert set_version("0") == "0"
    for version in (None, "1"):
        with pytest.raises(ValueError, match=f"Please increment the previous version: '{version}'"):
            set_version(version, version)
    with pytest.raises(ValueError, match="Cannot auto-increment non-integer castable version, please provide manually"):
        set_version(None, "weird")


def test_init_id():
    """One stem for all versions, two characters for each."""
    from lamindb.dev.versioning import init_id

    assert len(init_id()) == 20
    assert len(init_id(n_full_id=14)) == 14
    assert init_id(provisional_id="p" * 20) == "p" * 20
    assert init_id(provisional_id="p" * 20, version="1") == "p" * 20
    second = init_id(initial_version_id="a" * 18 + "bc", version="2")
    assert second.startswith("a" * 18)
    assert len(second) == 20
    with pytest.raises(ValueError, match=r"`version` parameter must be `None` or `str`, e.g., '0.1', '1', '2', etc."):
        init_id(version=1)


def test_get_ids_from_old_version():
    """Id, first id and version of a successor."""
    from lamindb.dev.versioning import get_ids_from_old_version

    first = ln.Transform(name="t", version="1")
    first.save()
    new_id, initial_version_id, version = get_ids_from_old_version(first, None, n_full_id=14)
    assert (new_id[:12], len(new_id), initial_version_id, version) == (first.id[:12], 14, first.id, "2")


def make_file(content, **arguments):
    """A new file."""
    return ln.File(pd.DataFrame({"a": [content]}), **{"description": "v"} | arguments)


def make_dataset(content, **arguments):
    """A new dataset."""
    return ln.Dataset(pd.DataFrame({"a": [content]}), **{"name": "v"} | arguments)


def make_transform(content, **arguments):
    """A new transform."""
    return ln.Transform(**{"name": "v"} | arguments)


@pytest.mark.parametrize(("make", "stem"), [(make_file, 18), (make_dataset, 18), (make_transform, 12)])
@pytest.mark.commits
def test_an_unversioned_record_becomes_the_first_version(make, stem):
    """As soon as its successor is made; in the database when the successor is saved."""
    old = make(1)
    old.save()
    assert old.version is None
    new = make(2, is_new_version_of=old)
    assert (old.version, new.version) == ("1", "2")
    assert type(old).filter(id=old.id).one().version is None
    assert new.id[:stem] == old.id[:stem]
    assert new.id != old.id
    assert old.initial_version is None
    assert new.initial_version_id == old.id
    new.save()
    assert type(old).filter(id=old.id).one().version == "1"
    third = make(3, is_new_version_of=new, version="2.1")
    third.save()
    assert third.initial_version == old
    accessor = f"{type(old).__name__.lower()}_set"
    assert set(getattr(old, accessor).list("version")) == {"2", "2.1"}
    with pytest.raises(ProtectedError):
        old.delete(storage=True) if isinstance(old, ln.dev.Data) else old.delete()


@pytest.mark.commits
def test_a_successor_that_is_not_saved_changes_nothing():
    """And another one can take its place."""
    old = make_file(1)
    old.save()
    make_file(2, is_new_version_of=old)
    assert ln.File.filter(id=old.id).one().version is None
    make_file(3, is_new_version_of=old).save()
    assert ln.File.filter(id=old.id).one().version == "1"


@pytest.mark.commits
def test_an_unsaved_predecessor_is_saved_with_its_successor():
    """With its content."""
    old = make_file(1)
    new = make_file(2, is_new_version_of=old)
    new.save()
    assert old.version == "1"
    assert ln.File.filter(id=old.id).one().load()["a"].tolist() == [1]


@pytest.mark.parametrize("make", [make_file, make_dataset, make_transform])
def test_versions_have_to_follow_each_other(make):
    """Words have to be counted up by the user, and other registries have no versions of this one."""
    kind = make.__name__.removeprefix("make_")
    registry = {"file": "File", "dataset": "Dataset", "transform": "Transform"}[kind]
    with pytest.raises(TypeError, match=f"is_new_version_of has to be of type ln.{registry}"):
        make(2, is_new_version_of=ln.ULabel(name="other"))
    with pytest.raises(ValueError, match="`version` parameter must be `None` or `str`"):
        make(2, version=1)
    first = make(1, version="first")
    with pytest.raises(ValueError, match="Cannot auto-increment"):
        make(2, is_new_version_of=first)
    with pytest.raises(ValueError, match="Please increment the previous version: 'first'"):
        make(2, is_new_version_of=first, version="first")
    assert make(2, is_new_version_of=first, version="second").version == "second"


def test_description_and_name_are_inherited():
    """Unless they are passed."""
    assert make_file(2, is_new_version_of=make_file(1), description=None).description == "v"
    assert make_file(2, is_new_version_of=make_file(1), description="w").description == "w"
    assert make_dataset(2, is_new_version_of=make_dataset(1), name=None).name == "v"
    assert make_transform(2, is_new_version_of=make_transform(1), name=None).name == "v"
    assert make_file(2, is_new_version_of=make_file(1, key="k.parquet")).key is None


def test_first_versions_are_announced(capsys):
    """Those of files and datasets."""
    ln.settings.verbosity = "info"
    make_file(1, version="1")
    make_transform(1, version="1")
    said = capsys.readouterr().out
    assert said.count("initializing versioning for this file! create future versions of it using ") == 1
    assert "ln.File(..., is_new_version_of=old_file)" in said
    assert "transform" not in said.replace("no run & transform", "")


# -- on deletion ------------------------------------------------------------------------------------------------------


def test_what_is_in_use_is_protected():
    """Records that others refer to can't be deleted; runs go with their transform."""
    transform = ln.Transform(name="t")
    transform.save()
    ln.Run(transform).save()
    modality = ln.Modality(name="rna")
    modality.save()
    ln.Feature(name="f", type="number", modality=modality).save()
    with pytest.raises(ProtectedError):
        modality.delete()
    with pytest.raises(ProtectedError):
        ln.User.filter().one().delete()
    deleted, _ = transform.delete()
    assert deleted == 2
    assert transform.id is None
    assert not ln.Run.filter().exists()


def test_fields_without_default_are_empty():
    """``Modality()`` and a storage without type."""
    assert ln.Modality().name == ""
    assert ln.Storage(root="/data").type == ""
    assert ln.Modality._meta.get_field("name").default is NOT_PROVIDED
    assert ln.Storage(root="/data").root_as_path().as_posix() == "/data"


def test_types_of_transforms_are_words():
    """An enumeration member is stored by its value; other words are not refused."""
    from lamindb.dev.types import TransformType

    assert ln.Transform(name="t").type == "pipeline"
    assert ln.Transform(name="t", type=TransformType.notebook).type == "notebook"
    ln.Transform(name="t", type="bogus").save()
    assert ln.Transform.filter(type="bogus").exists()
