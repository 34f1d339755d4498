"""Making, loading, closing and deleting instances, each in a process of its own as a user would."""

from __future__ import annotations

import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

TIME = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
START = "import lamindb as ln\nfrom lamindb import log, setup\nlog.set_verbosity(3)\n"


def run(sandbox: Sandbox, code: str) -> str:
    """What a script prints that begins with the usual imports, at the verbosity of the command line."""
    return sandbox.python(START + code).stdout


def failure(sandbox: Sandbox, statement: str) -> str:
    """The class and text of the error that a statement raises."""
    code = f"try:\n    {statement}\nexcept Exception as error:\n    print(type(error).__name__, error)\nelse:\n    print('none')"
    return run(sandbox, code).splitlines()[-1]


def results(output: str) -> list[str]:
    """The lines that are no messages."""
    return [line for line in output.splitlines() if line[:1] not in {"💡", "✅", "❗"}]


def files(folder: Path) -> list[str]:
    """The relative names of all files below a folder; logs of databases left out."""
    found = (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    return sorted(name for name in found if not name.endswith(("-wal", "-shm", ".pyc")))


# -- init -------------------------------------------------------------------------------------------------------------


def test_arguments_that_are_no_text_are_refused(sandbox: Sandbox) -> None:
    """Names, addresses and lists of schemas are texts: a sentence names the one that is none, and nothing is made."""
    calls = {
        "init(storage='s', name=3)": "name",
        "init(storage='s', db=3)": "db",
        "init(storage='s', schema=3)": "schema",
        "load(3)": "identifier",
        "delete(3, force=True)": "instance_name",
    }
    code = "".join(f"try:\n    setup.{call}\nexcept TypeError as error:\n    print(error)\n" for call in calls)
    expected = [f"{argument} has to be text, but is of type int" for argument in calls.values()]
    assert results(run(sandbox, code)) == expected
    assert not (sandbox.home / "s").exists()


def test_init_prints_the_known_lines(sandbox: Sandbox) -> None:
    """User, storage, instance and the hint about the hub, in this order."""
    output = run(
        sandbox, "setup.login('testuser1')\nsetup.init(storage='./lamin-intro', schema='bionty')"
    ).splitlines()[1:]
    root = sandbox.home / "lamin-intro"
    expected = [
        rf"✅ saved: User\(id='\w{{8}}', handle='testuser1', email='testuser1@localhost', updated_at={TIME}\)",
        rf"✅ saved: Storage\(id='\w{{8}}', root='{root}', type='local', updated_at={TIME}, created_by_id='\w{{8}}'\)",
        r"💡 loaded instance: testuser1/lamin-intro",
        r"💡 did not register local instance on hub \(if you want, call `lamin register`\)",
    ]
    assert len(output) == len(expected)
    assert all(re.fullmatch(pattern, line) for pattern, line in zip(expected, output, strict=True)), output


def test_init_leaves_a_database_and_two_private_files(sandbox: Sandbox) -> None:
    """The database has a write-ahead log and its tables; the marker is a copy of the instance's file."""
    run(sandbox, "setup.login('me')\nsetup.init(storage='s', name='My Lab')")
    assert files(sandbox.home / "s") == ["My Lab.lndb"]
    settings = sandbox.home / ".lamin"
    marker, own = settings / "current_instance.env", settings / "instance--me--My Lab.env"
    assert marker.read_text() == own.read_text()
    assert {stat.S_IMODE(path.stat().st_mode) for path in (marker, own)} == {0o600}
    with closing(sqlite3.connect(sandbox.home / "s" / "My Lab.lndb")) as database:
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT handle FROM lnschema_core_user").fetchall() == [("me",)]


def test_connection_is_set_up_for_many_writers(sandbox: Sandbox) -> None:
    """Write transactions begin with the lock, wait for others for a minute, and are on disk when they return."""
    output = run(
        sandbox,
        "setup.init(storage='s'); ln.File\n"
        "from django.db import connection as c\n"
        "with c.cursor() as cursor:\n"
        "    names = ['journal_mode', 'synchronous', 'foreign_keys']\n"
        "    print([cursor.execute(f'PRAGMA {name}').fetchone()[0] for name in names], c.patience, c.transaction_mode)\n"
        "print(c.settings_dict['CONN_MAX_AGE'], c.settings_dict['CONN_HEALTH_CHECKS'], c.settings_dict['TIME_ZONE'])\n"
        "from django.conf import settings; print(settings.DEFAULT_AUTO_FIELD, settings.USE_TZ, settings.TIME_ZONE)\n",
    )
    assert output.splitlines()[-3:] == [
        "['wal', 2, 1] 60 IMMEDIATE",
        "600 True None",
        "django.db.models.BigAutoField True UTC",
    ]


def test_init_then_use_in_one_process(sandbox: Sandbox) -> None:
    """Registries work right after ``init``, also those that were asked for in vain before."""
    output = run(
        sandbox,
        "try:\n    ln.ULabel\nexcept ln.InstanceNotSetupError:\n    print('none')\n"
        "setup.init(storage='s'); ln.ULabel(name='a').save(); print(ln.ULabel.filter().count())",
    )
    assert output.splitlines()[0] == "none"
    assert output.splitlines()[-1] == "1"


def test_init_again_loads_and_says_what_it_ignores(sandbox: Sandbox) -> None:
    """A second ``init`` of a name keeps the data; other arguments are named."""
    run(sandbox, "setup.init(storage='s', name='x'); ln.ULabel(name='a').save()")
    output = run(sandbox, "setup.init(storage='other', name='x', schema='bionty'); print(ln.ULabel.filter().count())")
    assert "exists already and is loaded as it is" in output
    assert "schema is '', not 'bionty'" in output
    assert "lamin schema add bionty" in output
    assert output.endswith("1\n")
    assert not (sandbox.home / "other").exists()


def test_init_of_a_database_that_lies_there_adopts_it(sandbox: Sandbox) -> None:
    """Without settings, the database in the folder is used as it is, and the user gets a row."""
    run(sandbox, "setup.init(storage='s', name='x'); ln.ULabel(name='a').save()")
    shutil.rmtree(sandbox.home / ".lamin")
    output = run(
        sandbox,
        "setup.login('bob'); setup.init(storage='s', name='x')\nprint(ln.ULabel.filter().count(), ln.User.filter().count())",
    )
    assert output.endswith("1 2\n")


def test_init_makes_a_lost_database_again(sandbox: Sandbox) -> None:
    """Settings without a database are told, and the database is made again."""
    run(sandbox, "setup.init(storage='s', name='x')")
    shutil.rmtree(sandbox.home / "s")
    assert "Re-initializing the DB." in run(sandbox, "setup.init(storage='s', name='x')")
    assert files(sandbox.home / "s") == ["x.lndb"]


def test_empty_database_is_told_and_made_again(sandbox: Sandbox) -> None:
    """A file without content, as a full disk leaves one, is named by ``load`` and replaced by ``init``."""
    run(sandbox, "setup.init(storage='s', name='x')")
    (sandbox.home / "s" / "x.lndb").write_bytes(b"")
    assert failure(sandbox, "setup.load('x')").startswith("InstanceUnreachable SQLite file is empty")
    assert "Re-initializing the DB." in run(sandbox, "setup.init(storage='s', name='x')")
    assert run(sandbox, "print(ln.ULabel.filter().count())").endswith("0\n")


def test_database_of_something_else_is_left_alone(sandbox: Sandbox) -> None:
    """An SQLite file without the tables of an instance is neither loaded nor adopted."""
    path = sandbox.home / "s" / "x.lndb"
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE other (a)")
    assert failure(sandbox, "setup.load('./s')").startswith("InstanceNotFound There is no instance in the database")
    told = failure(sandbox, "setup.init(storage='s', name='x')")
    assert told == f"InstanceUnreachable {path} is no database of an instance: choose another name with `--name`."
    assert not (sandbox.home / ".lamin").exists()
    assert files(sandbox.home / "s") == ["x.lndb"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ("storage='s', name='a/b'", "InvalidInstanceName Invalid instance name: '/' delimiter not allowed."),
        ("storage='s', name=''", "InvalidInstanceName Invalid instance name: '' is empty."),
        ("storage='s', name=' a'", "InvalidInstanceName Invalid instance name: ' a' begins or ends with a blank."),
        ("storage='s', name='..'", "InvalidInstanceName Invalid instance name: '..' has a meaning of its own"),
        ("storage='s', name='null'", "InvalidInstanceName Invalid instance name: 'null' has a meaning of its own"),
        ("storage='s', name='a\\\\b'", "InvalidInstanceName Invalid instance name: 'a\\\\b' has a slash or backslash."),
        (
            "storage='s', name='a\u202eb'",
            "InvalidInstanceName Invalid instance name: 'a\\u202eb' has control characters",
        ),
        (
            "storage='s', name='a' * 101",
            f"InvalidInstanceName Invalid instance name: '{'a' * 40}' is longer than 100 bytes.",
        ),
        ("", "TypeError init() missing 1 required keyword-only argument: 'storage'"),
        ("storage=None", "InvalidStorage `storage` is missing"),
        ("storage=''", "InvalidStorage `storage` is missing"),
        ("storage='a\\nb'", "InvalidStorage `storage` is neither a valid local, a Google Cloud nor an S3 path."),
        ("storage=3", "InvalidStorage `storage` is neither a valid local, a Google Cloud nor an S3 path."),
        ("storage='~nobody-is-called-so/a'", "InvalidStorage The storage folder ~nobody-is-called-so/a can't be used"),
        ("storage='a/' * 5000", "StorageNotWritable The storage folder"),
        ("storage='foo://a'", "InvalidKey The address 'foo://a' can't be understood"),
        ("storage='s', db='sqlite:///x'", "InvalidDatabaseUrl"),
        (
            "storage='s', db='postgresql://u:s3cr3t@127.0.0.1:1/d'",
            "InstanceUnreachable The database postgresql://u:***@127.0.0.1:1/d of",
        ),
        ("storage='s', schema='nope'", "SchemaNotInstalled No module named 'lnschema_nope'"),
        (
            "storage='s', schema='Bionty'",
            "SchemaNotInstalled No module named 'lnschema_Bionty': schema 'Bionty' is not installed. Did you mean 'bionty'?",
        ),
        ("storage='s', schema='a\\nb'", "InvalidSchemaName 'a\\nb' can't be the name of a schema"),
        ("storage='s', schema='../x'", "InvalidSchemaName '../x' can't be the name of a schema"),
        ("storage='s\\udcff'", "InvalidInstanceName"),
        ("storage='s\\udcff', name='x'", "InvalidSettings The value of lamindb_instance_storage_root can't be stored"),
        ("storage='taken/s'", "StorageNotWritable The storage folder"),
        ("storage='/proc/nowhere/s'", "StorageNotWritable The storage folder"),
    ],
)
def test_init_that_fails_says_why_and_leaves_nothing(sandbox: Sandbox, arguments: str, error: str) -> None:
    """One sentence; no folder, no database, no settings, no password."""
    (sandbox.home / "taken").touch()
    told = failure(sandbox, f"setup.init({arguments})")
    assert told.startswith(error)
    assert "s3cr3t" not in told
    assert [path.name for path in sandbox.home.iterdir() if path.name != ".cache"] == ["taken"]


def test_init_that_cannot_store_its_settings_leaves_nothing(sandbox: Sandbox) -> None:
    """A disk that is full at the last step takes database and folder with it; a database that was there before stays."""
    full = (
        "from lamindb.setup import instances\ndef fail(instance):\n    raise OSError(28, 'No space left on device')\n"
    )
    full += "instances.write_instance = fail\n"
    code = "try:\n    setup.init(storage='s', name='x')\nexcept OSError as error:\n    print(error)\n"
    assert "No space left on device" in run(sandbox, full + code)
    assert not (sandbox.home / "s").exists()
    run(sandbox, "setup.init(storage='s', name='x'); ln.ULabel(name='a').save()")
    shutil.rmtree(sandbox.home / ".lamin")
    assert "No space left on device" in run(sandbox, full + code)
    assert run(sandbox, "setup.init(storage='s', name='x'); print(ln.ULabel.filter().count())").endswith("1\n")


def test_init_killed_at_any_point_can_be_repeated(sandbox: Sandbox) -> None:
    """A process that dies before the settings are written leaves no instance, and the next ``init`` succeeds."""
    kill = "import os, signal, lamindb.setup.{module} as m\nm.{name} = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)\n"
    for module, name in [
        ("storages", "make_folder"),
        ("migrating", "apply_all"),
        ("sqlite_files", "_flush"),
        ("sqlite_files", "_link"),
        ("instances", "write_instance"),
    ]:
        died = sandbox.python(
            START + kill.format(module=module, name=name) + "setup.init(storage='s', name='x')", check=False
        )
        assert died.returncode == -9
        assert failure(sandbox, "setup.settings.instance").startswith("InstanceNotLoaded")
    assert run(sandbox, "setup.init(storage='s', name='x'); print(ln.File.filter().count())").endswith("0\n")


def test_failed_init_keeps_the_instance_that_was_loaded(sandbox: Sandbox) -> None:
    """After an error the instance that was current is the current one, and the process goes on with it."""
    run(sandbox, "setup.init(storage='lost', name='lost'); setup.init(storage='s', name='x')")
    shutil.rmtree(sandbox.home / "lost")
    output = run(
        sandbox,
        "print(ln.File.filter().count())\n"
        "try:\n    setup.init(storage='t', schema='nope')\nexcept ModuleNotFoundError:\n    pass\n"
        "print(setup.settings.instance.name)\nprint(ln.File.filter().count())\n"
        "try:\n    setup.load('lost')\nexcept RuntimeError:\n    pass\n"
        "ln.ULabel(name='a').save(); print(ln.ULabel.filter().count())",
    )
    assert results(output) == ["0", "x", "0", "1"]


def test_several_processes_make_one_instance_at_once(sandbox: Sandbox) -> None:
    """All succeed, and there is one database with one user and one storage location."""
    code = START + "setup.init(storage='s', name='x'); print(ln.User.filter().count(), ln.Storage.filter().count())"
    command = [sys.executable, "-c", code]
    running = [
        subprocess.Popen(command, cwd=sandbox.home, env=sandbox.environment, stdout=-1, stderr=-1, text=True)
        for _ in range(4)
    ]
    done = [process.communicate(timeout=120) for process in running]
    assert [stdout.splitlines()[-1:] for stdout, _ in done] == [["1 1"]] * 4, done
    assert files(sandbox.home / "s") == ["x.lndb"]


def test_verbosity_comes_from_the_layers_unless_the_process_set_it(sandbox: Sandbox) -> None:
    """``LAMIN_VERBOSITY`` counts from the first connection on; a wrong value is told with its origin."""
    run(sandbox, "setup.init(storage='s', name='x')")
    sandbox.environment["LAMIN_VERBOSITY"] = "hint"
    assert sandbox.python("import lamindb as ln; ln.File; print(ln.settings.verbosity)").stdout.endswith("4\n")
    assert run(sandbox, "ln.File; print(ln.settings.verbosity)").endswith("3\n")
    sandbox.environment["LAMIN_VERBOSITY"] = "loud"
    told = sandbox.python("import lamindb as ln; ln.File", check=False).stderr
    assert "InvalidSettings: verbosity 'loud' from environment (LAMIN_VERBOSITY) needs to be" in told


# -- two instances ----------------------------------------------------------------------------------------------------


def test_two_instances_after_each_other_in_one_process(sandbox: Sandbox) -> None:
    """``init`` and ``load`` switch every registry to the other instance; nothing of one appears in the other."""
    output = run(
        sandbox,
        "setup.init(storage='a'); ULabel = ln.ULabel; ULabel(name='in a').save()\n"
        "setup.init(storage='b', schema='bionty'); ULabel(name='in b').save()\n"
        "names = lambda: list(ULabel.filter().values_list('name', flat=True))\n"
        "print(names(), setup.settings.storage.record.root)\n"
        "setup.load('a'); print(names(), setup.settings.instance.schema)\n"
        "setup.load('b'); print(names(), setup.settings.instance.schema)\n",
    )
    told = [line for line in output.splitlines() if line.startswith("[")]
    assert told == [f"['in b'] {sandbox.home / 'b'}", "['in a'] set()", "['in b'] {'bionty'}"]


def test_run_of_one_instance_is_none_of_another(sandbox: Sandbox) -> None:
    """What is saved after switching has no run, and the run goes on after switching back."""
    output = run(
        sandbox,
        "log.set_verbosity(0)\nimport pandas as pd\nsetup.init(storage='a', name='x'); setup.init(storage='b', name='y')\n"
        "ln.track(ln.Transform(name='t')); first = ln.run_context.run\nsetup.load('x'); print(ln.run_context.run)\n"
        "file = ln.File(pd.DataFrame({'a': [1]}), description='d'); file.save(); print(file.run)\n"
        "setup.load('y'); print(ln.run_context.run == first)\n"
        "setup.close(); print(ln.run_context.run)",
    )
    assert output.splitlines() == ["None", "None", "True", "None"]


def test_links_and_deletes_work_after_switching_between_schemas(sandbox: Sandbox) -> None:
    """Registries of a plug-in come and go with the instance; deletes follow those that are mounted."""
    from tests.setup.plugins import add_plugin

    add_plugin(sandbox, "x")
    output = run(
        sandbox,
        "log.set_verbosity(0)\n"
        "from pathlib import Path; from django.db import connection\n"
        "from django.db.models import ProtectedError\n"
        "def file():\n"
        "    Path('f.txt').write_text('f'); f = ln.File('f.txt', description='f'); f.save(); return f\n"
        "relations = lambda: sorted(r.related_model.__name__ for r in ln.File._meta.related_objects)\n"
        "setup.init(storage='plain'); f = file(); print('Sample' in relations()); f.delete(storage=True)\n"
        "setup.init(storage='extended', schema='x'); from lnschema_x import Sample\n"
        "print('Sample' in relations()); s = Sample(name='s'); s.save(); f = file(); s.files.add(f)\n"
        "print(f.samples.count(), ln.File.filter(samples__name='s').count())\n"
        "setup.load('plain'); print('Sample' in relations()); f = file(); f.delete(storage=True); print(ln.File.filter().count())\n"
        "setup.load('extended'); print(Sample.filter().count(), Sample.filter(files__description='f').count())\n"
        "user = ln.User.filter().one()\n"
        "try:\n    user.delete()\nexcept ProtectedError:\n    print('protected')\n"
        "ln.File.filter().one().delete(storage=True); print(Sample.filter().one().files.count())\n"
        "try:\n    setup.load('plain'); Sample.filter().count()\nexcept Exception as error:\n    print(type(error).__name__)\n",
    )
    assert results(output) == [
        "False", "True", "1 1", "False", "0", "1 1", "protected", "0", "OperationalError"
    ]  # fmt: skip


def test_two_shells_on_two_instances_do_not_disturb_each_other(sandbox: Sandbox) -> None:
    """A process keeps its instance while another one loads, and closes only its own."""
    run(sandbox, "setup.login('me'); setup.init(storage='a'); setup.init(storage='b'); setup.load('a')")
    output = run(
        sandbox,
        "import subprocess, sys\n"
        "shell = lambda code: subprocess.run([sys.executable, '-c', 'from lamindb import setup; ' + code], check=True)\n"
        "print(ln.File.filter().count(), setup.settings.instance.name)\n"
        "shell('setup.load(\"b\")')\n"
        "print(setup.settings.instance.name, setup.settings.storage.record.root)\n"
        "setup.close()\n"
        "shell('print(setup.settings.instance.name)')\n",
    )
    told = output.splitlines()
    assert f"a {sandbox.home / 'a'}" in told
    assert "✅ closed instance: me/a" in told
    assert told[-1] == "b"


def test_shell_with_a_chosen_instance_is_told_when_it_loads_another(sandbox: Sandbox) -> None:
    """``load`` and ``close`` say that the environment goes on choosing."""
    run(sandbox, "setup.login('me'); setup.init(storage='a'); setup.init(storage='b')")
    sandbox.environment["LAMIN_INSTANCE"] = "a"
    assert "use a, as environment (LAMIN_INSTANCE) says" in run(sandbox, "setup.load('b')")
    assert "use a, as environment (LAMIN_INSTANCE) says" in run(sandbox, "setup.init(storage='c')")
    assert "a remains the instance of this shell" in run(sandbox, "setup.close()")
    assert run(sandbox, "print(ln.Storage.filter().one().root)").endswith("/a\n")


def test_thread_of_a_closed_instance_is_refused_once(sandbox: Sandbox) -> None:
    """A thread that used the earlier instance gets an error instead of the wrong data, and then the new instance."""
    output = run(
        sandbox,
        "log.set_verbosity(0)\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        "pool = ThreadPoolExecutor(1)\n"
        "def root():\n"
        "    try:\n        return ln.Storage.filter().one().root\n    except RuntimeError as error:\n        return str(error)\n"
        "setup.init(storage='a'); print(pool.submit(root).result())\n"
        "setup.init(storage='b'); print(pool.submit(root).result()); print(pool.submit(root).result())\n"
        "setup.close(); print(pool.submit(root).result()); print(pool.submit(root).result())\n",
    )
    lines = results(output)
    assert lines[0].endswith("/a")
    assert "was closed while this thread used it" in lines[1]
    assert lines[2].endswith("/b")
    assert lines[3:] == ["No instance is loaded! Call `lamin init` or `lamin load`"] * 2


def test_forked_process_has_a_connection_of_its_own(sandbox: Sandbox) -> None:
    """A child that was forked while its parent was connected reads and writes, and so does the parent afterwards."""
    output = run(
        sandbox,
        "import sys; setup.init(storage='a'); ln.User.filter().count()\n"
        "import os; from django.db import connection; mine = connection.connection\n"
        "for name in 'abc':\n"
        "    if os.fork() == 0:\n"
        "        ln.ULabel(name=name).save(); print(connection.connection is not mine, flush=True); sys.exit()\n"
        "    os.wait()\n"
        "ln.ULabel(name='d').save(); print(ln.ULabel.filter().count(), connection.connection is mine)",
    )
    assert output.splitlines()[-4:] == ["True"] * 3 + ["4 True"]


# -- load -------------------------------------------------------------------------------------------------------------


def test_load_of_a_moved_folder_updates_its_root(sandbox: Sandbox) -> None:
    """``--storage`` says where the folder is now; the row of the storage location follows."""
    run(sandbox, "setup.init(storage='a', name='x')")
    (sandbox.home / "a").rename(sandbox.home / "moved")
    told = failure(sandbox, "setup.load('x')")
    assert told.startswith("InstanceUnreachable SQLite file does not exist")
    assert "--storage" in told
    output = run(sandbox, "setup.load('x', storage='moved'); print(setup.settings.storage.record.root)")
    assert f" to {sandbox.home / 'moved'}" in output
    assert output.endswith(f"{sandbox.home / 'moved'}\n")
    assert not (sandbox.home / "a").exists()


def test_load_from_a_mistyped_folder_makes_none(sandbox: Sandbox) -> None:
    """A folder that isn't there, or has no database, is named and not made."""
    run(sandbox, "setup.init(storage='a', name='x')")
    assert failure(sandbox, "setup.load('x', storage='typo')").startswith("InstanceUnreachable The storage folder")
    (sandbox.home / "empty").mkdir()
    assert "there is no x.lndb in" in failure(sandbox, "setup.load('x', storage='empty')")
    assert not (sandbox.home / "typo").exists()
    assert run(sandbox, "print(setup.settings.storage.root_as_str)") == f"{sandbox.home / 'a'}\n"


def test_load_of_an_unknown_instance_is_told(sandbox: Sandbox) -> None:
    """One sentence that names it."""
    assert failure(sandbox, "setup.load('x')").startswith("InstanceNotFound Instance root/x neither loadable from hub")
    assert failure(sandbox, "setup.load('a/b/c')").startswith("InvalidInstanceName The instance identifier needs to be")


def test_second_user_of_an_instance_gets_a_row(sandbox: Sandbox) -> None:
    """Whoever loads or uses an instance can save in it."""
    run(sandbox, "setup.login('ada'); setup.init(storage='a', name='x'); setup.login('bob@lab.org')")
    output = run(
        sandbox, "setup.load('ada/x'); ln.ULabel(name='a').save(); print(ln.ULabel.filter().one().created_by.handle)"
    )
    assert output.endswith("bob\n")
    assert run(sandbox, "setup.login('eve'); ln.ULabel(name='b').save(); print(ln.User.filter().count())").endswith(
        "3\n"
    )


def test_person_is_recognised_by_email_and_told_apart_by_it(sandbox: Sandbox) -> None:
    """The same email is the same person whatever the id here; the same handle with another email is somebody else."""
    run(sandbox, "setup.login('ada@lab.org'); setup.init(storage='a', name='x')")
    before = run(sandbox, "print(ln.User.filter().one().id)").splitlines()[-1]
    shutil.rmtree(sandbox.home / ".lamin")
    sandbox.environment["LAMIN_USER_ID"] = "elsewher"
    output = run(
        sandbox,
        "setup.login('ada@lab.org'); setup.init(storage='a', name='x'); ln.ULabel(name='u').save()\n"
        "print(ln.ULabel.filter().one().created_by_id, ln.User.filter().count())",
    )
    assert output.endswith(f"{before} 1\n")
    del sandbox.environment["LAMIN_USER_ID"]
    shutil.rmtree(sandbox.home / ".lamin")
    output = run(
        sandbox,
        "setup.login('ada@other.org'); setup.init(storage='a', name='x'); ln.ULabel(name='v').save()\n"
        "print(ln.ULabel.filter(name='v').one().created_by.handle, ln.User.filter().count())",
    )
    assert re.search(r"ada-\w{4} 2\n$", output)


# -- close, delete, set -----------------------------------------------------------------------------------------------


def test_close_ends_the_use_of_registries(sandbox: Sandbox) -> None:
    """After ``close`` settings and queries say that no instance is loaded."""
    output = run(
        sandbox,
        "setup.login('me'); setup.init(storage='a'); ln.File; setup.close()\n"
        "for use in (lambda: setup.settings.instance, lambda: ln.File.filter().count(), lambda: ln.ULabel(name='x').save()):\n"
        "    try:\n        use()\n    except ln.InstanceNotSetupError as error:\n        print(error)\n"
        "setup.close(); setup.close(mute=True)",
    )
    lines = output.splitlines()
    assert "✅ closed instance: me/a" in lines
    assert lines[-4:-1] == ["No instance is loaded! Call `lamin init` or `lamin load`"] * 3
    assert lines[-1] == "💡 no instance loaded"


def test_close_clears_the_marker_whatever_is_broken(sandbox: Sandbox) -> None:
    """A settings file that can't be understood, or a database that is gone, can always be closed."""
    marker = sandbox.home / ".lamin" / "current_instance.env"
    run(sandbox, "setup.init(storage='a', name='x')")
    marker.write_text("nonsense\n")
    assert "is invalid, please delete" in failure(sandbox, "ln.File")
    run(sandbox, "setup.close()")
    assert not marker.exists()
    run(sandbox, "setup.load('x')")
    shutil.rmtree(sandbox.home / "a")
    assert failure(sandbox, "ln.File").startswith("SQLite file does not exist: ")
    run(sandbox, "setup.close()")
    assert not marker.exists()


def test_database_that_is_none_is_named(sandbox: Sandbox) -> None:
    """A file that is no database is named with its path and the reason."""
    run(sandbox, "setup.init(storage='a', name='x')")
    for path in (sandbox.home / "a").iterdir():
        path.unlink()
    (sandbox.home / "a" / "x.lndb").write_bytes(b"this is no database, whatever its name says" * 100)
    told = failure(sandbox, "ln.File")
    assert told.startswith("The database ")
    assert "x.lndb" in told


def test_delete_touches_only_its_own_instance(sandbox: Sandbox) -> None:
    """Settings, cache and database of one instance go; another one's, and stored data, stay."""
    run(
        sandbox,
        "setup.login('me')\n"
        "for name in 'ab':\n"
        "    setup.init(storage='s', name=name)\n"
        "    (setup.settings.storage.cache_dir / 'copy').write_text('x')\n"
        "import pathlib; pathlib.Path('s/data.txt').write_text('x')",
    )
    output = run(sandbox, "setup.delete('a', force=True)")
    assert output.splitlines() == [
        "💡 deleting instance me/a",
        f"✅     deleted instance settings file: {sandbox.home}/.lamin/instance--me--a.env",
        "✅     instance cache deleted",
        "✅     deleted '.lndb' sqlite file",
        f"❗     consider manually deleting your stored data: {sandbox.home}/s",
    ]
    assert files(sandbox.home / "s") == ["b.lndb", "data.txt"]
    assert files(sandbox.home / ".cache") == ["lamindb/instances/me--b/copy"]
    assert run(sandbox, "print(setup.settings.instance.name, ln.File.filter().count())").endswith("b 0\n")


def test_delete_of_the_instance_of_other_shells_leaves_none_to_them(sandbox: Sandbox) -> None:
    """What another shell has chosen doesn't keep the mark of a deleted instance."""
    run(sandbox, "setup.login('me')\nfor name in 'ab':\n    setup.init(storage='s', name=name)")
    sandbox.environment["LAMIN_INSTANCE"] = "a"
    run(sandbox, "setup.delete('b', force=True)")
    assert run(sandbox, "print(ln.File.filter().count(), setup.settings.instance.name)").endswith("0 a\n")
    del sandbox.environment["LAMIN_INSTANCE"]
    assert failure(sandbox, "ln.File").startswith("InstanceNotLoaded")


def test_delete_that_cannot_remove_the_database_removes_nothing(sandbox: Sandbox) -> None:
    """An instance in a folder that can't be written stays whole."""
    run(sandbox, "setup.login('me'); setup.init(storage='s', name='a')")
    refuse = NO_WRITING.format(folder=str(sandbox.home / "s"))
    told = failure(sandbox, f"exec({refuse!r}); setup.delete('a', force=True)")
    assert told.startswith("StorageNotWritable The database")
    assert run(sandbox, "print(ln.File.filter().count())").endswith("0\n")


def test_delete_leaves_a_folder_in_the_place_of_the_database(sandbox: Sandbox) -> None:
    """It may be somebody's; the instance is deleted nevertheless."""
    run(sandbox, "setup.login('me'); setup.init(storage='s', name='a'); setup.close()")
    database = sandbox.home / "s" / "a.lndb"
    for path in database.parent.glob("a.lndb*"):
        path.unlink()
    (database / "mine").mkdir(parents=True)
    assert f"{database} is a folder and no database, it stays" in run(sandbox, "setup.delete('a', force=True)")
    assert (database / "mine").is_dir()
    assert not (sandbox.home / ".lamin" / "instance--me--a.env").exists()


def test_delete_of_the_current_instance_closes_it(sandbox: Sandbox) -> None:
    """Nothing is current afterwards, in this process and in others; no log of the database stays."""
    run(sandbox, "setup.login('me'); setup.init(storage='s', name='a')")
    output = run(
        sandbox,
        "ln.ULabel(name='x').save(); setup.delete('a', force=True)\n"
        "try:\n    ln.ULabel.filter().count()\nexcept RuntimeError as error:\n    print(error)",
    )
    assert output.splitlines()[-1].startswith("No instance is loaded!")
    assert list((sandbox.home / "s").iterdir()) == []
    assert failure(sandbox, "ln.File").startswith("InstanceNotLoaded")


@pytest.mark.parametrize(("answer", "value"), [("n", -1), ("", -1), ("yess", -1), (" Y ", None), ("yes", None)])
def test_delete_asks_first(sandbox: Sandbox, answer: str, value: int | None) -> None:
    """Only y and yes delete; anything else returns -1."""
    run(sandbox, "setup.login('me'); setup.init(storage='s', name='a')")
    output = run(
        sandbox, f"import builtins; builtins.input = lambda text: print(text) or {answer!r}\nprint(setup.delete('a'))"
    )
    assert output.startswith("Are you sure you want to delete this instance? (y/n): \n")
    assert output.endswith(f"{value}\n")
    assert (sandbox.home / "s" / "a.lndb").exists() is (value == -1)


def test_delete_of_what_is_not_there_or_somebody_elses(sandbox: Sandbox) -> None:
    """An unknown name is a warning, a slash an error, nobody to ask a no."""
    assert "could not delete as instance settings do not exist locally" in run(sandbox, "setup.delete('a', force=True)")
    assert failure(sandbox, "setup.delete('you/a', force=True)").startswith(
        "InvalidInstanceName Invalid instance name: '/'"
    )
    assert run(sandbox, "print(setup.delete('a'))").endswith("-1\n")


def test_storage_is_switched_on_sqlite(sandbox: Sandbox) -> None:
    """New files go to the new location, old ones stay where they are, and so does the database."""
    run(sandbox, "setup.init(storage='a', name='x')")
    output = run(sandbox, "setup.set.storage('b'); print(setup.settings.storage.record.root)")
    assert f"✅ set storage {sandbox.home / 'b'}" in output
    output = run(
        sandbox,
        "print(setup.settings.storage.root_as_str, setup.settings.instance.db, ln.Storage.filter().count())\nsetup.load('x')",
    )
    assert f"{sandbox.home / 'b'} sqlite:///{sandbox.home / 'a'}/x.lndb 2" in output
    assert all(name.startswith(".lamindb/instances/") for name in files(sandbox.home / "b"))


def test_deprecated_name_for_switching_warns(sandbox: Sandbox) -> None:
    """``set_storage`` works, and says its better name."""
    output = run(
        sandbox,
        "import warnings\nsetup.init(storage='a', name='x')\n"
        "with warnings.catch_warnings(record=True) as caught:\n    warnings.simplefilter('always'); setup.set_storage('b')\n"
        "print(caught[0].category.__name__, caught[0].message); print(setup.settings.storage.root_as_str)",
    )
    assert "DeprecationWarning Use set.storage instead of set_storage, set_storage will be removed" in output
    assert output.endswith("/b\n")


def test_register_without_a_hub_is_one_sentence(sandbox: Sandbox) -> None:
    """Nothing crashes, nothing is asked over the network."""
    run(sandbox, "setup.init(storage='a', name='x')")
    assert failure(sandbox, "setup.register()").startswith("LoginError No hub is configured")


def test_info_prints_user_and_instance(sandbox: Sandbox) -> None:
    """With and without an instance, without loading Django."""
    assert run(sandbox, "setup.login('me', ); setup.info()").endswith("No instance loaded: lamin load <instance>\n")
    run(sandbox, "setup.init(storage='a')")
    output = run(sandbox, "setup.info(); import sys; print('django' in sys.modules, 'upath' in sys.modules)")
    assert output.startswith("Current user: me\n- handle: me\n- email: me@localhost\n- id: ")
    assert f"Current instance: me/a\n- owner: me\n- name: a\n- storage root: {sandbox.home / 'a'}\n" in output
    assert output.endswith("False False\n")


# -- places that can't be written -------------------------------------------------------------------------------------

NO_WRITING = """
import os
real = os.access
os.access = lambda path, mode, **kw: not (mode & os.W_OK and str(path).startswith({folder!r})) and real(path, mode, **kw)
"""


def test_database_that_cannot_be_written_is_opened_for_reading(sandbox: Sandbox) -> None:
    """Reading works, writing gets one sentence, and no byte and no file changes."""
    run(sandbox, "setup.init(storage='a', name='x'); ln.ULabel(name='u').save(); setup.close(); setup.load('x')")
    before = {path.name: path.read_bytes() for path in (sandbox.home / "a").iterdir()}
    output = run(
        sandbox,
        NO_WRITING.format(folder=str(sandbox.home / "a")) + "print(ln.ULabel.filter().one().name)\n"
        "try:\n    ln.ULabel(name='v').save()\nexcept PermissionError as error:\n    print(type(error).__name__, error)\n"
        "from django.db import connection\n"
        "try:\n    connection.ensure_connection(); connection.connection.execute('DELETE FROM lnschema_core_ulabel')\n"
        "except Exception as error:\n    print(error)\n",
    )
    lines = output.splitlines()
    assert "u" in lines
    assert lines[-2].startswith("StorageNotWritable The instance")
    assert "readonly" in lines[-1]
    assert {path.name: path.read_bytes() for path in (sandbox.home / "a").iterdir()} == before


def test_database_that_cannot_be_written_is_read_by_anybody(sandbox: Sandbox) -> None:
    """Somebody who is no user of the instance yet can read it."""
    run(sandbox, "setup.login('ada'); setup.init(storage='a', name='x')")
    sandbox.environment["LAMIN_USER_HANDLE"] = "bob"
    output = run(sandbox, NO_WRITING.format(folder=str(sandbox.home / "a")) + "print(ln.User.filter().one().handle)")
    assert output.endswith("ada\n")


def test_moved_database_that_cannot_be_written_has_its_files_where_it_is(sandbox: Sandbox) -> None:
    """Files are read in the folder that was loaded, though the database goes on naming the old one."""
    run(
        sandbox,
        "import pathlib; pathlib.Path('f.txt').write_text('content')\n"
        "setup.init(storage='a', name='x'); ln.File('f.txt', key='f.txt').save(); setup.close()",
    )
    (sandbox.home / "a").rename(sandbox.home / "moved")
    read_only = NO_WRITING.format(folder=str(sandbox.home / "moved"))
    output = run(sandbox, read_only + "setup.load('x', storage='moved')")
    assert f"goes on saying that its files are at {sandbox.home / 'a'}" in output
    output = run(
        sandbox, read_only + "file = ln.File.filter().one(); print(file.path, file.path.read_text(), file.storage.root)"
    )
    assert output.endswith(f"{sandbox.home / 'moved' / 'f.txt'} content {sandbox.home / 'a'}\n")


def test_settings_that_cannot_be_written_are_told_before_anything_is(sandbox: Sandbox) -> None:
    """No storage folder appears when the settings folder can't be written."""
    output = failure(
        sandbox,
        f"exec({NO_WRITING.format(folder=str(sandbox.home / '.lamin'))!r}); "
        "os.mkdir(os.environ['LAMIN_SETTINGS_DIR']); setup.init(storage='s')",
    )
    assert output.startswith("SettingsNotWritable The settings folder")
    assert "LAMIN_SETTINGS_DIR" in output
    assert not (sandbox.home / "s").exists()
