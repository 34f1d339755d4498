"""Uploads to GCS in blocks: they go on in another process, whatever part of a block has arrived."""

from __future__ import annotations

import json
import os
import stat
import time

import pytest
from upath import UPath

from lamindb.errors import DigestMismatch, StorageError
from lamindb.io import faults, hashing, locking, sessions, transfer
from lamindb.io.hashing import digest_file
from tests.servers import gcs
from tests.servers.middleware import Counting

BLOCK = 256 * 1024
SIZE = 5 * BLOCK + 1000


class Stopped(Exception):
    """What ends an upload in the middle."""


@pytest.fixture(scope="module")
def server():
    """A GCS server, and what stands before it."""
    found = {}

    def remember(store):
        found["store"] = store
        found["counting"] = counting = Counting()
        return counting(store)

    with gcs.running_behind(remember) as endpoint:
        gcs.make_bucket(endpoint, "lab")
        yield endpoint, found["store"], found["counting"]


@pytest.fixture
def target(server, monkeypatch, request):
    """A place in a bucket where files of more than a byte are sent in small blocks."""
    monkeypatch.setattr(hashing, "THRESHOLD", 1)
    monkeypatch.setattr(sessions, "_BLOCK", BLOCK)
    return UPath(f"gs://lab/{request.node.name}", endpoint_url=server[0], **gcs.OPTIONS)


@pytest.fixture
def source(tmp_path):
    """A file of several blocks."""
    path = tmp_path / "source.bin"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def options(source, tmp_path):
    """What lets an upload go on."""
    return {"expected": digest_file(source), "notes": tmp_path / "notes"}


def stop(source, target, options, *, blocks, monkeypatch):
    """Begin an upload that ends after some blocks, as if the process was killed: nothing is tidied up."""
    send, sent = sessions.SessionUpload._send, []

    def sending(upload, block):
        if len(sent) == blocks:
            upload._notes.close(forget=False)  # as the system does
            upload._notes = upload._upload = None
            raise Stopped
        sent.append(block)
        send(upload, block)

    with monkeypatch.context() as context:
        context.setattr(sessions.SessionUpload, "_send", sending)
        with pytest.raises(StorageError):
            transfer.store_file(source, target, **options)


def test_upload_goes_on(server, target, source, options, monkeypatch):
    """Blocks that have arrived aren't sent again, and what is known of the upload is for its owner only until it is done."""
    _, _, counting = server
    stop(source, target, options, blocks=3, monkeypatch=monkeypatch)
    (notes,) = options["notes"].iterdir()
    assert stat.S_IMODE(notes.stat().st_mode) == 0o600
    assert not target.exists()
    before = counting.sent
    transfer.store_file(source, target, **options)
    assert counting.sent - before == SIZE - 3 * BLOCK
    assert target.read_bytes() == source.read_bytes()
    assert list(options["notes"].iterdir()) == []


def test_store_may_take_a_part_of_a_block(server, target, source, options, monkeypatch):
    """What the store says has arrived is what is believed, also when the upload goes on amid a block."""
    _, store, _ = server
    monkeypatch.setattr(store, "most", BLOCK // 2)
    stop(source, target, options, blocks=1, monkeypatch=monkeypatch)
    monkeypatch.setattr(sessions, "_BLOCK", 3 * BLOCK)
    transfer.store_file(source, target, **options)
    assert target.read_bytes() == source.read_bytes()


def test_bytes_of_another_file_become_no_object(target, source, options, monkeypatch):
    """If what arrived before was something else, the object is removed, and saving again sends all."""
    content = source.read_bytes()
    source.write_bytes(b"x" * SIZE)  # after it was registered, and nobody could look before the end
    stop(source, target, options, blocks=2, monkeypatch=monkeypatch)
    source.write_bytes(content)
    with pytest.raises(DigestMismatch, match="save again"):
        transfer.store_file(source, target, **options)
    assert not target.exists()
    transfer.store_file(source, target, **options)
    assert target.read_bytes() == content


def test_session_that_is_gone_begins_anew(target, source, options, monkeypatch):
    """An upload that the store has forgotten is another one."""
    stop(source, target, options, blocks=2, monkeypatch=monkeypatch)
    (notes,) = options["notes"].iterdir()
    noted = json.loads(notes.read_text())
    notes.write_text(json.dumps(noted | {"session": f"{noted['session']}gone"}) + "\n")
    transfer.store_file(source, target, **options)
    assert target.read_bytes() == source.read_bytes()


def test_session_that_is_over_begins_anew(server, target, source, options, monkeypatch):
    """The store may also say that it has expired."""
    _, store, _ = server
    stop(source, target, options, blocks=2, monkeypatch=monkeypatch)
    monkeypatch.setattr(store, "refusals", ["410 Gone"])
    transfer.store_file(source, target, **options)
    assert target.read_bytes() == source.read_bytes()


def test_upload_that_cannot_be_asked_for_is_not_given_up(server, target, source, options, monkeypatch):
    """What a store or a network refuses for a while is an error; what has arrived isn't sent again afterwards."""
    _, store, counting = server
    stop(source, target, options, blocks=3, monkeypatch=monkeypatch)
    monkeypatch.setattr(store, "refusals", ["403 Forbidden"])
    before = counting.sent
    with pytest.raises(StorageError):
        transfer.store_file(source, target, **options)
    transfer.store_file(source, target, **options)
    assert counting.sent - before == SIZE - 3 * BLOCK
    assert target.read_bytes() == source.read_bytes()


def test_session_that_takes_nothing_is_left(server, target, source, options, monkeypatch):
    """As a store answers after a session was cancelled; the next try begins anew."""
    _, store, _ = server
    stop(source, target, options, blocks=1, monkeypatch=monkeypatch)
    monkeypatch.setattr(store, "refusals", ["499 Client Closed Request"] * 2)
    with pytest.raises(StorageError, match="takes no more bytes"):
        transfer.store_file(source, target, **options)
    transfer.store_file(source, target, **options)
    assert target.read_bytes() == source.read_bytes()


def test_old_notes_are_removed_when_new_ones_are_written(target, source, options, tmp_path):
    """Nobody goes on after a month; notes of last week, and those of an upload that is going on, stay."""
    options["notes"].mkdir()
    old, busy, recent = (options["notes"] / f"{name}.jsonl" for name in ("old", "busy", "recent"))
    for path, days in ((old, 31), (busy, 31), (recent, 8)):
        path.write_text("{}")
        os.utime(path, (time.time() - days * 86400,) * 2)
    with busy.open() as file:
        locking.lock(file)
        transfer.store_file(source, target, **options)
    assert sorted(path.name for path in options["notes"].iterdir()) == ["busy.jsonl", "recent.jsonl"]


def test_interrupted_upload_without_notes_leaves_nothing(server, target, source):
    """Who can't go on later cancels the session."""
    _, store, _ = server
    before = store.sessions

    def interrupt(name):
        if name == "store.checked":
            raise KeyboardInterrupt

    with faults.hooked(interrupt), pytest.raises(KeyboardInterrupt):
        transfer.store_file(source, target)
    assert store.sessions == before
    assert not target.exists()


def test_discarded_upload_is_cancelled(server, target, source, options):
    """An upload whose row isn't committed leaves no object, no session and no notes."""
    _, store, _ = server
    before = store.sessions
    upload = transfer.begin_upload(source, target, **options)
    upload.discard()
    assert store.sessions == before
    assert not target.exists()
    assert list(options["notes"].iterdir()) == []
