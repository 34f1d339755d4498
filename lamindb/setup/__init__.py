"""Who am I, which instance, where is its storage: the door to the set-up layer.

Knows no registry. Names are looked up at first use; nothing of Django is loaded before a connection is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lamindb._lazy import door

_TESTING = False
"""Whether the set-up layer tests itself; plug-ins of the 0.54 days ask."""

_NAMES = {
    # users
    "login": "lamindb.setup.accounts:login",
    "signup": "lamindb.setup.accounts:signup",
    # instances
    "init": "lamindb.setup.creating:init",
    "load": "lamindb.setup.loading:load",
    "close": "lamindb.setup.closing:close",
    "delete": "lamindb.setup.deleting:delete",
    "info": "lamindb.setup.reporting:info",
    "set": "lamindb.setup.switching:set",
    "set_storage": "lamindb.setup.switching:set_storage",
    "register": "lamindb.setup.hub:register",
    "migrate": "lamindb.setup.migration_verbs:migrate",
    "dump": "lamindb.setup.moving.verbs:dump",
    "restore": "lamindb.setup.moving.verbs:restore",
    "move": "lamindb.setup.moving.verbs:move",
    "add_schema": "lamindb.setup.schema_list:add_schema",
    "remove_schema": "lamindb.setup.schema_list:remove_schema",
    # for developers
    "settings": "lamindb.setup.current:settings",
    "connection": "lamindb.setup.connection",
    "signals": "lamindb.setup.signals",
    "dev": "lamindb.setup.dev",
    "_check_instance_setup": "lamindb.setup.gates:check_instance_setup",
    "__version__": "lamindb:__version__",
}

if not TYPE_CHECKING:  # type checkers know the names below, and no others
    __getattr__, __dir__ = door(__name__, _NAMES)

if TYPE_CHECKING:
    from lamindb import __version__
    from lamindb.setup import connection, dev, signals
    from lamindb.setup.accounts import login, signup
    from lamindb.setup.closing import close
    from lamindb.setup.creating import init
    from lamindb.setup.current import settings
    from lamindb.setup.deleting import delete
    from lamindb.setup.gates import check_instance_setup as _check_instance_setup
    from lamindb.setup.hub import register
    from lamindb.setup.loading import load
    from lamindb.setup.migration_verbs import migrate
    from lamindb.setup.moving.verbs import dump, move, restore
    from lamindb.setup.reporting import info
    from lamindb.setup.schema_list import add_schema, remove_schema
    from lamindb.setup.switching import set, set_storage  # noqa: A004 - the name in the public API

__all__ = [
    "__version__",
    "_check_instance_setup",
    "add_schema",
    "close",
    "connection",
    "delete",
    "dev",
    "dump",
    "info",
    "init",
    "load",
    "login",
    "migrate",
    "move",
    "register",
    "remove_schema",
    "restore",
    "set",
    "set_storage",
    "settings",
    "signals",
    "signup",
]
