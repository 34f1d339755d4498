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
def signup(email: str) -> str | None:
    """First time sign up."""
    return setup.signup(email)


@click.command(cls=Command)
@click.argument("user", metavar="EMAIL|HANDLE", type=TEXT)
@click.option(
    "--password", metavar="PASSWORD", type=TEXT, help="Visible to others on this machine: better leave it out."
)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
def login(user: str, password: str | None, *, password_stdin: bool) -> str | None:
    """Log in an already-signed-up user.

    Without a hub no password is needed. With one, the password comes from --password-stdin, the environment variable
    LAMIN_USER_PASSWORD, the last login, or a prompt.
    """
    if password is not None and password_stdin:
        msg = "--password and --password-stdin exclude each other"
        raise click.UsageError(msg, click.get_current_context())
    if password is not None:
        log.warning(
            "a password in the arguments is visible to others on this machine and stays in the history of the shell: "
            "use --password-stdin, the environment variable LAMIN_USER_PASSWORD, or the prompt"
        )
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    current().masker.add(password)
    return setup.login(user, password=password)
