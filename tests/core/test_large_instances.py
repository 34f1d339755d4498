"""What is asked of instances with millions of files is answered by indexes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

import lamindb as ln
from lnschema_core import ids
from lnschema_core.history.captured import KEY_PREFIX, new_id
from lnschema_core.rows.values import AnyOf
from tests.ladders import make_ladder

pytestmark = pytest.mark.usefixtures("instance")


@pytest.mark.parametrize(
    ("link", "columns"),
    [
        ("FileULabel", ["ulabel_id"]),
        ("FileULabel", ["ulabel_id", "feature_id"]),
        ("FileFeatureSet", ["feature_set_id"]),
    ],
)
def test_files_of_a_label_are_told_by_an_index_alone(link, columns):
    """No link is read to know the files of a label, under a feature or not, or of a feature set.

    What Postgres chooses depends on what it knows of a table, which is nothing yet: there the index has all that is asked for.
    """
    from lnschema_core import models

    registry = getattr(models, link)
    if connection.vendor == "sqlite":
        links = registry._default_manager.filter(**dict.fromkeys(columns, "x")).values_list("file_id")
        assert "USING COVERING INDEX files_of_" in links.explain()
        return
    with connection.cursor() as cursor:
        known = connection.introspection.get_constraints(cursor, registry._meta.db_table)
    [has] = [one["columns"] for name, one in known.items() if name.startswith("files_of_")]
    assert has[0] == columns[0]
    assert {*columns, "file_id"} <= {*has}


@pytest.mark.sqlite
def test_files_with_a_label_under_a_feature_are_found_without_looking_at_every_link():
    """Further features of labels are rare: they are looked up once, and not for each file that has the label."""
    feature = ln.Feature.from_fields(name="kind", type="category", registries="core.ULabel")
    label = ln.ULabel.from_fields(name="label")
    ln.save([feature, label])
    plan = ln.File.filter_by_label(label, feature).explain()
    assert "CORRELATED" not in plan


@pytest.mark.sqlite
def test_any_number_of_records_are_found_by_an_index():
    """Whatever the release of Django: as a condition that is compared with true, all records would be looked at."""
    for found in (AnyOf("pk", ["x"]), AnyOf("name", ["x"])):
        assert "SEARCH lnschema_core_ulabel USING" in ln.ULabel.filter().filter(found).explain()


# -- databases that were told to look at themselves -------------------------------------------------------------------

A_HUNDRED = 100


@pytest.fixture
def count_steps(instance):
    """What counts the steps of SQLite's virtual machine that a call takes, in hundreds."""

    def count(call) -> int:
        steps: list[None] = []
        connection.connection.set_progress_handler(lambda: steps.append(None), A_HUNDRED)
        try:
            call()
        finally:
            connection.connection.set_progress_handler(None, 0)
        return len(steps)

    return count


def make_others(number):
    """Files without a run, and runs that are no steps, beside what is looked at and after it."""
    storage, transform = ln.Storage.filter().first(), ln.Transform.filter().first()
    make_executions(transform, number)
    ln.File.objects.bulk_create(
        ln.File.from_fields(id=ids.base62_20(), storage=storage, suffix=".txt") for _ in range(number)
    )


def make_executions(transform, number, parent=None):
    """Runs that may be steps of another one."""
    execution = ln.Run.execution.related.related_model
    runs = [ln.Run.from_fields(transform=transform, run_at=timezone.now()) for _ in range(number)]
    ln.Run.objects.bulk_create(runs)
    execution.objects.bulk_create(execution(run=run, parent=parent) for run in runs)


@pytest.mark.sqlite
@pytest.mark.parametrize("steps", [0, 50])
def test_flow_among_many_files_reads_none_of_them_whatever_the_planner_was_told(count_steps, steps):
    """``ANALYZE`` tells that nearly all files have the same first version, and most runs the same run around them, which is none."""
    transform = ln.Transform(name="Step", type="pipeline")
    transform.save()
    runs, files = make_ladder(transform, 50, width=1)
    ln.File.objects.filter(run__in=runs).update(created_at=timezone.now() - timedelta(days=1000))
    make_executions(transform, steps, parent=runs[25])
    make_others(10)
    alone = [count_steps(host.view_flow) for host in (files[-1][0], runs[25])]
    make_others(2_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    among_others = [count_steps(host.view_flow) for host in (files[-1][0], runs[25])]
    assert sum(among_others) < 2 * sum(alone)


@pytest.mark.sqlite
def test_files_of_a_label_among_many_captured_ones_are_counted_by_links_alone(count_steps):
    """There are as many captured files as runs: none of them is read, whatever ``ANALYZE`` told."""
    label, storage = ln.ULabel.from_fields(name="label"), ln.Storage.filter().first()
    label.save()
    ln.File.objects.bulk_create(
        ln.File.from_fields(id=ids.base62_20(), storage=storage, suffix=".txt") for _ in range(20)
    )
    label.files.add(*ln.File.objects.all())
    alone = count_steps(ln.File.filter(ulabels=label).count)
    ln.File.objects.bulk_create(
        ln.File.from_fields(id=new_id(), storage=storage, suffix=".txt", key=f"{KEY_PREFIX}{number}.txt")
        for number in range(1_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert count_steps(ln.File.filter(ulabels=label).count) <= alone + 1
