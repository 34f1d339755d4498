"""One figure of a benchmark, how it is measured, and how a table of them reads. Knows nothing of LaminDB."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from tests.benchmarks import plotting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True)
class Figure:
    """Seconds of CPU, or on the clock, or bytes that an operation takes, and those of a floor measured in the same run.

    Without a unit, it is how good an answer is.
    """

    operation: str
    ours: float
    floor: float
    floor_name: str
    unit: Literal["s", "B", ""] = "s"

    @property
    def ratio(self) -> float:
        """How many times the floor the operation takes."""
        return self.ours / self.floor

    def row(self) -> str:
        """The figure as a line of a Markdown table."""
        floor = f"{_readable(self.floor, self.unit)} ({self.floor_name})"
        ratio = f"{self.ratio:.1f}" if self.unit == "s" else f"{self.ratio:.2f}"
        return f"| {self.operation:<44} | {_readable(self.ours, self.unit):>9} | {floor:<44} | {ratio:>6} |"


HEADER = (
    f"| {'operation':<44} | {'ours':>9} | {'floor':<44} | {'ratio':>6} |\n|{'-' * 46}|{'-' * 11}|{'-' * 46}|{'-' * 8}|"
)


def of_call(action: Callable[[], object], *, worker: int | None = None) -> float:
    """The CPU seconds of this process during one call, and those of a worker of a server that only works for it."""
    start = seconds_of_processors(worker)
    action()
    return seconds_of_processors(worker) - start


def seconds_of_processors(worker: int | None) -> float:
    """What this process took so far, and on Linux another one with it; see https://docs.kernel.org/scheduler/sched-stats.html."""
    statistics = Path(f"/proc/{worker}/schedstat")
    is_told = worker is not None and statistics.exists()
    return time.process_time() + (int(statistics.read_text().split()[0]) / 1e9 if is_told else 0)


def on_the_clock(action: Callable[[], object]) -> float:
    """The seconds that one call takes, waiting included."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def of_process(command: Sequence[str], *, repeats: int, environment: Mapping[str, str] | None = None) -> float:
    """The CPU seconds of a command: the best of several runs."""
    return min(_of_process_once(command, environment) for _ in range(repeats))


def of_python(code: str, *arguments: str, repeats: int, environment: Mapping[str, str] | None = None) -> float:
    """The CPU seconds of Python code in a process of its own."""
    return of_process([sys.executable, "-c", code, *arguments], repeats=repeats, environment=environment)


def write(figures: Sequence[Figure], folder: Path) -> None:
    """Write the table as ``benchmarks.json`` and ``benchmarks.md``, and where matplotlib is installed as ``benchmarks.svg``."""
    folder.mkdir(parents=True, exist_ok=True)
    about = {"python": platform.python_version(), "machine": platform.machine(), "cpus": os.cpu_count()}
    rows = [asdict(figure) | {"ratio": round(figure.ratio, 2)} for figure in figures]
    (folder / "benchmarks.json").write_text(json.dumps({"about": about, "figures": rows}, indent=2) + "\n")
    table = "\n".join([HEADER, *(figure.row() for figure in figures)])
    (folder / "benchmarks.md").write_text(table + "\n")
    plotting.draw(figures, folder / "benchmarks.svg")


def _of_process_once(command: Sequence[str], environment: Mapping[str, str] | None) -> float:
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        msg = f"exit status {process.returncode}: {' '.join(command)}"
        raise RuntimeError(msg)
    return usage.ru_utime + usage.ru_stime


def _readable(amount: float, unit: str) -> str:
    if unit != "s":
        return f"{amount / 1e6:.0f} MB" if unit == "B" else f"{amount:.3f}"
    return f"{amount:.2f} s" if amount >= 1 else f"{amount * 1000:.1f} ms"
