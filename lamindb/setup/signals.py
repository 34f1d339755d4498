"""What the set-up layer announces. Schema packages listen in their ``AppConfig.ready``.

The first two are sent with ``instance``, the :class:`~lamindb.setup.instances.InstanceSettings`, and with ``writable``,
which is False when the database can only be read.
"""

from __future__ import annotations

from django.dispatch import Signal

database_ready = Signal()
"""All migrations are applied: rows that must exist can be made. Sent by ``init``, ``load``, ``set.storage``, ``deploy``."""

instance_connected = Signal()
"""This process has connected to an instance."""

tables_changing = Signal()
"""Migrations are about to change tables: what hangs on them and isn't known to migrations has to go. Sent without arguments."""

tables_ready = Signal()
"""All migrations are applied to the tables, by ``init`` or ``deploy``, also if there were none. Sent without arguments."""
