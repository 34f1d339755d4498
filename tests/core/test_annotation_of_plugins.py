"""Registries of a plug-in annotate files and datasets like ours: their records are features and labels.

The plug-in is written to the home of a sandbox, and the sentences are tested in a process that mounts it.
"""

from __future__ import annotations

import textwrap

import pytest

MODELS = """
from django.db import models

from lnschema_core import ids
from lnschema_core.models import CanValidate, Dataset, FeatureSet, File, Registry


class CellType(Registry, CanValidate):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=255, default=None)
    synonyms = models.TextField(null=True, default=None)
    files = models.ManyToManyField(File, related_name="cell_types")
    datasets = models.ManyToManyField(Dataset, related_name="cell_types")


class Gene(Registry, CanValidate):
    number = models.BigAutoField(primary_key=True)
    symbol = models.CharField(max_length=255, default=None)
    feature_sets = models.ManyToManyField(FeatureSet, related_name="genes")


class Tissue(Registry, CanValidate):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=255, default=None)
    files = models.ManyToManyField(File, through="FileTissue", related_name="tissues")


class FileTissue(Registry):
    id = models.BigAutoField(primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    tissue = models.ForeignKey(Tissue, models.CASCADE)
    feature = models.ForeignKey("lnschema_core.Feature", models.CASCADE, null=True, default=None)
    made_by = models.CharField(max_length=8, default="toy")

    class Meta:
        unique_together = (("file", "tissue"),)
"""

MIGRATION = """
from django.db import migrations, models

from lnschema_core import ids

FILE, FEATURE = "lnschema_core.File", "lnschema_core.Feature"


def key():
    return models.CharField(max_length=8, default=ids.base62_8, primary_key=True)


def text():
    return models.CharField(max_length=255, default=None)


class Migration(migrations.Migration):
    dependencies = [("lnschema_core", "0001_squashed_0019")]
    operations = [
        migrations.CreateModel(
            "CellType",
            [
                ("id", key()),
                ("name", text()),
                ("synonyms", models.TextField(null=True, default=None)),
                ("files", models.ManyToManyField(FILE, related_name="cell_types")),
                ("datasets", models.ManyToManyField("lnschema_core.Dataset", related_name="cell_types")),
            ],
        ),
        migrations.CreateModel(
            "Gene",
            [
                ("number", models.BigAutoField(primary_key=True)),
                ("symbol", text()),
                ("feature_sets", models.ManyToManyField("lnschema_core.FeatureSet", related_name="genes")),
            ],
        ),
        migrations.CreateModel("Tissue", [("id", key()), ("name", text())]),
        migrations.CreateModel(
            "FileTissue",
            [
                ("id", models.BigAutoField(primary_key=True)),
                ("file", models.ForeignKey(FILE, models.CASCADE)),
                ("tissue", models.ForeignKey("lnschema_toy.Tissue", models.CASCADE)),
                ("feature", models.ForeignKey(FEATURE, models.CASCADE, null=True, default=None)),
                ("made_by", models.CharField(max_length=8, default="toy")),
            ],
            {"unique_together": {("file", "tissue")}},
        ),
        migrations.AddField(
            "Tissue", "files", models.ManyToManyField(FILE, through="lnschema_toy.FileTissue", related_name="tissues")
        ),
    ]
"""

SET_UP = """
import sys
sys.path.insert(0, ".")
import lamindb as ln
ln.setup.init(storage="storage", schema="toy")
import pandas as pd, numpy as np, anndata as ad
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lnschema_toy.models import CellType, Gene, Tissue
from lnschema_core.annotation.describe import describe, describe_html

feature = ln.Feature(name="kind", type="category", registries=[CellType])
feature.save()
other = ln.Feature(name="other", type="category")
other.save()
file = ln.File.from_df(pd.DataFrame({"kind": ["a", "a"]}), description="file")
file.save()
"""


@pytest.fixture
def toy(sandbox):
    """Run code in a process of a user who has an instance with the schema ``toy``."""
    package = sandbox.home / "lnschema_toy"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "__init__.py").touch()
    (package / "models.py").write_text(MODELS)
    (package / "migrations" / "0001_initial.py").write_text(MIGRATION)
    return lambda code: sandbox.python(SET_UP + textwrap.dedent(code)).stdout


def test_labels_of_a_plugin_are_added_and_got(toy):
    """By record and by string; all labels of the registry are under the feature, since its links know none."""
    toy("""
        a, b = CellType(name="a"), CellType(name="b", synonyms="bee")
        ln.save([a, b])
        file.labels.add(a, feature)
        file.labels.add(["a", "b"], feature)
        assert set(file.cell_types.all()) == {a, b}
        assert set(file.labels.get(feature)) == {a, b}
        assert file.labels.get(feature, flat_names=True) == ["a", "b"]
        assert repr(file.labels) == "Labels:\\n  🏷️ cell_types (2, toy.CellType): 'a', 'b'", repr(file.labels)
        assert "    🔗 kind (2, toy.CellType): 'a', 'b'" in repr(file.features).splitlines()
        assert ln.File.filter(cell_types=a).one() == file
        assert file.features._accessor_by_orm["toy.CellType"] == "cell_types"
    """)


def test_labels_of_several_registries_are_under_one_feature(toy):
    """They come as a dictionary, with a warning."""
    out = toy("""
        a, label = CellType(name="a"), ln.ULabel(name="b")
        ln.save([a, label])
        file.labels.add([a, label], feature)
        assert feature.registries == "toy.CellType|core.ULabel"
        found = file.labels.get(feature)
        assert {name: list(labels) for name, labels in found.items()} == {"toy.CellType": [a], "core.ULabel": [label]}
        assert file.labels.get(feature, mute=True).keys() == found.keys()
        assert sorted(file.labels.get(feature, flat_names=True)) == ["a", "b"]
        lines = repr(file.features).splitlines()
        assert "    🔗 kind (toy.CellType|core.ULabel)" in lines
        assert "        (1, core.ULabel): 'b'" in lines
    """)
    assert out.count("labels come from multiple registries!") == 1


def test_links_of_a_plugin_that_have_a_feature_remember_it(toy):
    """A link model with a foreign key to features is used like ours, its own columns included."""
    toy("""
        a, b = Tissue(name="a"), Tissue(name="b")
        ln.save([a, b])
        file.labels.add(a, feature)
        file.labels.add(b, other)
        assert list(file.labels.get(other)) == [b]
        assert file.filetissue_set.filter(feature=feature, made_by="toy").get().tissue == a
        assert file.features["external"].one() == other
    """)


def test_dataset_without_a_link_is_not_labelled(toy):
    """A registry that isn't linked to datasets can't label them."""
    toy("""
        tissue = Tissue(name="a")
        tissue.save()
        dataset = ln.Dataset(file, name="data")
        dataset.save()
        try:
            dataset.labels.add(tissue, feature)
        except KeyError as error:
            assert "toy.Tissue can't be labels of a Dataset" in str(error)
        else:
            raise AssertionError
    """)


def test_members_of_a_plugin_are_a_feature_set(toy):
    """Also those whose keys are numbers; the type is that of all values."""
    toy("""
        genes = [Gene(symbol=f"g{i:02}") for i in range(12)]
        for gene in genes:
            gene.save()
        adata = ad.AnnData(np.zeros((2, 13), dtype="float32"), obs=pd.DataFrame({"kind": ["a", "b"]}, index=["x", "y"]))
        adata.var_names = [*(gene.symbol for gene in genes), "unknown"]
        cells = ln.File.from_anndata(adata, Gene.symbol, description="cells")
        assert cells.features["var"].count() == 12
        cells.save()
        assert set(cells.features["var"]) == set(genes)
        var = cells.feature_sets["var"]
        assert (var.registry, var.type, var.n) == ("toy.Gene", "number", 12)
        assert set(var.genes.all()) == set(genes)
        assert ln.FeatureSet(genes[::-1]) == var
        names = ", ".join(f"'g{i:02}'" for i in range(10))
        lines = describe(cells).splitlines()
        assert lines[lines.index(f"  var: {var}") + 1] == f"    {names}, ..."
        for show in (describe, describe_html):
            cells = ln.File.filter(pk=cells.pk).one()
            with CaptureQueriesContext(connection) as queries:
                show(cells)
            assert len(queries) <= 5, len(queries)
        frame = pd.DataFrame({"g01": [1.5], "g02": ["text"]})
        try:
            ln.FeatureSet.from_df(frame, Gene.symbol)
        except ValueError as error:
            assert "data types are heterogeneous" in str(error)
        else:
            raise AssertionError
        assert ln.FeatureSet.from_df(frame[["g01"]], Gene.symbol).type == "number"
    """)


def test_feature_set_of_a_plugin_that_is_not_mounted_is_shown(toy):
    """What is known is there, without the members."""
    toy("""
        gene = Gene(symbol="g1")
        gene.save()
        feature_set = ln.FeatureSet([gene])
        file.features.add_feature_set(feature_set, "var")
        ln.FeatureSet.filter(pk=feature_set.pk).update(registry="nowhere.Gene")
        ln.Feature.filter(pk=feature.pk).update(registries="nowhere.CellType")
        text = describe(ln.File.filter(pk=file.pk).one())
        assert "registry='nowhere.Gene'" in text
        assert "    🔗 kind (0, nowhere.CellType)" in text.splitlines()
    """)
