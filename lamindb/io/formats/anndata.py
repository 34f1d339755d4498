"""AnnData as h5ad: one HDF5 file (https://anndata.readthedocs.io/en/stable/fileformat-prose.html)."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lamindb.errors import UnsupportedFormat
from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import refuse_hdf5_bomb
from lamindb.io.paths import as_local

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from anndata import AnnData
    from upath import UPath

FORMATS = (
    Format(
        "h5ad",
        (".h5ad",),
        reader=f"{__name__}:read_h5ad",
        writer=f"{__name__}:write_h5ad",
        object_type="anndata.AnnData",
        accessor="AnnData",
        accessor_from_path=True,
    ),
)


def read_h5ad(path: Path | UPath, **kwargs: Any) -> AnnData:
    """Read an h5ad file, of cloud objects only the parts that are needed."""
    import anndata

    local = as_local(path)
    if local is not None:
        if not kwargs.get("backed"):
            refuse_hdf5_bomb(local, local)
        return anndata.read_h5ad(local, **kwargs)
    with path.open("rb") as file:
        refuse_hdf5_bomb(path, file)
        return anndata.read_h5ad(file, **kwargs)


def write_h5ad(adata: AnnData, path: Path) -> None:
    """Write an AnnData as h5ad, with repeated strings as categoricals, leaving the object as it is."""
    from anndata.io import write_h5ad as write

    with explaining_members("h5ad"):
        write(path, shallow_copy(adata))


@contextmanager
def explaining_members(kind: str, *, what: str = "AnnData") -> Iterator[None]:
    """Turn what goes wrong while an object of many parts is written within the block into one sentence.

    Raises:
        UnsupportedFormat: The format has no place for a part of the object.
    """
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        notes = "; ".join([*str(error).splitlines(), *getattr(error, "__notes__", [])])
        msg = f"This {what} can't be written as {kind}: {notes}. Convert or remove that part"
        raise UnsupportedFormat(msg) from error


def shallow_copy(adata: AnnData) -> AnnData:
    """An AnnData with the same arrays and annotations of its own: what writers convert isn't the caller's."""
    from anndata import AnnData

    raw = adata.raw
    return AnnData(
        adata.X,
        obs=_own_frame(adata.obs),
        var=_own_frame(adata.var),
        uns=_own_mapping(adata.uns),
        obsm=dict(adata.obsm),
        varm=dict(adata.varm),
        obsp=dict(adata.obsp),
        varp=dict(adata.varp),
        layers=layers_of(adata),
        shape=adata.shape if adata.X is None else None,
        raw=None if raw is None else {"X": raw.X, "var": _own_frame(raw.var), "varm": dict(raw.varm)},
    )


def layers_of(adata: AnnData) -> dict[str, Any]:
    """The layers by name; from anndata 0.13 on, ``X`` is the layer without a name."""
    return {name: layer for name, layer in adata.layers.items() if name is not None}


def _own_frame(frame: Any) -> Any:
    import pandas as pd

    return pd.DataFrame(frame, copy=True)


def _own_mapping(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _own_mapping(value) if isinstance(value, Mapping) else value for key, value in mapping.items()}


def size_adata(adata: AnnData) -> int:
    """About how many bytes an AnnData has in memory, raw included."""
    raw = adata.raw
    of_raw = (
        0
        if raw is None
        else size_of_member(raw.X) + size_of_member(raw.var) + sum(map(size_of_member, raw.varm.values()))
    )
    members = [adata.obsm, adata.varm, adata.obsp, adata.varp, layers_of(adata), adata.uns]
    of_members = sum(size_of_member(value) for mapping in members for value in mapping.values())
    return size_of_member(adata.X) + size_of_member(adata.obs) + size_of_member(adata.var) + of_members + of_raw


def size_of_member(value: Any) -> int:
    """About how many bytes a part of an AnnData has in memory."""
    if hasattr(value, "memory_usage"):
        usage = value.memory_usage(deep=True)  # of a table one number per column
        return int(usage.sum() if hasattr(usage, "sum") else usage)
    if isinstance(value, Mapping):
        return sum(map(size_of_member, value.values()))
    if hasattr(value, "indptr"):
        return int(value.data.nbytes + value.indices.nbytes + value.indptr.nbytes)
    return int(getattr(value, "nbytes", 0))
