"""A public source as what core asks about values: see :class:`lnschema_core.curation.reference.Reference`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.errors import LaminError
from lamindb.text.inspection import compare
from lnschema_bionty import sources
from lnschema_bionty.construction import RENAMED, make_records
from lnschema_bionty.contexts import find_species, has_species

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lamindb.text.inspection import InspectResult
    from lamindb.text.synonyms import Keep
    from lnschema_bionty.models import BiontySource, BioRegistry, Species
    from lnschema_bionty.public import PublicOntology

_COLUMNS = {field: column for column, field in RENAMED.items()} | {"ncbi_gene_ids": "ncbi_gene_id"}


def reference_for(
    registry: type[BioRegistry], *, species: Any = None, bionty_source: BiontySource | None = None, **_: Any
) -> BiontyReference | None:
    """The public source behind a registry; ``None``, and a warning, if there is none or it can't be read."""
    found = find_species(registry, species) if has_species(registry) else None
    try:
        return readable_reference(registry, species=found, bionty_source=bionty_source)
    except (LaminError, KeyError, ValueError) as error:
        log.warning(f"there is no public source for {registry.__name__}: {error.args[0] if error.args else error}")
        return None


def readable_reference(
    registry: type[BioRegistry], *, species: Any = None, bionty_source: BiontySource | None = None, **_: Any
) -> BiontyReference | None:
    """The public source behind a registry with its table; ``None`` if the registry has none.

    Raises:
        ValueError: There is no such public source.
        LaminError: Its table can't be had.
    """
    found = find_species(registry, species) if has_species(registry) else None
    public = registry.bionty(found, bionty_source)
    if public is None:
        return None
    public.table()
    return BiontyReference(registry, public, found)


@dataclass(frozen=True)
class BiontyReference:
    """The terms of a public source that a registry could have."""

    registry: type[BioRegistry]
    public: PublicOntology
    species: Species | None

    @property
    def name(self) -> str:
        """What messages call it."""
        return "Bionty"

    def inspect(self, values: Sequence[str], field: str) -> InspectResult:
        """What the source knows of values, without a message."""
        column = self._column(field)
        return compare(values, lambda _: ()) if column is None else self.public.inspect_values(values, column)

    def standardize(
        self,
        values: Sequence[str],
        field: str,
        *,
        case_sensitive: bool = False,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
    ) -> dict[str, Any]:
        """The standard names of values that aren't names themselves, without a message."""
        column = self._column(field)
        if column is None or synonyms_field not in self.public.fields:
            return {}
        return self.public.standards(
            values, column, case_sensitive=case_sensitive, keep=keep, synonyms_field=synonyms_field
        )

    def make_records(self, values: Sequence[str], field: str) -> list[Any]:
        """Records for the terms of which a field has one of the values: new ones, unsaved; none for obsolete terms."""
        column = self._column(field)
        if column is None or not values:
            return []
        found = self.public.records(column, values)
        live = [row for rows in found.values() for row in rows if not row.get("obsolete")]
        self._tell_obsolete({value: rows[0] for value, rows in found.items() if rows[0].get("obsolete")})
        links: dict[str, Any] = {"bionty_source": sources.row_of(self.public.origin)} if live else {}
        if self.species is not None:
            links["species"] = self.species
        return make_records(self.registry, self.registry.merge_rows(live), **links)

    def _tell_obsolete(self, rows: dict[str, dict[str, Any]]) -> None:
        for value, row in rows.items():
            instead = f", use {row['replaced_by']} instead" if row.get("replaced_by") else ""
            log.warning(f"{value!r} is obsolete in {self.public.source} {self.public.version}{instead}")

    def _column(self, field: str) -> str | None:
        """The column of a field, ``None`` if the source has none."""
        fields = self.public.fields
        return next((name for name in (_COLUMNS.get(field, field), field) if name in fields), None)
