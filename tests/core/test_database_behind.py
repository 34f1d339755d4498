"""A database of 0.54 that nobody has migrated yet is read and labelled as far as its tables allow."""

from __future__ import annotations

import textwrap
import uuid

import pytest

from tests.servers import postgres

SET_UP = """
import lamindb as ln
ln.setup.init(storage="storage", db=DATABASE)
import anndata as ad, numpy as np, pandas as pd
from django.core.management import call_command
from django.db import DatabaseError
from lamindb.errors import DatabaseBehind
from lnschema_core.annotation.describe import describe, describe_html
"""

MAKE = """
ln.save([ln.Feature(name=name, type="category") for name in ("kind", "other")])
ln.save([ln.ULabel(name=name) for name in ("a", "b")])
file = ln.File.from_df(pd.DataFrame({"kind": ["a", "a"]}), description="file")
file.save()
file.labels.add(ln.ULabel.filter(name="a").one(), ln.Feature.filter(name="kind").one())
call_command("migrate", "lnschema_core", "0001_squashed_0019", verbosity=0)
"""

USE = """
feature, other = ln.Feature.filter(name="kind").one(), ln.Feature.filter(name="other").one()
a, b = ln.ULabel.filter(name="a").one(), ln.ULabel.filter(name="b").one()
file = ln.File.filter(description="file").one()
"""


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgres", marks=pytest.mark.postgres)]
)
def behind(request, sandbox):
    """Run code in a process whose database has the tables of 0.54, with a labelled file."""
    database = None
    if request.param == "postgres":
        database = postgres.create_database(request.getfixturevalue("postgres_server"), f"t{uuid.uuid4().hex}")
    set_up = SET_UP.replace("DATABASE", repr(database))
    sandbox.python(set_up + MAKE)
    return lambda code: (
        sandbox.python(SET_UP.partition("ln.setup.init")[0] + CONNECT + USE + textwrap.dedent(code)).stdout
    )


CONNECT = "ln.File\n" + SET_UP.partition("db=DATABASE)\n")[2]


def test_it_is_read_after_a_warning(behind):
    """What links have is there."""
    out = behind("""
        assert file.labels.get(feature).one() == a
        assert ln.File.filter_by_label("a", feature).one() == ln.File.filter_by_label(a, feature).one() == file
        assert not ln.File.filter_by_label("a", other).exists()
        for shown in (describe(file), repr(file.features)):
            assert "    🔗 kind (1, core.ULabel): 'a'" in shown.splitlines()
        assert repr(file.labels) == "Labels:\\n  🏷️ ulabels (1, core.ULabel): 'a'"
        assert "kind" in describe_html(file)
        ln.view()
    """)
    assert "Your database is not up to date" in out
    assert "0020_label_features" in out


def test_it_is_labelled_as_far_as_links_have_room(behind):
    """What they have no room for is refused as a whole, with what to do."""
    behind("""
        file.labels.add(b, feature)
        assert set(file.labels.get(feature)) == {a, b}
        try:
            file.labels.add(a, other)
        except DatabaseBehind as error:
            assert "1 of the labels from core.ULabel are under another feature already" in str(error)
            assert "misses migration 0020_label_features; deploy it: lamin migrate deploy" in str(error)
        else:
            raise AssertionError
        assert ln.Feature.filter(name="other").one().registries is None
        assert file.feature_sets["external"] is None
    """)


def test_slots_that_it_has_no_room_for_stay_empty(behind):
    """With a warning that says why."""
    out = behind("""
        adata = ad.AnnData(
            np.zeros((2, 1)),
            obs=pd.DataFrame({"kind": ["x", "x"]}, index=["1", "2"]),
            var=pd.DataFrame(index=["kind"]),
        )
        cells = ln.File.from_anndata(adata, ln.Feature.name, description="cells")
        cells.save()
        assert (cells.feature_sets["var"] is None) != (cells.feature_sets["obs"] is None)
    """)
    assert "stays empty, as its features are in slot" in out
    assert "lamin migrate deploy" in out


def test_errors_of_what_it_has_no_tables_for_say_why(behind):
    """Registries that are new have no rows to ask for."""
    behind("""
        from lnschema_core.models import FileLabelFeature
        try:
            FileLabelFeature.filter().list()
        except DatabaseError as error:
            assert "lamin migrate deploy" in error.__notes__[0]
        else:
            raise AssertionError
    """)


def test_records_are_deleted_with_what_its_tables_have(behind):
    """By themselves and by queries."""
    behind("""
        from lnschema_core.models import FileULabel
        file.delete(storage=True)
        assert not ln.File.filter().exists() and not FileULabel.filter().exists()
        assert ln.Feature.filter(name="kind").delete()[0] >= 1
        other.delete()
        assert not ln.Feature.filter().exists() and ln.ULabel.filter().count() == 2
    """)


def test_it_has_room_once_it_is_migrated(behind):
    """In the process that does it, too; nothing is lost."""
    behind("""
        ln.setup.migrate.deploy()
        file.labels.add(a, other)
        assert file.labels.get(feature).one() == file.labels.get(other).one() == a
        assert "    🔗 other (1, core.ULabel): 'a'" in describe(file).splitlines()
        file.delete(storage=False)
    """)
