"""Saving and deleting many records at once, in a number of queries that doesn't depend on how many they are."""

from __future__ import annotations

import inspect
import traceback
from collections import defaultdict
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, models, transaction

from lamindb import log
from lamindb.errors import NotRecords, StorageError
from lnschema_core import naming
from lnschema_core.annotation.slots import link_feature_sets, save_feature_sets
from lnschema_core.files import meanwhile as file_meanwhile
from lnschema_core.files import saving as file_saving
from lnschema_core.files.keys import explaining_taken_keys, refuse_taken_keys
from lnschema_core.history import reproducing
from lnschema_core.models import File, Registry
from lnschema_core.rows import as_read, meanwhile, unchanged
from lnschema_core.rows.inserting import insert_new, sets_itself, unique_columns, update_existing
from lnschema_core.rows.storable import check_storable
from lnschema_core.rows.values import AnyOf, without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from lnschema_core.files.saving import StoredContent
    from lnschema_core.query import QuerySet


def save(records: Registry | Iterable[Registry], **kwargs: Any) -> None:
    """Save many records at once.

    New records are inserted, changed ones updated; a new record that has the unique value of an existing one, such as the name
    of a label, becomes that record. Files store their content first; records with members or links save these, too.

    Args:
        records: One record or several, of any registries.
        **kwargs: Passed on to the ``save`` of registries that do more than writing a row, such as ``parents=False``. A registry
            with a class method ``save_many(records, …)`` saves all its records by that.

    Raises:
        TypeError: Something else than records is passed; nothing is saved then.
        RuntimeError: The content of some files can't be stored; the others are saved, unless one of these can't get its final name.

    Examples:
        >>> ln.save([ln.ULabel(name=f"sample {i}") for i in range(1000)])
    """
    unique = _unique_records(records)
    files = [record for record in unique if isinstance(record, File)]
    if len(files) < len(unique):
        _save_others([record for record in unique if not isinstance(record, File)], kwargs)
    if files:
        save_files(files)


def _save_others(records: Sequence[Registry], kwargs: dict[str, Any]) -> None:
    """Save records that are no files, all or nothing."""
    with transaction.atomic():
        tables = {record._meta.db_table for record in records if meanwhile.is_looked_for(record)}
        if len(tables) > 1:
            meanwhile.wait_for_others(tables)  # of all at once, so that nobody waits in a circle
        for registry, group in _by_registry(records):
            save_many = getattr(registry, "save_many", None)
            if save_many is not None:
                save_many(group, **_accepted(save_many, kwargs))
            elif _has_own_save(registry):
                for record in group:
                    record.save(**_accepted(registry.save, kwargs))
            else:
                save_rows(registry, group)


def delete(records: Registry | Iterable[Registry]) -> None:
    """Delete records one by one; files and datasets ask what to do with their content.

    Args:
        records: One record or several.
    """
    log.warning("for efficient bulk delete, use `queryset.delete` instead")
    for record in _unique_records(records):
        text = repr(record)
        record.delete()
        log.success(f"deleted {text}")


def select(registry: type[Registry], **expressions: Any) -> QuerySet[Any]:
    """Query a registry (deprecated: use ``Registry.filter()``)."""
    naming.warn_select()
    return registry.filter(**expressions)


# -- rows -------------------------------------------------------------------------------------------------------------


def save_rows(registry: type[Registry], records: Sequence[Registry]) -> None:
    """Insert the new and update the changed ones among records of one registry.

    Those whose rows are gone are inserted again, as they are when they are saved alone. Those of a registry that extends another
    one have rows in several tables, and are written one by one.
    """
    if any(registry._meta.parents.values()):
        for record in records:
            Registry.save(record)
        return
    new = [record for record in records if record._state.adding]
    old = [record for record in records if not record._state.adding]
    if new:
        insert_rows(registry, new)
    _insert_again(registry, _update_rows(registry, old))


def _insert_again(registry: type[Registry], records: Sequence[Any]) -> None:
    """Insert records whose rows are gone; those that were deleted here get another key, or are refused."""
    makes_keys = isinstance(registry._meta.pk, models.AutoField)
    lost = [record for record in records if record.pk is not None and not makes_keys]
    for record in records:
        if record.pk is None or makes_keys:
            Registry.save(record)
    for record in lost:
        record._state.adding = True
    if lost:
        insert_rows(registry, lost)


def insert_rows(registry: type[Registry], records: Sequence[Any]) -> None:
    """Insert rows of one registry; those whose unique values are taken, or that somebody else has made meanwhile, become the existing records.

    Raises:
        IntegrityError: A row can't be inserted for another reason, or the existing record has another name.
    """
    with transaction.atomic():
        records = meanwhile.become_existing(registry, records)
        if isinstance(registry._meta.pk, models.AutoField):  # the database makes the keys, and has to tell them
            check_storable(records)
            registry._base_manager.bulk_create(records)
            return
        inserted = insert_new(registry, records)
        if inserted != len(records):
            _adopt_existing(registry, records)
    _mark_saved(records)


def _mark_saved(records: Sequence[Any]) -> None:
    """Let records know that they have a row."""
    alias = connection.alias
    for record in records:
        record._state.adding = False
        record._state.db = alias


def _adopt_existing(registry: type[Registry], records: Sequence[Any]) -> None:
    """Let records whose row was refused become the records that have their unique values."""
    keys = [record.pk for record in records]
    present = set(registry._base_manager.filter(AnyOf("pk", keys)).values_list("pk", flat=True))
    refused = [record for record in records if record.pk not in present]
    for names in unique_columns(registry):
        if not refused:
            return
        candidates = registry._base_manager.filter(AnyOf(names[0], [getattr(record, names[0]) for record in refused]))
        existing = {tuple(getattr(row, name) for name in names): row for row in candidates}
        for record in refused:
            same = existing.get(tuple(getattr(record, name) for name in names))
            if same is not None:
                _check_name(record, same, names)
                record.become(same)
        refused = [record for record in refused if record._state.adding]
    if refused:
        msg = f"could not save {refused[0]}: a unique value is taken, or it refers to a record that doesn't exist"
        raise IntegrityError(msg)


def _check_name(record: Any, existing: Any, names: tuple[str, ...]) -> None:
    """Refuse a record that has a unique value of one with another name, such as its abbreviation.

    Raises:
        IntegrityError: It has.
    """
    named, other = getattr(record, "name", None), getattr(existing, "name", None)
    if named and other and named != other:
        taken = ", ".join(f"{name} {getattr(record, name)!r}" for name in names)
        msg = f"could not save {type(record).__name__} {named!r:.80}: {taken} is that of {other!r:.80} ({existing.pk})"
        raise IntegrityError(msg)


def _update_rows(registry: type[Registry], records: Sequence[Any]) -> list[Any]:
    """Write those records that differ from their rows.

    Returns:
        The records that have no row any more, which aren't written.
    """
    if not records:
        return []
    names = as_read.column_names(registry)
    with without_garbage_collection():
        values = as_read.values_of(records, names)
        rows = registry._base_manager.filter(AnyOf("pk", [own[0] for own in values])).order_by().values_list(*names)
        found = {row[0]: row for row in rows.iterator()}
        both = list(zip(records, values, strict=True))
        changed = [(record, own) for record, own in both if own != found.get(own[0], own)]
        lost = [record for record, own in both if own[0] not in found]
    if changed:
        differing = _differing(names, [(own, found[own[0]]) for _, own in changed])
        fields = [field for field in registry._meta.concrete_fields if field.attname in differing or sets_itself(field)]
        update_existing(registry, [record for record, _ in changed], fields)
    return lost


def _differing(names: Sequence[str], pairs: Sequence[tuple[tuple[Any, ...], tuple[Any, ...]]]) -> set[str]:
    """The columns in which the rows of any pair differ."""
    return {name for place, name in enumerate(names) if any(ours[place] != theirs[place] for ours, theirs in pairs)}


# -- files ------------------------------------------------------------------------------------------------------------


def save_files(files: Sequence[File]) -> None:
    """Store the content of files one by one, then commit all rows with their links in one transaction.

    Those whose content somebody else has registered since they were constructed become the files that have it.

    Raises:
        StorageError: The content of some can't be stored, and the others are committed; or one can't get its name, and none is.
        IntegrityError: Another file of the storage location has the key of one, and other content.
    """
    try:
        _store_and_commit(files)
    except IntegrityError:
        became = file_meanwhile.become_existing(files)
        if not became:
            raise
        reproducing.link_runs(became)
        for file in became:
            file_saving.finish(file)
        there = {id(file) for file in became}
        _store_and_commit([file for file in files if id(file) not in there])


def _store_and_commit(files: Sequence[File]) -> None:
    """Do so once; see :func:`save_files`."""
    failures: dict[int, tuple[BaseException, str]] = {}
    waiting = [file for file in files if file.pending is not None and file.pending.has_content]
    refuse_taken_keys([file for file in waiting if file._state.adding])
    with explaining_taken_keys(files), ExitStack() as contents:
        stored: list[tuple[File, StoredContent | None]] = []
        for file, arrival in zip(waiting, file_saving.arrivals(waiting), strict=True):
            try:
                stored.append((file, contents.enter_context(file_saving.stored_content(file, arrival))))
            except (OSError, StorageError) as error:
                failures[id(file)] = error, traceback.format_exc()
        whole = [file for file in files if id(file) not in failures] if failures else files
        _commit_content(whole, stored)
    for file in whole:
        file_saving.finish(file)
    if failures:
        raise StorageError(_failure_message(whole, list(failures.values()))) from next(iter(failures.values()))[0]


def _commit_content(files: Sequence[File], stored: Sequence[tuple[File, StoredContent | None]]) -> None:
    """Commit the rows of files and give stored content its final names, all or nothing.

    Raises:
        StorageError: The content of one can't get its name.
    """
    try:
        with without_garbage_collection():
            state = unchanged.state()
            with transaction.atomic():
                file_meanwhile.refuse_same_content(files)
                _commit_files(files, state)
                for file, content in stored:
                    file_saving.publish(file, content)
    except StorageError as error:
        raise StorageError(_failure_message([], [(error, traceback.format_exc())])) from error


def _commit_files(files: Sequence[File], state: object) -> None:
    """Write the rows of files with their links.

    Args:
        files: The files.
        state: What :func:`lnschema_core.rows.unchanged.state` returns: what was read when it was the same needn't be read again.
    """
    touched = [file for file in files if not _is_as_committed(file, state)]
    for file in touched:
        file_saving.save_provenance(file)
    plain = [file for file in touched if file.family is None or file.family.previous is None]
    new = [file for file in plain if file._state.adding]
    if new:
        _insert_files(new)
    old = [file for file in plain if not file._state.adding and file.pending is None and file.family is None]
    lost = _update_rows(File, old)
    written = {id(file) for file in [*new, *old]} - {id(file) for file in lost}
    for file in touched:
        if id(file) not in written:
            file_saving.save_row(file)
    for file in touched:
        if file.pending is not None and file.pending.feature_sets:
            save_feature_sets(file.pending.feature_sets)
            link_feature_sets(file, file.pending.feature_sets)
        if file.pending is not None and file.pending.annotate is not None:
            file.pending.annotate()
    reproducing.link_runs(files)


def _is_as_committed(file: File, state: object) -> bool:
    """Whether nothing of a file has to be written but which run made it again."""
    return file.pending is None and file.family is None and as_read.is_as_read(file, state)


def _insert_files(files: Sequence[File]) -> None:
    """Insert rows of new files; a key that is taken is an error, since the content would be another's."""
    insert_new(File, files, refuse_conflicts=True)
    _mark_saved(files)
    for file in files:
        file.family = None


def _failure_message(saved: Sequence[File], failures: Sequence[tuple[BaseException, str]]) -> str:
    details = "\n\n".join(f"{error}\n\n{trace}" for error, trace in failures)
    if not saved:
        return f"No entries were uploaded or committed to the database. See error message:\n\n{details}"
    entries = "\n".join(f"- {', '.join(repr(file).split(', ')[:3])}, ...)" for file in saved)
    return (
        "The following entries have been successfully uploaded and committed to the database:\n"
        f"{entries}\nSee error message:\n\n{details}"
    )


# -- grouping ---------------------------------------------------------------------------------------------------------


def _unique_records(records: Registry | Iterable[Registry]) -> list[Any]:
    """The distinct records, in their order.

    Raises:
        TypeError: Something else is among them.
    """
    if isinstance(records, Registry):
        return [records]
    if isinstance(records, str) or not hasattr(records, "__iter__"):
        msg = f"pass a record or a list of records, not {records!r:.80}"
        raise TypeError(msg)
    records = list(records)
    kinds = set(map(type, records))
    if len(kinds) == 1 and issubclass(next(iter(kinds)), Registry):
        keys = {record.pk for record in records}
        if len(keys) == len(records) and None not in keys:
            return records
    unique = []
    known: dict[Any, set[Any]] = defaultdict(set)  # by registry: pairs of both would be looked at as possible garbage
    for record in records:
        if not isinstance(record, Registry):
            msg = f"pass records of registries only, not {record!r:.80}"
            raise NotRecords(msg)
        key = record.pk
        among, key = (known[None], id(record)) if key is None else (known[type(record)], key)
        if key not in among:
            among.add(key)
            unique.append(record)
    return unique


def _by_registry(records: Iterable[Any]) -> list[tuple[type[Registry], list[Any]]]:
    """Records by registry, those that others refer to first."""
    groups: dict[type[Registry], list[Any]] = {}
    for record in records:
        groups.setdefault(type(record), []).append(record)
    ordered: list[tuple[type[Registry], list[Any]]] = []
    waiting = dict(groups)
    while waiting:
        ready = [registry for registry in waiting if not (_targets(registry) - {registry}) & waiting.keys()]
        ordered += [(registry, waiting.pop(registry)) for registry in ready or list(waiting)[:1]]
    return ordered


def _targets(registry: type[Registry]) -> set[Any]:
    return {field.related_model for field in registry._meta.concrete_fields if field.is_relation}


def _has_own_save(registry: type[Registry]) -> bool:
    return registry.save is not Registry.save


def _accepted(verb: Callable[..., Any], arguments: dict[str, Any]) -> dict[str, Any]:
    """Those keyword arguments that a registry's own verb for saving names."""
    names = inspect.signature(verb).parameters
    return {name: value for name, value in arguments.items() if name in names}
