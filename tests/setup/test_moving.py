"""All rows of an instance go into a file and out of it, and from one database to another: the same, or not at all."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
import threading
import uuid
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.servers import postgres
from tests.setup.plugins import MIGRATION, MODELS, add_plugin

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

FIXTURE = Path(__file__).parent.parent / "fixtures" / "reference-instance"
ODD_MODELS = (
    MODELS
    + """

class Odd(Registry):
    number = models.BigIntegerField(null=True)
    share = models.DecimalField(max_digits=12, decimal_places=4, null=True)
    day = models.DateField(null=True)
    lasted = models.DurationField(null=True)
    raw = models.BinaryField(null=True)
    facts = models.JSONField(null=True)
    ratio = models.FloatField(null=True)
    uid = models.UUIDField(null=True)
    partner = models.ForeignKey("self", models.PROTECT, null=True)
"""
)
ODD_MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lnschema_x", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="Odd",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.BigIntegerField(null=True)),
                ("share", models.DecimalField(max_digits=12, decimal_places=4, null=True)),
                ("day", models.DateField(null=True)),
                ("lasted", models.DurationField(null=True)),
                ("raw", models.BinaryField(null=True)),
                ("facts", models.JSONField(null=True)),
                ("ratio", models.FloatField(null=True)),
                ("uid", models.UUIDField(null=True)),
                ("partner", models.ForeignKey(null=True, on_delete=models.PROTECT, to="lnschema_x.odd")),
            ],
        ),
        migrations.RunSQL("INSERT INTO lnschema_x_odd (id, number) VALUES (1000, 5)"),
    ]
"""
ROWS = """
import datetime, decimal, uuid
import lamindb as ln
from lnschema_x.models import Odd, Sample
Odd.objects.all().delete()
path = ln.settings.storage / "a.txt"
path.write_text("a")
file = ln.File(path, description='quotes " \\' \\\\ and | 🧬 \\n line')
file.save()
label = ln.ULabel(name="T cell, αβ")
label.save()
file.ulabels.add(label)
sample = Sample(name="one")
sample.save()
sample.files.add(file)
ln.save([ln.ULabel.from_fields(name=f"label {i}") for i in range(2500)])
first = Odd.objects.create(
    number=-(2**62), share=decimal.Decimal("1.5000"), day=datetime.date(2024, 2, 29), raw=b"\\x00\\xff",
    lasted=datetime.timedelta(days=1, microseconds=7), facts={"a": [1, None, "é"]}, ratio=0.1 + 0.2, uid=uuid.UUID(int=7),
)
Odd.objects.create(partner=first)
"""


@pytest.fixture
def user(sandbox: Sandbox) -> Sandbox:
    """A user with an instance with a plug-in, values of all types, links, and more rows than one statement takes."""
    package = add_plugin(
        sandbox, "x", models=ODD_MODELS, migrations={"0001_initial": MIGRATION, "0002_odd": ODD_MIGRATION}
    )
    assert package.exists()
    sandbox.lamin("init", "--storage", "s", "--name", "mine", "--schema", "x")
    sandbox.python(ROWS)
    return sandbox


def rows_of(user: Sandbox, path: Path) -> list[str]:
    """All rows of the current instance, as a dump has them, in some order."""
    user.lamin("dump", str(path))
    return rows_in(path)


def rows_in(path: Path) -> list[str]:
    """The lines of a dump below its header: rows, their numbers and digests."""
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return sorted(file.readlines()[1:])


def refused(user: Sandbox, *arguments: str) -> str:
    """The sentence with which a command is refused."""
    done = user.lamin(*arguments, check=False)
    assert done.returncode, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


# -- files ------------------------------------------------------------------------------------------------------------


def test_dump_is_restored_row_by_row(user, tmp_path):
    """Rows, ids, links, times and digests of a restored instance are those that were dumped; its storage is found."""
    before = rows_of(user, tmp_path / "a.dump")
    assert len(before) > 2500
    assert (tmp_path / "a.dump").stat().st_mode & 0o077 == 0
    assert "can't be written" in refused(user, "dump", str(tmp_path / "none" / "a.dump"))
    assert {path.name for path in tmp_path.iterdir()} == {"a.dump", "home"}
    shutil.copytree(user.home / "s", tmp_path / "copy", ignore=shutil.ignore_patterns("*.lndb*"))
    user.lamin("delete", "mine", "--force")
    user.lamin("restore", str(tmp_path / "a.dump"))
    assert rows_of(user, tmp_path / "b.dump") == before
    printed = user.lamin("restore", str(tmp_path / "a.dump"), "--name", "copy", "--storage", str(tmp_path / "copy"))
    assert printed.stdout == ""
    assert "restored" in printed.stderr
    there = "import lamindb as ln; print(ln.File.filter().one().path.parent, ln.ULabel.search('label 17').index[0])"
    assert user.python(there).stdout.splitlines()[-1] == f"{tmp_path / 'copy'} label 17"


LABELS = """
import lamindb as ln
ln.save([ln.Feature(name=name, type="category", registries="core.ULabel") for name in ("tissue", "organ", "batch")])
ln.File.filter().one().ulabels.clear()
"""
LABELLED_AND_NOT = """
import lamindb as ln
file, label = ln.File.filter().one(), ln.ULabel.filter(name="label 1").one()
for name in ("tissue", "organ"):
    file.labels.add(label, ln.Feature.filter(name=name).one())
file.ulabels.remove(label)
"""
LABELLED_ANEW = """
import lamindb as ln
file, label = ln.File.filter().one(), ln.ULabel.filter(name="label 1").one()
file.labels.add(label, ln.Feature.filter(name="batch").one())
print([name for name in ("tissue", "organ", "batch") if file.labels.get(ln.Feature.filter(name=name).one()).exists()])
"""


def test_links_of_a_restored_instance_take_no_keys_of_links_that_are_gone(user, tmp_path):
    """A label that is taken away and given again is under no feature that it was under before."""
    user.python(LABELS + LABELLED_AND_NOT)
    rows_of(user, tmp_path / "a.dump")
    user.lamin("delete", "mine", "--force")
    user.lamin("restore", str(tmp_path / "a.dump"))
    assert user.python(LABELLED_ANEW).stdout.splitlines()[-1] == "['batch']"


def test_restoring_takes_the_place_of_nothing(user, tmp_path):
    """An instance, a database or a file that is there stays, and a sentence says so."""
    rows_of(user, tmp_path / "a.dump")
    assert "already" in refused(user, "dump", str(tmp_path / "a.dump"))
    assert "instance" in refused(user, "restore", str(tmp_path / "a.dump"))
    (user.home / "s" / "other.lndb").write_bytes(b"mine")
    assert "other.lndb already" in refused(user, "restore", str(tmp_path / "a.dump"), "--name", "other")
    assert (user.home / "s" / "other.lndb").read_bytes() == b"mine"
    in_bucket = refused(user, "restore", str(tmp_path / "a.dump"), "--name", "other", "--storage", "s3://bucket/other")
    assert "moved or restored to: pass `--db postgresql" in in_bucket
    assert user.python("import lamindb as ln; print(ln.ULabel.filter().count())").stdout.endswith("2501\n")


def test_damaged_dump_makes_no_instance(user, tmp_path):
    """A dump that was cut off or changed is refused, and nothing is left of the attempt."""
    rows_of(user, tmp_path / "a.dump")
    whole = (tmp_path / "a.dump").read_bytes()
    lines = gzip.decompress(whole).splitlines(keepends=True)
    changed = b"".join(lines).replace(b'"label 7"', b'"label x"', 1)
    newer = gzip.decompress(whole).replace(
        b'["lnschema_core", "0001', b'["lnschema_core", "9999_next"], ["lnschema_core", "0001', 1
    )
    cases = {
        "ended": whole[: len(whole) // 2],
        "incomplete": gzip.compress(b"".join(lines[:100])),
        "damaged": gzip.compress(changed),
        "upgrade": gzip.compress(newer),
        "no dump": gzip.compress(b"{}\n"),
        "gzip": b"something else",
    }
    for word, content in cases.items():
        (tmp_path / "b.dump").write_bytes(content)
        sentence = refused(user, "restore", str(tmp_path / "b.dump"), "--name", "b", "--storage", str(tmp_path / "b"))
        assert word in sentence
        assert not list((tmp_path / "b").iterdir())
    assert "- name: mine" in user.lamin("info").stdout


def test_dump_of_an_earlier_release_is_restored_as_it_was_and_migrated(user, tmp_path):
    """Tables are made as they were when the dump was written; deploying adds what has come since."""
    user.python(
        "import lamindb as ln; ln.track(ln.Transform(name='p', type='pipeline')); ln.ULabel(name='of a run').save()"
    )
    before = rows_of(user, tmp_path / "a.dump")
    lines = gzip.decompress((tmp_path / "a.dump").read_bytes()).splitlines(keepends=True)
    start = next(i for i, line in enumerate(lines) if b'"lnschema_x_odd"' in line)
    end = next(i for i in range(start, len(lines)) if lines[i].startswith(b'{"rows"'))
    history = next(i for i, line in enumerate(lines) if line.startswith(b'["lnschema_x","0002_odd"'))
    header = lines[0].replace(b', ["lnschema_x", "0002_odd"]', b"")
    kept = [line for i, line in enumerate(lines) if i != history and not start <= i <= end]
    kept[0] = header
    end_of_history = next(i for i, line in enumerate(kept) if line.startswith(b'{"rows"'))
    kept[end_of_history] = _summary(kept[2:end_of_history])
    (tmp_path / "old.dump").write_bytes(gzip.compress(b"".join(kept)))
    restored = user.lamin("restore", str(tmp_path / "old.dump"), "--name", "old")
    assert "0002_odd" in restored.stderr
    assert "misses migrations" in refused(user, "dump", str(tmp_path / "b.dump"))
    user.lamin("migrate", "deploy")
    after = rows_of(user, tmp_path / "c.dump")
    assert {line for line in before if '"T cell' in line} <= set(after)


def _summary(rows):
    import json
    from hashlib import blake2b

    total = sum(int.from_bytes(blake2b(row.rstrip(b"\n"), digest_size=16).digest(), "little") for row in rows)
    return json.dumps({"rows": len(rows), "digest": f"{total % (1 << 128):032x}"}).encode() + b"\n"


def test_tables_of_a_package_that_is_gone_are_not_left_behind(user, tmp_path):
    """An instance is not dumped without the rows of a package that isn't installed."""
    shutil.rmtree(user.home / "plugins")
    sentence = refused(user, "dump", str(tmp_path / "a.dump"))
    assert "lnschema_x_odd" in sentence
    assert not (tmp_path / "a.dump").exists()


def test_killed_restore_leaves_no_database(user, tmp_path):
    """A process that is killed between rows leaves nothing that looks like an instance, and the next one succeeds."""
    before = rows_of(user, tmp_path / "a.dump")
    start = f"from lamindb import setup; setup.restore({str(tmp_path / 'a.dump')!r}, name='b', storage={str(tmp_path / 'b')!r})"
    assert user.python(KILLED + start, check=False).returncode == -9
    assert not list((tmp_path / "b").glob("*.lndb"))
    assert "- name: mine" in user.lamin("info").stdout
    user.python(start)
    after = rows_of(user, tmp_path / "b.dump")
    assert len(after) == len(before)
    assert {line for line in before if "T cell" in line} < set(after)


KILLED = """
import os, signal
from lamindb.setup.moving.rows import Table
insert = Table._insert
def until_labels(self, rows, *more):
    insert(self, rows, *more)
    if self.name.endswith("ulabel"):
        os.kill(os.getpid(), signal.SIGKILL)
Table._insert = until_labels
"""


# -- databases --------------------------------------------------------------------------------------------------------


@pytest.fixture
def url(postgres_server: str) -> str:
    """The address of an empty database."""
    return postgres.create_database(postgres_server, f"t{uuid.uuid4().hex}")


@pytest.mark.postgres
def test_instance_goes_to_postgres_and_back_unchanged(user, url, tmp_path):
    """Both ways all rows are the same; keys that the database makes go on behind the largest."""
    before = rows_of(user, tmp_path / "a.dump")
    user.lamin("move", "--db", url)
    assert "- db: postgresql://" in user.lamin("info").stdout
    assert rows_of(user, tmp_path / "b.dump") == before
    more = "from lnschema_x.models import Odd; import lamindb as ln; print(Odd.objects.create().pk); ln.ULabel.filter(name='label 3').one().parents.add(ln.ULabel.filter(name='label 4').one()); print(ln.ULabel.search('labl 2342').index[0])"
    assert user.python(more).stdout.splitlines()[-2:] == ["1003", "label 2342"]
    user.python("from lnschema_x.models import Odd; Odd.objects.filter(pk=1003).delete()")  # whose key is used no more
    before = rows_of(user, tmp_path / "c.dump")
    user.lamin("move", "--db", "sqlite")
    assert rows_of(user, tmp_path / "d.dump") == before
    assert user.python(more).stdout.splitlines()[-2] == "1004"
    assert "not empty" in refused(user, "move", "--db", url)
    assert "already" in refused(user, "move", "--db", "sqlite")


@pytest.mark.postgres
def test_dump_takes_longer_than_statements_of_users_may(user, url, tmp_path):
    """``statement_timeout`` of the address, or of the role, doesn't end it while it waits for the lock of a table."""
    import psycopg2

    user.lamin("move", "--db", f"{url}?options=-c%20statement_timeout%3D1000")
    with closing(psycopg2.connect(url)) as other:
        other.cursor().execute("LOCK TABLE lnschema_core_ulabel")
        release = threading.Timer(3, other.commit)
        release.start()
        user.lamin("dump", str(tmp_path / "a.dump"))
        release.join()


@pytest.mark.postgres
def test_server_that_is_lost_meanwhile_is_named(user, url, postgres_server, tmp_path):
    """Whether it is read or written, nothing is left of a dump or an instance, and the sentence says what to do."""
    dump, second = tmp_path / "a.dump", postgres.create_database(postgres_server, f"t{uuid.uuid4().hex}")
    user.lamin("move", "--db", url)
    user.lamin("dump", str(dump))
    for lost, verb, arguments in (
        (url, "rows", ("dump", str(tmp_path / "b.dump"))),
        (second, "write", ("restore", str(dump), "--name", "b", "--db", second)),
        (second, "write", ("move", "--db", second)),
    ):
        start = (
            LOSING.format(url=lost, verb=verb)
            + f"import sys; from lamindb.cli import main; sys.exit(main({arguments}))"
        )
        done = user.python(start, check=False)
        assert done.returncode == 12
        assert "Traceback" not in done.stderr
        address = lost.replace("lamin:lamin@", "lamin:***@")
        assert f"The connection to the database {address} of" in done.stderr
        assert "so nothing was changed: do it again when the server can be reached." in done.stderr
    assert not (tmp_path / "b.dump").exists()
    assert f"- db: {url.replace('lamin:lamin@', 'lamin:***@')}" in user.lamin("info").stdout
    user.lamin("restore", str(dump), "--name", "b", "--db", second)


LOSING = """
import psycopg2
from lamindb.setup.moving.rows import Table
verb = Table.{verb}
def lose(self, *arguments):
    if self.name.endswith("ulabel"):
        other = psycopg2.connect({url!r})
        other.cursor().execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        other.close()
    return verb(self, *arguments)
Table.{verb} = lose
"""


FACTS = '{"zz": [1, null, -0.0, 1e-7, true], "a": {"c": 1e22, "b": 1208925819614629174706177}}'


@pytest.mark.postgres
def test_json_is_moved_though_postgres_writes_it_in_another_way(user, url, tmp_path):
    """Keys are in another order, and numbers without exponents; nothing else is different, and what is different is noticed."""
    user.python(
        f"import json; from lnschema_x.models import Odd; Odd.objects.create(pk=7, facts=json.loads({FACTS!r}))"
    )
    user.lamin("dump", str(tmp_path / "a.dump"))
    look = f"import json; from lnschema_x.models import Odd; facts = Odd.objects.get(pk=7).facts; print(facts == json.loads({FACTS!r}), list(facts))"
    user.lamin("move", "--db", url)
    assert user.python(look).stdout.endswith("True ['a', 'zz']\n")
    user.lamin("move", "--db", "sqlite")
    user.lamin("restore", str(tmp_path / "a.dump"), "--name", "copy", "--storage", str(tmp_path / "t"))
    assert user.python(look).stdout.endswith("True ['zz', 'a']\n")


@pytest.mark.parametrize(
    "changed",
    ['{"a": 1, "b": 3}', '{"a": 1, "c": 2}', '{"a": 10, "b": 2}', '{"a": true, "b": 2}', '{"a": "1", "b": 2}'],
)
def test_json_that_differs_is_noticed(instance, changed):
    """Another value, key, size or type is another row."""
    import json

    from lamindb.setup.moving import rows
    from lnschema_core.models.execution import Execution

    table = rows._table(Execution)
    place = list(table.columns).index("params")

    def compared(text: str) -> bytes:
        values = [None] * place + [json.loads(text)]
        return table.compared(values, rows.encoded(values))

    assert compared('{"b": 2.0, "a": 1}') == compared('{"a": 1.0, "b": 2}') != compared(changed)


@pytest.mark.postgres
def test_what_was_moved_is_not_written_any_more(user, url):
    """Processes that still use the old database get a sentence rather than lose what they write."""
    go_on = (
        "import lamindb as ln, subprocess\nfrom pathlib import Path\nln.ULabel(name='before').save()\n"
        "from lamindb.cli import main\n"
        f"import subprocess, sys; code = 'from lamindb import setup; setup.move(' + repr({url!r}) + ')'\n"
        "subprocess.run([sys.executable, '-c', code], check=True)\n"
        "print(ln.ULabel.filter(name='before').count())\n"
        "try:\n    ln.ULabel(name='after').save()\nexcept Exception as error:\n    print(error)\n"
    )
    lines = user.python(go_on).stdout.splitlines()
    assert lines[-2] == "1"
    assert "moved to another database" in lines[-1]
    assert user.python(
        "import lamindb as ln; ln.ULabel(name='after').save(); print(ln.ULabel.filter(name__in=['before', 'after']).count())"
    ).stdout.endswith("2\n")
    user.lamin("move", "--db", "sqlite")
    moved = f"import psycopg2; c = psycopg2.connect({url!r}); c.cursor().execute('DELETE FROM lnschema_core_ulabel')"
    assert "moved to another database" in user.python(moved, check=False).stderr


@pytest.mark.postgres
def test_killed_move_changes_neither_database(user, url, tmp_path):
    """Until the last row is there, the new database is empty and the old one is used."""
    before = rows_of(user, tmp_path / "a.dump")
    move = f"from lamindb import setup; setup.move({url!r})"
    assert user.python(KILLED + move, check=False).returncode == -9
    assert "sqlite" in user.lamin("info").stdout
    assert rows_of(user, tmp_path / "b.dump") == before
    user.python(move)
    assert rows_of(user, tmp_path / "c.dump") == before


@pytest.mark.postgres
def test_role_that_may_not_close_the_old_database_moves_nothing(user, url):
    """Who only writes rows makes no new database beside the one that goes on being used; the owner moves it then."""
    import psycopg2

    user.lamin("move", "--db", url)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("DO $$BEGIN CREATE ROLE mover LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO mover")
    user.lamin("load", "mine", "--db", url.replace("//lamin:lamin@", "//mover@"))
    assert "ask the owner of the tables" in refused(user, "move", "--db", "sqlite")
    assert list((user.home / "s").glob("*.lndb")) == []
    user.lamin("load", "mine", "--db", url)
    user.lamin("move", "--db", "sqlite")


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("char(97, 0, 98)", "'a\\x00b', contains the character NUL: remove it first"),
        ("printf('%.*c', 300, 'y')", "has 300 characters and may have 255: shorten it first"),
    ],
)
def test_value_that_the_new_database_refuses_is_named(user, url, text, problem):
    """Nothing is moved, and a sentence names the table, the row and what to do about it."""
    with closing(sqlite3.connect(user.home / "s" / "mine.lndb")) as connection:
        ((key,),) = connection.execute("SELECT id FROM lnschema_core_ulabel WHERE name = 'label 9'").fetchall()
        connection.execute(f"UPDATE lnschema_core_ulabel SET name = {text} WHERE name = 'label 9'")
        connection.commit()
    said = refused(user, "move", "--db", url)
    assert "lnschema_core_ulabel can't be stored" in said
    assert f"the name of id '{key}'" in said
    assert problem in said
    assert "sqlite" in user.lamin("info").stdout


@pytest.mark.postgres
def test_instance_of_the_release_before_is_restored_on_postgres(sandbox, url, tmp_path):
    """The reference instance goes through a dump to Postgres, and back to SQLite, unchanged."""
    shutil.copytree(FIXTURE / "storage", sandbox.home / "moved")
    shutil.copytree(FIXTURE / "dot-lamin", sandbox.home / ".lamin")
    sandbox.lamin("load", "reference-instance", "--storage", str(sandbox.home / "moved"))
    sandbox.lamin("migrate", "deploy")
    before = rows_of(sandbox, tmp_path / "a.dump")
    sandbox.lamin("restore", str(tmp_path / "a.dump"), "--name", "copy", "--db", url)
    assert rows_of(sandbox, tmp_path / "b.dump") == before
    sandbox.lamin("move", "--db", "sqlite")
    assert rows_of(sandbox, tmp_path / "c.dump") == before
