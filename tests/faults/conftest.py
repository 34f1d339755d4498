"""What tests of faults share: the door, the storage, and what is true after every fault."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest

from tests.servers import postgres


@pytest.fixture
def no_copies(instance):
    """A cache without copies that tests before have left."""
    for folder in instance.storage.cache_dir.iterdir():
        if folder.is_dir():
            shutil.rmtree(folder)


@pytest.fixture
def ln(instance, no_copies):
    """The door, which may register the same content twice."""
    import lamindb

    lamindb.settings.upon_file_create_if_hash_exists = "warn_create_new"
    lamindb.settings.verbosity = "error"
    return lamindb


@pytest.fixture
def root(instance):
    """The root of the default storage location."""
    return Path(instance.storage.root_as_str)


@pytest.fixture
def empty(ln, root):
    """What removes all files, rows and objects, as far as tests have made them."""
    before = set(root.rglob("*"))

    def remove():
        ln.File.filter().update(initial_version=None)
        ln.File.filter()._raw_delete("default")
        for path in sorted(set(root.rglob("*")) - before, reverse=True):
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)

    return remove


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgres", marks=pytest.mark.postgres)]
)
def lab(request, fresh_instance):
    """A user with an instance on one of the databases."""
    if request.param == "sqlite":
        return fresh_instance("--name", "lab")
    server = request.getfixturevalue("postgres_server")
    url = postgres.create_database(server, f"t{uuid.uuid4().hex}")
    return fresh_instance("--name", "lab", "--db", url)
