"""The cells that fail, one by one: the data are read once more for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lnschema_core.criteria.dividing import of_each, starts_of
from lnschema_core.criteria.report import frame_of
from lnschema_core.criteria.tally import split

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from lamindb.io.streams.table import Part, Table
    from lnschema_core.criteria.examination import SlotExamination
    from lnschema_core.criteria.report import Failure

    Numbers = npt.NDArray[np.intp]
    Failing = dict[tuple[type, Any], list[int]]
    """The numbers of the failures of a value."""


def failing_cells(slots: Sequence[SlotExamination], failures: Sequence[Failure]) -> pd.DataFrame:
    """A frame with one row per failing cell, slot by slot in the order of rows; then what isn't about cells."""
    import pandas as pd

    frame = frame_of([failure.as_tuple() for failure in failures])
    numbers: list[int] = []
    positions: list[int] = []
    rows: list[Any] = []
    for slot in slots:
        of_slot, at = _cells_of_slot(slot, failures)
        numbers += of_slot
        positions += at
        rows += slot.table.labels(at)
    others = frame.iloc[[number for number, failure in enumerate(failures) if not _is_about_cells(failure)]]
    cells = frame.iloc[[*numbers, *others.index]].reset_index(drop=True)
    return cells.assign(
        row=pd.Series([*rows, *others["row"]], dtype=object),
        position=pd.Series([*positions, *others["position"]], dtype="Int64"),
        n=[1] * len(numbers) + others["n"].tolist(),
    )


def _is_about_cells(failure: Failure) -> bool:
    return failure.position is not None and failure.slot != "X"


def _cells_of_slot(slot: SlotExamination, failures: Sequence[Failure]) -> tuple[list[int], list[int]]:
    """The numbers of the failures of the cells of a table, and the positions of their rows, in the order of rows."""
    import numpy as np

    by_column: dict[str, Failing] = {}
    for number, failure in enumerate(failures):
        if failure.slot == slot.slot and _is_about_cells(failure):
            failing = by_column.setdefault(failure.column, {})
            failing.setdefault((type(failure.value), failure.value), []).append(number)
    if not by_column:
        return [], []
    found = [
        (positions + start, numbers)
        for start, cells in zip(starts_of(slot.table), of_each(slot.table, cells_of_table, by_column), strict=True)
        for positions, numbers in cells
    ]
    positions = np.concatenate([positions for positions, _ in found]) if found else np.zeros(0, dtype=np.intp)
    numbers = np.concatenate([numbers for _, numbers in found]) if found else np.zeros(0, dtype=np.intp)
    order = np.argsort(positions, kind="stable")
    return numbers[order].tolist(), positions[order].tolist()


def cells_of_table(table: Table, failing: Mapping[str, Failing]) -> list[tuple[Numbers, Numbers]]:
    """Positions of cells that fail, and the numbers of their failures, part by part. Workers find them, too."""
    return [cells for part in table.scan(list(failing)) for cells in _cells_of_part(part, failing[part.column])]


def _cells_of_part(part: Part, failing: Failing) -> Iterator[tuple[Numbers, Numbers]]:
    """Positions of cells that fail, and the numbers of their failures."""
    import numpy as np

    pieces = split(part.data, part.start)
    for number in failing.get((type(None), None), ()):
        yield pieces.missing, np.full(len(pieces.missing), number)
    for group in pieces.groups:
        of_codes = [failing.get((type(value), value), ()) for value in group.different]
        for turn in range(max(map(len, of_codes), default=0)):
            number_of = np.array([numbers[turn] if turn < len(numbers) else -1 for numbers in of_codes], dtype=np.intp)
            numbers = number_of[group.codes]
            yield group.positions[numbers >= 0], numbers[numbers >= 0]
