"""A client that does random things to an instance which others use, too; prints what it was told, for a check afterwards.

Run as ``python -m tests.faults.history SECONDS NUMBER`` in the environment of a user.
"""

from __future__ import annotations

import json
import random
import sys
import time

SHARED = 12  # names that all clients make


def main(seconds: float, number: int) -> None:
    """Do something for so many seconds, and print each thing that was answered, as a line of JSON."""
    import lamindb as ln
    from lamindb import log

    log.set_verbosity("error")
    client = Client(ln, random.Random(number), number)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        verb = client.rng.choice(
            [client.share, client.share_many, client.make, client.rename, client.remove, client.follow, client.link]
        )
        for answer in verb():
            print(json.dumps(answer), flush=True)  # noqa: T201 - the output of the client


class Client:
    """One of several writers."""

    def __init__(self, ln, rng, number):
        self.ln, self.rng, self.number = ln, rng, number
        self.count = 0
        self.own = {}

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


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]))
