"""``lamin validate``: reports, mended copies, saved tables, and exit statuses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.test_json import check

if TYPE_CHECKING:
    from tests.cli.conftest import Server
    from tests.sandbox import Sandbox

DIRTY = "Cell,age\nt cell,30\nT cell ,-1\nB cel,x\nneuron,\n"


@pytest.fixture
def dirty(labelled: Sandbox) -> str:
    """The name of a table that doesn't meet the criteria of the shared user."""
    (labelled.home / "dirty.csv").write_text(DIRTY)
    return "dirty.csv"


def test_table_that_passes(server: Server) -> None:
    """Ends with status 0 and a sentence."""
    result = server.lamin("validate", "table.csv", "--criteria", "criteria.json")
    assert result.status == 0
    assert result.out == "all 2 criteria are met by 2 rows\n"


def test_table_that_fails(server: Server, dirty: str) -> None:
    """Ends with status 21; all that fails is on standard output, with the mends."""
    result = server.lamin("validate", dirty, "--criteria", "criteria.json")
    assert result.status == 21
    lines = [line.strip() for line in result.out.splitlines()]
    assert lines[0] == "7 different values in 2 columns fail, out of 4 rows"
    assert "cell is missing among the columns → 'Cell' (casing)" in lines
    assert "cell: 't cell' (in row 0) is not in core.ULabel → 'T cell' (casing)" in lines
    assert "cell: 'B cel' (in row 2) is not in core.ULabel → 'B cell' (typo)" in lines
    assert "age: '-1' (in row 1) is below the minimum of 0" in lines


def test_report_as_json(server: Server, dirty: str) -> None:
    """One value that fits its schema, with the same status."""
    result = server.lamin("validate", dirty, "--criteria", "criteria.json", "--json")
    assert result.status == 21
    check("validate", result.json)
    assert result.json["ok"] is False
    assert result.json["counts"]["unregistered"] == 3
    assert result.json["failures"][0]["suggestion"] == "Cell"


def test_few_lines_on_request(server: Server, dirty: str) -> None:
    """``--limit`` cuts the text, ``-q`` leaves nothing but the status."""
    assert server.lamin("validate", dirty, "--criteria", "criteria.json", "--limit", "1").out.count("\n") == 3
    quiet = server.lamin("validate", dirty, "--criteria", "criteria.json", "-q")
    assert (quiet.status, quiet.out) == (21, "")


def test_mended_copy(server: Server, labelled: Sandbox, dirty: str) -> None:
    """``--standardize`` writes a copy, and the report is about that; the table stays as it is."""
    result = server.lamin(
        "validate", dirty, "--criteria", "criteria.json", "--standardize", "mended.csv", "--typos", "--json"
    )
    assert result.status == 21
    check("validate", result.json)
    assert result.json["standardized"] == "mended.csv"
    assert sorted(result.json["counts"]) == ["below-minimum", "missing-value", "type"]
    assert "B cell" in (labelled.home / "mended.csv").read_text()
    assert (labelled.home / dirty).read_text() == DIRTY


def test_failing_cells_as_a_file(server: Server, labelled: Sandbox, dirty: str) -> None:
    """``--report`` writes a line per failing cell; the status and what is printed stay."""
    (labelled.home / "often.csv").write_text("cell,age\nt cell,1\nT cell,2\nt cell,3\n")
    arguments = ["validate", "often.csv", "--criteria", "criteria.json", "--limit", "1"]
    result = server.lamin(*arguments, "--report", "cells.tsv")
    assert (result.status, result.out) == (21, server.lamin(*arguments).out)
    lines = [line.split("\t") for line in (labelled.home / "cells.tsv").read_text().splitlines()]
    found = [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]
    assert [(cell["position"], cell["value"], cell["suggestion"]) for cell in found] == [
        ("0", "t cell", "T cell"), ("2", "t cell", "T cell"),
    ]  # fmt: skip
    assert server.lamin(*arguments, "--report", "cells.xlsx").status == 2


def test_save(fresh_instance) -> None:
    """``--save`` registers a table that passes, with its labels, and not one that fails."""
    user = fresh_instance()
    user.python("import lamindb as ln; ln.save([ln.ULabel(name='T cell'), ln.ULabel(name='B cell')])")
    (user.home / "good.csv").write_text("cell\nT cell\n")
    (user.home / "bad.csv").write_text("cell\nNK cell\n")
    (user.home / "c.toml").write_text('[columns.cell]\nregistry = "core.ULabel"\n')
    bad = user.lamin("validate", "bad.csv", "--criteria", "c.toml", "--save", "--key", "bad.csv", check=False)
    assert bad.returncode == 21
    good = user.lamin("validate", "good.csv", "--criteria", "c.toml", "--save", "--key", "data/good.csv", "--json")
    value = json.loads(good.stdout)
    check("validate", value)
    assert user.lamin("list", "File", "-q").stdout.split() == [value["saved"]]
    labels = user.python(
        f"import lamindb as ln; print(ln.File.filter(pk={value['saved']!r}).one().ulabels.list('name'))"
    )
    assert labels.stdout.splitlines()[-1] == "['T cell']"
    by_key = user.lamin("validate", "data/good.csv", "--criteria", "c.toml")
    assert "met by 1 row" in by_key.stdout


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["nothing.csv", "--criteria", "criteria.json"], 20, "nothing at the path"),
        (["table.csv"], 2, "--criteria"),
        (["table.csv", "--criteria", "nothing.json"], 1, "nothing.json"),
        (["table.csv", "--criteria", "table.csv"], 2, "criteria are in files called"),
        (["table.csv", "--criteria", "criteria.json", "--typos"], 2, "--typos is for --standardize"),
        (["table.csv", "--criteria", "criteria.json", "--key", "x"], 2, "--key is for --save"),
        (["table.csv", "--criteria", "criteria.json", "--save"], 2, "--save needs --key"),
        (["criteria.json", "--criteria", "criteria.json"], 1, "criteria are for tables"),
        (["x" * 5000, "--criteria", "criteria.json"], 1, "File name too long"),
    ],
)
def test_arguments_that_make_no_sense(server: Server, arguments: list[str], status: int, words: str) -> None:
    """One sentence with the way out, and the status of the table."""
    result = server.lamin("validate", *arguments)
    assert result.status == status, result.err
    assert words in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "document", ["{", "[]", '{"columns": {"cell": {"typ": "x"}}}', '{"columns": {"cell": {"registry": "core.No"}}}']
)
def test_criteria_that_make_no_sense(server: Server, labelled: Sandbox, document: str) -> None:
    """Are malformed arguments: status 2."""
    (labelled.home / "broken.json").write_text(document)
    result = server.lamin("validate", "table.csv", "--criteria", "broken.json", "--json")
    assert result.status == 2
    assert result.error["type"] == "InvalidCriteria"


def test_several_tables_are_all_checked(server: Server, dirty: str) -> None:
    """Each has its report; the status says that some of them fail, the sentence which."""
    result = server.lamin("validate", "table.csv", dirty, "none.csv", "--criteria", "criteria.json")
    assert result.status == 3
    assert [line for line in result.out.splitlines() if line.endswith(":")] == ["table.csv:", "dirty.csv:", "none.csv:"]
    assert "all 2 criteria are met by 2 rows" in result.out
    assert "none.csv: there is nothing at the path 'none.csv'" in result.err
    assert "2 of 3 failed: 'dirty.csv', 'none.csv'" in result.err


def test_several_tables_as_json(server: Server, dirty: str) -> None:
    """One value, with a member per table in their order."""
    result = server.lamin("validate", "table.csv", dirty, "none.csv", "--criteria", "criteria.json", "--json")
    assert result.status == 3
    check("validate", result.json)
    assert [one.get("ok") for one in result.json["results"]] == [True, False, None]
    assert result.json["results"][2]["error"]["exit_code"] == 20


def test_several_tables_that_all_fail(server: Server, dirty: str) -> None:
    """The status is theirs if they agree, and nothing is saved or mended of several."""
    arguments = ("validate", dirty, "./dirty.csv", "--criteria", "criteria.json")
    assert server.lamin(*arguments).status == 21
    assert server.lamin("validate", "a", "b", "--criteria", "criteria.json").status == 20
    assert server.lamin(*arguments, "--save", "--key", "x").status == 2
