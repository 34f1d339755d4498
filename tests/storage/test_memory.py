"""Registering what is larger than memory: bytes are read in pieces, whichever way they go."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from tests.servers import s3

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.sandbox import Sandbox

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is read from /proc"),
]

_SIZE = 240 * 1024 * 1024
_LIMIT = 150  # MB more than before

_MAKE = """
import h5py, numpy as np, pandas as pd
from anndata.io import write_elem
n, k, m = 100_000, {per_row}, 500
with h5py.File("large.h5ad", "w") as root:
    root.attrs.update({{"encoding-type": "anndata", "encoding-version": "0.1.0"}})
    X = root.create_group("X")
    X.attrs.update({{"encoding-type": "csr_matrix", "encoding-version": "0.1.0", "shape": np.array([n, m])}})
    rng = np.random.default_rng(0)
    for name, dtype in (("data", "f4"), ("indices", "i4")):
        values = X.create_dataset(name, (n * k,), dtype, chunks=(1 << 20,))
        for start in range(0, n * k, 1 << 22):
            values[start : start + (1 << 22)] = rng.integers(0, m, min(1 << 22, n * k - start))
    X["indptr"] = np.arange(0, n * k + 1, k, dtype="i8")
    write_elem(root, "obs", pd.DataFrame({{"kind": ["a", "b"] * (n // 2)}}, index=[f"cell-{{i}}" for i in range(n)]))
    write_elem(root, "var", pd.DataFrame(index=[f"g{{i}}" for i in range(m)]))
"""

_REGISTER = """
import os, threading, time
import lamindb as ln
def resident():
    lines = open("/proc/self/status").read().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024
ln.settings.verbosity = 0
import anndata, h5py, pandas, pyarrow
{prepare}
before, most, done = resident(), [0], []
def watch():
    while not done:
        most[0] = max(most[0], resident())
        time.sleep(0.005)
watcher = threading.Thread(target=watch)
watcher.start()
file = ln.File.from_anndata("large.h5ad", ln.Feature.name, key="large.h5ad")
file.save()
done.append(True)
watcher.join()
assert file.size == os.path.getsize("large.h5ad") and file.hash_type == "blake3"
print(most[0] - before)
"""


@pytest.fixture
def large(sandbox: Sandbox) -> Sandbox:
    """A user with a sparse h5ad of 250 MB in the working directory."""
    sandbox.python(_MAKE.format(per_row=_SIZE // 8 // 100_000))
    assert (sandbox.home / "large.h5ad").stat().st_size > _SIZE
    return sandbox


@pytest.fixture
def bucket() -> Iterator[dict[str, str]]:
    """The environment of a bucket ``s3://memory``."""
    with s3.running() as endpoint:
        s3.make_bucket(endpoint, "memory")
        yield s3.environment(endpoint)


def _register(user: Sandbox, storage: str = "") -> float:
    """Megabytes that registering takes beyond what libraries take; what they load at first use is loaded before."""
    small = f"ln.settings.storage = {storage!r}; " if storage else ""
    small += (
        "pandas.DataFrame({'a': [1]}).to_parquet('small.parquet'); ln.File('small.parquet', key='small.parquet').save()"
    )
    return float(user.python(_REGISTER.format(prepare=small), timeout=300).stdout.splitlines()[-1])


def test_a_large_matrix_is_copied_and_hashed_in_pieces(large: Sandbox) -> None:
    """Into a folder: annotated, hashed to its last byte and copied."""
    large.lamin("init", "--storage", str(large.home / "storage"))
    large.python("import lamindb as ln; ln.Feature(name='kind', type='category').save()")
    assert _register(large) < _LIMIT
    assert (large.home / "storage" / "large.h5ad").stat().st_size > _SIZE


def test_a_large_matrix_is_uploaded_in_pieces(large: Sandbox, bucket: dict[str, str]) -> None:
    """Into a bucket: no more than some parts of it are in memory at a time."""
    large.environment.update(bucket)
    large.lamin("init", "--storage", str(large.home / "storage"))
    assert _register(large, "s3://memory/prefix") < _LIMIT
