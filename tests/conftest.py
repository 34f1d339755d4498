"""What tests share: a user in a temporary folder, one instance per process, and the promise to leave it as it was.

``instance`` is the shared instance, on the database of ``--database``. Whatever a test that uses it writes is rolled back;
``@pytest.mark.commits`` deletes new rows instead, for tests that need real commits, threads or several processes.
``sandbox`` is a fresh user without an instance, ``fresh_instance`` one with an instance of their own.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.sandbox import Sandbox, isolated_environment
from tests.servers import postgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lamindb.setup.instances import InstanceSettings

_HOME = pytest.StashKey[Path]()


# -- the run ----------------------------------------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the choice of the database."""
    parser.addoption(
        "--database",
        choices=["sqlite", "postgres"],
        default="sqlite",
        help="database of the shared instance; with postgres only tests that use it run",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Give this process a home of its own before anything of lamindb is imported."""
    home = Path(tempfile.mkdtemp(prefix="lamin-tests-")).resolve()
    config.stash[_HOME] = home
    environment = isolated_environment(home)
    for name in os.environ.keys() - environment.keys():
        if not name.startswith("PYTEST_"):
            del os.environ[name]
    os.environ.update(environment)
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # of a job in the background; children would ignore it, too
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove the home."""
    shutil.rmtree(config.stash[_HOME], ignore_errors=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that are about the other database, and those that have run on SQLite and use none.

    Tests that don't use the shared instance come first: once it is made, the process stays connected to it.
    """
    on_postgres = config.getoption("--database") == "postgres"
    config.hook.pytest_deselected(items=[item for item in items if not _belongs(item, on_postgres=on_postgres)])
    items[:] = sorted((item for item in items if _belongs(item, on_postgres=on_postgres)), key=_uses_instance)


def _uses_instance(item: pytest.Item) -> bool:
    return "instance" in getattr(item, "fixturenames", ())


def _belongs(item: pytest.Item, *, on_postgres: bool) -> bool:
    about = {marker.name for marker in item.iter_markers()} & {"sqlite", "postgres"}
    if about:
        return ("postgres" in about) == on_postgres
    return not on_postgres or _uses_instance(item)


# -- instances --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The start of the database urls of a Postgres server."""
    with postgres.running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def database_url(request: pytest.FixtureRequest) -> str | None:
    """The url of an empty Postgres database, or None for SQLite."""
    if request.config.getoption("--database") == "sqlite":
        return None
    return postgres.create_database(request.getfixturevalue("postgres_server"), "lamin_tests")


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory, database_url: str | None) -> Iterator[InstanceSettings]:
    """The settings of the instance that the tests of this process share."""
    from lamindb import setup

    setup.init(storage=tmp_path_factory.mktemp("storage"), name="shared", db=database_url)
    setup.connection.connect()
    yield setup.settings.instance
    setup.close(mute=True)


@pytest.fixture
def sandbox(tmp_path: Path) -> Sandbox:
    """A user with an empty home, for commands and scripts in processes of their own."""
    return Sandbox(tmp_path / "home")


@pytest.fixture
def fresh_instance(sandbox: Sandbox) -> Callable[..., Sandbox]:
    """Make an instance for a fresh user: ``fresh_instance()`` or ``fresh_instance("--name", "x")``; returns the user."""

    def make(*options: str) -> Sandbox:
        sandbox.lamin("init", "--storage", str(sandbox.home / "storage"), *options)
        return sandbox

    return make


# -- as it was --------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _leave_as_found(request: pytest.FixtureRequest) -> Iterator[None]:
    """Undo what a test did to the shared instance."""
    if "instance" not in request.fixturenames:
        yield
        return
    instance = request.getfixturevalue("instance")
    commits = request.node.get_closest_marker("commits") is not None
    with ExitStack() as stack:
        stack.enter_context(_same_objects(Path(instance.storage.root_as_str)))
        stack.enter_context(_same_process_state())
        stack.enter_context(_same_rows() if commits else _rolled_back())
        yield


@contextmanager
def _rolled_back() -> Iterator[None]:
    from django.db import transaction

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def _same_rows() -> Iterator[None]:
    """Delete the rows that are new at the end."""
    from django.apps import apps
    from django.db import transaction

    models = apps.get_models(include_auto_created=True)
    before = {model: set(model._base_manager.values_list("pk", flat=True)) for model in models}
    try:
        yield
    finally:
        # Foreign keys are checked at the end of the transaction, so the order of tables does not matter.
        with transaction.atomic():
            for model, keys in before.items():
                new = set(model._base_manager.values_list("pk", flat=True)) - keys
                model._base_manager.filter(pk__in=new)._raw_delete(using="default")


@contextmanager
def _same_objects(root: Path) -> Iterator[None]:
    """Delete the objects that are new in a local storage at the end."""
    before = set(root.rglob("*"))
    try:
        yield
    finally:
        for path in sorted(set(root.rglob("*")) - before, reverse=True):
            if path.is_dir() and not path.is_symlink():
                path.rmdir()
            else:
                path.unlink(missing_ok=True)


@contextmanager
def _same_process_state() -> Iterator[None]:
    """Restore the verbosity and the settings of the process, and forget the current run."""
    from lamindb import log
    from lnschema_core import runs
    from lnschema_core.settings import settings

    verbosity, chosen = log.verbosity(), dict(vars(settings))
    try:
        yield
    finally:
        log.set_verbosity(verbosity)
        vars(settings).clear()
        vars(settings).update(chosen)
        runs.set_current(None)


# -- helpers ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def count_queries(instance: InstanceSettings) -> Callable[[], Any]:
    """What counts the statements of a block: the length of the result of its ``with``."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connection)


@pytest.fixture(scope="session")
def pbmc68k_path() -> Path:
    """A real single-cell data set, as an h5ad file that must not be changed."""
    from importlib.util import find_spec

    spec = find_spec("scanpy")
    if spec is None or not spec.submodule_search_locations:
        pytest.fail("the sample data is missing: pip install --no-deps scanpy")
    return Path(spec.submodule_search_locations[0]) / "datasets" / "10x_pbmc68k_reduced.h5ad"


# -- time -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def an_hour_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever is on disk was written an hour ago as far as digests are remembered, and every disk is a local one."""
    from lamindb.io import file_systems, remembered

    mounts = tmp_path / "mounts"
    mounts.write_text("/dev/root / ext4 rw 0 0\n")
    monkeypatch.setattr(file_systems, "MOUNTS", mounts)
    now = remembered.time.time
    monkeypatch.setattr(remembered.time, "time", lambda: now() + 3600)
