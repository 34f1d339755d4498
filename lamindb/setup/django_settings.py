"""The settings that Django takes when a script asks it for the database before it asks LaminDB for a registry.

``import lamindb`` names this module in ``DJANGO_SETTINGS_MODULE``, unless that is set already. Django imports it at the first look
at a setting, for instance for ``transaction.atomic()``; importing it connects to the current instance.
"""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import connections

from lamindb.setup import connection, django_start

# Connecting asks Django for these while this module is being imported.
INSTALLED_APPS: list[str] = []
DATABASES: dict[str, dict[str, Any]] = {"default": django_start.memory_database()}
DEFAULT_AUTO_FIELD = django_start.DEFAULT_AUTO_FIELD
TIME_ZONE = django_start.TIME_ZONE
USE_TZ = True
LOGGING_CONFIG = None

connection.connect_for_registries()

# Django reads them now, again.
INSTALLED_APPS = [config.name for config in apps.get_app_configs()]
DATABASES = dict(connections.settings)
django_start.disconnect()
