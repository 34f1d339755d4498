"""Importing ``lamindb``: with and without an instance, by whichever door, as scripts of 0.54 do it."""

from __future__ import annotations

import inspect

import pytest

import lamindb as ln
from tests.sandbox import Sandbox

# -- without an instance ----------------------------------------------------------------------------------------------

WITHOUT_INSTANCE = """
import lamindb as ln

def tell(name, use):
    try:
        print(name, use())
    except BaseException as error:
        print(name, isinstance(error, ln.InstanceNotSetupError), isinstance(error, AttributeError), error)

def import_file():
    from lamindb import File

def import_registry():
    from lnschema_core.models import ULabel

tell("version", lambda: ln.__version__)
tell("setup", lambda: ln.setup.settings.user.handle)
tell("File", lambda: ln.File)
tell("hasattr", lambda: hasattr(ln, "File"))
tell("from", import_file)
tell("models", import_registry)
tell("track", lambda: ln.track())
tell("save", lambda: ln.save([]))
tell("view", lambda: ln.view())
tell("dev", lambda: ln.dev.Registry)
tell("context", lambda: ln.run_context.run)
tell("verbosity", lambda: ln.settings.verbosity)
ln.setup.init(storage="data")
tell("after", lambda: ln.User.filter().one().handle == ln.setup.settings.user.handle)
tell("again", lambda: ln.dev.Registry.__name__)
"""


@pytest.fixture(scope="module")
def told_without_instance(tmp_path_factory) -> dict[str, str]:
    """What a process tells that imports lamindb without an instance, and makes one later."""
    output = Sandbox(tmp_path_factory.mktemp("home")).python(WITHOUT_INSTANCE).stdout
    return dict(line.split(" ", 1) for line in output.splitlines() if " " in line)


def test_version_and_setup_need_no_instance(told_without_instance):
    """They are what a user has before there is an instance; so have the settings that don't ask for storage."""
    assert told_without_instance["version"] == ln.__version__
    assert told_without_instance["setup"]
    assert told_without_instance["verbosity"] == "1"


@pytest.mark.parametrize("use", ["File", "hasattr", "from", "models", "track", "save", "view", "dev", "context"])
def test_everything_else_needs_an_instance(told_without_instance, use):
    """The error is no AttributeError, so that ``hasattr`` and ``from lamindb import`` raise it, too."""
    said = told_without_instance[use]
    assert said.startswith("True False ")
    assert "You haven't yet setup an instance" in said or "No instance is loaded" in said
    assert "lamin load" in said


def test_init_in_the_same_process_gives_the_module_its_names(told_without_instance):
    """What was imported before goes on to be used."""
    assert told_without_instance["after"] == "True"
    assert told_without_instance["again"] == "Registry"


# -- with an instance -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def user(tmp_path_factory) -> Sandbox:
    """A user with an instance."""
    user = Sandbox(tmp_path_factory.mktemp("home"))
    user.lamin("init", "--storage", str(user.home / "storage"), "--name", "lab")
    return user


@pytest.mark.parametrize(
    "first",
    [
        "import lamindb as ln; ln.File",
        "import lnschema_core as lns; lns.ULabel",
        "import lamindb_setup; from lamindb.dev.storage.file import AUTO_KEY_PREFIX",
        "import lamindb as ln; ln.view()",
        "import lamindb as ln; assert ln.setup.settings.storage.id == ln.setup.settings.storage.record.id",
    ],
)
def test_the_first_use_of_any_door_says_which_instance_is_loaded(user, first):
    """Once, with its owner and the version of the library, visible at the default verbosity."""
    told = user.python(
        f"{first}\nimport lamindb as ln; ln.ULabel(name='x').save(); print(ln.ULabel.filter().count())"
    ).stdout
    loaded = [line for line in told.splitlines() if "loaded instance: " in line]
    assert len(loaded) == 1
    assert loaded[0].startswith("💡 loaded instance: ")
    assert loaded[0].endswith(f"/lab (lamindb {ln.__version__})")
    assert told.splitlines()[-1] == "1"


def test_an_unreachable_instance_is_a_runtime_error_with_the_way_out(user):
    """Instead of an error about a missing module or attribute."""
    database = user.home / "storage" / "lab.lndb"
    aside = database.rename(database.with_suffix(".aside"))
    told = user.python("import lamindb as ln\ntry: ln.File\nexcept RuntimeError as error: print(error)").stdout
    aside.rename(database)
    assert "lamin close" in told
    assert "lamin load" in told


# -- the names --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("instance")
def test_public_names():
    """Registries, verbs and rooms."""
    registries = "File Dataset Transform Run User Storage ULabel Feature FeatureSet Modality"
    assert all(issubclass(getattr(ln, name), ln.dev.Registry) for name in registries.split())
    assert ln.add is ln.save
    assert ln.track == ln.run_context._track
    assert ln.run_context is ln.dev.run_context
    assert inspect.isclass(ln.run_context)
    assert isinstance(ln.settings, ln.dev.Settings)
    assert inspect.ismodule(ln.setup)
    assert inspect.ismodule(ln.schema)
    assert inspect.ismodule(ln.dev)
    assert set(ln.__all__) >= {*registries.split(), "track", "view", "save", "add", "delete", "select", "settings"}
    assert not hasattr(ln, "Artifact")


@pytest.mark.usefixtures("instance")
def test_names_of_the_schema_package():
    """Plug-ins import registries and bases from ``lnschema_core``, and ids by name."""
    import lnschema_core
    from lnschema_core import ids
    from lnschema_core.models import CanValidate, Data, HasParents, LinkORM, Registry
    from lnschema_core.types import TransformType
    from lnschema_core.users import current_user_id

    assert lnschema_core.ULabel is ln.ULabel
    assert lnschema_core.Registry is Registry
    assert lnschema_core.ids is ids
    assert issubclass(ln.File, Registry)
    assert issubclass(ln.File, Data)
    assert issubclass(ln.ULabel, CanValidate)
    assert issubclass(ln.Transform, HasParents)
    assert not issubclass(ln.ULabel, LinkORM)
    assert len(ids.base62_8()) == 8
    assert TransformType.notebook.value == "notebook"
    assert current_user_id() == ln.setup.settings.user.id


@pytest.mark.usefixtures("instance")
def test_select_is_the_deprecated_name_of_filter(capsys):
    """With a warning."""
    label = ln.ULabel(name="selected")
    label.save()
    assert ln.select(ln.ULabel, name="selected").one() == label
    assert ln.ULabel.select(name="selected").one() == label
    assert capsys.readouterr().out == 2 * "❗ select() is deprecated! please use: Registry.filter()\n"
