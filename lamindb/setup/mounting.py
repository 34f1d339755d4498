"""Mounting the schema packages of an instance: in order, and without those that can't be used.

A package that can't be is named, and the instance opens without it; its tables stay as they are. Also remembers the packages
whose ``__init__`` asked the gate before their registries could be imported, and imports them again once they can.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import SchemaNotInstalled, SchemaNotUsable
from lamindb.setup import clashes, django_start, plugin_facts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from lamindb.setup.instances import InstanceSettings

    Problem = SchemaNotInstalled | SchemaNotUsable

_CORE = "lnschema_core"
_ANYTHING = (Exception, SystemExit)
"""What a package may raise: some ask for what they need and leave the interpreter."""

_problems: dict[str, Problem] = {}
"""Why packages of the instance of this process are not mounted."""
_told_unmigrated: set[str] = set()


def problems() -> dict[str, Problem]:
    """The packages of the connected instance that are not mounted, each with the error that says why."""
    return dict(_problems)


def mount(instance: InstanceSettings, database: dict[str, Any], *, strict: bool) -> None:
    """Make the registries of an instance's schemas those of this process, on a database.

    Args:
        instance: The instance.
        database: The Django settings of its database.
        strict: Refuse packages that can't be used, rather than warn and go on without them.

    Raises:
        SchemaNotInstalled: A package can't be imported, and ``strict``.
        SchemaNotUsable: A package clashes with another one or needs another version of lamindb, and ``strict``.
    """
    _problems.clear()
    clashes.watch()
    packages = _usable(instance.packages, strict=strict)
    django_start.use_database(packages, database)
    _mount_usable(packages, strict=strict)
    _tell_unmigrated(packages)


def leave_out(problem: SchemaNotUsable) -> None:
    """Mount what is mounted but for a package that turns out not to be usable."""
    packages = [package for package in django_start.mounted() if package != problem.name]
    _refuse(problem, strict=False)
    django_start.unmount(str(problem.name))
    _mount_usable(packages, strict=False)


def reload_gated(packages: list[str]) -> None:
    """Import packages again whose ``__init__`` found the gate closed."""
    for package in dict.fromkeys(packages):
        if package not in sys.modules or package in _problems:
            continue
        try:
            importlib.reload(sys.modules[package])
        except _ANYTHING as error:
            log.warning(f"{package} is mounted, but could not be imported again: {_told(error)}")


# -- before Django ----------------------------------------------------------------------------------------------------


def _usable(packages: Sequence[str], *, strict: bool) -> list[str]:
    """The packages that can be imported, suit this version, and have a label of their own."""
    labels: dict[str, str] = {}
    usable = []
    for package in packages:
        try:
            label = _label(package)
            if label in labels:
                raise _clash(package, f"it calls its application {label!r}, as {labels[label]} does")
        except (SchemaNotInstalled, SchemaNotUsable) as problem:
            _refuse(problem, strict=strict)
        else:
            labels[label] = package
            usable.append(package)
    return usable


def _label(package: str) -> str:
    """The label of a package's application.

    Raises:
        SchemaNotInstalled: The package can't be imported.
        SchemaNotUsable: It needs another version of lamindb.
    """
    if package == _CORE:
        return _CORE
    facts = plugin_facts.facts_of(package)
    if facts.mismatch is not None:
        version = f" {facts.version}" if facts.version else ""
        msg = f"The package {package}{version} of schema '{_schema(package)}' can't be used: {facts.mismatch}."
        raise SchemaNotUsable(msg, name=package)
    try:
        importlib.import_module(package)
        return django_start.label_of(package)
    except _ANYTHING as error:
        raise _import_problem(package, error) from error


# -- with Django ------------------------------------------------------------------------------------------------------


def _mount_usable(packages: list[str], *, strict: bool) -> None:
    """Mount packages, and take out of the list those that can't be."""
    while True:
        problem = _mount(packages)
        if problem is None:
            return
        _refuse(problem, strict=strict)
        packages.remove(str(problem.name))


def _mount(packages: list[str]) -> Problem | None:
    """Mount packages; where one of them can't be, unmount all and say which and why."""
    try:
        django_start.mount(packages)
    except _ANYTHING as error:
        culprit = django_start.failing_config(error)
        django_start.stop()
        if culprit is None or culprit.name == _CORE:
            raise
        django_start.forget_models(culprit)
        problem = _import_problem(culprit.name, error)
        problem.__cause__ = error
        return problem
    found = clashes.find(packages)
    if not found:
        return None
    package, reason = found[0].package, found[0].reason
    for clash in found:
        clash.undo()
    django_start.unmount(package)
    return _clash(package, reason)


def _tell_unmigrated(packages: list[str]) -> None:
    for package in packages:
        if package not in _told_unmigrated and is_unmigrated(package):
            _told_unmigrated.add(package)
            log.warning(
                f"{package} has registries but no migrations, and so no tables: write them with "
                f"`lamin migrate create --package-name {package}`, then `lamin migrate deploy`"
            )


def is_unmigrated(package: str) -> bool:
    """Whether a mounted package has registries without a migration."""
    return django_start.has_models(package) and not django_start.has_migrations(package)


# -- what is said -----------------------------------------------------------------------------------------------------


def _refuse(problem: Problem, *, strict: bool) -> None:
    if strict:
        msg = f"{problem} Install or mend it, or leave it out of `--schema`."
        raise type(problem)(msg, name=problem.name) from problem.__cause__
    _problems[str(problem.name)] = problem
    log.warning(f"{problem} The instance is opened without it; its tables stay as they are.")


def _import_problem(package: str, error: BaseException) -> SchemaNotInstalled:
    if isinstance(error, ModuleNotFoundError) and error.name == package:
        meant = plugin_facts.similar_schema(_schema(package))
        hint = "" if meant is None else f" Did you mean '{meant}'?"
        msg = f"No module named '{package}': schema '{_schema(package)}' is not installed.{hint}"
    else:
        msg = f"The package {package} of schema '{_schema(package)}' can't be imported: {_told(error)}."
    return SchemaNotInstalled(msg, name=package)


def _clash(package: str, reason: str) -> SchemaNotUsable:
    return SchemaNotUsable(f"The package {package} of schema '{_schema(package)}' clashes: {reason}.", name=package)


def _schema(package: str) -> str:
    return package.removeprefix("lnschema_")


def _told(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(". ")
