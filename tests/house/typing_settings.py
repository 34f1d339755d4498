"""Django settings under which the type checker looks at the registries: all of ours, and no instance."""

from __future__ import annotations

from lamindb.setup import connection

INSTALLED_APPS = ["lnschema_core", "lnschema_bionty"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
USE_TZ = True

connection.import_without_instance()
