"""AnnData objects in storage, with the attributes and the indexing of those in memory."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from lamindb.io.accessors.frames import can_read_rows, n_rows_of, read_names_of_rows, read_rows
from lamindb.io.accessors.members import fields_of, is_group, is_sparse, loaded, opened, read_frame, read_names, select
from lamindb.io.accessors.selections import as_indexer, compose, normalise
from lamindb.io.accessors.sparse import SparseReader

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping
    from types import TracebackType
    from typing import Self

    import pandas as pd
    from anndata import AnnData

    from lamindb.io.accessors.selections import Selection

_FEW = 4  # a part of a table is read on its own if it is smaller than the whole by more than this factor
_BY_KEY = ("obsm", "varm", "obsp", "varp", "layers")


class Source:
    """Where the slots of an AnnData are; what has been read is kept."""

    def __init__(self, slots: Mapping[str, Any], *, parent: Source | None = None) -> None:
        self.slots = slots
        self._parent = parent
        self._sparse: dict[str, SparseReader] = {}

    @cached_property
    def uns(self) -> dict[str, Any]:
        """The unstructured annotations."""
        return dict(opened(self.slots["uns"])) if "uns" in self.slots else {}

    @cached_property
    def obs(self) -> pd.DataFrame:
        """The annotations of rows."""
        return self._frame("obs")

    @cached_property
    def var(self) -> pd.DataFrame:
        """The annotations of columns."""
        return self._frame("var")

    def _frame(self, slot: str) -> pd.DataFrame:
        member = self.slots[slot]
        return read_frame(member, {} if is_group(member) else self.uns)

    @cached_property
    def obs_names(self) -> pd.Index[Any]:
        """The names of rows."""
        if self._parent is not None:
            return self._parent.obs_names
        names = None if "obs" in vars(self) else read_names(self.slots["obs"])
        return self.obs.index if names is None else names

    @cached_property
    def var_names(self) -> pd.Index[Any]:
        """The names of columns."""
        names = None if "var" in vars(self) else read_names(self.slots["var"])
        return self.var.index if names is None else names

    @cached_property
    def raw(self) -> Source | None:
        """Where the raw data is, if there is any; early releases of anndata had it beside the other slots."""
        slots = self.slots.get("raw")
        if slots is None:
            names = [name for name in self.slots if name.startswith("raw.")]
            slots = {name.removeprefix("raw."): self.slots[name] for name in names}
        return Source(slots, parent=self) if "X" in slots else None

    @cached_property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns; names are read only if there is no other way."""
        n_rows = self._parent.shape[0] if self._parent is not None else n_rows_of(self.slots["obs"])
        n_columns = n_rows_of(self.slots["var"])
        return (
            len(self.obs_names) if n_rows is None else n_rows,
            len(self.var_names) if n_columns is None else n_columns,
        )

    def frame(self, slot: str, selection: Selection) -> pd.DataFrame:
        """Rows of ``obs`` or ``var``; of a stored table only these are read, if they are few."""
        if self._is_worth_a_look("" if slot in vars(self) else slot, selection):
            return read_rows(self.slots[slot], selection)
        frame: pd.DataFrame = getattr(self, slot)
        return frame.iloc[as_indexer(selection)]

    def names(self, slot: str, selection: Selection) -> pd.Index[Any]:
        """The names of rows of ``obs`` or ``var``; only these are read, if they are few."""
        if self._parent is not None and slot == "obs":
            return self._parent.names(slot, selection)
        if self._is_worth_a_look("" if f"{slot}_names" in vars(self) else slot, selection):
            return read_names_of_rows(self.slots[slot], selection)
        names: pd.Index[Any] = getattr(self, f"{slot}_names")
        return names[as_indexer(selection)]

    def _is_worth_a_look(self, slot: str, selection: Selection) -> bool:
        total = n_rows_of(self.slots[slot]) if slot else None
        return total is not None and len(selection) * _FEW < total and can_read_rows(self.slots[slot])

    def sparse(self, member: Any) -> SparseReader:
        """What reads parts of a sparse matrix; where its rows begin is read once."""
        name = str(member.name)
        if name not in self._sparse:
            self._sparse[name] = SparseReader(member, self.shape)
        return self._sparse[name]


def _headline(accessor: _Annotated) -> str:
    n_obs, n_vars = accessor.shape
    return f"{type(accessor).__name__} object with n_obs × n_vars = {n_obs} × {n_vars}"  # noqa: RUF001 - as in AnnData


class KeyAccessor:
    """The members of a slot, each read when it is asked for."""

    def __init__(self, group: Any, read: Callable[[Any], Any]) -> None:
        self._group = group
        self._read = read

    def keys(self) -> list[str]:
        """The names of the members."""
        return list(self._group.keys())

    def __getitem__(self, key: str) -> Any:
        return self._read(self._group[key])

    def __contains__(self, key: object) -> bool:
        return key in self.keys()

    def __iter__(self) -> Iterator[str]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self.keys())

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.keys()})"


class _Annotated:
    """What the whole and its parts have in common. Without selections nothing is read before it is indexed."""

    def __init__(self, source: Source, rows: Selection | None = None, columns: Selection | None = None) -> None:
        self._source = source
        self._is_whole = rows is None and columns is None
        self._rows = range(source.shape[0]) if rows is None else rows
        self._columns = range(source.shape[1]) if columns is None else columns

    # -- axes ---------------------------------------------------------------------------------------------------------

    @property
    def shape(self) -> tuple[int, int]:
        """The numbers of rows and columns."""
        return len(self._rows), len(self._columns)

    @property
    def obs_names(self) -> pd.Index[Any]:
        """The names of rows."""
        return self._source.names("obs", self._rows)

    @property
    def var_names(self) -> pd.Index[Any]:
        """The names of columns."""
        return self._source.names("var", self._columns)

    @property
    def var(self) -> pd.DataFrame:
        """The annotations of columns."""
        return self._source.frame("var", self._columns)

    # -- matrices -----------------------------------------------------------------------------------------------------

    @property
    def X(self) -> Any:  # noqa: N802 - as in AnnData
        """The matrix."""
        slots = self._source.slots
        return self._part(slots["X"], self._rows, self._columns) if "X" in slots else None

    @property
    def varm(self) -> KeyAccessor | None:
        """Arrays with a row per column of the matrix."""
        return self._by_key("varm", self._columns)

    def _part(self, member: Any, *selections: Selection) -> Any:
        if not self._is_whole and is_sparse(member):
            return self._source.sparse(member).select(*selections)
        matrix = opened(member, shape=self._source.shape)
        return matrix if self._is_whole else select(matrix, *selections)

    def _by_key(self, slot: str, *selections: Selection) -> KeyAccessor | None:
        group = self._source.slots.get(slot)
        if group is None or not is_group(group) or not len(group):
            return None
        return KeyAccessor(group, lambda member: self._part(member, *selections))

    def _selected(self, index: Any) -> tuple[Selection, Selection]:
        rows, columns = index if isinstance(index, tuple) else (index, slice(None))
        chosen_rows = compose(self._rows, normalise(rows, len(self._rows), lambda: self.obs_names))
        chosen_columns = normalise(columns, len(self._columns), lambda: self.var_names)
        return chosen_rows, compose(self._columns, chosen_columns)

    def _loaded(self, slot: str, without: Collection[str] = ()) -> Any:
        members = getattr(self, slot)
        return None if members is None else {key: loaded(members[key]) for key in members if key not in without}


class AnnDataRawAccessor(_Annotated):
    """The raw data of an AnnData in storage."""

    def __getitem__(self, index: Any) -> AnnDataRawAccessor:
        return AnnDataRawAccessor(self._source, *self._selected(index))

    def to_dict(self) -> dict[str, Any]:
        """The slots, in memory."""
        return {"X": loaded(self.X), "var": self.var, "varm": self._loaded("varm")}

    def __repr__(self) -> str:
        return _headline(self)


class _AnnDataLike(_Annotated):
    _indent = "  "

    @property
    def obs(self) -> pd.DataFrame:
        """The annotations of rows."""
        return self._source.frame("obs", self._rows)

    @property
    def uns(self) -> dict[str, Any]:
        """The unstructured annotations."""
        return self._source.uns

    @property
    def obsm(self) -> KeyAccessor | None:
        """Arrays with a row per row of the matrix."""
        return self._by_key("obsm", self._rows)

    @property
    def obsp(self) -> KeyAccessor | None:
        """Square matrices over rows."""
        return self._by_key("obsp", self._rows, self._rows)

    @property
    def varp(self) -> KeyAccessor | None:
        """Square matrices over columns."""
        return self._by_key("varp", self._columns, self._columns)

    @property
    def layers(self) -> KeyAccessor | None:
        """Matrices of the shape of ``X``."""
        return self._by_key("layers", self._rows, self._columns)

    def matrix(self, name: str) -> Any:
        """``X`` or a layer, by its name.

        Raises:
            KeyError: There is no such layer.
        """
        if name == "X":
            return self.X
        layers = self.layers
        if layers is None:
            raise KeyError(name)
        return layers[name]

    @property
    def raw(self) -> AnnDataRawAccessor | None:
        """The raw data: the same rows, with columns of its own."""
        source = self._source.raw
        return None if source is None else AnnDataRawAccessor(source, None if self._is_whole else self._rows)

    def __getitem__(self, index: Any) -> AnnDataAccessorSubset:
        return AnnDataAccessorSubset(self._source, *self._selected(index))

    def to_dict(self, *, without: Collection[str] = ()) -> dict[str, Any]:
        """All slots, in memory, as ``AnnData`` takes them.

        Args:
            without: Matrices that are left out: ``X`` or the names of layers.
        """
        slots = {"X": None if "X" in without else loaded(self.X), "obs": self.obs, "var": self.var, "uns": self.uns}
        slots |= {slot: self._loaded(slot, without if slot == "layers" else ()) for slot in _BY_KEY}
        return slots | {"raw": self.raw.to_dict() if self.raw is not None else None}

    def to_memory(self) -> AnnData:
        """Load into memory as an AnnData."""
        from anndata import AnnData

        slots = self.to_dict()
        shape = self.shape if slots["X"] is None else None
        return AnnData(**slots, shape=shape)

    def __repr__(self) -> str:
        lines = [
            _headline(self),
            *self._about(),
        ]
        slots = self._source.slots
        fields = {slot: fields_of(slots[slot]) for slot in slots if slot != "X"}
        return "\n".join([*lines, *(f"{self._indent}{slot}: {names}" for slot, names in fields.items() if names)])

    def _about(self) -> list[str]:
        return []


class AnnDataAccessorSubset(_AnnDataLike):
    """Selected rows and columns of an AnnData in storage, read when they are asked for."""


class AnnDataAccessor(_AnnDataLike):
    """An AnnData in storage: annotations are read as a whole, matrices when they are indexed.

    Index it like an AnnData to get a part, and call :meth:`to_memory` to load it. The file is closed when neither the
    accessor nor anything that was taken from it is used any more, or by :meth:`close`, or at the end of a ``with`` block.
    """

    _indent = "    "

    def __init__(self, connection: Any, storage: Any, filename: str) -> None:
        self._conn = connection
        self.storage = storage
        self._name = filename
        super().__init__(Source(storage))

    def close(self) -> None:
        """Close the file."""
        for opened_file in (self.storage, self._conn):
            if hasattr(opened_file, "close"):
                opened_file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _about(self) -> list[str]:
        return [f"  constructed for the AnnData object {self._name}"]
