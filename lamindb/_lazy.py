"""Lazy module attributes (PEP 562): a table of names, each with the module that has it. Knows no registry.

A door is a package ``__init__`` whose names are imported at first use. ``connects`` names those that need an instance:
their first use connects to it.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def door(
    module: str, names: Mapping[str, str], *, needs_instance: bool = False
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """Make ``__getattr__`` and ``__dir__`` of a module from a table of lazy names.

    Args:
        module: The ``__name__`` of the module.
        names: Per name where it lives: ``"package.module"`` for a module, ``"package.module:attribute"`` for a member.
        needs_instance: Connect to the current instance before the first name is looked up.

    Returns:
        The two functions to assign in the module.
    """

    def __getattr__(name: str) -> Any:  # noqa: N807 - assigned as the module's own
        if name not in names:
            msg = f"module {module!r} has no attribute {name!r}"
            raise AttributeError(msg)
        if needs_instance:
            import_module("lamindb.setup.connection").connect()
        value = resolve(names[name])
        setattr(sys.modules[module], name, value)
        return value

    def __dir__() -> list[str]:  # noqa: N807 - assigned as the module's own
        return sorted({*vars(sys.modules[module]), *names})

    return __getattr__, __dir__


def resolve(address: str) -> Any:
    """Import ``"package.module"`` or ``"package.module:attribute"``."""
    module, _, attribute = address.partition(":")
    found = import_module(module)
    return getattr(found, attribute) if attribute else found
