"""Every error that LaminDB raises on its own account.

Each class is also the builtin that callers would expect, so that code which catches ``ValueError`` or ``RuntimeError``
goes on working. Knows nothing but the standard library.
"""

from __future__ import annotations

from typing import Any


class LaminError(Exception):
    """Base of all errors raised by LaminDB."""


class PartialSuccess(LaminError):
    """Some of the things that were asked for were done, others could not be."""


# -- set-up -----------------------------------------------------------------------------------------------------------


class InstanceNotLoaded(LaminError, RuntimeError):
    """What is asked for needs an instance that isn't loaded: any, or the one that an address names."""


InstanceNotSetupError = InstanceNotLoaded  # the name in the public API


class InstanceNotFound(LaminError, RuntimeError):
    """The named instance is known neither here nor at the given address."""


class InstanceUnreachable(LaminError, RuntimeError):
    """The instance is known, but its database or storage can't be opened."""


class InstanceLockedException(LaminError, RuntimeError):
    """Somebody else works with an instance whose database is a file in a bucket."""


class InvalidInstanceName(LaminError, ValueError):
    """An instance name or identifier that can't be used."""


class InvalidSettings(LaminError, RuntimeError):
    """A settings file or a settings value that can't be understood."""


class InvalidDatabaseUrl(LaminError, ValueError):
    """A database address that can't be used."""


class SchemaNotInstalled(LaminError, ModuleNotFoundError):
    """A schema plug-in that the instance mounts is not importable."""


class SchemaNotUsable(LaminError, RuntimeError):
    """A schema plug-in is installed, but clashes with another one, needs another version of lamindb, or has broken migrations.

    ``name`` is its package, as that of ``SchemaNotInstalled`` is.
    """

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class SchemaInUse(LaminError, RuntimeError):
    """A schema can't be taken from an instance: others build on it."""


class InvalidSchemaName(LaminError, ValueError):
    """A name that a schema or registry can't have, or that is none of the mounted packages."""


class LoginError(LaminError, RuntimeError):
    """The user can't be logged in."""


class SettingsNotWritable(LaminError, PermissionError):
    """The folder for settings can't be written."""


# -- database ---------------------------------------------------------------------------------------------------------


class DatabaseBehind(LaminError, RuntimeError):
    """The database misses migrations of the installed library."""


class DatabaseAhead(LaminError, RuntimeError):
    """The database has migrations that the installed library doesn't know."""


class UnknownMigration(LaminError, ValueError):
    """No migration, or more than one, has the given name."""


class NotMoved(LaminError, RuntimeError):
    """An instance can't be dumped, restored or moved as asked; nothing was changed."""


class NoResultFound(LaminError):
    """A query that has to match one record matched none."""


class MultipleResultsFound(LaminError):
    """A query that has to match one record matched several."""


class ValidationError(LaminError):
    """A record or value is not validated, that is, not saved in its registry."""


class SpeciesRequired(LaminError, AssertionError, RuntimeError):
    """Records of the registry belong to a species, and none was passed or set."""


class UnknownSpecies(LaminError, ValueError, AssertionError):
    """A species is neither in its registry nor in a public source."""


class OneFieldOnly(LaminError, TypeError, AssertionError):
    """Several fields are passed where one is to be matched."""


class CriteriaNotMet(ValidationError, ValueError):
    """Data don't meet the criteria that they are held to; ``report`` tells which values, where and why."""

    def __init__(self, message: str, report: object = None) -> None:
        super().__init__(message)
        self.report = report


class InvalidCriteria(LaminError, ValueError):
    """A file or dictionary of criteria can't be understood."""


class InvalidSynonym(LaminError, ValueError, AssertionError):
    """A synonym that can't be stored."""


class NoSuchColumn(LaminError, KeyError, AssertionError):
    """A public ontology has no such column."""

    def __str__(self) -> str:
        return str(self.args[0])


class NoSuchSource(LaminError, ValueError, KeyError):
    """No source of a public ontology is known that matches."""

    def __str__(self) -> str:
        return str(self.args[0])


class InvalidSource(LaminError, ValueError):
    """A source of a public ontology that can't be registered or compared as asked."""


class SynonymConflict(SystemExit, ValueError):
    """A synonym already belongs to another record of the registry.

    Also a ``SystemExit`` whose ``code`` is ``AssertionError``: that is what callers of the API have always caught.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.code: Any = AssertionError


class EmptyInput(LaminError, ValueError, IndexError):
    """A list that needs at least one element is empty."""


class MissingData(LaminError, KeyError, TypeError):
    """The data that a file, dataset or feature set is to be made of is not passed."""

    def __str__(self) -> str:
        return str(self.args[0])


class NotStorable(LaminError, ValueError):
    """A value that the database can't store."""


class NotRecords(LaminError, TypeError, AttributeError):
    """Something else than a record is passed where records are saved."""


class NotFiles(LaminError, TypeError, AssertionError):
    """A dataset is to be made of something else than files."""


# -- storage and formats ----------------------------------------------------------------------------------------------


class StorageError(LaminError, RuntimeError):
    """Bytes can't be read from or written to a storage location."""


class InvalidStorage(StorageError, ValueError):
    """What is passed as storage can't be the address of a storage location."""


class StorageNotWritable(StorageError, PermissionError):
    """A storage location refuses to be written."""


class DigestMismatch(StorageError):
    """Bytes that arrived differ from the bytes that were announced."""


class SourceChanged(StorageError):
    """A file was modified while it was being registered."""


class DuplicateContent(LaminError, RuntimeError):
    """The content of a new file is registered already, and the session wants that to be an error."""


class ObjectChanged(StorageError):
    """An object was written by somebody else since it was read; nothing was overwritten."""


class NotRestorable(StorageError):
    """Something that was deleted can't be restored: its content is gone, or its place is taken."""


class InvalidKey(LaminError, ValueError, AssertionError):
    """A key that is empty, absolute or leaves its storage location."""


class UnsupportedFormat(LaminError, NotImplementedError):
    """No reader or writer is known for this object or suffix."""


class UnreadableFile(LaminError, ValueError, OSError):
    """A file is damaged, or its content isn't what its suffix says."""


class UnreadableData(LaminError, ValueError):
    """The content of a file isn't what its suffix says, or is broken."""


class MissingExtra(LaminError, ImportError):
    """An optional dependency is not installed; the message has the ``pip install`` line."""


# -- provenance -------------------------------------------------------------------------------------------------------


class TrackingError(LaminError, RuntimeError):
    """The current notebook or script can't be tracked."""


class NotReplayable(LaminError, RuntimeError):
    """A run can't be run again: its source is not there, or it fails."""


class UpdateNbWithNonInteractiveEditorError(TrackingError):
    """The editor can't be asked to write the notebook's metadata."""


class NotebookNotSavedError(TrackingError):
    """The notebook has unsaved changes."""


class NoTitleError(TrackingError):
    """The notebook has no title."""
