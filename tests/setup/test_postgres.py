"""Instances on Postgres: made, shared, refused, and never with their password in the output."""

from __future__ import annotations

import re
import subprocess
import sys
import uuid
from typing import TYPE_CHECKING

import pytest

from tests.sandbox import Sandbox
from tests.servers import pooler, postgres
from tests.servers.certificates import write_certificates

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.postgres

START = "import lamindb as ln\nfrom lamindb import log, setup\nlog.set_verbosity(3)\n"
SECRET = "s3cr3t-pass"


@pytest.fixture
def url(postgres_server: str) -> str:
    """The address of an empty database, with a password."""
    return postgres.create_database(postgres_server, f"t{uuid.uuid4().hex}").replace("lamin:lamin@", f"lamin:{SECRET}@")


def run(sandbox: Sandbox, code: str) -> str:
    """What a script prints that begins with the usual imports."""
    return sandbox.python(START + code).stdout


def failure(sandbox: Sandbox, statement: str, **environment: str) -> str:
    """Everything that a failing statement prints and raises, with its cause."""
    sandbox.environment.update(environment)
    done = sandbox.python(START + statement, check=False)
    return done.stdout + done.stderr


def test_instance_is_made_and_used_by_two_users(sandbox: Sandbox, url: str) -> None:
    """The name is the database's, the address is stored, shown with stars, and a second user works in the same tables."""
    output = run(
        sandbox, f"setup.login('ada'); setup.init(storage='s', db={url!r}); ln.ULabel(name='a').save(); setup.info()"
    )
    name = url.rpartition("/")[2]
    assert f"- name: {name}" in output
    assert SECRET not in output
    assert f"lamindb_instance_db={url}\n" in (sandbox.home / ".lamin" / f"instance--ada--{name}.env").read_text()
    second = Sandbox(sandbox.home / "second")
    output = run(
        second, f"setup.login('bob'); setup.init(storage='../s', db={url!r}); print(ln.ULabel.filter().count())"
    )
    assert "✅ database already up-to-date with migrations!" in output
    assert output.endswith("1\n")
    assert run(sandbox, "print(ln.User.filter().count(), ln.Storage.filter().count())").endswith("2 1\n")


def test_options_of_the_address_reach_the_driver(sandbox: Sandbox, url: str) -> None:
    """What is after the question mark is not part of the name."""
    output = run(
        sandbox,
        f"setup.init(storage='s', db={url + '?application_name=lab&sslmode=prefer'!r})\n"
        "from django.db import connection as c\n"
        "with c.cursor() as cursor:\n    cursor.execute('SHOW application_name'); print(cursor.fetchone()[0])\n"
        "print(setup.settings.instance.name, c.settings_dict['CONN_MAX_AGE'], c.settings_dict['CONN_HEALTH_CHECKS'])",
    )
    assert output.splitlines()[-2:] == ["lab", f"{url.rpartition('/')[2]} 600 True"]


def test_environment_never_redirects_to_another_database(sandbox: Sandbox, url: str) -> None:
    """``DATABASE_URL`` is not read."""
    sandbox.environment["DATABASE_URL"] = "postgresql://other@127.0.0.1:1/other"
    run(sandbox, f"setup.init(storage='s', db={url!r})")
    assert run(sandbox, "print(ln.File.filter().count())").endswith("0\n")


@pytest.mark.parametrize(
    "form",
    [
        "nobody:{secret}@127.0.0.1:{port}/{name}",
        "lamin:{secret}@127.0.0.1:1/{name}",
        "lamin:{secret}@127.0.0.1:{port}/no",
    ],
)
def test_server_that_refuses_is_named_without_the_password(sandbox: Sandbox, url: str, form: str) -> None:
    """Wrong user, port or database: one error that names the address, nothing left behind, no password in any traceback."""
    port, _, name = url.rpartition(":")[2].partition("/")
    refused = "postgresql://" + form.format(secret=SECRET, port=port, name=name)
    told = failure(sandbox, "import os; setup.init(storage='s', db=os.environ['DB'])", DB=refused)
    assert "lamindb.errors.InstanceUnreachable: The database postgresql://" in told
    assert SECRET not in told
    assert [path.name for path in sandbox.home.iterdir() if path.name != ".cache"] == []


def test_server_that_stopped_is_named_with_the_way_out(sandbox: Sandbox) -> None:
    """An instance whose server is gone says how to close it, and can be closed."""
    with postgres.running_postgres() as server:
        run(sandbox, f"setup.init(storage='s', name='x', db={postgres.create_database(server, 'gone')!r})")
    told = failure(sandbox, "ln.File")
    assert "InstanceUnreachable" in told
    assert "lamin close" in told
    assert "closed instance" in run(sandbox, "setup.close()")


def test_two_processes_initialise_one_database_at_once(sandbox: Sandbox, url: str) -> None:
    """Migrations are applied once, and both processes succeed."""
    homes = [Sandbox(sandbox.home / name) for name in "abcd"]
    code = START + f"setup.login('ada'); setup.init(storage='../s', db={url!r}); print(ln.User.filter().count())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=one.home, env=one.environment, stdout=-1, stderr=-1, text=True
        )
        for one in homes
    ]
    done = [process.communicate(timeout=120) for process in running]
    assert [process.returncode for process in running] == [0] * 4, done


def test_database_that_is_ahead_is_only_read(sandbox: Sandbox, url: str) -> None:
    """Writing is refused by us, and by the server where somebody goes around us; a second ``init`` is refused."""
    run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url!r})\nfrom django.db import connection\n"
        "connection.cursor().execute(\"INSERT INTO django_migrations (app, name, applied) VALUES ('lnschema_core', '0999', now())\")",
    )
    output = run(
        sandbox,
        "print(ln.User.filter().count())\nfrom django.db import connection\n"
        "raw = lambda: connection.connection.cursor().execute('DELETE FROM lnschema_core_storage')\n"
        "for write in (ln.ULabel(name='a').save, raw):\n"
        "    try:\n        write()\n    except Exception as error:\n        print(type(error).__name__)\n",
    )
    assert output.splitlines()[-2:] == ["DatabaseAhead", "ReadOnlySqlTransaction"]
    second = Sandbox(sandbox.home / "second")
    assert "DatabaseAhead" in failure(second, f"setup.init(storage='s', name='x', db={url!r})")


def test_switching_between_databases_in_one_process(sandbox: Sandbox, url: str) -> None:
    """SQLite, Postgres and SQLite again."""
    output = run(
        sandbox,
        "setup.init(storage='a'); ULabel = ln.ULabel; ULabel(name='a').save()\n"
        f"setup.init(storage='b', name='b', db={url!r}); print(ULabel.filter().count())\n"
        "from django.db import connection; print(connection.vendor); setup.load('a'); print(connection.vendor)\n"
        "print(ULabel.filter().count())",
    )
    words = [line for line in output.splitlines() if line in {"0", "1", "sqlite", "postgresql"}]
    assert words == ["0", "postgresql", "sqlite", "1"]


def test_delete_leaves_the_tables(sandbox: Sandbox, url: str) -> None:
    """Settings and cache go, the database stays for others."""
    run(sandbox, f"setup.login('me'); setup.init(storage='s', name='x', db={url!r}); ln.ULabel(name='a').save()")
    assert ".lndb" not in run(sandbox, "setup.delete('x', force=True)")
    output = run(sandbox, f"setup.init(storage='s', name='x', db={url!r}); print(ln.ULabel.filter().count())")
    assert output.endswith("1\n")


def test_forked_process_has_a_connection_of_its_own(sandbox: Sandbox, url: str) -> None:
    """A child that was forked while its parent was connected reads and writes, and so does the parent afterwards."""
    output = run(
        sandbox,
        f"import sys; setup.init(storage='a', db={url!r}); ln.User.filter().count()\n"
        "import os; from django.db import connection; mine = connection.connection\n"
        "for name in 'abc':\n"
        "    if os.fork() == 0:\n"
        "        ln.ULabel(name=name).save(); print(connection.connection is not mine, flush=True); sys.exit()\n"
        "    os.wait()\n"
        "ln.ULabel(name='d').save(); print(ln.ULabel.filter().count(), connection.connection is mine)",
    )
    assert output.splitlines()[-4:] == ["True"] * 3 + ["4 True"]


KILL = """
import psycopg2
def kill_others():
    with psycopg2.connect({url!r}) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 9999) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()")
"""


def test_connection_that_the_server_ended_is_made_again_before_it_is_used(sandbox: Sandbox, url: str) -> None:
    """Whatever comes next, a query, rows that are streamed, a row or a transaction, doesn't notice; also if it was used a moment ago."""
    output = run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url!r}); ln.ULabel(name='a').save()\n"
        + KILL.format(url=url)
        + "label = ln.ULabel(name='b')\n"
        "kill_others(); print('queried', ln.ULabel.filter().count())\n"
        "kill_others(); print('streamed', [row.name for row in ln.ULabel.filter().iterator()], len(ln.ULabel.filter().df()))\n"
        "kill_others(); label.save()\n"
        "kill_others(); ln.save([ln.ULabel.from_fields(name='c')])\n"
        "kill_others(); print('saved', sorted(ln.ULabel.filter().list('name')))\n",
    )
    assert output.splitlines()[-3:] == ["queried 1", "streamed ['a'] 1", "saved ['a', 'b', 'c']"]


def test_connection_that_is_lost_meanwhile_is_told_what_may_have_been_saved(sandbox: Sandbox, url: str) -> None:
    """Nothing of a transaction; of a single statement, nobody knows. What comes next connects again, and nothing is there by half."""
    output = run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url!r}); ln.save([ln.ULabel.from_fields(name=str(n)) for n in range(5000)])\n"
        + KILL.format(url=url)
        + "from django.db import connection, transaction\n"
        "def transact():\n"
        "    with transaction.atomic():\n"
        "        ln.ULabel.from_fields(name='c').save(); kill_others(); ln.ULabel.from_fields(name='d').save()\n"
        "def stream():\n"
        "    for row in ln.ULabel.filter().iterator(100):\n        kill_others()\n"
        "def delete():\n"
        "    connection.cursor().execute('DELETE FROM lnschema_core_ulabel WHERE pg_terminate_backend(pg_backend_pid())')\n"
        "for statement in (transact, stream, delete):\n"
        "    try:\n        statement()\n    except Exception as error:\n        print(type(error).__name__, *error.__notes__)\n"
        "print(ln.ULabel.filter().count())",
    )
    undone, *in_doubt, count = output.splitlines()[-4:]
    assert undone.startswith(
        "OperationalError The connection to the database was lost. Nothing of the unfinished transaction"
    )
    assert all("whether it was saved is not known" in one for one in in_doubt)
    assert count == "5000"


def test_server_that_is_gone_without_a_word_is_noticed(sandbox: Sandbox, url: str) -> None:
    """The system asks an idle server whether it is there, and gives up on one that doesn't answer, within minutes."""
    output = run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url!r}); ln.User.filter().count()\n"
        "import os, socket as s; from django.db import connection\n"
        "tcp = s.socket(fileno=os.dup(connection.connection.fileno()))\n"
        "print(tcp.getsockopt(s.IPPROTO_TCP, s.TCP_KEEPIDLE), tcp.getsockopt(s.IPPROTO_TCP, s.TCP_USER_TIMEOUT))",
    )
    assert output.endswith("60 120000\n")


def test_statements_end_where_the_address_says_so(sandbox: Sandbox, url: str) -> None:
    """``statement_timeout`` and ``lock_timeout`` among the options of the address stop what takes longer, and the error says so."""
    timeout = "?options=-c%20statement_timeout%3D900%20-c%20lock_timeout%3D200"
    output = run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url + timeout!r})\nfrom django.db import connection\n"
        f"import psycopg2; other = psycopg2.connect({url!r}); other.cursor().execute('LOCK TABLE lnschema_core_ulabel')\n"
        "for wait in ('SELECT pg_sleep(30)', 'SELECT * FROM lnschema_core_ulabel'):\n"
        "    try:\n        connection.cursor().execute(wait)\n    except Exception as error:\n        print(*error.__notes__)\n"
        "print(ln.User.filter().count())",
    )
    too_long, locked, users = output.splitlines()[-3:]
    assert "`statement_timeout`" in too_long
    assert "`lock_timeout`" in locked
    assert users == "1"


def test_session_that_can_only_read_meanwhile_is_told_why(sandbox: Sandbox, url: str) -> None:
    """As when another server took the place of the one that was connected, and is a replica."""
    output = run(
        sandbox,
        f"setup.init(storage='s', name='x', db={url!r})\nfrom django.db import connection\n"
        "ln.User.filter().count()\nconnection.cursor().execute('SET default_transaction_read_only = on')\n"
        "try:\n    ln.ULabel(name='a').save()\nexcept Exception as error:\n    print(*error.__notes__)\n",
    )
    assert "can only be read now" in output.splitlines()[-1]


def test_who_keeps_a_migration_waiting_is_named(sandbox: Sandbox, url: str) -> None:
    """It goes on when the other transaction ends, and ends itself when ``lock_timeout`` is over."""
    import psycopg2

    sandbox.lamin("init", "--storage", "s", "--name", "x", "--db", url)
    run(
        sandbox,
        "ln.User; from django.db import connection; from django.db.migrations.executor import MigrationExecutor\n"
        "MigrationExecutor(connection).migrate([('lnschema_core', '0027_steps_of_runs')])",
    )
    deploy = (
        "import threading, psycopg2; from lamindb.setup.postgres import waiting; waiting._PATIENCE = 0.1\n"
        f"other = psycopg2.connect({url!r}, application_name='nightly export')\n"
        "other.cursor().execute('LOCK TABLE lnschema_core_file IN SHARE MODE')\n"
        "threading.Timer({seconds}, other.commit).start(); setup.migrate.deploy()"
    )
    sandbox.environment["PGOPTIONS"] = "-c lock_timeout=400"
    refused = failure(sandbox, deploy.format(seconds=2))
    assert "failed: canceling statement due to lock timeout" in refused
    del sandbox.environment["PGOPTIONS"]
    for told in (refused, run(sandbox, deploy.format(seconds=0.7))):
        [named] = [line for line in told.splitlines() if "waiting for" in line]
        assert re.search(
            r"waiting for a session of lamin \(process \d+, nightly export, at 127.0.0.1, in a transaction since 20",
            named,
        )
    assert "deployed 1 migration" in told
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM django_migrations WHERE name = '0028_ids_of_captured_files'")
        assert cursor.fetchone()


def test_one_database_has_several_instances_by_schema(sandbox: Sandbox, url: str) -> None:
    """Each has rows and search indexes of its own, and can be moved to a schema of its own."""
    import psycopg2

    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA a; CREATE SCHEMA b; CREATE SCHEMA c")
    address = f"{url}?options=-c%20search_path%3D"
    look = (
        "from lnschema_core.search_index import objects\n"
        "print(ln.ULabel.filter().list('name'), sorted(objects.usable()['lnschema_core_ulabel']))"
    )
    for name in "ab":
        make = f"setup.init(storage='s', name={name!r}, db={f'{address}{name},public'!r}); ln.ULabel(name={name!r}).save()\n"
        assert run(sandbox, make + look).splitlines()[-1] == f"['{name}'] ['keys', 'trigrams']"
    moved = run(sandbox, f"setup.move({f'{address}c,public'!r})\n{look}")
    assert moved.splitlines()[-1] == "['b'] ['keys', 'trigrams']"
    assert run(sandbox, f"setup.load('a')\n{look}").splitlines()[-1] == "['a'] ['keys', 'trigrams']"


def test_service_and_tls_of_the_address_are_those_of_the_driver(sandbox: Sandbox, url: str) -> None:
    """A service of ``PGSERVICEFILE`` names the server; TLS that is asked for is not left out."""
    host, _, port = url.partition("@")[2].partition("/")[0].partition(":")
    (sandbox.home / "services").write_text(f"[lab]\nhost={host}\nport={port}\n")
    sandbox.environment["PGSERVICEFILE"] = str(sandbox.home / "services")
    name = url.rpartition("/")[2]
    address = f"postgresql://lamin:{SECRET}@/{name}?service=lab"
    assert run(sandbox, f"setup.init(storage='s', name='x', db={address!r}); print(ln.User.filter().count())").endswith(
        "1\n"
    )
    told = failure(sandbox, f"setup.init(storage='s', name='y', db={url + '?sslmode=require'!r})")
    assert "SSL" in told
    assert SECRET not in told


def test_certificate_of_the_server_is_checked(sandbox: Sandbox, tmp_path: Path) -> None:
    """With ``verify-full``, a server is used whose certificate its authority has signed, and no other; ``pg_dump`` goes there, too.

    A path that was relative when the instance was made is the same file from other folders.
    """
    write_certificates(tmp_path)  # of another authority
    with postgres.running_postgres(authority=tmp_path / "lab.crt") as server:
        url = postgres.create_database(server, "tls")
        address = f"{url}?sslmode=verify-full&sslrootcert="
        encrypted = (
            f"setup.init(storage='s', name='x', db={f'{address}../lab.crt'!r}); ln.User.filter().count()\n"
            "from django.db import connection; from lamindb.setup import backups\n"
            "copy = backups.back_up(setup.settings.instance); print(connection.connection.info.ssl_in_use, copy.exists())\n"
        )
        assert run(sandbox, encrypted).endswith("True True\n")
        assert run(sandbox, "import os; os.chdir('/'); print(ln.User.filter().count())").endswith("1\n")
        told = failure(sandbox, f"setup.init(storage='s', name='y', db={f'{address}{tmp_path}/ca.crt'!r})")
        assert "SSL error" in told


def test_service_that_tells_everything(sandbox: Sandbox, url: str) -> None:
    """Server, user, password and database: an instance is made, loaded by the address, used, and described by it."""
    credentials, _, place = url.removeprefix("postgresql://").partition("@")
    (host, _, port), database = place.partition("/")[0].partition(":"), place.partition("/")[2]
    user, _, password = credentials.partition(":")
    (sandbox.home / "services").write_text(
        f"[lab]\nhost={host}\nport={port}\nuser={user}\npassword={password or SECRET}\ndbname={database}\n"
    )
    sandbox.environment["PGSERVICEFILE"] = str(sandbox.home / "services")
    address = "postgresql://?service=lab"
    run(sandbox, f"setup.init(storage='s', db={address!r}); ln.ULabel(name='by service').save(); setup.close()")
    loaded = run(
        sandbox, f"setup.load({address!r}); print(setup.settings.instance.name, ln.ULabel.filter().one().name)"
    )
    assert loaded.endswith("lab by service\n")
    again = run(
        sandbox, f"setup.close(); setup.load({str(sandbox.home / 's')!r}); print(ln.ULabel.filter().one().name)"
    )
    assert again.endswith("by service\n")
    assert run(sandbox, "setup.close(); setup.load('lab'); print(ln.ULabel.filter().count())").endswith("1\n")


FOREIGN = """
CREATE TABLE lnschema_other_thing (name text);
CREATE INDEX lamin_search_gram_lnschema_other_thing ON lnschema_other_thing (lower(name));
DROP INDEX lamin_search_gram_lnschema_core_ulabel;
"""
"""A package that only others mount, and an index that is missing."""


def test_role_that_may_write_rows_makes_no_tables(sandbox: Sandbox, url: str) -> None:
    """It opens what the owner made, a missing index or a package that it doesn't mount included; what is the owner's is said to be."""
    owner = f"setup.login('ada'); setup.init(storage='s', name='x', db={url!r}); ln.ULabel(name='a').save()\n"
    run(sandbox, f"{owner}from django.db import connection\nconnection.cursor().execute({FOREIGN!r})")
    _make_role(url, "writer", "SELECT, INSERT, UPDATE, DELETE")
    writer = Sandbox(sandbox.home / "writer")
    writer.lamin("login", "bob")
    address = url.replace("//lamin:", "//writer:")
    writer.lamin("init", "--storage", "../s", "--name", "x", "--db", address)
    assert run(writer, "ln.ULabel(name='b').save(); print(ln.User.filter().count())").endswith("2\n")
    refused = writer.lamin("reindex", check=False)
    assert "ask the owner of the tables" in refused.stderr
    assert refused.returncode == 1
    empty = postgres.create_database(url.rpartition("/")[0] + "/", f"e{uuid.uuid4().hex}").replace(
        "//lamin:", "//writer:"
    )
    told = failure(writer, f"setup.init(storage='s', db={empty!r})")
    assert "has no tables of an instance, and the role writer may not make them" in told


def test_role_without_privileges_is_told_whom_to_ask(sandbox: Sandbox, url: str) -> None:
    """The server was reached, so nothing is wrong with the address."""
    run(sandbox, f"setup.init(storage='s', name='x', db={url!r})")
    _make_role(url, "stranger", "REFERENCES")
    told = failure(sandbox, f"setup.init(storage='s', name='y', db={url.replace('//lamin:', '//stranger:')!r})")
    assert "(permission denied for table django_migrations). The role may not do that: ask the owner" in told


def _make_reader(url: str) -> None:
    """Make a role that may only read."""
    _make_role(url, "reader", "SELECT")


def _make_role(url: str, name: str, privileges: str) -> None:
    """Make a role that may do so much with all tables."""
    import psycopg2

    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(
            f"DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE {name} LOGIN; END IF; END$$"
        )
        cursor.execute(f"GRANT {privileges} ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")


def test_role_that_may_only_read_reads(sandbox: Sandbox, url: str) -> None:
    """A reader loads the instance and queries it; what writes gets one sentence, and the server is not even asked.

    What only observes the reader's work, says that once.
    """
    run(sandbox, f"setup.login('ada'); setup.init(storage='s', name='x', db={url!r}); ln.ULabel(name='a').save()")
    _make_reader(url)
    reader = Sandbox(sandbox.home / "reader")
    address = url.replace("//lamin:", "//reader:")
    reader.lamin("login", "eve")
    reader.lamin("init", "--storage", "../s", "--name", "x", "--db", address)
    output = run(
        reader,
        "print(ln.ULabel.filter().list('name'), ln.ULabel.search('a').index[0])\n"
        "for write in (ln.ULabel(name='zzz').save, ln.ULabel.filter().delete):\n"
        "    try:\n        write()\n    except Exception as error:\n        print(type(error).__name__, error)\n"
        "ln.track(ln.Transform(name='p', type='pipeline'))\n"
        "print(ln.run_context.run, ln.ULabel.filter().one().name)\n",
    )
    read, *refused, observed, went_on = output.splitlines()[-5:]
    assert observed.startswith(
        "❗ the run could not be recorded, your work goes on (The instance eve/x can only be read"
    )
    assert went_on == "None a"
    assert read == "['a'] a"
    assert all(
        "StorageNotWritable The instance eve/x can only be read: the role reader may not write" in line
        for line in refused
    )
    assert run(sandbox, "print(ln.ULabel.filter().count(), ln.User.filter().count())").endswith("1 1\n")


def test_everything_works_behind_a_pool_of_connections(sandbox: Sandbox, url: str) -> None:
    """Where each transaction reaches another session, nothing is kept in one: rows are streamed, dumped and migrated all the same."""
    with pooler.running_pool(url) as pooled:
        output = run(
            sandbox,
            f"setup.init(storage='s', name='x', db={pooled!r})\n"
            "names = [f'label {number}' for number in range(3000)]\n"
            "ln.save([ln.ULabel.from_fields(name=name) for name in names])\n"
            "print(len(ln.ULabel.filter().df()), len(ln.ULabel.from_values(names)), ln.ULabel.search('label 1717').index[0])\n"
            "setup.dump('all.lamindump')\nprint('dumped')\n",
        )
        assert output.splitlines()[-1] == "dumped"
        assert "3000 3000 label 1717" in output.splitlines()
        second = Sandbox(sandbox.home / "second")
        second.lamin("init", "--storage", "../s", "--name", "x", "--db", pooled)
        assert run(second, "print(ln.ULabel.filter().count())").endswith("3000\n")


def test_reader_reads_behind_a_pool_of_connections(sandbox: Sandbox, url: str) -> None:
    """Who may only read is told so, and leaves no session to others that can only read."""
    run(sandbox, f"setup.init(storage='s', name='x', db={url!r})")
    _make_reader(url)
    with pooler.running_pool(url.replace("//lamin:", "//reader:")) as pooled:
        told = failure(
            sandbox,
            f"setup.init(storage='s', name='r', db={pooled!r})\nln.User.filter().one(); ln.ULabel(name='a').save()",
        )
    assert "StorageNotWritable: The instance root/r can only be read: the role reader may not write" in told


def test_options_that_a_pool_refuses_belong_to_the_role(sandbox: Sandbox, url: str) -> None:
    """The message of the pool comes with the way out."""
    with pooler.running_pool(url) as pooled:
        address = f"{pooled}?options=-c%20statement_timeout%3D200"
        for statement in (f"setup.init(storage='s', db={address!r})", f"setup.load({address!r})"):
            told = failure(sandbox, statement)
            assert "unsupported startup parameter: options" in told
            assert "ALTER ROLE … SET statement_timeout" in told
            assert "PGOPTIONS" in told


@pytest.mark.parametrize(("collation", "others"), [("C", False), ("C.UTF-8", True)])
def test_names_are_found_by_how_they_begin_with_no_more_indexes_than_that_takes(
    sandbox: Sandbox, postgres_server: str, collation: str, others: bool
) -> None:
    """Where a database doesn't compare by bytes, the order of names doesn't tell, and there is another index for that."""
    options = f"TEMPLATE template0 LC_COLLATE '{collation}' LC_CTYPE '{collation}'"
    url = postgres.create_database(postgres_server, f"t{uuid.uuid4().hex}", options)
    run(sandbox, f"setup.init(storage='s', db={url!r})")
    script = """
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT count(*) FROM pg_indexes WHERE right(indexname, 5) = '_like'")
    print("others", cursor.fetchone()[0] > 0)
    cursor.execute("SET enable_seqscan = off")
print(ln.ULabel.filter(name__startswith="lung").explain())
"""
    shown = run(sandbox, script)
    assert f"others {others}" in shown
    assert f"Index Cond: (((name)::text {'~>=~' if others else '>='} 'lung'::text)" in shown
