"""AnnData as zarr: a folder of chunks (https://zarr-specs.readthedocs.io), read from version 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.formats.anndata import explaining_members, shallow_copy, size_adata, size_of_member
from lamindb.io.formats.table_row import Format
from lamindb.io.formats.unpacking import refuse_zarr_bomb
from lamindb.io.paths import as_local, to_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import zarr
    from anndata import AnnData
    from upath import UPath

_CONTAINERS = frozenset({"anndata", "dict", "raw", "dataframe"})


def _format(suffix: str, *, accessor_from_path: bool) -> Format:
    return Format(
        suffix.removeprefix("."),
        (suffix,),
        reader=f"{__name__}:read_zarr",
        writer=f"{__name__}:write_zarr",
        object_type="anndata.AnnData",
        accessor="AnnData",
        accessor_from_path=accessor_from_path,
        is_folder=True,
        requires=("zarr",),
        install="lamindb[zarr]",
    )


FORMATS = (_format(".zarr", accessor_from_path=False), _format(".zrad", accessor_from_path=True))


def open_group(path: Path | UPath) -> zarr.Group:
    """Open a zarr group for reading; nothing is ever written to the store."""
    import zarr

    local = as_local(path)
    if local is not None:
        return zarr.open_group(zarr.storage.LocalStore(local, read_only=True), mode="r")
    cloud = to_path(path)
    # by address, since zarr needs a file system of its own: it works in another event loop
    store = zarr.storage.FsspecStore.from_url(str(cloud), storage_options=dict(cloud.storage_options), read_only=True)
    return zarr.open_group(store, mode="r")


def read_zarr(path: Path | UPath, **kwargs: Any) -> AnnData | Path | UPath:
    """Read an AnnData from a zarr store; return the path if something else is in the store.

    Arrays of pickled objects are refused by zarr from version 3 on.
    """
    from anndata.io import read_zarr as read

    group = open_group(path)
    if not is_anndata(group):
        return path
    refuse_zarr_bomb(path, group)
    return read(group, **kwargs)


def is_anndata(group: zarr.Group) -> bool:
    """Whether a group has an AnnData, also as old releases of anndata wrote it, without saying so."""
    return group.attrs.get("encoding-type") == "anndata" or {"obs", "var"} <= set(group.keys())


def write_zarr(
    adata: AnnData,
    path: Path,
    *,
    callback: Callable[[int, int], None] | None = None,
    chunks: tuple[int, int] | None = None,
    **kwargs: Any,
) -> None:
    """Write an AnnData as zarr version 2, with repeated strings as categoricals, leaving the object as it is.

    Args:
        adata: The object.
        path: The folder; one that is there is replaced.
        callback: Told the size of the object in memory and how much of it has been written, in bytes.
        chunks: The shape of the chunks of a dense ``X``.
        **kwargs: Passed on to all arrays.
    """
    with explaining_members("zarr"):
        _write_group(adata, path, callback, chunks, kwargs)


def _write_group(
    adata: AnnData,
    path: Path,
    callback: Callable[[int, int], None] | None,
    chunks: tuple[int, int] | None,
    options: dict[str, Any],
) -> None:
    import zarr
    from anndata.experimental import write_dispatched

    own = _with_categoricals(shallow_copy(adata))
    total = size_adata(own)
    group = zarr.open_group(path, mode="w", zarr_format=2)
    write_dispatched(group, "/", own, callback=_member_writer(total, callback, chunks), dataset_kwargs=options)
    zarr.consolidate_metadata(group.store)
    if callback:
        callback(total, total)


def _with_categoricals(adata: AnnData) -> AnnData:
    adata.strings_to_categoricals()
    if adata.raw is not None:
        adata.strings_to_categoricals(adata.raw.var)
    return adata


def _member_writer(
    total: int, callback: Callable[[int, int], None] | None, chunks: tuple[int, int] | None
) -> Callable[..., None]:
    written = 0

    def write_member(
        write: Callable[..., None], group: zarr.Group, name: str, member: Any, *, dataset_kwargs: Any, iospec: Any
    ) -> None:
        nonlocal written
        is_chunked = chunks is not None and name.strip("/") == "X" and iospec.encoding_type == "array"
        write(
            group, name, member, dataset_kwargs={**dataset_kwargs, "chunks": chunks} if is_chunked else dataset_kwargs
        )
        if callback and iospec.encoding_type not in _CONTAINERS:
            written += size_of_member(member)
            callback(total, min(written, total))

    return write_member
