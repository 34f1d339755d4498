"""Running runs again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.util import LazyLoader, find_spec, module_from_spec, spec_from_file_location

import anndata as ad
import numpy as np
import pandas as pd
import pytest

from lamindb.provenance.replaying import compared
from tests.cli.test_json import check
from tests.provenance.notebook_makers import TITLE, code, write_notebook

MAKE = """
import lamindb as ln, pandas as pd
files = [ln.File(pd.DataFrame({"value": [number, 2.0]}), key=f"{name}.parquet") for number, name in enumerate(("source", "b"))]
ln.save(files)
ln.Dataset(files, name="both").save()
"""

SCRIPT = """
import os, sys, time
import lamindb as ln, pandas as pd, lamin_replayed
ln.track()
rows = len(ln.Dataset.filter(name="both").one().load())
ln.File(pd.DataFrame({"version": [lamin_replayed.VERSION], "rows": rows}), key="version.parquet").save()
values = ln.File.filter(key="source.parquet").one().load()["value"] * float(sys.argv[1])
ln.File(pd.DataFrame({"value": values}), key="scaled.parquet").save()
ln.File(pd.DataFrame({"value": values + 1e-12 * time.perf_counter()}), key="rounded.parquet").save()
ln.File(pd.DataFrame({"value": [os.getpid()]}), key="process.parquet").save()
"""


def install(folder, version):
    """A package as an installer leaves it."""
    facts = folder / f"lamin_replayed-{version}.dist-info"
    facts.mkdir(parents=True)
    (folder / "lamin_replayed.py").write_text(f"VERSION = {version!r}\n")
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: lamin-replayed\nVersion: {version}\n")
    (facts / "WHEEL").write_text("Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    names = ["lamin_replayed.py", *(f"{facts.name}/{name}" for name in ("METADATA", "WHEEL", "RECORD"))]
    (facts / "RECORD").write_text("".join(f"{name},,\n" for name in names))
    return names


def publish(folder, version):
    """A wheel in a folder where installers look, and nowhere else."""
    folder.mkdir()
    names = install(folder / "content", version)
    with zipfile.ZipFile(folder / f"lamin_replayed-{version}-py3-none-any.whl", "w") as wheel:
        for name in names:
            wheel.write(folder / "content" / name, name)
    return {
        f"{tool}_{option}": value
        for tool in ("UV", "PIP")
        for option, value in (("FIND_LINKS", str(folder)), ("NO_INDEX", "1"))
    }


@pytest.mark.slow
def test_script_is_run_again_with_its_inputs_and_packages(fresh_instance):
    """What comes out is the same, equivalent or different; the instance has nothing more than before."""
    if shutil.which("uv") is None and find_spec("pip") is None:
        pytest.skip("there is nothing that could install packages")
    user = fresh_instance()
    user.python(MAKE)
    (user.home / "scale.py").write_text(SCRIPT)
    published = publish(user.home / "published", "1")
    for version in ("1", "2"):
        install(user.home / version, version)
    path = user.environment["PYTHONPATH"]
    user.environment["PYTHONPATH"] = f"{user.home / '1'}{os.pathsep}{path}"
    subprocess.run([sys.executable, "scale.py", "3"], cwd=user.home, env=user.environment, check=True)
    (user.home / "scale.py").write_text("raise SystemExit(1)")
    user.environment |= {**published, "PYTHONPATH": f"{user.home / '2'}{os.pathsep}{path}"}
    (run,) = user.lamin("run", "list", "-q").stdout.split()
    before = user.lamin("list", "File", "-q").stdout
    done = user.lamin("run", "replay", run, "--json")
    found = json.loads(done.stdout)
    check("run-replay", found)
    assert {one["name"]: one["verdict"] for one in found["outputs"]} == {
        "version.parquet": "same", "scaled.parquet": "same", "rounded.parquet": "equivalent", "process.parquet": "different",
    }  # fmt: skip
    assert "installed packages in the version of then: lamin-replayed==1" in done.stderr
    assert user.lamin("list", "File", "-q").stdout == before


USING = """
import sys
import lamindb as ln, pandas as pd
import helpers
from tools.scaling import scale
ln.track()
import late
ln.File(pd.DataFrame({"value": [scale(helpers.VALUE), late.VALUE]}), key=f"made{helpers.VALUE}.parquet").save()
"""


def test_modules_beside_a_script_are_kept_compared_and_run_again(fresh_instance):
    """Those that it imports before and after it is tracked, packages included; their secrets are masked, others are not kept."""
    user = fresh_instance()
    for name, text in {
        "use.py": USING, "helpers.py": "TOKEN = 'hunter2hunter2'\nVALUE = 2\n", "late.py": "VALUE = 5\n", "unused.py": "",
        "tools/__init__.py": "", "tools/scaling.py": "def scale(value):\n    return 10 * value\n",
    }.items():  # fmt: skip
        (user.home / "work" / name).parent.mkdir(exist_ok=True, parents=True)
        (user.home / "work" / name).write_text(text)
    # byte code of a module is taken for that of another one of the same size and second
    environment = {**user.environment, "PYTHONDONTWRITEBYTECODE": "1"}
    for value in (2, 3):
        (user.home / "work" / "helpers.py").write_text(f"TOKEN = 'hunter2hunter2'\nVALUE = {value}\n")
        subprocess.run([sys.executable, "work/use.py"], cwd=user.home, env=environment, check=True)
    shutil.rmtree(user.home / "work")
    second, first = user.lamin("run", "list", "-q").stdout.split()
    kept = user.python(
        f"import lamindb as ln; print(ln.Run.filter(id='{second}').one().modules.path.read_text())"
    ).stdout
    texts = json.loads(kept[kept.index("{") :])
    assert texts.keys() == {"helpers.py", "late.py", "tools/__init__.py", "tools/scaling.py"}
    assert "hunter2hunter2" not in kept
    (difference,) = json.loads(user.lamin("run", "why", first, second, "--json").stdout)["differences"]
    found = difference["kind"], difference["what"], difference["first"], difference["second"]
    assert found == ("module", "helpers.py:2", "VALUE = 2", "VALUE = 3")
    done = user.lamin("run", "replay", second, "--environment", "now")
    assert done.stdout.splitlines()[-1].split() == ["same", "made3.parquet"]


def test_modules_are_found_without_loading_them(tmp_path, monkeypatch):
    """Those that are loaded when they are first used stay so, and what pretends to be a module disturbs nothing."""
    from lamindb.provenance.modules import imported

    class Pretender:
        """What some packages put among the modules."""

        __slots__ = ()

        def __getattr__(self, name):
            raise RuntimeError(name)

    (tmp_path / "lamin_lazy.py").write_text("raise SystemExit")
    spec = spec_from_file_location("lamin_lazy", tmp_path / "lamin_lazy.py")
    spec.loader = LazyLoader(spec.loader)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, one in (("lamin_lazy", module), ("lamin_pretender", Pretender()), ("lamin_none", None)):
        monkeypatch.setitem(sys.modules, name, one)
    assert imported(tmp_path / "script.py") == {"lamin_lazy.py": tmp_path / "lamin_lazy.py"}


def test_modules_are_laid_into_their_folder_only(tmp_path):
    """Whatever the place says that is stored."""
    from lamindb.provenance.modules import lay

    lay(json.dumps({"a/b.py": "1"}), tmp_path / "code")
    assert (tmp_path / "code" / "a" / "b.py").read_text() == "1"
    for place in ("../b.py", "/tmp/b.py"):
        with pytest.raises(ValueError, match=r"b\.py"):
            lay(json.dumps({place: "1"}), tmp_path / "code")


@pytest.mark.slow
def test_notebook_is_run_again(fresh_instance):
    """As scripts are; a package that nobody has any more is said."""
    user = fresh_instance()
    install(user.home / "gone", "7")
    work = "import lamindb as ln, pandas as pd\nln.track()\nln.File(pd.DataFrame({'a': [1]}), key='a.parquet').save()"
    path = write_notebook(user.home / "analysis.ipynb", TITLE, code(work))
    path_before = user.environment["PYTHONPATH"]
    user.environment["PYTHONPATH"] = f"{user.home / 'gone'}{os.pathsep}{path_before}"
    execute = f"import nbformat, nbclient; nbclient.NotebookClient(nbformat.read({path.name!r}, 4)).execute()"
    user.python(execute, timeout=180)
    path.unlink()
    user.environment |= {"PYTHONPATH": path_before, "UV_NO_INDEX": "1", "PIP_NO_INDEX": "1"}
    (run,) = user.lamin("run", "list", "-q").stdout.split()
    done = user.lamin("run", "replay", run, timeout=180)
    assert done.stdout.splitlines()[-1].split() == ["same", "a.parquet"]
    assert "could not be had in the version of then: lamin-replayed==7" in done.stderr


def test_run_without_source_is_refused(instance):
    """The sentence says so."""
    import lamindb as ln
    from lamindb.errors import NoResultFound, NotReplayable
    from lamindb.provenance.replaying import replay

    ln.track(ln.Transform(name="x", type="pipeline"))
    around = ln.run_context.run
    with pytest.raises(NotReplayable, match="was not captured"):
        replay(around.id)
    with ln.step("within") as run:
        pass
    with pytest.raises(NotReplayable, match=f"a step of run {around.id}"):
        replay(run.id)
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
