"""Every exit status of the table, produced by a command; and the page that documents them."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lamindb import errors
from lamindb.cli import exits
from tests.sandbox import REPOSITORY, Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMAND = "import sys; from lamindb.cli import main; sys.exit(main())"


@pytest.fixture
def user(tmp_path: Path) -> Sandbox:
    """A user with an instance called ``mine``."""
    sandbox = Sandbox(tmp_path / "home")
    sandbox.lamin("init", "--storage", "storage", "--name", "mine")
    return sandbox


def database_of(user: Sandbox) -> Path:
    """The database of the user's instance."""
    return user.home / "storage" / "mine.lndb"


def run_changed(user: Sandbox, change: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``lamin`` in a process in which something else is done first."""
    code = f"import sys\n{change}\nfrom lamindb.cli import main\nsys.exit(main({list(arguments)!r}))"
    return user.python(code, check=False)


@contextmanager
def locked(database: Path) -> Iterator[None]:
    """Hold the write lock of a database."""
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def assert_one_sentence(done: subprocess.CompletedProcess[str]) -> None:
    """Standard error is one line with a cross, and no traceback."""
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("❌ ")
    assert "unexpected" not in done.stderr


# -- the table --------------------------------------------------------------------------------------------------------


def test_page_has_the_table() -> None:
    """The documentation shows the table as the code has it."""
    page = (REPOSITORY / "docs" / "reference" / "exit-codes.md").read_text(encoding="utf-8")
    assert exits.as_markdown() in page


def test_statuses_are_distinct_and_errors_exist() -> None:
    """No status stands for two rows, and every named error is one that LaminDB has."""
    statuses = [row.status for row in exits.EXITS]
    assert len(set(statuses)) == len(statuses)
    for row in exits.EXITS:
        for name in row.errors:
            assert issubclass(getattr(errors, name), errors.LaminError)


def test_status_of_a_child_class_is_that_of_its_parent() -> None:
    """An error that the table doesn't name has the status of the nearest class above it."""
    assert exits.status_of(errors.DigestMismatch("")) == exits.STORAGE
    assert exits.status_of(errors.TrackingError("")) == exits.FAILED


def test_reason_wins_over_unreachable() -> None:
    """If the cause of an unreachable instance is known more precisely, its status is taken."""
    error = errors.InstanceUnreachable("closed")
    error.__cause__ = errors.SchemaNotInstalled("no lnschema_x")
    assert exits.status_of(error) == exits.SCHEMA_MISSING


# -- produced ---------------------------------------------------------------------------------------------------------


def test_0_success(user: Sandbox) -> None:
    """A command that does what it was asked for."""
    assert user.lamin("info").returncode == exits.OK


@pytest.mark.parametrize(
    "arguments",
    [["set", "--storage", "x"], ["register"], ["migrate", "deploy"], ["migrate", "plan"], ["list", "ULabel"]],
)
def test_1_without_instance(sandbox: Sandbox, arguments: list[str]) -> None:
    """Commands that need an instance say that none is loaded."""
    done = sandbox.lamin(*arguments, check=False)
    assert done.returncode == exits.FAILED
    assert done.stderr == "❌ No instance is loaded! Call `lamin init` or `lamin load`\n"


def test_1_login_with_unusable_name(sandbox: Sandbox) -> None:
    """A login that can't be."""
    done = sandbox.lamin("login", "two words", check=False)
    assert done.returncode == exits.FAILED
    assert_one_sentence(done)


@pytest.mark.parametrize(
    "arguments",
    [
        ["nosuch"],
        ["list"],
        ["list", "NoSuch"],
        ["list", "ULabel", "--limit", "0"],
        ["migrate", "nosuch"],
        ["init"],
        ["--bad"],
    ],
)
def test_2_usage(user: Sandbox, arguments: list[str]) -> None:
    """Arguments that can't be used."""
    done = user.lamin(*arguments, check=False)
    assert done.returncode == exits.USAGE
    assert "Usage: lamin" in done.stderr
    assert done.stdout == ""


def test_3_some_records_are_missing(user: Sandbox) -> None:
    """``lamin get`` prints what there is and names what there is not."""
    handle = user.lamin("list", "User", "-q").stdout.strip()
    done = user.lamin("get", "User", handle, "nosuch", check=False)
    assert done.returncode == exits.PARTIAL
    assert handle in done.stdout
    assert "'nosuch'" in done.stderr


def test_10_instance_is_not_known(sandbox: Sandbox) -> None:
    """An instance that nobody has heard of."""
    done = sandbox.lamin("load", "nosuch", check=False)
    assert done.returncode == exits.INSTANCE_UNKNOWN
    assert_one_sentence(done)


def test_11_database_is_busy(user: Sandbox) -> None:
    """Another process holds the write lock for longer than we wait."""
    user.lamin("login", "somebody-else")  # a user whose row is missing
    impatient = "from lamindb.setup import sqlite_files; sqlite_files.BUSY_TIMEOUT = 0.1"
    with locked(database_of(user)):
        done = run_changed(user, impatient, "load", "mine")
    assert done.returncode == exits.DATABASE_BUSY, done
    assert_one_sentence(done)


def test_12_database_is_gone(user: Sandbox) -> None:
    """The file of the database was taken away."""
    database_of(user).unlink()
    done = user.lamin("list", "ULabel", check=False)
    assert done.returncode == exits.DATABASE_UNREACHABLE
    assert_one_sentence(done)


@pytest.mark.postgres
def test_12_there_is_no_such_database(sandbox: Sandbox, postgres_server: str) -> None:
    """A server that doesn't know the database is not one whose database is behind."""
    done = sandbox.lamin("init", "--storage", "s", "--db", f"{postgres_server}nosuch", check=False)
    assert done.returncode == exits.DATABASE_UNREACHABLE
    assert_one_sentence(done)


def test_13_database_is_behind(user: Sandbox) -> None:
    """The database misses a migration."""
    with closing(sqlite3.connect(database_of(user))) as connection, connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'lnschema_core'")
    done = user.lamin("migrate", "check", check=False)
    assert done.returncode == exits.DATABASE_BEHIND
    assert "to be deployed: lnschema_core." in done.stdout


@pytest.mark.parametrize("action", ["plan", "check"])
def test_14_database_is_ahead(user: Sandbox, action: str) -> None:
    """The database has a migration that is not installed."""
    make_ahead(user)
    done = user.lamin("migrate", action, check=False)
    assert done.returncode == exits.DATABASE_AHEAD
    assert "lnschema_core.9999_from_the_future" in done.stdout


def test_14_writing_to_a_database_that_is_ahead(user: Sandbox) -> None:
    """A database that is ahead is not written."""
    make_ahead(user)
    assert user.lamin("set", "--storage", "other", check=False).returncode == exits.DATABASE_AHEAD


def make_ahead(user: Sandbox) -> None:
    """Give the database a migration of a newer release."""
    with closing(sqlite3.connect(database_of(user))) as connection, connection:
        connection.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('lnschema_core', '9999_from_the_future', '2030-01-01 00:00:00')"
        )


def test_15_storage_is_not_writable(sandbox: Sandbox) -> None:
    """A storage below a file can't be made."""
    (sandbox.home / "file").write_text("")
    done = sandbox.lamin("init", "--storage", "file/storage", check=False)
    assert done.returncode == exits.STORAGE
    assert_one_sentence(done)


def test_15_doctor_finds_no_storage(user: Sandbox) -> None:
    """``lamin doctor`` ends with the status of what is wrong."""
    elsewhere = user.home / "elsewhere"
    user.lamin("set", "--storage", str(elsewhere))
    shutil.rmtree(elsewhere)
    done = user.lamin("doctor", check=False)
    assert done.returncode == exits.STORAGE
    assert "❌ storage: " in done.stdout


def test_16_schema_is_missing(sandbox: Sandbox) -> None:
    """A schema that is not installed can't be mounted."""
    done = sandbox.lamin("init", "--storage", "storage", "--schema", "nosuch", check=False)
    assert done.returncode == exits.SCHEMA_MISSING
    assert_one_sentence(done)
    assert "lnschema_nosuch" in done.stderr


@pytest.mark.parametrize("arguments", [["info"], ["list", "ULabel"], ["config", "list"]])
def test_17_settings_are_invalid(user: Sandbox, arguments: list[str]) -> None:
    """A settings file that can't be understood."""
    (user.home / ".lamin" / "current_instance.env").write_text("nonsense")
    done = user.lamin(*arguments, check=False)
    assert done.returncode == exits.SETTINGS
    assert_one_sentence(done)


def test_17_settings_are_not_writable(tmp_path: Path) -> None:
    """A folder for settings that can't be made."""
    (tmp_path / "file").write_text("")
    user = Sandbox(tmp_path / "home")
    user.environment["LAMIN_SETTINGS_DIR"] = str(tmp_path / "file" / "settings")
    done = user.lamin("login", "somebody", check=False)
    assert done.returncode == exits.SETTINGS
    assert_one_sentence(done)


def test_18_driver_is_missing(sandbox: Sandbox) -> None:
    """Postgres without a driver: the sentence has the command that installs it."""
    without_driver = "sys.modules['psycopg2'] = sys.modules['psycopg'] = None"
    url = "postgresql://me:hidden-password@127.0.0.1:1/nothing"
    done = run_changed(sandbox, without_driver, "init", "--storage", "storage", "--db", url)
    assert done.returncode == exits.EXTRA_MISSING
    assert_one_sentence(done)
    assert "pip install 'lamindb[postgres]'" in done.stderr


def test_20_record_is_not_there(user: Sandbox) -> None:
    """A record that was asked for by id and is not there."""
    done = user.lamin("get", "ULabel", "nosuch", check=False)
    assert done.returncode == exits.NOT_FOUND
    assert done.stderr.splitlines()[-1] == "❌ no ULabel has the id or key 'nosuch'"


def test_255_deletion_is_not_confirmed(user: Sandbox) -> None:
    """Nobody answered yes."""
    assert user.lamin("delete", "mine", check=False).returncode == exits.NOT_CONFIRMED


# -- signals and pipes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGINT, exits.INTERRUPTED), (signal.SIGTERM, exits.TERMINATED)], ids=["130", "143"]
)
def test_signal_ends_a_command_that_waits(user: Sandbox, number: int, status: int) -> None:
    """Ctrl-C and SIGTERM end a command within two seconds, also while SQLite waits for a lock; quietly."""
    user.lamin("login", "somebody-else")
    with locked(database_of(user)), started(user, "load", "mine") as process:
        wait_until_blocked(process)
        process.send_signal(number)
        out, err = process.communicate(timeout=2)
    assert process.returncode == status
    assert "Traceback" not in out + err


def test_130_while_a_server_is_silent(sandbox: Sandbox) -> None:
    """Ctrl-C ends a command within two seconds that waits for a server in the driver's C code."""
    with closing(socket.create_server(("127.0.0.1", 0))) as silent:
        url = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/nothing"
        with started(sandbox, "init", "--storage", "storage", "--db", url) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=2)
    assert process.returncode == exits.INTERRUPTED
    assert "Traceback" not in out + err
    assert "No instance loaded" in sandbox.lamin("info").stdout


def test_130_at_a_prompt(user: Sandbox) -> None:
    """Ctrl-C instead of an answer; nothing is deleted."""
    with started(user, "delete", "mine", stdin=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.read(len("Are you sure")) == "Are you sure"
        wait_until_idle(process)  # `input` drops what is raised while it flushes its prompt
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=2)
    assert process.returncode == exits.INTERRUPTED
    assert err == ""
    assert database_of(user).exists()


@pytest.mark.parametrize("arguments", [["list", "User"], ["info"], ["--help"], ["doctor", "--json"]])
def test_141_reader_has_gone(user: Sandbox, arguments: list[str]) -> None:
    """Nobody reads the output: the command ends quietly."""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=user.home,
        env=user.environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)
    assert done.returncode == exits.CLOSED_PIPE
    assert "Traceback" not in done.stderr
    assert "BrokenPipe" not in done.stderr


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_141_reader_goes_in_the_middle(user: Sandbox, unbuffered: str) -> None:
    """What is left of a large output is noticed, also where Python is told not to buffer, as in most containers."""
    user.python("import lamindb as ln; ln.save([ln.ULabel(name=f'label {i}') for i in range(1000)])")
    with subprocess.Popen(
        [sys.executable, "-c", COMMAND, "list", "ULabel", "--limit", "1000", "--json"],
        cwd=user.home,
        env=user.environment | {"PYTHONUNBUFFERED": unbuffered},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        assert process.stdout is not None
        assert os.read(process.stdout.fileno(), 1) == b"{"
        process.stdout.close()
    assert process.returncode == exits.CLOSED_PIPE


def test_130_while_the_command_line_is_loaded(user: Sandbox) -> None:
    """Ctrl-C before a command has begun gives no traceback either."""
    interrupt = (
        "class Finder:\n    def find_spec(self, name, *rest):\n        if name == 'click': raise KeyboardInterrupt\n"
    )
    done = run_changed(user, f"{interrupt}sys.meta_path.insert(0, Finder())", "info")
    assert done.returncode == exits.INTERRUPTED
    assert done.stderr == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no full device")
def test_1_output_can_not_be_written(user: Sandbox) -> None:
    """A disk without space for the output is a failure, not a success."""
    command = f'"{sys.executable}" -c "{COMMAND}" info > /dev/full'
    done = subprocess.run(command, shell=True, cwd=user.home, env=user.environment, capture_output=True, check=False)
    assert done.returncode == exits.FAILED
    assert b"Traceback" not in done.stderr


@contextmanager
def started(user: Sandbox, *arguments: str, stdin: int = subprocess.DEVNULL) -> Iterator[subprocess.Popen[str]]:
    """Start ``lamin`` as a process of its own group, with signals as a shell gives them."""
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND, *arguments],
        cwd=user.home,
        env=user.environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        restore_signals=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_blocked(process: subprocess.Popen[str]) -> None:
    """Wait until the process has said what it is about to load, and sleeps in a system call."""
    assert process.stdout is not None
    assert "found cached instance metadata" in process.stdout.readline()
    wait_until_idle(process)


def wait_until_idle(process: subprocess.Popen[str]) -> None:
    """Wait until a process uses no CPU time."""
    before = -1.0
    while (now := cpu_seconds(process.pid)) != before:
        before = now
        signal.sigtimedwait([], 0.3)


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process has used, from /proc."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return float(fields[11]) + float(fields[12])
