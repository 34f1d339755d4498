"""The names that scripts and plug-ins use, under both of their addresses."""

from __future__ import annotations

import subprocess
import sys

import pytest

NAMES = [
    "login",
    "signup",
    "init",
    "load",
    "close",
    "delete",
    "info",
    "set",
    "set_storage",
    "migrate",
    "register",
    "settings",
    "_check_instance_setup",
    "_TESTING",
    "__version__",
]
DEV_NAMES = [
    "UserSettings",
    "InstanceSettings",
    "StorageSettings",
    "deprecated",
    "doc_args",
    "MISSING_MIGRATIONS_WARNING",
    "upath",
    "django",
]


@pytest.mark.parametrize("name", NAMES)
def test_name_is_one_thing_at_both_addresses(name: str) -> None:
    """``lamindb_setup`` is the name under which plug-ins of earlier releases know the set-up layer."""
    import lamindb_setup

    from lamindb import setup

    assert getattr(lamindb_setup, name) is getattr(setup, name)


@pytest.mark.parametrize("name", DEV_NAMES)
def test_name_for_developers_is_one_thing_at_both_addresses(name: str) -> None:
    """Also what is one level deeper."""
    import lamindb_setup.dev

    from lamindb.setup import dev

    assert getattr(lamindb_setup.dev, name) is getattr(dev, name)


def test_modules_for_developers_can_be_imported_by_their_old_names() -> None:
    """``from lamindb_setup.dev.upath import UPath`` is what plug-ins write; both names lead to one module."""
    import lamindb_setup.dev.django
    import lamindb_setup.dev.upath
    from lamindb_setup.dev.upath import UPath

    from lamindb.setup import dev

    assert lamindb_setup.dev.django is dev.django
    assert lamindb_setup.dev.upath is dev.upath
    assert dev.upath.UPath is UPath


def test_flag_for_django_says_whether_it_is_set_up() -> None:
    """``IS_SETUP`` is read live; other names are none of the module's."""
    from lamindb.setup import connection, dev

    assert dev.django.IS_SETUP is connection.is_connected()
    assert not hasattr(dev.django, "IS_SET_UP")


def test_door_is_quick() -> None:
    """Looking at the door, the settings and the layers loads neither Django nor paths of remote storage."""
    code = (
        "import sys; from lamindb.setup import settings; from lamindb.setup import layers, reporting; settings.user\n"
        "print([name for name in ('django', 'upath', 'fsspec', 'sqlite3') if name in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_docstrings_share_texts() -> None:
    """Placeholders of a docstring are filled in their order, for functions and classes."""
    from lamindb.setup.dev import doc_args

    @doc_args("a path", "an address")
    def old() -> None:
        """Open {} or {}."""

    assert old.__doc__ == "Open a path or an address."


def test_instance_has_no_session(tmp_path) -> None:
    """What asks for a session of SQLAlchemy is told what to use."""
    from lamindb.setup.dev import InstanceSettings

    with pytest.raises(NotImplementedError, match=r"django\.db\.connection"):
        InstanceSettings("me", "x", tmp_path).session  # noqa: B018


def test_deprecated_function_says_its_better_name() -> None:
    """The warning is a DeprecationWarning, the function is marked, and its value is passed on."""
    from lamindb.setup.dev import deprecated

    @deprecated("better")
    def old(x: int) -> int:
        """Add one."""
        return x + 1

    with pytest.warns(DeprecationWarning, match="Use better instead of old, old will be removed in the future."):
        assert old(1) == 2
    assert getattr(old, "__deprecated")
    assert old.__doc__ == "Add one."
