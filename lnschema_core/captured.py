"""Files that runs leave by themselves: source code, environments and reports.

They are ordinary files, below a key that no user can give. A query of the registry leaves them out unless it names them, so
that code that counts, lists or looks through files sees what people registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb.io.paths import AUTO_KEY_PREFIX

if TYPE_CHECKING:
    from collections.abc import Iterable

KEY_PREFIX = f"{AUTO_KEY_PREFIX}runs/"
"""What the keys of captured files start with."""

_NAMING = {"id", "pk", "key"}


def names_files(expressions: Iterable[str]) -> bool:
    """Whether expressions of a query name files by id or key, and so mean captured ones, too."""
    return any(expression.partition("__")[0] in _NAMING for expression in expressions)


def without_captured(files: Any) -> Any:
    """A query set of files without those that runs captured."""
    return files.exclude(key__startswith=KEY_PREFIX)
