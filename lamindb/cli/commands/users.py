"""Commands about users: signup, login."""

from __future__ import annotations

import sys

import click

from lamindb import log, setup
from lamindb.cli.groups import Command
from lamindb.cli.options import current
from lamindb.cli.texts import TEXT


@click.command(cls=Command)
@click.argument("email", type=TEXT)
def signup(email: str) -> None:
    """First time sign up.

    No hub is configured, so this stores a local profile, as `lamin login` does.
    """
    setup.signup(email)


@click.command(cls=Command)
@click.argument("user", metavar="EMAIL|HANDLE", type=TEXT)
@click.option(
    "--password", metavar="PASSWORD", type=TEXT, help="Visible to others on this machine: better leave it out."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def login(user: str, password: str | None, *, password_stdin: bool) -> None:
    """Log in an already-signed-up user.

    No hub is configured, so neither an account nor a password is needed. This stores a local profile, and makes it the
    current one. A password is taken for scripts that pass one, and is not stored.
    """
    if password is not None and password_stdin:
        msg = "--password and --password-stdin exclude each other"
        raise click.UsageError(msg, click.get_current_context())
    if password is not None:
        log.warning(
            "a password in the arguments is visible to others on this machine and stays in the history of the shell: "
            "leave it out, or use --password-stdin"
        )
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    current().masker.add(password)
    setup.login(user, password=password)
