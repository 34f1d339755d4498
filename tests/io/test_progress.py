"""Progress bars: for people only, and only where it takes long."""

from __future__ import annotations

import io
import sys

import pytest

from lamindb import log
from lamindb.io import progress
from lamindb.io.progress import continued, silenced


class Terminal(io.StringIO):
    """A stream that people watch."""

    def isatty(self):
        """Somebody watches."""
        return True


@pytest.fixture
def watch(monkeypatch):
    """Put standard error on a terminal, where bars appear at once."""
    return lambda: _terminal(monkeypatch)


def _terminal(monkeypatch):
    stream = Terminal()
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "DELAY", 0)
    return stream


def work(total=3_000_000):
    """Something in three steps."""
    with progress.progress(total, "storing x.csv") as update:
        for _ in range(3):
            update(total // 3)


def test_terminal_sees_what_is_done(watch):
    """On a terminal the bar has the description and the amount."""
    terminal = watch()
    work()
    assert "storing x.csv" in terminal.getvalue()
    assert "3.00M" in terminal.getvalue()


def test_quick_work_shows_nothing(watch, monkeypatch):
    """Work that takes less than a second shows no bar."""
    terminal = watch()
    monkeypatch.setattr(progress, "DELAY", 1.0)
    work()
    assert "storing" not in terminal.getvalue()


def test_files_and_pipes_see_nothing(monkeypatch):
    """Where nobody watches, nothing is written, and there may be no stream at all."""
    stream = io.StringIO()
    monkeypatch.setattr(progress, "DELAY", 0)
    for stderr in (stream, None):
        monkeypatch.setattr(sys, "stderr", stderr)
        work()
    assert stream.getvalue() == ""


def test_bars_can_be_silenced(watch):
    """Bars are off within a block, and at verbosity 0."""
    terminal = watch()
    with silenced():
        work()
    with log.muted():
        work()
    assert terminal.getvalue() == ""
    work()
    assert terminal.getvalue() != ""


def test_part_of_larger_work_tells_the_larger(watch):
    """Work that is part of something larger has no bar of its own."""
    terminal = watch()
    told = []
    with continued(told.append, 10, "part") as update:
        update(4)
    assert told == [4]
    assert "part" not in terminal.getvalue()


def test_notebook_without_widgets_has_the_bar_of_a_terminal(watch, monkeypatch):
    """Without the warning of tqdm, which looks for widgets when it is imported for notebooks."""
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    terminal = watch()
    work()
    assert "storing x.csv" in terminal.getvalue()
