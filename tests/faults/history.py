"""A client that does random things to an instance which others use, too; prints what it was told, for a check afterwards.

Run as ``python -m tests.faults.history SECONDS NUMBER [STORAGE]`` in the environment of a user. A storage location that is named may fail:
what it refused may have been done or not.
"""

from __future__ import annotations

import json
import random
import sys
import time
from itertools import chain
from pathlib import Path

from django.db import IntegrityError

SHARED = 12  # names that all clients make


def main(seconds: float, number: int, storage: str | None = None) -> None:
    """Do everything once, unless that may take long, and anything for so many seconds; print what was answered, as lines of JSON."""
    import lamindb as ln
    from lamindb import log

    log.set_verbosity("error")
    client = Client(ln, random.Random(number), number, refusals=(OSError, RuntimeError) if storage else ())
    while storage:
        try:
            ln.settings.storage = storage
        except client.refusals:
            continue
        break
    verbs = [
        client.share,
        client.share_many,
        client.make,
        client.rename,
        client.follow,
        client.link,
        client.remove,
        client.store,
        client.replace,
        client.discard,
        client.store_shared,
        client.follow_file,
    ]
    end = time.monotonic() + seconds
    for verb in chain(
        () if storage else verbs, iter(lambda: client.rng.choice(verbs) if time.monotonic() < end else None, None)
    ):
        for answer in verb():
            print(json.dumps(answer), flush=True)  # noqa: T201 - the output of the client


class Client:
    """One of several writers; its storage location answers some requests with the given errors."""

    def __init__(self, ln, rng, number, refusals=()):
        self.ln, self.rng, self.number, self.refusals = ln, rng, number, refusals
        self.count = 0
        self.own = {}
        self.files = []

    def share(self):
        """Make a label that others make as well."""
        label = self.ln.ULabel(name=f"shared {self.rng.randrange(SHARED)}")
        self.ln.save([label])
        yield "has", label.name, label.id

    def share_many(self):
        """Make several such labels in one call."""
        names = [f"shared {number}" for number in range(SHARED)]
        labels = [self.ln.ULabel.from_fields(name=name) for name in self.rng.sample(names, 5)]
        self.ln.save(labels)
        yield from (("has", label.name, label.id) for label in labels)

    def make(self):
        """Make a label of one's own, and read it."""
        self.count += 1
        label = self.ln.ULabel(name=f"own {self.number} {self.count}")
        label.save()
        assert self.ln.ULabel.filter(name=label.name).one().id == label.id, "a client doesn't read what it wrote"
        self.own[label.id] = label
        yield "has", label.name, label.id

    def rename(self):
        """Give a label of one's own another name."""
        if self.own:
            label = self.rng.choice(list(self.own.values()))
            before = label.name
            self.count += 1
            label.name = f"own {self.number} {self.count}"
            label.save()
            yield "lacks", before, label.id
            yield "has", label.name, label.id

    def remove(self):
        """Delete a label of one's own."""
        if self.own:
            label_id, label = self.own.popitem()
            name = label.name
            label.delete()
            yield "lacks", name, label_id

    def follow(self):
        """Make a new version of a transform that others follow as well."""
        latest = self.ln.Transform.filter(name="pipeline").order_by("-created_at").first()
        new = self.ln.Transform(name="pipeline", is_new_version_of=latest)
        new.save()
        yield "version", new.version, new.id

    def link(self):
        """Link a label to another one."""
        child = self.ln.ULabel.filter(name__startswith="shared").first()
        if child is not None and self.own:
            label = self.rng.choice(list(self.own.values()))
            label.parents.add(child)
            assert child in label.parents.list(), "a client doesn't read what it linked"
            yield "linked", label.id, child.id

    def store(self):
        """Store a file of one's own, and read it."""
        try:
            file = self.ln.File(self._write(), key=f"own/{self.number}/{self.count}.txt")
            file.save()
        except self.refusals:
            yield "refused", self._text(), ""
            return
        assert self._read(file.id) == self._text(), "a client doesn't read what it stored"
        self.files.append(file)
        yield "holds", self._text(), file.id

    def store_shared(self):
        """Store content under a key that others use as well; it belongs to who is first."""
        name = f"shared {self.rng.randrange(SHARED)}.txt"
        try:
            file = self.ln.File(self._write(name), key=name)
            file.save()
        except self.refusals:
            yield "refused", self._text(), ""
            return
        except IntegrityError:
            assert self.ln.File.filter(key=name).count() == 1, "a key is refused that nobody has"
        else:
            yield "holds", name, file.id

    def replace(self):
        """Replace the content of a file of one's own."""
        if self.files:
            file = self.files.pop(self.rng.randrange(len(self.files)))
            try:
                file.replace(self._write())
                file.save()
            except self.refusals:
                yield "may-hold", self._text(), file.id
                file = self.ln.File.filter(id=file.id).one()
            else:
                yield "holds", self._text(), file.id
            self.files.append(file)

    def discard(self):
        """Delete a file of one's own with its content, for good or into the trash."""
        if self.files:
            file = self.files.pop(self.rng.randrange(len(self.files)))
            file_id = file.id
            try:
                file.delete(storage=True, permanent=self.rng.random() < 0.5)
            except self.refusals:
                yield "may-be-gone", "", file_id
            else:
                yield "gone", "", file_id

    def follow_file(self):
        """Store a new version of a file that others follow as well."""
        first = self.ln.File.filter(description="followed").order_by("created_at").first()
        try:
            new = self.ln.File(self._write(), is_new_version_of=first)
            new.save()
        except self.refusals:
            yield "refused", self._text(), ""
            return
        except IntegrityError as error:
            if "make this one again" not in str(error):
                raise
        else:
            yield "file-version", new.version, new.id
            yield "holds", self._text(), new.id

    def _write(self, text=None):
        self.count += 1
        path = Path(f"client {self.number}.txt")
        path.write_text(text or self._text())
        return path

    def _text(self):
        return f"{self.number} {self.count}"

    def _read(self, file_id):
        file = self.ln.File.filter(id=file_id).one()
        while True:
            try:
                return file.path.read_text()
            except self.refusals:
                continue


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])
