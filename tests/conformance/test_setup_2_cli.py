"""``lamin`` and ``ln.setup`` as the guides of 0.54 use them: lines, exit statuses and return values."""

from __future__ import annotations

import re

import pytest

from lamindb import __version__
from lamindb.cli import main
from tests.servers import postgres


def session(sandbox, *commands):
    """The exit status and the lines of one command after the other."""
    done = [sandbox.lamin(*command.split(), check=False) for command in commands]
    return [(one.returncode, one.stdout.splitlines() + one.stderr.splitlines()) for one in done]


def test_a_guide_from_login_to_delete(sandbox):
    """Line by line, apart from ids and times."""
    home = sandbox.home
    done = session(
        sandbox,
        "login testuser1@lamin.ai",
        "init --storage ./lamin-intro",
        "close",
        "load lamin-intro",
        "load testuser1/lamin-intro",
        "load https://lamin.ai/testuser1/lamin-intro",
        "info",
        "delete --force lamin-intro",
        "info",
        "load lamin-intro",
    )
    assert [status for status, _ in done] == [0] * 9 + [10]
    login, init, close, load, by_owner, by_address, _info, delete, after, unknown = (lines for _, lines in done)
    (key,) = re.findall(r"^✅ logged in with handle testuser1 and id (\w{8})$", login[0])
    assert re.fullmatch(
        rf"✅ saved: User\(id='{key}', handle='testuser1', email='testuser1@lamin\.ai', updated_at=[\d :-]+\)", init[0]
    )
    assert re.fullmatch(
        rf"✅ saved: Storage\(id='\w{{8}}', root='{home}/lamin-intro', type='local', updated_at=[\d :-]+, created_by_id='{key}'\)",
        init[1],
    )
    assert init[2:] == [
        "💡 loaded instance: testuser1/lamin-intro",
        "💡 did not register local instance on hub (if you want, call `lamin register`)",
    ]
    assert close == ["✅ closed instance: testuser1/lamin-intro"]
    settings = f"{home}/.lamin/instance--testuser1--lamin-intro.env"
    loaded = [f"💡 found cached instance metadata: {settings}", "💡 loaded instance: testuser1/lamin-intro"]
    assert load == by_owner == by_address == loaded
    assert delete == [
        "💡 deleting instance testuser1/lamin-intro",
        f"✅     deleted instance settings file: {settings}",
        "✅     instance cache deleted",
        "✅     deleted '.lndb' sqlite file",
        f"❗     consider manually deleting your stored data: {home}/lamin-intro",
    ]
    assert after[-1] == "No instance loaded: lamin load <instance>"
    assert unknown[0].startswith("❌ Instance testuser1/lamin-intro neither loadable from hub nor local cache")
    assert (home / "lamin-intro").is_dir()


@pytest.mark.parametrize(
    ("command", "status", "line"),
    [
        ("load a/b/c", 1, "❌ The instance identifier needs to be 'owner/name', the instance name (owner is current user) or the URL: https://lamin.ai/owner/name."),
        ("init --storage x --name a/b", 1, "❌ Invalid instance name: '/' delimiter not allowed."),
        ("init --storage x --schema nowhere", 16, "❌ No module named 'lnschema_nowhere'"),
        ("init", 2, "❌ Missing option '--storage'."),
        ("delete a/b --force", 1, "❌ Invalid instance name: '/' delimiter not allowed."),
        ("delete nobody --force", 0, "❗ could not delete as instance settings do not exist locally."),
        ("set --storage x", 1, "❌ No instance is loaded! Call `lamin init` or `lamin load`"),
        ("register", 1, "❌ No instance is loaded! Call `lamin init` or `lamin load`"),
        ("migrate deploy", 1, "❌ No instance is loaded! Call `lamin init` or `lamin load`"),
        ("migrate fly", 2, "❌ Invalid value for"),
        ("close", 0, "💡 no instance loaded"),
        ("schemas", 2, "❌ No such command 'schemas'."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_one_sentence(lamin, command, status, line):
    """With an exit status that says what it was."""
    code, lines = lamin(*command.split())
    assert code == status
    assert any(found.startswith(line) for found in lines), lines


@pytest.fixture
def lamin(tmp_path, monkeypatch, capsys):
    """Run commands in this process for a user who has nothing."""
    monkeypatch.setenv("LAMIN_SETTINGS_DIR", str(tmp_path / ".lamin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / ".cache"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        capsys.readouterr()
        status = main(arguments)
        captured = capsys.readouterr()
        return status, captured.out.splitlines() + captured.err.splitlines()

    return run


def test_help_has_the_sentences_that_users_know(lamin):
    """In the order in which they were listed."""
    known = {
        "init": "Init & config instance with db & storage.",
        "load": "Load instance by name.",
        "delete": "Delete an instance.",
        "info": "Show current instance information.",
        "set": "Set storage used by an instance.",
        "close": "Close instance.",
        "register": "Register instance on hub (local instances are not automatically",
        "migrate": "Manage migrations.",
        "track": "Track a notebook (init metadata).",
        "signup": "First time sign up.",
        "login": "Log in an already-signed-up user.",
    }
    status, lines = lamin("-h")
    assert status == 0
    listed = [line.split(maxsplit=1) for line in lines if line.startswith("  ") and line.split()[0] in known]
    assert [(name, sentence) for name, sentence in listed] == list(known.items())
    assert "  Configure LaminDB and perform simple actions." in lines
    assert lamin("--version") == (0, [__version__])


def test_verbs_return_what_they_did_and_are_silent_if_asked(sandbox):
    """None when done, -1 when not confirmed; ``close`` can be muted; a name inferred from a folder."""
    out = sandbox.python(
        "import builtins, lamindb as ln\nfrom lamindb import setup\n"
        "print(setup.login('me@lamin.ai'), setup.signup('me@lamin.ai'))\n"
        "print(setup.init(storage='My.Data'), setup.settings.instance.name)\n"
        "print(setup.migrate.check(), setup.migrate.deploy(), setup.dev.django.get_migrations_to_sync())\n"
        "print(setup.set.storage('other'), setup.info())\n"
        "print(setup.close(mute=True), setup.close(mute=True))\n"
        "print(setup.load('my'))\n"
        "builtins.input = lambda question: print(question) or 'n'\n"
        "print(setup.delete('my'))\n"
        "builtins.input = lambda question: 'yes'\n"
        "print(setup.delete('my'))\n"
    ).stdout
    values = [line for line in out.splitlines() if re.match(r"^(None|True|-1|Are you sure)", line)]
    assert values == [
        "None None",
        "None my",
        "True None []",
        "None None",
        "None None",
        "None",
        "Are you sure you want to delete this instance? (y/n): ",
        "-1",
        "None",
    ]
    assert "closed instance" not in out


def test_deletion_is_confirmed_through_a_pipe(fresh_instance):
    """Anything but yes keeps the instance, with a status of its own."""
    user = fresh_instance("--name", "mine")
    for answers, status in (("n\n", 255), ("", 255), ("maybe\n", 255), (" Y \n", 0)):
        done = user.lamin("delete", "mine", answers=answers, check=False)
        assert done.returncode == status
        assert "Are you sure you want to delete this instance? (y/n): " in done.stdout
    assert not (user.home / "storage" / "mine.lndb").exists()


@pytest.mark.postgres
def test_a_guide_on_postgres(sandbox, postgres_server):
    """The name is the database's, the storage can be switched; deleting the instance leaves the tables to the next one."""
    home, url = sandbox.home, postgres.create_database(postgres_server, "MyGuide")
    script = f"""
import lamindb_setup as setup
setup.login("ada@lab.org")
setup.init(storage="./data", db={url!r})
import lamindb as ln
instance = setup.settings.instance
print(instance.identifier, instance.dialect, instance.db, instance.is_remote, ln.Storage.filter().one().root)
setup.set.storage("./second")
ln.settings.storage = "./third"
print(setup.settings.storage.root_as_str, ln.Storage.filter().count())
print(open({str(home / ".lamin/current_instance.env")!r}).read())
setup.delete("MyGuide", force=True)
ln.settings.verbosity = "success"
setup.init(storage="./data", db={url!r})
"""
    lines = sandbox.python(script).stdout.splitlines()
    assert lines[3:5] == [
        "💡 loaded instance: ada/MyGuide",
        "💡 did not register local instance on hub (if you want, call `lamin register`)",
    ]
    assert lines[5:7] == [f"ada/MyGuide postgresql {url} False {home}/data", f"{home}/third 3"]
    assert lines[7:14] == [
        "lamindb_instance_owner=ada",
        "lamindb_instance_name=MyGuide",
        f"lamindb_instance_storage_root={home}/third",
        "lamindb_instance_storage_region=null",
        f"lamindb_instance_db={url}",
        "lamindb_instance_schema_str=",
        "lamindb_instance_id=null",
    ]
    assert f"❗     consider manually deleting your stored data: {home}/third" in lines
    assert "✅ database already up-to-date with migrations!" in lines
