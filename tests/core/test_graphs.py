"""Drawing the flow of data and parents of records."""

from __future__ import annotations

import json
import re
import shutil
import time
from itertools import pairwise
from pathlib import Path

import graphviz
import pytest

import lamindb as ln
from lnschema_core import graphs, ids
from lnschema_core.pictures import drawing
from lnschema_core.pictures.drawing import Node, Picture
from tests.ladders import make_ladder

pytestmark = pytest.mark.usefixtures("instance")


# -- making flows -----------------------------------------------------------------------------------------------------


def make_transform(name="Pipeline", kind="pipeline"):
    """What can be run."""
    transform = ln.Transform(name=name, type=kind)
    transform.save()
    return transform


def make_run(transform=None):
    """A run of a transform."""
    run = ln.Run(transform or make_transform())
    run.save()
    return run


def make_file(description, run=None, suffix=".csv"):
    """A row without bytes: what flows are made of."""
    file = ln.File.from_fields(
        id=ids.base62_20(), storage=ln.Storage.filter().first(), suffix=suffix, description=description, run=run
    )
    file.save_base(force_insert=True)
    return file


def make_dataset(name, run=None, version=None):
    """A row without a file."""
    dataset = ln.Dataset.from_fields(name=name, run=run, version=version)
    dataset.save_base(force_insert=True)
    return dataset


def ladder(steps, width=2):
    """Runs of one transform, one after the other."""
    return make_ladder(make_transform(), steps, width)


# -- reading drawings -------------------------------------------------------------------------------------------------

_NODE = re.compile(r'^\t"(?P<id>[^"]*)" \[label=<(?P<label>.*)> fillcolor="(?P<colour>[^"]*)"\]$', re.MULTILINE)
_EDGE = re.compile(r'^\t"(?P<tail>[^"]*)" -> "(?P<head>[^"]*)"$', re.MULTILINE)


def nodes_of(graph):
    """Labels by id."""
    return {match["id"]: match["label"] for match in _NODE.finditer(graph.source)}


def colours_of(graph):
    """Colours by id."""
    return {match["id"]: match["colour"] for match in _NODE.finditer(graph.source)}


def edges_of(graph):
    """Pairs of ids."""
    return {(match["tail"], match["head"]) for match in _EDGE.finditer(graph.source)}


# -- the flow of data -------------------------------------------------------------------------------------------------


def test_flow_shows_where_a_file_comes_from_and_where_it_goes():
    """The inputs of its run, other outputs of that run, and what later runs made of them."""
    first, second, third = make_run(), make_run(), make_run()
    raw = make_file("raw", first)
    clean, log = make_file("clean", second), make_file("log", second)
    plot = make_file("plot", third)
    raw.input_of.add(second)
    clean.input_of.add(third)
    graph = clean.view_flow()
    assert isinstance(graph, graphviz.Digraph)
    assert edges_of(graph) == {
        (first.id, raw.id), (raw.id, second.id), (second.id, clean.id), (second.id, log.id), (clean.id, third.id),
        (third.id, plot.id),
    }  # fmt: skip


def test_flow_without_children_ends_at_the_run_of_the_file():
    """``with_children=False`` shows what the file came from, and its siblings."""
    first, second, third = make_run(), make_run(), make_run()
    raw, clean = make_file("raw", first), make_file("clean", second)
    make_file("plot", third)
    raw.input_of.add(second)
    clean.input_of.add(third)
    graph = clean.view_flow(with_children=False)
    assert edges_of(graph) == {(first.id, raw.id), (raw.id, second.id), (second.id, clean.id)}


def test_flow_goes_through_datasets():
    """A dataset that a later run made is shown, and what was made from it."""
    first, second, third = make_run(), make_run(), make_run()
    raw = make_file("raw", first)
    dataset = make_dataset("Joint", second)
    plot = make_file("plot", third)
    raw.input_of.add(second)
    dataset.input_of.add(third)
    expected = {
        (first.id, raw.id), (raw.id, second.id), (second.id, dataset.id), (dataset.id, third.id), (third.id, plot.id)
    }  # fmt: skip
    assert edges_of(raw.view_flow()) == edges_of(dataset.view_flow()) == edges_of(plot.view_flow()) == expected


@pytest.mark.parametrize("make", [make_file, make_dataset])
def test_flow_of_data_without_a_run_starts_at_the_data(make):
    """What nobody is known to have made is shown with what was made of it."""
    run = make_run()
    host, result = make("given"), make_file("result", run)
    host.input_of.add(run)
    assert edges_of(host.view_flow()) == {(host.id, run.id), (run.id, result.id)}
    alone = host.view_flow(with_children=False)
    assert list(nodes_of(alone)) == [host.id]
    assert edges_of(alone) == set()


def test_flow_of_an_unsaved_file_has_the_file(tmp_path):
    """A file can be seen in its flow before it is saved."""
    first, second = make_run(), make_run()
    raw = make_file("raw", first)
    raw.input_of.add(second)
    path = tmp_path / "new.txt"
    path.write_text("new")
    file = ln.File(path, description="new", run=second)
    assert edges_of(file.view_flow()) == {(first.id, raw.id), (raw.id, second.id), (second.id, file.id)}


def test_labels_say_what_a_record_is():
    """Title, id and one more fact: the suffix, the version, or who ran which type of transform when."""
    run = make_run(make_transform("Cell Ranger"))
    file, dataset = make_file("counts", run, ".h5ad"), make_dataset("Counts", run, "2")
    keyed = make_file(None, run, "")
    ln.File.filter(id=keyed.id).update(key="a/b")
    labels = nodes_of(file.view_flow())
    small = '<BR/><FONT COLOR="#374151" POINT-SIZE="8" FACE="Monospace">'
    user = ln.User.filter(id=run.created_by_id).one()
    assert labels[file.id] == f"📄 counts{small}id={file.id}<BR/>suffix=.h5ad</FONT>"
    assert labels[keyed.id].startswith("📄 a/b<BR/>")
    assert labels[dataset.id] == f"🍱 Counts{small}id={dataset.id}<BR/>version=2</FONT>"
    assert labels[run.id] == (
        f"🧩 Cell Ranger{small}id={run.id}<BR/>type=pipeline, user={user.name or user.handle}"
        f"<BR/>run_at={run.run_at:%Y-%m-%d %H:%M:%S}</FONT>"
    )


@pytest.mark.parametrize(("kind", "emoji"), [("notebook", "📔"), ("app", "🖥️"), ("pipeline", "🧩"), ("api", "💫")])
def test_emoji_shows_the_type_of_a_transform(kind, emoji):
    """Runs start with the emoji of what was run."""
    run = make_run(make_transform("T", kind))
    assert nodes_of(make_file("x", run).view_flow())[run.id].startswith(f"{emoji} T<BR/>")


def test_colours_tell_data_runs_and_the_start():
    """The record that was asked for stands out."""
    run = make_run()
    start, other = make_file("a", run), make_file("b", run)
    assert colours_of(start.view_flow()) == {start.id: "#10b981", other.id: "honeydew", run.id: "gainsboro"}


def test_deleted_file_is_part_of_no_flow():
    """A sentence says so."""
    file = make_file("gone", make_run())
    file.delete(storage=False)
    with pytest.raises(ValueError, match="the file was deleted: it is part of no flow"):
        file.view_flow()


def test_dataset_of_one_file_is_one_place_in_the_flow():
    """A dataset and the file that it was stored as have one id, and are shown as what was asked for."""
    run = make_run()
    file = make_file("See dataset", run)
    dataset = ln.Dataset.from_fields(id=file.id, name="Counts", file=file, run=run)
    dataset.save_base(force_insert=True)
    other = make_file("other", run)
    assert len(nodes_of(other.view_flow())) == 3
    assert nodes_of(other.view_flow())[file.id].startswith("🍱 Counts<BR/>")
    assert nodes_of(file.view_flow())[file.id].startswith("📄 See dataset<BR/>")


# -- size and shape ---------------------------------------------------------------------------------------------------


def test_ladder_is_drawn_at_once(count_queries):
    """30 steps with two files each have 2^30 paths, and every record is visited once."""
    _, files = ladder(30)
    file = ln.File.filter(id=files[15][0].id).one()
    start = time.perf_counter()
    with count_queries() as queries:
        graph = file.view_flow()
    assert time.perf_counter() - start < 1
    assert len(queries) <= 4
    assert len(nodes_of(graph)) == 90
    assert len(edges_of(graph)) == 118


def test_chain_of_a_thousand_runs_needs_as_many_queries_as_one_of_three(count_queries):
    """The number of queries does not depend on the length."""
    counts = set()
    for steps in (3, 1000):
        runs, files = ladder(steps, width=1)
        with count_queries() as queries:
            graph = files[-1][0].view_flow()
        assert {run.id for run in runs} < nodes_of(graph).keys()
        counts.add(len(queries))
    assert counts == {3}


def test_mermaid_is_what_a_parser_of_it_reads():
    """All nodes and arrows, whatever names contain."""
    parser = pytest.importorskip("merman").Merman()
    names = [
        "plain", 'a "quoted" <b>', "end", "x --> y", "[a] {b} (c)", "a;b #35; %% c", "`tick`", "a|b", "**bold** _it_", "line\nline",
        "\\n", "日本語 🧩", ":::run", 'click n0 "javascript:alert(1)"', "", "subgraph x", "&amp;", "@{shape: x}", "- item", "1. item",
    ]  # fmt: skip
    nodes = [Node(str(number), name, (name,), kind="Run", stale=name) for number, name in enumerate(names)]
    edges = [(tail.id, head.id) for tail, head in pairwise(nodes)]
    text = drawing.draw(Picture("x", nodes, edges)).mermaid()
    assert parser.validate(text, None).error is None
    read = json.loads(parser.parse_json(text, None))
    assert [(one["from"], one["to"]) for one in read["edges"]] == [(f"n{tail}", f"n{head}") for tail, head in edges]
    assert {one["id"] for one in read["nodes"]} == {f"n{node.id}" for node in nodes}
    assert read["subgraphs"] == []
    assert not parser.validate(text.replace('"])', '"'), None).valid


def test_circle_ends():
    """Runs that use each other's outputs are shown once each."""
    one, two = make_run(), make_run()
    first, second = make_file("first", one), make_file("second", two)
    first.input_of.add(two)
    second.input_of.add(one)
    assert edges_of(first.view_flow()) == {
        (one.id, first.id), (first.id, two.id), (two.id, second.id), (second.id, one.id)
    }  # fmt: skip


def test_flow_that_is_too_long_is_cut_at_its_ends(monkeypatch, capsys):
    """Of too many runs the nearest ones are drawn, and that is said."""
    monkeypatch.setattr(graphs, "MOST_RUNS", 5)
    runs, files = ladder(20, width=1)
    shown = nodes_of(files[10][0].view_flow())
    assert {run.id for run in runs[6:15]} < shown.keys()
    assert not {run.id for run in runs[:5] + runs[16:]} & shown.keys()
    assert "showing the" in capsys.readouterr().out
    ladder(5, width=1)[1][2][0].view_flow()
    assert "showing the" not in capsys.readouterr().out


def test_flow_that_is_too_wide_shows_the_nearest_records(monkeypatch, capsys):
    """Of too many records those next to the start are drawn."""
    monkeypatch.setattr(graphs, "MOST_NODES", 10)
    run = make_run()
    start = make_file("start", run)
    for number in range(20):
        make_file(str(number), run)
    shown = nodes_of(start.view_flow(cluster=False))
    assert len(shown) == 10
    assert {start.id, run.id} < shown.keys()
    assert "showing the 10 nearest records" in capsys.readouterr().out


def test_more_than_five_siblings_are_drawn_as_one(count_queries):
    """Outputs of one run that lead nowhere else; the start, and what is used further, stay on their own."""
    run, user = make_run(), make_run()
    start, used = make_file("start", run), make_file("used", run)
    used.input_of.add(user)
    others = [make_file(f"plate {number}", run) for number in range(7)]
    graph = start.view_flow()
    shown = nodes_of(graph)
    assert len(shown) == 5
    (cluster,) = [label for label in shown.values() if label.startswith("7 files")]
    assert "plate 0" in cluster
    assert "and 4 more" in cluster
    assert len(edges_of(graph)) == 4
    assert {one.id for one in others} < nodes_of(start.view_flow(cluster=False)).keys()
    assert {one.id for one in others} < set(graph.df().index)


def test_depth_is_the_number_of_runs():
    """In each direction."""
    runs, files = ladder(7, width=1)
    shown = nodes_of(files[3][0].view_flow(depth=1)).keys()
    assert shown == {files[2][0].id, runs[3].id, files[3][0].id, runs[4].id, files[4][0].id}
    assert nodes_of(files[3][0].view_flow(depth=0)).keys() == {files[3][0].id}


def test_flow_of_a_run_starts_at_the_run():
    """It has what led to it and what it led to."""
    runs, files = ladder(3, width=1)
    graph = runs[1].view_flow()
    assert nodes_of(graph).keys() == {one.id for one in [*runs, *(made[0] for made in files)]}
    assert colours_of(graph)[runs[1].id] == drawing.START
    assert nodes_of(runs[1].view_flow(depth=1)).keys() == {runs[1].id, files[0][0].id, files[1][0].id}


def test_result_of_data_with_a_newer_version_is_stale(count_queries):
    """What was made from it says so, in the picture and in the table, however far away; nothing else does."""
    _, files = ladder(3, width=2)
    old = files[0][0]
    newer = make_file("newer")
    ln.File.objects.filter(id=newer.id).update(initial_version_id=old.id, description="newer")
    ln.File.objects.filter(id=old.id).update(description="plate")
    with count_queries() as queries:
        graph = files[2][0].view_flow()
    assert len(queries) == 3
    stale = {id_ for id_, label in nodes_of(graph).items() if "plate has a newer version" in label}
    assert stale == {one.id for made in files[1:] for one in made}
    table = graph.df()
    assert set(table.index[table["stale"] != ""]) == stale
    ln.File.objects.filter(id=newer.id).update(initial_version_id=None)
    assert set(files[2][0].view_flow().df()["stale"]) == {""}


def test_flow_is_a_table():
    """One row per record with what it comes from and where it leads to."""
    runs, files = ladder(2, width=1)
    table = files[1][0].view_flow().df()
    assert table.index.name == "id"
    assert len(table) == 4
    row = table.loc[runs[1].id]
    assert (row["kind"], row["comes_from"], row["leads_to"]) == ("Run", [files[0][0].id], [files[1][0].id])


def test_flow_is_text_for_markdown():
    """Mermaid's flow charts, in which no title can be syntax."""
    run = make_run()
    file = make_file('a "b" [c] <d>; e #f', run)
    lines = file.view_flow().mermaid().splitlines()
    assert lines[0] == "flowchart LR"
    assert any("a #34;b#34; #91;c#93; #60;d#62;#59; e #35;f" in line for line in lines)
    assert "    n1 --> n0" in lines


def test_flow_is_a_graph_for_networkx():
    """With the attributes of the records."""
    networkx = pytest.importorskip("networkx")
    runs, files = ladder(3, width=2)
    graph = files[2][0].view_flow().networkx()
    assert networkx.ancestors(graph, files[2][0].id) == {
        one.id for one in [*runs, *files[0], *files[1]]
    }  # fmt: skip
    assert graph.nodes[runs[0].id]["kind"] == "Run"


def test_missing_networkx_is_said(monkeypatch):
    """With the extra that has it."""
    import sys

    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(ImportError, match=r"lamindb\[lineage\]"):
        make_file("x", make_run()).view_flow().networkx()


def test_same_flow_gives_the_same_drawing():
    """The order of rows in the database does not matter."""
    _, files = ladder(5)
    first = files[2][0].view_flow().source
    link = ln.File.input_of.through
    rows = [*link.objects.values("file_id", "run_id")]
    link.objects.all().delete()
    link.objects.bulk_create([link(**row) for row in reversed(rows)])
    assert files[2][0].view_flow().source == first


# -- parents ----------------------------------------------------------------------------------------------------------


def make_labels(*names):
    """Labels with these names, in one statement."""
    labels = [ln.ULabel.from_fields(name=name) for name in names]
    ln.ULabel.objects.bulk_create(labels)
    return labels


def make_line(length):
    """Labels, each of which is the parent of the next."""
    labels = make_labels(*[f"generation {number}" for number in range(length)])
    for parent, child in pairwise(labels):
        child.parents.add(parent)
    return labels


def test_parents_point_to_children():
    """Ancestors are shown with the values of the default field, arrows lead to the record."""
    grandparent, parent, child = make_line(3)
    graph = child.view_parents()
    assert edges_of(graph) == {(grandparent.id, parent.id), (parent.id, child.id)}
    assert nodes_of(graph) == {label.id: label.name for label in (grandparent, parent, child)}
    assert colours_of(graph)[child.id] == "#10b981"
    assert colours_of(graph)[parent.id] == "honeydew"
    assert graph.name == child.id


def test_children_are_shown_on_demand():
    """``with_children`` goes in the other direction, too."""
    grandparent, parent, child = make_line(3)
    assert edges_of(parent.view_parents()) == {(grandparent.id, parent.id)}
    assert edges_of(parent.view_parents(with_children=True)) == {(grandparent.id, parent.id), (parent.id, child.id)}


@pytest.mark.parametrize("distance", [0, 1, 2, 5, 100])
def test_distance_is_the_number_of_generations(distance):
    """One generation is one step; none is the record alone."""
    labels = make_line(9)
    assert len(edges_of(labels[-1].view_parents(distance=distance))) == min(distance, 8)
    both = labels[4].view_parents(distance=distance, with_children=True)
    assert len(edges_of(both)) == 2 * min(distance, 4)


def test_default_shows_five_generations():
    """As it always did."""
    labels = make_line(9)
    assert set(nodes_of(labels[-1].view_parents())) == {label.id for label in labels[3:]}


def test_short_cut_to_an_ancestor_counts():
    """The distance of a record is that of the shortest path to it."""
    labels = make_line(4)
    labels[3].parents.add(labels[0])
    further = make_labels("further")[0]
    labels[0].parents.add(further)
    assert edges_of(labels[3].view_parents(distance=2)) == {
        (labels[2].id, labels[3].id), (labels[0].id, labels[3].id), (labels[1].id, labels[2].id),
        (further.id, labels[0].id),
    }  # fmt: skip


@pytest.mark.parametrize("distance", [5, 10_000])
def test_circle_of_parents_ends(distance):
    """Records that are each other's parents are shown once."""
    first, second = make_line(2)
    first.parents.add(second)
    graph = first.view_parents(distance=distance, with_children=True)
    assert edges_of(graph) == {(first.id, second.id), (second.id, first.id)}


def test_parents_are_those_of_the_record_and_not_of_a_namesake():
    """Records are told apart by id: equal names lead nowhere."""
    mine, other, parent = [ln.Transform(name=name, version=name[-1]) for name in ("a1", "a2", "p3")]
    for transform in (mine, other, parent):
        transform.save()
    ln.Transform.filter(id=other.id).update(name="a1")
    other.parents.add(parent)
    assert edges_of(mine.view_parents()) == set()


def test_another_field_can_be_shown():
    """By name or by reference."""
    parent, child = make_line(2)
    ln.ULabel.filter(id=parent.id).update(description="the elder")
    assert nodes_of(child.view_parents(ln.ULabel.description))[parent.id] == "the elder"
    assert nodes_of(child.view_parents("id"))[parent.id] == parent.id


def test_many_records_are_below_each_other():
    """Names beside each other would make a picture of metres; a few are a tree from top to bottom."""
    elder = make_line(2)[0]
    assert "rankdir" not in elder.view_parents(with_children=True).source
    for child in make_labels(*[f"child {number}" for number in range(40)]):
        child.parents.add(elder)
    assert "rankdir=LR" in elder.view_parents(with_children=True).source


def test_transforms_have_the_labels_of_flows():
    """Emoji and name, id, type and user."""
    parent, child = make_transform("First", "notebook"), make_transform("Second")
    child.parents.add(parent)
    label = nodes_of(child.view_parents())[parent.id]
    assert label.startswith("📔 First<BR/>")
    assert f"id={parent.id}<BR/>type=notebook, user=" in label


def test_parents_need_few_queries(count_queries):
    """However many generations there are."""
    labels = make_line(40)
    with count_queries() as queries:
        labels[20].view_parents(with_children=True, distance=100)
    assert len(queries) == 3


# -- drawing ----------------------------------------------------------------------------------------------------------

needs_dot = pytest.mark.skipif(shutil.which("dot") is None, reason="needs graphviz")

AWKWARD = ["a < b > c & d", "\"quoted\" 'single'", "<script>alert(1)</script>", "line\nbreak\ttab\x00null\x0bvt", "back\\slash\\",
           "&amp; \\N \\n", "", " ", "Ünïcödé 漢字 🧬", "x" * 255]  # fmt: skip


@needs_dot
@pytest.mark.parametrize("text", AWKWARD)
def test_any_text_can_be_drawn(text):
    """No text breaks a picture, and none is taken for markup."""
    record = make_file(text.replace("\0", " "), make_run(make_transform(text.replace("\0", " "))))
    picture = drawing.svg(record.view_flow())
    assert "<script>" not in picture
    assert record.id in picture


@needs_dot
def test_any_id_can_be_drawn():
    """Colons, quotes and backslashes in ids of plug-ins' records are no ports and no ends of strings."""
    awkward = ["CL:0000084", 'a"b', "back\\", "a -> b"]
    picture = Picture("x", [Node(name, name) for name in awkward], [(awkward[0], name) for name in awkward[1:]])
    shown = drawing.svg(drawing.draw(picture))
    assert shown.count('class="node"') == 4
    assert shown.count('class="edge"') == 3


@needs_dot
def test_graph_can_be_rendered_to_a_file(tmp_path):
    """What a method returns in a script is a graph of the graphviz package."""
    path = make_file("x", make_run()).view_flow().render(tmp_path / "flow", format="svg")
    assert "<svg" in Path(path).read_text()


def test_without_dot_it_is_said_what_to_install(monkeypatch, capsys):
    """No exception, but an error that names the program; the graph is returned nevertheless, and shown as its source."""
    monkeypatch.setenv("PATH", "")
    file = make_file("x", make_run())
    ln.settings.verbosity = 0
    graph = file.view_flow()
    assert "apt-get install graphviz" in capsys.readouterr().out
    assert len(nodes_of(graph)) == 2
    assert graph._repr_mimebundle_() == {"text/plain": graph.source}
    assert capsys.readouterr().out == ""
    assert drawing.svg(graph) is None


def test_notebook_shows_a_picture():
    """The last value of a cell appears as SVG."""
    assert set(make_file("x", make_run()).view_flow()._repr_mimebundle_()) == {"image/svg+xml"}
