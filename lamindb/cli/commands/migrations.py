"""Commands about migrations: create, deploy, squash, check, plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lamindb import log, setup
from lamindb.cli import exits
from lamindb.cli.groups import Command
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines
from lamindb.cli.texts import TEXT

if TYPE_CHECKING:
    from lamindb.setup.migration_plan import Plan
    from lamindb.setup.migration_state import MigrationState


@click.command(cls=Command)
@click.argument("action", type=click.Choice(["create", "deploy", "squash", "check", "plan"]))
@click.option("--package-name", metavar="NAME", type=TEXT, help="create, squash: the package, such as lnschema_core.")
@click.option("--end-number", metavar="NNNN", type=TEXT, help="squash: the number of the last migration to squash.")
@click.option("--start-number", metavar="NNNN", type=TEXT, help="squash: the number of the first migration to squash.")
@click.option("--to", metavar="PACKAGE.NNNN", type=TEXT, help="plan, deploy: the last migration to apply.")
@click.option("--no-backup", is_flag=True, help="deploy: don't copy the database before.")
@json_option
def migrate(
    action: str,
    package_name: str | None,
    end_number: str | None,
    start_number: str | None,
    *,
    to: str | None,
    no_backup: bool,
) -> int | None:
    """Manage migrations.

    \b
    create  write migrations for changed models of plug-ins under development
    deploy  apply to the database what it misses
    squash  merge migrations of a package into one
    check   exit 0 if models, migrations and database agree
    plan    show what deploy would do and how risky it is; exit 0 if nothing or
            all is safe, 1 if something is cautious, 2 if something is breaking
    """  # noqa: D301 - the escape is what tells click to keep the lines
    _check_options(action, to=to, no_backup=no_backup)
    if current().json and action not in {"check", "plan"}:
        msg = f"migrate {action} has no --json: it is for check and plan"
        raise click.UsageError(msg, click.get_current_context())
    if action == "squash":
        _squash(package_name, end_number, start_number)
        return None
    if action == "create":
        return setup.migrate.create(*([package_name] if package_name else []))
    if action == "deploy":
        return setup.migrate.deploy(to=to, backup=not no_backup)
    return _plan(to) if action == "plan" else _check()


def _check_options(action: str, *, to: str | None, no_backup: bool) -> None:
    context = click.get_current_context()
    if to is not None and action not in {"plan", "deploy"}:
        msg = "--to is for plan and deploy"
        raise click.UsageError(msg, context)
    if no_backup and action != "deploy":
        msg = "--no-backup is for deploy"
        raise click.UsageError(msg, context)


def _squash(package_name: str | None, end_number: str | None, start_number: str | None) -> None:
    if package_name is None or end_number is None:
        msg = "migrate squash needs --package-name and --end-number"
        raise click.UsageError(msg, click.get_current_context())
    setup.migrate.squash(package_name, end_number, start_number)


def _check() -> int:
    """Compare models with migrations, and migrations with the database."""
    models_agree = setup.migrate.check()
    state = _state()
    status = _status(state) or (exits.OK if models_agree else exits.FAILED)
    if current().json:
        print_json({"models_in_sync": models_agree, **_as_dict(state)})
    elif status == exits.OK:
        log.success("models, migrations and database agree")
    else:
        print_lines(_lines(state))
    return status


def _plan(to: str | None) -> int:
    """Show what is between the database and the installed library; the exit status is the greatest risk."""
    plan = setup.migrate.plan(to=to)
    if current().json:
        print_json(plan.as_dict())
    elif plan.missing or plan.unknown:
        print_lines(_plan_lines(plan))
    else:
        log.success("database already up-to-date with migrations!")
    return exits.DATABASE_AHEAD if plan.unknown else int(plan.risk)


def _plan_lines(plan: Plan) -> list[str]:
    lines = []
    for migration in plan.missing:
        lines.append(f"to be deployed: {migration.package}.{migration.name} ({migration.risk.name})")
        lines += [f"    {step.risk.name:<8}  {step.operation}: {step.reason}" for step in migration.steps]
    lines += [f"unknown to the installed library: {package}.{name}" for package, name in plan.unknown]
    if plan.missing and not plan.unknown:
        lines.append("deploy with: lamin migrate deploy")
    return lines


def _state() -> MigrationState:
    from lamindb.setup import migration_state

    with log.muted():  # what is missing is said once, by the command
        setup.connection.connect()
    return migration_state.compare()


def _status(state: MigrationState) -> int:
    if state.unknown:
        return exits.DATABASE_AHEAD
    return exits.DATABASE_BEHIND if state.missing else exits.OK


def _as_dict(state: MigrationState) -> dict[str, Any]:
    missing = [
        {
            "package": migration.app_label,
            "name": migration.name,
            "operations": [operation.describe() for operation in migration.operations],
        }
        for migration in state.missing
    ]
    return {"missing": missing, "unknown": [{"package": package, "name": name} for package, name in state.unknown]}


def _lines(state: MigrationState) -> list[str]:
    lines = [f"to be deployed: {migration.app_label}.{migration.name}" for migration in state.missing]
    lines += [f"unknown to the installed library: {package}.{name}" for package, name in state.unknown]
    if state.missing and not state.unknown:
        lines.append("deploy with: lamin migrate deploy")
    return lines
