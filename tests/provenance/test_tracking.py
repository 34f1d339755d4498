"""``ln.track()``: transforms, runs and what is said about them."""

from __future__ import annotations

import os
import stat
import threading
from importlib.metadata import version

import pytest
from django.utils import timezone

import lamindb as ln
from lamindb.errors import TrackingError
from lamindb.provenance import asking, editors, notebooks, scripts
from lnschema_core.history import executions
from tests.provenance.notebook_makers import METADATA, TRACK, code, markdown, metadata_of, write_notebook

pytestmark = pytest.mark.usefixtures("instance")


@pytest.fixture(autouse=True)
def _context():
    """Start without a transform, and leave none behind."""
    yield
    ln.run_context.transform = ln.run_context.instance = None


@pytest.fixture
def notebook(tmp_path):
    """A notebook that has been tracked by the reference release."""
    return write_notebook(tmp_path / "analysis.ipynb", metadata=METADATA)


@pytest.fixture
def fresh(tmp_path):
    """A notebook that has never been tracked."""
    return write_notebook(tmp_path / "fresh.ipynb")


@pytest.fixture
def answers(monkeypatch):
    """Answer questions one after the other; the questions are collected."""
    asked = []

    def answer(*texts):
        remaining = list(texts)

        def ask(question):
            asked.append(question)
            return remaining.pop(0)

        for module in ("notebooks", "recognition"):
            monkeypatch.setattr(f"lamindb.provenance.{module}.ask", ask)
        return asked

    return answer


def pipeline(name="Pipeline"):
    """A transform that isn't saved."""
    return ln.Transform(name=name, type="pipeline")


# -- the context ------------------------------------------------------------------------------------------------------


def test_nothing_is_tracked_at_first():
    """The context is empty."""
    assert ln.run_context.run is None
    assert ln.dev.run_context is ln.run_context


def test_track_sets_the_context(instance):
    """Transform, run and instance are those of now; new data belong to the run."""
    ln.track(pipeline())
    assert ln.run_context.transform.name == "Pipeline"
    assert ln.run_context.run.transform == ln.run_context.transform
    assert ln.run_context.instance.identifier == instance.identifier


def test_new_data_belong_to_the_run(tmp_path):
    """Until the user assigns None."""
    path = tmp_path / "a.txt"
    path.write_text("a")
    ln.track(pipeline())
    assert ln.File(path, description="a").run == ln.run_context.run
    ln.run_context.run = None
    assert ln.File(path, key="a.txt").run is None


def test_track_is_a_method_of_the_context():
    """The verb has a second name, and returns nothing."""
    assert ln.run_context._track(pipeline()) is None
    assert ln.run_context.run is not None


# -- transforms -------------------------------------------------------------------------------------------------------


def test_new_transform_is_saved():
    """A transform that isn't in the database is put there."""
    transform = pipeline()
    ln.track(transform)
    assert ln.Transform.filter(id=transform.id).one().name == "Pipeline"


def test_stored_transform_is_loaded_without_changes():
    """Unsaved changes of a transform that is in the database are neither saved nor used."""
    transform = pipeline()
    transform.save()
    transform.name = "Changed"
    ln.track(transform)
    assert ln.run_context.transform.name == "Pipeline"
    assert ln.Transform.filter(id=transform.id).one().name == "Pipeline"


@pytest.mark.parametrize("error", [AttributeError, TypeError])
def test_only_transforms_can_be_tracked(error):
    """The message names what was passed."""
    with pytest.raises(error, match="'My pipeline 2'"):
        ln.track("My pipeline 2")
    assert ln.run_context.run is None


def test_nothing_to_recognise_is_said(capsys):
    """In interactive Python and in tests a transform has to be passed; without one the context stays as it is."""
    ln.track(pipeline())
    run = ln.run_context.run
    capsys.readouterr()
    ln.track()
    assert "no automatic metadata detection, consider passing transform" in capsys.readouterr().out
    assert ln.run_context.run == run


def test_parents_are_told(capsys):
    """One in a line, several in a list."""
    child, one, two = pipeline("Child"), pipeline("Parent A"), pipeline("Step 2")
    for transform in (child, one, two):
        transform.save()
    child.parents.add(one)
    ln.track(child)
    assert f"  parent transform: {one}" in capsys.readouterr().out
    child.parents.add(two)
    ln.track(child)
    shown = capsys.readouterr().out
    assert "  parent transforms:" in shown
    assert f"   - {one}" in shown
    assert f"   - {two}" in shown


# -- runs -------------------------------------------------------------------------------------------------------------


def test_pipeline_has_a_run_per_call():
    """Each time it is tracked, it runs anew."""
    transform = pipeline()
    ln.track(transform)
    first = ln.run_context.run
    ln.track(transform)
    assert ln.run_context.run != first


def test_notebook_transform_continues_its_run():
    """Its type decides, whether it is a string or has just been made."""
    transform = ln.Transform(name="Notebook", type="notebook")
    ln.track(transform)
    first = ln.run_context.run
    ln.track(transform)
    assert ln.run_context.run == first
    ln.track(transform, new_run=True)
    assert ln.run_context.run != first


def test_continued_run_is_the_latest_of_the_user():
    """Runs of others are not continued."""
    transform = pipeline()
    transform.save()
    other = ln.User.from_fields(id="otherusr", handle="other", email="other@example.com")
    other.save()
    own = [ln.Run(transform) for _ in range(2)]
    for run in own:
        run.save()
    foreign = ln.Run.from_fields(transform=transform, created_by=other)
    foreign.save()
    ln.track(transform, new_run=False)
    assert ln.run_context.run == own[1]


def test_continued_run_runs_now():
    """``run_at`` is when it last ran; when it was created stays."""
    transform = pipeline()
    ln.track(transform)
    long_ago = timezone.now() - timezone.timedelta(days=3)
    ln.Run.filter(id=ln.run_context.run.id).update(run_at=long_ago, created_at=long_ago)
    ln.track(transform, new_run=False)
    run = ln.Run.filter(id=ln.run_context.run.id).one()
    assert run.created_at == long_ago
    assert timezone.now() - run.run_at < timezone.timedelta(minutes=1)


def test_reference_of_a_continued_run_changes_only_when_given():
    """What isn't passed stays."""
    transform = pipeline()
    ln.track(transform, reference="https://a.org/1", reference_type="url")
    ln.track(transform, new_run=False)
    assert (ln.run_context.run.reference, ln.run_context.run.reference_type) == ("https://a.org/1", "url")
    ln.track(transform, new_run=False, reference="https://a.org/2")
    stored = ln.Run.filter(id=ln.run_context.run.id).one()
    assert (stored.reference, stored.reference_type) == ("https://a.org/2", "url")


@pytest.mark.parametrize(("verbosity", "icon", "verb"), [(1, "💡", ""), (2, "💡", ""), (3, "✅", "saved: ")])
def test_messages_have_more_words_for_those_who_want_more(capsys, verbosity, icon, verb):
    """At the default verbosity the records are shown, above also what happened to them."""
    ln.settings.verbosity = verbosity
    ln.track(pipeline())
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{icon} {verb}{ln.run_context.transform}", f"{icon} {verb}{ln.run_context.run}"]


def test_loaded_records_are_said_to_be_loaded(capsys):
    """Not saved."""
    ln.settings.verbosity = 3
    transform = pipeline()
    ln.track(transform)
    capsys.readouterr()
    ln.track(transform, new_run=False)
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == ["✅ loaded", "✅ loaded"]


def test_track_asks_little(count_queries):
    """Transform, run, parents, the end of the run before and what surrounds this one, however much there is."""
    transform = pipeline()
    ln.track(transform)
    with count_queries() as queries:
        ln.track(transform)
    asked = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(asked) <= 8, asked


# -- scripts ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def script(tmp_path, monkeypatch):
    """A script that this process is taken to run."""
    path = tmp_path / "make_plates.py"
    path.write_text('"""Make plates."""\n')
    monkeypatch.setattr(scripts, "find_script", lambda: path.resolve())
    return path


def test_script_is_the_same_transform_every_time(script):
    """It is recognised by its path, and every execution is a run of its own."""
    ln.track()
    first, first_run = ln.run_context.transform, ln.run_context.run
    ln.track()
    assert ln.run_context.transform == first
    assert ln.run_context.run != first_run
    assert (first.name, first.short_name, first.type) == ("Make plates.", "make_plates.py", "pipeline")
    assert (first.reference, first.reference_type) == (str(script.resolve()), "path")
    assert len(first.id) == 14


def test_script_is_another_transform_than_its_namesake(script):
    """Equal names of scripts mean nothing."""
    ln.Transform(name="Make plates.", type="pipeline").save()
    ln.track()
    assert ln.Transform.filter(name="Make plates.").count() == 2


def test_changed_script_is_a_new_version(script):
    """It is recognised by its content as well; what it said before is the version that it was then."""
    ln.track()
    first = ln.run_context.transform
    script.write_text('"""Make better plates."""\n')
    for _ in range(2):
        ln.track()
        second = ln.run_context.transform
        assert (second.version, second.initial_version_id, second.name) == ("2", first.id, "Make better plates.")
    script.write_text('"""Make the best plates."""\n')
    ln.track()
    assert ln.run_context.transform.version == "3"
    script.write_text('"""Make plates."""\n')
    ln.track()
    assert (ln.run_context.transform, ln.run_context.transform.version) == (first, "1")
    assert ln.Transform.filter(short_name="make_plates.py").count() == 3


def test_secret_of_a_script_is_no_change(script):
    """What is not stored makes no version."""
    for secret in ("hunter2hunter2", "correcthorse"):
        script.write_text(f"password = '{secret}'\n")
        ln.track()
    assert ln.Transform.filter(short_name="make_plates.py").count() == 1


def test_changed_script_that_starts_many_times_at_once_is_one_version(script, monkeypatch):
    """Who is too late to make it takes what the other one made."""
    from lamindb.provenance import recognition

    ln.track()
    first = ln.run_context.transform
    script.write_text("x = 1\n")
    number = recognition._next_version(first.id[:12])
    ln.track()
    monkeypatch.setattr(recognition, "_find", lambda code: None)
    monkeypatch.setattr(recognition, "_next_version", lambda stem: number)
    ln.track()
    assert ln.run_context.transform.version == number == "2"
    assert ln.Transform.filter(short_name="make_plates.py").count() == 2


def test_script_that_nothing_can_be_captured_of_has_one_version(script, monkeypatch):
    """Nobody can tell whether it has changed."""
    from lamindb.provenance import recognition

    monkeypatch.setattr(executions, "can_be_kept", lambda: False)
    monkeypatch.setattr(recognition, "can_be_kept", lambda: False)
    ln.track()
    script.write_text("x = 1\n")
    ln.track()
    assert ln.Transform.filter(short_name="make_plates.py").count() == 1


def test_newest_version_of_a_script_is_the_one_that_runs(script):
    """A version that the user has made takes over."""
    ln.track()
    newer = ln.Transform(is_new_version_of=ln.run_context.transform, type="pipeline", short_name="make_plates.py")
    newer.save()
    ln.track()
    assert ln.run_context.transform == newer


def test_long_names_are_cut(script):
    """A docstring may be longer than a name can be."""
    script.write_text(f'"""{"x" * 1000}"""\n')
    ln.track()
    assert ln.run_context.transform.name == "x" * 255
    first = ln.run_context.transform
    ln.track()
    assert ln.run_context.transform.updated_at == first.updated_at


def test_script_that_starts_many_times_at_once_is_one_transform(script, monkeypatch):
    """Who finds nothing and is too late to make it takes what the other one made."""
    from lamindb.provenance import recognition

    ln.track()
    first = ln.run_context.transform
    find, answers = recognition._find, [None]
    monkeypatch.setattr(recognition, "_find", lambda code: answers.pop() if answers else find(code))
    ln.track()
    assert ln.run_context.transform == first
    assert ln.Transform.filter(short_name="make_plates.py").count() == 1


# -- notebooks --------------------------------------------------------------------------------------------------------


def test_notebook_of_the_reference_release_has_its_id(notebook, capsys):
    """Id and version in the metadata, title and name of the file."""
    ln.track(notebook_path=notebook)
    transform = ln.run_context.transform
    assert transform.id == "NJvdsWWbJlZSz8"
    assert (transform.name, transform.short_name, transform.version) == ("My analysis", "analysis", "0")
    assert transform.type == "notebook"
    assert metadata_of(notebook) == METADATA
    assert f"notebook imports: django=={version('django')} lamindb" in capsys.readouterr().out


def test_notebook_is_recognised_and_continues_its_run(notebook):
    """Also after it has been moved."""
    ln.track(notebook_path=notebook)
    first = ln.run_context.transform, ln.run_context.run
    (notebook.parent / "sub").mkdir()
    ln.track(notebook_path=notebook.rename(notebook.parent / "sub" / "analysis.ipynb"))
    assert (ln.run_context.transform, ln.run_context.run) == first


def test_old_notebook_has_its_id_under_another_key(tmp_path):
    """Notebooks of the first releases call it ``uid``."""
    old = {"uid": METADATA["id"], "version": "0"}
    ln.track(notebook_path=write_notebook(tmp_path / "old.ipynb", metadata=old))
    assert ln.run_context.transform.id == "NJvdsWWbJlZSz8"


def test_new_version_in_the_metadata_is_a_new_version(notebook):
    """Of the same family."""
    ln.track(notebook_path=notebook)
    first = ln.run_context.transform
    write_notebook(notebook, metadata={**METADATA, "version": "1"})
    ln.track(notebook_path=notebook)
    second = ln.run_context.transform
    assert second.id == "NJvdsWWbJlZSxM"
    assert second.version == "1"
    assert second.initial_version == first


def test_notebooks_of_one_title_are_different(tmp_path):
    """Only the id counts."""
    for name in ("aaaaaaaaaaaa", "bbbbbbbbbbbb"):
        ln.track(notebook_path=write_notebook(tmp_path / f"{name}.ipynb", metadata={**METADATA, "id": name}))
    assert ln.Transform.filter(name="My analysis").count() == 2


def test_fresh_notebook_gets_metadata(fresh, instance):
    """An id of its own and version 0, kept in the file from now on; who made it is said."""
    ln.track(notebook_path=fresh)
    metadata = metadata_of(fresh)
    user = ln.setup.settings.user
    assert metadata.keys() == METADATA.keys()
    assert metadata["version"] == "0"
    assert (metadata["user_handle"], metadata["user_id"]) == (user.handle, user.id)
    assert ln.run_context.transform.id == metadata["id"] + "z8"
    first = ln.run_context.transform
    ln.track(notebook_path=fresh)
    assert ln.run_context.transform == first


def test_notebook_whose_editor_overwrote_the_metadata_is_recognised(fresh):
    """By its path and title: an editor that has the file open may write its own copy over it."""
    before = fresh.read_text()
    ln.track(notebook_path=fresh)
    first, metadata = ln.run_context.transform, metadata_of(fresh)
    fresh.write_text(before)
    ln.track(notebook_path=fresh)
    assert ln.run_context.transform == first
    assert metadata_of(fresh)["id"] == metadata["id"]


def test_new_notebook_at_the_path_of_another_one_is_another(fresh):
    """It has another title, and the one that was moved away keeps its id."""
    ln.track(notebook_path=fresh)
    first, moved = ln.run_context.transform, fresh.rename(fresh.with_name("moved.ipynb"))
    write_notebook(fresh, markdown("# Something else"), TRACK)
    ln.track(notebook_path=fresh)
    second = ln.run_context.transform
    assert second.name == "Something else"
    assert second.id[:12] == metadata_of(fresh)["id"] != first.id[:12]
    ln.track(notebook_path=moved)
    assert ln.run_context.transform == first
    assert ln.run_context.transform.short_name == "moved"


def test_packages_are_recorded_on_demand(fresh):
    """Those that are named and those that are imported, with versions."""
    ln.track(notebook_path=fresh, pypackage=["django"])
    assert metadata_of(fresh)["pypackage"].keys() == {"django", "lamindb"}


def test_nothing_is_written_if_the_notebook_cannot_be_tracked(tmp_path):
    """Metadata come last."""
    path = write_notebook(tmp_path / "a.ipynb", TRACK)
    with pytest.raises(TrackingError):
        ln.track(notebook_path=path)
    assert metadata_of(path) is None
    assert ln.run_context.run is None


def test_notebook_in_a_read_only_folder_is_recognised_by_its_path(fresh, monkeypatch, capsys):
    """Tracking goes on, and finds the notebook again."""
    monkeypatch.setattr(notebooks, "_may_write", lambda path: False)
    ln.track(notebook_path=fresh)
    first = ln.run_context.transform
    ln.track(notebook_path=fresh)
    assert ln.run_context.transform == first
    assert "read-only" in capsys.readouterr().out
    assert metadata_of(fresh) is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="may write everywhere")
def test_read_only_folder_is_noticed(fresh):
    """Permissions decide."""
    fresh.parent.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert not notebooks._may_write(fresh)
    finally:
        fresh.parent.chmod(stat.S_IRWXU)


def test_failed_writing_of_metadata_does_not_stop_the_work(fresh, monkeypatch, capsys):
    """It is said, and the run is tracked."""

    def fail(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lamindb.provenance.notebook_file.NotebookFile.write_metadata", fail)
    ln.track(notebook_path=fresh)
    assert ln.run_context.run is not None
    assert "No space left on device" in capsys.readouterr().out


# -- what keeps a notebook from being tracked -------------------------------------------------------------------------


def test_notebook_without_a_title_is_refused(tmp_path):
    """The error is the one that has always been raised, without a further warning."""
    from lamindb.dev._run_context import NoTitleError

    path = write_notebook(tmp_path / "a.ipynb", TRACK, metadata=METADATA)
    with pytest.raises(NoTitleError, match="Please add a title to your notebook in a markdown cell: # Title"):
        ln.track(notebook_path=path)


def test_tests_of_notebooks_are_asked_for_a_title_as_people_are(tmp_path, monkeypatch):
    """A notebook that is tested without one, by a program that answers no questions, gets the error as with 0.54."""
    from lamindb.dev._run_context import NoTitleError

    path = write_notebook(tmp_path / "a.ipynb", TRACK, metadata=METADATA)
    monkeypatch.setattr(notebooks, "has_person", lambda: False)
    monkeypatch.setenv("NBPRJ_TEST_NBPATH", str(path))
    with pytest.raises(NoTitleError):
        ln.track()
    assert ln.run_context.run is None


def test_notebook_that_is_not_saved_is_refused(tmp_path):
    """The file does not have the cell that is being executed."""
    from lamindb.dev._run_context import NotebookNotSavedError

    path = write_notebook(tmp_path / "a.ipynb", code(""), metadata=METADATA)
    with pytest.raises(NotebookNotSavedError, match="The notebook is not saved, please save the notebook and rerun"):
        ln.track(notebook_path=path)


@pytest.mark.parametrize("editor", ["vs_code", "pycharm"])
def test_editor_that_does_not_let_write_is_told_what_to_run(fresh, editor):
    """The three steps, with the path."""
    from lamindb.dev._run_context import UpdateNbWithNonInteractiveEditorError

    with pytest.raises(UpdateNbWithNonInteractiveEditorError, match=f"lamin track {fresh}"):
        ln.track(notebook_path=fresh, editor=editor)
    assert metadata_of(fresh) is None


def test_editor_does_not_matter_once_there_are_metadata(notebook):
    """Nothing has to be written."""
    ln.track(notebook_path=notebook, editor="vs_code")
    assert ln.run_context.transform.id == "NJvdsWWbJlZSz8"


def test_untitled_notebook_has_to_be_renamed(tmp_path, capsys):
    """A notebook with the name of all new ones."""
    with pytest.raises(RuntimeError, match="Please rename your notebook before tracking it"):
        ln.track(notebook_path=write_notebook(tmp_path / "Untitled.ipynb"))
    assert "automatic tracking of notebook failed: Please rename" in capsys.readouterr().out


def test_missing_notebook_is_said(tmp_path):
    """The error says what to pass."""
    with pytest.raises(RuntimeError, match=r"Auto-retrieval of notebook name & title failed\.(?s:.*)a\.ipynb"):
        ln.track(notebook_path=tmp_path / "a.ipynb")


def test_notebook_with_a_broken_id_is_refused(tmp_path):
    """Rather than made another one."""
    path = write_notebook(tmp_path / "a.ipynb", metadata={**METADATA, "id": "short"})
    with pytest.raises(TrackingError, match="'short'"):
        ln.track(notebook_path=path)


def test_notebook_that_is_not_found_is_said(monkeypatch):
    """With both ways out."""
    monkeypatch.setattr(notebooks, "find_notebook", lambda: None)
    with pytest.raises(RuntimeError, match=r"failed to infer notebook path\.\nfix: (?s:.*)notebook_path"):
        notebooks.running_notebook()


# -- renamed notebooks ------------------------------------------------------------------------------------------------


def retitle(path, title):
    """Give a notebook another title."""
    return write_notebook(path, markdown(f"# {title}"), TRACK, metadata=metadata_of(path))


def test_renamed_notebook_is_updated_without_questions_where_nobody_answers(notebook, capsys):
    """The transform follows."""
    ln.settings.verbosity = 3
    ln.track(notebook_path=notebook)
    retitle(notebook, "Another title")
    ln.track(notebook_path=notebook.rename(notebook.with_name("renamed.ipynb")))
    stored = ln.Transform.filter(id="NJvdsWWbJlZSz8").one()
    assert (stored.name, stored.short_name) == ("Another title", "renamed")
    assert "updated: Transform(" in capsys.readouterr().out


def test_user_may_keep_the_id_of_a_renamed_notebook(notebook, answers):
    """The answer n updates the transform."""
    asked = answers("n")
    ln.track(notebook_path=notebook)
    retitle(notebook, "Another title")
    ln.track(notebook_path=notebook)
    assert asked == ["Updated notebook name and/or title: Do you want to assign a new id or version? (y/n)"]
    assert ln.Transform.filter(id="NJvdsWWbJlZSz8").one().name == "Another title"


def test_user_may_give_a_renamed_notebook_a_new_version(notebook, answers):
    """The file has it, and it is a new version of the transform."""
    answers("y", "n", "y", "Draft 2")
    ln.track(notebook_path=notebook)
    first = ln.run_context.transform
    retitle(notebook, "Another title")
    ln.track(notebook_path=notebook)
    assert metadata_of(notebook) == {**METADATA, "version": "Draft 2"}
    assert ln.run_context.transform.initial_version == first
    assert ln.run_context.transform.version == "Draft 2"
    assert ln.Transform.filter(id=first.id).one().name == "My analysis"


def test_user_may_give_a_renamed_notebook_a_new_id(notebook, answers):
    """It is another transform then."""
    answers("y", "y", "n")
    ln.track(notebook_path=notebook)
    first = ln.run_context.transform
    retitle(notebook, "Another title")
    ln.track(notebook_path=notebook)
    assert ln.run_context.transform.initial_version is None
    assert ln.run_context.transform.id != first.id
    assert ln.run_context.transform.id == metadata_of(notebook)["id"] + "z8"


def test_new_id_needs_an_editor_that_lets_write(notebook, answers):
    """Else the steps are told."""
    from lamindb.dev._run_context import UpdateNbWithNonInteractiveEditorError

    answers("y")
    ln.track(notebook_path=notebook)
    retitle(notebook, "Another title")
    with pytest.raises(UpdateNbWithNonInteractiveEditorError):
        ln.track(notebook_path=notebook, editor="vs_code")


def test_nobody_is_asked_without_a_terminal():
    """The answer is None."""
    assert asking.ask("Anybody? ") is None


# -- editors and Colab ------------------------------------------------------------------------------------------------


def test_lab_saves_before_and_reloads_after(fresh, monkeypatch):
    """Where JupyterLab can be asked, nothing that the user typed is lost."""
    asked = []

    def command(name):
        asked.append((name, metadata_of(fresh) is not None))
        if name == "docmanager:save":
            os.utime(fresh, ns=(0, len(asked)))
        return True

    monkeypatch.setattr(editors, "_command", command)
    ln.track(notebook_path=fresh)
    assert asked == [("docmanager:save", False), ("docmanager:reload", True)]


def test_notebook_that_is_being_written_is_waited_for(fresh, monkeypatch):
    """Servers empty the file before they write it."""
    text, writing = fresh.read_text(), threading.Event()

    def command(_name):
        fresh.write_text("")
        threading.Timer(0.1, lambda: (fresh.write_text(text), writing.set())).start()
        return True

    monkeypatch.setattr(editors, "_command", command)
    assert editors.save(fresh)
    assert writing.wait(5)
    assert fresh.read_text() == text


def test_user_is_told_to_reload_where_the_editor_does_not_save(fresh, monkeypatch, capsys):
    """The package that asks it is here, and what it needs in JupyterLab isn't."""
    monkeypatch.setattr(editors, "_command", lambda _name: True)
    monkeypatch.setattr(editors, "_PATIENCE", 0)
    ln.track(notebook_path=fresh)
    assert "reload it from disk" in capsys.readouterr().out


def test_user_is_told_to_reload_where_the_editor_cannot_be_asked(fresh, capsys):
    """Else the editor would overwrite the metadata."""
    ln.track(notebook_path=fresh)
    assert "reload it from disk" in capsys.readouterr().out


def test_document_of_colab_is_recognised_by_its_id(capsys):
    """The first 14 characters; its name comes from Colab, where that answers."""
    ln.track(notebook_path="/fileId=1KskciVXleoTeS_OGoJasXZJreDU9La_l")
    transform = ln.run_context.transform
    assert transform.id == "1KskciVXleoTeS"
    assert transform.reference == "colab_id: 1KskciVXleoTeS_OGoJasXZJreDU9La_l"
    assert (transform.name, transform.version) == ("Notebook", None)
    assert "could not get notebook name from Google Colab, using: Notebook.ipynb" in capsys.readouterr().out
    ln.track(notebook_path="/fileId=1KskciVXleoTeS_OGoJasXZJreDU9La_l")
    assert ln.run_context.transform == transform


def test_name_of_a_document_of_colab_keeps_its_letters(monkeypatch):
    """Only the suffix goes."""
    from lamindb.provenance.servers import Session

    monkeypatch.setattr(notebooks, "colab_session", lambda: Session("/fileId=x", "happy.ipynb", "k", is_lab=False))
    ln.track(notebook_path="/fileId=1KskciVXleoTeS_OGoJasXZJreDU9La_l")
    assert ln.run_context.transform.name == "happy"
