"""What it takes to read parts of large files and to hash them, beside the same done by hand with the library below."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.benchmarks.figures import Figure, of_call

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES_PER_CELL = 50


def figures(*, smoke: bool) -> Iterator[Figure]:
    """Measure in this process; no instance is needed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        yield _hashing(root, 1 << (24 if smoke else 31))
        n_cells, n_genes = (5_000, 1_000) if smoke else (1_000_000, 10_000)
        large = _annotated(n_cells, n_genes, seed=0)
        large.write_h5ad(root / "cells.h5ad")
        large.write_zarr(root / "cells.zarr")
        del large
        yield from _parts(root, n_cells, n_genes)
        paths = files_of_cells(root, 4 if smoke else 20, 500 if smoke else 10_000, n_genes)
        yield from _many_files(paths)


def _annotated(n_cells: int, n_genes: int, *, seed: int) -> Any:
    import anndata as ad
    import numpy as np
    import pandas as pd
    from scipy.sparse import csr_matrix

    rng = np.random.default_rng(seed)
    steps = rng.integers(1, 2 * n_genes // VALUES_PER_CELL, size=(n_cells, VALUES_PER_CELL), dtype=np.int32)
    last = n_genes - VALUES_PER_CELL + np.arange(VALUES_PER_CELL, dtype=np.int32)
    indices = np.minimum(np.cumsum(steps, axis=1, dtype=np.int32), last).ravel()
    values = rng.poisson(2, size=len(indices)).astype("float32") + 1
    limits = np.arange(0, len(indices) + 1, VALUES_PER_CELL)
    types = pd.Categorical.from_codes(rng.integers(0, 10, n_cells), [f"type {number}" for number in range(10)])
    obs = pd.DataFrame({"cell_type": types}, index=[f"{seed}-{number}" for number in range(n_cells)])
    var = pd.DataFrame(index=[f"gene {number}" for number in range(n_genes)])
    return ad.AnnData(csr_matrix((values, indices, limits), shape=(n_cells, n_genes)), obs=obs, var=var)


# -- one large file ---------------------------------------------------------------------------------------------------


def _hashing(root: Path, size: int) -> Figure:
    import os

    import blake3

    from lamindb.io.hashing import THRESHOLD, digest_file

    path = root / "large.bin"
    with path.open("wb") as file:
        for _ in range(max(size, THRESHOLD + 1) >> 24):
            file.write(os.urandom(1 << 24))
        file.write(b"end")

    def by_hand() -> None:
        blake3.blake3(max_threads=blake3.blake3.AUTO).update_mmap(path).digest()

    by_hand()  # so that both find the file in memory
    floor = of_call(by_hand)
    size = path.stat().st_size
    figure = Figure(f"{size / 1e9:.2f} GB: digest", of_call(lambda: digest_file(path)), floor, "blake3.update_mmap")
    path.unlink()
    return figure


def _parts(root: Path, n_cells: int, n_genes: int) -> Iterator[Figure]:
    import numpy as np

    from lamindb.io.accessors import open_backed

    rng = np.random.default_rng(0)
    rows = np.sort(rng.choice(n_cells, 1000, replace=False))
    middle = np.arange(n_cells // 2, n_cells // 2 + 1000)
    genes = np.sort(rng.choice(n_genes, 100, replace=False))
    for suffix, by_hand in ((".h5ad", _rows_with_h5py), (".zarr", _rows_with_zarr)):
        path = root / f"cells{suffix}"
        for name, chosen in (("random", rows), ("contiguous", middle)):
            index = slice(chosen[0], chosen[-1] + 1) if name == "contiguous" else chosen
            floor = of_call(lambda path=path, chosen=chosen, by_hand=by_hand: by_hand(path, chosen))
            ours = of_call(lambda path=path, index=index: open_backed(path)[index].X)
            yield Figure(f"{n_cells:,} cells: 1,000 {name}, {suffix}", ours, floor, by_hand.__doc__ or "")
        floor = of_call(lambda path=path: _whole(path))
        ours = of_call(lambda path=path: open_backed(path)[:, genes].X)
        yield Figure(f"{n_cells:,} cells: 100 genes, {suffix}", ours, floor, "read the whole matrix")


def _rows_with_h5py(path: Path, rows: Any) -> Any:
    """h5py, a slice per row"""
    import h5py
    import numpy as np
    from scipy.sparse import csr_matrix

    with h5py.File(path) as file:
        matrix = file["X"]
        limits = matrix["indptr"][:]
        places = [slice(limits[row], limits[row + 1]) for row in rows]
        data = np.concatenate([matrix["data"][place] for place in places])
        indices = np.concatenate([matrix["indices"][place] for place in places])
        own = np.concatenate([[0], np.cumsum(limits[rows + 1] - limits[rows])])
        return csr_matrix((data, indices, own), shape=(len(rows), int(matrix.attrs["shape"][1])))


def _rows_with_zarr(path: Path, rows: Any) -> Any:
    """zarr, one selection of positions"""
    import numpy as np
    import zarr

    matrix = zarr.open_group(path, mode="r")["X"]
    limits = matrix["indptr"][:]
    positions = np.concatenate([np.arange(limits[row], limits[row + 1]) for row in rows])
    return matrix["data"].oindex[positions], matrix["indices"].oindex[positions]


def _whole(path: Path) -> Any:
    import h5py
    import zarr

    if path.suffix == ".zarr":
        matrix = zarr.open_group(path, mode="r")["X"]
        return matrix["data"][:], matrix["indices"][:]
    with h5py.File(path) as file:
        return file["X/data"][:], file["X/indices"][:]


# -- many files -------------------------------------------------------------------------------------------------------


def files_of_cells(root: Path, count: int, n_cells: int, n_genes: int) -> list[Path]:
    """Write AnnData of as many cells each."""
    paths = [root / f"{number}.h5ad" for number in range(count)]
    for number, path in enumerate(paths):
        _annotated(n_cells, n_genes, seed=number).write_h5ad(path)
    return paths


def _many_files(paths: list[Path]) -> Iterator[Figure]:
    import anndata as ad
    import numpy as np

    from lamindb.io.accessors import MappedCollection, TablePart, load_joined
    from lamindb.io.paths import to_path

    keys = [path.stem for path in paths]
    floor = of_call(lambda: ad.concat([ad.read_h5ad(path) for path in paths], label="file_id", keys=keys))
    ours = of_call(lambda: load_joined(paths, keys))
    parts = [TablePart(to_path(path), ".h5ad", {"file_id": (path.stem,)}) for path in paths]
    with MappedCollection(parts, obs_keys="cell_type") as mapped:
        n_cells = len(mapped)
        yield Figure(f"{n_cells:,} cells in {len(paths)} h5ad: load", ours, floor, "read_h5ad and concat")
        batches = mapped.batches(1024, seed=0, block_size=256)
        blocks = of_call(lambda: [batch["X"].sum() for batch in batches])
        yield Figure(f"{n_cells:,} cells in random blocks", blocks, floor, "the same")
        count = min(5_000, n_cells)
        chosen = np.random.default_rng(0).integers(0, n_cells, (5, count // 5))
        ours = of_call(lambda: [mapped.batch(some) for some in chosen])
    by_hand = of_call(lambda: [_rows_with_h5py(path, np.arange(count // len(paths))).toarray() for path in paths])
    yield Figure(f"{count:,} random cells of {len(paths)} h5ad", ours, by_hand, "h5py, a slice per row, in order")
