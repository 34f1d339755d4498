"""SQLite databases that lie in a bucket: a working copy on this machine, a lock in the bucket, and no silent overwriting.

All processes that use a working copy share one lock, which is an object in the bucket. The first that opens the instance makes it
and fetches the database; the last that closes it sends the database, if it was changed, and removes the lock. The database is only
ever sent in place of the version that was fetched. If all processes were killed, the lock stays: whoever opens the working copy next
goes on with it. If somebody broke the lock meanwhile, what wasn't sent is kept beside the working copy. Knows no Django.
"""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
import threading
import time
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import InstanceLockedException, InstanceUnreachable, ObjectChanged, StorageError, StorageNotWritable
from lamindb.io import conditional, locking, paths
from lamindb.io.placing import explaining, place, sync_file, sync_folder
from lamindb.setup import sqlite_files

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

    from upath import UPath

    from lamindb.setup.instances import InstanceSettings

# of the file header: change counter, schema cookie, and when they were valid; a copy has others than the original
_VOLATILE = ((24, 28), (40, 44), (92, 96))  # https://sqlite.org/fileformat2.html#the_database_header


@dataclass(frozen=True)
class Lock:
    """Who works with a database.

    Attributes:
        token: What tells one session from another.
        user: Their handle.
        id: Their id.
        name: Their name.
        host: The machine.
        since: Since when, in local time of that machine.
    """

    token: str
    user: str
    id: str
    name: str | None
    host: str
    since: str

    def message(self, instance: InstanceSettings) -> str:
        """What to tell who comes second."""
        return (
            f"it is locked by '{self.user}' (id: '{self.id}', name: '{self.name}'). They work on {self.host} since {self.since}: "
            f"wait until they have finished; if nobody works there any more, break the lock: lamin load {instance.db} --break-lock"
        )


@dataclass(frozen=True)
class _Hindrance:
    """What keeps this process from having the lock although nobody else has it."""

    reason: str
    token: None = None

    def message(self, _: InstanceSettings) -> str:
        """What to tell who may only read."""
        return self.reason


@dataclass
class _Known:
    """What is known of a working copy, kept beside it.

    Attributes:
        token: The lock that it is used with, ``None`` if it isn't in use.
        version: The version in the bucket that it was fetched as or sent as.
        digest: The digest that it had then.
        sending: The digest of what was being sent when this was written.
    """

    token: str | None = None
    version: str | None = None
    digest: str | None = None
    sending: str | None = None


class _Session:
    """This process's use of a working copy."""

    def __init__(self, instance: InstanceSettings, users: TextIO, *, lock: Lock | _Hindrance | None) -> None:
        self.instance = instance
        self.users = users
        self.lock = lock
        """Who else has the lock, or why we can't; None if it is ours."""
        self.process = os.getpid()


_open: dict[str, _Session] = {}


# -- places -----------------------------------------------------------------------------------------------------------


def _remote(instance: InstanceSettings) -> UPath:
    return paths.to_path(instance.db)


def _lock_path(instance: InstanceSettings) -> UPath:
    root, _, name = instance.db.rpartition("/")
    return paths.path_of_key(paths.to_path(root), f".lamindb/locks/{name.removesuffix('.lndb')}.json")


def _beside(instance: InstanceSettings, name: str) -> Path:
    working = instance.sqlite_file
    return working.with_name(f"{working.name}.{name}")


# -- open -------------------------------------------------------------------------------------------------------------


def begin(instance: InstanceSettings, *, user: Any) -> str | None:
    """Have a working copy of the database, and the lock if nobody else has it.

    Args:
        instance: The instance.
        user: The settings of the current user.

    Returns:
        Why the database can only be read, ``None`` if it may be written.

    Raises:
        StorageError: The bucket can't be reached.
    """
    key = str(instance.sqlite_file)
    session = _open.get(key)
    if session is None or session.process != os.getpid():
        with _gate(instance):
            users = _beside(instance, "users").open("w")
            try:
                lock = _enter(instance, user, is_first=locking.try_lock(users))
            except BaseException:
                users.close()
                raise
            locking.share(users)
        session = _open[key] = _Session(instance, users, lock=lock)
        _send_at_exit()
    if session.lock is None:
        return None
    return f"The instance {instance.identifier} can only be read: {session.lock.message(instance)}"


def _enter(instance: InstanceSettings, user: Any, *, is_first: bool) -> Lock | _Hindrance | None:
    """Take the lock, and bring the working copy up to date.

    Returns:
        Who else has the lock, or why this process can't have it.
    """
    known = _read_known(instance)
    holder: Lock | _Hindrance | None = _holder(instance)
    if holder is not None and holder.token == known.token:
        return None  # of processes that are at work on this working copy, or were killed
    if holder is None:
        known.token = secrets.token_hex(8)
        _write_known(instance, known)  # first, so that a lock is never forgotten
        holder = _take_lock(instance, user, known.token)
    if is_first:
        _refresh(instance, known, is_ours=holder is None)
    elif holder is None and conditional.version_of(_remote(instance)) != known.version:
        holder = _Hindrance(
            "other processes of this machine have a former version of it open. End them, then try again"
        )
        _remove_lock(instance)
    if holder is not None:
        known.token = None
    _write_known(instance, known)
    return holder


def _holder(instance: InstanceSettings) -> Lock | None:
    path = _lock_path(instance)
    with explaining(path, "read"):
        try:
            return Lock(**json.loads(path.fs.cat_file(path.path)))
        except FileNotFoundError:
            return None


def _take_lock(instance: InstanceSettings, user: Any, token: str) -> Lock | _Hindrance | None:
    """Make the lock; who may not write, or comes second, gets what prevents it."""
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    lock = Lock(token, user.handle or getpass.getuser(), user.id, user.name, socket.gethostname(), since)
    try:
        conditional.write(_lock_path(instance), json.dumps(asdict(lock)).encode(), version=None)
    except ObjectChanged:
        return _holder(instance) or _take_lock(instance, user, token)
    except StorageNotWritable:
        log.warning("read-only access - did not access locker")
        reason = f"you may not write to {instance.db.rpartition('/')[0]}. Ask who owns the bucket for the permission"
        return _Hindrance(reason)
    return None


def _refresh(instance: InstanceSettings, known: _Known, *, is_ours: bool) -> None:
    """Fetch the database unless the working copy is the version that is in the bucket."""
    working, remote = instance.sqlite_file, _remote(instance)
    version = conditional.version_of(remote)
    if version is None or (version == known.version and working.exists()):
        return
    _keep_unsent(instance, known)
    locking_too = " & locking cloud SQLite (sync back & unlock: lamin close)" if is_ours else ""
    log.warning(f"updating local SQLite{locking_too}")
    found = conditional.read(remote)
    if found is None:
        return
    content, known.version = found
    sqlite_files.remove(working)
    temporary = _beside(instance, f"{secrets.token_hex(4)}.part")
    temporary.write_bytes(content)
    sync_file(temporary)
    place(temporary, working)
    known.digest = _digest(_snapshot(instance))


def _keep_unsent(instance: InstanceSettings, known: _Known) -> None:
    """Move a working copy aside that was changed, but not sent before somebody else sent another one."""
    working = instance.sqlite_file
    if not working.exists() or _digest(_snapshot(instance)) == known.digest:
        return
    kept = _beside(instance, f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}.unsent")
    sqlite_files.back_up(working, kept)
    sqlite_files.remove(working)
    log.warning(
        f"somebody broke the lock of {instance.identifier} before all that was saved here had been sent: it is kept in {kept}; "
        f"copy it to a folder as {instance.name}.lndb and load that, to see what is in it"
    )


# -- send and close ---------------------------------------------------------------------------------------------------


def send(instance: InstanceSettings) -> None:
    """Send the database to the bucket, if this working copy has the lock and was changed.

    Raises:
        ObjectChanged: The database in the bucket isn't the one that was fetched; what wasn't sent is kept on this machine.
        StorageError: It can't be sent now; the next process that opens the instance here will.
    """
    try:
        _send(instance)
    except ObjectChanged as error:
        _keep_unsent(instance, _read_known(instance))
        _write_known(instance, _Known())
        msg = (
            f"what was saved in {instance.identifier} could not be sent, since somebody broke the lock and changed the database; "
            f"it is kept on this machine, beside {instance.sqlite_file}"
        )
        raise ObjectChanged(msg) from error


def send_committed(instance: InstanceSettings) -> None:
    """Send what was just committed; what can't be sent stays on this machine, and is sent with the next commit or at the end.

    Raises:
        StorageError: It can't be sent now.
    """
    try:
        with _gate(instance):
            _send(instance)
    except ObjectChanged as error:
        msg = (
            f"what was just saved in {instance.identifier} is on this machine only, since somebody broke the lock and changed the "
            "database: close the instance, which keeps it in a file of its own"
        )
        raise ObjectChanged(msg) from error
    except StorageError as error:
        msg = (
            f"what was just saved in {instance.identifier} is on this machine only: {error}. It will be sent with what is saved next, "
            "at the latest when the instance is closed"
        )
        raise StorageError(msg) from error


def _send(instance: InstanceSettings) -> None:
    known = _read_known(instance)
    if known.token is None or not instance.sqlite_file.exists():
        return
    content = _snapshot(instance)
    digest = _digest(content)
    if digest == known.digest:
        return
    _check_lock(instance, known)
    if known.sending is not None:
        _adopt_what_was_sent(instance, known)
    known.sending = digest
    _write_known(instance, known)
    version = conditional.write(_remote(instance), content, version=known.version)
    _write_known(instance, _Known(known.token, version, digest))


def _adopt_what_was_sent(instance: InstanceSettings, known: _Known) -> None:
    """Know the version in the bucket if a process sent it that was killed before it knew."""
    found = conditional.read(_remote(instance))
    if found is not None and _digest(found[0]) == known.sending:
        known.version = found[1]


def _check_lock(instance: InstanceSettings, known: _Known) -> None:
    """See that nobody else has the lock; if it was broken and nobody took it, the version decides."""
    holder = _holder(instance)
    if holder is not None and holder.token != known.token:
        msg = f"the lock of {instance.identifier} is another one"
        raise ObjectChanged(msg)


def end() -> None:
    """Let go of all working copies of this process; the last process sends the database and removes the lock.

    Raises:
        StorageError: It can't be sent now.
    """
    for key, session in list(_open.items()):
        del _open[key]
        if session.process != os.getpid():
            continue
        with _gate(session.instance):
            try:
                if session.lock is None and locking.try_lock(session.users):
                    log.warning(
                        f"updating & unlocking cloud SQLite '{_remote(session.instance)}' of instance "
                        f"'{session.instance.identifier}'"
                    )
                    send(session.instance)
                    _unlock(session.instance)
            finally:
                session.users.close()


@cache
def _send_at_exit() -> None:
    """Send what was saved when the process ends, unless it does so before."""
    # functions of `atexit` are called when no thread can be started any more, which clients of object stores need
    threading._register_atexit(_end_at_exit)  # type: ignore[attr-defined] # noqa: SLF001


def _end_at_exit() -> None:
    try:
        end()
    except StorageError as error:
        log.error(f"{error}")


def _unlock(instance: InstanceSettings) -> None:
    known = _read_known(instance)
    holder = _holder(instance)
    if holder is not None and holder.token == known.token:
        _remove_lock(instance)
    known.token = None
    _write_known(instance, known)


def break_lock(instance: InstanceSettings) -> None:
    """Remove the lock, whoever has it; what they haven't sent is kept on their machine.

    Raises:
        StorageError: It can't be removed.
    """
    holder = _holder(instance)
    if holder is not None and holder.token != _read_known(instance).token:
        _remove_lock(instance)
        log.warning(f"broke the lock of '{holder.user}' on {holder.host} since {holder.since}")


def _remove_lock(instance: InstanceSettings) -> None:
    path = _lock_path(instance)
    with explaining(path, "deleted"):
        path.fs.rm_file(path.path)


def delete(instance: InstanceSettings) -> bool:
    """Delete a database in a bucket with its lock.

    Returns:
        Whether there was one.

    Raises:
        StorageError: It can't be deleted.
    """
    path = _remote(instance)
    was_there = conditional.version_of(path) is not None
    if was_there:
        with explaining(path, "deleted"):
            path.fs.rm_file(path.path)
    if _holder(instance) is not None:
        _remove_lock(instance)
    return was_there


def refuse_locked(instance: InstanceSettings) -> None:
    """Refuse to load an instance that somebody else works with.

    Raises:
        InstanceLockedException: Somebody does.
    """
    session = _open.get(str(instance.sqlite_file))
    if session is not None and isinstance(session.lock, Lock):
        msg = f"Cannot load the instance, {session.lock.message(instance)}"
        raise InstanceLockedException(msg)


# -- the working copy -------------------------------------------------------------------------------------------------


def _snapshot(instance: InstanceSettings) -> bytes:
    """The database as it is at one moment."""
    copy = _beside(instance, f"{secrets.token_hex(4)}.copy")
    sqlite_files.back_up(instance.sqlite_file, copy)
    try:
        return copy.read_bytes()
    finally:
        sqlite_files.remove(copy)


def _digest(content: bytes) -> str:
    header = bytearray(content[:100])
    for start, end in _VOLATILE:
        header[start:end] = bytes(end - start)
    return conditional.digest(bytes(header) + content[100:])


def _read_known(instance: InstanceSettings) -> _Known:
    try:
        return _Known(**json.loads(_beside(instance, "known.json").read_text(encoding="utf-8")))
    except FileNotFoundError:
        return _Known()


def _write_known(instance: InstanceSettings, known: _Known) -> None:
    path = _beside(instance, "known.json")
    temporary = path.with_suffix(".part")
    temporary.write_text(json.dumps(asdict(known)), encoding="utf-8")
    sync_file(temporary)  # else a loss of power could leave a lock in the bucket that nobody here knows to be ours
    place(temporary, path)
    sync_folder(path.parent)


# -- processes of this machine ----------------------------------------------------------------------------------------


@contextmanager
def _gate(instance: InstanceSettings) -> Iterator[None]:
    """Let one process at a time open or close a working copy."""
    if not locking.IS_SUPPORTED:
        msg = f"{instance.identifier} has its database in a bucket, which doesn't work on Windows: use Postgres"
        raise StorageError(msg)
    path = _beside(instance, "gate")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        locking.lock(file)
        yield


def fetch_copy(instance: InstanceSettings, folder: Path) -> Path:
    """Copy the database of an instance to a folder, for a look at what it says.

    Raises:
        InstanceUnreachable: There is none.
    """
    found = conditional.read(_remote(instance))
    if found is None:
        msg = f"There is no database {_remote(instance)}."
        raise InstanceUnreachable(msg)
    path = folder / f"{instance.name}.lndb"
    path.write_bytes(found[0])
    return path
