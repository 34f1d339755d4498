"""Notebooks: what identifies them. Knows the file and not the database, and so works without an instance."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import NotebookNotSavedError, NoTitleError, TrackingError, UpdateNbWithNonInteractiveEditorError
from lamindb.provenance import editors, imports
from lamindb.provenance.asking import ask
from lamindb.provenance.finding import COLAB, COLAB_PREFIX, Place, find_notebook, is_told
from lamindb.provenance.frontend import has_person
from lamindb.provenance.identity import STEM_LENGTH, Code, stem_from
from lamindb.provenance.notebook_file import NotebookFile
from lamindb.provenance.scripts import key_of
from lamindb.provenance.servers import colab_session
from lamindb.setup import settings
from lnschema_core import ids

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lamindb.provenance.notebook_file import Metadata
    from lamindb.types import PathLike

FIRST_VERSION = "0"

_NOT_FOUND = """failed to infer notebook path.
fix: either track manually via `ln.track(ln.Transform(name='My notebook'))` or pass `notebook_path` to ln.track()"""
_NOT_SAVED = "The notebook is not saved, please save the notebook and rerun `ln.track()`"
_NO_TITLE = "Please add a title to your notebook in a markdown cell: # Title"


# -- lamin track ------------------------------------------------------------------------------------------------------


def attach_metadata(path: PathLike, pypackage: str | Iterable[str] | None = None) -> None:
    """Give a notebook the metadata that identify it, or change them: what ``lamin track`` does.

    Args:
        path: The notebook.
        pypackage: Distributions to record with their versions; those that the notebook imports are added.

    Raises:
        FileNotFoundError: There is no such file.
        TrackingError: The file is no notebook, or can't be written.
    """
    notebook = NotebookFile.read(Path(str(path)))
    metadata = notebook.metadata
    if metadata is None:
        _write(notebook, new_metadata(notebook, pypackage))
        log.success("attached metadata to notebook")
        return
    log.info(f"the notebook {path} is already tracked")
    changed = renewed(metadata) if _agrees("Do you want to assign a new id or version? (y/n) ") else metadata
    if changed != metadata:
        _write(notebook, changed)
        log.success("updated notebook metadata")


def new_metadata(notebook: NotebookFile, pypackage: str | Iterable[str] | None = None) -> Metadata:
    """What identifies a notebook from now on: an id and the first version.

    The id is derived from the path, not drawn: an editor or a runner may write its own copy over the metadata.
    """
    user = settings.user
    return {
        "id": stem_from(key_of(notebook.path, user.id)),
        "parent": None,
        "pypackage": None if pypackage is None else _versions_of(notebook, pypackage),
        "time_init": datetime.now(UTC).isoformat(),
        "user_handle": user.handle,
        "user_id": user.id,
        "user_name": user.name,
        "version": FIRST_VERSION,
    }


def renewed(metadata: Metadata) -> Metadata:
    """Metadata with a new id, a new version, or both, as the user answers."""
    changed = dict(metadata)
    if ask("Do you want to generate a new id? (y/n) ") != "n":
        changed["id"] = ids.base62(STEM_LENGTH)
    question = f"The current version is '{metadata.get('version')}' - do you want to set a new version? (y/n) "
    if _agrees(question) and (version := ask("Please type the version: ")):
        changed["version"] = version
    return changed


def _agrees(question: str) -> bool:
    return ask(question) == "y"


def _write(notebook: NotebookFile, metadata: Metadata) -> None:
    try:
        notebook.write_metadata(metadata)
    except OSError as error:
        msg = f"The metadata of {notebook.path} can't be written ({error.strerror}): make the file and its folder writable"
        raise TrackingError(msg) from error


# -- ln.track ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class TrackedNotebook:
    """A notebook that is being tracked."""

    code: Code
    editor: str
    file: NotebookFile | None = None
    """None for a document that is no file here."""
    metadata: Metadata | None = None
    """What has to be written into the file when all is done; None if it is there."""
    has_saved: bool = False
    """Whether the editor has saved the notebook when it was asked to."""

    @property
    def may_be_another(self) -> bool:
        """Whether only its path tells what it is, so that it may stand where another notebook was."""
        return self.metadata is not None and self.editor != editors.RUNNER

    def as_another(self) -> TrackedNotebook:
        """The notebook with an id that no other one has."""
        assert self.file is not None
        metadata = (self.metadata or {}) | {"id": ids.base62(STEM_LENGTH)}
        return replace(self, code=_code_of(self.file, metadata, self.editor), metadata=metadata)

    def renew(self) -> TrackedNotebook:
        """Give the notebook a new id or version, as the user answers.

        Raises:
            UpdateNbWithNonInteractiveEditorError: The file can't be written while its editor has it open.
        """
        assert self.file is not None
        _require_writable(self.file, self.editor)
        metadata = renewed(self.metadata or self.file.metadata or {})
        return replace(self, code=_code_of(self.file, metadata, self.editor), metadata=metadata)

    def finish(self) -> None:
        """Write what identifies the notebook into its file, if it isn't there yet."""
        if self.file is None or self.metadata is None:
            return
        try:
            self.file.write_metadata(self.metadata)
        except OSError as error:
            log.warning(
                f"the metadata of the notebook can't be written, so it is recognised by its path and title ({error})"
            )
            return
        if self.has_saved:
            editors.reload()
        elif self.editor != editors.RUNNER:
            log.important(
                "attached metadata to the notebook: reload it from disk (Revert, if your editor says that it has changed);"
                " if they are overwritten it is recognised by its path and title"
            )


def running_notebook(
    path: PathLike | None = None, editor: str | None = None, pypackage: str | Iterable[str] | None = None
) -> TrackedNotebook:
    """What is known of the notebook that this kernel runs.

    Args:
        path: The notebook, if it can't be found or isn't what the kernel runs.
        editor: The editor that has it open: ``"lab"``, ``"notebook"`` or ``"vs_code"``.
        pypackage: Distributions to record, in addition to those that the notebook imports.

    Raises:
        TrackingError: The notebook can't be found or read, or has the name that editors give to new ones.
        NoTitleError: The notebook has no title.
        NotebookNotSavedError: What the user typed is not in the file.
        UpdateNbWithNonInteractiveEditorError: The notebook has no metadata, and its editor doesn't let them be written.
    """
    place = _place(path, editor)
    if place.path.startswith(COLAB_PREFIX):
        return TrackedNotebook(_code_on_colab(place.path.removeprefix(COLAB_PREFIX)), COLAB)
    if place.path.endswith("Untitled.ipynb"):
        msg = "Please rename your notebook before tracking it"
        raise TrackingError(msg)
    file = _read(Path(place.path))
    metadata = file.metadata
    if metadata is not None:
        _tell_imports(file, metadata, pypackage)
        return TrackedNotebook(_code_of(file, metadata, place.editor), place.editor, file)
    return _start_tracking(file, place.editor, pypackage)


def _place(path: PathLike | None, editor: str | None) -> Place:
    if path is not None:
        if editor is None:
            log.info("Assuming editor is Jupyter Lab.")
        return Place(str(path), editor or editors.LAB)
    place = find_notebook()
    if place is None:
        raise TrackingError(_NOT_FOUND)
    return place if editor is None else replace(place, editor=editor)


def _start_tracking(file: NotebookFile, editor: str, pypackage: str | Iterable[str] | None) -> TrackedNotebook:
    """A notebook that has not been tracked before."""
    _require_writable(file, editor)
    log.info("Attaching notebook metadata")
    has_saved = editor != editors.RUNNER and editors.save(file.path)
    file = _read(file.path)
    metadata = new_metadata(file, pypackage)
    if not _may_write(file.path):
        log.warning(f"{file.path} is read-only, so the notebook is recognised by its path")
        return TrackedNotebook(_code_of(file, metadata, editor), editor)
    _tell_imports(file, metadata, pypackage)
    return TrackedNotebook(_code_of(file, metadata, editor), editor, file, metadata, has_saved)


def _read(path: Path) -> NotebookFile:
    try:
        return NotebookFile.read(path)
    except (OSError, TrackingError) as error:
        msg = f"Auto-retrieval of notebook name & title failed.\n{error}\nfix: pass a transform, ln.track(ln.Transform(name='…'))"
        raise TrackingError(msg) from error


def _require_writable(file: NotebookFile, editor: str) -> None:
    if not editors.lets_write(editor):
        msg = (
            "\n(1) save your notebook!\n(2) attach metadata to the notebook by running the CLI:"
            f"\nlamin track {file.path}\n(3) reload or re-open your notebook"
        )
        raise UpdateNbWithNonInteractiveEditorError(msg)


def _may_write(path: Path) -> bool:
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


# -- what identifies it -----------------------------------------------------------------------------------------------


def _code_of(file: NotebookFile, metadata: Metadata, editor: str) -> Code:
    stem = metadata.get("id") or metadata.get("uid")  # the key of old notebooks
    if not isinstance(stem, str) or len(stem) != STEM_LENGTH:
        msg = f"the metadata of {file.path} have the id {stem!r}, which isn't one of {STEM_LENGTH} characters: `lamin track` it anew"
        raise TrackingError(msg)
    version = str(metadata.get("version", FIRST_VERSION))
    return Code(stem, version, _title_of(file, editor), file.path.stem, "notebook")


def _title_of(file: NotebookFile, editor: str) -> str:
    """The title, for which people are asked, and tests that stand for them; where nobody is there the work goes on under the name of the file."""
    if file.title is not None:
        return file.title
    if editor == editors.RUNNER or not (has_person() or is_told()):
        log.warning(f"the notebook has no title, so it is named {file.path.stem}; add a markdown cell: # Title")
        return file.path.stem
    raise NoTitleError(_NO_TITLE) if file.is_saved else NotebookNotSavedError(_NOT_SAVED)


def _code_on_colab(document: str) -> Code:
    session = colab_session()
    if session is None:
        log.warning("could not get notebook name from Google Colab, using: Notebook.ipynb")
    name = "Notebook.ipynb" if session is None else session.name
    return Code(document[:14], None, name.removesuffix(".ipynb"), None, "notebook", f"colab_id: {document}")


def _tell_imports(file: NotebookFile, metadata: Metadata, pypackage: str | Iterable[str] | None) -> None:
    recorded = metadata.get("pypackage")
    found = _versions_of(file, [*_names(pypackage), *(recorded if isinstance(recorded, dict) else ())])
    if found:
        entries = (f"{name}=={version}" if version else name for name, version in found.items())
        log.important(f"notebook imports: {' '.join(entries)}")


def _versions_of(file: NotebookFile, pypackage: str | Iterable[str]) -> dict[str, str]:
    return imports.versions(imports.imported_modules(file.code), _names(pypackage))


def _names(pypackage: str | Iterable[str] | None) -> list[str]:
    names = pypackage.split(",") if isinstance(pypackage, str) else list(pypackage or ())
    return [name.strip() for name in names if name.strip()]
