"""What a file or dataset measures and how it is labelled, as text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb.text.escaping import escaped
from lnschema_core.annotation.label_overview import MOST_NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lnschema_core.annotation.label_overview import Names
    from lnschema_core.annotation.overview import MeasuredFeature, Slot


def features_block(slots: Iterable[Slot]) -> str:
    """The block of features; an empty text if there are none."""
    lines = [line for slot in slots for line in _slot_lines(slot)]
    return "\n".join(["Features:", *lines]) if lines else ""


def labels_block(labels: Mapping[tuple[str, str], Names]) -> str:
    """The block of labels, by accessor and registry; an empty text if there are none."""
    lines = [f"  🏷️ {accessor} {counted(names, registry)}" for (accessor, registry), names in labels.items()]
    return "\n".join(["Labels:", *lines]) if lines else ""


def counted(names: Names, registry: str) -> str:
    """The number of records and their first names: ``(2, core.ULabel): 'a', 'b'``."""
    count = f"({names.count}, {registry})"
    return f"{count}: {quoted(names)}" if names.first else count


def quoted(names: Names) -> str:
    """The first names in quotes, and ``...`` if there are more."""
    shown = [f"'{escaped(name)}'" for name in names.first]
    return ", ".join([*shown, "..."] if names.count > len(shown) else shown)


def _slot_lines(slot: Slot) -> list[str]:
    head = f"  {escaped(slot.name)}: {slot.feature_set!r}"
    if slot.has_types:
        more = [f"    ... and {slot.hidden} more"] if slot.hidden else []
        return [head, *(line for feature in slot.features for line in _feature_lines(feature)), *more]
    if not slot.features:
        return [head]
    first = [f"'{escaped(feature.name)}'" for feature in slot.features[:MOST_NAMES]]
    return [head, "    " + ", ".join([*first, "..."] if slot.hidden or len(slot.features) > len(first) else first)]


def _feature_lines(feature: MeasuredFeature) -> list[str]:
    name = escaped(feature.name)
    if not feature.registries:
        return [f"    {name} ({feature.type})"]
    if len(feature.labels) == 1:
        registry, names = feature.labels[0]
        return [f"    🔗 {name} {counted(names, registry)}"]
    return [
        f"    🔗 {name} ({feature.registries})",
        *(f"        {counted(names, registry)}" for registry, names in feature.labels),
    ]
