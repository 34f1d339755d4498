"""Names for the kinds of arguments that the API takes. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike as _OsPathLike
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from anndata import AnnData
    from django.db.models.query_utils import DeferredAttribute
    from upath import UPath

    DataLike: TypeAlias = "AnnData | pd.DataFrame | PathLike"
    ListLike: TypeAlias = "list[Any] | tuple[Any, ...] | pd.Series[Any] | np.ndarray[Any, Any] | Iterable[Any]"
    StrField: TypeAlias = "str | DeferredAttribute"
    PathLike: TypeAlias = "str | _OsPathLike[str] | UPath"
else:
    DataLike = Any
    ListLike = Iterable
    StrField = Any
    PathLike = _OsPathLike | str

__all__ = ["DataLike", "ListLike", "PathLike", "StrField"]
