"""Completion: scripts, what is offered, and how quickly."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox
from tests.servers import pooler, postgres

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMAND = "import sys; from lamindb.cli import main; sys.exit(main())"


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with two instances, labels, and files with keys."""
    sandbox = Sandbox(tmp_path_factory.mktemp("completion") / "home")
    sandbox.lamin("init", "--storage", "first")
    sandbox.lamin("init", "--storage", "second")
    sandbox.python(
        """
import lamindb as ln
from pathlib import Path
for name in ("neuron", "T cell"):
    ln.ULabel(name=name).save()
Path("notes.txt").write_text("notes")
Path("more.txt").write_text("more notes")
ln.File("notes.txt", key="notes/today.txt").save()
ln.File("more.txt", key="two words.txt").save()
"""
    )
    return sandbox


def asked(user: Sandbox, *words: str) -> subprocess.CompletedProcess[str]:
    """Ask as bash does for what may follow words, of which the last is incomplete."""
    line = " ".join(["lamin", *words])
    environment = user.environment | {
        "_LAMIN_COMPLETE": "bash_complete",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words)),
    }
    return subprocess.run(
        [sys.executable, "-c", COMMAND], cwd=user.home, env=environment, capture_output=True, text=True, check=False
    )


def offered(user: Sandbox, *words: str) -> list[str]:
    """What is offered, quietly."""
    done = asked(user, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return [line.removeprefix("plain,") for line in done.stdout.splitlines() if line]


def test_commands(user: Sandbox) -> None:
    """Names of commands are completed, those of groups of commands, too."""
    assert offered(user, "lo") == ["load", "login"]
    assert offered(user, "config", "") == ["list", "get", "set", "unset"]


def test_options_and_choices(user: Sandbox) -> None:
    """Options and fixed words are completed."""
    assert "--json" in offered(user, "info", "--")
    assert offered(user, "migrate", "s") == ["squash"]
    assert offered(user, "completion", "") == ["bash", "zsh", "fish"]


def test_instances(user: Sandbox) -> None:
    """Names of instances come from the settings."""
    names = offered(user, "load", "")
    assert [name.partition("/")[2] for name in names] == ["first", "second"]
    assert offered(user, "list", "--instance", "") == names


def test_registries(user: Sandbox) -> None:
    """Registries are those of the instance, link tables left out."""
    assert offered(user, "list", "F") == ["Feature", "FeatureSet", "File"]
    assert offered(user, "list", "") == [
        "Dataset", "Feature", "FeatureSet", "File", "Modality", "Run", "Storage", "Transform", "ULabel", "User",
    ]  # fmt: skip
    assert offered(user, "search", "ULab") == ["ULabel"]


def test_ids_and_keys(user: Sandbox) -> None:
    """Ids and keys of records are completed; keys that a shell would tear apart are left out."""
    ids = user.lamin("list", "ULabel", "-q").stdout.split()
    assert sorted(offered(user, "get", "ULabel", "")) == sorted(ids)
    assert offered(user, "get", "ulabel", ids[0][:4]) == [ids[0]]
    assert offered(user, "get", "File", "notes/") == ["notes/today.txt"]
    assert not [name for name in offered(user, "get", "File", "") if "two" in name]


def test_columns(user: Sandbox) -> None:
    """Filters begin with a column."""
    assert offered(user, "list", "ULabel", "--filter", "na") == ["name="]
    assert "created_by_id=" in offered(user, "list", "ULabel", "--filter", "")


def test_nothing_is_offered_where_nothing_can_be_read(user: Sandbox, sandbox: Sandbox) -> None:
    """Without an instance, or with a database that is no database, nothing is offered and nothing complains."""
    assert offered(sandbox, "list", "") == []
    assert offered(sandbox, "get", "NoSuch", "") == []
    sandbox.lamin("init", "--storage", "storage")
    (sandbox.home / "storage" / "storage.lndb").write_text("nonsense, and more of it " * 100)
    assert offered(sandbox, "list", "") == []
    (sandbox.home / ".lamin" / "current_instance.env").write_text("nonsense")
    assert offered(sandbox, "list", "") == []


def test_completion_reads_while_others_write(user: Sandbox) -> None:
    """A write lock on the database does not keep the shell waiting."""
    with closing(sqlite3.connect(user.home / "second" / "second.lndb", isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        assert "ULabel" in offered(user, "list", "")
        connection.execute("ROLLBACK")


@pytest.mark.postgres
def test_completion_from_postgres(postgres_server: str, sandbox: Sandbox) -> None:
    """Registries, columns and ids are completed from a Postgres database as well, behind a pool of connections, too."""
    url = postgres.create_database(postgres_server, "completion")
    sandbox.lamin("init", "--storage", "storage", "--db", url)
    record_id = sandbox.lamin("list", "Storage", "-q").stdout.strip()
    assert offered(sandbox, "list", "UL") == ["ULabel"]
    assert offered(sandbox, "list", "ULabel", "--filter", "na") == ["name="]
    assert offered(sandbox, "get", "Storage", record_id[:3]) == [record_id]
    with pooler.running_pool(url) as pooled:
        sandbox.lamin("init", "--storage", "storage", "--name", "pooled", "--db", pooled)
        assert offered(sandbox, "get", "Storage", record_id[:3]) == [record_id]


@pytest.mark.parametrize("words", [["list", ""], ["get", "ULabel", ""], ["load", ""]], ids=lambda words: words[0])
def test_completion_is_quick(user: Sandbox, words: list[str]) -> None:
    """An answer takes less than 0.2 s of CPU, and loads no Django."""
    asked(user, *words)
    seconds = []
    for _ in range(5):
        before = os.times()
        asked(user, *words)
        after = os.times()
        seconds.append(after.children_user - before.children_user + after.children_system - before.children_system)
    assert min(seconds) < 0.2


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_script(lamin: Callable, shell: str) -> None:
    """The script of a shell asks ``lamin`` through the environment."""
    result = lamin("completion", shell)
    assert result.status == 0
    assert f"_LAMIN_COMPLETE={shell}_complete" in result.out


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_script_works_in_bash(user: Sandbox, tmp_path: Path) -> None:
    """Bash takes the script, and completes with it."""
    command = tmp_path / "lamin"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{COMMAND}" "$@"\n')
    command.chmod(0o755)
    script = """
eval "$(lamin completion bash)"
COMP_WORDS=(lamin list ULa); COMP_CWORD=2
_lamin_completion lamin
echo "${COMPREPLY[@]}"
"""
    environment = user.environment | {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "--norc", "-c", script], cwd=user.home, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "ULabel"
