"""The matrix of AnnData objects: whether all its values are finite, whole, and none is too small. All values are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnschema_core.criteria.report import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    import numpy.typing as npt

    from lamindb.io.streams.matrix import Block, Matrix
    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.reasons import Reason

SLOT = "X"


@dataclass
class _Failing:
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


def check_matrix(
    matrix: Matrix, *, finite: bool, integer: bool, minimum: float | None, obs: Table | None, var: Table | None
) -> Iterator[Failure]:
    """Check all values of a matrix, block by block.

    Args:
        matrix: The matrix.
        finite: Whether values have to be finite.
        integer: Whether values have to be whole numbers.
        minimum: The least value, None for any.
        obs: The table that names its rows.
        var: The table that names its columns.

    Yields:
        A failure for each of the conditions that isn't met, at the place of its first value.
    """
    infinite, fractional, small = _Failing(), _Failing(), _Failing()
    with matrix.blocks() as (blocks, n_zeros):
        for block in blocks:
            if finite and block.values.dtype.kind in "fc":
                infinite.add(block, _not_finite(block.values))
            if integer and block.values.dtype.kind in "fc":
                fractional.add(block, _not_integral(block.values))
            if minimum is not None:
                small.add(block, block.values < minimum)
    if minimum is not None and minimum > 0:
        small.add_zeros(n_zeros)
    if infinite.n:
        yield _failure("not-finite", "is not finite", infinite, obs, var)
    if fractional.n:
        yield _failure("not-integer", "is no whole number", fractional, obs, var)
    if small.n:
        yield _failure("below-minimum", f"is below the minimum of {minimum}", small, obs, var)


def _not_finite(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    import numpy as np

    finite: npt.NDArray[np.bool_] = np.isfinite(values)
    return ~finite


def _not_integral(values: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Which values have a fraction; what isn't finite is another matter."""
    import numpy as np

    fractional: npt.NDArray[np.bool_] = np.isfinite(values) & (np.rint(values) != values)
    return fractional


def _failure(reason: Reason, message: str, failing: _Failing, obs: Table | None, var: Table | None) -> Failure:
    row, column = failing.place or (None, None)
    return Failure(
        SLOT,
        _label(var, column),
        reason,
        message,
        value=failing.value,
        n=failing.n,
        position=row,
        row=_label(obs, row),
    )


def _label(table: Table | None, position: int | None) -> Any:
    return position if table is None or position is None else table.labels([position])[0]
