"""The Django application of the core registries."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Loads the registries and keeps the rows that must exist."""

    name = "lnschema_core"
    label = "lnschema_core"
    verbose_name = "LaminDB core"

    def import_models(self) -> None:
        """Import the modules that define registries.

        They are imported one below the public path ``lnschema_core.models``, since that path may be the very module whose
        import is setting up Django.
        """
        registered: Any = self.apps
        self.models: dict[str, Any] = registered.all_models[self.label]
        self.models_module = import_module("lnschema_core.models.registries")

    def ready(self) -> None:
        """Listen for instances that are set up or connected."""
        from lamindb.setup import signals
        from lnschema_core import bootstrap

        signals.database_ready.connect(bootstrap.on_database_ready, dispatch_uid="lnschema_core.database_ready")
        signals.instance_connected.connect(
            bootstrap.on_instance_connected, dispatch_uid="lnschema_core.instance_connected"
        )
        signals.tables_changing.connect(bootstrap.on_tables_changing, dispatch_uid="lnschema_core.tables_changing")
        signals.tables_ready.connect(bootstrap.on_tables_ready, dispatch_uid="lnschema_core.tables_ready")
