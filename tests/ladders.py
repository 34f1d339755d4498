"""Long histories for tests and benchmarks, as rows without content."""

from __future__ import annotations

import lamindb as ln


def make_ladder(transform, steps, width=2):
    """Runs one after the other, each of which uses all files of the one before and makes as many; all in four statements."""
    from django.utils import timezone

    from lnschema_core import ids

    storage = ln.Storage.filter().first()
    runs = [ln.Run.from_fields(transform=transform, run_at=timezone.now()) for _ in range(steps)]
    files = [
        [ln.File.from_fields(id=ids.base62_20(), storage=storage, suffix=".txt", run=run) for _ in range(width)]
        for run in runs
    ]
    ln.Run.objects.bulk_create(runs)
    ln.File.objects.bulk_create([file for made in files for file in made])
    link = ln.File.input_of.through
    pairs = zip(files, runs[1:], strict=False)
    link.objects.bulk_create([link(file_id=file.id, run_id=run.id) for made, run in pairs for file in made])
    return runs, files
