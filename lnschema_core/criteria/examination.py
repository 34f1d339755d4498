"""What is found out while data are held to criteria."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lnschema_core.criteria.vocabularies import keys_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lamindb.io.streams.table import Table
    from lnschema_core.criteria.checking import ColumnCheck, Finding
    from lnschema_core.criteria.columns import ColumnFinding
    from lnschema_core.criteria.report import CriteriaReport
    from lnschema_core.criteria.stored import Source
    from lnschema_core.criteria.vocabularies import Key, Lookup

    Lookups = Mapping[Key, Lookup]


@dataclass
class SlotExamination:
    """One table and what is expected of it.

    Attributes:
        slot: Its name.
        table: The table, its columns under the names that are expected as far as they could be made out.
        checks: What was found in each expected column that is there.
        columns: What is wrong with the names of columns.
        findings: What failed, by column.
    """

    slot: str
    table: Table
    checks: dict[str, ColumnCheck]
    columns: list[ColumnFinding]
    findings: dict[str, list[Finding]] = field(default_factory=dict)


@dataclass
class Examination:
    """All that was found out about data.

    Attributes:
        source: The data.
        slots: The tables.
        lookups: The registries.
        report: What failed.
    """

    source: Source
    slots: list[SlotExamination]
    lookups: Lookups
    report: CriteriaReport

    def labels(self, slot: SlotExamination, column: str) -> dict[Key, list[Any]]:
        """The values of a column that are registered, by registry; those of several registries under the first."""
        check = slot.checks[column]
        cells = (value for values in check.to_look_up() for value in values.different)
        left = list(dict.fromkeys(member for value in cells for member in check.criterion.members(value)))
        found: dict[Key, list[Any]] = {}
        for key in keys_of(check.criterion):
            found[key] = [value for value in left if value in self.lookups[key].known]
            left = [value for value in left if value not in self.lookups[key].known]
        return found
