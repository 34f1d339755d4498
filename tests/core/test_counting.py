"""Numbers of files are known without reading them, and are exact."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

import lamindb as ln

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox import Sandbox

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def kept(instance) -> Iterator[Any]:
    """The module of numbers that the database keeps, which needs a connection to be imported."""
    from lnschema_core.counting import kept

    kept.forget()
    yield kept
    kept.forget()


def make_files(count: int, key: str = "plates", id: str = "") -> list[Any]:  # noqa: A002 - what it is the beginning of
    """Save rows of files without content."""
    storage, stem = ln.Storage.filter().first(), f"{id}{key}"[:8]
    files = [
        ln.File.from_fields(
            id=f"{stem}{number:0{20 - len(stem)}}", storage=storage, suffix=".x", key=f"{key}/{id}{number}.x"
        )
        for number in range(count)
    ]
    ln.File.objects.bulk_create(files)
    return files


def read(records: Any) -> int:
    """The number of records, one by one."""
    return len(list(records.all()))


def test_number_of_all_files_is_known_and_follows_every_change(kept, count_queries):
    """Files that are created, updated or deleted, one by one or at once, or rolled back; captured ones are not among them."""
    from django.db import transaction

    ln.File.filter().count()
    before = read(ln.File.filter())
    with count_queries() as queries:
        assert ln.File.filter().count() == before
    assert not any("lnschema_core_file " in query["sql"] for query in queries)
    files = make_files(5)
    captured = make_files(3, ".lamindb/runs")
    files[0].save()
    assert ln.File.filter().count() == before + 5 == read(ln.File.filter())
    ln.File.objects.filter(pk=captured[0].pk).update(key="plates/was captured.x")
    ln.File.objects.filter(pk=files[4].pk).update(key=None)
    assert ln.File.filter().count() == before + 6 == read(ln.File.filter())
    with transaction.atomic():
        ln.File.objects.filter(pk__in=[file.pk for file in files[:3]]).delete()
        assert ln.File.filter().count() == before + 3
        transaction.set_rollback(True)
    captured[1].delete(permanent=True, storage=False)
    files[1].delete(permanent=True, storage=False)
    assert ln.File.filter().count() == before + 5 == read(ln.File.filter())


def test_files_of_a_label_are_counted_by_their_links(count_queries):
    """By record, id, name or several of them, and from the label; no file is read, and captured ones are left out."""
    files, captured = make_files(4), make_files(2, ".lamindb/runs")
    labels = [ln.ULabel.from_fields(name=f"label {number}") for number in range(3)]
    ln.save(labels)
    for file in [*files[:3], captured[0]]:
        file.ulabels.add(labels[0])
    files[0].ulabels.add(labels[1])
    links = {"fileulabel__ulabel": labels[0], "fileulabel__feature": None}
    for queryset, number in [
        (ln.File.filter(ulabels=labels[0]), 3),
        (ln.File.filter(ulabels__id=labels[0].id), 3),
        (ln.File.filter(ulabels__name="label 0"), 3),
        (ln.File.filter(ulabels__in=labels), 4),
        (ln.File.filter(ulabels__name__in=["label 0", "label 1"]), 4),
        (ln.File.filter(ulabels__in=[]), 0),
        (ln.File.filter(ulabels=labels[2]), 0),
        (ln.File.objects.filter(ulabels=labels[0]), 4),
        (labels[0].files.all(), 4),
    ]:
        with count_queries() as queries:
            assert queryset.count() == number
        assert read(queryset) == number
        assert not any('FROM "lnschema_core_file" ' in query["sql"] for query in queries)
    assert ln.File.filter(**links).count() == read(ln.File.filter(**links)) == 3


@pytest.mark.parametrize("key", ["plates", ".lamindb/runs"])
@pytest.mark.parametrize("id", ["0000", "0001", "000", "x"])
def test_whether_a_file_is_counted_is_said_by_its_key_whatever_its_id(key, id):  # noqa: A002 - its beginning
    """Ids of captured files start with zeros, by which the others needn't be looked up; others may do so by chance, or not do so."""
    label = ln.ULabel.from_fields(name="label")
    label.save()
    (file,) = make_files(1, key, id)
    file.ulabels.add(label)
    of_label = ln.File.filter(ulabels=label)
    assert of_label.count() == read(of_label) == (key == "plates")
    ln.File.objects.filter(pk=file.pk).update(key="wells/0.x" if key != "plates" else ".lamindb/runs/0.x")
    assert of_label.count() == read(of_label) == (key != "plates")


@pytest.mark.postgres
def test_captured_files_are_not_read_to_count_those_of_a_label(count_queries):
    """There are as many of them as runs, and nobody gives them labels."""
    from django.db import connection

    label = ln.ULabel.from_fields(name="label")
    label.save()
    for file in make_files(20):
        file.ulabels.add(label)
    make_files(500, ".lamindb/runs", "0000")
    with count_queries() as queries:
        assert ln.File.filter(ulabels=label).count() == 20
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE lnschema_core_file, lnschema_core_fileulabel")
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {queries[-1]['sql']}")
        [[[explained]]] = cursor.fetchall()
    assert max(rows_of(explained["Plan"])) == 20


def rows_of(plan: dict[str, Any]) -> Iterator[int]:
    """How many rows each node of a plan had."""
    yield plan["Actual Rows"] * plan["Actual Loops"]
    for part in plan.get("Plans", ()):
        yield from rows_of(part)


def test_files_with_a_label_under_a_feature_are_counted_by_their_links(count_queries):
    """Once, however many of the labels they have and wherever it is said under which features; no file is read, no captured one counted."""
    feature, other = (
        ln.Feature.from_fields(name=f"feature {i}", type="category", registries="core.ULabel") for i in range(2)
    )
    labels = [ln.ULabel.from_fields(name=f"label {number}") for number in range(3)]
    ln.save([feature, other, *labels])
    files, captured = make_files(4), make_files(2, ".lamindb/runs")
    for file in [*files[:3], captured[0]]:
        file.labels.add(labels[0], feature)
    files[0].labels.add(labels[1], feature)
    files[3].labels.add(labels[1], other)
    files[2].labels.add(labels[0], other)
    for queryset, number in [
        (ln.File.filter_by_label(labels[0], feature), 3),
        (ln.File.filter_by_label(labels[0], other), 1),
        (ln.File.filter_by_label(labels[:2], feature), 3),
        (ln.File.filter_by_label("label 1", other), 1),
        (ln.File.filter_by_label(labels[2], feature), 0),
        (ln.File.objects.filter_by_label(labels[0], feature), 4),
    ]:
        with count_queries() as queries:
            assert queryset.count() == number == read(queryset)
        assert not any('FROM "lnschema_core_file" ' in query["sql"] for query in queries[:-1])
    links = ln.File.ulabels.through._default_manager.filter(ulabel=labels[0])
    for queryset in [
        ln.File.filter(suffix=".x").filter_by_label(labels[0], feature),
        ln.File.filter_by_label(labels[0], feature).filter_by_label(labels[1], feature),
        ln.File.filter_by_label(labels[0], feature)[:2],
        ln.File.filter().exclude(pk__in=links.values("file")),
        ln.File.filter(pk__in=links.values("file")[:2]),
        ln.File.filter(pk__in=links.values("feature")),
        ln.File.filter(pk__in=links.values("file").intersection(links.values("file"))),
        ln.File.filter(pk__in=ln.Dataset.objects.values("file")),
        ln.File.filter(pk__in=ln.File.objects.values("initial_version")),
    ]:
        assert queryset.count() == read(queryset), queryset.query


def test_other_queries_are_counted_as_they_were():
    """What else a query asks is not overlooked."""
    from django.db.models import F, Q

    files = make_files(4)
    label, other = (ln.ULabel.from_fields(name=name) for name in ("label", "other"))
    ln.save([label, other])
    for file in files[:3]:
        file.ulabels.add(label)
    files[0].ulabels.add(other)
    of_label = ln.File.filter(ulabels=label)
    for queryset in [
        ln.File.filter()[:2],
        ln.File.filter()[3:],
        ln.File.filter().none(),
        ln.File.filter().annotate(name=F("ulabels__name")),
        ln.File.filter().values("suffix").distinct(),
        ln.File.filter().exclude(ulabels=label),
        ln.File.filter().union(ln.File.filter()),
        of_label[:2],
        of_label.distinct(),
        of_label.filter(key=files[0].key),
        of_label.filter(ulabels=other),
        of_label.exclude(ulabels=other),
        of_label.filter(Q(suffix=".x") | Q(ulabels=other)),
        ln.File.filter(ulabels__in=[label, other]).distinct(),
        ln.File.filter(ulabels__in=ln.ULabel.filter(name="label")),
        ln.File.filter(ulabels__name__startswith="o"),
        ln.File.filter(ulabels=label, key=files[0].key),
        ln.File.filter(ulabels=label, feature_sets__isnull=True),
        ln.File.filter(ulabels__isnull=True),
        ln.File.filter(ulabels__created_by=ln.User.filter().first()),
        ln.File.filter().filter(Q(ulabels=label) | Q(ulabels=other)),
        ln.File.filter(run=None),
        ln.File.filter(key__startswith=".lamindb/runs/"),
    ]:
        assert queryset.count() == read(queryset), queryset.query
    evaluated = ln.File.filter(ulabels=label)
    assert len(evaluated) == 3
    files[0].ulabels.remove(label)
    assert evaluated.count() == 3


def test_where_no_number_is_kept_files_are_counted(kept):
    """As in a database that nobody migrated yet; from the next deploy on, it is kept again."""
    from django.db import connection

    make_files(2)
    number = read(ln.File.filter())
    connection.check_constraints()  # Postgres changes no table that has checks left to do
    kept.drop()
    assert kept.number_of(ln.File) is None
    assert ln.File.filter().count() == number
    kept.ensure()
    assert kept.number_of(ln.File) == number


@pytest.mark.sqlite
def test_table_that_lost_its_triggers_is_counted(kept):
    """Whoever remakes a table drops its triggers; the old number is not believed."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute('DROP TRIGGER "lamin_count_insert_lnschema_core_file"')
    kept.forget()
    make_files(2)
    assert ln.File.filter().count() == read(ln.File.filter())
    kept.ensure()
    assert kept.number_of(ln.File) == read(ln.File.filter())


@pytest.mark.postgres
@pytest.mark.commits
def test_many_writers_on_postgres_wait_for_nobody_and_the_number_is_exact(kept, database_url, monkeypatch):
    """Changes of transactions that are open, committed and rolled back at the same time add up, and are put together."""
    import psycopg2
    from django.db import connection

    from lnschema_core.counting import definitions

    monkeypatch.setattr(definitions, "_PUTS_TOGETHER", 0.5)
    kept.rebuild()
    before = kept.number_of(ln.File)
    storage, user = ln.Storage.filter().first().pk, ln.User.filter().first().pk
    insert = (
        "INSERT INTO lnschema_core_file (id, storage_id, suffix, created_at, updated_at, created_by_id) "
        "SELECT %s || i, %s, '', now(), now(), %s FROM generate_series(1, %s) AS i"
    )

    def write(writer: int) -> None:
        with closing(psycopg2.connect(database_url)) as one, closing(psycopg2.connect(database_url)) as another:
            for turn in range(12):
                for number, session in enumerate((one, another)):
                    with session.cursor() as cursor:
                        cursor.execute("SET lock_timeout = '5s'")
                        cursor.execute(insert, [f"w{writer}t{turn}n{number}x", storage, user, 3])
                        cursor.execute("DELETE FROM lnschema_core_file WHERE id = %s", [f"w{writer}t{turn}n{number}x1"])
                another.rollback()
                one.commit()

    try:
        with ThreadPoolExecutor(6) as pool:
            list(pool.map(write, range(6)))
        assert kept.number_of(ln.File) == before + 6 * 12 * 2 == read(ln.File.filter())
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM lamin_count")
            assert cursor.fetchone()[0] < 60
            cursor.execute("DELETE FROM lnschema_core_file WHERE id LIKE 'w%t%n%x%'")
        assert kept.number_of(ln.File) == before
    finally:
        monkeypatch.undo()
        kept.rebuild()


@pytest.mark.postgres
@pytest.mark.commits
def test_who_may_not_read_numbers_counts_and_who_may_not_write_them_saves(kept, database_url):
    """A role has rights on the registry alone."""
    import psycopg2

    with closing(psycopg2.connect(database_url)) as owner, owner.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS scribe")
        cursor.execute("CREATE ROLE scribe LOGIN")
        cursor.execute("GRANT SELECT, INSERT, DELETE ON lnschema_core_file TO scribe")
        owner.commit()
    number, storage, user = kept.number_of(ln.File), ln.Storage.filter().first().pk, ln.User.filter().first().pk
    scribe = psycopg2.connect(database_url.replace("//lamin:", "//scribe:"))
    try:
        with closing(scribe), scribe, scribe.cursor() as cursor:
            cursor.execute(
                "INSERT INTO lnschema_core_file (id, storage_id, suffix, created_at, updated_at, created_by_id) "
                "VALUES ('scribescribescribe00', %s, '', now(), now(), %s)",
                [storage, user],
            )
            cursor.execute("SELECT has_table_privilege('lamin_count', 'SELECT')")
            assert cursor.fetchone() == (False,)
        assert ln.File.filter().count() == number + 1
        ln.File.objects.filter(pk="scribescribescribe00").delete()
    finally:
        with closing(psycopg2.connect(database_url)) as owner, owner.cursor() as cursor:
            cursor.execute("DROP OWNED BY scribe")
            cursor.execute("DROP ROLE scribe")
            owner.commit()


def test_deploy_and_reindex_count_anew(sandbox: Sandbox):
    """A number that went wrong, such as by triggers that were disabled, is mended by ``lamin reindex``; a missing one by deploy."""
    sandbox.lamin("init", "--storage", "s")
    look = "import lamindb as ln; from django.db import connection; from lnschema_core.counting import kept; ln.File.filter().count(); "
    show = "print(kept.number_of(ln.File))"
    sandbox.python(look + "connection.cursor().execute('UPDATE lamin_count SET records = 7')")
    assert sandbox.python(look + show).stdout.endswith("7\n")
    sandbox.lamin("reindex")
    assert sandbox.python(look + show).stdout.endswith("0\n")
    assert sandbox.python(look + "kept.drop();" + show).stdout.endswith("None\n")
    sandbox.lamin("migrate", "deploy")
    assert sandbox.python(look + show).stdout.endswith("0\n")
