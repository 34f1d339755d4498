"""What a kernel shows: the messages that it publishes, heard as by a second frontend (https://jupyter-client.readthedocs.io).

A program that executes a notebook writes the file when the kernel is gone, and an editor writes it when it likes. So what cells
show can't be read from the file when their run ends. Imports nothing of Jupyter before it listens; every kernel has what it needs.
"""

from __future__ import annotations

import queue
import sys
import threading
import time
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lamindb.provenance.frontend import kernel_shell
from lamindb.provenance.going_on import going_on

if TYPE_CHECKING:
    from collections.abc import Iterable

_PATIENCE = 1.0
_QUIET = 0.1
_LARGEST = 50_000_000
_OUTPUTS = {"stream", "display_data", "execute_result", "error"}


@dataclass
class Execution:
    """A cell that was executed, and what it has shown so far."""

    code: str
    count: int | None = None
    outputs: list[dict[str, Any]] = field(default_factory=list)
    is_cleared_by_next: bool = False


def listener() -> Listener | None:
    """What hears the kernel of this process from now on; None where there is none, or one that publishes in another way."""
    shell = kernel_shell()
    file = None if shell is None else shell.config.get("IPKernelApp", {}).get("connection_file")
    if shell is None or not file or find_spec("jupyter_client") is None:
        return None
    return Listener(file, Execution(shell.history_manager.input_hist_raw[-1], shell.execution_count))


class Listener:
    """Hears what a kernel publishes from now on."""

    def __init__(self, connection_file: str, first: Execution) -> None:
        """Begin to listen.

        Args:
            connection_file: The file that tells where the kernel publishes.
            first: The cell that is being executed.
        """
        self._connection_file = connection_file
        self._first = first
        self._executions: dict[str, Execution] = {}
        self._size = 0
        self._heard = time.monotonic()
        self._listens = threading.Event()
        threading.Thread(target=self._work, name="lamin-shown", daemon=True).start()
        self._listens.wait(_PATIENCE)

    def executions(self) -> list[Execution]:
        """The cells that were executed, oldest first, when all that was shown until now has been heard."""
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        start = time.monotonic()
        while time.monotonic() - max(start, self._heard) < _QUIET and time.monotonic() - start < _PATIENCE:
            time.sleep(_QUIET / 5)
        return list(self._executions.values())

    def _work(self) -> None:
        with going_on("what cells of the notebook show"):
            self._listen()
        self._listens.set()

    def _listen(self) -> None:
        client = import_module("jupyter_client").BlockingKernelClient(connection_file=self._connection_file)
        client.load_connection_file()
        client.start_channels(shell=False, iopub=True, stdin=False, hb=False, control=False)
        while True:
            try:
                message = client.get_iopub_msg(timeout=None if self._listens.is_set() else _QUIET)
            except queue.Empty:
                self._listens.set()  # kernels that welcome a listener have done so by now
                continue
            self._listens.set()
            self._hear(message)

    def _hear(self, message: dict[str, Any]) -> None:
        kind, content = message["msg_type"], message["content"]
        self._heard = time.monotonic()
        parent = message["parent_header"].get("msg_id")
        if parent is None or kind not in {*_OUTPUTS, "execute_input", "clear_output", "update_display_data"}:
            return
        if parent not in self._executions:
            self._executions[parent] = Execution("") if self._executions else self._first
        execution = self._executions[parent]
        if kind == "execute_input":
            execution.code, execution.count = content["code"], content["execution_count"]
        elif kind == "clear_output":
            execution.is_cleared_by_next = content["wait"]
            execution.outputs = execution.outputs if content["wait"] else []
        elif kind == "update_display_data":
            self._update(content)
        else:
            self._show(execution, kind, content)

    def _show(self, execution: Execution, kind: str, content: dict[str, Any]) -> None:
        self._size += len(str(content))
        if self._size > _LARGEST:
            return
        if execution.is_cleared_by_next:
            execution.outputs, execution.is_cleared_by_next = [], False
        last = execution.outputs[-1] if execution.outputs else {}
        if kind == "stream" and last.get("output_type") == "stream" and last["name"] == content["name"]:
            last["text"] += content["text"]
            return
        execution.outputs.append({"output_type": kind, **content})

    def _update(self, content: dict[str, Any]) -> None:
        """What is on display under a name is shown anew wherever it is."""
        name = content.get("transient", {}).get("display_id")
        for execution in self._executions.values():
            for output in execution.outputs:
                if name is not None and output.get("transient", {}).get("display_id") == name:
                    output |= {"data": content["data"], "metadata": content["metadata"]}


def clear(notebook: dict[str, Any]) -> None:
    """Take all outputs out of a notebook."""
    for cell in notebook["cells"]:
        if cell.get("cell_type") == "code":
            cell |= {"outputs": [], "execution_count": None}


def put_into(notebook: dict[str, Any], executions: Iterable[Execution]) -> None:
    """Put what was shown into the cells of a notebook; those that nobody heard being executed keep what they have."""
    latest = {_text(execution.code): execution for execution in executions}
    for cell in notebook["cells"]:
        source = cell.get("source") or ""
        execution = latest.get(_text(source if isinstance(source, str) else "".join(source)))
        if cell.get("cell_type") == "code" and execution is not None:
            cell["execution_count"] = execution.count
            cell["outputs"] = [_without_transient(output, execution.count) for output in execution.outputs]


def _text(code: str) -> str:
    return "\n".join(line.rstrip() for line in code.strip().splitlines())


def _without_transient(output: dict[str, Any], count: int | None) -> dict[str, Any]:
    """An output as files have it."""
    kept = {name: value for name, value in output.items() if name != "transient"}
    return {**kept, "execution_count": count} if output["output_type"] == "execute_result" else kept
