"""What it takes to hold values and columns against registries, beside a Python set of the names, and beside writing the file."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

_REPEATS = 3


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process, on an instance of its own."""
    from lamindb import log, setup

    with tempfile.TemporaryDirectory() as folder, log.redirect(io.StringIO()):
        root = Path(folder).resolve()
        setup.init(storage=root / "storage", name="validating")
        yield from _of_values(2_000 if smoke else 100_000)
        for count in [100] if smoke else [1_000, 25_000]:
            yield _of_columns(count, root)
        yield _of_variables(200 if smoke else 25_000, root)
        setup.close(mute=True)


def _of_values(count: int) -> Iterator[Figure]:
    import lamindb as ln

    names = [f"gene name {number}" for number in range(count)]
    synonyms = [f"synonym {number}" for number in range(count)]
    _register(names, synonyms)
    floor = _best(lambda: {*ln.Feature.filter().values_list("name", flat=True)}.issuperset(names))
    at, by = f"{count:,} values of {count:,}", "names into a Python set"
    yield Figure(f"validate {at}", _best(lambda: ln.Feature.validate(names)), floor, by)
    yield Figure(f"inspect {at}", _best(lambda: ln.Feature.inspect(names)), floor, by)
    yield Figure(f"standardize {at}", _best(lambda: ln.Feature.standardize(names)), floor, by)
    yield Figure(f"standardize {at}, synonyms", _best(lambda: ln.Feature.standardize(synonyms)), floor, by)
    yield Figure(f"from_values {at}", _best(lambda: ln.Feature.from_values(names)), floor, by)
    ten = [*names[:4], *synonyms[-4:], "nothing like it", "Gene Name 1"]
    yield Figure(f"inspect 10 values of {count:,}", _best(lambda: ln.Feature.inspect(ten)), floor, by)


def _of_columns(count: int, root: Path) -> Figure:
    import numpy as np
    import pandas as pd

    import lamindb as ln

    frame = pd.DataFrame(np.random.default_rng(count).random((10, count))).add_prefix("column ")
    _register([name for name in frame.columns if not ln.Feature.filter(name=name).exists()])

    def save() -> None:
        ln.Feature.from_df(frame)
        ln.File.from_df(frame, description=f"{count} columns").save()

    floor = of_call(lambda: frame.to_parquet(root / "floor.parquet"))
    return Figure(f"save a frame of {count:,} features", of_call(save), floor, "pandas: to_parquet")


def _of_variables(count: int, root: Path) -> Figure:
    import anndata
    import pandas as pd
    from scipy.sparse import csr_matrix

    import lamindb as ln

    var = pd.DataFrame(index=[f"variable {number}" for number in range(count)])
    adata = anndata.AnnData(X=csr_matrix((10, count), dtype="float32"), var=var)
    _register([*var.index])
    ours = of_call(lambda: ln.File.from_anndata(adata, ln.Feature.name, description="variables").save())
    floor = of_call(lambda: adata.write_h5ad(root / "floor.h5ad"))
    return Figure(f"save an AnnData of {count:,} features", ours, floor, "anndata: write_h5ad")


def _register(names: list[str], synonyms: list[str] | None = None) -> None:
    import lamindb as ln

    pairs = zip(names, synonyms or [None] * len(names), strict=True)
    ln.save([ln.Feature.from_fields(name=name, type="number", synonyms=synonym) for name, synonym in pairs])


def _best(action: Any) -> float:
    return min(of_call(action) for _ in range(_REPEATS))
