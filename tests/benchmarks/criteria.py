"""What it takes to hold a table to criteria, beside the same comparisons by hand, and beside only reading the file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

LABELS = ["T cell", "B cell", "Dendritic", "CD14+ Monocyte"]


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own."""
    import pandas as pd

    import lamindb as ln
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="benchmarks")
        ln.save([ln.ULabel.from_fields(name=name) for name in LABELS])
        frame = _frame(10_000 if smoke else 1_000_000)
        criteria = _criteria(frame)
        size = f"{len(frame):,} rows x {len(frame.columns)}"
        by_hand = of_call(lambda: _compare(frame))
        yield Figure(f"{size}: inspect a frame", of_call(lambda: criteria.inspect(frame)), by_hand, "compare in pandas")
        dirty = frame.assign(c0=frame["c0"].str.lower(), n0=frame["n0"] - 0.5)
        yield Figure(f"{size}: inspect a dirty frame", of_call(lambda: criteria.inspect(dirty)), by_hand, "the same")
        for name, write, read in (
            ("parquet", frame.to_parquet, pd.read_parquet),
            ("csv", lambda path: frame.to_csv(path, index=False), pd.read_csv),
        ):
            path = root / f"table.{name}"
            write(path)
            floor = of_call(lambda path=path, read=read: read(path))
            ours = of_call(lambda path=path: criteria.inspect(path))
            yield Figure(f"{size}: inspect {name}", ours, floor, f"pandas.read_{name}")
        setup.close(mute=True)


def _frame(n_rows: int) -> Any:
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    labels = {f"c{number}": rng.choice(LABELS, n_rows).astype(object) for number in range(8)}
    numbers = {f"n{number}": rng.random(n_rows) for number in range(10)}
    return pd.DataFrame(
        {**labels, **numbers, "id": [f"cell {n}" for n in range(n_rows)], "ok": rng.random(n_rows) > 0.5}
    )


def _criteria(frame: Any) -> Any:
    import lamindb as ln

    expected: dict[str, Any] = {"id": {"type": "text", "unique": True}, "ok": bool}
    for name in frame.columns.drop(["id", "ok"]):
        expected[name] = ln.ULabel if name.startswith("c") else {"type": "number", "minimum": 0, "maximum": 1}
    return ln.Criteria(expected)


def _compare(frame: Any) -> None:
    for name in frame.columns:
        column = frame[name]
        assert not column.isna().any()
        if name.startswith("c"):
            assert set(column.unique()) <= set(LABELS)
        elif name.startswith("n"):
            assert not ((column < 0) | (column > 1)).any()
    assert frame["id"].is_unique
