"""How a script is found and recognised."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from lamindb.provenance import scripts
from lamindb.provenance.identity import stem_from, version_suffix
from lamindb.provenance.repositories import normalised, repository_of

ORIGIN = "https://github.com/org/project.git"


def make_clone(folder, origin=ORIGIN):
    """A folder that git takes for a clone, with a script."""
    (folder / ".git").mkdir(parents=True)
    remote = (
        f'[remote "upstream"]\n\turl = https://other.org/x.git\n[remote "origin"]\n\turl = {origin}\n\tfetch = +refs\n'
    )
    (folder / ".git" / "config").write_text(f"[core]\n\tbare = false\n{remote if origin else ''}")
    return make_script(folder / "scripts" / "run.py")


def make_script(path, text="print('x')\n"):
    """A script at a path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path.resolve()


# -- what identifies a script -----------------------------------------------------------------------------------------


def test_clones_of_a_repository_have_the_same_script(tmp_path):
    """It is recognised by the address of the repository and the path within, whoever runs it wherever."""
    here, there = make_clone(tmp_path / "here"), make_clone(tmp_path / "there" / "deep", "git@GitHub.com:org/project")
    assert scripts.key_of(here, "anna") == scripts.key_of(there, "bert")
    assert scripts.key_of(here, "anna") == "repository github.com/org/project/scripts/run.py"


def test_equal_names_in_different_repositories_are_different_scripts(tmp_path):
    """And so are scripts in different folders of one."""
    here, there = make_clone(tmp_path / "here"), make_clone(tmp_path / "there", "https://github.com/org/another.git")
    beside = make_script(tmp_path / "here" / "run.py")
    assert len({scripts.key_of(path, "anna") for path in (here, there, beside)}) == 3


def test_script_at_home_is_recognised_on_every_machine_of_its_user(tmp_path, monkeypatch):
    """It belongs to the user, and is told by its path below their home, however that is called."""
    keys = set()
    for home in ("home/anna", "Users/anna"):
        monkeypatch.setenv("HOME", str(tmp_path / home))
        keys.add(scripts.key_of(make_script(tmp_path / home / "analysis" / "run.py"), "anna"))
    assert keys == {"anna ~/analysis/run.py"}
    assert scripts.key_of(make_script(tmp_path / "Users/anna/analysis/run.py"), "bert") != keys.pop()


def test_script_elsewhere_is_recognised_by_its_path(tmp_path, monkeypatch):
    """Without a repository, and outside of the home; a repository without an origin is none."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    path = make_clone(tmp_path / "here", origin=None)
    assert scripts.key_of(path, "anna") == f"anna {path}"


@pytest.mark.parametrize("home", ["", "/"])
def test_no_home_is_no_trouble(tmp_path, monkeypatch, home):
    """A process without a home recognises its script by the whole path."""
    monkeypatch.setenv("HOME", home)
    path = make_script(tmp_path / "run.py")
    assert scripts.key_of(path, "anna") == f"anna {path}"


def test_work_tree_belongs_to_its_repository(tmp_path):
    """A linked work tree and a submodule have a file that says where the repository is."""
    make_clone(tmp_path / "main")
    linked = tmp_path / "main" / ".git" / "worktrees" / "feature"
    linked.mkdir(parents=True)
    (linked / "commondir").write_text("../..\n")
    tree = tmp_path / "feature"
    script = make_script(tree / "scripts" / "run.py")
    (tree / ".git").write_text(f"gitdir: {linked}\n")
    assert scripts.key_of(script, "anna") == "repository github.com/org/project/scripts/run.py"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://github.com/org/name.git", "github.com/org/name"),
        ("https://user:token@GitHub.com/org/name", "github.com/org/name"),
        ("https://user:p@ss:word@github.com/org/name", "github.com/org/name"),
        ("git@github.com:org/name.git", "github.com/org/name"),
        ("ssh://git@github.com:2222/org/name.git/", "github.com/org/name"),
        ("github.com:org/name", "github.com/org/name"),
        ("https://gitlab.com/group/sub/name.git", "gitlab.com/group/sub/name"),
        ("/srv/git/name.git", "/srv/git/name.git"),
        ("../name", "../name"),
        ("file:///srv/git/name.git", "file:///srv/git/name.git"),
        ("C:\\git\\name", "C:\\git\\name"),
    ],
)
def test_addresses_of_a_repository_are_one(url, expected):
    """Protocol, user, password, port and suffix do not matter; no secret remains."""
    assert normalised(url) == expected


def test_unreadable_repository_is_none(tmp_path):
    """What looks like a repository and isn't one is no trouble."""
    path = make_script(tmp_path / "run.py")
    (tmp_path / ".git").write_bytes(b"\xff\xfe")
    assert repository_of(path) is None


def test_ids_are_stable():
    """What identifies code gives the same id in every release: data in the field depends on it."""
    assert version_suffix("0") == "z8"
    assert version_suffix("1") == "xM"
    assert stem_from("repository github.com/org/project/scripts/run.py") == "HpHNrl8lC7HL"
    assert stem_from("a") != stem_from("b")


# -- which script runs ------------------------------------------------------------------------------------------------

FIND = "from lamindb.provenance.scripts import find_script; print('found', find_script())"


def test_script_finds_itself(sandbox):
    """By an absolute or a relative path, through a link, as a module, and below a profiler or a debugger."""
    script = make_script(sandbox.home / "folder" / "run.py", FIND)
    (sandbox.home / "folder" / "__init__.py").touch()
    (sandbox.home / "link.py").symlink_to(script)
    profiled = ["-m", "cProfile", "-o", "profile", "folder/run.py"]
    for command in ([str(script)], ["folder/run.py"], ["link.py"], ["-m", "folder.run"], profiled):
        shown = subprocess.run(
            [sys.executable, *command],
            cwd=sandbox.home,
            env=sandbox.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        assert shown.stdout.strip() == f"found {script}"


def test_script_run_by_another_is_found(sandbox):
    """What ``runpy`` runs as the main module is the script."""
    script = make_script(sandbox.home / "run.py", FIND)
    code = f"import runpy; runpy.run_path({str(script)!r}, run_name='__main__')"
    assert sandbox.python(code).stdout.strip() == f"found {script}"


def test_interactive_python_has_no_script(sandbox):
    """Neither a command nor what comes from standard input is a script."""
    assert sandbox.python(FIND).stdout.strip() == "found None"
    shown = subprocess.run(
        [sys.executable],
        input=FIND,
        cwd=sandbox.home,
        env=sandbox.environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert shown.stdout.strip() == "found None"


def test_tests_are_no_script():
    """A test runner is not what the user runs."""
    assert scripts.find_script() is None


def test_installed_programs_are_no_scripts(monkeypatch):
    """Nor is anything else that came with Python or with a distribution."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    for path in (Path(pytest.__file__), Path(sys.executable).parent / "activate", Path(subprocess.__file__)):
        monkeypatch.setattr(sys.modules["__main__"], "__file__", str(path), raising=False)
        monkeypatch.setattr(sys, "argv", [str(path)])
        assert scripts.find_script() is None


def test_script_is_named_by_its_docstring(tmp_path, monkeypatch):
    """The first line, else the name of the file; the reference says where it is."""
    named = make_script(tmp_path / "named.py", '"""Make plates.\n\nIn detail.\n"""\n')
    plain = make_script(tmp_path / "plain.py", "x = 1\n")
    broken = make_script(tmp_path / "broken.py", "this is no python")
    names = []
    for path in (named, plain, broken):
        monkeypatch.setattr(scripts, "find_script", lambda path=path: path)
        code = scripts.running_script("anna")
        names.append(code.name)
        assert code.short_name == path.name
        assert code.type == "pipeline"
        assert code.reference == str(path)
        assert len(code.id) == 14
    assert names == ["Make plates.", "plain.py", "broken.py"]
