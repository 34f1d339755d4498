"""Sample data; see ``lamindb.datasets``."""

from lamindb import datasets
from lamindb._lazy import door

__getattr__, __dir__ = door(__name__, {name: f"lamindb.datasets:{name}" for name in datasets.__all__})

__all__ = [*datasets.__all__]  # noqa: PLE0604 - strings, all of them
