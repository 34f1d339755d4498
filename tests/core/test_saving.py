"""``ln.save``: many records at once."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

import lamindb as ln

pytestmark = pytest.mark.usefixtures("instance")


def test_save_inserts_all_records():
    """Records of several registries are saved together, those first that others refer to."""
    modality = ln.Modality(name="rna")
    features = [ln.Feature(name=f"f{i}", type="number", modality=modality) for i in range(3)]
    ln.save([*features, modality, ln.ULabel(name="x")])
    assert ln.Feature.filter(modality__name="rna").count() == 3
    assert not features[0]._state.adding
    assert features[0].created_at is not None


def test_records_whose_rows_are_gone_are_saved_again():
    """As by ``record.save()``: those that somebody else has deleted, with their id, and those that were deleted here."""
    kept, gone, deleted = labels = [ln.ULabel(name=name) for name in ("kept", "gone", "deleted")]
    ln.save(labels)
    ln.ULabel.filter(id=gone.id).delete()
    deleted.delete()
    kept.description = "changed"
    ln.save(labels)
    assert {label.name: label.id for label in ln.ULabel.filter()} == {label.name: label.id for label in labels}
    assert ln.ULabel.filter(description="changed").one() == kept


@pytest.mark.parametrize("n", [10, 2000])
def test_records_that_were_rolled_back_are_saved_again_in_a_constant_number_of_queries(n, count_queries):
    """A transaction that failed has saved none of them; one whose name somebody else took meanwhile becomes that record."""
    labels = [ln.ULabel.from_fields(name=f"label {i}") for i in range(n)]
    with transaction.atomic():
        ln.save(labels)
        transaction.set_rollback(True)
    other = ln.ULabel(name="label 7")
    other.save()
    with count_queries() as queries:
        ln.save(labels)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 5
    assert {label.name: label.id for label in ln.ULabel.filter()} == {label.name: label.id for label in labels}
    assert labels[7] == other


@pytest.mark.parametrize("n", [10, 2000])
def test_save_costs_a_constant_number_of_queries(n, count_queries):
    """One statement inserts all, beside the savepoints of the transaction."""
    ln.settings.upon_create_search_names = False
    labels = [ln.ULabel(name=f"label {i}") for i in range(n)]
    ln.settings.upon_create_search_names = True
    with count_queries() as queries:
        ln.save(labels)
    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) == 1
    assert ln.ULabel.filter().count() == n


def test_texts_are_stored_in_bulk_as_they_are():
    """Also those that mean something where many values are one parameter, and those that are none."""
    names = ["NULL", "null", "{}", '{"a"}', "a,b", '"', "\\", '\\"', "a\nb", " a ", "%s", "ü, ß", "[1]", "'"]
    descriptions = ["", None, "NULL", *names[3:]]
    labels = [ln.ULabel.from_fields(name=n, description=d) for n, d in zip(names, descriptions, strict=True)]
    ln.save(labels)
    stored = {label.name: label for label in ln.ULabel.filter()}
    assert {name: label.description for name, label in stored.items()} == dict(zip(names, descriptions, strict=True))
    assert all(stored[label.name].created_at == label.created_at for label in labels)


@pytest.mark.parametrize("shared", [None, "", "NULL", "%s", "{a,b}", "ü, 'ß'"])
@pytest.mark.parametrize("n", [1, 3])
def test_what_records_have_in_common_is_stored_in_each(shared, n):
    """Texts, nothing, truth values and keys are sent once for all records, and are those of each."""
    labels = [ln.ULabel.from_fields(name=f"label {number}", description=shared) for number in range(n)]
    features = [ln.Feature.from_fields(name=f"feature {number}", type="number", unit=shared) for number in range(n)]
    ln.save([*labels, *features])
    stored = ln.ULabel.filter().values_list("description", "reference", "created_by_id")
    assert [*stored] == [(shared, None, ln.setup.settings.user.id)] * n
    assert [*ln.Feature.filter().values_list("type", "unit")] == [("number", shared)] * n


@pytest.mark.postgres
def test_one_text_among_many_that_is_too_long_is_named():
    """It isn't cut off, and none of the others is saved."""
    labels = [ln.ULabel.from_fields(name=f"{number}", reference="x" * number) for number in (1, 256, 3)]
    with pytest.raises(ValueError, match=r"reference of ULabel 'x.* has 256 characters"):
        ln.save(labels)
    assert not ln.ULabel.filter().exists()


def test_save_adopts_records_whose_unique_name_is_taken():
    """Saving a label that somebody else saved meanwhile yields that label, under its id."""
    ln.settings.upon_create_search_names = False
    mine, new = ln.ULabel(name="taken"), ln.ULabel(name="new")
    ln.settings.upon_create_search_names = True
    theirs = ln.ULabel(name="taken")
    theirs.save()
    ln.save([mine, new])
    assert mine == theirs
    assert not mine._state.adding
    mine.parents.add(new)
    assert ln.ULabel.filter(name="taken").count() == 1


def test_save_twice_and_duplicates_are_no_error():
    """The same record may come several times."""
    label = ln.ULabel(name="x")
    ln.save([label, label])
    ln.save(label)
    ln.save([])
    assert ln.ULabel.filter().count() == 1


def test_only_what_is_the_same_record_is_saved_once(tmp_path):
    """A key counts within its registry; of records that have none yet, each is another one."""
    labels = [ln.ULabel.from_fields(name=name, id=name) for name in ("same", "other")]
    ln.save([*labels, ln.Modality.from_fields(name="x", id="same"), *labels])
    assert (ln.ULabel.filter().count(), ln.Modality.filter(id="same").count()) == (2, 1)
    (tmp_path / "notes.txt").write_text("labelled")
    file = ln.File(tmp_path / "notes.txt", description="notes")
    file.save()
    links = [ln.File.ulabels.through(file=file, ulabel=label) for label in labels]
    ln.save([*links, links[0]])
    assert set(file.ulabels.list("name")) == {"same", "other"}


def test_save_writes_changes_of_existing_records_only():
    """A changed record is updated; an unchanged one keeps its time of update."""
    labels = [ln.ULabel(name="a"), ln.ULabel(name="b")]
    ln.save(labels)
    before = ln.ULabel.filter(name="b").one().updated_at
    labels[0].description = "changed"
    ln.save(labels)
    assert ln.ULabel.filter(name="a").one().description == "changed"
    assert ln.ULabel.filter(name="b").one().updated_at == before


def test_save_writes_those_columns_that_changed(count_queries):
    """A column that nobody changed is not written, so its indexes are left alone, and what others wrote meanwhile stays."""
    labels = [ln.ULabel.from_fields(name=name, reference="before") for name in "ab"]
    ln.save(labels)
    labels[0].description, labels[1].reference = 'said "so" \\ {x}', None
    with count_queries() as queries:
        ln.save(labels)
    update = next(query["sql"] for query in queries if 'UPDATE "' in query["sql"]).split(" WHERE ")[0]
    assert [name for name in ("name", "description", "reference", "updated_at") if f'"{name}" = ' in update] == [
        "description",
        "reference",
        "updated_at",
    ]
    there = ln.ULabel.filter(name__in="ab").order_by("name").values_list("name", "description", "reference")
    assert list(there) == [("a", 'said "so" \\ {x}', "before"), ("b", None, None)]
    assert ln.ULabel.filter(name="a").one().updated_at == labels[0].updated_at


@pytest.mark.parametrize("records", [None, "x", 1, ["x"], [None]])
def test_save_refuses_what_is_no_record(records):
    """All or nothing: a stray value is an error before anything is written."""
    label = ln.ULabel(name="valid")
    mixed = [label, *records] if isinstance(records, list) else records
    with pytest.raises(TypeError):
        ln.save(mixed)
    assert not ln.ULabel.filter().exists()


def test_save_refuses_rows_that_refer_to_missing_records():
    """A row that can't be inserted isn't reported as saved."""
    from django.db import connection

    feature = ln.Feature(name="x", type="number", modality=ln.Modality(name="never saved"))
    with pytest.raises((IntegrityError, ValueError)):  # noqa: PT012 - Postgres checks at the end
        ln.save([feature])
        connection.check_constraints()


def test_delete_removes_records_one_by_one(capsys):
    """``ln.delete`` takes one record or several."""
    ln.settings.verbosity = 2
    labels = [ln.ULabel(name="a"), ln.ULabel(name="b")]
    ln.save(labels)
    ln.delete(labels)
    assert not ln.ULabel.filter().exists()
    assert "for efficient bulk delete, use `queryset.delete` instead" in capsys.readouterr().out


def test_save_of_feature_sets_and_datasets_keeps_members_and_files(tmp_path):
    """Records with members or files don't lose them in bulk."""
    features = [ln.Feature(name=name, type="number") for name in "ab"]
    ln.save(features)
    feature_set = ln.FeatureSet(features)
    ln.save([feature_set])
    assert ln.FeatureSet.filter().one().features.count() == 2
    files = []
    for name in "xy":
        (tmp_path / name).write_text(name)
        files.append(ln.File(tmp_path / name, description=name))
    ln.save(files)
    dataset = ln.Dataset(files, name="both")
    ln.save([dataset])
    assert ln.Dataset.filter().one().files.count() == 2


def test_save_of_many_changes_costs_a_constant_number_of_queries(count_queries):
    """One statement reads the rows, one writes the changes, beside the transaction."""
    counts = []
    for n in (5, 1500):
        labels = [ln.ULabel.from_fields(name=f"{n} label {i}") for i in range(n)]
        ln.save(labels)
        for label in labels:
            label.description = f"of {n}"
        with count_queries() as queries:
            ln.save(labels)
        counts.append(len(queries))
    assert ln.ULabel.filter(description="of 1500").count() == 1500
    assert counts[0] == counts[1]


def test_versions_that_were_given_the_same_id_are_told_apart():
    """Versions of a transform that two clients make at once may have the same id by chance; both are saved."""
    first = ln.Transform(name="steps", type="pipeline")
    first.save()
    ours, theirs = (ln.Transform(is_new_version_of=first, type="pipeline") for _ in range(2))
    ours.id = theirs.id
    theirs.save()
    ours.save()
    versions = ln.Transform.filter(id__startswith=first.id[:12]).order_by("version")
    assert versions.list("version") == ["1", "2", "3"]
    assert len({*versions.list("id"), ours.id, theirs.id}) == 3


def test_version_that_was_given_the_id_of_another_leaves_its_content_alone(tmp_path):
    """Of versions of a file that two clients make at once with the same id by chance, the one that is saved keeps its bytes."""
    paths = [tmp_path / f"{name}.txt" for name in ("first", "theirs", "ours")]
    for path in paths:
        path.write_text(path.stem)
    first = ln.File(paths[0], description="made at once", version="1")
    first.save()
    theirs, ours = (ln.File(path, is_new_version_of=first) for path in paths[1:])
    ours.id = theirs.id
    theirs.save()
    with pytest.raises(IntegrityError, match="make this one again"):
        ours.save()
    assert theirs.path.read_text() == "theirs"
    again = ln.File(paths[2], is_new_version_of=first)
    again.save()
    versions = ln.File.filter(description="made at once").order_by("version")
    assert [version.path.read_text() for version in versions] == ["first", "theirs", "ours"]
