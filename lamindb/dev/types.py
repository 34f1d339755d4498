"""Names for the kinds of arguments that the API takes."""

from lamindb.types import DataLike, ListLike, PathLike, StrField
from lnschema_core.types import TransformType

__all__ = ["DataLike", "ListLike", "PathLike", "StrField", "TransformType"]
