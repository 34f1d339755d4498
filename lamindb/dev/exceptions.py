"""Errors; ``lamindb.errors`` has all of them."""

from lamindb.errors import ValidationError

__all__ = ["ValidationError"]
