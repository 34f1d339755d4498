"""Moving the terms of a registry to another version of their public source: what would change, and doing it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from lamindb import log
from lamindb.errors import NoSuchSource
from lamindb.text.joined import join
from lamindb.text.messages import plural
from lnschema_bionty import applying, public, sources
from lnschema_bionty.catalogue import bio_registry
from lnschema_bionty.comparing import compare
from lnschema_bionty.public import places

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import pandas as pd

    from lnschema_bionty.comparing import TermChange
    from lnschema_bionty.models import BiontySource, BioRegistry
    from lnschema_bionty.public import PublicOntology, Source

_SHOWN = 20


@dataclass(frozen=True)
class Update:
    """What another version of a public source says about the terms of a registry."""

    registry: type[Any]
    public: PublicOntology
    terms: Sequence[TermChange]
    """All terms that are from other versions of the source, those that stay the same included."""

    @property
    def changes(self) -> list[TermChange]:
        """The terms that change."""
        return [term for term in self.terms if term.kinds]

    @property
    def summary(self) -> str:
        """How many terms there are, and how many change."""
        number = len(self.terms)
        to = f"{self.public.source} {self.public.version}"
        return f"{self.registry.__name__}: {number} term{plural(number)} to {to}, {len(self.changes)} change"

    def df(self) -> pd.DataFrame:
        """The terms that change as a frame: what they are called, what happens, and what they are called then."""
        import pandas as pd

        rows = {
            one.record.pk: {
                "ontology_id": one.record.ontology_id,
                "name": one.record.name,
                "changes": join(one.kinds),
                "after": one.after,
                "lost_parents": join(one.lost),
                "gained_parents": join(one.gained),
                "version": one.record.bionty_source.version,
            }
            for one in self.changes
        }
        columns = ["ontology_id", "name", "changes", "after", "lost_parents", "gained_parents", "version"]
        return pd.DataFrame(rows.values(), columns=columns).set_index("ontology_id")

    def __repr__(self) -> str:
        changes = self.changes
        more = ["  …"] if len(changes) > _SHOWN else []
        return "\n".join([self.summary, *(f"  {one}" for one in changes[:_SHOWN]), *more])

    def apply(self) -> None:
        """Change the records, all or nothing, remember what they were, and use the version from now on.

        Records keep their ids, and data their labels. A former name becomes a synonym. A term that another one replaces
        becomes a child of it, so that data with the other or any below it has it; terms that ended stay from their version.
        What changed since the plan was made is looked at again.
        """
        registry, version = self.registry, self.public
        with transaction.atomic():
            row = sources.row_of(version.origin)
            if row._state.adding:
                row.save()
            plan = Update(registry, version, compare(registry, version))
            applying.remember(registry, plan.terms, row)
            applying.change_fields(registry, plan.terms, row, version)
            applying.move(registry, plan.terms)
            applying.put_below_successors(registry, plan.terms, row, version)
            row.use()
        what = f"{len(plan.terms)} {registry.__name__} record{plural(len(plan.terms))}"
        log.success(f"moved {what} to {row.source} {row.version}, {len(plan.changes)} changed")


def plan_update(registry: type[BioRegistry], row: BiontySource | None, version: str | None) -> Update:
    """What a version of the public source says about the terms of a registry; see :meth:`BioRegistry.plan_update`.

    Raises:
        NotImplementedError: Records of this registry have no ontology ids.
        ValueError: There is no such version, or none is used.
    """
    _check_followed(registry)
    used = row or sources.current_row(registry.__name__)
    if used is None:
        msg = f"no source of {registry.__name__} is currently used: pass `bionty_source`"
        raise NoSuchSource(msg)
    if row is not None or version is not None:
        wanted = row.version if row is not None else version
        return _plan(registry, public.sources.find(used.entity, used.species, used.source, wanted))
    return _plan(registry, newest(registry, used))


def _check_followed(registry: Any) -> None:
    """Refuse a registry whose terms can't be followed from version to version.

    Raises:
        NotImplementedError: Its records have no ontology ids.
        TypeError: It is no registry.
    """
    if not hasattr(registry, "public_id"):
        msg = (
            f"a registry such as lb.CellType has terms that are followed from version to version, not {registry!r:.80}"
        )
        raise TypeError(msg)
    if registry.public_id is None:
        msg = (
            f"records of {registry.__name__} have no ontology ids, by which terms are followed from version to version"
        )
        raise NotImplementedError(msg)


def newest(registry: type[Any], used: BiontySource) -> Source:
    """The newest version of a source that is on this machine.

    Raises:
        NoSuchSource: There is none, or terms are from a newer one.
    """
    wanted = (used.entity, used.species, used.source)
    known = [one for one in public.sources.available() if (one.entity, one.species, one.source) == wanted]
    here = [one for one in known if places.is_at_hand(one)]
    found = max(here, key=lambda one: _age(one.version), default=None)
    latest = max(_versions_in_use(registry, used), key=_age, default=used.version if found is None else "")
    if found is None or _age(found.version) < _age(latest):
        last = "no version of it" if found is None else f"nothing newer than {found.version}"
        msg = (
            f"{used.entity}: {used.source} {latest} is in use, and {last} is on this machine: upgrade lamindb, or name a "
            "version"
        )
        raise NoSuchSource(msg)
    return found


def _versions_in_use(registry: Any, used: BiontySource) -> set[str]:
    """The versions of a source that terms are from."""
    terms = registry.filter(bionty_source__source=used.source, bionty_source__species=used.species)
    return set(terms.order_by().values_list("bionty_source__version", flat=True).distinct())


def _age(version: str) -> list[int]:
    """What orders the versions of a source, which are dates or numbers."""
    return [int(digits) for digits in re.findall(r"\d+", version)]


def _plan(registry: type[Any], found: Source) -> Update:
    ontology = getattr(public, registry.__name__)(found.species, found.source, found.version)
    return Update(registry, ontology, compare(registry, ontology))


# -- all registries ---------------------------------------------------------------------------------------------------


def plan_updates(registry: type[BioRegistry] | None = None, *, source: str | None = None) -> list[Update]:
    """Look at which terms are from other versions than the newest that is here, of all sources in use. Changes nothing.

    Args:
        registry: Only this registry.
        source: Only this source, whether it is used currently or not.

    Returns:
        What would change, an update per source with such terms; :func:`apply_updates` applies them.

    Raises:
        NotImplementedError: Records of the registry have no ontology ids.
        TypeError: It is no registry.

    Examples:
        >>> updates = lb.plan_updates()
        >>> lb.apply_updates(updates)
    """
    if registry is not None:
        _check_followed(registry)
    conditions: dict[str, Any] = {"currently_used": True} if source is None else {"source": source}
    rows = bio_registry("BiontySource").filter(**conditions).order_by("entity", "species", "source", "pk")
    registries = {one.__name__: one for one in _registries_with_terms() if registry in (None, one)}
    sources_in_use = {(row.entity, row.species, row.source): row for row in rows if row.entity in registries}
    updates = []
    for row in sources_in_use.values():
        one = registries[row.entity]
        if not _versions_in_use(one, row):
            continue
        try:
            updates.append(_plan(one, newest(one, row)))
        except NoSuchSource as error:
            log.warning(error.args[0])
    return [update for update in updates if _is_open(update)]


def apply_updates(updates: Iterable[Update]) -> None:
    """Apply several updates, all or nothing; see :meth:`Update.apply`."""
    with transaction.atomic():
        for update in updates:
            update.apply()


def _registries_with_terms() -> list[Any]:
    from django.apps import apps

    models = apps.get_app_config("lnschema_bionty").get_models()
    return [model for model in models if getattr(model, "public_id", None) is not None]


def _is_open(update: Update) -> bool:
    """Whether there is anything to do: what ended, as was seen before, is not."""
    ended = {one.record.pk for one in update.terms if one.is_ended}
    return len(ended) < len(update.terms) or not ended <= applying.remembered(update.registry, update.public)
