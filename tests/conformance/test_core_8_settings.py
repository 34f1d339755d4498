"""``ln.settings`` and what is shown at which verbosity."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import lamindb as ln
from lamindb import log

WORDS = {"error": 0, "warning": 1, "success": 2, "info": 3, "hint": 4, "debug": 5}


@pytest.fixture
def settings():
    """The settings, which are as they were afterwards."""
    verbosity, chosen = ln.settings.verbosity, dict(vars(ln.settings))
    yield ln.settings
    ln.settings.verbosity = verbosity
    vars(ln.settings).clear()
    vars(ln.settings).update(chosen)


def test_defaults_are_the_known_ones(sandbox):
    """In a fresh process; the settings need no instance."""
    code = (
        "import lamindb as ln\ns = ln.settings\n"
        "print(type(s) is ln.dev.Settings, s.upon_file_create_if_hash_exists, s.upon_file_create_skip_size_hash,"
        " s.upon_create_search_names, s.track_run_inputs, s.verbosity)"
    )
    assert sandbox.python(code).stdout == "True warn_return_existing False True True 1\n"


def test_misspelt_setting_is_pointed_out(settings, capsys):
    """With the names that there are; it stays what it is in 0.54, an attribute. Names of other packages' own business are theirs."""
    settings.verbosty = 1
    assert (
        "there is no setting 'verbosty', so this changes nothing: there are executor, storage"
        in capsys.readouterr().out
    )
    assert settings.verbosty == 1
    del settings.verbosty
    settings._mine = 1
    assert settings._mine == 1
    assert capsys.readouterr().out == ""
    del settings._mine


@pytest.mark.parametrize(("word", "number"), WORDS.items())
def test_verbosity_is_a_number_or_a_word(settings, word, number):
    """It is told as a number."""
    settings.verbosity = word
    assert settings.verbosity == number
    settings.verbosity = number
    assert settings.verbosity == number


@pytest.mark.parametrize(
    ("value", "error"),
    [("loud", KeyError), (6, ValueError), (-1, ValueError), (None, ValueError), (True, ValueError), (2.0, ValueError)],
)
def test_refused_verbosity_changes_nothing(settings, value, error):
    """The error says which there are (C-11)."""
    settings.verbosity = 2
    with pytest.raises(error) as raised:
        settings.verbosity = value
    assert error is KeyError or str(raised.value) == "verbosity needs to be one of {0, 1, 2, 3, 4, 5}"
    assert settings.verbosity == 2


@pytest.mark.parametrize(
    ("level", "icon", "lowest"),
    [
        ("error", "❌ ", 0),
        ("plain", "", 0),
        ("important", "💡 ", 1),
        ("warning", "❗ ", 1),
        ("success", "✅ ", 2),
        ("save", "✅ ", 3),
        ("info", "💡 ", 3),
        ("hint", "💡 ", 4),
        ("debug", "🐛 ", 5),
    ],
)
def test_messages_show_from_their_verbosity_on(settings, capsys, level, icon, lowest):
    """With their icon, on standard output, without colours where no terminal is."""
    for verbosity in range(6):
        settings.verbosity = verbosity
        getattr(log, level)("said")
        assert capsys.readouterr() == ((f"{icon}said\n" if verbosity >= lowest else ""), "")


@pytest.mark.usefixtures("instance")
def test_words_for_equal_content(settings, tmp_path, capsys):
    """``error`` refuses it, ``warn_create_new`` takes it, everything else returns what is there."""
    path = tmp_path / "a.txt"
    path.write_text("content")
    file = ln.File(path, description="first")
    file.save()
    settings.upon_file_create_if_hash_exists = "error"
    with pytest.raises(RuntimeError, match=r"file with same hash exists: File\((?s:.*)\n💡 you can make this error a warning:\n    ln\.settings\.upon_file_create_if_hash_exists"):  # fmt: skip
        ln.File(path, description="second")
    settings.upon_file_create_if_hash_exists = "warn_create_new"
    capsys.readouterr()
    second = ln.File(path, description="second")
    assert f"❗ creating new File object despite existing file with same hash: {file}" in capsys.readouterr().out
    assert second != file
    for word in ("warn_return_existing", "whatever"):
        settings.upon_file_create_if_hash_exists = word
        again = ln.File(path, key="some/key.txt", description="third")
        assert again == file
        assert (again.description, again.key, again._state.adding) == ("first", None, False)
        assert f"❗ returning existing file with same hash: {file}" in capsys.readouterr().out


@pytest.mark.usefixtures("instance")
def test_names_are_searched_if_the_session_wants_that(settings, capsys):
    """The exact record is taken, similar ones are pointed out; or neither."""
    first = ln.ULabel(name="My project 1")
    first.save()
    assert ln.ULabel(name="My project 1") == first
    ln.ULabel(name="My project 2")
    assert "did you mean to load it?" in capsys.readouterr().out
    settings.upon_create_search_names = False
    assert ln.ULabel(name="My project 1") != first
    ln.ULabel(name="My project 2")
    assert "did you mean" not in capsys.readouterr().out


@pytest.mark.usefixtures("instance")
def test_storage_is_the_root_of_the_instance(instance):
    """A path object, below which keys are."""
    assert isinstance(ln.settings.storage, ln.dev.storage.LocalPathClasses)
    assert Path(str(ln.settings.storage)) == Path(instance.storage.root_as_str)
    file = ln.File(pd.DataFrame({"x": [1]}), key="folder/x.parquet")
    file.save()
    assert file.path == ln.settings.storage / "folder/x.parquet"


def test_storage_is_switched_by_anything_that_is_a_path(fresh_instance):
    """Text, path, or path with options; it is registered, kept for later processes, and takes what is saved from then on."""
    user = fresh_instance()
    switching = """
import lamindb as ln
from pathlib import Path
ln.settings.verbosity = 3
for value in ("one", Path("two"), ln.dev.storage.UPath("three"), ("four", {})):
    ln.settings.storage = value
    print(ln.settings.storage.name, ln.Storage.filter(root=str(ln.settings.storage)).one().type)
Path("x.txt").write_text("x")
file = ln.File("x.txt", key="x.txt")
file.save()
print(file.path)
"""
    lines = user.python(switching).stdout.splitlines()
    assert [line for line in lines if line.endswith(" local")] == [
        "one local",
        "two local",
        "three local",
        "four local",
    ]
    assert f"✅ set storage {user.home / 'four'}" in lines
    assert lines[-1] == str(user.home / "four" / "x.txt")
    later = "import lamindb as ln; print(ln.settings.storage, ln.File.filter().one().load().read_text())"
    assert user.python(later).stdout.endswith(f"{user.home / 'four'} x\n")


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("value", [None, 3, b"x", ["x"], {"x": 1}, "", ("x",), ("x", 1), (None, {})])
def test_storage_is_not_switched_by_anything_else(instance, tmp_path, monkeypatch, value):
    """It is an error, and no folder called ``None`` is made."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises((ValueError, TypeError), match="storage"):
        ln.settings.storage = value
    assert str(ln.settings.storage) == instance.storage.root_as_str
    assert list(tmp_path.iterdir()) == []
