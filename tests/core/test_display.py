"""Showing the content of registries, and how the registries relate."""

from __future__ import annotations

import shutil
from importlib import import_module

import graphviz
import pytest

import lamindb as ln
from lnschema_core.pictures import drawing

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def display(instance):
    """The module, which needs an instance to be imported."""
    return import_module("lamindb.display")


def make_labels(number):
    """Labels with names that tell their order."""
    for index in range(number):
        ln.ULabel.from_fields(name=f"label {index:02}").save()


# -- records ----------------------------------------------------------------------------------------------------------


def test_view_shows_the_most_recent_records(capsys, display):
    """Seven by default, newest first."""
    make_labels(9)
    capsys.readouterr()
    assert list(display.recent(ln.ULabel, 7)["name"]) == [f"label {index:02}" for index in reversed(range(2, 9))]
    ln.view(registries=["ULabel"])
    shown = capsys.readouterr().out
    assert "label 08" in shown
    assert "label 02" in shown
    assert "label 01" not in shown


def test_view_takes_the_name_of_one_registry(capsys):
    """``registries`` is a list of names, or a single one."""
    make_labels(1)
    capsys.readouterr()
    ln.view(registries="ULabel")
    assert "label 00" in capsys.readouterr().out


def test_view_takes_a_number(capsys):
    """``n`` records per registry."""
    make_labels(3)
    capsys.readouterr()
    ln.view(n=1, registries=["ULabel"])
    shown = capsys.readouterr().out
    assert "label 02" in shown
    assert "label 01" not in shown


def test_view_shows_the_latest_runs(display):
    """Runs have no time of update, and are ordered by when they ran."""
    transform = ln.Transform(name="T")
    transform.save()
    runs = [ln.Run(transform) for _ in range(4)]
    for run in runs:
        run.save()
    assert list(display.recent(ln.Run, 2).index) == [runs[3].id, runs[2].id]


def test_view_leaves_out_empty_registries(capsys, display):
    """And has the others in the order of their names."""
    make_labels(1)
    capsys.readouterr()
    ln.view()
    titles = [
        line
        for line in capsys.readouterr().out.splitlines()
        if line in {one.__name__ for one in display.registries_of("core")}
    ]
    assert titles == ["Storage", "ULabel", "User"]


def test_view_has_no_link_tables(display):
    """Registries that only link others are no news."""
    names = [registry.__name__ for registry in display.registries_of("core")]
    assert names == sorted(names)
    assert set(names) == {
        "Dataset", "Feature", "FeatureSet", "File", "Modality", "Run", "Storage", "Transform", "ULabel", "User",
    }  # fmt: skip


def test_view_asks_once_per_registry(count_queries, display):
    """However many records there are."""
    make_labels(20)
    with count_queries() as queries:
        ln.view(n=100)
    assert len(queries) == len(display.registries_of("core"))


def test_view_shows_even_when_nothing_else_is_said(capsys):
    """What is asked for is shown at any verbosity."""
    make_labels(1)
    ln.settings.verbosity = 0
    capsys.readouterr()
    ln.view()
    assert "label 00" in capsys.readouterr().out


def test_unknown_schema_is_named():
    """The error is that of a missing module, and says which schemas there are."""
    with pytest.raises(ModuleNotFoundError, match=r"'nothing'.*core"):
        ln.view(schema="nothing")


def test_unknown_registry_is_named():
    """The error says which registries there are."""
    with pytest.raises(ValueError, match=r"'Label'.*ULabel"):
        ln.view(registries=["ULabel", "Label"])


# -- registries -------------------------------------------------------------------------------------------------------


def test_schema_has_a_box_per_registry_with_its_columns(display):
    """The graph is one of the graphviz package and names every registry with its columns."""
    with pytest.raises(ModuleNotFoundError, match="doesn't mount the schema 'nosuch'"):
        ln.schema.graph(schemas=["nosuch"])
    assert ln.schema.graph(schemas="core").source == ln.schema.graph(schemas=["core"]).source
    graph = ln.schema.graph()
    assert isinstance(graph, graphviz.Digraph)
    for registry in display.registries_of("core"):
        assert f"<B>{registry.__name__}</B>" in graph.source
        for field in registry._meta.concrete_fields:
            assert f">{field.name}</TD>" in graph.source


def test_schema_has_an_arrow_per_relation():
    """Foreign keys and many-to-many relations lead to registries."""
    drawn = {
        (relation.source, relation.field, relation.target, relation.is_many)
        for relation in import_module("lamindb.schema.diagram").relations(["core"])
    }
    assert ("core.File", "run", "core.Run", False) in drawn
    assert ("core.File", "input_of", "core.Run", True) in drawn
    assert ("core.Dataset", "files", "core.File", True) in drawn
    assert ("core.ULabel", "parents", "core.ULabel", True) in drawn
    assert not {field for _, field, _, _ in drawn} & {"created_by"}


def test_schema_asks_no_database(count_queries):
    """The diagram comes from the declarations."""
    with count_queries() as queries:
        ln.schema.view()
    assert len(queries) == 0


@pytest.mark.skipif(shutil.which("dot") is None, reason="needs graphviz")
def test_schema_can_be_rendered(display):
    """The picture has all boxes."""
    picture = drawing.svg(ln.schema.view())
    assert picture.count('class="node"') == len(display.registries_of("core"))


def test_core_is_the_first_schema(display):
    """The schemas that are shown are those that the instance mounts."""
    assert display.mounted_schemas()[0] == "core"
