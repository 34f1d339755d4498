"""The name under which scripts of the 0.54 days know the result of an inspection."""

from __future__ import annotations

from lamindb.text.inspection import InspectResult

__all__ = ["InspectResult"]
