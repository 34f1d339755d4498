"""The benchmarks run, at a small size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.benchmarks.figures import Figure, of_call, of_python, write

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox


@pytest.mark.slow
def test_table_has_all_operations_at_a_small_size(sandbox: Sandbox, tmp_path: Path) -> None:
    """``python -m tests.benchmarks --smoke`` measures every operation and writes what it prints."""
    code = f"""
import runpy, sys
sys.argv = ["benchmarks", "--smoke", "--output", {str(tmp_path)!r}]
runpy.run_module("tests.benchmarks", run_name="__main__")
"""
    printed = sandbox.python(code, timeout=300).stdout
    written = json.loads((tmp_path / "benchmarks.json").read_text())["figures"]
    operations = {figure["operation"] for figure in written}
    assert {"import lamindb", "lamin --help", "lamin init", "lineage: chain of 50 runs"} <= operations
    assert all(figure["ours"] > 0 and figure["floor"] > 0 for figure in written)
    assert (tmp_path / "benchmarks.md").read_text().splitlines()[-1] in printed


def test_ratio_is_ours_over_floor(tmp_path: Path) -> None:
    """The ratio says how many times the floor an operation takes, in the table and in the file."""
    figure = Figure("work", ours=0.3, floor=0.1, floor_name="less work")
    assert figure.row().split("|")[-2].strip() == "3.0"
    write([figure], tmp_path)
    assert json.loads((tmp_path / "benchmarks.json").read_text())["figures"][0]["ratio"] == 3.0


def test_amounts_are_read_in_their_unit() -> None:
    """Seconds, bytes and marks."""
    assert Figure("a", 0.0123, 2.5, "b").row().split("|")[2:4] == ["   12.3 ms ", f" {'2.50 s (b)':<44} "]
    assert Figure("a", 104e6, 94e6, "b", unit="B").row().split("|")[2] == "    104 MB "
    assert Figure("a", 0.98765, 0.9, "b", unit="").row().split("|")[2] == "     0.988 "


def test_table_is_drawn_where_there_is_matplotlib(tmp_path: Path) -> None:
    """The picture names every operation; where nothing can be drawn, nothing is."""
    from importlib.util import find_spec

    from tests.benchmarks import plotting

    figures = [Figure("this work", 0.3, 0.1, "less work"), Figure("that work", 0.2, 0.4, "more work")]
    is_drawn = plotting.draw(figures, tmp_path / "x.svg")
    assert is_drawn == (tmp_path / "x.svg").exists() == (find_spec("matplotlib") is not None)


def test_cpu_time_counts_work_and_no_waiting() -> None:
    """Seconds are those of the processor, in this process and in others."""
    import time

    assert of_call(lambda: time.sleep(0.2)) < 0.1
    assert of_python("sum(range(5_000_000))", repeats=1) > of_python("pass", repeats=1)


def test_failing_command_is_no_figure() -> None:
    """A command that fails raises, so that no time of a failure gets into the table."""
    with pytest.raises(RuntimeError, match="exit status 3"):
        of_python("raise SystemExit(3)", repeats=1)


@pytest.mark.slow
@pytest.mark.parametrize(
    "options",
    [
        pytest.param([], marks=pytest.mark.sqlite),
        pytest.param(["--postgres"], marks=pytest.mark.postgres),
        pytest.param(["--postgres", "--partitions", "3"], marks=pytest.mark.postgres),
    ],
)
def test_scale_is_measured_at_a_small_size(sandbox: Sandbox, tmp_path: Path, options: list[str]) -> None:
    """An instance of many files is made in bulk on either database, and each operation is answered."""
    code = f"""
import runpy, sys
sys.argv = ["scale", "--files", "3000", "--output", {str(tmp_path)!r}, *{options!r}]
runpy.run_module("tests.benchmarks.scale", run_name="__main__")
"""
    printed = sandbox.python(code, timeout=300).stdout
    (written,) = tmp_path.glob("scale-*.json")
    facts = json.loads(written.read_text())
    assert facts["files"] == 3000
    assert {"get by id", "search, misspelt", "lineage of a file"} <= {one["operation"] for one in facts["p95"]}
    assert all(one["operation"] in printed for one in facts["p95"])
