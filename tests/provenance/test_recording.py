"""What is recorded of runs by themselves, and that the user's work goes on where nothing can be recorded."""

from __future__ import annotations

import json
import signal
import subprocess
import sys

import pytest
from django.db import OperationalError

import lamindb as ln
from lamindb.errors import StorageError
from lamindb.provenance import ending, environment, going_on, keeping, parameters, recording, reports, sources
from lamindb.provenance.sources import Source
from lnschema_core.history import executions
from lnschema_core.history.captured import ID_PREFIX, KEY_PREFIX
from tests.provenance.notebook_makers import METADATA, TITLE, code, write_notebook


@pytest.fixture(autouse=True)
def _said_nothing(monkeypatch, request):
    """Start as a process that has said nothing and begun no run."""
    monkeypatch.setattr(going_on, "_state", going_on._State())
    monkeypatch.setattr(ending._state, "open", {})
    yield
    if "instance" in request.fixturenames:
        ln.run_context.transform = ln.run_context.instance = None


def track(**options):
    """Track a pipeline; returns its run."""
    ln.track(ln.Transform(name="Pipeline", type="pipeline"), **options)
    return ln.run_context.run


# -- status -----------------------------------------------------------------------------------------------------------


def test_run_has_a_begin_and_an_end(instance):
    """It is running until it is finished; from then on nothing is tracked."""
    run = track()
    assert (run.status, run.ended_at) == ("running", None)
    ln.finish()
    assert run.status == "completed"
    assert run.ended_at >= run.run_at
    assert ln.run_context.run is None


def test_next_run_of_a_process_ends_the_one_before(instance):
    """Tracking twice leaves one run that goes on."""
    first, second = track(), track()
    assert (first.status, second.status) == ("completed", "running")
    ln.track(second.transform, new_run=False)
    assert ln.run_context.run == second
    assert second.status == "running"


def test_continued_run_is_running_again(instance):
    """A notebook that is tracked after its end goes on with its run."""
    run = track()
    ln.finish(status="failed")
    assert run.status == "failed"
    ln.track(run.transform, new_run=False)
    assert (ln.run_context.run, run.status, run.ended_at) == (run, "running", None)


def test_finish_without_a_run_is_said(instance, capsys):
    """And a status that there isn't is refused."""
    ln.finish()
    assert "start one with ln.track()" in capsys.readouterr().out
    with pytest.raises(ValueError, match="'done'"):
        ln.finish(status="done")


def test_run_whose_process_is_gone_is_lost(instance):
    """A killed process can't say so; runs of other machines, and living processes, are left as they are."""
    run = track()
    gone = subprocess.run([sys.executable, "-c", "import os; print(os.getpid())"], check=True, capture_output=True)
    same = type(run.execution).objects.filter(run=run)
    same.update(process=gone.stdout.decode().strip())
    assert ln.Run.filter(id=run.id).one().status == "lost"
    same.update(host="another machine")
    assert ln.Run.filter(id=run.id).one().status == "running"


def test_number_of_a_process_that_is_used_again_tells_nothing():
    """A process is known by its number and its start."""
    assert executions.is_alive(executions.this_process())
    number, _, start = executions.this_process().partition(" ")
    if start:
        assert not executions.is_alive(f"{number} 1")
    assert executions.is_alive("who knows")


def test_runs_of_the_reference_release_have_no_status(instance):
    """Nobody recorded it."""
    transform = ln.Transform(name="x", type="pipeline")
    transform.save()
    run = ln.Run(transform)
    run.save()
    assert (run.status, run.ended_at, run.params, run.parent, run.source) == (None, None, {}, None, None)


# -- what surrounds a run ---------------------------------------------------------------------------------------------


def test_environment_is_stored_once(instance):
    """Two runs in one environment share the file that lists it."""
    first, second = track(), track()
    assert first.environment == second.environment
    text = first.environment.path.read_text()
    assert "django==" in text
    assert first.environment.key.startswith(KEY_PREFIX)
    assert first.environment.id.startswith(ID_PREFIX)


def test_captured_files_are_not_among_those_that_people_registered(instance, tmp_path):
    """Counting, listing and searching leave them out; who names one gets it."""
    run = track()
    environment_file = run.environment
    assert ln.File.filter().count() == ln.File.filter(suffix=".txt").count() == 0
    assert ln.File.search("installed distributions").empty
    assert ln.File.filter(id=environment_file.id).one() == environment_file
    assert ln.File.filter(key=environment_file.key).one() == environment_file
    assert run.output_files.count() == 0


def test_files_of_a_storage_location_and_a_user_are_without_captured_ones(instance):
    """The source of a run, its environment and its report are not among what somebody looks through."""
    environment = track().environment
    assert environment in ln.File.objects.all()
    assert environment not in environment.storage.files.all()
    assert environment not in environment.created_by.created_files.list()
    assert environment not in ln.Storage.objects.prefetch_related("files").get(id=environment.storage_id).files.all()


def test_file_of_a_user_with_captured_content_is_another_one(instance, tmp_path):
    """What somebody registers is found, whatever runs have captured."""
    captured = track().environment
    path = tmp_path / "requirements.txt"
    path.write_text(captured.path.read_text())
    file = ln.File(path, key="requirements.txt")
    file.save()
    assert file != captured
    assert ln.File.filter().one() == file


def test_distributions_are_listed_without_importing_them(tmp_path):
    """In the first folder that has them, whatever else is there."""
    for name in ("Foo_Bar-1.2.dist-info", "egg-3.egg-info", "egg", "x-y"):
        (tmp_path / name).mkdir()
    (tmp_path / "later").mkdir()
    (tmp_path / "later" / "foo.bar-9.dist-info").mkdir()
    assert environment.lock([str(tmp_path), str(tmp_path / "later"), "nowhere"]) == "egg==3\nfoo-bar==1.2\n"


def test_parameters_are_kept_without_secrets(instance, monkeypatch):
    """Named secrets, those within texts and those of the environment are masked; records are named, arrays described."""
    import numpy as np

    monkeypatch.setenv("SERVICE_TOKEN", "s3cr3t-of-the-service")
    params = {
        "alpha": 0.5, "password": "hunter2hunter2", "nested": {"api_key": "abcdefgh"}, "infinite": float("inf"),
        "url": "postgresql://me:hunter2@db/x", "told": "the s3cr3t-of-the-service", "matrix": np.zeros((2, 3)),
        "values": [1, None, True], "type": int, "long": "x" * 5_000,
    }  # fmt: skip
    run = track(params=params)
    kept = run.params
    assert kept["alpha"] == 0.5
    assert kept["values"] == [1, None, True]
    assert kept["matrix"] == "ndarray of shape (2, 3)"
    assert len(kept["long"]) == 1_000
    shown = json.dumps(kept)
    assert not any(secret in shown for secret in ("hunter2", "abcdefgh", "s3cr3t"))
    assert parameters.kept({"run": run})["run"] == {"registry": "Run", "id": run.id}


def test_arguments_are_kept_without_secrets(monkeypatch):
    """Also those behind an option."""
    monkeypatch.setattr(sys, "argv", ["run.py", "--api-key", "abc", "--token=abcdefgh", "-n", "3"])
    assert parameters.arguments() == ["--api-key", "***", "--token=***", "-n", "3"]


def test_source_stays_code_without_secrets(tmp_path):
    """Literals are masked, calls and names are not."""
    path = tmp_path / "run.py"
    path.write_text('token = ask("x")\npassword = "hunter2hunter2"\nurl = f"pg://me:{password}@db"\n')
    source = sources.source_of(path)
    assert source.text == 'token = ask("x")\npassword = "***"\nurl = f"pg://me:{password}@db"\n'
    compile(source.text, "run.py", "exec")


def test_source_of_a_notebook_has_no_outputs(tmp_path):
    """Executing it changes nothing; its report has them, without secrets."""
    path = write_notebook(tmp_path / "n.ipynb", TITLE, code("api_key = 'abcdefghij'\nprint(1)"), metadata=METADATA)
    before = sources.source_of(path)
    assert reports.report_of(path) is None
    content = json.loads(path.read_text())
    content["cells"][1] |= {
        "execution_count": 3,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["seen token=abcdefghij\n"]}],
    }
    path.write_text(json.dumps(content))
    assert sources.source_of(path).text == before.text
    assert "abcdefghij" not in before.text + reports.report_of(path).text
    assert "seen token=" in reports.report_of(path).text


# -- what can't be recorded -------------------------------------------------------------------------------------------


def test_storage_that_takes_nothing_is_said_once(instance, monkeypatch, capsys):
    """The run is tracked all the same."""

    def refuse(source):
        msg = "the disk is full"
        raise StorageError(msg)

    monkeypatch.setattr(keeping, "store", refuse)
    assert track().status == "running"
    track()
    shown = capsys.readouterr().out
    assert shown.count("the installed distributions could not be recorded, your work goes on (the disk is full)") == 1


def test_database_that_is_gone_at_the_end_is_said(instance, monkeypatch, capsys):
    """Finishing raises nothing, and shows no password."""

    def lose(*arguments):
        msg = "no route to postgresql://me:hunter2@db"
        raise OperationalError(msg)

    track()
    monkeypatch.setattr(recording, "end", lose)
    ln.finish()
    shown = capsys.readouterr().out
    assert "the end of the run could not be recorded, your work goes on" in shown
    assert "hunter2" not in shown


def test_database_without_the_table_is_no_trouble(instance, monkeypatch):
    """Nobody has migrated it yet: runs are what they were in 0.54."""
    monkeypatch.setattr(executions, "can_be_kept", lambda: False)
    run = track()
    assert run.status is None
    ln.finish()


def test_two_processes_may_store_the_same_text(instance, monkeypatch):
    """The slower one takes the file of the quicker one."""
    text = Source("x==1\n", ".txt", "distributions")
    first = keeping.keep(text)
    assert keeping.store(text) == first == keeping.keep(text)


# -- processes --------------------------------------------------------------------------------------------------------

SCRIPT = """
import os, sys, time
import lamindb as ln
ln.track()
{end}
"""

REPORT = """
import json, lamindb as ln
ln.settings.verbosity = 0
facts = lambda run: (run.transform.name, [run.status, run.execution.error, run.source.path.read_text() if run.source else ""])
print(json.dumps(dict(facts(run) for run in ln.Run.filter())))
"""

ENDS = {
    "completed": "print('done')",
    "failed": "raise ValueError('wrong password=hunter2hunter2')",
    "interrupted": "raise KeyboardInterrupt",
    "terminated": "os.kill(os.getpid(), 15); time.sleep(60)",
    "hung up": "os.kill(os.getpid(), 1); time.sleep(60)",
    "ignored": "import signal; signal.signal(15, signal.SIG_IGN); ln.track(); os.kill(os.getpid(), 15)",
    "left": "with ln.step('leave'):\n    sys.exit(0)",
    "lost": "os._exit(0)",
    "forked": "if os.fork() == 0:\n    os.kill(os.getpid(), 15)\nos.wait()\nassert ln.run_context.run.status == 'running'",
    "gone": "import shutil; shutil.rmtree('storage')",
}


def hear_hangups():
    """Let a closed terminal end the program, also where these tests were started by ``nohup``."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


@pytest.mark.slow
def test_end_of_a_script_is_recorded_at_exit(fresh_instance):
    """Completed, failed or interrupted, as it ended; of a killed one that it is lost; a fork ends nothing.

    Signals end it as they do without us.
    """
    user = fresh_instance()
    shown = {}
    for name, end in ENDS.items():
        path = user.home / f"{name}.py"
        path.write_text(SCRIPT.format(end=end))
        if name == "gone":
            continue
        done = subprocess.run(
            [sys.executable, str(path)],
            cwd=user.home,
            env=user.environment,
            capture_output=True,
            text=True,
            check=False,
            preexec_fn=hear_hangups,
        )
        shown[name] = done.stdout
        assert done.returncode == {"failed": 1, "interrupted": -2, "terminated": -15, "hung up": -1}.get(name, 0), name
    found = json.loads(user.python(REPORT).stdout.splitlines()[-1])
    expected = {name: name if name in executions.STATUSES else "completed" for name in ENDS if name != "gone"}
    expected |= {"terminated": "interrupted", "hung up": "interrupted"}
    assert {name.removesuffix(".py"): facts[0] for name, facts in found.items() if name != "leave"} == expected
    assert found["leave"][0] == "completed"
    assert found["failed.py"][1] == "ValueError: wrong password=***"
    assert all(
        ("ln.track()" in facts[2]) == (name != "leave") and "hunter2" not in facts[2] for name, facts in found.items()
    )
    gone = subprocess.run(
        [sys.executable, "gone.py"], cwd=user.home, env=user.environment, capture_output=True, text=True, check=False
    )
    assert gone.returncode == 0, gone.stderr
    assert "Traceback" not in gone.stderr


@pytest.mark.slow
def test_commit_of_a_script_is_recorded(fresh_instance):
    """And whether the repository had changes that weren't committed."""
    user = fresh_instance()
    folder = user.home / "project"
    folder.mkdir()
    (folder / "make.py").write_text(
        SCRIPT.format(end="e = ln.run_context.run.execution; print(e.git_commit, e.git_is_dirty)")
    )
    git = ["git", "-C", str(folder), "-c", "user.name=me", "-c", "user.email=me@example.org"]
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*git, *arguments], check=True, env=user.environment)
    commit = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout.strip()

    def run():
        return subprocess.run(
            [sys.executable, "make.py"], cwd=folder, env=user.environment, check=True, capture_output=True, text=True
        ).stdout.splitlines()[-1]

    assert run() == f"{commit} False"
    with (folder / "make.py").open("a") as file:
        file.write("# changed\n")
    assert run() == f"{commit} True"
    (folder / "make.py").rename(folder / "new.py")
    subprocess.run([*git, "checkout", "-q", "."], check=True)
    (folder / "make.py").unlink()
    subprocess.run([*git, "commit", "-qam", "second"], check=True)
    (folder / "new.py").rename(folder / "make.py")
    assert run().endswith(" True")  # git doesn't know it


@pytest.mark.slow
def test_notebook_without_title_goes_on_where_nobody_is(fresh_instance):
    """A program that executes notebooks can't be asked for one; how the last cell ended is recorded."""
    user = fresh_instance()
    path = write_notebook(user.home / "plain.ipynb", code("import lamindb as ln\nln.track()"), code("1 / 0"))
    execute = f"""
import nbformat
from nbclient import NotebookClient
import os
NotebookClient(nbformat.read({str(path)!r}, as_version=4), timeout=120, allow_errors=True).execute(
    env={{**os.environ, "JPY_SESSION_NAME": {str(path)!r}}})
"""
    user.python(execute, timeout=180)
    report = "import lamindb as ln; run = ln.Run.filter().one(); print(run.transform.name, run.status)"
    assert user.python(report).stdout.splitlines()[-1] == "plain failed"


SECRETS = {
    "aws": "AKIAIOSFODNN7EXAMPLE",
    "secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY",
    "database": "postgresql://me:pgS3cretPW@db.example.org/x",
    "github": "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "authorization": "Bearer abc.DEF-ghi_jkl123",
    "slack": "xoxb-123456789012-abcdefghijkl",
    "jwt": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.sflKxwRJSMeKKF2QT4",
    "hub": "hf_abcdefghijklmnopqrstuvwx",
    "model": "sk-abcdefghijklmnopqrstuvwxyz",
    "password": "hunter2hunter2",
    "azure": "AccountName=x;AccountKey=abcd1234EFGH5678ijkl==",
    "pem": "-----BEGIN RSA PRIVATE KEY-----MIIEowIBAAKCAQEAsecretsecret-----END RSA PRIVATE KEY-----",
}
"""Kinds of secrets, as they are written in code."""

TRACES = [
    "AKIAIOSFODNN7EXAMPLE", "wJalrXUtn", "pgS3cretPW", "ghp_abcdef", "abc.DEF-ghi", "xoxb-1234", "eyJhbGci", "hf_abcdefg",
    "sk-abcdef", "hunter2", "abcd1234EFGH", "MIIEowIBAAK", "envS3cretToken",
]  # fmt: skip


@pytest.mark.slow
def test_no_secret_is_stored(fresh_instance):
    """Of parameters, the environment, the source and the exception text nothing secret is in the database or in storage."""
    user = fresh_instance()
    lines = [f"{name} = {value!r}" for name, value in SECRETS.items()]
    given = ", ".join(f"{name!r}: {name}" for name in SECRETS)
    told = ", ".join(f"{name}={{{name}}}" for name in SECRETS)
    ends = [f"ln.track(params={{{given}}})", "import os", f"raise ValueError(f'{told} ' + os.environ['SERVICE_TOKEN'])"]
    (user.home / "leak.py").write_text("\n".join(["import lamindb as ln", *lines, *ends]))
    environment = {**user.environment, "SERVICE_TOKEN": "envS3cretToken"}
    done = subprocess.run([sys.executable, "leak.py"], cwd=user.home, env=environment, capture_output=True, check=False)
    assert b"ValueError" in done.stderr
    (user.home / "leak.py").unlink()
    stored = b"".join(path.read_bytes() for path in user.home.rglob("*") if path.is_file())
    assert b"leak.py" in stored
    assert [trace for trace in TRACES if trace.encode() in stored] == []
