"""What experimental factors measure, and with what: by their place in the Experimental Factor Ontology."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOLECULE = "EFO:0002772"  # assay by molecule
_SEQUENCER = "EFO:0003740"  # assay by sequencer
_INSTRUMENT = "EFO:0002773"  # assay by instrument
_MEASUREMENT = "EFO:0001444"  # measurement


def add_factors(rows: Mapping[str, dict[str, Any]]) -> None:
    """Set ``molecule``, ``instrument`` and ``measurement`` of terms by id: the kinds right below these that they are."""
    for one, row in rows.items():
        line = _line(one, rows)
        row["molecule"] = _kinds_below(_MOLECULE, line, rows)
        row["instrument"] = _kinds_below(_SEQUENCER, line, rows) or _kinds_below(_INSTRUMENT, line, rows)
        row["measurement"] = _kinds_below(_MEASUREMENT, line, rows)


def _line(one: str, rows: Mapping[str, dict[str, Any]]) -> list[str]:
    """The term and its ancestors, the nearest first."""
    line = {one: None}
    generation = [one]
    while generation:
        parents = sorted({parent for member in generation for parent in rows[member]["parents"] if parent in rows})
        generation = [parent for parent in parents if parent not in line]
        line |= dict.fromkeys(generation)
    return list(line)


def _kinds_below(root: str, line: list[str], rows: Mapping[str, dict[str, Any]]) -> str | None:
    return ";".join(rows[one]["name"] for one in line if root in rows[one]["parents"]) or None
