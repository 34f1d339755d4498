"""What a public vocabulary behind a registry can do. A registry offers one through its ``public_reference()``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.text.inspection import InspectResult
    from lamindb.text.synonyms import Keep


class Reference(Protocol):
    """A public vocabulary: terms that a registry doesn't have yet, but could."""

    @property
    def name(self) -> str:
        """What messages call it."""

    def inspect(self, values: Sequence[str], field: str) -> InspectResult:
        """What the vocabulary knows of values, without a message."""

    def standardize(
        self,
        values: Sequence[str],
        field: str,
        *,
        case_sensitive: bool = False,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
    ) -> dict[str, Any]:
        """The standard names of values that aren't names themselves, without a message."""

    def make_records(self, values: Sequence[str], field: str) -> list[Any]:
        """Records for the terms of which a field has one of the values: new ones, unsaved."""
