"""The instance of the tests of biological registries: one that mounts them, shared like that of the other tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.servers import postgres

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.setup.instances import InstanceSettings


@pytest.fixture(scope="package")
def instance(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[InstanceSettings]:
    """The settings of an instance with biological registries; the process goes back to the one that it had."""
    from lamindb import setup

    before = setup.settings.instance.identifier if setup.connection.is_connected() else None
    url = None
    if request.config.getoption("--database") == "postgres":
        url = postgres.create_database(request.getfixturevalue("postgres_server"), "bionty_tests")
    setup.init(storage=tmp_path_factory.mktemp("storage"), name="biology", schema="bionty", db=url)
    setup.connection.connect()
    yield setup.settings.instance
    if before is None:
        setup.close(mute=True)
    else:
        setup.load(before)


@pytest.fixture(autouse=True)
def _same_settings() -> Iterator[None]:
    """Forget the species that a test chose."""
    from lnschema_bionty._settings import settings

    yield
    settings.species = None
    settings.auto_save_parents = True


@pytest.fixture
def lb(instance: InstanceSettings) -> Any:
    """The registries."""
    import lnschema_bionty

    return lnschema_bionty
