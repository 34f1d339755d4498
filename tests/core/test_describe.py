"""``host.describe()`` and the representations of hosts and their features."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import lamindb as ln
from lnschema_core.annotation.describe import describe, describe_html

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture
def host():
    """A labelled file of a run, with columns of all kinds, that is an input of another run and in a dataset."""
    registries = {"cell type": "core.ULabel", "my feature!": "core.ULabel", "two": "core.ULabel|core.Other"}
    names = ["cell type", "n", "my feature!", "free", "two"]
    ln.save(
        ln.Feature.from_fields(name=name, type="number" if name == "n" else "category", registries=registries.get(name))
        for name in names
    )
    transform = ln.Transform(name="make it", type="pipeline")
    transform.save()
    run = ln.Run(transform)
    run.save()
    file = ln.File.from_df(
        pd.DataFrame({name: [1, 1] if name == "n" else ["a", "a"] for name in names}), description="cells", run=run
    )
    file.save()
    labels = [ln.ULabel.from_fields(name=name) for name in ("T cell", "B cell", "x")]
    ln.save(labels)
    file.labels.add(labels[:2], ln.Feature.filter(name="cell type").one())
    file.labels.add(labels[2], ln.Feature.filter(name="two").one())
    ln.Dataset(file, name="set of cells").save()
    other = ln.Dataset([file], name="files of cells")
    other.save()
    user = ln.Run(transform)
    user.save()
    user.input_files.add(file)
    return ln.File.filter(pk=file.pk).one()


def test_describe_has_provenance_features_and_labels(host):
    """In this layout, which people read and programs match."""
    lines = describe(host).splitlines()
    run = ln.Run.filter(input_files=host).one()
    assert lines[0].startswith(f"File(id='{host.id}', suffix='.parquet', accessor='DataFrame', description='cells'")
    assert "created_by" not in lines[0]
    assert lines[1:] == [
        "",
        "Provenance:",
        f"  🗃️ storage: {host.storage}",
        f"  🧩 transform: {host.transform}",
        f"  👣 run: {host.run}",
        f"  👤 created_by: {host.created_by}",
        f"  ⬇️ input_of (core.Run): ['{run.run_at:%Y-%m-%d %H:%M:%S}']",
        "Features:",
        f"  columns: {host.feature_sets['columns']}",
        "    🔗 cell type (2, core.ULabel): 'T cell', 'B cell'",
        "    n (number)",
        "    🔗 my feature! (0, core.ULabel)",
        "    free (category)",
        "    🔗 two (core.ULabel|core.Other)",
        "        (1, core.ULabel): 'x'",
        "        (0, core.Other)",
        "Labels:",
        "  🏷️ ulabels (3, core.ULabel): 'T cell', 'B cell', 'x'",
        "  🏷️ datasets (1, core.Dataset): 'files of cells'",
    ]


def test_describe_prints(host, capsys):
    """At any verbosity."""
    ln.settings.verbosity = 0
    host.describe()
    assert capsys.readouterr().out.strip() == describe(host).strip()


def test_describe_takes_five_queries(host, count_queries):
    """However much there is to say; so does opening it in a notebook."""
    for show in (describe, describe_html):
        fresh = ln.File.filter(pk=host.pk).one()
        with count_queries() as queries:
            show(fresh)
        assert len(queries) <= 5


def test_features_take_three_queries(host, count_queries):
    """Sets, members and labels; without labelled features two."""
    with count_queries() as queries:
        shown = repr(host.features)
    assert shown.startswith("Features:\n  columns: FeatureSet(")
    assert len(queries) == 3
    ln.Feature.filter().update(registries=None)
    with count_queries() as queries:
        repr(host.features)
    assert len(queries) == 2


def test_describe_of_a_dataset_shows_its_file(host):
    """The file is part of where it comes from."""
    dataset = ln.Dataset.filter(name="set of cells").one()
    lines = describe(dataset).splitlines()
    assert f"  📄 file: {host}" in lines
    assert "Features:" in lines
    assert "Labels:" not in lines


def test_describe_of_a_version_shows_the_first():
    """The first version is part of where it comes from."""
    first = ln.File(pd.DataFrame({"a": [1]}), description="v")
    first.save()
    second = ln.File(pd.DataFrame({"a": [2]}), is_new_version_of=first)
    second.save()
    assert f"  🔖 initial_version: {ln.File.filter(pk=first.pk).one()}" in describe(second).splitlines()


def test_describe_of_an_unsaved_host_is_its_provenance():
    """Nothing is written, and nothing is missing that is known."""
    ln.Feature.from_fields(name="a", type="number").save()
    transform = ln.Transform(name="make it", type="notebook")
    transform.save()
    run = ln.Run(transform)
    file = ln.File.from_df(pd.DataFrame({"a": [1]}), description="unsaved", run=run)
    text = describe(file)
    assert f"  📔 transform: {transform}" in text
    assert f"  👣 run: {run}" in text
    assert "Features:" not in text
    assert ln.Run.filter().count() == 0
    assert "unsaved" in describe_html(file)


@pytest.mark.parametrize(("kind", "icon"), [("notebook", "📔"), ("app", "🖥️"), ("pipeline", "🧩"), ("api", "💫")])
def test_transforms_have_an_icon_by_type(kind, icon):
    """Whether the transform was just made or loaded."""
    transform = ln.Transform(name="make it", type=kind)
    transform.save()
    run = ln.Run(transform)
    run.save()
    file = ln.File(pd.DataFrame({"a": [1]}), description=kind, run=run)
    file.save()
    assert f"  {icon} transform: " in describe(file)
    assert f"  {icon} transform: " in describe(ln.File.filter(pk=file.pk).one())


def test_many_runs_and_features_are_cut():
    """The first ten times and the first hundred features are shown, and how many more there are."""
    names = [f"f{i}" for i in range(103)]
    ln.save([ln.Feature.from_fields(name=name, type="number") for name in names])
    file = ln.File.from_df(pd.DataFrame({name: [1] for name in names}), description="wide")
    file.save()
    transform = ln.Transform(name="use it")
    transform.save()
    for _ in range(11):
        run = ln.Run(transform)
        run.save()
        run.input_files.add(file)
    lines = describe(file).splitlines()
    (runs,) = [line for line in lines if "input_of" in line]
    assert runs.count("'") == 20
    assert runs.endswith(", ...]")
    assert sum(bool(re.fullmatch(r"    f\d+ \(number\)", line)) for line in lines) == 100
    assert lines[-1] == "    ... and 3 more"
    assert "and 3 more" in describe_html(file)


def test_deleted_features_are_no_hidden_ones():
    """The set keeps its number, but nothing says that there are more than what is left."""
    ln.save([ln.Feature.from_fields(name=name, type="number") for name in ("a", "b")])
    file = ln.File.from_df(pd.DataFrame({"a": [1], "b": [2]}), description="two")
    file.save()
    ln.Feature.filter(name="b").one().delete()
    assert describe(file).splitlines()[-1] == "    a (number)"
    assert "more" not in describe_html(file)


def test_unsaved_features_are_shown():
    """What will be linked is there already."""
    ln.Feature.from_fields(name="a", type="number").save()
    file = ln.File.from_df(pd.DataFrame({"a": [1]}), description="unsaved")
    lines = repr(file.features).splitlines()
    assert lines[0] == "Features:"
    assert lines[1].startswith("  columns: FeatureSet(")
    assert lines[2:] == ["    a (number)"]
    assert repr(file.labels) == "no linked labels"


def test_nothing_linked_is_said():
    """In text and in notebooks."""
    file = ln.File(pd.DataFrame({"a": [1]}), description="plain")
    file.save()
    assert repr(file.features) == "no linked features"
    assert "no linked features" in file.features._repr_html_()
    assert "no linked labels" in file.labels._repr_html_()


def test_terminal_is_not_obeyed(capsys):
    """Control characters, and those that turn the direction of writing, are shown as escapes; all others as they are."""
    attack, shown = "red\x1b[31m\u202etxt\n✅ checked\x9b2J", r"red\x1b[31m\u202etxt\n✅ checked\x9b2J"
    feature = ln.Feature.from_fields(name=attack, type="category")
    feature.save()
    label = ln.ULabel(name=f"{attack} label", description=r"it's \ a\n 👩‍🔬 é日")
    label.save()
    ln.ULabel(name=f"{attack} labels")
    file = ln.File.from_df(pd.DataFrame({attack: [1]}), description=attack.replace("\n", " "))
    file.save()
    file.labels.add(label, feature)
    file.describe()
    ln.ULabel.validate([attack])
    ln.view(registries="ULabel")
    said = capsys.readouterr().out
    assert said.count(shown) >= 5
    for text in (said, repr(label), str(file), repr(file.features), repr(file.labels)):
        assert not {"\x1b", "\u202e", "\x9b"} & {*text}
    for text in (said, str(file), repr(file.features), repr(file.labels)):
        assert "\n✅ checked" not in text
    in_lines = shown.replace(r"\n", "\n")  # a text with several lines is shown as it is
    assert f"ULabel(id='{label.id}', name='{in_lines} label', description='it's \\ a\\n 👩‍🔬 é日'" in repr(label)


def test_markup_is_escaped_in_notebooks():
    """Whatever users write into names and descriptions."""
    attack = "<script>alert('x')</script>"
    feature = ln.Feature.from_fields(name=attack, type="category")
    feature.save()
    label = ln.ULabel.from_fields(name=attack + "label")
    label.save()
    file = ln.File.from_df(pd.DataFrame({attack: [1]}), description=attack.replace("\n", " "))
    file.save()
    file.labels.add(label, feature)
    for shown in (file._repr_html_(), file.features._repr_html_(), file.labels._repr_html_()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown
    dataset = ln.Dataset(file, name=attack)
    dataset.save()
    assert "<script>" not in dataset._repr_html_()
