"""What 0.54 did wrong and scripts must not suffer from any more: those that no other test is about."""

from __future__ import annotations

from pathlib import Path

import anndata as ad
import numpy as np
import pandas as pd
import pytest

import lamindb as ln

pytestmark = [pytest.mark.usefixtures("instance"), pytest.mark.commits]


@pytest.fixture
def root(instance):
    """The root of the default storage location."""
    return Path(instance.storage.root_as_str)


@pytest.fixture
def text_file(tmp_path):
    """Make a file of a text that isn't saved."""

    def make(text, **options):
        path = tmp_path / f"{text}.csv"
        path.write_text(f"x\n{text}\n")
        return ln.File(path, **(options or {"description": text}))

    return make


# -- D: data that were lost -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", [lambda file: file.save(), lambda file: ln.save(file)], ids=["file.save", "ln.save"])
def test_failed_first_save_can_be_repeated(text_file, root, save, capsys):
    """It is named, the record keeps its id, no row and no object appear, and the next try succeeds (D-2)."""
    file = text_file("1", key="folder/1.csv")
    key = file.id
    (root / "folder").write_text("in the way")
    with pytest.raises(RuntimeError):
        save(file)
    assert f"❗ could not upload file: File(id='{key}', key='folder/1.csv'" in capsys.readouterr().out
    assert file.id == key
    assert ln.File.filter().count() == 0
    (root / "folder").unlink()
    save(file)
    assert ln.File.filter().one().id == key
    assert file.path == root / "folder" / "1.csv"
    assert file.path.exists()


def test_failed_bulk_save_has_a_traceback_worth_reading(text_file, root):
    """It ends with the error (W-16)."""
    file = text_file("1", key="folder/1.csv")
    (root / "folder").write_text("in the way")
    with pytest.raises(RuntimeError) as raised:
        ln.save([file])
    assert "No entries were uploaded or committed to the database. See error message:" in str(raised.value)
    assert "NoneType: None" not in str(raised.value)
    assert "Traceback (most recent call last)" in str(raised.value)


@pytest.mark.parametrize("registry", ["Transform", "File", "Dataset"])
def test_next_versions_write_nothing_until_they_are_saved(text_file, registry):
    """The first version gets its version with the second (D-5)."""
    if registry == "Transform":
        first = ln.Transform(name="x")
        make = lambda: ln.Transform(is_new_version_of=first)  # noqa: E731
    elif registry == "File":
        first = text_file("1")
        make = lambda: text_file("2", is_new_version_of=first)  # noqa: E731
    else:
        first = ln.Dataset(pd.DataFrame({"x": [1]}), name="x")
        make = lambda: ln.Dataset(pd.DataFrame({"x": [2]}), is_new_version_of=first)  # noqa: E731
    first.save()
    stored = getattr(ln, registry).filter(id=first.id)
    second = make()
    assert (stored.one().version, getattr(ln, registry).filter().count()) == (None, 1)
    second.save()
    assert (stored.one().version, first.version, second.version) == ("1", "1", "2")
    assert second.initial_version == first
    assert stored.one().initial_version is None


def test_stores_that_are_read_stay_as_they_are(tmp_path):
    """A member called ``a`` survives, and can be an array (D-10)."""
    zarr = pytest.importorskip("zarr")
    store = tmp_path / "x.zarr"
    zarr.save_group(str(store), a=np.arange(3), b=np.arange(2))
    (store / "note").write_text("mine")
    file = ln.File(store, description="store")
    file.save()
    before = sorted(path.relative_to(store) for path in store.rglob("*"))
    assert list(file.backed().storage["a"][:]) == [0, 1, 2]
    assert sorted(path.relative_to(file.path) for path in Path(str(file.path)).rglob("*")) == before


@pytest.mark.parametrize("stored_as", ["h5ad", "zarr"])
def test_objects_of_users_are_not_changed(stored_as):
    """Columns that repeat keep their type, whatever the format is (D-15)."""
    obs = pd.DataFrame({"kind": ["a", "a", "b"]}, index=["x", "y", "z"])
    cells = ad.AnnData(np.ones((3, 1), dtype="float32"), obs=obs.copy())
    before = cells.obs["kind"].dtype
    file = ln.File(cells, description="cells", format=stored_as)
    file.save()
    assert cells.obs["kind"].dtype == before
    assert cells.obs.equals(obs)
    assert list(ln.File.filter().one().load().obs["kind"]) == ["a", "a", "b"]


# -- W: wrong results -------------------------------------------------------------------------------------------------


def test_files_of_a_dataset_keep_their_order(text_file):
    """Where they are listed and where they are loaded (W-1)."""
    files = [text_file(str(number)) for number in (5, 1, 4, 2, 3)]
    for file in files:
        file.save()
    ln.Dataset(files, name="x").save()
    dataset = ln.Dataset.filter(name="x").one()
    assert dataset.files.list("description") == ["5", "1", "4", "2", "3"]
    assert dataset.load()["x"].tolist() == [5, 1, 4, 2, 3]


def test_exact_names_are_found_among_those_that_rank_as_high():
    """Other casings and synonyms of others don't hide them; of two, the older one is meant (W-2)."""
    for name in ("Cell", "CELL", "cell"):
        ln.ULabel.from_fields(name=name).save()
    assert ln.ULabel(name="cell") == ln.ULabel.filter(name="cell").one()
    ln.Feature.from_fields(name="other", type="x", synonyms="twin").save()
    twins = [ln.Feature.from_fields(name="twin", type=kind) for kind in ("first", "second")]
    for twin in twins:
        twin.save()
    assert ln.Feature(name="twin", type="x") == twins[0]


def test_content_that_another_file_has_does_not_replace(text_file):
    """It is refused by an error that names both, and the file is as it was (W-6)."""
    one, two = text_file("1"), text_file("2")
    ln.save([one, two])
    before = (one.hash, one.path.read_text())
    with pytest.raises(RuntimeError, match=two.id):
        one.replace(two.path)
    assert (one.hash, one.path.read_text()) == before


def test_replaced_content_has_its_own_facts(text_file):
    """Suffix, accessor, digest, size and run are those of the new content (W-6)."""
    file = text_file("1")
    file.save()
    transform = ln.Transform(name="x")
    transform.save()
    run = ln.Run(transform)
    run.save()
    file.replace(pd.DataFrame({"x": [1]}), run=run)
    file.save()
    stored = ln.File.filter().one()
    assert (stored.suffix, stored.accessor, stored.hash_type) == (".parquet", "DataFrame", "md5")
    assert (stored.run, stored.transform, stored.size) == (run, transform, stored.path.stat().st_size)
    assert stored.load()["x"].tolist() == [1]


def test_arguments_are_used_or_refused(text_file):
    """None is dropped without a word (W-8)."""
    frame = pd.DataFrame({"x": [1, 2]})
    dataset = ln.Dataset.from_df(frame, name="x", reference="doi", reference_type="paper")
    assert (dataset.reference, dataset.reference_type) == ("doi", "paper")
    assert ln.Transform(name="x", reference="url", reference_type="git").reference_type == "git"
    with pytest.raises(ValueError, match="keyword arguments"):
        ln.Transform("positional")
    transform = ln.Transform(name="x")
    transform.save()
    with pytest.raises(ValueError, match="bogus"):
        ln.Run(transform, bogus=1)
    files = [text_file("1"), text_file("2")]
    ln.save(files)
    both = ln.Dataset(files, name="both")
    both.save()
    assert both.load(dtype=str)["x"].tolist() == ["1", "2"]
    assert ln.File.filter(description="1").one().load(dtype=str)["x"].tolist() == ["1"]


def test_files_without_a_reader_are_loaded_as_paths(tmp_path):
    """Several of them as a list (W-8)."""
    files = []
    for name in ("a.bin", "b.bin"):
        (tmp_path / name).write_text(name)
        files.append(ln.File(tmp_path / name, description=name))
    ln.save(files)
    dataset = ln.Dataset(files, name="x")
    dataset.save()
    assert [Path(str(path)).read_text() for path in dataset.load()] == ["a.bin", "b.bin"]


def test_flow_shows_what_later_runs_made():
    """Datasets of downstream runs included (W-17); data without a run are drawn alone (C-5)."""
    transform = ln.Transform(name="x")
    transform.save()
    runs = [ln.Run(transform), ln.Run(transform)]
    ln.save(runs)
    first = ln.File(pd.DataFrame({"x": [1]}), description="first", run=runs[0])
    last = ln.Dataset(pd.DataFrame({"x": [2]}), name="last", run=runs[1])
    alone = ln.File(pd.DataFrame({"x": [3]}), description="alone")
    for host in (first, last, alone):
        host.save()
    runs[1].input_files.add(first)
    assert last.id in first.view_flow().source
    assert last.id not in first.view_flow(with_children=False).source
    assert alone.id in alone.view_flow().source


# -- C: crashes -------------------------------------------------------------------------------------------------------


def test_nothing_of_a_failed_call_remains(tmp_path):
    """Verbosity and indentation are as before (C-9)."""
    from lamindb import log

    ln.settings.verbosity = 2
    cells = ad.AnnData(np.ones((1, 1), dtype="float32"))
    for call in (
        lambda: ln.File.from_dir(tmp_path / "nowhere"),
        lambda: ln.File.from_anndata(cells, "name"),
        lambda: ln.Feature.from_df(pd.DataFrame([[1, 2]], columns=["a", "a"])),
    ):
        with pytest.raises((TypeError, ValueError, OSError)):
            call()
        assert (ln.settings.verbosity, log._state.indent) == (2, "")


def test_tables_are_read_compressed_or_not(tmp_path):
    """What pandas reads is read, and arguments reach it (C-12)."""
    frame = pd.DataFrame({"x": [1, 2], "y": ["a", "b"]})
    for name, separator in (("t.csv", ","), ("t.csv.gz", ","), ("t.tsv", "\t")):
        frame.to_csv(tmp_path / name, index=False, sep=separator)
        file = ln.File(tmp_path / name, description=name)
        file.save()
        assert file.load().equals(frame)
        assert file.load(usecols=["x"]).columns.tolist() == ["x"]


# -- how many statements ----------------------------------------------------------------------------------------------


@pytest.fixture
def statements(count_queries):
    """Count the statements of a call, without those that begin and end transactions, or wait until others have ended theirs."""

    def count(call):
        with count_queries() as queries:
            call()
        verbs = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "PRAGMA", "SELECT pg_advisory_xact_lock")
        return sum(not query["sql"].startswith(verbs) for query in queries.captured_queries)

    return count


def test_work_takes_few_statements_however_much_it_is(statements, tmp_path):
    """About as many as the specification aims at (12.4)."""
    frame = pd.DataFrame(
        np.random.default_rng(0).random((3, 50)), columns=[f"feature {number}" for number in range(50)]
    )
    frame["kind"] = ["a", "a", "b"]
    features = []
    assert statements(lambda: features.extend(ln.Feature.from_df(frame))) <= 2
    ln.save(features)
    assert statements(lambda: ln.Feature.from_df(frame)) == 1
    datasets = []
    assert statements(lambda: datasets.append(ln.Dataset.from_df(frame, name="x"))) <= 8
    assert statements(datasets[0].save) <= 10
    label, kind = ln.ULabel(name="a"), ln.Feature.filter(name="kind").one()
    label.save()
    assert statements(lambda: datasets[0].labels.add(label, kind)) <= 6
    assert statements(lambda: repr(datasets[0].features)) <= 4
    for number in range(20):
        (tmp_path / f"{number}.txt").write_text(str(number))
    files = []
    assert statements(lambda: files.extend(ln.File.from_dir(tmp_path))) <= 3
    assert statements(lambda: ln.save(files)) <= 5
    assert statements(lambda: files[0].path) == 0
    ln.save(ln.ULabel.from_fields(name=f"label {number}") for number in range(100))
    for call, most in (
        (lambda: ln.ULabel(name="label 7"), 2),
        (lambda: ln.ULabel(name="label 777"), 4),
        (lambda: ln.ULabel.search("label 7"), 4),
        (lambda: ln.ULabel.lookup().label_7, 2),
        (lambda: ln.ULabel.inspect(["label 7", "nobody"], mute=True), 1),
        (lambda: ln.ULabel.from_values(["label 7", "nobody"]), 1),
        (lambda: ln.ULabel.filter().first(), 1),
        (lambda: ln.ULabel.filter().df(), 1),
    ):
        assert statements(call) <= most
