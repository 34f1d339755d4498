"""Tests leave the shared instance as they found it: each of these runs twice and finds nothing of the other run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import lamindb as ln
from lamindb import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from lamindb.setup.instances import InstanceSettings
    from tests.sandbox import Sandbox

TWICE = pytest.mark.parametrize("time", ["first", "second"])


@TWICE
def test_rows_are_rolled_back(instance: InstanceSettings, time: str) -> None:
    """What a test saves is gone in the next."""
    assert not ln.ULabel.filter(name="left behind").exists()
    ln.ULabel(name="left behind").save()


@TWICE
@pytest.mark.commits
def test_committed_rows_are_deleted(instance: InstanceSettings, time: str) -> None:
    """What a test commits, links between records included, is gone in the next; rows that must exist stay."""
    from django.db import connection

    assert not connection.in_atomic_block
    assert not ln.ULabel.filter(name__startswith="committed").exists()
    assert ln.User.filter().count() == 1
    parent, child = ln.ULabel(name="committed 1"), ln.ULabel(name="committed 2")
    ln.save([parent, child])
    child.parents.add(parent)


@TWICE
def test_objects_are_deleted(instance: InstanceSettings, time: str) -> None:
    """Objects that a test stores are gone in the next, with their folders."""
    folder = Path(instance.storage.root_as_str) / "folder"
    assert not folder.exists()
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "object.txt").write_text("content")


@TWICE
def test_settings_are_restored(instance: InstanceSettings, time: str) -> None:
    """The verbosity and the settings of the process are as before in the next test."""
    assert log.verbosity() == 1
    assert ln.settings.track_run_inputs is True
    log.set_verbosity(5)
    ln.settings.track_run_inputs = False


def test_statements_are_counted(instance: InstanceSettings, count_queries: Callable[[], Any]) -> None:
    """A query is one statement."""
    with count_queries() as queries:
        ln.ULabel.filter().count()
    assert len(queries) == 1


def test_home_is_not_the_users(instance: InstanceSettings) -> None:
    """Settings of tests are in a temporary folder."""
    assert "lamin-tests-" in str(Path.home())


@pytest.mark.sqlite
def test_sqlite_is_the_default_database(instance: InstanceSettings) -> None:
    """Without an option, the shared instance is on SQLite."""
    assert instance.dialect == "sqlite"


@pytest.mark.postgres
def test_postgres_can_be_chosen(instance: InstanceSettings) -> None:
    """With ``--database postgres``, the shared instance is on Postgres."""
    assert instance.dialect == "postgresql"


def test_fresh_instance_is_another_one(instance: InstanceSettings, fresh_instance: Callable[..., Sandbox]) -> None:
    """A fresh instance has its own database, in another process."""
    ln.ULabel(name="only here").save()
    user = fresh_instance("--name", "other")
    code = "import lamindb as ln; print(ln.setup.settings.instance.name, ln.ULabel.filter().count())"
    assert user.python(code).stdout.splitlines()[-1] == "other 0"
