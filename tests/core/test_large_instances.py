"""What is asked of instances with millions of files is answered by indexes."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.usefixtures("instance")


@pytest.mark.parametrize(("link", "target"), [("FileULabel", "ulabel_id"), ("FileFeatureSet", "feature_set_id")])
def test_files_of_a_label_are_told_by_an_index_alone(link, target):
    """No link is read to know the files of a label or a feature set, so that those of both are compared in one order."""
    from lnschema_core import models

    links = getattr(models, link)._default_manager.filter(**{target: "x"}).values_list("file_id")
    if connection.vendor == "sqlite":
        assert "USING COVERING INDEX files_of_" in links.explain()
        return
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_bitmapscan = off")
    assert "Index Only Scan using files_of_" in links.explain()
