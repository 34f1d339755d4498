"""What a file or dataset measures and how it is labelled, as HTML for notebooks. Every value is escaped."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from lnschema_core.annotation.as_text import counted
from lnschema_core.html import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lnschema_core.annotation.label_overview import Names
    from lnschema_core.annotation.overview import MeasuredFeature, Slot


def features_block(slots: Sequence[Slot]) -> str:
    """The block of features, foldable; an empty text if there are none."""
    return section("Features", "".join(_slot(slot) for slot in slots)) if slots else ""


def labels_block(labels: Mapping[tuple[str, str], Names]) -> str:
    """The block of labels, foldable; an empty text if there are none."""
    rows = [(accessor, counted(names, registry)) for (accessor, registry), names in labels.items()]
    return section("Labels", table(rows)) if rows else ""


def section(title: str, body: str) -> str:
    """A foldable section, open at first."""
    return f"<details open><summary><strong>{escape(title)}</strong></summary>{body}</details>"


def _slot(slot: Slot) -> str:
    feature_set = slot.feature_set
    about = f"{feature_set.n} of {feature_set.registry}, feature set {feature_set.pk}"
    head = f"<p><strong>{escape(str(slot.name))}</strong> ({escape(about)})</p>"
    if slot.has_types:
        more = f"<p>and {slot.hidden} more</p>" if slot.hidden else ""
        return head + table((feature.name, _facts(feature)) for feature in slot.features) + more
    names = ", ".join(feature.name for feature in slot.features)
    return f"{head}<p>{escape(names)}{', …' if slot.hidden else ''}</p>"


def _facts(feature: MeasuredFeature) -> str:
    labels = ", ".join(counted(names, registry) for registry, names in feature.labels)
    return f"{feature.type} {labels}".strip()
