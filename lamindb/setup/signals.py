"""What the set-up layer announces. Schema packages listen in their ``AppConfig.ready``.

Both signals are sent with ``instance``, the :class:`~lamindb.setup.instances.InstanceSettings`, and with ``writable``,
which is False when the database can only be read.
"""

from __future__ import annotations

from django.dispatch import Signal

database_ready = Signal()
"""All migrations are applied: rows that must exist can be made. Sent by ``init``, ``load``, ``set.storage``, ``deploy``."""

instance_connected = Signal()
"""This process has connected to an instance."""
