"""The command that checks everything: doctor."""

from __future__ import annotations

import click

from lamindb.cli import health
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines
from lamindb.text.escaping import escaped

_ICONS = {"ok": "✅", "warning": "❗", "error": "❌"}


@click.command(cls=Command)
@json_option
def doctor() -> int:
    """Check the installation and the current instance.

    The exit status is that of the first check that failed. Secrets are never shown.
    """
    checks = health.all_checks()
    if current().json:
        print_json({"status": _worst(checks), "checks": [check.as_dict() for check in checks]})
    else:
        print_lines(f"{_ICONS[check.status]} {check.name}: {escaped(check.message)}" for check in checks)
        if current().verbose:
            print_lines(line for check in checks for line in _details(check))
    return next((check.exit_code for check in checks if check.status == "error"), 0)


def _worst(checks: list[health.Check]) -> str:
    return max((check.status for check in checks), key=list(_ICONS).index)


def _details(check: health.Check) -> list[str]:
    return [f"- {check.name}.{name}: {escaped(str(value))}" for name, value in check.facts.items()]
