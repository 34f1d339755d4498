"""The application of the package."""

from django.apps import AppConfig


class AssaysConfig(AppConfig):
    """Assays."""

    name = "lnschema_assays"
    verbose_name = "Assays"

    def ready(self) -> None:
        """Listen to what the set-up layer announces."""
        from lamindb.setup import signals

        from lnschema_assays.defaults import make_defaults

        signals.database_ready.connect(make_defaults, dispatch_uid="lnschema_assays")
