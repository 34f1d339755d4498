"""Which notebook this kernel runs, and in which editor. A kernel is not told, so there are several places to look."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb.errors import TrackingError
from lamindb.provenance import editors, servers
from lamindb.provenance.frontend import has_person, kernel_shell
from lamindb.provenance.notebook_file import NotebookFile

if TYPE_CHECKING:
    from collections.abc import Iterator

COLAB = "colab"
COLAB_PREFIX = "/fileId="
"""What the path of a document of Google Colab starts with."""

_KERNEL_FILE = re.compile(r"kernel-(?P<id>[\w-]+)\.json$")
_FARTHEST_PARENT = 4
_MOST_NOTEBOOKS = 200


@dataclass(frozen=True)
class Place:
    """Where a notebook is."""

    path: str
    editor: str

    @property
    def is_known(self) -> bool:
        """Whether it is a file here, or a document of Colab."""
        return self.path.startswith(COLAB_PREFIX) or Path(self.path).is_file()


def find_notebook() -> Place | None:
    """The notebook that this kernel runs; None if it can't be found."""
    finders = (
        _told_by_test, _told_by_vs_code, _told_by_session, _told_by_colab, _told_by_parents, _told_by_servers, _told_by_cells,
    )  # fmt: skip
    return next((place for find in finders for place in find() if place.is_known), None)


def is_told() -> bool:
    """Whether the environment tells the notebook, which makes one known even without a kernel."""
    return "NBPRJ_TEST_NBPATH" in os.environ


def _told_by_test() -> Iterator[Place]:
    if is_told():
        yield Place(os.environ["NBPRJ_TEST_NBPATH"], os.environ.get("NBPRJ_TEST_NBENV", "test"))


def _told_by_vs_code() -> Iterator[Place]:
    """Visual Studio Code's Jupyter extension puts the path into the namespace of the user."""
    yield Place(_variable("__vsc_ipynb_file__"), editors.VS_CODE)


def _told_by_session() -> Iterator[Place]:
    """Jupyter servers name a session by the path of its notebook, as it was when the kernel started."""
    for path in (os.environ.get("JPY_SESSION_NAME", ""), _variable("__session__")):
        if path.endswith(".ipynb"):
            yield Place(str(Path(path).absolute()), editors.LAB)


def _told_by_colab() -> Iterator[Place]:
    session = servers.colab_session()
    if session is not None:
        yield Place(session.path, COLAB)


def _told_by_parents() -> Iterator[Place]:
    """Programs that execute notebooks, such as ``jupyter nbconvert`` and ``papermill``, have them as arguments.

    These are several where one notebook is executed after the other, and where the result is another file.
    """
    try:
        psutil = import_module("psutil")
    except ImportError:  # every kernel of ipykernel has it
        return
    try:
        process = psutil.Process(int(os.environ.get("JPY_PARENT_PID", "")))
        for parent in [process, *process.parents()][:_FARTHEST_PARENT]:
            paths = [argument for argument in parent.cmdline() if argument.endswith(".ipynb")]
            yield from _likeliest_first([Place(str(Path(parent.cwd(), path)), editors.RUNNER) for path in paths])
    except (ValueError, psutil.Error):
        return


def _likeliest_first(places: list[Place]) -> list[Place]:
    """Of several notebooks, that which has most of the cells that this kernel has run comes first."""
    if len(places) < 2:  # noqa: PLR2004
        return places
    history = getattr(kernel_shell(), "history_manager", None)
    executed = {_plain(cell) for cell in getattr(history, "input_hist_raw", ()) if cell.strip()}
    return sorted(places, key=lambda place: -len(executed & _cells_of(place.path)))


def _cells_of(path: str) -> set[str]:
    try:
        return {_plain(cell) for cell in NotebookFile.read(Path(path)).code}
    except (OSError, TrackingError):
        return set()


def _plain(cell: str) -> str:
    return "\n".join(cell.splitlines()).strip()


def _told_by_servers() -> Iterator[Place]:
    """Running servers tell the notebooks of their kernels, also of those that were renamed."""
    shell = kernel_shell()
    connection = Path("" if shell is None else shell.config.get("IPKernelApp", {}).get("connection_file", ""))
    kernel = _KERNEL_FILE.search(connection.name)
    if kernel is None:
        return
    for session in servers.sessions(connection.parent):
        if session.kernel_id == kernel["id"]:
            yield Place(session.path, editors.LAB if session.is_lab else editors.NOTEBOOK)


def _told_by_cells() -> Iterator[Place]:
    """A program that executes a notebook from within tells nothing; one in the working directory may have just these cells."""
    shell = kernel_shell()
    if shell is None or has_person():
        return
    executed = [_plain(cell) for cell in shell.history_manager.input_hist_raw if cell.strip()]
    paths = [path for path in sorted(Path.cwd().glob("*.ipynb"))[:_MOST_NOTEBOOKS] if _begins_with(path, executed)]
    if len(paths) == 1:
        yield Place(str(paths[0]), editors.RUNNER)


def _begins_with(path: Path, executed: list[str]) -> bool:
    try:
        code = [_plain(cell) for cell in NotebookFile.read(path).code if cell.strip()]
    except (OSError, TrackingError):
        return False
    return bool(executed) and code[: len(executed)] == executed


def _variable(name: str) -> str:
    """A variable of the user's namespace, ``""`` if it isn't there."""
    shell = kernel_shell()
    return "" if shell is None else str(shell.user_ns.get(name) or "")
