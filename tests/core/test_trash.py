"""What was deleted is restored as it was, until it is purged."""

from __future__ import annotations

import pandas as pd
import pytest

from lamindb.errors import NoResultFound, NotRestorable, ValidationError

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def ln(instance):
    """The door."""
    import lamindb

    lamindb.settings.verbosity = "error"
    return lamindb


@pytest.fixture
def frame():
    """A table."""
    return pd.DataFrame({"kind": ["a", "b"], "value": [1, 2]})


@pytest.fixture
def file(ln, frame):
    """A file with features, labels and lineage."""
    ln.save(ln.Feature.from_df(frame))
    ln.save([ln.ULabel(name="a"), ln.ULabel(name="b")])
    ln.track(ln.Transform(name="make"))
    file = ln.File.from_df(frame, key="tables/a.parquet", description="A table")
    file.save()
    file.labels.add(ln.ULabel.filter().all(), ln.Feature.filter(name="kind").one())
    file.input_of.add(ln.run_context.run)
    return file


def facts(ln, id_):
    """All that a file is, and all that it is linked to."""
    file = ln.File.filter(id=id_).one()
    return {
        "values": ln.File.filter(id=id_).values().get(),
        "content": file.path.read_bytes(),
        "labels": sorted(file.labels.get(ln.Feature.filter(name="kind").one()).values_list("name", flat=True)),
        "features": sorted(file.features["columns"].values_list("name", flat=True)),
        "run": (file.run_id, file.transform_id, sorted(file.input_of.values_list("pk", flat=True))),
    }


def test_a_file_is_restored_with_bytes_labels_features_and_lineage(ln, file):
    """Every column, link and byte is as before; nothing is left in the trash."""
    before, path = facts(ln, file.id), file.path
    id_ = file.id
    file.delete(storage=True)
    assert not path.exists()
    assert not ln.File.filter(id=id_).exists()
    assert ln.trash.list()["name"].tolist() == ["tables/a.parquet"]
    restored = ln.trash.restore("tables/a.parquet")
    assert restored.id == id_
    assert facts(ln, id_) == before
    assert len(ln.trash.list()) == 0
    assert ln.fsck(read_data=True, progress=False, resume=False, grace=-1).is_clean


def test_a_record_that_was_deleted_without_its_content_is_restored(ln, file):
    """The content stays where it was, and purging the trash doesn't touch it."""
    before, path, id_ = facts(ln, file.id), file.path, file.id
    file.delete(storage=False)
    assert path.exists()
    ln.trash.restore(id_)
    assert facts(ln, id_) == before
    ln.File.filter(id=id_).one().delete(storage=False)
    ln.trash.purge()
    assert path.exists()


def test_a_dataset_is_restored_with_its_file(ln, frame):
    """One deletion, one restoration."""
    ln.save(ln.Feature.from_df(frame))
    dataset = ln.Dataset.from_df(frame, name="mine", description="x")
    dataset.save()
    id_ = dataset.id
    dataset.delete(storage=True)
    assert not ln.Dataset.filter(id=id_).exists()
    assert not ln.File.filter(id=id_).exists()
    restored = ln.trash.restore("mine")
    assert restored.file_id == ln.File.filter().one().id
    assert restored.load().equals(frame)


def test_a_purged_file_is_gone(ln, file, tmp_path):
    """The content, too; what is younger than asked stays."""
    file.delete(storage=True)
    assert ln.trash.purge(older_than=1) == []
    (gone,) = ln.trash.purge()
    assert gone.name == "tables/a.parquet"
    with pytest.raises(NoResultFound, match="lamin trash list"):
        ln.trash.restore("tables/a.parquet")
    assert ln.fsck(unregistered=True, progress=False, resume=False, grace=-1).counts == {}


def test_nothing_is_purged_by_an_empty_list_or_a_slip(ln, file):
    """What was selected may be nothing, which isn't everything; no age is negative, and any may be longer than the trash is old."""
    file.delete(storage=True)
    assert ln.trash.purge([]) == ln.trash.purge(name for name in ()) == []
    assert ln.trash.purge(older_than=float("inf")) == ln.trash.purge(older_than=10**12) == []
    for slip in (-1, float("nan")):
        with pytest.raises(ValueError, match=r"^older_than has to be at least 0, but is"):
            ln.trash.purge(older_than=slip)
    assert len(ln.trash.list()) == 1
    assert len(ln.trash.purge(older_than=0)) == 1


def test_what_was_deleted_is_not_deleted_again(ln, frame):
    """Also where another file has the key by now, nobody is asked about it, and no version follows it."""
    for name, made in {"key": ln.File(frame, key="tables/b.parquet"), "id": ln.Dataset(frame[:1], name="D")}.items():
        made.save()
        made.delete(storage=True)
        for again in ({"storage": True}, {"storage": True, "permanent": True}, {}):
            with pytest.raises(ValueError, match=r"was deleted: ln\.trash\.restore"):
                made.delete(**again)
        more = {} if name == "key" else {"name": "E"}
        with pytest.raises(ValueError, match=r"was deleted: ln\.trash\.restore"):
            type(made)(frame[1:], is_new_version_of=made, **more)
    assert len(ln.trash.list()) == 2


def test_permanent_deletion_leaves_nothing(ln, file):
    """Neither in the database nor in storage."""
    path = file.path
    file.delete(storage=True, permanent=True)
    assert not path.exists()
    assert len(ln.trash.list()) == 0


def test_what_was_deleted_is_not_saved_again_without_its_content(ln, file, frame):
    """A record that is still in memory says what to do, alone and among others; the database stays as it is."""
    dataset = ln.Dataset([file], name="D")
    dataset.save()
    transform = ln.Transform(name="T")
    transform.save()
    dataset.delete()
    file.delete(storage=True)
    transform.delete()
    for record in (file, dataset, transform):
        with pytest.raises(ValueError, match=r"was deleted: ln\.trash\.restore"):
            record.save()
    with pytest.raises(ValueError, match="this File was deleted"):
        ln.save([file, ln.File(frame, key="tables/b.parquet")])
    assert not ln.File.filter().exists()
    assert not ln.Dataset.filter().exists()


def test_nothing_new_is_made_of_what_was_deleted(ln, file, frame):
    """It has no id any more, which successors, datasets, runs and feature sets would take over; the refusal says what it was."""
    transform, feature = ln.Transform(name="T"), ln.Feature(name="f", type="number")
    ln.save([transform, feature])
    run = ln.Run(transform)
    run.save()
    feature_set = ln.FeatureSet([feature])
    feature_set.save()
    dataset = ln.Dataset([file], name="D")
    dataset.save()
    for record in (run, transform, feature_set, feature, dataset):
        record.delete()
    file.delete(storage=True)
    other = ln.File(frame.assign(more=1), key="tables/b.parquet")
    other.save()
    for make in (
        lambda: ln.File(frame, is_new_version_of=file),
        lambda: ln.Dataset(frame, is_new_version_of=dataset),
        lambda: ln.Transform(is_new_version_of=transform),
        lambda: ln.Dataset(file, name="of one"),
        lambda: ln.Dataset([other, file], name="of two"),
        lambda: ln.File(frame, key="tables/c.parquet", run=run),
        lambda: ln.Run(transform),
        lambda: other.features.add_feature_set(feature_set, "columns"),
        lambda: file.features.add_feature_set(feature_set, "columns"),
    ):
        with pytest.raises(ValueError, match=r"was deleted: ln\.trash\.restore"):
            make()
    with pytest.raises(ValueError, match="from validated features"):
        ln.FeatureSet([feature])


def test_what_was_deleted_is_neither_label_nor_feature(ln, file):
    """As what isn't saved yet."""
    feature, label, kept = ln.Feature(name="f", type="category"), ln.ULabel(name="L"), ln.ULabel(name="M")
    ln.save([feature, label, kept])
    label.delete()
    with pytest.raises(ValidationError, match="not validated"):
        file.labels.add([kept, label], feature)
    feature.delete()
    with pytest.raises(ValidationError, match="Feature not validated"):
        file.labels.add(kept, feature)
    assert set(file.ulabels.list("name")) == {"a", "b"}
    file.delete(storage=True)
    with pytest.raises(ValueError, match="this File was deleted"):
        file.labels.add(kept, feature)


def test_a_record_that_was_deleted_is_shown(ln, file, capsys):
    """As what it was, since a notebook shows what is in a variable; nothing is asked about links that are gone."""
    file.delete(storage=False)
    assert "tables/a.parquet" in file._repr_html_()
    file.describe()
    assert "tables/a.parquet" in capsys.readouterr().out
    assert repr(file.labels) == "no linked labels"
    assert repr(file.features) == "no linked features"


def test_dataset_whose_files_were_deleted_says_so(ln, file):
    """Rather than that their formats don't fit."""
    dataset = ln.Dataset([file], name="D")
    dataset.save()
    file.delete(storage=True)
    for read in (dataset.load, dataset.backed, dataset.mapped):
        with pytest.raises(RuntimeError, match=r"the files of Dataset.* were deleted"):
            read()


def test_restoring_is_refused_where_another_file_has_taken_the_key(ln, file, frame):
    """Neither is lost: once the other one is gone, the first comes back."""
    file.delete(storage=True)
    other = ln.File(frame.assign(more=1), key="tables/a.parquet")
    other.save()
    with pytest.raises(NotRestorable, match="has its key"):
        ln.trash.restore("tables/a.parquet")
    assert other.load()["more"].tolist() == [1, 1]
    other.delete(storage=True)
    oldest = ln.trash.list().index[-1]
    ln.trash.restore(oldest)
    assert list(ln.File.filter().one().load()) == ["kind", "value"]


def test_other_content_of_the_same_size_is_neither_restored_nor_overwritten(ln, file):
    """What somebody has put in the place meanwhile is told from the content by its digest."""
    path, content = file.path, file.path.read_bytes()
    file.delete(storage=True)
    other = content[:-1] + b"X"
    path.write_bytes(other)
    with pytest.raises(NotRestorable, match="there is something else at"):
        ln.trash.restore("tables/a.parquet")
    assert path.read_bytes() == other
    path.write_bytes(content)  # as a restoring that was killed leaves it in a bucket
    assert ln.trash.restore("tables/a.parquet").path.read_bytes() == content
    ln.File.filter().one().delete(storage=True)
    path.write_bytes(other)
    (trashed,) = (ln.settings.storage / ".lamindb" / "trash").iterdir()
    trashed.unlink()
    with pytest.raises(NotRestorable, match="neither in the trash nor at"):
        ln.trash.restore("tables/a.parquet")
    assert path.read_bytes() == other


def test_content_of_another_file_does_not_follow_into_the_trash(ln, file, frame):
    """Also if what was deleted is not there, and nobody knows any more whether it ever arrived."""
    from lnschema_core.models.recovering import Deletion
    from lnschema_core.trash.content import move_to_trash

    file.delete(storage=True)
    other = ln.File(frame.assign(more=1), key="tables/a.parquet")
    other.save()
    (trashed,) = (ln.settings.storage / ".lamindb" / "trash").iterdir()
    trashed.unlink()
    Deletion.objects.update(is_moved=False)  # as after a restoring that was killed
    assert not move_to_trash(Deletion.objects.get().pk)
    Deletion.objects.update(is_moved=False)
    other.replace(frame.assign(more=2))
    other.save()
    assert other.load()["more"].tolist() == [2, 2]
    assert not trashed.exists()


def test_links_to_what_is_gone_meanwhile_are_left_out(ln, file):
    """The rest comes back."""
    file.delete(storage=True)
    ln.ULabel.filter(name="a").one().delete()
    restored = ln.trash.restore("tables/a.parquet")
    assert restored.ulabels.list("name") == ["b"]


def test_fsck_leaves_the_trash_alone_and_collects_what_belongs_to_no_deletion(ln, frame, instance):
    """Content in the trash isn't garbage, however old it is."""
    file = ln.File(frame, description="x")
    file.save()
    file.delete(storage=True)
    trash = ln.settings.storage / ".lamindb" / "trash"
    (trash / "a1234567890123456789.txt").write_text("nobody's")
    report = ln.fsck(collect=True, grace=-1, progress=False, resume=False)
    assert [(one.kind, one.key, one.outcome) for one in report.findings] == [
        ("orphan", ".lamindb/trash/a1234567890123456789.txt", "collected")
    ]
    assert ln.trash.restore(ln.trash.list().index[0]).load().equals(frame)
