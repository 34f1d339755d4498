"""Secrets never appear in output, wherever they come from."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lamindb.text.masking import MASK, Masker, mask_patterns
from tests.sandbox import Sandbox

SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "FwoGZXIvYXdzEJr//////////wEaDNotARealSessionToken==",
    "PGPASSWORD": "pg-pass-word-17",
    "DATABASE_URL": "postgresql://alice:url-pass-word-23@127.0.0.1:1/db",
    "GITHUB_TOKEN": "ghp_0123456789abcdefghijABCDEFGHIJ012345",
    "GOOGLE_API_KEY": "AIzaSyA-0123456789abcdefghijklmnopqrstu",
    "AZURE_STORAGE_ACCOUNT_KEY": "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
    "HF_TOKEN": "hf_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789",
    "SLACK_TOKEN": "xoxb-123456789012-abcdefghijkl",
    "LAMIN_USER_PASSWORD": "lamin-pass-word-31",
    "LAMIN_USER_ACCESS_TOKEN": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "SERVICE_PRIVATE_KEY": "-----BEGIN PRIVATE KEY-----\nMIIBVAIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----",
}
HIDDEN = [*SECRETS.values(), "url-pass-word-23", "MIIBVAIBADANBgkqhkiG9w0BAQEF"]
IN_FILES = ["file-pass-word-41", "file-access-token-43", "file-db-pass-word-47"]


def leaks(text: str, secrets: list[str]) -> list[str]:
    """The secrets that a text has."""
    return [secret for secret in secrets if secret in text]


@pytest.fixture(scope="module")
def user(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with an instance."""
    sandbox = Sandbox(tmp_path_factory.mktemp("user") / "home")
    sandbox.lamin("init", "--storage", "storage")
    return sandbox


@pytest.fixture(scope="module")
def careless(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user with secrets in the environment and in the settings files of the reference release."""
    user = Sandbox(tmp_path_factory.mktemp("careless") / "home")
    user.lamin("init", "--storage", "storage")
    for path in (user.home / ".lamin").glob("*user*.env"):
        path.unlink()
    (user.home / ".lamin" / "current_user.env").write_text(
        "lamin_user_email=alice@example.org\nlamin_user_password=file-pass-word-41\n"
        "lamin_user_access_token=file-access-token-43\nlamin_user_id=DzTjkKse\nlamin_user_uuid=null\n"
        "lamin_user_handle=alice\nlamin_user_name=null\n"
    )
    (user.home / ".lamin" / "instance--alice--remote.env").write_text(
        "lamindb_instance_owner=alice\nlamindb_instance_name=remote\nlamindb_instance_storage_root="
        f"{user.home}/storage\nlamindb_instance_storage_region=null\n"
        "lamindb_instance_db=postgresql://alice:file-db-pass-word-47@127.0.0.1:1/db\n"
        "lamindb_instance_schema_str=\nlamindb_instance_id=null\n"
    )
    user.environment |= SECRETS
    return user


COMMANDS = [
    ["info"],
    ["info", "--json"],
    ["config", "list", "--show-origin"],
    ["config", "list", "--json"],
    ["config", "get", "user.password"],
    ["doctor", "-v"],
    ["doctor", "--json"],
    ["list", "User", "--json"],
    ["-v", "info", "--instance", "alice/remote"],
    ["-v", "config", "list", "--instance", "alice/remote"],
    ["-v", "doctor", "--instance", "alice/remote"],
    ["-v", "load", "alice/remote"],
    ["-v", "list", "ULabel", "--instance", "alice/remote"],
    ["-v", "list", "ULabel", "--instance", "alice/remote", "--json"],
]


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_no_secret_of_environment_and_files(careless: Sandbox, arguments: list[str]) -> None:
    """Nothing that lies in the environment or in a settings file is printed, not even with ``-v``."""
    done = careless.lamin(*arguments, check=False)
    assert leaks(done.stdout + done.stderr, HIDDEN + IN_FILES) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["login", "bob@example.org", "--password", "argv-pass-word-53"],
        ["login", "two words", "--password=argv-pass-word-53"],
        ["-v", "login", "two words", "--password", "argv-pass-word-53"],
        ["init", "--storage", "x", "--db", "postgresql://bob:argv-pass-word-53@127.0.0.1:1/db", "--name", "x"],
        ["-v", "init", "--storage", "x", "--db", "postgresql://bob:argv-pass-word-53@127.0.0.1:1/db", "--name", "x"],
        ["-v", "init", "--storage", "x", "--db", "mysql://bob:argv-pass-word-53@127.0.0.1/db"],
        ["-v", "init", "--storage", "x", "--db", "postgresql://bob:argv-pass-word-53 @host/db"],
        ["-v", "init", "--storage", "x://bob:argv-pass-word-53@host/bucket"],
        ["-v", "load", "postgresql://bob:argv-pass-word-53@127.0.0.1/db"],
        ["-v", "set", "--storage", "nosuch://bob:argv-pass-word-53@host/bucket"],
        ["get", "ULabel", "token=argv-pass-word-53"],
        ["--password=argv-pass-word-53"],
    ],
    ids=" ".join,
)
def test_no_secret_of_the_arguments(user: Sandbox, arguments: list[str]) -> None:
    """A secret among the arguments is not repeated, whether the command works or not."""
    for extra in ([], ["--json"]):
        done = user.lamin(*arguments, *extra, check=False)
        assert leaks(done.stdout + done.stderr, ["argv-pass-word-53"]) == []


def test_password_from_standard_input(sandbox: Sandbox) -> None:
    """A password is read from standard input, without a warning about arguments, and is not shown."""
    done = subprocess.run(
        [sys.executable, "-m", "lamindb.cli", "-v", "login", "bob", "--password-stdin"],
        cwd=sandbox.home,
        env=sandbox.environment,
        input="stdin-pass-word-59\n",
        capture_output=True,
        text=True,
        check=True,
    )
    assert "logged in" in done.stdout
    assert "visible to others" not in done.stdout
    assert leaks(done.stdout + done.stderr, ["stdin-pass-word-59"]) == []


def test_password_in_arguments_works_with_a_warning(sandbox: Sandbox) -> None:
    """Scripts that pass a password go on working, and are told what is better."""
    done = sandbox.lamin("login", "bob", "--password", "argv-pass-word-53")
    assert "✅ logged in" in done.stdout
    assert "a password in the arguments is visible to others on this machine" in done.stdout
    assert sandbox.lamin("login", "bob", "--password", "x", "--password-stdin", check=False).returncode == 2


def test_login_needs_no_password(sandbox: Sandbox) -> None:
    """Without a hub neither a password nor a terminal is needed."""
    assert "✅ logged in with handle bob" in sandbox.lamin("login", "bob@example.org").stdout
    assert "- handle: bob" in sandbox.lamin("info").stdout
    assert "✅" in sandbox.lamin("signup", "carol@example.org").stdout


def test_error_text_with_secrets(sandbox: Sandbox) -> None:
    """Secrets within an error, its cause, its traceback and a library's own output are masked."""
    code = f"""
import os, sys
from lamindb.cli import main
from lamindb.cli.commands import instances
os.environ.update({SECRETS!r})
def fail():
    print(dict(os.environ), file=sys.stderr)
    print("url is postgresql://u:url-pass-word-23@h/d")
    try:
        raise ValueError("token=abcdef123456 " + " ".join({HIDDEN!r}))
    except ValueError as error:
        raise RuntimeError("Authorization: Bearer abc.def-ghi " + repr({HIDDEN!r})) from error
instances.user_facts = fail
sys.exit(main(["-v", "info", "--json"]))
"""
    done = sandbox.python(code, check=False)
    assert done.returncode == 1
    assert "Traceback" in done.stderr
    assert leaks(done.stdout + done.stderr, [*HIDDEN, "abcdef123456", "abc.def-ghi"]) == []


# -- masking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("postgresql://u:p@h/d", "postgresql://u:***@h/d"),
        ("postgresql://u:p@ss/w:rd@h/d", "postgresql://u:***@h/d"),
        ("see 'https://u:p@h' and 'https://v:q@h'", "see 'https://u:***@h' and 'https://v:***@h'"),
        ("postgresql://u@h/d", "postgresql://u@h/d"),
        ("password=hunter2 host=h", "password=*** host=h"),
        ('{"password": "hunter2"}', '{"password": "***"}'),
        ("aws_secret_access_key = abc/def", "aws_secret_access_key = ***"),
        ("https://h/x?X-Amz-Signature=abc&b=1", "https://h/x?X-Amz-Signature=***&b=1"),
        ("Authorization: Bearer abcdefgh.ijk", "Authorization: Bearer ***"),
        ("key AKIAIOSFODNN7EXAMPLE.", "key ***."),
        ("access_token=\nuser.id=abc", "access_token=\nuser.id=abc"),
        ("no secret at all: https://lamin.ai/owner/name", "no secret at all: https://lamin.ai/owner/name"),
        ("lamin login <your-email> --password <your-password>", "lamin login <your-email> --password <your-password>"),
        ("ULabel(id='DcL5kYPn', name='ULabel 1')", "ULabel(id='DcL5kYPn', name='ULabel 1')"),
    ],
)
def test_shapes_of_secrets(text: str, masked: str) -> None:
    """What has the shape of a secret is masked, ordinary text stays."""
    assert mask_patterns(text) == masked


def test_known_secret_is_masked_in_every_spelling() -> None:
    """A secret that was given to the process is recognised quoted, unquoted and escaped."""
    masker = Masker(["p@ss wörd/1"])
    for spelling in ("p@ss wörd/1", "p%40ss%20w%C3%B6rd%2F1"):
        assert masker.mask(f"<{spelling}>") == f"<{MASK}>"


def test_short_word_is_no_secret() -> None:
    """A very short value would mask ordinary words, and is left alone."""
    assert Masker(["the", "%74%68"]).mask("the label") == "the label"
