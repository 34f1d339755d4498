"""Instances, users and settings as 0.54 left them on a machine, and what scripts ask ``ln.setup.settings``."""

from __future__ import annotations

import stat

import pytest

USER = """lamin_user_email=testuser1@lamin.ai
lamin_user_password=cEvcwMJFX4OwbsYVaMt2Os6GxxGgDUlBGILs2RyS
lamin_user_access_token=eyJhbGciOiJIUzI1NiIs
lamin_user_id=DzTjkKse
lamin_user_uuid=4a11ce4d1ba64f1c9d9a3f6f7a3f2b10
lamin_user_handle=testuser1
lamin_user_name=Test User1
"""

INSTANCE = """lamindb_instance_owner=testuser1
lamindb_instance_name=lamin-intro
lamindb_instance_storage_root={root}
lamindb_instance_storage_region=null
lamindb_instance_db=null
lamindb_instance_schema_str=
lamindb_instance_id=null
"""


@pytest.fixture
def machine(sandbox):
    """A machine on which 0.54 was used: its settings folder, readable by all, and a database in ``intro``."""
    folder = sandbox.home / ".lamin"
    folder.mkdir()
    instance = INSTANCE.format(root=sandbox.home / "intro")
    for name in ("current_user", "user--testuser1", "user--testuser1@lamin.ai"):
        (folder / f"{name}.env").write_text(USER)
    sandbox.lamin("init", "--storage", "intro", "--name", "lamin-intro")
    for name in ("current_instance", "instance--testuser1--lamin-intro"):
        assert (folder / f"{name}.env").read_text() == instance
        (folder / f"{name}.env").chmod(0o644)
    return sandbox


def told(sandbox, code):
    """What a script prints with ``print``."""
    return [line for line in sandbox.python(code).stdout.splitlines() if line[:1] not in "💡✅❗"]


def test_settings_of_the_earlier_release_are_used_and_kept(machine):
    """Who made a record is the user of the old file, under the old id; nothing of the file gets lost or shown."""
    lines = told(
        machine,
        "import lamindb as ln; ln.ULabel(name='x').save(); print(ln.ULabel.filter().one().created_by)\n"
        "user = ln.setup.settings.user; print(user.id, user.handle, user.name, user.uuid, user.get_id_as_int())",
    )
    assert lines[0].startswith("User(id='DzTjkKse', handle='testuser1', email='testuser1@lamin.ai', name='Test User1'")
    assert lines[1].startswith("DzTjkKse testuser1 Test User1 4a11ce4d1ba64f1c9d9a3f6f7a3f2b10 ")
    info = machine.lamin("info")
    assert info.stdout.splitlines() == [
        "Current user: testuser1",
        "- handle: testuser1",
        "- email: testuser1@lamin.ai",
        "- id: DzTjkKse",
        "Current instance: testuser1/lamin-intro",
        "- owner: testuser1",
        "- name: lamin-intro",
        f"- storage root: {machine.home / 'intro'}",
        "- storage region: None",
        f"- db: sqlite:///{machine.home / 'intro' / 'lamin-intro.lndb'}",
        "- schema: set()",
    ]
    assert "cEvcwMJFX4" not in info.stdout + info.stderr
    machine.lamin("login", "testuser1")
    folder = machine.home / ".lamin"
    files = [folder / "current_user.env", *folder.glob("user--*.env")]
    assert {path.read_text() for path in files} == {USER}
    assert len(files) == 3
    machine.lamin("load", "lamin-intro")
    assert stat.S_IMODE((folder / "current_instance.env").stat().st_mode) == 0o600


def test_environments_have_settings_of_their_own(machine):
    """``LAMIN_ENV`` chooses files by their prefix; it may change while a process runs."""
    lines = told(
        machine,
        "import os, lamindb as ln\ns = ln.setup.settings\nprint(s.user.handle, s._instance_exists)\n"
        "os.environ['LAMIN_ENV'] = 'staging'\nprint(s.user.handle == 'testuser1', s._instance_exists)\n"
        "ln.setup.login('tester@lamin.ai')\nprint(s.user.handle)\n"
        "os.environ['LAMIN_ENV'] = 'prod'\nprint(s.user.handle, s.instance.identifier)",
    )
    assert lines == ["testuser1 True", "False False", "tester", "testuser1 testuser1/lamin-intro"]
    assert (machine.home / ".lamin" / "staging--current_user.env").exists()
    assert (machine.home / ".lamin" / "current_user.env").read_text() == USER


def test_environment_variables_win_over_files_and_foreign_ones_do_nothing(machine):
    """Single values of user and instance can be chosen; ``DATABASE_URL`` is not ours."""
    machine.environment |= {"DATABASE_URL": "sqlite:///elsewhere.db", "LAMIN_USER_NAME": "Somebody"}
    machine.environment["LAMINDB_INSTANCE_NAME"] = "other"
    assert "- name: other" in machine.lamin("info").stdout.splitlines()
    del machine.environment["LAMINDB_INSTANCE_NAME"]
    lines = told(
        machine,
        "import lamindb as ln\nprint(ln.User.filter().one().handle, ln.setup.settings.user.name)\n"
        "from django.db import connection\nprint(connection.settings_dict['NAME'])",
    )
    assert lines == ["testuser1 Somebody", str(machine.home / "intro" / "lamin-intro.lndb")]
    assert not (machine.home / "elsewhere.db").exists()


def test_settings_tell_scripts_where_things_are(machine):
    """The members that notebooks and plug-ins ask for, in a process that has used a registry."""
    root = machine.home / "intro"
    lines = told(
        machine,
        "import lamindb as ln; from pathlib import Path\nln.File\n"
        "i = ln.setup.settings.instance; s = i.storage\n"
        "print(i.owner, i.name, i.identifier, i.id, i.schema, i.dialect, i.is_remote)\n"
        "print(i.db)\n"
        "print(s.root, s.root_as_str, s.type, s.region, s.is_cloud, s is ln.setup.settings.storage)\n"
        "print(s.id == s.record.id == ln.Storage.filter().one().id)\n"
        "print(s.key_to_filepath('a/b'), s.local_filepath('a/b'), s.cloud_to_local_no_update(s.root / 'a'))\n"
        "print(type(s.cache_dir).__name__, s.cache_dir.is_dir())\n"
        "try:\n    i.session\nexcept NotImplementedError:\n    print('no session')\n"
        "from lamindb_setup import settings; print(settings is ln.setup.settings, settings._instance_exists)",
    )
    assert lines == [
        "testuser1 lamin-intro testuser1/lamin-intro None set() sqlite False",
        f"sqlite:///{root / 'lamin-intro.lndb'}",
        f"{root} {root} local None False True",
        "True",
        f"{root / 'a/b'} {root / 'a/b'} {root / 'a'}",
        "PosixPath True",
        "no session",
        "True True",
    ]


def test_fresh_machine_needs_no_account(sandbox):
    """The operating system's user stands in, with an id that stays; settings appear with the first instance."""
    code = "import lamindb as ln; u = ln.setup.settings.user; print(u.handle, u.id, ln.setup.settings._instance_exists)"
    before = told(sandbox, code)
    assert not (sandbox.home / ".lamin").exists()
    sandbox.lamin("init", "--storage", "x")
    after = told(sandbox, code)
    assert before[0].split()[:2] == after[0].split()[:2]
    assert (before[0].split()[2], after[0].split()[2]) == ("False", "True")
    assert sorted(path.name for path in (sandbox.home / ".lamin").iterdir()) == [
        "current_instance.env",
        f"instance--{after[0].split()[0]}--x.env",
    ]
    assert stat.S_IMODE((sandbox.home / ".lamin").stat().st_mode) == 0o700


def test_current_instance_that_cannot_be_reached_is_a_runtime_error(machine):
    """Every door says so, with the cause; closing works."""
    (machine.home / "intro" / "lamin-intro.lndb").unlink()
    for statement in ("ln.File", "from lamindb import File", "import lnschema_core.models"):
        code = f"import lamindb as ln\ntry:\n    {statement}\nexcept RuntimeError as error:\n    print(error)"
        first, second, cause = told(machine, code)
        assert first == "Current instance cannot be reached, close it: `lamin close`"
        assert second == (
            "Alternatively, init or load a connectable instance on the command line: `lamin load <instance>` or "
            "`lamin init <...>`"
        )
        assert cause.startswith("SQLite file does not exist: ")
    assert machine.lamin("close").stdout == "✅ closed instance: testuser1/lamin-intro\n"
    assert machine.lamin("close").stdout == "💡 no instance loaded\n"


def test_settings_have_the_names_that_packages_use(machine):
    """What packages of 0.54 ask of instance settings beyond what users do; a database that is a file here is not sent."""
    root = machine.home / "intro"
    lines = told(
        machine,
        "from lamindb_setup import settings; from lamindb_setup.dev import InstanceSettings\n"
        "i = settings.instance; print(i._sqlite_file, i._sqlite_file_local == i._sqlite_file, i._is_cloud_sqlite)\n"
        "print(i._get_settings_file(), repr(i._schema_str), i._id, i._db)\n"
        "i._update_cloud_sqlite_file(unlock_cloud_sqlite=False); i._update_local_sqlite_file(); i.storage._set_fs_kwargs()\n"
        "InstanceSettings('testuser1', 'new', 'new', None, 'postgresql://u:p@localhost/d', 'a,b', '0' * 32)._persist()\n"
        "i = settings.instance; print(i.identifier, i._db, i._schema_str, i._id)",
    )
    assert lines == [
        f"{root / 'lamin-intro.lndb'} True False",
        f"{machine.home / '.lamin' / 'instance--testuser1--lamin-intro.env'} '' None None",
        f"testuser1/new postgresql://u:p@localhost/d a,b {'0' * 32}",
    ]
    assert (machine.home / "new").is_dir()


def test_settings_can_be_made_without_a_database(machine):
    """As the tests of packages do; an instance that isn't known can be a word rather than an error."""
    lines = told(
        machine,
        "import lamindb_setup as setup\nsetup.init(storage='My Data', db='postgresql://u:p@localhost:1/Lab', _test=True)\n"
        "print(setup.settings.instance.identifier, setup.settings.storage.root_as_str)\n"
        "setup.load('lamin-intro', _test=True)\nprint(setup.settings.instance.identifier, setup.dev.django.IS_SETUP)\n"
        "print(setup.load('nobody/nothing', _raise_not_reachable_error=False))",
    )
    assert lines == [
        f"testuser1/Lab {machine.home / 'My Data'}",
        "testuser1/lamin-intro False",
        "instance-not-reachable",
    ]


def test_setup_alone_tells_what_it_does(sandbox):
    """Scripts without registries see what was saved; with lamindb they see what matters."""
    script = "setup.login('ada@lab.org'); setup.init(storage='a'); setup.close()"
    alone = sandbox.python(f"import lamindb_setup as setup; {script}").stdout.splitlines()
    assert [line.split("(")[0] for line in alone[:3]] == [
        "✅ logged in with handle ada and id " + alone[0].split()[-1],
        "✅ saved: User",
        "✅ saved: Storage",
    ]
    assert alone[3] == "💡 loaded instance: ada/a"
    quiet = sandbox.python(f"import lamindb, lamindb_setup as setup; {script}").stdout
    assert quiet == "💡 loaded instance: ada/a\n"
