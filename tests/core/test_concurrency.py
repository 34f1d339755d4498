"""Several processes write to one instance."""

from __future__ import annotations

import subprocess
import sys

import pytest

WRITERS = 8
TRANSACTIONS = 250

READ_THEN_WRITE = f"""
import lamindb as ln
from django.db import transaction
labels = ln.ULabel.filter(name="counter")
for _ in range({TRANSACTIONS}):
    with transaction.atomic():
        label = labels.all().one()
        label.description = str(int(label.description) + 1)
        label.save()
"""

SAME_RECORDS = """
import lamindb as ln
ln.save([ln.ULabel(name=f"label {i}") for i in range(50)])
assert ln.ULabel.filter(name__startswith="label ").count() == 50
"""


def _run_all(user, code, n):
    started = [
        subprocess.Popen([sys.executable, "-c", code], cwd=user.home, env=user.environment, stderr=subprocess.PIPE)
        for _ in range(n)
    ]
    return [process.communicate(timeout=300)[1].decode()[-2000:] for process in started if process.wait(300)]


@pytest.mark.slow
def test_read_then_write_transactions_of_eight_processes_all_succeed(fresh_instance):
    """No transaction fails for a lock, and no update is lost."""
    user = fresh_instance()
    user.python("import lamindb as ln; ln.ULabel(name='counter', description='0').save()")
    assert _run_all(user, READ_THEN_WRITE, WRITERS) == []
    shown = user.python("import lamindb as ln; print('n:', ln.ULabel.filter(name='counter').one().description)").stdout
    assert f"n: {WRITERS * TRANSACTIONS}" in shown


@pytest.mark.slow
def test_processes_that_save_the_same_records_share_them(fresh_instance):
    """Eight processes save the same fifty labels: fifty rows, everybody is answered."""
    user = fresh_instance()
    assert _run_all(user, SAME_RECORDS, WRITERS) == []
