"""Many processes do the same at the same time, on either database: one row, one object, and everybody is answered."""

from __future__ import annotations

from collections import Counter

import pytest

PROCESSES = 32

SAVE = f"""
import os, sys
from pathlib import Path
import lamindb as ln
from django.db import IntegrityError
ln.settings.verbosity = "error"
first = ln.File("same.txt", description="of many versions", version="1")
first.save()
ln.ULabel(name="whatever is imported is").save()

def make(kind, own):
    if kind == "file":
        return ln.File("again.txt", key="again.txt")
    if kind == "content":
        return ln.File("content.txt", description=own)
    if kind == "name":
        return ln.ULabel(name="label")
    Path(own).write_text(kind + own)
    if kind == "key":
        return ln.File(own, key="key.txt")
    return ln.File(own, is_new_version_of=first)

def save(kind, own):
    try:
        record = make(kind, own)
        ln.save([record]) if kind == "name" else record.save()
    except IntegrityError as error:
        return save(kind, own) if "make this one again" in str(error) else f"{{kind}} refused"
    return f"{{kind}} saved {{record.id}}"

def work(own, start):
    os.read(start, 1)
    said = [save(kind, own) for kind in ("file", "content", "key", "name", "version")]
    os.write(1, "".join(f"{{line}}\\n" for line in said).encode())  # at once, so that no line is torn

start, go = os.pipe()
children = []
for number in range({PROCESSES}):
    child = os.fork()
    if child == 0:
        os.close(go)
        try:
            work(f"own{{number}}.txt", start)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    children.append(child)
os.close(go)  # lets all of them begin
sys.exit(max(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children))
"""

LOOK = """
import lamindb as ln
from lamindb.io.hashing import digest_file
for file in ln.File.filter():
    assert digest_file(file.path).value == file.hash
report = ln.fsck(read_data=True, unregistered=True, progress=False, grace=-1)
print("left:", sorted(file.key for file in ln.File.filter(key__isnull=False)), ln.ULabel.filter(name="label").count())
print("found:", dict(report.counts))
print("versions:", *ln.File.filter(key=None, version__isnull=False).list("version"))
"""


@pytest.mark.slow
def test_many_processes_save_the_same_file_key_name_and_version(lab):
    """One row each with whole bytes; who comes late with other content for a key is refused, and with the same has that file; versions are
    numbered one by one.
    """
    for name in ("same.txt", "again.txt", "content.txt"):
        (lab.home / name).write_text(name)
    lines = [line.split() for line in lab.python(SAVE).stdout.splitlines()]
    said = [words for words in lines if words[0] in {"file", "content", "key", "name", "version"}]
    answers = Counter((kind, answer) for kind, answer, *_ in said)
    assert answers == {
        ("file", "saved"): PROCESSES,
        ("content", "saved"): PROCESSES,
        ("key", "saved"): 1,
        ("key", "refused"): PROCESSES - 1,
        ("name", "saved"): PROCESSES,
        ("version", "saved"): PROCESSES,
    }
    assert len({words[-1] for words in said if words[1] == "saved" and words[0] in {"file", "content", "name"}}) == 3
    left = lab.python(LOOK).stdout
    assert "left: ['again.txt', 'key.txt'] 1\n" in left
    assert "found: {}\n" in left
    versions = left.partition("versions: ")[2].split()
    assert sorted(map(int, versions)) == [*range(1, PROCESSES + 2)]
