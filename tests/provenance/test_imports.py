"""What a notebook imports, and in which versions."""

from __future__ import annotations

import sys
from importlib.metadata import version

import pytest

from lamindb.provenance.imports import imported_modules, versions


def test_imports_are_found_wherever_they_stand():
    """At the top, in functions, as names of modules or from them; without those of Python itself."""
    cells = [
        "import pandas as pd, numpy.linalg\nimport os, json.decoder",
        "def f():\n    from scipy.sparse import csr_matrix\n    return csr_matrix",
        "from . import local\nfrom .sibling import x\nfrom pathlib import Path",
    ]
    assert imported_modules(cells) == {"pandas", "numpy", "scipy"}


def test_magic_is_left_out():
    """Lines that only IPython understands do not hide the others, also within blocks."""
    cells = [
        "%matplotlib inline\nimport pandas\n!pip install x\nfiles = !ls\nx = %timeit 1\npandas?\n?pandas",
        "if True:\n    %load_ext autoreload\nimport numpy",
        "%%time\nimport scipy",
        "%%bash\nimport not_python",
        "\n%%html\n<p>",
    ]
    assert imported_modules(cells) == {"pandas", "numpy", "scipy"}


@pytest.mark.parametrize("cell", ["import (", "x = = 1\nimport pandas", "\0", ""])
def test_cells_that_are_no_python_are_left_out(cell):
    """A cell that can't be parsed hides no other cell."""
    assert imported_modules([cell, "import numpy"]) == {"numpy"}


def test_versions_are_those_of_distributions():
    """Modules are told by the name of what is installed; what isn't has no version."""
    found = versions({"django", "dateutil", "no_such_module"}, ["pandas"])
    assert found == {
        "django": version("django"),
        "no_such_module": "",
        "pandas": version("pandas"),
        "python-dateutil": version("python-dateutil"),
    }


def test_nothing_is_imported():
    """Versions are read from what is installed."""
    before = set(sys.modules)
    versions({"moto", "zarr", "nbclient"})
    assert not {"moto", "zarr", "nbclient"} & (set(sys.modules) - before)
