"""An object whose attributes are the entries of a vocabulary, for tab completion. Knows no Django."""

from __future__ import annotations

import keyword
import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

_NOT_IN_KEYS = re.compile(r"[^0-9a-zA-Z_]+")
_SHOWN = 10


def key_of(value: Any, prefix: str = "ln_") -> str | None:
    """The attribute under which a value is found.

    Examples:
        >>> key_of("My project 1"), key_of("1abc"), key_of("class")
        ('my_project_1', 'ln_1abc', 'class_')

    Args:
        value: Any value; only non-empty strings have a key.
        prefix: Goes before keys that don't start with a letter.
    """
    if not isinstance(value, str) or not value:
        return None
    key = _NOT_IN_KEYS.sub("_", value).lower()
    if not key[0].isalpha():
        return prefix + key
    return key + "_" if _is_reserved(key) else key


def _is_reserved(key: str) -> bool:
    """Whether the key can't be an attribute: Python keywords, and the one public method of the object."""
    return key == "dict" or keyword.iskeyword(key)


class Lookup:
    """The entries of a vocabulary as attributes: ``lookup.my_project_1``.

    Behaves like a named tuple: it has ``_fields``, ``_asdict()``, a length, positions and iteration, and in addition ``dict()``. A key
    of several entries gives a list. Nothing is computed before the first use, and no record fetched before it is asked
    for.

    Args:
        entries: Pairs of a value and what it gives: the record, or with ``load`` the record's key.
        load: Fetches records by their keys, as a mapping; keys whose record is gone are left out.
        prefix: Goes before keys that don't start with a letter.
    """

    def __init__(
        self,
        entries: Iterable[tuple[Any, Any]],
        *,
        load: Callable[[Sequence[Any]], Mapping[Any, Any]] | None = None,
        prefix: str = "ln_",
    ) -> None:
        self._entries = entries if isinstance(entries, list | tuple) else list(entries)
        self._load = load
        self._prefix = prefix
        self._records: dict[Any, Any] = {}

    # -- by name -------------------------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        key = f"{name}_" if _is_reserved(name) else name
        targets = [] if name.startswith("_") else self._targets.get(key, [])
        records = self._resolve(targets)
        if not records:
            msg = f"no entry has the key {name!r}; .dict() has all entries by their original values"
            raise AttributeError(msg)
        return records[0] if len(records) == 1 else records

    def __dir__(self) -> list[str]:
        return [*self._fields, "dict"]

    def dict(self) -> builtins.dict[str, Any]:
        """All entries by their original values."""
        by_value: dict[str, list[Any]] = {}
        for value, target in self._keyed_entries():
            by_value.setdefault(value, []).append(target)
        self._fetch([target for targets in by_value.values() for target in targets])
        return {value: self._one_or_list(targets) for value, targets in by_value.items()}

    # -- like a named tuple ----------------------------------------------------------------------------------------------

    @property
    def _fields(self) -> tuple[str, ...]:
        return tuple(self._targets)

    def _asdict(self) -> builtins.dict[str, Any]:
        return dict(zip(self._fields, self, strict=True))

    def __len__(self) -> int:
        return len(self._targets)

    def __iter__(self) -> Iterator[Any]:
        self._fetch([target for targets in self._targets.values() for target in targets])
        return (self._one_or_list(targets) for targets in self._targets.values())

    def __getitem__(self, position: int | slice) -> Any:
        if isinstance(position, slice):
            return tuple(self._one_or_list(self._targets[field]) for field in self._fields[position])
        return self._one_or_list(self._targets[self._fields[position]])

    def __repr__(self) -> str:
        more = ", ..." if len(self) > _SHOWN else ""
        return f"Lookup({len(self)} keys: {', '.join(self._fields[:_SHOWN])}{more})"

    # -- keys and records ------------------------------------------------------------------------------------------------

    @cached_property
    def _targets(self) -> builtins.dict[str, list[Any]]:
        """What each key stands for: records, or keys of records in a stable order."""
        targets: dict[str, list[Any]] = {}
        for value, target in self._entries:
            key = key_of(value, self._prefix)
            if key is not None:
                targets.setdefault(key, []).append(target)
        return targets

    def _keyed_entries(self) -> Iterator[tuple[str, Any]]:
        return ((value, target) for value, target in self._entries if isinstance(value, str) and value)

    def _one_or_list(self, targets: list[Any]) -> Any:
        records = self._resolve(targets)
        return records[0] if len(records) == 1 else records

    def _resolve(self, targets: list[Any]) -> list[Any]:
        if self._load is None:
            return targets
        self._fetch(targets)
        return [self._records[target] for target in sorted(targets) if target in self._records]

    def _fetch(self, targets: list[Any]) -> None:
        """Load the records that aren't here yet, all at once."""
        missing = [] if self._load is None else [target for target in targets if target not in self._records]
        if self._load is not None and missing:
            self._records.update(self._load(missing))
