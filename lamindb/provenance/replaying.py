"""Running a run again: its source with its inputs in a scratch instance, and what comes out compared with what came out then."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lamindb import log
from lamindb.errors import NoResultFound, NotReplayable
from lamindb.io import formats
from lamindb.provenance import environment, likeness, modules
from lamindb.provenance.recreating import differing, recreate
from lamindb.provenance.scratch import facts_of, facts_of_dataset
from lamindb.text.masking import MASK
from lnschema_core.catalogue import core_registry
from lnschema_core.files.reading import local_copy, local_path
from lnschema_core.history import reproducing
from lnschema_core.history.executions import captured_file, execution_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lnschema_core.models import File, Run

Verdict = Literal["same", "equivalent", "different", "missing"]
"""From best to worst; equivalent are tables and matrices whose numbers differ by rounding only."""

_ARRAYS = (".npy", ".npz")
_LAST_LINES = 5
_SHOWN = 3
_RUN_NOTEBOOK = "from nbclient.cli import main; main()"
_CODE = "replayed-source"
"""What the code is called, which is no name of a module that may lie beside it."""


@dataclass(frozen=True)
class Comparison:
    """An output then and now."""

    name: str
    verdict: Verdict


def replay(
    run_id: str, *, tolerance: float = likeness.TOLERANCE, recreate_environment: bool = True
) -> list[Comparison]:
    """Run a script or notebook again in a scratch instance that has the inputs, and compare the outputs.

    Nothing in the current instance changes. Distributions are installed for it in the versions of then, where they can be had; what
    couldn't is said.

    Args:
        run_id: The id of the run.
        tolerance: By how much of its value a number in a table or matrix may differ.
        recreate_environment: Install what was installed then; otherwise what is installed now is used.

    Returns:
        For each output of the run whether the same came out again.

    Raises:
        NoResultFound: There is no such run.
        NotReplayable: Its source wasn't captured or is neither a script nor a notebook, or it fails.
    """
    run: Run | None = core_registry("Run").filter(pk=run_id).one_or_none()
    if run is None:
        msg = f"no run has the id {run_id!r}: `lamin run list` shows the runs"
        raise NoResultFound(msg)
    source = _source(run)
    execution = execution_of(run)
    arguments = [] if execution is None else execution.arguments or []
    with tempfile.TemporaryDirectory(prefix="lamin-replay-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        copies = folder / "copies"
        inputs = [facts_of(file, local_copy(file, copies)) for file in _inputs(run)]
        outputs = [facts_of(one, local_copy(one, copies)) for one in reproducing.made_by(run, "File")]
        datasets = [facts_of_dataset(dataset) for dataset in run.input_datasets.order_by("created_at", "pk")]
        packages = _environment(run, folder / "packages", recreated=recreate_environment)
        scratch = _Scratch(folder, packages, {"files": inputs, "datasets": datasets}, _modules(run))
        return compared(outputs, scratch.made_by(source, arguments), tolerance)


def _inputs(run: Run) -> list[File]:
    """The files that a run used, those of datasets included."""
    files = {file.pk: file for file in run.input_files.order_by("created_at", "pk")}
    for dataset in run.input_datasets.select_related("file"):
        files |= {file.pk: file for file in ([dataset.file] if dataset.file is not None else dataset.files.all())}
    return list(files.values())


def _source(run: Run) -> Path:
    file = captured_file(run, "source")
    if file is not None and file.suffix in (".py", ".ipynb"):
        path = local_path(file)
        if MASK in path.read_text(encoding="utf-8"):
            log.warning("the source had secrets, which were not stored: it runs with *** in their place")
        return path
    reason = "its source was not captured" if file is None else f"its source is a {file.suffix} file"
    if run.parent is not None:
        reason = f"it is a step of run {run.parent.pk}: replay that one"
    msg = f"run {run.pk} can't be replayed: {reason}"
    raise NotReplayable(msg)


def _modules(run: Run) -> str:
    """The modules beside the source, as they are kept."""
    file = captured_file(run, "modules")
    return "{}" if file is None else local_path(file).read_text(encoding="utf-8")


def _environment(run: Run, folder: Path, *, recreated: bool) -> Path:
    """Where the distributions are that differ from those of then; says which couldn't be had."""
    execution, locked = execution_of(run), captured_file(run, "environment")
    if execution is not None and execution.python not in (None, environment.python_version()):
        log.warning(f"it ran on Python {execution.python}, and runs again on {environment.python_version()}")
    lock = "" if locked is None else local_path(locked).read_text(encoding="utf-8")
    if not recreated:
        _tell("packages that were there in another version then", differing(lock))
        return folder
    made = recreate(lock, folder)
    if made.installed:
        log.info(f"installed packages in the version of then: {_some(made.installed)}")
    _tell("packages that could not be had in the version of then", made.missing)
    return folder


def _tell(what: str, packages: Sequence[str]) -> None:
    if packages:
        log.warning(f"{what}: {_some(packages)}")


def _some(packages: Sequence[str]) -> str:
    more = [f"and {len(packages) - _SHOWN} more"] if len(packages) > _SHOWN else []
    return ", ".join([*packages[:_SHOWN], *more])


@dataclass(frozen=True)
class _Scratch:
    """An instance in a folder of its own, in which something runs."""

    folder: Path
    packages: Path
    given: dict[str, Any]
    """The inputs."""
    modules: str
    """What lies beside the code, as it is kept."""

    def made_by(self, source: Path, arguments: list[str]) -> list[dict[str, Any]]:
        """What a script or notebook makes of the inputs.

        Raises:
            NotReplayable: It fails.
        """
        told = self.folder / "told.json"
        code = self.folder / "code" / f"{_CODE}{source.suffix}"
        told.write_text(json.dumps(self.given), encoding="utf-8")
        code.parent.mkdir()
        modules.lay(self.modules, code.parent)
        code.write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
        is_notebook = code.suffix == ".ipynb"
        command = ["-c", _RUN_NOTEBOOK, "--kernel_name=python3", str(code)] if is_notebook else [str(code), *arguments]
        self._run("init", "-m", "lamindb.cli", "init", "--storage", str(self.folder / "storage"))
        self._run("fill", "-m", "lamindb.provenance.scratch", "fill", str(told))
        self._run("the source", *command, JPY_SESSION_NAME=str(code))
        self._run("tell", "-m", "lamindb.provenance.scratch", "tell", str(told))
        made: list[dict[str, Any]] = json.loads(told.read_text(encoding="utf-8"))
        return made

    def _run(self, name: str, *command: str, **variables: str) -> None:
        done = subprocess.run(  # noqa: S603 - the user asks for running the source
            [sys.executable, *command], cwd=self.folder, env=self._environment() | variables, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            last = " | ".join(done.stderr.strip().splitlines()[-_LAST_LINES:])
            msg = f"it could not be run again, {name} ended with {done.returncode}: {last}"
            raise NotReplayable(msg)

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("LAMIN", "OPENLINEAGE"))}
        path = os.pathsep.join(filter(None, [str(self.packages), os.environ.get("PYTHONPATH")]))
        settings, cache = str(self.folder / "settings"), str(self.folder / "cache")
        return kept | {"PYTHONPATH": path, "LAMIN_SETTINGS_DIR": settings, "XDG_CACHE_HOME": cache}


# -- comparing --------------------------------------------------------------------------------------------------------


def compared(
    then: list[dict[str, Any]], now: list[dict[str, Any]], tolerance: float = likeness.TOLERANCE
) -> list[Comparison]:
    """Outputs side by side: of the same key, else of the same description, else of the same content or in their order."""
    remaining = list(now)
    found = []
    for one in then:
        match = next((other for tell in _TELLING if (other := _first(remaining, one, tell)) is not None), None)
        if match is not None:
            remaining.remove(match)
        name = one["key"] or one["description"] or one["id"]
        found.append(Comparison(str(name), "missing" if match is None else _verdict(one, match, tolerance)))
    return found


_TELLING = ("key", "description", "hash", "suffix")


def _first(files: list[dict[str, Any]], wanted: dict[str, Any], tell: str) -> dict[str, Any] | None:
    same = (file for file in files if wanted[tell] is not None and file[tell] == wanted[tell])
    return next(same, None)


def _verdict(then: dict[str, Any], now: dict[str, Any], tolerance: float) -> Verdict:
    if then["hash"] == now["hash"] and then["hash"] is not None:
        return "same"
    if then["suffix"] != now["suffix"]:
        return "different"
    try:
        first, second = (_content(Path(one["path"]), one["suffix"]) for one in (then, now))
        is_close = likeness.are_close(first, second, tolerance)
    except Exception as error:  # noqa: BLE001 - readers of many packages fail in as many ways, and bytes differ anyway
        log.warning(f"{now['key'] or now['description']} is compared by its bytes only ({error!s:.200})")
        return "different"
    return "equivalent" if is_close else "different"


def _content(path: Path, suffix: str) -> Any:
    if suffix in _ARRAYS:
        found = import_module("numpy").load(path, allow_pickle=False)
        return dict(found) if suffix == ".npz" else found
    return formats.load(path, suffix)
