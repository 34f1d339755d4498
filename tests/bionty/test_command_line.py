"""``lamin bionty``: the public ontologies of an instance, from the command line."""

from __future__ import annotations

import json

import jsonschema
import pytest

from tests.bionty.test_updating import FIRST, HEADER, SECOND
from tests.sandbox import REPOSITORY, Sandbox


@pytest.fixture(scope="module")
def user(tmp_path_factory):
    """A user with an instance of biology, and two versions of an ontology as files."""
    user = Sandbox(tmp_path_factory.mktemp("ontologies") / "home")
    user.lamin("init", "--storage", "storage", "--schema", "bionty")
    for version, rows in (("1", FIRST), ("2", SECOND)):
        text = "\n".join("\t".join(row) for row in [HEADER, *rows]) + "\n"
        (user.home / f"cells-{version}.tsv").write_text(text)
    return user


def read(user, *arguments):
    """The JSON of a command, which fits its schema."""
    value = json.loads(user.lamin("bionty", *arguments, "--json").stdout)
    schema = json.loads((REPOSITORY / "lamindb" / "cli" / "schemas" / f"bionty-{arguments[0]}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.Draft202012Validator(schema).validate(value)
    return value


def test_life_of_an_ontology(user):
    """A file is added, its terms are used, a newer version is looked at, compared, and moved to."""
    options = ("--source", "ours", "--licence", "internal")
    said = user.lamin("bionty", "add", "CellType", "cells-1.tsv", "--version", "1", *options).stdout
    assert said.splitlines()[-1] == "CellType: ours 1 is used for all"
    user.python("import lnschema_bionty as lb; assert lb.CellType.import_from_bionty() == 7")
    user.lamin("bionty", "add", "celltype", "cells-2.tsv", "--version", "2", *options)
    sources = read(user, "list", "CellType", "--all")["sources"]
    assert {(one["source"], one["version"]) for one in sources} >= {
        ("ours", "1"),
        ("cl", "2023-04-20"),
        ("cl", "2026-03-26"),
    }
    [used] = [source for source in sources if source["currently_used"]]
    assert (used["source"], used["version"], used["reads"]) == ("ours", "2", "ours 2")
    reads = {one["version"]: one["reads"] for one in sources if one["source"] == "cl"}
    assert (reads["2026-03-26"], reads["2023-04-20"]) == ("cl 2026-03-26", None)
    user.lamin("bionty", "use", "CellType", "1")
    changes = read(user, "diff", "CellType", "1", "2")["changes"]
    assert (changes["added"], changes["replaced"]) == (["T:8"], {"T:4": "T:3"})
    assert changes["renamed"] == {"T:2": ["white cell", "leukocyte"]}
    lines = user.lamin("bionty", "diff", "CellType", "1", "2", "--terms").stdout.splitlines()
    assert "renamed    T:2   white cell  leukocyte" in lines
    [plan] = read(user, "update", "CellType", "--version", "2")["updates"]
    assert (plan["terms"], len(plan["changes"])) == (7, 6)
    [moved] = [one for one in plan["changes"] if one["changes"] == ["moved"]]
    assert (moved["ontology_id"], moved["lost_parents"], moved["gained_parents"]) == ("T:3", ["T:2"], ["T:8"])
    said = user.lamin("bionty", "update", "CellType", "--version", "2", "--apply").stdout
    assert "T:2 'white cell': renamed, redefined → leukocyte" in said
    assert "ours    2        True" in user.lamin("bionty", "list", "CellType").stdout
    user.python("import lnschema_bionty as lb; assert lb.CellType.filter(ontology_id='T:2').one().name == 'leukocyte'")


def test_all_registries_are_updated_at_once(user):
    """Those with terms from another version than the newest that is here; what ended before is no news, and looking changes nothing."""
    code = """
import lnschema_bionty as lb
for registry, name, ontology_id in ((lb.Tissue, "marrow", "UBERON:0002371"), (lb.DevelopmentalStage, "stage", "MmusDv:0000110")):
    kind = registry.__name__
    species = "mouse" if kind == "DevelopmentalStage" else "all"
    old = lb.BiontySource.filter(entity=kind, species=species, currently_used=True).one()
    registry(name=name, ontology_id=ontology_id, bionty_source=old).save(parents=False)
"""
    user.python(code)
    before = read(user, "list", "--all")
    used = [one for one in before["sources"] if one["currently_used"]]
    [stage] = [one for one in used if one["species"] == "mouse" and one["source"] == "mmusdv"]
    assert (stage["version"], stage["reads"]) == ("2020-03-10", "mmusdv 2025-01-23")
    planned = read(user, "update")
    assert [(one["entity"], one["species"], one["terms"]) for one in planned["updates"]] == [
        ("DevelopmentalStage", "mouse", 1),
        ("Tissue", "all", 1),
    ]
    assert not planned["applied"]
    assert read(user, "update", "DevelopmentalStage", "--species", "human")["updates"] == []
    read(user, "update", "Tissue", "--source", "uberon", "--version", "2026-04-01")
    assert read(user, "list", "--all") == before
    assert read(user, "update", "--apply")["applied"]
    assert user.lamin("bionty", "update").stdout.endswith("all terms are from the newest versions that are here\n")


def test_bad_input_is_one_sentence(user):
    """On standard error; nothing is written."""
    before = read(user, "list", "--all")
    for arguments, expected in (
        (["list", "Unicorn"], "no registry 'Unicorn'"),
        (["use", "Tissue", "1848"], "No source is available"),
        (["diff", "Tissue", "2026-04-01", "2026-04-01"], "The versions of the Bionty objects must differ"),
        (["update", "Gene"], "records of Gene have no ontology ids"),
        (["update", "--version", "2"], "name the registry"),
        (["add", "Tissue", "none.obo", "--source", "x", "--version", "1", "--licence", "l"], "there is no file"),
        (["add", "Tissue", "cells-1.tsv", "--source", "x", "--version", "1", "--licence", ""], "licence"),
    ):
        done = user.lamin("bionty", *arguments, check=False)
        assert done.returncode != 0
        assert expected in done.stderr
        assert "Traceback" not in done.stderr
        assert "unexpected" not in done.stderr
    assert read(user, "list", "--all") == before


def test_instance_without_biology(sandbox):
    """Says that the schema isn't mounted."""
    sandbox.lamin("init", "--storage", "storage")
    done = sandbox.lamin("bionty", "list", check=False)
    assert done.returncode != 0
    assert "doesn't mount the schema 'bionty'" in done.stderr
