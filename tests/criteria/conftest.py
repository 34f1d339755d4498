"""What tests of criteria share: some labels, and what fails in short."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import lamindb as ln

if TYPE_CHECKING:
    from collections.abc import Callable

LABELS = ["T cell", "B cell", "Dendritic", "CD14+ Monocyte"]


@pytest.fixture
def labels(instance: Any) -> list[str]:
    """The names of four registered labels."""
    ln.save([ln.ULabel.from_fields(name=name) for name in LABELS])
    return LABELS


@pytest.fixture
def failures() -> Callable[..., list[tuple[Any, ...]]]:
    """What fails, as tuples of column, reason, value, number of cells, suggestion and how it was found."""

    def list_failures(report: Any) -> list[tuple[Any, ...]]:
        columns = ["column", "reason", "value", "n", "suggestion", "how"]
        return list(report.df[columns].itertuples(index=False, name=None))

    return list_failures
