"""Users need no account: somebody stands in, and profiles are stored on login."""

from __future__ import annotations

import getpass
import stat
from typing import TYPE_CHECKING, Any

import pytest

from lamindb.errors import InvalidSettings, LoginError
from lamindb.setup import accounts, current, locations, users

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

KEYS = ["email", "password", "access_token", "id", "uuid", "handle", "name"]


@pytest.fixture(autouse=True)
def _fresh_user(settings_dir: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(getpass, "getuser", lambda: "jane")
    current.settings.forget_user()
    yield
    current.settings.forget_user()


def test_operating_system_user_stands_in(settings_dir: Path) -> None:
    """Without a login the user is the operating system's, with an id that never changes; nothing is written."""
    user = current.settings.user
    assert (user.handle, user.email, user.id) == ("jane", "jane@localhost", users.id_from("jane"))
    assert user.id == "MHvtDwc5"
    assert not settings_dir.exists()


def test_system_without_a_name_for_the_user_has_a_stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """A user id that the system has no name for is enough."""

    def unknown() -> str:
        msg = "getpwuid(): uid not found: 12345"
        raise KeyError(msg)

    monkeypatch.setattr(getpass, "getuser", unknown)
    monkeypatch.setattr("os.getuid", lambda: 12345)
    assert users.local_user().handle == "user12345"


@pytest.mark.parametrize(
    ("name", "handle"), [("LAB\\jane doe", "LAB-jane-doe"), ("x" * 50, "x" * 30), ("../..", "user"), ("", "user")]
)
def test_stand_in_has_a_handle_that_is_a_file_name(monkeypatch: pytest.MonkeyPatch, name: str, handle: str) -> None:
    """Whatever the system calls the user, the handle has at most 30 harmless characters."""
    monkeypatch.setattr(getpass, "getuser", lambda: name)
    assert users.local_user().handle == handle


def test_login_by_email_stores_a_profile(settings_dir: Path) -> None:
    """The profile is under the email, under the handle, and the current one: seven keys in their order, private."""
    accounts.login("ada@lab.org")
    names = sorted(path.name for path in settings_dir.iterdir())
    assert names == ["current_user.env", "user--ada.env", "user--ada@lab.org.env"]
    for path in settings_dir.iterdir():
        lines = path.read_text().splitlines()
        assert [line.partition("=")[0] for line in lines] == [f"lamin_user_{key}" for key in KEYS]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (current.settings.user.email, current.settings.user.handle) == ("ada@lab.org", "ada")


def test_login_says_who_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """With an email the handle is told, with a handle the email."""
    from lamindb import log

    with log.at_verbosity(2):
        accounts.login("ada@lab.org")
        accounts.login("ada")
    assert capsys.readouterr().out == (
        f"✅ logged in with handle ada and id {users.id_from('ada@lab.org')}\n"
        f"✅ logged in with email ada@lab.org and id {users.id_from('ada@lab.org')}\n"
    )


def test_login_by_handle_needs_no_email() -> None:
    """A handle alone makes a profile whose id is that of the stand-in of that name."""
    accounts.login("jane")
    assert current.settings.user.id == users.local_user().id


def test_first_login_keeps_what_the_stand_in_made() -> None:
    """Somebody whose email begins with their login name stays the same person."""
    before = current.settings.user.id
    accounts.login("jane@lab.org")
    assert current.settings.user.id == before


def test_login_never_takes_over_from_the_previous_user(settings_dir: Path) -> None:
    """A second user's profile has nothing of the first one's: neither password nor token, uuid, name nor id."""
    secret = users.UserSettings("a@lab.org", "hunter2", "token", "AAAAAAAA", "f" * 32, "a", "Person A")
    users.write_user(secret)
    accounts.login("b@lab.org")
    text = (settings_dir / "user--b@lab.org.env").read_text()
    assert not [word for word in ("hunter2", "token=token", "AAAAAAAA", "f" * 32, "Person A") if word in text]


def test_known_profile_keeps_its_id_and_name() -> None:
    """A profile that a hub or an earlier release stored is used as it is."""
    users.write_user(users.UserSettings("t@lamin.ai", None, None, "DzTjkKse", "1" * 32, "testuser1", "Test User1"))
    accounts.login("b@lab.org")
    accounts.login("testuser1")
    user = current.settings.user
    assert (user.id, user.name, user.uuid) == ("DzTjkKse", "Test User1", "1" * 32)


def test_two_people_of_one_handle_are_told_apart() -> None:
    """The second person whose email begins alike gets another handle, and the first one's profile stays."""
    accounts.login("ada@lab.org")
    accounts.login("ada@other.org")
    assert current.settings.user.handle == f"ada-{users.id_from('ada@other.org')[:4]}"
    accounts.login("ada")
    assert current.settings.user.email == "ada@lab.org"


def test_password_is_not_stored_without_a_hub(settings_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A password is neither needed nor kept nor shown."""
    accounts.login("ada@lab.org", password="hunter2")
    assert "hunter2" not in "".join(path.read_text() for path in settings_dir.iterdir()) + capsys.readouterr().out


def test_signup_explains_that_there_is_no_hub(capsys: pytest.CaptureFixture[str]) -> None:
    """Signing up stores a profile and says why no account is made."""
    from lamindb import log

    with log.at_verbosity(3):
        accounts.signup("ada@lab.org")
    assert "no hub is configured" in capsys.readouterr().out
    assert current.settings.user.handle == "ada"


@pytest.mark.parametrize("user", ["", "a/b", "../x@y", "a b", "a\n@b", "@b", "a@", "x" * 31, "a@" + "b" * 300, "a\\b"])
def test_login_with_no_name_of_a_user_is_refused(settings_dir: Path, user: str) -> None:
    """What is neither an email address nor a handle is refused before a file is written."""
    with pytest.raises(LoginError):
        accounts.login(user)
    assert not settings_dir.exists()


@pytest.mark.parametrize("sign_in", [accounts.login, accounts.signup])
def test_login_with_what_is_no_text_is_refused(settings_dir: Path, sign_in: Callable[[Any], None]) -> None:
    """A sentence names the argument, before a file is written."""
    with pytest.raises(TypeError, match=r"^(user|email) has to be text, but is of type NoneType$"):
        sign_in(None)
    assert not settings_dir.exists()


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """``LAMIN_USER_*`` override single facts; another handle is another person."""
    accounts.login("ada@lab.org")
    monkeypatch.setenv("LAMIN_USER_NAME", "Ada L.")
    assert users.current_user().email == "ada@lab.org"
    assert users.current_user().name == "Ada L."
    monkeypatch.setenv("LAMIN_USER_HANDLE", "robot")
    assert (users.current_user().email, users.current_user().id) == ("robot@localhost", users.id_from("robot"))


def test_environment_of_settings_has_files_of_its_own(settings_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``LAMIN_ENV`` chooses other files, also within a process."""
    accounts.login("ada@lab.org")
    monkeypatch.setenv("LAMIN_ENV", "staging")
    assert current.settings.user.handle == "jane"
    accounts.login("bob")
    assert (settings_dir / "staging--current_user.env").exists()
    monkeypatch.setenv("LAMIN_ENV", "prod")
    assert current.settings.user.handle == "ada"


def test_broken_user_file_is_named_with_the_way_out(settings_dir: Path) -> None:
    """A missing key gives the known sentence."""
    settings_dir.mkdir()
    locations.current_user_file().write_text("lamin_user_email=x\n")
    with pytest.raises(InvalidSettings, match=r"please delete .*current_user\.env and log in again\."):
        _ = current.settings.user


def test_profile_without_an_id_gets_one(settings_dir: Path) -> None:
    """``null`` is no id: one is derived, so that records can be made."""
    settings_dir.mkdir()
    lines = [f"lamin_user_{key}={'x@y.z' if key == 'email' else 'null'}\n" for key in KEYS]
    locations.current_user_file().write_text("".join(lines))
    assert current.settings.user.id == users.id_from("x@y.z")


def test_repr_is_what_info_prints() -> None:
    """The user is shown without secrets."""
    user = users.UserSettings("a@b.c", "hunter2", "token", "AAAAAAAA", None, "a", None)
    assert repr(user) == "Current user: a\n- handle: a\n- email: a@b.c\n- id: AAAAAAAA"


def test_id_as_a_number_is_its_bytes() -> None:
    """The id, decoded from base64, is read as big-endian."""
    assert users.UserSettings(id="AAAAAAEC").get_id_as_int() == 258
