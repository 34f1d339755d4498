"""What is asked of instances with millions of files is answered by indexes."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.utils import timezone

import lamindb as ln
from lnschema_core import ids

if TYPE_CHECKING:
    from collections.abc import Iterator

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


# -- databases that were told to look at themselves -------------------------------------------------------------------

A_HUNDRED = 100


@pytest.fixture
def count_steps(instance):
    """What counts the steps of SQLite's virtual machine in a block, in hundreds: the length of the result of its ``with``."""

    @contextmanager
    def counting() -> Iterator[list[None]]:
        steps: list[None] = []
        connection.connection.set_progress_handler(lambda: steps.append(None), A_HUNDRED)
        try:
            yield steps
        finally:
            connection.connection.set_progress_handler(None, 0)

    return counting


def make_chain(steps):
    """The last file of runs that each use the file of the run before, all made long ago."""
    transform = ln.Transform(name="Step", type="pipeline")
    transform.save()
    storage, long_ago = ln.Storage.filter().first(), timezone.now() - timedelta(days=1000)
    runs = [ln.Run.from_fields(transform=transform, run_at=timezone.now()) for _ in range(steps)]
    files = [ln.File.from_fields(id=ids.base62_20(), storage=storage, suffix=".txt", run=run) for run in runs]
    ln.Run.objects.bulk_create(runs)
    ln.File.objects.bulk_create(files)
    ln.File.objects.filter(pk__in=[file.pk for file in files]).update(created_at=long_ago)
    link = ln.File.input_of.through
    link.objects.bulk_create(link(file=file, run=run) for file, run in zip(files, runs[1:], strict=False))
    return files[-1]


def make_others(number):
    """Files beside the chain that came later."""
    storage = ln.Storage.filter().first()
    ln.File.objects.bulk_create(
        ln.File.from_fields(id=ids.base62_20(), storage=storage, suffix=".txt") for _ in range(number)
    )


@pytest.mark.sqlite
def test_flow_among_many_files_is_found_whatever_the_planner_was_told(count_steps):
    """``ANALYZE`` tells that nearly all files have the same first version, which is none: the database still looks for newer ones by it."""
    file = make_chain(50)
    make_others(20)
    with count_steps() as alone:
        file.view_flow()
    make_others(5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with count_steps() as among_others:
        file.view_flow()
    assert len(among_others) < 10 * len(alone)
