"""The Django application of the biological registries."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.apps import AppConfig


class BiontyConfig(AppConfig):
    """Loads the registries and keeps the rows that must exist."""

    name = "lnschema_bionty"
    label = "lnschema_bionty"
    verbose_name = "Biological entities"

    def import_models(self) -> None:
        """Import the modules that define registries, one below the public path; see ``lnschema_core.apps``."""
        registered: Any = self.apps
        self.models: dict[str, Any] = registered.all_models[self.label]
        self.models_module = import_module("lnschema_bionty.models.registries")

    def ready(self) -> None:
        """Listen for instances that are set up or connected."""
        from lamindb.setup import signals
        from lnschema_bionty import bootstrap

        signals.database_ready.connect(bootstrap.on_database_ready, dispatch_uid="lnschema_bionty.database_ready")
        signals.instance_connected.connect(
            bootstrap.on_instance_connected, dispatch_uid="lnschema_bionty.instance_connected"
        )
