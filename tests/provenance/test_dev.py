"""The developer's door: the names that plug-ins and tools rely on."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from lamindb import dev

if TYPE_CHECKING:
    from tests.sandbox import Sandbox

NAMES = [
    "Registry",
    "QuerySet",
    "QueryManager",
    "Data",
    "FeatureManager",
    "LabelManager",
    "CanValidate",
    "HasParents",
    "InspectResult",
    "run_context",
    "Settings",
    "datasets",
    "hashing",
    "storage",
    "fields",
    "types",
    "exceptions",
    "versioning",
]


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize("name", NAMES)
def test_name_is_there(name):
    """Every name of the developer's door leads somewhere."""
    assert getattr(dev, name) is not None
    assert name in dir(dev)


@pytest.mark.usefixtures("instance")
@pytest.mark.parametrize(
    "room", ["hashing", "storage", "storage.file", "fields", "types", "exceptions", "versioning", "datasets"]
)
def test_room_has_what_it_exports(room):
    """Every exported name of a room can be imported from it."""
    module = import_module(f"lamindb.dev.{room}")
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []


def test_rooms_need_no_instance(sandbox: Sandbox):
    """Digests, versions, types, errors and paths can be had without an instance, also by their old paths."""
    code = """
from lamindb.dev._run_context import NotebookNotSavedError, NoTitleError, UpdateNbWithNonInteractiveEditorError
from lamindb.dev.exceptions import ValidationError
from lamindb.dev.hashing import b16_to_b64, hash_set
from lamindb.dev.storage import UPath, infer_suffix
from lamindb.dev.types import PathLike, TransformType
from lamindb.dev.versioning import set_version
from lamindb._query_set import MultipleResultsFound, NoResultFound, QuerySet
print(hash_set({"a", "b"}), b16_to_b64("9b89c8c1acf79dba5b5341d1fff9806f"), set_version(None, "1"), TransformType.app)
"""
    assert sandbox.python(code).stdout.split() == ["2BYMmz3CDU6TGutPRSYh", "m4nIwaz3nbpbU0HR__mAbw", "2", "app"]


@pytest.mark.usefixtures("instance")
def test_query_errors_are_those_raised():
    """The old path of the errors catches what queries raise."""
    import lamindb as ln
    from lamindb._query_set import MultipleResultsFound, NoResultFound, QuerySet

    assert isinstance(ln.ULabel.filter(), QuerySet)
    with pytest.raises(NoResultFound):
        ln.ULabel.filter(name="nobody").one()
    for name in ("twin", "other"):
        ln.ULabel.from_fields(name=name, description="same").save()
    with pytest.raises(MultipleResultsFound):
        ln.ULabel.filter(description="same").one()


@pytest.mark.usefixtures("instance")
def test_field_reference_is_recognised():
    """A field as seen from its registry is a FieldAttr."""
    import lamindb as ln
    from lamindb.dev.fields import FieldAttr

    assert isinstance(ln.ULabel.name, FieldAttr)


@pytest.mark.usefixtures("instance")
def test_object_is_stored_under_its_key(tmp_path):
    """``store_object`` copies into the default storage location and returns the size."""
    import lamindb as ln
    from lamindb.dev.storage import delete_storage, load_to_memory, store_object

    path = tmp_path / "a.csv"
    path.write_text("x\n1\n")
    assert store_object(path, "folder/a.csv") == 4
    stored = ln.settings.storage / "folder/a.csv"
    assert list(load_to_memory(stored)["x"]) == [1]
    delete_storage(stored)
    assert not stored.exists()
