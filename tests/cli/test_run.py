"""run list, show, why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import lamindb as ln
from tests.cli.test_json import check

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _context(monkeypatch):
    """Leave no transform behind."""
    monkeypatch.delenv("LAMIN_RUN", raising=False)
    ln.settings.verbosity = 0
    yield
    ln.run_context.transform = ln.run_context.instance = None


def table(value, description, key=None):
    """A saved table."""
    file = ln.File(pd.DataFrame({"value": [value]}), description=description, key=key)
    file.save()
    return file


def scale(name, source, **params):
    """What a tracked pipeline makes of a table."""
    transform = ln.Transform.filter(name=name).one_or_none() or ln.Transform(name=name, type="pipeline")
    ln.track(transform, params=params)
    made = table(source.load()["value"][0] * params["by"], f"{name} result")
    ln.finish()
    return made


def test_runs_are_listed_by_status(lamin: Callable) -> None:
    """Newest first, with what they ran and how they went."""
    ln.track(ln.Transform(name="one", type="pipeline"))
    ln.finish(status="failed")
    ln.track(ln.Transform(name="two", type="pipeline"))
    shown = lamin("run", "list", "--json").json["runs"]
    assert [(run["transform"], run["status"]) for run in shown] == [("two", "running"), ("one", "failed")]
    assert [run["transform"] for run in lamin("run", "list", "--status", "failed", "--json").json["runs"]] == ["one"]
    assert lamin("run", "list", "--status", "lost", "--json").json["runs"] == []
    ids = [run["id"] for run in shown]
    assert lamin("run", "list", "-q").out.split() == ids
    assert "failed" in lamin("run", "list").out
    assert lamin("run", "list", "--limit", "1", "-q").out.split() == ids[:1]


def test_run_is_shown_with_all_that_is_known(lamin: Callable) -> None:
    """As text and as JSON; secrets were never stored."""
    source = table(1, "source", key="source.parquet")
    made = scale("scale", source, by=2, token="abcdefghij")
    facts = lamin("run", "show", made.run_id, "--json").json
    check("run-show", facts)
    assert facts["params"] == {"by": 2, "token": "***"}
    assert [one["name"] for one in facts["inputs"]] == ["source.parquet"]
    assert [one["id"] for one in facts["outputs"]] == [made.id]
    text = lamin("run", "show", made.run_id).out
    assert "status: completed" in text
    assert "inputs: source.parquet" in text
    assert "by=2" in made.run._repr_html_().replace("&#x27;", "'")
    missing = lamin("run", "show", "nosuch")
    assert missing.status == 20
    assert "lamin run list" in missing.err


def test_why_names_the_earliest_difference(lamin: Callable) -> None:
    """A parameter two steps before explains the results, and not the inputs between."""
    source = table(1, "source")
    results = []
    for by in (2, 3):
        between = scale("first", source, by=by)
        results.append(scale("second", between, by=10))
    found = lamin("run", "why", results[0].id, results[1].id, "--json").json
    check("run-why", found)
    (difference,) = found["differences"]
    assert (difference["kind"], difference["what"], difference["first"], difference["second"]) == (
        "parameter", "by", "2", "3",
    )  # fmt: skip
    assert ln.Run.filter(id=difference["runs"][0]).one().transform.name == "first"
    assert "parameter" in lamin("run", "why", results[0].run_id, results[1].run_id).out


def test_why_names_inputs_that_nobody_made(lamin: Callable) -> None:
    """Of other content; equal runs have nothing to explain."""
    results = [scale("scale", table(value, "plate", key=f"plate{value}.parquet"), by=2) for value in (1, 5)]
    (difference,) = lamin("run", "why", *(one.id for one in results), "--json").json["differences"]
    assert (difference["kind"], difference["what"]) == ("input", "plate1.parquet")
    assert lamin("run", "why", results[0].id, results[0].id).out == "nothing that was recorded differs\n"


def test_why_names_the_line_and_the_package(instance, monkeypatch) -> None:
    """Of the source and of the environment."""
    from lamindb.provenance import environment, recording
    from lamindb.provenance.comparing import why

    runs = []
    for line, version in (("x = 1", "1.0"), ("x = 2", "2.0")):
        monkeypatch.setattr(environment, "lock", lambda version=version: f"numpy=={version}\nzlib==1\n")
        run = ln.Run(ln.Transform.filter(name="t").one_or_none() or _saved(ln.Transform(name="t", type="pipeline")))
        run.save()
        path = instance.storage.cache_dir.parent / "script.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"import numpy\n{line}\ny = {line[-1]}\n")
        recording.begin(run, recording.Begin(path))
        path.unlink()
        runs.append(run)
    found = why(runs[0].id, runs[1].id)
    assert [(one.kind, one.what, one.first, one.second) for one in found] == [
        ("source", "2", "x = 1", "x = 2"), ("package", "numpy", "1.0", "2.0"),
    ]  # fmt: skip


def _saved(record):
    record.save()
    return record


def test_why_says_what_is_unknown(lamin: Callable) -> None:
    """No such record, or none whose origin is known."""
    file = table(1, "made by nobody")
    assert lamin("run", "why", "nosuch", file.id).status == 20
    result = lamin("run", "why", file.id, file.id)
    assert result.status == 20
    assert "no run" in result.err
