"""What an operation of a migration does to a database in use: safe, cautious or breaking, and why.

Reads operations and the models as they were before; asks no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from django.db import migrations
from django.db.models import NOT_PROVIDED

if TYPE_CHECKING:
    from django.db.migrations import Migration
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState
    from django.db.models import Field


class Risk(IntEnum):
    """How careful one has to be; the greatest of several counts."""

    SAFE = 0
    """Nothing is lost, and older versions of the package go on reading and writing."""
    CAUTIOUS = 1
    """Nothing is lost if it succeeds, but rows that don't fit stop it, or what it does can't be foreseen."""
    BREAKING = 2
    """Data are lost, or older versions of the package fail."""


@dataclass(frozen=True)
class Step:
    """One operation of a migration."""

    operation: str
    """What it does, in Django's words."""
    risk: Risk
    reason: str

    def as_dict(self) -> dict[str, str]:
        """The step as ``--json`` prints it."""
        return {"operation": self.operation, "risk": self.risk.name, "reason": self.reason}


Verdict = tuple[Risk, str]
Model = tuple[str, str]

_SAFE_OPERATIONS: tuple[tuple[type[Operation], str], ...] = (
    (migrations.CreateModel, "adds a table"),
    (migrations.AddIndex, "adds an index"),
    (migrations.RemoveIndex, "removes an index, no data"),
    (migrations.RenameIndex, "renames an index"),
    (migrations.RemoveConstraint, "allows more than before"),
    (migrations.AlterModelOptions, "changes nothing in the database"),
    (migrations.AlterModelManagers, "changes nothing in the database"),
    (migrations.AlterModelTableComment, "changes a comment"),
)
_BREAKING_OPERATIONS: tuple[tuple[type[Operation], str], ...] = (
    (migrations.DeleteModel, "deletes a table with all its rows"),
    (migrations.RemoveField, "deletes a column with all its values"),
    (migrations.RenameModel, "renames a table, which older versions don't find any more"),
    (migrations.RenameField, "renames a column, which older versions don't find any more"),
    (migrations.AlterModelTable, "renames a table, which older versions don't find any more"),
    (migrations.AlterOrderWithRespectTo, "adds or removes a column that keeps an order"),
)
_CAUTIOUS_OPERATIONS: tuple[tuple[type[Operation], str], ...] = (
    (migrations.AddConstraint, "is stopped by rows that don't meet the new condition"),
    (migrations.AlterUniqueTogether, "is stopped by rows that have the same values"),
    (migrations.AlterIndexTogether, "rebuilds indexes"),
    (migrations.RunPython, "runs code that changes rows; read it before"),
    (migrations.RunSQL, "runs statements of its own; read them before"),
)
_NO_COLUMN = {
    "auto_now", "auto_now_add", "blank", "choices", "db_comment", "default", "editable", "error_messages", "help_text",
    "limit_choices_to", "on_delete", "related_name", "related_query_name", "serialize", "validators", "verbose_name",
    "db_index", "db_constraint",
}  # fmt: skip
"""Options of a field that don't say what its column can hold."""
_WIDER = {("CharField", "TextField"), ("IntegerField", "BigIntegerField"), ("AutoField", "BigAutoField")}


class Assessor:
    """Assesses migrations one after the other.

    Args:
        state: The models as they are before the first one.
    """

    def __init__(self, state: ProjectState) -> None:
        self._state = state
        self._new: set[Model] = set()
        """Tables that didn't exist before the first one, and so have no rows."""

    def assess(self, migration: Migration) -> tuple[Step, ...]:
        """What the operations of the next migration do."""
        steps = [self._step(operation, migration.app_label) for operation in migration.operations]
        if not migration.atomic:
            reason = "is not applied in one transaction: if it is interrupted, take the backup"
            steps.append(Step("Work outside a transaction", Risk.CAUTIOUS, reason))
        return tuple(steps)

    def _step(self, operation: Operation, label: str) -> Step:
        risk, reason = self._verdict(operation, label)
        self._follow(operation, label)
        return Step(operation.describe(), risk, reason)

    def _verdict(self, operation: Operation, label: str) -> Verdict:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            inner = [self._verdict(each, label) for each in operation.database_operations]
            return max(inner, default=(Risk.SAFE, "changes nothing in the database"))
        if self._touched(operation, label) in self._new:
            return Risk.SAFE, "changes a table that is new and empty"
        if isinstance(operation, migrations.AddField):
            return _added(operation.field)
        if isinstance(operation, migrations.AlterField):
            before = self._state.models[label, operation.model_name_lower].fields[operation.name]
            return _altered(before, operation.field)
        if isinstance(operation, migrations.AlterUniqueTogether):
            options = self._state.models[label, operation.name_lower].options
            if set(operation.option_value or ()) <= set(options.get("unique_together") or ()):
                return Risk.SAFE, "allows equal values"
        return _of_kind(operation)

    def _touched(self, operation: Operation, label: str) -> Model:
        """The table that an operation changes."""
        name = getattr(operation, "model_name", None) or getattr(operation, "old_name", None)
        if name is None and not isinstance(operation, migrations.CreateModel):
            name = getattr(operation, "name", None)
        return label, str(name).lower()

    def _follow(self, operation: Operation, label: str) -> None:
        """Let the models be those after the operation."""
        if isinstance(operation, migrations.CreateModel):
            self._new.add((label, operation.name_lower))
        if isinstance(operation, migrations.RenameModel) and (label, operation.old_name_lower) in self._new:
            self._new.add((label, operation.new_name_lower))
        operation.state_forwards(label, self._state)


def _of_kind(operation: Operation) -> Verdict:
    """What all operations of a kind do, whatever they work on."""
    for risk, kinds in (
        (Risk.SAFE, _SAFE_OPERATIONS),
        (Risk.BREAKING, _BREAKING_OPERATIONS),
        (Risk.CAUTIOUS, _CAUTIOUS_OPERATIONS),
    ):
        for kind, reason in kinds:
            if isinstance(operation, kind):
                return risk, reason
    return Risk.CAUTIOUS, f"is an operation of a kind that is not known here ({type(operation).__name__})"


def _added(field: Field[Any, Any]) -> Verdict:
    if field.many_to_many:
        return Risk.SAFE, "adds a table of links"
    if field.unique and not field.null:
        return (
            Risk.CAUTIOUS,
            "adds a column whose value can't be the same in all rows: it is stopped if there are several",
        )
    if field.null:
        return Risk.SAFE, "adds a column that may be empty"
    if field.has_default() and field.default is not None:
        return Risk.SAFE, "adds a column with a default"
    if getattr(field, "db_default", NOT_PROVIDED) is not NOT_PROVIDED:
        return Risk.SAFE, "adds a column with a default"
    return Risk.CAUTIOUS, "adds a column that must have a value: it is stopped if there are rows"


def _altered(before: Field[Any, Any], after: Field[Any, Any]) -> Verdict:
    """The worst of the changes of a column."""
    return max(_changes(before, after), default=(Risk.SAFE, "changes nothing that rows have to meet"))


def _changes(before: Field[Any, Any], after: Field[Any, Any]) -> list[Verdict]:
    old, new = _options(before), _options(after)
    kinds = type(before).__name__, type(after).__name__
    changes: list[Verdict] = []
    if kinds[0] != kinds[1]:
        wider = (Risk.SAFE, f"widens a column from {kinds[0]} to {kinds[1]}")
        other = (Risk.CAUTIOUS, f"converts values from {kinds[0]} to {kinds[1]}: one that can't be stops it")
        changes.append(wider if kinds in _WIDER else other)
    differing = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    changes += [_change(name, old.get(name), new.get(name)) for name in sorted(differing)]
    return changes


def _options(field: Field[Any, Any]) -> dict[str, Any]:
    options: dict[str, Any] = field.deconstruct()[3]
    return {name: value for name, value in options.items() if name not in _NO_COLUMN}


def _change(name: str, old: Any, new: Any) -> Verdict:
    """What a change of one option of a field does."""
    if name == "null":
        return (Risk.SAFE, "lets a column be empty") if new else (Risk.CAUTIOUS, "is stopped by rows without a value")
    if name == "unique":
        return (Risk.CAUTIOUS, "is stopped by rows with the same value") if new else (Risk.SAFE, "allows equal values")
    if name == "max_length":
        if new is None or (old is not None and new > old):
            return Risk.SAFE, "lets values be longer"
        return Risk.CAUTIOUS, f"is stopped by values of more than {new} characters"
    if name in {"primary_key", "db_column"}:
        return Risk.BREAKING, f"changes the {name.replace('_', ' ')}, which older versions don't find any more"
    return Risk.CAUTIOUS, f"changes `{name}` of a column"
