"""Registries of a plug-in annotate files and datasets like ours: their records are features and labels.

The plug-in is written to the home of a sandbox, and the sentences are tested in a process that mounts it.
"""

from __future__ import annotations

import textwrap
import uuid

import pytest

from tests.servers import postgres

MODELS = """
from django.db import models

from lnschema_core import ids
from lnschema_core.deleting import pass_on_to_next_feature
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
    tissue = models.ForeignKey(Tissue, models.CASCADE)
    feature = models.ForeignKey("lnschema_core.Feature", pass_on_to_next_feature, null=True, default=None)
    file = models.ForeignKey(File, models.CASCADE)
    made_by = models.CharField(max_length=8, default="toy")

    class Meta:
        unique_together = (("file", "tissue"),)


class Stain(Registry, CanValidate):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=255, default=None)
    files = models.ManyToManyField(File, through="FileStain", related_name="stains")


class FileStain(Registry):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    file = models.ForeignKey(File, models.CASCADE)
    stain = models.ForeignKey(Stain, models.CASCADE)
"""

MIGRATION = """
from django.db import migrations, models

from lnschema_core import ids
from lnschema_core.deleting import pass_on_to_next_feature

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
                ("tissue", models.ForeignKey("lnschema_toy.Tissue", models.CASCADE)),
                ("feature", models.ForeignKey(FEATURE, pass_on_to_next_feature, null=True, default=None)),
                ("file", models.ForeignKey(FILE, models.CASCADE)),
                ("made_by", models.CharField(max_length=8, default="toy")),
            ],
            {"unique_together": {("file", "tissue")}},
        ),
        migrations.AddField(
            "Tissue", "files", models.ManyToManyField(FILE, through="lnschema_toy.FileTissue", related_name="tissues")
        ),
        migrations.CreateModel("Stain", [("id", key()), ("name", text())]),
        migrations.CreateModel(
            "FileStain",
            [
                ("id", key()),
                ("file", models.ForeignKey(FILE, models.CASCADE)),
                ("stain", models.ForeignKey("lnschema_toy.Stain", models.CASCADE)),
            ],
        ),
        migrations.AddField(
            "Stain", "files", models.ManyToManyField(FILE, through="lnschema_toy.FileStain", related_name="stains")
        ),
    ]
"""

IMPORTS = """
import sys
sys.path.insert(0, ".")
import lamindb as ln
ln.setup.init(storage="storage", schema="toy", db=DATABASE)
import pandas as pd, numpy as np, anndata as ad
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lnschema_core.models import FileLabelFeature
from lnschema_toy.models import CellType, FileStain, Gene, Stain, Tissue
from lnschema_core.annotation.describe import describe, describe_html

BESIDE = ("SAVEPOINT", "BEGIN", "COMMIT", "FOR UPDATE")

def count(verb, *arguments):
    with CaptureQueriesContext(connection) as queries:
        verb(*arguments)
    return sum(not any(word in query["sql"] for word in BESIDE) for query in queries)

def names(feature, host=None):
    return (host or file).labels.get(feature, mute=True, flat_names=True)

def saved(registry, *names):
    records = [registry(name=name) for name in names]
    ln.save(records)
    return records

def make_file(name):
    file = ln.File.from_df(pd.DataFrame({"kind": ["a", name]}), description=name)
    file.save()
    return file
"""

SET_UP = """
feature = ln.Feature(name="kind", type="category", registries=[CellType])
feature.save()
other = ln.Feature(name="other", type="category")
other.save()
file = make_file("file")
"""


@pytest.fixture(
    params=[pytest.param("sqlite", marks=pytest.mark.sqlite), pytest.param("postgres", marks=pytest.mark.postgres)]
)
def imports(request, sandbox):
    """The first lines of scripts of a user who has an instance with the schema ``toy``."""
    package = sandbox.home / "lnschema_toy"
    (package / "migrations").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "migrations" / "__init__.py").touch()
    (package / "models.py").write_text(MODELS)
    (package / "migrations" / "0001_initial.py").write_text(MIGRATION)
    database = None
    if request.param == "postgres":
        database = postgres.create_database(request.getfixturevalue("postgres_server"), f"t{uuid.uuid4().hex}")
    return IMPORTS.replace("DATABASE", repr(database))


@pytest.fixture
def toy(sandbox, imports):
    """Run code in a process that has two features, and a file with one of them as a column."""
    return lambda code: sandbox.python(imports + SET_UP + textwrap.dedent(code)).stdout


def test_labels_of_a_plugin_are_added_and_got(toy):
    """By record and by string."""
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


def test_labels_of_a_plugin_are_under_their_features(toy):
    """Although their links have no room for any: each under its own, one under two, and all of them once among the labels."""
    toy("""
        a, b, c = saved(CellType, "a", "b", "c")
        file.labels.add([a, c], feature)
        file.labels.add([b, c], other)
        assert names(feature) == ["a", "c"]
        assert names(other) == ["c", "b"]
        assert set(file.labels.get(feature)) == {a, c}
        assert file.cell_types.count() == 3
        lines = describe(file).splitlines()
        assert "    🔗 kind (2, toy.CellType): 'a', 'c'" in lines
        assert "    🔗 other (2, toy.CellType): 'c', 'b'" in lines
        assert "  🏷️ cell_types (3, toy.CellType): 'a', 'c', 'b'" in lines
        assert "category (2, toy.CellType): &#x27;c&#x27;, &#x27;b&#x27;" in describe_html(file)
        dataset = ln.Dataset(file, name="data")
        dataset.save()
        dataset.labels.add(a, other)
        dataset.labels.add(b, feature)
        assert (names(feature, dataset), names(other, dataset)) == (["b"], ["a"])
        other.delete()
        assert names(feature) == ["a", "c"]
        assert names(feature, dataset) == ["b"]
    """)


def test_label_of_a_plugin_that_is_unlinked_loses_its_features(toy):
    """However it is unlinked; if it is linked again without a feature, it has none."""
    toy("""
        a, b, c = saved(CellType, "a", "b", "c")
        unlink = [
            lambda: file.cell_types.remove(a),
            lambda: file.cell_types.clear(),
            lambda: a.files.set([]),
            lambda: File.cell_types.through.objects.filter(celltype=a).delete(),
            lambda: connection.cursor().execute(f"DELETE FROM {File.cell_types.through._meta.db_table}"),
        ]
        File = ln.File
        for way in unlink:
            file.labels.add([a, b], feature)
            file.labels.add([b, c], other)
            way()
            file.labels.add([b], feature)
            file.cell_types.add(a)
            assert names(feature) == ["b"], names(feature)
            assert "    🔗 kind (1, toy.CellType): 'b'" in repr(file.features).splitlines()
            assert not ln.File.filter_by_label(a, feature).exists()
        rows = FileLabelFeature.filter().count()
        file.cell_types.clear()
        file.labels.add([a, b], feature)
        key = a.pk
        a.delete()
        CellType.from_fields(id=key, name="a").save()
        file.cell_types.add(CellType.filter(name="a").one())
        assert names(feature) == ["b"]
        file.delete(storage=True)
        assert rows > 0 and not FileLabelFeature.filter().exists()
    """)


def test_labels_of_a_plugin_take_few_queries(toy):
    """Seven for the first, six for more, and at most six for showing them, however many."""
    toy("""
        feature.registries = None
        feature.save()
        labels = saved(CellType, *(f"l{i:04}" for i in range(1002)))
        assert count(file.labels.add, labels[:1], feature) == 7
        assert count(file.labels.add, labels[:2], feature) == 6
        assert count(file.labels.add, labels[1:], feature) == 6
        assert file.labels.get(feature).count() == len(names(feature)) == 1002
        assert count(repr, file.features) == 4
        for show in (describe, describe_html):
            assert count(show, ln.File.filter(pk=file.pk).one()) == 6
        assert count(lambda: ln.File.filter_by_label(["l0000", "l0001"], feature).one()) == 1
        shown = ", ".join(f"'l{i:04}'" for i in range(10))
        assert f"    🔗 kind (1002, toy.CellType): {shown}, ..." in repr(file.features).splitlines()
    """)


def test_data_are_found_by_labels_of_a_plugin(toy):
    """By record or name, under one feature, in any registry of it."""
    toy("""
        a, b = saved(CellType, "a", "b")
        (tissue,) = saved(Tissue, "a")
        second, third = make_file("second"), make_file("third")
        file.labels.add([a, b], feature)
        second.labels.add(a, other)
        third.labels.add(tissue, feature)
        assert ln.File.filter_by_label(a, feature).one() == file
        assert ln.File.filter_by_label(a, other).one() == second
        assert sorted(ln.File.filter_by_label("a", feature).list("description")) == ["file", "third"]
        assert sorted(ln.File.filter_by_label([b, tissue], feature).list("description")) == ["file", "third"]
        assert not ln.File.filter_by_label("b", other).exists()
        assert not ln.Dataset.filter_by_label("a", feature).exists()
    """)


def test_labels_that_an_older_release_linked_keep_their_feature(toy):
    """Nothing was recorded: they are under every feature until something is, and then stay under those of the file."""
    toy("""
        a, b, c, d = saved(CellType, "a", "b", "c", "d")
        second = make_file("second")
        foreign = ln.Feature(name="foreign", type="category", registries=[CellType])
        foreign.save()
        for host in (file, second):
            host.cell_types.add(a)
            host.cell_types.add(b)
        assert names(feature) == names(foreign) == ["a", "b"]
        assert "    🔗 kind (2, toy.CellType): 'a', 'b'" in describe(file).splitlines()
        assert set(ln.File.filter_by_label(a, feature)) == {file, second}
        assert not ln.File.filter_by_label(a, foreign).exists()

        assert count(file.labels.add, [b, c], other) > 7
        assert names(feature) == ["a", "b"]
        assert sorted(names(other)) == ["b", "c"]
        assert names(foreign) == []
        assert names(feature, second) == ["a", "b"]
        assert set(ln.File.filter_by_label("a", feature)) == {file, second}
        assert ln.File.filter_by_label("b", other).one() == file

        file.cell_types.add(d)
        assert names(feature) == ["a", "b"]
        assert "  🏷️ cell_types (4, toy.CellType): 'a', 'b', 'c', 'd'" in describe(file).splitlines()
        assert "    🔗 other (2, toy.CellType): 'b', 'c'" in describe(file).splitlines()
    """)


def test_links_of_a_plugin_may_have_texts_as_keys(toy):
    """And their own table, with or without a rule that a label is linked once."""
    toy("""
        a, b = saved(Stain, "a", "b")
        file.labels.add([a, b], feature)
        file.labels.add(a, other)
        file.labels.add(a, other)
        assert FileStain.filter().count() == 2
        assert FileLabelFeature.filter().count() == 3
        assert sorted(names(feature)) == ["a", "b"]
        assert names(other) == ["a"]
        assert "    🔗 other (1, toy.Stain): 'a'" in describe(file).splitlines()
        assert ln.File.filter_by_label("a", other).one() == file
        file.filestain_set.filter(stain=a).delete()
        assert names(other) == []
        assert "    🔗 other (0, toy.Stain)" in describe(file).splitlines()
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
        file.labels.add(a, other)
        assert sorted(names(other)) == ["a", "b"]
        feature.delete()
        assert sorted(names(other)) == ["a", "b"]
        assert not FileLabelFeature.filter().exists()
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
            assert len(queries) <= 6, len(queries)
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


def test_labels_of_a_plugin_are_added_before_the_database_is_migrated(sandbox, imports, toy):
    """As 0.54 did it, and with a warning; afterwards they are under the features of the file."""
    toy("""
        from django.core.management import call_command
        call_command("migrate", "lnschema_core", "0001_squashed_0019", verbosity=0)
    """)
    connect = imports.replace("ln.setup.init(", "dict(")
    use = textwrap.dedent("""
        feature, other = ln.Feature.filter(name="kind").one(), ln.Feature.filter(name="other").one()
        file = ln.File.filter(description="file").one()
    """)
    out = sandbox.python(
        connect
        + use
        + textwrap.dedent("""
        a, b = saved(CellType, "a", "b")
        file.labels.add([a, b], feature)
        assert names(feature) == ["a", "b"]
        assert "    🔗 kind (2, toy.CellType): 'a', 'b'" in describe(file).splitlines()
        assert ln.File.filter_by_label("a", feature).one() == file
        ln.setup.migrate.deploy()
        assert names(feature) == ["a", "b"]
        file.labels.add(b, other)
        assert (names(feature), names(other)) == (["a", "b"], ["b"])
    """)
    ).stdout
    assert "did not record under which feature labels from toy.CellType are" in out
    assert out.count("lamin migrate deploy") == 2
