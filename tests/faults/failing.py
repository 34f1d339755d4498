"""Letting one call to the system or to the database fail: the first, the second, and so on."""

from __future__ import annotations

import errno
import io
import os
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any

from django.db import OperationalError, connection

from lamindb.io.transfer import files, folders

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

CALLS = (
    (io, "open"),
    *(
        (os, name)
        for name in ("open", "fsync", "fstat", "stat", "replace", "rename", "link", "mkdir", "unlink", "rmdir")
    ),
    (os, "scandir"),
    (files, "write_all"),
    (folders, "write_all"),
)
"""What is called where bytes are written, moved and looked at."""


class Failing:
    """Lets the n-th of all calls fail, and tells which it was."""

    def __init__(self, n: int) -> None:
        self._n = n
        self._number = 0
        self.failed: str | None = None

    def call(self, name: str, error: Exception) -> None:
        """Count a call."""
        self._number += 1
        if self._number == self._n:
            self.failed = name
            raise error

    def wrapped(self, name: str, original: Callable[..., Any]) -> Callable[..., Any]:
        """A call to the system that may fail."""

        def failing(*args: Any, **kwargs: Any) -> Any:
            path = args[0] if args and isinstance(args[0], (str, bytes, os.PathLike)) else None
            self.call(f"{name}({path or ''})", OSError(errno.EIO, os.strerror(errno.EIO), path))
            return original(*args, **kwargs)

        return failing

    def execute(self, execute: Callable[..., Any], sql: str, *others: Any) -> Any:
        """A statement that may fail."""
        self.call(sql, OperationalError("disk I/O error"))
        return execute(sql, *others)


@contextmanager
def installed(failing: Failing, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let calls fail within the block."""
    with monkeypatch.context() as patch, connection.execute_wrapper(failing.execute):
        for owner, name in CALLS:
            patch.setattr(owner, name, failing.wrapped(name, getattr(owner, name)))
        commit = connection._commit
        patch.setattr(
            connection, "_commit", lambda: (failing.call("COMMIT", OperationalError("disk I/O error")), commit())
        )
        yield


def fail_at_every_call(
    verb: Callable[[Any], object], prepare: Callable[[], Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[str, Exception | None]]:
    """Prepare, then do something of which one call fails, one call later each time.

    Yields:
        The call that failed and the error that came of it, until none failed.
    """
    for n in count(1):
        subject = prepare()
        failing, error = Failing(n), None
        with installed(failing, monkeypatch):
            try:
                verb(subject)
            except Exception as caught:  # noqa: BLE001 - the test looks at it
                error = caught
        if failing.failed is None:
            assert error is None
            return
        yield failing.failed, error
