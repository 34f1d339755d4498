"""AnnData as zarr: a folder of chunks (https://zarr-specs.readthedocs.io), read from version 2 and 3."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.errors import UnsafeContent
from lamindb.io.formats.anndata import shallow_copy, size_adata, size_of_member
from lamindb.io.formats.table_row import Format
from lamindb.io.paths import as_local, to_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import zarr
    from anndata import AnnData
    from upath import UPath

_PICKLES = "pickle"
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
        can_execute=True,
        streams=True,
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
    return zarr.open_group(zarr.storage.FsspecStore.from_upath(to_path(path), read_only=True), mode="r")


def read_zarr(path: Path | UPath, *, allow_pickle: bool = False, **kwargs: Any) -> AnnData | Path | UPath:
    """Read an AnnData from a zarr store.

    Args:
        path: The store, local or in the cloud.
        allow_pickle: Whether arrays of pickled objects are read, which runs whatever code is in them.
        **kwargs: Passed on to ``anndata.io.read_zarr``.

    Returns:
        The AnnData, or the path if something else is in the store.

    Raises:
        UnsafeContent: The store has pickled objects.
    """
    from anndata.io import read_zarr as read

    group = open_group(path)
    if not is_anndata(group):
        return path
    if not allow_pickle:
        _require_no_pickles(group, path)
    return read(group, **kwargs)


def is_anndata(group: zarr.Group) -> bool:
    """Whether a group has an AnnData, also as old releases of anndata wrote it, without saying so."""
    return group.attrs.get("encoding-type") == "anndata" or {"obs", "var"} <= set(group.keys())


def _require_no_pickles(group: zarr.Group, path: Path | UPath) -> None:
    import zarr

    for name, member in group.members(max_depth=None):
        if isinstance(member, zarr.Array) and _PICKLES in _codecs(member):
            msg = f"The array '{name}' in {path} has pickled objects, which run code when read: pass allow_pickle=True if you trust them"
            raise UnsafeContent(msg)


def _codecs(array: zarr.Array[Any]) -> set[str]:
    document = array.metadata.to_dict()
    declared = [*(document.get("filters") or ()), document.get("compressor"), *(document.get("codecs") or ())]  # type: ignore[misc]
    names = {
        str(getattr(codec, "codec_id", None) or (codec or {}).get("id") or (codec or {}).get("name"))
        for codec in declared
    }
    return {name.rpartition(".")[2] for name in names}


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
    import zarr
    from anndata.experimental import write_dispatched

    own = _with_categoricals(shallow_copy(adata))
    group = zarr.open_group(path, mode="w", zarr_format=2)
    write_dispatched(group, "/", own, callback=_member_writer(size_adata(own), callback, chunks), dataset_kwargs=kwargs)
    zarr.consolidate_metadata(group.store)


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
            callback(total, written)

    return write_member
