"""Running runs again."""

from __future__ import annotations

import json
import subprocess
import sys

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from lamindb.provenance.replaying import compared
from tests.cli.test_json import check

MAKE = """
import lamindb as ln, pandas as pd
ln.File(pd.DataFrame({"value": [1.0, 2.0]}), key="source.parquet").save()
"""

SCRIPT = """
import os, sys, time
import lamindb as ln, pandas as pd
ln.track()
values = ln.File.filter(key="source.parquet").one().load()["value"] * float(sys.argv[1])
ln.File(pd.DataFrame({"value": values}), key="scaled.parquet").save()
ln.File(pd.DataFrame({"value": values + 1e-12 * time.perf_counter()}), key="rounded.parquet").save()
ln.File(pd.DataFrame({"value": [os.getpid()]}), key="process.parquet").save()
"""


@pytest.mark.slow
def test_script_is_run_again_with_its_inputs(fresh_instance):
    """What comes out is the same, equivalent or different; the instance has nothing more than before."""
    user = fresh_instance()
    user.python(MAKE)
    (user.home / "scale.py").write_text(SCRIPT)
    subprocess.run([sys.executable, "scale.py", "3"], cwd=user.home, env=user.environment, check=True)
    (user.home / "scale.py").write_text("raise SystemExit(1)")
    (run,) = user.lamin("run", "list", "-q").stdout.split()
    before = user.lamin("list", "File", "-q").stdout
    found = json.loads(user.lamin("run", "replay", run, "--json").stdout)
    check("run-replay", found)
    assert {one["name"]: one["verdict"] for one in found["outputs"]} == {
        "scaled.parquet": "same", "rounded.parquet": "equivalent", "process.parquet": "different",
    }  # fmt: skip
    assert user.lamin("list", "File", "-q").stdout == before


def test_run_without_source_is_refused(instance):
    """The sentence says so."""
    import lamindb as ln
    from lamindb.errors import NoResultFound, NotReplayable
    from lamindb.provenance.replaying import replay

    ln.track(ln.Transform(name="x", type="pipeline"))
    with pytest.raises(NotReplayable, match="was not captured"):
        replay(ln.run_context.run.id)
    ln.run_context.transform = ln.run_context.instance = None
    with pytest.raises(NoResultFound, match="lamin run list"):
        replay("nosuch")


def test_outputs_are_compared_by_content(tmp_path):
    """Tables and matrices with tolerance, whatever has no key by its description; what didn't come out is missing."""

    def facts(path, key, value):
        return {"id": "x", "key": key, "description": None, "suffix": path.suffix, "path": str(path), "hash": value}

    def matrix(name, add):
        path = tmp_path / name
        data = ad.AnnData(np.ones((2, 3)) + add, obs=pd.DataFrame({"a": [1, 2]}, index=["1", "2"]))
        data.write_h5ad(path)
        return path

    then, close, other = matrix("then.h5ad", 0), matrix("close.h5ad", 1e-9), matrix("other.h5ad", 1)
    for path, verdict in ((close, "equivalent"), (other, "different")):
        (found,) = compared([facts(then, "m.h5ad", "1")], [facts(path, "m.h5ad", "2")])
        assert found.verdict == verdict
    (found,) = compared([facts(then, "m.h5ad", "1")], [])
    assert found.verdict == "missing"
