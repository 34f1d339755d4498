"""A table of figures as a picture: how many times its floor each operation takes. Needs matplotlib."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.benchmarks.figures import Figure

_HEIGHT = 0.28  # inches of a bar


def draw(figures: Sequence[Figure], path: Path) -> bool:
    """Draw a bar per figure on a logarithmic scale; False where matplotlib is not installed."""
    if find_spec("matplotlib") is None:
        return False
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt

    ordered = list(reversed(figures))
    plot, axes = plt.subplots(figsize=(9, 1 + _HEIGHT * len(ordered)), layout="constrained")
    bars = axes.barh([figure.operation for figure in ordered], [figure.ratio for figure in ordered], color="#10b981")
    axes.bar_label(bars, [f"{figure.ratio:.1f}" for figure in ordered], padding=3, fontsize=8)
    axes.axvline(1, color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlabel("times the floor measured in the same run")
    axes.tick_params(axis="y", labelsize=8)
    plot.savefig(path, format="svg", metadata={"Date": None})
    plt.close(plot)
    return True
