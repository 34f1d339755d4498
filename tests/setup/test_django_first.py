"""Scripts that ask Django for the database before they ask LaminDB for a registry."""

from __future__ import annotations

import pytest

FIRST = """
import lamindb as ln
from django.db import transaction
from django.db.models import Q
"""


def test_a_transaction_comes_before_the_first_registry(fresh_instance):
    """It is one of the instance: what fails within it is rolled back, what succeeds is there."""
    user = fresh_instance()
    user.python(
        FIRST
        + """
try:
    with transaction.atomic():
        ln.ULabel(name="lost").save()
        raise KeyError
except KeyError:
    pass
with transaction.atomic():
    ln.ULabel(name="kept").save()
assert ln.ULabel.objects.filter(Q(name="lost") | Q(name="kept")).list("name") == ["kept"]
"""
    )
    user.python("import lamindb as ln; assert ln.ULabel.filter().one().name == 'kept'")


def test_settings_of_django_are_those_of_the_instance(fresh_instance):
    """Also after the process has moved to another one."""
    user = fresh_instance()
    user.python(
        """
import lamindb as ln
from django.conf import settings
assert settings.INSTALLED_APPS == ["lnschema_core"]
first = settings.DATABASES["default"]["NAME"]
from django.db import connection
assert connection.settings_dict["NAME"] == first and connection.settings_dict["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
ln.setup.close()
ln.setup.init(storage="other")
assert connection.settings_dict["NAME"] != first
ln.ULabel(name="x").save()
assert ln.ULabel.filter().count() == 1
"""
    )


def test_without_an_instance_the_error_says_what_to_run(sandbox):
    """One sentence, and the way out works in the same process."""
    sandbox.python(
        FIRST
        + """
from lamindb.errors import InstanceNotLoaded
try:
    with transaction.atomic():
        pass
except InstanceNotLoaded as error:
    assert "lamin init" in str(error)
else:
    raise AssertionError
ln.setup.init(storage="storage")
with transaction.atomic():
    ln.ULabel(name="x").save()
assert ln.ULabel.filter().exists()
"""
    )


@pytest.mark.parametrize("configure", ["settings.configure(DEBUG=True)", "assert settings.DEBUG"])
def test_settings_of_a_project_of_ones_own_are_left_alone(sandbox, configure):
    """Whether they are set by a call or by the environment."""
    (sandbox.home / "project_settings.py").write_text("DEBUG = True\nSECRET_KEY = 'x'\n")
    by_environment = configure.startswith("assert")
    sandbox.python(
        f"""
import os, sys
sys.path.insert(0, {str(sandbox.home)!r})
if {by_environment}:
    os.environ["DJANGO_SETTINGS_MODULE"] = "project_settings"
import lamindb
from django.conf import settings
{configure}
assert settings.DEBUG
"""
    )
