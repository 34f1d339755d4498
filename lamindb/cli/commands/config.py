"""Commands about settings that come in layers: config list, get, set, unset."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lamindb import log
from lamindb.cli import configfile
from lamindb.cli.groups import Command, LazyGroup
from lamindb.cli.options import current, json_option
from lamindb.cli.output import print_json, print_lines, print_table
from lamindb.cli.texts import TEXT
from lamindb.errors import InstanceNotFound, InvalidSettings
from lamindb.setup import identity, layers, locations, reporting
from lamindb.setup.current import settings

_KEYS = click.Choice(sorted(layers.KEYS))
_project = click.option("--project", is_flag=True, help="In the project file lamin.toml rather than the user's own.")

config = LazyGroup(
    "config",
    table={
        "list": (f"{__name__}:list_settings", "Show all settings."),
        "get": (f"{__name__}:get", "Show one setting."),
        "set": (f"{__name__}:set_", "Choose a value."),
        "unset": (f"{__name__}:unset", "Take a choice back."),
    },
    help="""Show and change settings.

    A setting comes from the highest of these layers: an option of the command line, the environment (LAMIN_INSTANCE,
    LAMIN_VERBOSITY, LAMIN_CACHE_DIR, LAMIN_SYNC), the project file lamin.toml in this folder or above it, the user's config.toml,
    and the default. Of the instance, `lamin load` decides above the user's config.toml.
    """,
)


@click.command("list", cls=Command)
@click.option("--show-origin", is_flag=True, help="Show which layer each value comes from.")
@json_option
def list_settings(*, show_origin: bool) -> None:
    """Show all settings."""
    choices = _choices()
    if current().json:
        print_json({"settings": [_as_dict(choice) for choice in choices]})
    elif show_origin:
        rows = [[choice.key, choice.value, choice.origin] for choice in choices]
        print_table(["setting", "value", "origin"], rows, widest=None)
    else:
        print_lines(f"{choice.key}={choice.value or ''}" for choice in choices)


@click.command(cls=Command)
@click.argument("key", type=TEXT)
@json_option
def get(key: str) -> None:
    """Show one setting."""
    choices = {choice.key: choice for choice in _choices()}
    if key not in choices:
        msg = f"no setting {key[:40]!r}; there are {', '.join(choices)}"
        raise click.UsageError(msg, click.get_current_context())
    if current().json:
        print_json(_as_dict(choices[key]))
    else:
        print_lines([choices[key].value or ""])


@click.command("set", cls=Command)
@click.argument("key", type=_KEYS)
@click.argument("value", type=TEXT)
@_project
def set_(key: str, value: str, *, project: bool) -> None:
    """Choose a value."""
    path = _file(project=project)
    configfile.change(path, key, _checked(key, value))
    log.success(f"set {key} in {path}")
    try:
        effective = reporting.choice(key)
    except InstanceNotFound as error:
        log.warning(str(error))
        return
    if str(path) not in effective.origin:
        log.warning(f"{key} is {effective.value} all the same, from a higher layer: {effective.origin}")


@click.command(cls=Command)
@click.argument("key", type=_KEYS)
@_project
def unset(key: str, *, project: bool) -> None:
    """Take a choice back."""
    path = _file(project=project)
    if configfile.change(path, key, None):
        log.success(f"unset {key} in {path}")
    else:
        log.info(f"{key} was not set in {path}")


def _choices() -> list[layers.Choice]:
    """All settings in use; for a default, what it amounts to."""
    defaults = {"cache_dir": str(layers.cache_root()), "sync": "close"}
    return [
        replace(choice, value=defaults[choice.key]) if choice.is_default and choice.key in defaults else choice
        for choice in reporting.choices()
    ]


def _as_dict(choice: layers.Choice) -> dict[str, Any]:
    return {"key": choice.key, "value": choice.value, "origin": choice.origin}


def _file(*, project: bool) -> Path:
    if project:
        return locations.project_config_file() or Path.cwd() / "lamin.toml"
    return locations.settings_dir() / "config.toml"


def _checked(key: str, value: str) -> str:
    """The value as it is stored.

    Raises:
        InvalidSettings: The key can't have this value.
    """
    if key == "instance":
        identity.parse_identifier(value, owner=settings.user.handle or "")
    elif key == "cache_dir":
        return str(Path(value).expanduser().absolute())
    elif key == "sync":
        return layers.check_sync(value)
    elif value not in {*log.VERBOSITIES, *map(str, log.VERBOSITIES.values())}:
        msg = f"verbosity {value[:40]!r} needs to be 0 to 5 or one of {', '.join(log.VERBOSITIES)}."
        raise InvalidSettings(msg)
    return value
