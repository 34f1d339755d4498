"""Enumerations of the core schema. Migrations point at them: add, never move."""

from __future__ import annotations

import sys
from enum import StrEnum


class ChoicesMixin:
    """Gives an enumeration the pairs that Django's ``choices`` wants."""

    @classmethod
    def choices(cls) -> list[tuple[str, str]]:
        """Pairs of value and name."""
        return [(member.value, member.name) for member in cls]  # type: ignore[attr-defined]


class TransformType(ChoicesMixin, StrEnum):
    """What kind of code a transform is."""

    pipeline = "pipeline"
    notebook = "notebook"
    app = "app"
    api = "api"

    def __repr__(self) -> str:
        return str(self.value)


def default_transform_type() -> str:
    """``notebook`` within IPython, else ``pipeline``."""
    return TransformType.notebook.value if is_ipython() else TransformType.pipeline.value


def is_ipython() -> bool:
    """Whether this process is an IPython session, without importing IPython."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
