"""What this machine knows of its copy of a database in a bucket outlives a loss of power."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace

from lamindb.setup import cloud_sqlite


def test_notes_are_on_disk_before_and_after_they_get_their_name(tmp_path: Path, monkeypatch) -> None:
    """First their bytes, then their name: a lock whose owner forgot it could only be broken by hand."""
    events: list[int | str] = []
    replace = Path.replace
    monkeypatch.setattr(os, "fsync", lambda descriptor: events.append(os.fstat(descriptor).st_ino))
    monkeypatch.setattr(Path, "replace", lambda path, target: (events.append("named"), replace(path, target)))
    instance = SimpleNamespace(sqlite_file=tmp_path / "mine.lndb")
    cloud_sqlite._write_known(instance, cloud_sqlite._Known(token="t", version="v"))
    notes = tmp_path / "mine.lndb.known.json"
    assert events == [notes.stat().st_ino, "named", tmp_path.stat().st_ino]
    assert cloud_sqlite._read_known(instance).token == "t"
