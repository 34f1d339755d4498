"""The schema packages of an instance and of this machine: which there are, and whether they can be used."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from lamindb import log
from lamindb.errors import InstanceNotLoaded, SchemaNotInstalled
from lamindb.setup import connection, current, instances, plugin_facts

if TYPE_CHECKING:
    from lamindb.setup.migration_state import MigrationState
    from lamindb.setup.plugin_facts import PackageFacts

Status = Literal["mounted", "available", "not importable", "not usable", "without migrations", "behind", "ahead"]


@dataclass(frozen=True)
class Plugin:
    """A schema package."""

    schema: str
    package: str
    version: str | None
    requires: str | None
    """The versions of lamindb that it says it works with."""
    path: str | None
    status: Status
    message: str
    """Why it can't be used or what is to be done; empty if all is well."""

    def as_dict(self) -> dict[str, Any]:
        """The plug-in as ``--json`` prints it."""
        return asdict(self)


def all_plugins() -> list[Plugin]:
    """The packages that the current instance mounts, in their order, and then those that are installed beside them.

    Only mounted packages are imported. Without an instance all are available.
    """
    try:
        mounted = mounted_plugins()
    except InstanceNotLoaded:
        mounted = []
    names = {plugin.package for plugin in mounted}
    others = [plugin_facts.facts_of(package) for package in plugin_facts.installed_packages() if package not in names]
    return [*mounted, *map(_available, others)]


def mounted_plugins() -> list[Plugin]:
    """The packages that the current instance mounts beside core, in their order.

    Raises:
        InstanceNotLoaded: No instance is loaded.
        InstanceUnreachable: Its database can't be opened.
    """
    with log.muted():  # what can't be used is said once, in the result
        connection.connect()
    from lamindb.setup import migration_state

    state = migration_state.compare()
    return [_mounted(schema, state) for schema in current.settings.instance.schemas]


def _available(facts: PackageFacts) -> Plugin:
    if facts.mismatch is not None:
        return _plugin(facts, "not usable", facts.mismatch)
    return _plugin(facts, "available", f"mount it with `lamin schema add {facts.schema}`")


def _mounted(schema: str, state: MigrationState) -> Plugin:
    from lamindb.setup import mounting

    package = instances.package_of(schema)
    facts = plugin_facts.facts_of(package)
    problem = mounting.problems().get(package)
    if problem is not None:
        kind: Status = "not importable" if isinstance(problem, SchemaNotInstalled) else "not usable"
        return _plugin(facts, kind, str(problem))
    if mounting.is_unmigrated(package):
        return _plugin(facts, "without migrations", f"write them: lamin migrate create --package-name {package}")
    unknown = [name for label, name in state.unknown if label == package]
    if unknown:
        return _plugin(
            facts, "ahead", f"the database has {', '.join(unknown)}, which is not installed: upgrade the package"
        )
    missing = [migration.name for migration in state.missing if migration.app_label == package]
    if missing:
        return _plugin(facts, "behind", f"the database misses {', '.join(missing)}: lamin migrate deploy")
    return _plugin(facts, "mounted", "")


def _plugin(facts: PackageFacts, status: Status, message: str) -> Plugin:
    path = str(facts.path) if facts.path else None
    return Plugin(facts.schema, facts.package, facts.version, facts.requires, path, status, message)
