"""Criteria with registries of a plug-in: no registry is special."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.core.test_annotation_of_plugins import IMPORTS, MIGRATION, MODELS

if TYPE_CHECKING:
    from tests.sandbox import Sandbox


@pytest.fixture
def toy(sandbox: Sandbox):
    """Run code in a process that mounts the plug-in."""
    package = sandbox.home / "lnschema_toy"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "__init__.py").touch()
    (package / "models.py").write_text(MODELS)
    (package / "migrations" / "0001_initial.py").write_text(MIGRATION)
    start = IMPORTS.replace("DATABASE", "None")
    return lambda code: sandbox.python(start + textwrap.dedent(code)).stdout


def test_values_are_looked_up_and_become_labels(toy):
    """Suggestions come from synonyms of the plug-in; labels are under their features, also where links have no room for one."""
    toy("""
        ln.save([CellType(name="T cell", synonyms="T lymphocyte"), CellType(name="B cell")])
        saved(Tissue, "blood")
        criteria = ln.Criteria({"kind": CellType, "other": "toy.CellType", "tissue": [Tissue, ln.ULabel]})
        frame = pd.DataFrame({"kind": ["T lymphocyte", "b cell"], "other": "T cell", "tissue": "blood"})
        report = criteria.inspect(frame)
        assert report.df[["value", "suggestion", "how"]].to_numpy().tolist() == [
            ["T lymphocyte", "T cell", "synonym"], ["b cell", "B cell", "casing"],
        ]
        file = criteria.save(criteria.standardize(frame), key="cells.parquet")
        features = {feature.name: feature for feature in ln.Feature.filter()}
        assert features["kind"].registries == "toy.CellType"
        assert features["tissue"].registries == "toy.Tissue|core.ULabel"
        assert names(features["kind"], file) == ["T cell", "B cell"]
        assert names(features["other"], file) == ["T cell"]
        assert names(features["tissue"], file) == ["blood"]
        assert ln.File.filter_by_label("B cell", features["kind"]).one() == file
        assert not ln.File.filter_by_label("B cell", features["other"]).exists()
        assert ln.Criteria.from_features(features.values()).validate(criteria.standardize(frame))
    """)


def test_variables_are_features_of_a_plugin(toy):
    """A feature set of genes, by the field that was asked for."""
    toy("""
        ln.save([Gene(symbol=symbol) for symbol in ("CD8A", "CD4")])
        adata = ad.AnnData(np.ones((2, 2)), var=pd.DataFrame(index=["CD8A", "cd4"]))
        criteria = ln.Criteria(var={"index": Gene.symbol})
        assert criteria.inspect(adata).df["suggestion"].tolist() == ["CD4"]
        file = criteria.save(criteria.standardize(adata), key="cells.h5ad")
        assert set(file.features["var"].list("symbol")) == {"CD8A", "CD4"}
        assert file.feature_sets["var"].registry == "toy.Gene"
        assert file.feature_sets["var"].type == "number"
    """)
