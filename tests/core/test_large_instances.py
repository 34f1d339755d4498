"""What is asked of instances with millions of files is answered by indexes."""

from __future__ import annotations

import pytest
from django.db import connection

import lamindb as ln

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
