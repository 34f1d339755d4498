"""init, load, close, delete, info, set, register: what they print and what they leave."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox


def test_init_prints_the_known_lines(sandbox: Sandbox) -> None:
    """A first ``lamin init`` prints what it saved and what it loaded, on standard output."""
    done = sandbox.lamin("init", "--storage", "lamin-intro")
    lines = done.stdout.splitlines()
    assert re.fullmatch(r"✅ saved: User\(id='\w{8}', handle='.+', email='.+', updated_at=.+\)", lines[0])
    assert re.fullmatch(r"✅ saved: Storage\(id='\w{8}', root='.+/lamin-intro', type='local', .+\)", lines[1])
    assert re.fullmatch(r"💡 loaded instance: .+/lamin-intro", lines[2])
    assert lines[3] == "💡 did not register local instance on hub (if you want, call `lamin register`)"
    assert len(lines) == 4
    assert done.stderr == ""


def test_quiet_says_nothing(sandbox: Sandbox) -> None:
    """With ``-q``, before or behind the command, a command that succeeds is silent."""
    assert sandbox.lamin("-q", "init", "--storage", "one").stdout == ""
    assert sandbox.lamin("close", "-q").stdout == ""


def test_info_of_nothing(sandbox: Sandbox) -> None:
    """Without an instance ``lamin info`` succeeds and says how to load one."""
    done = sandbox.lamin("info")
    assert done.stdout.startswith("Current user: ")
    assert done.stdout.splitlines()[-1] == "No instance loaded: lamin load <instance>"


def test_load_close_delete(fresh_instance: Callable[..., Sandbox]) -> None:
    """An instance is closed, loaded again and deleted; its stored data stay."""
    user = fresh_instance("--name", "mine")
    data = user.home / "storage" / "data.txt"
    data.write_text("mine")
    assert "✅ closed instance: " in user.lamin("close").stdout
    assert "💡 no instance loaded" in user.lamin("close").stdout
    assert re.search(r"💡 loaded instance: .+/mine", user.lamin("load", "mine").stdout)
    user.lamin("delete", "mine", "--force")
    assert "No instance loaded" in user.lamin("info").stdout
    assert data.read_text() == "mine"
    assert not (user.home / "storage" / "mine.lndb").exists()


def test_delete_asks(fresh_instance: Callable[..., Sandbox]) -> None:
    """``lamin delete`` without an answer deletes nothing and ends with status 255."""
    user = fresh_instance()
    done = user.lamin("delete", "storage", check=False)
    assert done.returncode == 255
    assert "Are you sure you want to delete this instance? (y/n): " in done.stdout
    assert (user.home / "storage" / "storage.lndb").exists()


def test_instance_option_is_for_one_call(fresh_instance: Callable[..., Sandbox]) -> None:
    """``--instance`` chooses another instance for one call, without closing the loaded one."""
    user = fresh_instance("--name", "first")
    user.lamin("init", "--storage", "second")
    assert "/second\n" in user.lamin("info").stdout
    assert "- name: first" in user.lamin("--instance", "first", "info").stdout
    assert "- name: first" in user.lamin("info", "--instance", "first").stdout
    assert "- name: second" in user.lamin("info").stdout
    assert "first" in user.lamin("list", "Storage", "--instance", "first").stderr


def test_set_storage(fresh_instance: Callable[..., Sandbox]) -> None:
    """``lamin set --storage`` changes where new data go."""
    user = fresh_instance()
    user.lamin("set", "--storage", "elsewhere")
    assert f"- storage root: {user.home}/elsewhere\n" in user.lamin("info").stdout


def test_register_without_hub_says_so(fresh_instance: Callable[..., Sandbox]) -> None:
    """Without a hub ``lamin register`` fails with one sentence."""
    done = fresh_instance().lamin("register", check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("❌ No hub is configured")
    assert len(done.stderr.splitlines()) == 1


def test_address_of_a_file_loads_its_instance_and_shows_the_file(sandbox: Sandbox) -> None:
    """As it is printed and passed on, in a shell and in Python; an address without instance says what to do."""
    for name in ("first", "second"):
        sandbox.lamin("init", "--storage", f"./{name}", "--name", name)
    save = "import lamindb as ln, pandas as pd; ln.File(pd.DataFrame({'a': [1]}), key='folder/a.parquet').save()"
    sandbox.python(save)
    sandbox.lamin("load", "first")
    owner = sandbox.lamin("info", "--json")
    address = f"lamin://{json.loads(owner.stdout)['user']['handle']}/second/folder/a.parquet"
    assert "folder/a.parquet" in sandbox.lamin("load", address).stdout
    assert json.loads(sandbox.lamin("info", "--json").stdout)["instance"]["name"] == "second"
    load = f"import lamindb as ln; ln.setup.load('lamin://{address.split('/')[2]}/first'); print(ln.setup.settings.instance.name)"
    assert sandbox.python(load).stdout.splitlines()[-1] == "first"
    refused = sandbox.lamin("load", "lamin://a.parquet", check=False)
    assert refused.returncode != 0
    assert "`lamin get file lamin://a.parquet` shows" in refused.stderr
