"""What is in memory at most while a dataset is loaded, beside what is handed out. Only Linux tells it."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.figures import Figure
from tests.benchmarks.reading import files_of_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

_STATUS = Path("/proc/self/status")
_LOAD = f"""
from pathlib import Path
import lamindb as ln

def kilobytes(name):
    return next(int(line.split()[1]) for line in open("{_STATUS}") if line.startswith(name))

ln.Dataset.filter(name="two of the files").one().load()  # whatever is imported is
before = kilobytes("VmRSS")
Path("/proc/self/clear_refs").write_text("5")  # from here on, the peak is that of what follows
loaded = ln.Dataset.filter(name="all files").one().load()
peak = 1024 * (kilobytes("VmHWM") - before)
result = sum(part.nbytes for part in (loaded.X.data, loaded.X.indices, loaded.X.indptr))
print(peak, result + int(loaded.obs.memory_usage(deep=True).sum()))
"""


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in a process of its own, on an instance of its own."""
    import lamindb as ln
    from lamindb import log, setup

    if not _STATUS.exists():
        return
    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root, name="memory")
        count, n_cells = (4, 5_000) if smoke else (20, 10_000)
        files = [ln.File(path) for path in files_of_cells(root, count, n_cells, 10_000)]
        ln.save(files)
        ln.Dataset(files, name="all files").save()
        ln.Dataset(files[:2], name="two of the files").save()
        yield _loading(f"{count * n_cells:,} cells in {count} h5ad: peak memory")
        setup.close(mute=True)


def _loading(operation: str) -> Figure:
    done = subprocess.run([sys.executable, "-c", _LOAD], check=True, stdout=subprocess.PIPE, text=True)
    peak, result = map(int, done.stdout.split()[-2:])
    return Figure(operation, peak, result, "what is handed out", unit="B")
