"""Records that somebody else has made between the constructor's look and the saving."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction

import lamindb as ln
from lamindb.errors import NotStorable
from lnschema_core.rows.meanwhile import wait_for_others

pytestmark = pytest.mark.usefixtures("instance")


@pytest.mark.parametrize("save", [lambda record: record.save(), lambda record: ln.save(record)])
@pytest.mark.parametrize("name", ["Feature", "Modality", "Transform"])
def test_record_becomes_the_one_that_was_made_meanwhile(name, save):
    """Its values are those of the row, and nothing is written."""
    registry = getattr(ln, name)
    more = {"type": "category"} if registry is ln.Feature else {}
    mine, theirs = registry(name="same", **more), registry(name="same", **(more and {"type": "number"}))
    theirs.save()
    save(mine)
    assert mine == theirs
    assert registry.filter().list("name") == ["same"]
    assert getattr(mine, "type", None) == getattr(theirs, "type", None)
    assert not mine._state.adding


def test_set_of_the_same_features_is_made_once():
    """Also where several files bring it along that were made before any was saved."""
    feature = ln.Feature(name="a", type="number")
    feature.save()
    sets = [ln.FeatureSet([feature]) for _ in range(3)]
    sets[0].save()
    ln.save(sets[1:])
    assert {one.id for one in sets} == set(ln.FeatureSet.filter().list("id"))
    assert sets[2].features.list("name") == ["a"]


def test_records_are_several_where_somebody_wants_that(monkeypatch):
    """Those that are saved at once, that have got another name since, and all of them where constructors don't look."""
    ln.save([ln.Modality(name="twice"), ln.Modality(name="twice")])
    one, other = ln.Modality(name="one"), ln.Modality(name="one")
    one.save()
    other.name = "other"
    other.save()
    monkeypatch.setattr(ln.settings, "upon_create_search_names", False)
    ln.Modality(name="one").save()
    assert sorted(ln.Modality.filter().list("name")) == ["one", "one", "other", "twice", "twice"]


def test_same_name_with_another_version_is_another_transform():
    """Versions are told apart as the constructor tells them apart."""
    first, second = ln.Transform(name="step", version="1"), ln.Transform(name="step", version="2")
    ln.save([first])
    ln.save([second])
    assert first != second
    assert sorted(ln.Transform.filter(name="step").list("version")) == ["1", "2"]


def test_file_becomes_the_one_that_has_its_content(tmp_path, monkeypatch):
    """Alone and among others; the run that has made it again is linked, and nothing is left in storage."""
    path = tmp_path / "a.txt"
    path.write_text("a")
    run = ln.Run(transform=made(ln.Transform(name="step")))
    run.save()
    first, alone, among = (ln.File(path, key="a.txt", run=by) for by in (None, run, None))
    keyless = ln.File(path, description="the same without a key")
    first.save()
    alone.save()
    (tmp_path / "b.txt").write_text("b")
    more = ln.File(tmp_path / "b.txt", key="b.txt")
    ln.save([more, among])
    keyless.save()
    assert first == alone == among == keyless
    assert run in first.reproduced_by.all()
    assert sorted(ln.File.filter(key__in=["a.txt", "b.txt"]).list("key")) == ["a.txt", "b.txt"]
    assert more.path.read_text() == "b"
    assert set(ln.fsck(unregistered=True, progress=False, grace=-1).counts.values()) <= {0}
    monkeypatch.setattr(ln.settings, "upon_file_create_if_hash_exists", "warn_create_new")
    with pytest.raises(IntegrityError, match="its key is that of file"):
        ln.File(path, key="a.txt").save()


def test_many_files_are_looked_for_again_without_waiting(tmp_path):
    """A server of Postgres has room for some thousand locks, which all sessions share; more files than that are saved at once."""
    count = 2_000  # an entry of a statement for each would be refused
    files = [ln.File(written(tmp_path / f"{number}.txt"), description="one of many") for number in range(count)]
    same = ln.File(tmp_path / "7.txt", description="the same as another one")
    files[7].save()
    ln.save([*files[:7], *files[8:], same])
    assert same == files[7]
    assert ln.File.filter(description="one of many").count() == count


def test_several_hundred_names_are_waited_for_in_one_statement(count_queries):
    """On Postgres; SQLite has one writer at a time."""
    with transaction.atomic(), count_queries() as queries:
        wait_for_others(f"table {number}" for number in range(1_700))
    assert len(queries) == (connection.vendor == "postgresql")


@pytest.mark.commits
@pytest.mark.parametrize("save", [lambda record: record.save(), lambda record: ln.save([record])])
def test_file_that_was_deleted_meanwhile_is_no_row_without_bytes(tmp_path, save):
    """It is refused, unless the content is still there, or comes along."""
    path = tmp_path / "a.txt"
    path.write_text("a")
    file = made(ln.File(path, key="a.txt"))
    ln.File.filter(key="a.txt").one().delete(storage=False)
    file.description = "kept"
    save(file)
    assert ln.File.filter(key="a.txt").one().description == "kept"
    ln.File.filter(key="a.txt").one().delete(storage=True)
    file.description = "gone"
    with pytest.raises(NotStorable, match="was deleted meanwhile, with its content"):
        save(file)
    assert ln.File.filter(key="a.txt").one_or_none() is None


def written(path):
    """A file that has its name as text."""
    path.write_text(path.name)
    return path


def made(record):
    """A saved record."""
    record.save()
    return record


@pytest.mark.parametrize("n", [1, 300])
def test_looking_again_takes_one_statement(n, count_queries):
    """However many records, beside the insertion, the transaction and the lock of Postgres."""
    features = [ln.Feature(name=f"feature {number}", type="number") for number in range(n)]
    with count_queries() as queries:
        ln.save(features)
    statements = [query["sql"] for query in queries]
    assert sum(sql.startswith("SELECT") and "pg_advisory" not in sql for sql in statements) == 1
    assert sum(sql.startswith("INSERT") for sql in statements) == 1
