"""Standard output and error of one call: masked, quiet about a closed pipe, and never failing on a character."""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lamindb.text.masking import Masker


class ClosedPipe(BaseException):
    """The reader of our output has gone, as ``head`` does; not an error, but nothing is left to do."""


class GuardedStream:
    """A text stream that masks secrets and reports a closed pipe as :class:`ClosedPipe`."""

    def __init__(self, stream: TextIO, masker: Masker) -> None:
        self._stream = stream
        self._masker = masker

    def write(self, text: str) -> int:
        """Write text with its secrets masked."""
        self.write_data(self._masker.mask(text))
        return len(text)

    def write_data(self, text: str) -> None:
        """Write text as it is."""
        try:
            self._stream.write(text)
        except BrokenPipeError as error:
            raise ClosedPipe from error

    def writelines(self, lines: list[str]) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Hand everything over to the operating system."""
        try:
            self._stream.flush()
        except BrokenPipeError as error:
            raise ClosedPipe from error

    @property
    def is_unicode(self) -> bool:
        """Whether every character can be written as it is."""
        return (self._stream.encoding or "").lower().startswith("utf")

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def guarded(masker: Masker) -> Iterator[tuple[GuardedStream, GuardedStream]]:
    """Guard standard output and error within the block, and flush them at its end."""
    out = GuardedStream(_standard(sys.stdout), masker)
    err = GuardedStream(_standard(sys.stderr), masker)
    with redirect_stdout(cast("TextIO", out)), redirect_stderr(cast("TextIO", err)):
        yield out, err
        out.flush()
        err.flush()


def _standard(stream: TextIO | None) -> TextIO:
    """The stream, able to write every character; a sink when the process was started without it."""
    if stream is None:
        return Path(os.devnull).open("w", encoding="utf-8")
    if isinstance(getattr(stream, "buffer", None), io.RawIOBase):
        # PYTHONUNBUFFERED, as in most containers: what one write to the system leaves over would be lost
        return os.fdopen(stream.fileno(), "w", 1, encoding=stream.encoding, errors="backslashreplace", closefd=False)
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    return stream


def abandon_output() -> None:
    """Send what is still buffered nowhere, so that the interpreter's last flush can't fail."""
    for stream in (sys.stdout, sys.stderr):
        try:
            descriptor = stream.fileno()
        except (OSError, ValueError, AttributeError):
            continue  # not a file of the operating system: nothing to flush at exit
        sink = os.open(os.devnull, os.O_WRONLY)
        os.dup2(sink, descriptor)
        os.close(sink)
