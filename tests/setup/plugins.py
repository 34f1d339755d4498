"""Throw-away schema packages, written into a folder on the path of a sandbox."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.sandbox import Sandbox

GATE = """
from lamindb_setup import _check_instance_setup

if _check_instance_setup():
    from .models import Sample
"""

MODELS = """
from django.db import models
from lnschema_core.models import CanValidate, File, Registry, User
from lnschema_core import ids
from lnschema_core.users import current_user_id


class Sample(Registry, CanValidate):
    id = models.CharField(max_length=8, default=ids.base62_8, primary_key=True)
    name = models.CharField(max_length=255, db_index=True, default=None)
    files = models.ManyToManyField(File, related_name="samples")
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)
    created_by = models.ForeignKey(User, models.PROTECT, default=current_user_id, related_name="created_samples")
"""

MIGRATION = """
from django.db import migrations, models
import lnschema_core.ids
import lnschema_core.users


class Migration(migrations.Migration):
    initial = True
    dependencies = [("lnschema_core", "0019_dataset_reference_dataset_reference_type_and_more")]
    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=lnschema_core.ids.base62_8, max_length=8, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(db_index=True, default=None, max_length=255)),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
                ("updated_at", models.DateTimeField(auto_now=True, db_index=True)),
                (
                    "created_by",
                    models.ForeignKey(
                        default=lnschema_core.users.current_user_id,
                        on_delete=models.PROTECT,
                        related_name="created_samples",
                        to="lnschema_core.user",
                    ),
                ),
                ("files", models.ManyToManyField(related_name="samples", to="lnschema_core.file")),
            ],
        ),
    ]
"""


def add_plugin(
    sandbox: Sandbox,
    name: str,
    *,
    init: str = GATE,
    models: str = MODELS,
    migrations: dict[str, str] | None = None,
) -> Path:
    """Write a package ``lnschema_{name}`` that the sandbox can import; no migrations at all with an empty dict."""
    root = sandbox.home / "plugins"
    package = root / f"lnschema_{name}"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text(init)
    (package / "models.py").write_text(models)
    for file, text in ({"0001_initial": MIGRATION} if migrations is None else migrations).items():
        (package / "migrations").mkdir(exist_ok=True)
        (package / "migrations" / "__init__.py").touch()
        (package / "migrations" / f"{file}.py").write_text(text)
    paths = sandbox.environment["PYTHONPATH"].split(os.pathsep)
    sandbox.environment["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*paths, str(root)]))
    return package
