"""Running a run again: its source with its inputs in a scratch instance, and what comes out compared with what came out then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lamindb import log
from lamindb.errors import NoResultFound, NotReplayable
from lamindb.io import formats
from lamindb.provenance import environment
from lamindb.provenance.scratch import facts_of
from lamindb.text.masking import MASK
from lnschema_core.catalogue import core_registry
from lnschema_core.executions import captured_file, execution_of
from lnschema_core.files.reading import local_path

if TYPE_CHECKING:
    import pandas as pd

    from lnschema_core.models import Run

Verdict = Literal["same", "equivalent", "different", "missing"]
VERDICTS: tuple[Verdict, ...] = ("same", "equivalent", "different", "missing")
"""From best to worst; equivalent are tables and matrices whose numbers differ by rounding only."""

_TOLERANCE = 1e-5
_LAST_LINES = 5


@dataclass(frozen=True)
class Comparison:
    """An output then and now."""

    name: str
    verdict: Verdict


def replay(run_id: str) -> list[Comparison]:
    """Run a script again in a scratch instance that has the inputs, and compare the outputs.

    Nothing in the current instance changes. The environment is that of this process; packages in other versions than then are said.

    Args:
        run_id: The id of the run.

    Returns:
        For each output of the run whether the same came out again.

    Raises:
        NoResultFound: There is no such run.
        NotReplayable: Its source wasn't captured or is no script, or the script fails.
    """
    run: Run | None = core_registry("Run").filter(pk=run_id).one_or_none()
    if run is None:
        msg = f"no run has the id {run_id!r}: `lamin run list` shows the runs"
        raise NoResultFound(msg)
    source = _source(run)
    _tell_differences(run, source)
    inputs = [facts_of(file, local_path(file)) for file in run.input_files.order_by("created_at", "pk")]
    outputs = [facts_of(file, local_path(file)) for file in run.output_files.order_by("created_at", "pk")]
    execution = execution_of(run)
    arguments = [] if execution is None else execution.arguments or []
    with tempfile.TemporaryDirectory(prefix="lamin-replay-", ignore_cleanup_errors=True) as folder:
        return compared(outputs, _made_again(Path(folder), source, arguments, inputs))


def _source(run: Run) -> str:
    file = captured_file(run, "source")
    if file is None or file.suffix != ".py":
        msg = f"run {run.pk} can't be replayed: {'its source was not captured' if file is None else 'it ran no script'}"
        raise NotReplayable(msg)
    return local_path(file).read_text(encoding="utf-8")


def _tell_differences(run: Run, source: str) -> None:
    if MASK in source:
        log.warning("the source had secrets, which were not stored: the script runs with *** in their place")
    locked = captured_file(run, "environment")
    then = set() if locked is None else set(local_path(locked).read_text(encoding="utf-8").split())
    others = sorted(then - set(environment.lock().split()))
    if others:
        log.warning(f"{len(others)} packages have other versions than then, such as {', '.join(others[:3])}")


def _made_again(folder: Path, source: str, arguments: list[str], inputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    variables = {name: value for name, value in os.environ.items() if not name.startswith(("LAMIN", "OPENLINEAGE"))}
    variables |= {"LAMIN_SETTINGS_DIR": str(folder / "settings"), "XDG_CACHE_HOME": str(folder / "cache")}
    told, script = folder / "files.json", folder / "script.py"
    told.write_text(json.dumps(inputs), encoding="utf-8")
    script.write_text(source, encoding="utf-8")
    steps = [
        ["-m", "lamindb.cli", "init", "--storage", str(folder / "storage")],
        ["-m", "lamindb.provenance.scratch", "fill", str(told)],
        [str(script), *arguments],
        ["-m", "lamindb.provenance.scratch", "tell", str(told)],
    ]
    for step in steps:
        done = subprocess.run(  # noqa: S603 - the user asks for running the script
            [sys.executable, *step], cwd=folder, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            last = " | ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
            msg = f"the script could not be run again, {Path(step[0]).name} ended with {done.returncode}: {last}"
            raise NotReplayable(msg)
    made: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
    return made


# -- comparing --------------------------------------------------------------------------------------------------------


def compared(then: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[Comparison]:
    """Outputs side by side: of the same key, else of the same description, else of the same content or in their order."""
    remaining = list(now)
    found = []
    for one in then:
        match = next((other for tell in _TELLING if (other := _first(remaining, one, tell)) is not None), None)
        if match is not None:
            remaining.remove(match)
        name = one["key"] or one["description"] or one["id"]
        found.append(Comparison(str(name), "missing" if match is None else _verdict(one, match)))
    return found


_TELLING = ("key", "description", "hash", "suffix")


def _first(files: list[dict[str, Any]], wanted: dict[str, Any], tell: str) -> dict[str, Any] | None:
    same = (file for file in files if wanted[tell] is not None and file[tell] == wanted[tell])
    return next(same, None)


def _verdict(then: dict[str, Any], now: dict[str, Any]) -> Verdict:
    if then["hash"] == now["hash"] and then["hash"] is not None:
        return "same"
    if then["suffix"] != now["suffix"]:
        return "different"
    first, second = (formats.load(Path(one["path"]), one["suffix"]) for one in (then, now))
    return "equivalent" if _are_close(first, second) else "different"


def _are_close(first: Any, second: Any) -> bool:
    """Whether two tables or annotated matrices are equal up to rounding; False for everything else."""
    import pandas as pd

    if isinstance(first, pd.DataFrame) and isinstance(second, pd.DataFrame):
        return _are_equal_tables(first, second)
    if all(hasattr(one, "obs") and hasattr(one, "var") for one in (first, second)):
        tables = ((getattr(first, name), getattr(second, name)) for name in ("obs", "var"))
        return all(_are_close(*pair) for pair in tables) and _are_close_matrices(first.X, second.X)
    return False


def _are_equal_tables(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    import pandas as pd

    try:
        pd.testing.assert_frame_equal(first, second, rtol=_TOLERANCE, check_categorical=False)
    except AssertionError:
        return False
    return True


def _are_close_matrices(first: Any, second: Any) -> bool:
    import numpy as np

    if first is None or second is None:
        return first is second
    one, other = (matrix.toarray() if hasattr(matrix, "toarray") else np.asarray(matrix) for matrix in (first, second))
    return one.shape == other.shape and bool(np.allclose(one, other, rtol=_TOLERANCE, equal_nan=True))
