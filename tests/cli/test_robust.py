"""Whatever the arguments are: an answer or one sentence, a documented status, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lamindb.cli.exits import EXITS

if TYPE_CHECKING:
    from tests.cli.conftest import Result, Server
    from tests.sandbox import Sandbox

STATUSES = {row.status for row in EXITS}
HUGE = "x" * 1_000_000

hostile = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def assert_answered(result: Result) -> None:
    """The call ended as documented: no traceback, a sentence if it failed."""
    assert result.status in STATUSES
    assert "Traceback" not in result.out + result.err
    assert "to see the traceback" not in result.err, result.err
    if result.status not in {0, 13, 14, 255}:
        assert result.err.strip()
    assert len(result.err) < 20_000


# -- arguments --------------------------------------------------------------------------------------------------------

odd = st.sampled_from(
    ["", " ", "\0", "\n", "\x1b[31m", "🧬" * 50, "\u202ertl", "é", "\ud800", "\udcff", "-", "--", "--help", "-q", "NaN", "inf",
     "-inf", "1e999", str(2**63), str(-(2**63) - 1), str(2**31), "0", "-1", "None", "null", "%s", "{}", "$(id)", "`id`", "a=b",
     "=", "__", "../..", "'", '"', "\\", ";--", "core.", ".ULabel", "ULabel", "name=x", "name__in=", "id", "x" * 5000]
)  # fmt: skip
text = st.one_of(odd, st.text(max_size=40))
word = text.filter(lambda value: "://" not in value)
# A name relative to the working directory: tests must not make folders elsewhere.
folder = st.text(st.characters(blacklist_characters="/\\\0", blacklist_categories=["Cs"]), min_size=1, max_size=30).map(
    lambda name: f"sub/{name}"
)
reading = st.one_of(
    st.tuples(st.just("list"), word, st.sampled_from(["--limit", "--filter"]), word),
    st.tuples(st.just("list"), st.just("ULabel"), st.just("--filter"), word),
    st.tuples(st.just("list"), st.just("ULabel"), st.just("--filter"), st.builds("name__{}={}".format, word, word)),
    st.tuples(st.just("list"), st.just("File"), st.just("--filter"), st.builds("size={}".format, word)),
    st.tuples(st.just("search"), st.just("ULabel"), word),
    st.tuples(st.just("get"), st.sampled_from(["ULabel", "File", "Run"]), word, word),
    st.tuples(st.just("config"), st.sampled_from(["get", "list", "unset"]), word),
    st.tuples(st.just("migrate"), word),
    st.tuples(st.just("completion"), word),
    st.tuples(st.sampled_from(["info", "doctor", "register"]), word),
    st.lists(word, max_size=4).map(tuple),
)
writing = st.one_of(
    st.tuples(st.just("load"), word),
    st.tuples(st.just("load"), word, st.just("--storage"), folder),
    st.tuples(st.just("delete"), word),
    st.tuples(st.just("delete"), word, st.just("--force")),
    st.tuples(st.sampled_from(["login", "signup"]), word),
    st.tuples(st.just("login"), word, st.just("--password"), word),
    st.tuples(st.just("config"), st.just("set"), st.sampled_from(["instance", "verbosity", "cache_dir"]), word),
    st.tuples(st.just("init"), st.just("--storage"), folder, st.just("--schema"), word),
    st.tuples(st.just("init"), st.just("--storage"), folder, st.just("--name"), word),
    st.tuples(st.just("init"), st.just("--storage"), folder, st.just("--db"), word),
    st.tuples(st.just("info"), st.just("--instance"), word),
)


@pytest.mark.slow
@hostile
@given(arguments=reading)
@example(arguments=("list", HUGE))
@example(arguments=("list", "ULabel", "--filter", HUGE))
@example(arguments=("list", "ULabel", "--filter", f"name={HUGE}"))
@example(arguments=("list", "ULabel", "--filter", f"name__icontains={'%' * 9_000}"))
@example(arguments=("list", "ULabel", "--limit", str(2**63)))
@example(arguments=("list", "ULabel", "--limit", HUGE))
@example(arguments=("search", "ULabel", HUGE))
@example(arguments=("get", "ULabel", HUGE))
@example(arguments=("config", "get", HUGE))
@example(arguments=(HUGE,))
@example(arguments=(f"--{HUGE}",))
def test_reading(server: Server, arguments: tuple[str, ...]) -> None:
    """Commands that read answer to anything."""
    assert_answered(server.lamin(*arguments))


@pytest.fixture
def disposable(labelled: Sandbox, server: Server) -> Server:
    """A server whose user may lose everything."""
    return server


@pytest.mark.slow
@hostile
@given(arguments=writing)
@example(arguments=("init", "--storage", "sub/x", "--name", HUGE))
@example(arguments=("init", "--storage", f"sub/{HUGE}"))
@example(arguments=("init", "--storage", "sub/x", "--schema", HUGE))
@example(arguments=("init", "--storage", "sub/x", "--db", f"postgresql://a:b@127.0.0.1:1/{HUGE}"))
@example(arguments=("init", "--storage", "sub/x", "--db", "postgresql://a@127.0.0.1:99999/x"))
@example(arguments=("load", HUGE))
@example(arguments=("load", "a/b", "--storage", HUGE))
@example(arguments=("delete", HUGE, "--force"))
@example(arguments=("login", HUGE))
@example(arguments=("login", "a", "--password", HUGE))
@example(arguments=("config", "set", "cache_dir", HUGE))
@example(arguments=("config", "set", "instance", HUGE))
@example(arguments=("info", "--instance", HUGE))
def test_writing(disposable: Server, arguments: tuple[str, ...]) -> None:
    """Commands that write refuse with a sentence, or work."""
    assert_answered(disposable.lamin(*arguments))


@pytest.mark.skipif(os.name == "nt", reason="arguments are texts there")
@pytest.mark.parametrize(
    "arguments",
    [[b"list", b"\xff\xfe"], [b"load", b"\x80"], [b"search", b"ULabel", b"\xc3("], [b"login", b"\xff@\xfe"], [b"\xff"]],
)
def test_bytes_that_are_no_text(labelled: Sandbox, arguments: list[bytes]) -> None:
    """Arguments that are not UTF-8 are refused, also on terminals that know ASCII only."""
    for encoding in ("utf-8", "ascii"):
        done = subprocess.run(
            [sys.executable, "-m", "lamindb.cli", *arguments],
            cwd=labelled.home,
            env=labelled.environment | {"PYTHONIOENCODING": encoding},
            capture_output=True,
            check=False,
        )
        assert done.returncode in {1, 2, 10}
        assert b"Traceback" not in done.stderr
        assert b"unexpected" not in done.stderr


def test_without_standard_streams(labelled: Sandbox) -> None:
    """A process that was started with its streams closed works."""
    command = f'exec "{sys.executable}" -m lamindb.cli info <&- >&- 2>&-'
    done = subprocess.run(["sh", "-c", command], cwd=labelled.home, env=labelled.environment, check=False)
    assert done.returncode == 0


def test_in_a_folder_that_is_gone(labelled: Sandbox) -> None:
    """A working directory that was deleted is no reason for a traceback."""
    command = f'mkdir gone && cd gone && rmdir ../gone && "{sys.executable}" -m lamindb.cli'
    for arguments in ("info", "init --storage x", "config set verbosity 1 --project"):
        done = subprocess.run(
            f"{command} {arguments}",
            shell=True,
            cwd=labelled.home,
            env=labelled.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in STATUSES
        assert "Traceback" not in done.stderr
        assert "unexpected" not in done.stderr
