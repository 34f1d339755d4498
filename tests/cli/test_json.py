"""``--json``: every command that reads prints one value that fits its schema."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from lamindb.cli.root import COMMANDS
from tests.sandbox import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Server
    from tests.sandbox import Sandbox

SCHEMAS = REPOSITORY / "lamindb" / "cli" / "schemas"
READING = {
    "info": ["info"],
    "config-list": ["config", "list", "--show-origin"],
    "config-get": ["config", "get", "instance"],
    "doctor": ["doctor"],
    "list": ["list", "ULabel"],
    "search": ["search", "ULabel", "cell"],
    "get": ["get", "User"],
    "validate": ["validate", "table.csv", "--criteria", "criteria.json"],
    "migrate-plan": ["migrate", "plan"],
    "migrate-check": ["migrate", "check"],
    "plugin-list": ["plugin", "list"],
    "plugin-check": ["plugin", "check"],
    "run-list": ["run", "list"],
    "fsck": ["fsck"],
    "cache-list": ["cache", "list"],
    "cache-verify": ["cache", "verify"],
    "cache-prune": ["cache", "prune"],
    "trash-list": ["trash", "list"],
    "trash-purge": ["trash", "purge", "--yes"],
    "abuse": ["abuse", "--clients", "1", "--time", "0.1s", "--work", "create"],
}
OF_RUNS = {"run-replay", "run-show", "run-why"}  # tested where there are runs
OF_ONTOLOGIES = {"bionty-list", "bionty-diff", "bionty-update"}  # tested where there are ontologies
WRITING = {
    "init",
    "load",
    "delete",
    "set",
    "close",
    "register",
    "schema",
    "export",
    "track",
    "signup",
    "login",
    "completion",
    "bionty",
    "dump",
    "restore",
    "move",
    "reindex",
}


def check(name: str, value: Any) -> None:
    """Compare a value with a schema, in which objects have no other members than those it names."""
    schema = json.loads((SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)


def test_every_schema_belongs_to_a_command() -> None:
    """There is a schema per reading command, one for errors, and no other; every command is reading or writing."""
    assert {path.stem for path in SCHEMAS.glob("*.json")} == {*READING, *OF_RUNS, *OF_ONTOLOGIES, "error"}
    assert {arguments[0] for arguments in READING.values()} | WRITING == set(COMMANDS)


@pytest.mark.parametrize("name", READING)
def test_output_fits_its_schema(name: str, labelled: Sandbox) -> None:
    """Standard output is exactly one JSON value; messages, if any, are on standard error."""
    arguments = [*READING[name], *([labelled.lamin("list", "User", "-q").stdout.strip()] if name == "get" else [])]
    done = labelled.lamin(*arguments, "--json")
    check(name, json.loads(done.stdout))
    assert "💡" not in done.stdout


def test_output_without_instance_fits_as_well(sandbox: Sandbox) -> None:
    """What works without an instance says so in the same form."""
    for name in ("info", "config-list", "config-get", "doctor"):
        check(name, json.loads(sandbox.lamin(*READING[name], "--json").stdout))
    assert json.loads(sandbox.lamin("info", "--json").stdout)["instance"] is None


def test_error_fits_its_schema(sandbox: Sandbox) -> None:
    """The error object has a schema, too."""
    for arguments in (["list", "ULabel"], ["migrate", "plan"], ["get", "ULabel", "x"], ["search"]):
        done = sandbox.lamin(*arguments, "--json", check=False)
        value = json.loads(done.stderr.splitlines()[-1])
        check("error", value)
        assert value["error"]["exit_code"] == done.returncode


def test_partial_success_prints_both(server: Server) -> None:
    """Records that were found are on standard output, those that were not on standard error."""
    handle = server.lamin("list", "User", "-q").out.strip()
    result = server.lamin("get", "User", handle, "nosuch", "--json")
    check("get", result.json)
    assert result.json["missing"] == ["nosuch"]
    assert result.error["type"] == "PartialSuccess"


def test_records_are_complete(server: Server) -> None:
    """A record has all columns of its registry, times in ISO format, foreign keys as ids."""
    record = server.lamin("list", "ULabel", "--filter", "name=neuron", "--json").json["records"][0]
    assert set(record) == {
        "id", "name", "description", "reference", "reference_type", "created_at", "updated_at", "created_by_id",
    }  # fmt: skip
    assert record["name"] == "neuron"
    assert record["created_at"].endswith("+00:00")


def test_printing_libraries_do_not_disturb(sandbox: Sandbox) -> None:
    """What a library prints while a command runs goes to standard error."""
    code = """
import sys
from lamindb.cli import facts, main
from lamindb.cli.commands import instances
def chatty():
    print("chatter")
    return {"handle": None, "email": None, "id": "x", "name": None}
instances.user_facts = chatty
sys.exit(main(["info", "--json"]))
"""
    done = sandbox.python(code)
    assert json.loads(done.stdout)["user"]["id"] == "x"
    assert "chatter" in done.stderr


def test_any_character_survives(labelled: Sandbox, lamin: Callable) -> None:
    """JSON is valid in an ASCII environment as well."""
    labelled.python("import lamindb as ln; ln.ULabel(name='µ-opioid 🧬').save()")
    labelled.environment["PYTHONIOENCODING"] = "ascii"
    try:
        done = labelled.lamin("search", "ULabel", "opioid", "--json")
        assert json.loads(done.stdout)["records"][0]["name"] == "µ-opioid 🧬"
        assert "opioid" in labelled.lamin("search", "ULabel", "opioid").stdout
    finally:
        del labelled.environment["PYTHONIOENCODING"]
        labelled.python("import lamindb as ln; ln.ULabel.filter(name='µ-opioid 🧬').delete()")
