"""Importing is quick and never fails, whichever door is entered first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.sandbox import Sandbox

DOORS = [
    "import lamindb as ln; ln.File",
    "import lamindb as ln; ln.track",
    "from lamindb import File",
    "from lamindb import dev; dev.Registry",
    "from lamindb.dev import Registry",
    "import lamindb.setup; lamindb.setup.settings.instance",
    "import lamindb.schema; lamindb.schema.view",
    "from lnschema_core import File",
    "from lnschema_core.models import File",
    "import lnschema_core.models",
    "import lnschema_core as lnc; lnc.File",
    "from lnschema_core.saving import save",
    "from lamindb_setup import _check_instance_setup as check; assert check()",
]

HEAVY = ["django", "pandas", "anndata", "pyarrow", "numpy", "fsspec", "upath", "rapidfuzz", "graphviz", "tqdm", "click"]


@pytest.fixture(scope="module")
def user_with_instance(tmp_path_factory: pytest.TempPathFactory) -> Sandbox:
    """A user who made an instance on the command line."""
    from tests.sandbox import Sandbox

    sandbox = Sandbox(tmp_path_factory.mktemp("doors") / "home")
    sandbox.lamin("init", "--storage", str(sandbox.home / "storage"))
    return sandbox


def test_import_loads_nothing_heavy(sandbox: Sandbox) -> None:
    """``import lamindb`` and a look at its names load no library and leave no file."""
    code = f"import sys, lamindb; dir(lamindb); print([name for name in {HEAVY} if name in sys.modules])"
    assert sandbox.python(code).stdout.strip() == "[]"
    assert list(sandbox.home.iterdir()) == []


def test_import_has_all_names_without_an_instance(sandbox: Sandbox) -> None:
    """``dir`` shows the public names before anything is connected."""
    names = sandbox.python("import lamindb; print(*dir(lamindb))").stdout.split()
    assert {"File", "Dataset", "track", "settings", "setup", "InstanceNotSetupError"} <= set(names)


def test_unknown_name_is_no_attribute(sandbox: Sandbox) -> None:
    """``hasattr`` of a typo is False without an instance."""
    assert sandbox.python("import lamindb as ln; print(hasattr(ln, 'typo'))").stdout.strip() == "False"


@pytest.mark.parametrize(
    "statement",
    [
        "import lamindb as ln; ln.File",
        "from lamindb import File",
        "from lnschema_core.models import File",
        "from lamindb.dev import Registry",
        "import lamindb as ln; hasattr(ln, 'Dataset')",
    ],
)
def test_registry_without_an_instance_says_what_to_run(sandbox: Sandbox, statement: str) -> None:
    """The first use of a registry without an instance raises InstanceNotLoaded, which names the way out."""
    code = f"""
from lamindb.errors import InstanceNotLoaded
try:
    {statement}
except InstanceNotLoaded as error:
    print(error)
"""
    message = sandbox.python(code).stdout
    assert "lamin init" in message
    assert "lamin load" in message


def test_registry_without_an_instance_shows_one_traceback(sandbox: Sandbox) -> None:
    """The sentence isn't buried under the error that led to it."""
    assert sandbox.python("from lamindb import File", check=False).stderr.count("Traceback") == 1


def test_public_error_is_the_one_raised(sandbox: Sandbox) -> None:
    """``ln.InstanceNotSetupError`` catches the use of a registry without an instance."""
    code = """
import lamindb as ln
try:
    ln.File
except ln.InstanceNotSetupError:
    print("caught")
"""
    assert sandbox.python(code).stdout.strip() == "caught"


@pytest.mark.parametrize("statement", DOORS)
def test_any_door_may_be_entered_first(user_with_instance: Sandbox, statement: str) -> None:
    """With an instance loaded, every import works as the first one of a process."""
    user_with_instance.python(statement)


@pytest.mark.parametrize("first", DOORS[:12:3])
@pytest.mark.parametrize("second", ["import lamindb as ln; ln.File.filter().count()"])
def test_doors_lead_to_the_same_registries(user_with_instance: Sandbox, first: str, second: str) -> None:
    """A registry is one class, whichever door led to it."""
    code = f"{first}\n{second}\nimport lnschema_core.models as models\nassert ln.File is models.File"
    user_with_instance.python(code)


def test_init_then_use_in_one_process(sandbox: Sandbox) -> None:
    """After ``ln.setup.init`` the registries are there, without a restart; names asked for too early mend themselves."""
    code = """
import lamindb as ln
try:
    ln.ULabel
except ln.InstanceNotSetupError:
    pass
ln.setup.init(storage="storage")
ln.ULabel(name="first").save()
print(ln.ULabel.filter(name="first").one().name)
"""
    assert sandbox.python(code).stdout.split()[-1] == "first"


def test_loaded_instance_is_said_once(user_with_instance: Sandbox) -> None:
    """The first use of a registry says which instance it connected to, once."""
    output = user_with_instance.python("import lamindb as ln; ln.File; ln.ULabel; ln.Run").stdout
    assert output.count("loaded instance: ") == 1


def test_bionty_is_a_door(fresh_instance: Callable[..., Sandbox]) -> None:
    """``import lnschema_bionty`` needs no instance and loads no Django."""
    code = "import sys, lnschema_bionty; print('django' in sys.modules)"
    assert fresh_instance().python(code).stdout.strip() == "False"
