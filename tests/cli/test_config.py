"""config: settings in layers, and the files that hold them."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

import pytest

from lamindb.cli.configfile import changed

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox


def setting(user: Sandbox, key: str, *options: str) -> dict[str, str]:
    """A setting with its origin."""
    return json.loads(user.lamin("config", "get", key, "--json", *options).stdout)


def test_layers(sandbox: Sandbox) -> None:
    """User file below project file below environment; the origin says which one decided."""
    assert setting(sandbox, "verbosity")["origin"] == "default"
    sandbox.lamin("config", "set", "verbosity", "1")
    assert setting(sandbox, "verbosity") == {
        "key": "verbosity",
        "value": "1",
        "origin": f"user ({sandbox.home}/.lamin/config.toml)",
    }
    sandbox.lamin("config", "set", "verbosity", "2", "--project")
    assert setting(sandbox, "verbosity")["origin"] == f"project ({sandbox.home}/lamin.toml)"
    sandbox.environment["LAMIN_VERBOSITY"] = "4"
    assert setting(sandbox, "verbosity")["value"] == "4"
    assert setting(sandbox, "verbosity")["origin"] == "environment (LAMIN_VERBOSITY)"


def test_unset(sandbox: Sandbox) -> None:
    """A choice is taken back, and only in the file that is meant."""
    sandbox.lamin("config", "set", "verbosity", "hint")
    assert "was not set" in sandbox.lamin("config", "unset", "verbosity", "--project").stdout
    assert setting(sandbox, "verbosity")["value"] == "hint"
    sandbox.lamin("config", "unset", "verbosity")
    assert setting(sandbox, "verbosity")["value"] is None


def test_set_says_if_a_higher_layer_decides(sandbox: Sandbox) -> None:
    """A choice without effect is stored with a warning."""
    sandbox.environment["LAMIN_VERBOSITY"] = "3"
    done = sandbox.lamin("config", "set", "verbosity", "1")
    assert "from a higher layer: environment (LAMIN_VERBOSITY)" in done.stdout


def test_set_says_if_another_instance_is_loaded(fresh_instance: Callable[..., Sandbox]) -> None:
    """Of the instance, what is loaded decides above the user's file; one that nobody knows is named."""
    user = fresh_instance("--name", "first")
    user.lamin("init", "--storage", "second")
    assert "all the same" in user.lamin("config", "set", "instance", "first").stdout
    user.lamin("close")
    assert "- name: first" in user.lamin("info").stdout
    assert "is not known" in user.lamin("config", "set", "instance", "nosuch").stdout


def test_list_shows_everything_without_secrets(fresh_instance: Callable[..., Sandbox]) -> None:
    """The list has choices, user and instance, each with an origin; secrets are masked."""
    user = fresh_instance()
    user.environment["LAMIN_USER_PASSWORD"] = "my-secret-password"
    rows = user.lamin("config", "list", "--show-origin").stdout.splitlines()
    assert rows[0].split() == ["setting", "value", "origin"]
    assert any(row.startswith("instance.storage_root") and str(user.home / "storage") in row for row in rows)
    assert any(row.startswith("user.password") and "LAMIN_USER_PASSWORD" in row for row in rows)
    assert "my-secret-password" not in "".join(rows)
    plain = user.lamin("config", "list").stdout.splitlines()
    assert f"instance.storage_root={user.home}/storage" in plain


def test_instance_of_a_project(fresh_instance: Callable[..., Sandbox]) -> None:
    """A project file chooses the instance of a folder, whatever is loaded."""
    user = fresh_instance("--name", "first")
    user.lamin("init", "--storage", "second")
    user.lamin("config", "set", "instance", "first", "--project")
    assert "- name: first" in user.lamin("info").stdout
    assert "- name: second" in user.lamin("info", "--instance", "second").stdout


@pytest.mark.parametrize(
    ("key", "value", "status"),
    [
        ("verbosity", "9", 17),
        ("verbosity", "loud", 17),
        ("sync", "always", 17),
        ("instance", "a/b/c", 1),
        ("nosuch", "1", 2),
        ("user.password", "x", 2),
    ],
)
def test_bad_value_changes_nothing(sandbox: Sandbox, key: str, value: str, status: int) -> None:
    """A key that can't be set, or a value that makes no sense, is refused."""
    assert sandbox.lamin("config", "set", key, value, check=False).returncode == status
    assert not (sandbox.home / ".lamin" / "config.toml").exists()


def test_file_is_private(sandbox: Sandbox) -> None:
    """The user's file is readable by the user only."""
    sandbox.lamin("config", "set", "verbosity", "1")
    assert stat.S_IMODE((sandbox.home / ".lamin" / "config.toml").stat().st_mode) == 0o600


def test_broken_file_is_not_overwritten(sandbox: Sandbox) -> None:
    """A file that is not TOML is named, and stays as it is."""
    path = sandbox.home / "lamin.toml"
    path.write_text("this is = = not TOML")
    done = sandbox.lamin("config", "set", "verbosity", "1", "--project", check=False)
    assert done.returncode == 17
    assert str(path) in done.stderr
    assert path.read_text() == "this is = = not TOML"


@pytest.mark.parametrize(
    ("before", "value", "after"),
    [
        ("", "1", 'verbosity = "1"\n'),
        ("# mine\n", "1", '# mine\nverbosity = "1"\n'),
        ("# mine", "1", '# mine\nverbosity = "1"\n'),
        ('verbosity="2" # why\nother = 1\n', "1", 'verbosity = "1"\nother = 1\n'),
        ("a = 1\n[table]\nverbosity = 2\n", "1", 'a = 1\nverbosity = "1"\n[table]\nverbosity = 2\n'),
        ("verbosity = 2\nother = 1\n", None, "other = 1\n"),
        ("other = 1\n", None, "other = 1\n"),
        ("", 'quo"te\\ \x7f', 'verbosity = "quo\\"te\\\\ \\u007F"\n'),
    ],
)
def test_one_line_changes(before: str, value: str | None, after: str) -> None:
    """Only the line of the key changes; comments and tables stay."""
    assert changed(before, "verbosity", value) == after
