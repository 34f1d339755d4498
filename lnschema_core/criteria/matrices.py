"""The matrix of AnnData objects: whether all its values are finite, whole, and none is too small. All values are read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lamindb.io import workers
from lnschema_core.criteria.report import Failure
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import numpy as np
    import numpy.typing as npt

    from lamindb.io.streams.matrix import Block, Matrix
    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.reasons import Reason

SLOT = "X"


@dataclass(frozen=True)
class MatrixCriteria:
    """What is expected of a matrix.

    Attributes:
        finite: Whether values have to be finite.
        integer: Whether values have to be whole numbers.
        minimum: The least value, None for any.
    """

    finite: bool
    integer: bool
    minimum: float | None


@dataclass
class Failing:
    """Values that fail for a reason.

    Attributes:
        n: How many.
        value: The first of them.
        place: Its row and column.
    """

    n: int = 0
    value: Any = None
    place: tuple[int, int] | None = None

    def add(self, block: Block, fails: npt.NDArray[np.bool_]) -> None:
        """Count the failing values of a block."""
        import numpy as np

        count = int(np.count_nonzero(fails))
        if count and self.place is None:
            number = int(np.argmax(fails))
            self.value, self.place = block.values[number].item(), block.place(number)
        self.n += count

    def add_zeros(self, count: int) -> None:
        """Count zeros that aren't stored, wherever they are."""
        if count and not self.n:
            self.value = 0
        self.n += count


def check_matrices(
    matrices: Sequence[Matrix], expected: MatrixCriteria, obs: Sequence[Table], var: Sequence[Table]
) -> Iterator[Failure]:
    """Check all values of matrices that belong below each other, block by block.

    The workers of the session read them, one each, if it has some and they are in several files.

    Args:
        matrices: The matrices.
        expected: What is expected of each.
        obs: The tables that name their rows.
        var: The tables that name their columns.

    Yields:
        A failure for each of the conditions that isn't met, at the place of its first value.
    """
    is_divided = len(matrices) > 1
    calls = [((matrix, expected), is_divided and matrix.is_stored) for matrix in matrices]
    found = list(workers.results(settings.executor, failing_values, calls))
    for reason, message in _messages(expected).items():
        of_reason = [failing[reason] for failing in found]
        numbers = [number for number, failing in enumerate(of_reason) if failing.n]
        if numbers:
            # the first one with a place: zeros that aren't stored have none
            first = next((number for number in numbers if of_reason[number].place is not None), numbers[0])
            n = sum(failing.n for failing in of_reason)
            start = sum(table.n_rows for table in obs[:first])
            yield _failure(reason, message, replace(of_reason[first], n=n), obs[first], var[first], start)


def failing_values(matrix: Matrix, expected: MatrixCriteria) -> dict[Reason, Failing]:
    """The values of a matrix that fail, by reason; workers find them, too."""
    infinite, fractional, small = Failing(), Failing(), Failing()
    with matrix.blocks() as (blocks, n_zeros):
        for block in blocks:
            if expected.finite and block.values.dtype.kind in "fc":
                infinite.add(block, _not_finite(block.values))
            if expected.integer and block.values.dtype.kind in "fc":
                fractional.add(block, _not_integral(block.values))
            if expected.minimum is not None:
                small.add(block, block.values < expected.minimum)
    if expected.minimum is not None and expected.minimum > 0:
        small.add_zeros(n_zeros)
    return {"not-finite": infinite, "not-integer": fractional, "below-minimum": small}


def _messages(expected: MatrixCriteria) -> dict[Reason, str]:
    return {
        "not-finite": "is not finite",
        "not-integer": "is no whole number",
        "below-minimum": f"is below the minimum of {expected.minimum}",
    }


def _not_finite(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    import numpy as np

    finite: npt.NDArray[np.bool_] = np.isfinite(values)
    return ~finite


def _not_integral(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which values have a fraction; what isn't finite is another matter."""
    import numpy as np

    fractional: npt.NDArray[np.bool_] = np.isfinite(values) & (np.rint(values) != values)
    return fractional


def _failure(reason: Reason, message: str, failing: Failing, obs: Table, var: Table, start: int) -> Failure:
    row, column = failing.place or (None, None)
    return Failure(
        SLOT,
        _label(var, column),
        reason,
        message,
        value=failing.value,
        n=failing.n,
        position=None if row is None else start + row,
        row=_label(obs, row),
    )


def _label(table: Table, position: int | None) -> Any:
    return None if position is None else table.labels([position])[0]
