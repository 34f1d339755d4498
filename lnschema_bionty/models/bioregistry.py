"""The base of all biological registries: records that public sources know, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from lamindb import log
from lnschema_bionty import construction, contexts
from lnschema_core.models import CanValidate, HasParents, Registry

if TYPE_CHECKING:
    import os
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Self

    from lnschema_bionty.models.source import BiontySource
    from lnschema_bionty.models.species import Species
    from lnschema_bionty.models.termupdate import TermUpdate
    from lnschema_bionty.public import PublicOntology
    from lnschema_bionty.updating import Update
    from lnschema_core.curation.reference import Reference
    from lnschema_core.query import QuerySet


class BioRegistry(Registry, HasParents, CanValidate):
    """A registry of biological entities with a public source behind it.

    Besides keywords, the constructor takes an entry of a look-up in the public source: ``lb.CellType(lookup.t_cell)``.

    Raises:
        RuntimeError: The record belongs to a species, and none is passed or set.
        TypeError: A required field is missing, or the species is no record.
        ValueError: An argument is positional, or the parents aren't ontology ids.
    """

    class Meta:
        abstract = True

    _parents: list[str] | None = None
    """Ontology ids of the parents that are saved and linked with the record."""
    _from_bionty: bool = False
    """Whether the record was made from a public source."""

    public_id: ClassVar[str | None] = None
    """The field with the id of a term in its public source, by which a term is known that was renamed there."""
    identity: ClassVar[Sequence[str]] = ("pk",)
    """Fields in which a record differs from all others: records that differ in one are given different ids."""
    id_fields: ClassVar[Sequence[str]] = ()
    """Public ids that a source without them leaves out, so that they don't count for the id of the record."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if len(args) == 1:
            from lnschema_bionty.entries import fields_of_entry

            kwargs, args = {**fields_of_entry(type(self), args[0]), **kwargs}, ()
        super().__init__(*args, **kwargs)

    def _construct(self, fields: dict[str, Any]) -> None:
        prepared, self._parents = construction.prepared(type(self), fields)
        super()._construct(prepared)

    @classmethod
    def make_id(cls, fields: Mapping[str, Any]) -> str | None:  # noqa: ARG003 - for registries that have such fields
        """The id of a record with these fields, ``None`` if it has to be a random one."""
        return None

    @classmethod
    def merge_rows(cls, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows of the public source that are about one record each; by default, each is."""
        return rows

    # -- the public source --------------------------------------------------------------------------------------------

    @classmethod
    def bionty(
        cls, species: str | Species | None = None, bionty_source: BiontySource | None = None
    ) -> PublicOntology | None:
        """The public source behind the registry: all its terms, to be searched and looked up.

        Args:
            species: The species, for registries whose records belong to one; by default that of ``lb.settings``.
            bionty_source: The version to use; by default the one that is currently used.

        Returns:
            The terms; ``None`` for registries of other packages.

        Raises:
            SpeciesRequired: Records belong to a species, and none is passed or set.
            ValueError: There is no source for that species.

        Examples:
            >>> lb.CellType.bionty().search("t cells").head()
            >>> lookup = lb.CellType.bionty().lookup()
        """
        from lnschema_bionty.sources import public_of

        return public_of(cls, species, bionty_source)

    @classmethod
    def public_reference(cls, **kwargs: Any) -> Reference | None:
        """The public source as what core asks about values; ``None``, and a warning, where there is none."""
        from lnschema_bionty.reference import reference_for

        return reference_for(cls, **kwargs)

    @classmethod
    def find_scope(cls, **kwargs: Any) -> dict[str, Any]:
        """The conditions that keyword arguments of validation put on records; see :meth:`Registry.find_scope`.

        A source stands for all its versions: a term keeps its record when another version is used.
        """
        from lnschema_bionty.sources import check_row

        if not contexts.has_species(cls):
            kwargs.pop("species", None)
        row = kwargs.pop("bionty_source", None)
        check_row(row)
        if row is not None:
            kwargs |= {"bionty_source__source": row.source, "bionty_source__species": row.species}
        return super().find_scope(**kwargs)

    @classmethod
    def from_bionty(cls, **kwargs: Any) -> Self | list[Self] | None:
        """Get the record for a term of the public source: the existing one, or a new one, which isn't saved yet.

        Args:
            **kwargs: One field with its value, such as ``name="T cell"``, ``symbol="TCF7"`` or ``ontology_id="CL:0000084"``;
                a synonym will do. Besides, ``species`` and ``bionty_source`` may be passed.

        Returns:
            The record; a list if there are several; ``None`` if there is none.

        Raises:
            AssertionError: More than one field is passed.
            StorageError: There is no such record, and the table of the public source can't be had.
            TypeError: The registry has no such field.

        Examples:
            >>> lb.CellType.from_bionty(name="T cell").save()
        """
        from lnschema_bionty.entries import record_of_term

        found: Self | list[Self] | None = record_of_term(cls, kwargs)
        return found

    @classmethod
    def import_from_bionty(cls, species: str | Species | None = None, bionty_source: BiontySource | None = None) -> int:
        """Save records for all terms of the public source that aren't obsolete, and link them with their parents.

        Terms that have a record keep it as it is, so that this can be called again. The number of statements doesn't depend
        on the number of terms but for one per 10,000.

        Args:
            species: The species, for registries whose records belong to one; by default that of ``lb.settings``.
            bionty_source: The version to use; by default the one that is currently used.

        Returns:
            The number of new records.

        Examples:
            >>> lb.CellType.import_from_bionty()
        """
        from lnschema_bionty.importing import import_all

        return import_all(cls, species, bionty_source)

    @classmethod
    def add_source(
        cls,
        address: str | os.PathLike[str],
        *,
        source: str,
        version: str,
        licence: str,
        species: str | None = None,
        **about: str,
    ) -> BiontySource:
        """Make a file a public source of the registry, and use it from now on.

        Args:
            address: The path or url of an ontology (OBO, OWL, OBO-graph JSON) or a table (tsv, csv, parquet).
            source: The ontology in short, such as ``"cl"``.
            version: The release.
            licence: Under which conditions its terms may be used, such as ``"CC-BY-4.0"`` or ``"internal"``.
            species: The species that it is about; by default that of ``lb.settings``, or ``"all"`` for terms of ontologies.
            **about: ``md5``, ``name`` and ``website``, as :func:`lnschema_bionty.public.register` takes them.

        Returns:
            The row of the source.

        Raises:
            ValueError: The licence is empty, or there is such a source already.
            UnreadableFile: The file is broken, or lacks what the registry needs; nothing is kept then.

        Examples:
            >>> lb.CellType.add_source("./our-cells.obo", source="ours", version="1", licence="internal")
        """
        from lnschema_bionty.sources import add_source

        return add_source(cls, address, source=source, version=version, licence=licence, species=species, **about)

    @classmethod
    def plan_update(cls, bionty_source: BiontySource | None = None, *, version: str | None = None) -> Update:
        """Look at what a newer version of the public source says about the terms in the registry. Changes nothing.

        Args:
            bionty_source: The newer version.
            version: The same by its name; by default the newest that is on this machine.

        Returns:
            What would change, to be printed, and then applied by its ``apply()``.

        Raises:
            NotImplementedError: Records of this registry have no ontology ids.
            ValueError: There is no such version.

        Examples:
            >>> update = lb.CellType.plan_update()
            >>> update.df()
            >>> update.apply()
        """
        from lnschema_bionty.updating import plan_update

        return plan_update(cls, bionty_source, version)

    def history(self) -> QuerySet[TermUpdate]:
        """What updates of its public source did to the record, oldest first: labels made before are from the version before."""
        from lnschema_bionty.catalogue import bio_registry

        rows: QuerySet[TermUpdate] = bio_registry("TermUpdate").filter(registry=type(self).__name__, record_id=self.pk)
        return rows.order_by("pk")

    def source_at(self, when: datetime) -> BiontySource | None:
        """The version of the public source that the record was from at a time, such as when data were labelled.

        Args:
            when: The time, with its zone, such as ``file.created_at``.

        Returns:
            The version; ``None`` for a record that isn't from a public source.

        Examples:
            >>> record.source_at(file.created_at)
        """
        later = self.history().filter(created_at__gt=when).select_related("from_source").first()
        record: Any = self  # the field is of registries
        source: BiontySource | None = record.bionty_source if later is None else later.from_source
        return source

    # -- save ---------------------------------------------------------------------------------------------------------

    def save(self, parents: bool | None = None, *args: Any, **kwargs: Any) -> None:  # noqa: FBT001 - the API of 0.54
        """Save the record and, for terms of an ontology, all its ancestors. Takes at most ten statements.

        A new record that is in the database already, since its id says what it is, becomes the one that is there.

        Args:
            parents: Save ancestors, too; by default as ``lb.settings.auto_save_parents`` says.
            *args: Those of Django's ``save``.
            **kwargs: Those of Django's ``save``.
        """
        from lnschema_bionty import saving

        if self._state.adding and not args and not kwargs:
            saving.save_records(type(self), [self], parents=parents)
            return
        super().save(*args, **kwargs)
        saving.save_parents(type(self), [self], parents=parents)

    @classmethod
    def save_many(cls, records: Sequence[Self], parents: bool | None = None, mute: bool = False) -> None:  # noqa: FBT001, FBT002 - the API of 0.54
        """Save records, and all their ancestors, in a number of statements that doesn't depend on how many they are."""
        from lnschema_bionty import saving

        with log.silent_if(mute):
            saving.save_records(cls, records, parents=parents)
