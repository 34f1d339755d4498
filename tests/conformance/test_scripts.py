"""Scripts in the manner of the guides of 0.54, each run by a user with a new instance."""

from __future__ import annotations

import sys
from pathlib import Path
from subprocess import PIPE, STDOUT, run

import pytest

from tests.servers import postgres

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.py"))

each_script = pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)


@each_script
def test_script_of_the_guides_runs(fresh_instance, script):
    """From beginning to end, and what it asserts holds."""
    check(script, fresh_instance("--name", "guides"))


@pytest.mark.postgres
@each_script
def test_script_of_the_guides_runs_on_postgres(fresh_instance, postgres_server, script):
    """Like on SQLite."""
    url = postgres.create_database(postgres_server, f"guides_{script.stem}")
    check(script, fresh_instance("--name", "guides", "--db", url))


def check(script, user):
    """Run a script as a user."""
    done = run(
        [sys.executable, script],
        cwd=user.home,
        env=user.environment,
        stdout=PIPE,
        stderr=STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "loaded instance: " in done.stdout
    assert "Exception ignored" not in done.stdout
