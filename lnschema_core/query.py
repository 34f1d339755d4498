"""Query sets of registries: many records at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, overload

from django.db import models

from lamindb import log
from lamindb.errors import MultipleResultsFound, NoResultFound
from lamindb.text.batch import as_list
from lamindb.text.lookup import Lookup
from lnschema_core.counting.shortcuts import number_of
from lnschema_core.fields import field_name, string_field
from lnschema_core.html import queryset_to_html
from lnschema_core.rows.deleting import delete_rows
from lnschema_core.rows.values import find_records

if TYPE_CHECKING:
    import builtins
    from collections.abc import Iterator, Sequence
    from typing import Self

    import numpy as np
    import pandas as pd
    import pyarrow as pa

    from lamindb.text.inspection import InspectResult
    from lamindb.text.synonyms import Keep
    from lamindb.types import ListLike, StrField
    from lnschema_core.models import Feature, Registry

RecordT = TypeVar("RecordT", bound=models.Model)
QuerySetT = TypeVar("QuerySetT", bound="models.QuerySet[Any]")


class QuerySet(models.QuerySet[RecordT], Generic[RecordT]):
    """The records that match a query, as of ``Registry.filter()``; evaluated when needed."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Delete all records with the links to them; what files and datasets have in storage stays.

        Returns:
            How many rows are gone, and how many of each registry.

        Raises:
            ProtectedError: Something else refers to a record.
        """
        has_values = self._fields is not None  # type: ignore[attr-defined] # in no stub, but in Django's own verbs
        if has_values or self.query.combinator or self.query.is_sliced or self.query.distinct_fields:
            return super().delete()  # which refuses
        rows = self.order_by().select_related(None)
        rows.query.select_for_update = False
        gone = delete_rows(rows, using=rows.db, origin=self)
        self._result_cache = None
        return gone

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]

    def count(self) -> int:
        """The number of records, exactly. That of all files, and of those with a label, is known without reading them."""
        known = number_of(self) if self._result_cache is None else None
        return super().count() if known is None else known

    # -- out of the database ------------------------------------------------------------------------------------------

    def df(self, include: str | Sequence[str] | None = None) -> pd.DataFrame:
        """The records as a data frame.

        Args:
            include: Many-to-many fields to add as columns of lists, such as ``"parents__name"``.

        Returns:
            One row per record, indexed by ``id``. Foreign keys are ``{field}_id``; ``updated_at`` and ``run_at`` are texts in
            local time (``YYYY-MM-DD HH:MM:SS``). Included columns come first, and are empty lists for records without links.

        Raises:
            AttributeError: ``include`` names something that is no field.
            TypeError: ``include`` has something that is no text.
            ValueError: ``include`` names a field that is not many-to-many.
        """
        from lnschema_core.querying.frames import queryset_to_frame

        return queryset_to_frame(self, [] if include is None else as_list(include))

    def to_arrow(self) -> pa.Table:
        """The records as a table of Arrow: one column per field, in the types of the database, times in UTC."""
        from lnschema_core.querying.frames import queryset_to_arrow

        return queryset_to_arrow(self)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """The records as a stream that polars, DuckDB and other libraries take."""
        return self.to_arrow().__arrow_c_stream__(requested_schema)

    @overload
    def list(self) -> builtins.list[RecordT]: ...
    @overload
    def list(self, field: StrField) -> builtins.list[Any]: ...
    def list(self, field: StrField | None = None) -> builtins.list[Any]:
        """The records as a list, or the values of one field."""
        if field is None:
            return [*self]
        return [*self.values_list(field_name(field), flat=True)]

    def first(self) -> RecordT | None:
        """The first record in the order of the query set, ``None`` if there is none."""
        for record in self if self.query.is_sliced else self[:1]:
            return record
        return None

    def one(self) -> RecordT:
        """The one record that matches.

        Raises:
            NoResultFound: No record matches.
            MultipleResultsFound: Several records match.
        """
        record = self.one_or_none()
        if record is None:
            msg = f"no {self.model.__name__} record matches"
            raise NoResultFound(msg)
        return record

    def one_or_none(self) -> RecordT | None:
        """The one record that matches, ``None`` if none does.

        Raises:
            MultipleResultsFound: Several records match.
        """
        records = [*(self if self.query.is_sliced else self[:2])]
        if len(records) > 1:
            msg = f"several {self.model.__name__} records match, such as {records[0]} and {records[1]}"
            raise MultipleResultsFound(msg)
        return records[0] if records else None

    # -- hierarchy ----------------------------------------------------------------------------------------------------

    def with_ancestors(self) -> QuerySet[RecordT]:
        """These records and all above them, as a query set of its own; see ``HasParents.with_ancestors``."""
        from lnschema_core.querying.hierarchy import with_ancestors

        return with_ancestors(self)

    def with_descendants(self) -> QuerySet[RecordT]:
        """These records and all below them, as a query set of its own; see ``HasParents.with_descendants``."""
        from lnschema_core.querying.hierarchy import with_descendants

        return with_descendants(self)

    def pages(self, size: int = 1_000) -> Iterator[builtins.list[RecordT]]:
        """The records in lists of a bounded size, in the order of the query set, else by id.

        Each page is one query that begins behind the last record of the page before, so that all pages cost the same, records
        that are added or deleted meanwhile shift nothing, and only one page is in memory.

        Args:
            size: The number of records per page.

        Raises:
            FieldError: The order has other than columns of the registry that are never empty.
            TypeError: The size is no whole number.
            ValueError: The size isn't positive.

        Examples:
            >>> for page in ln.File.filter(suffix=".h5ad").order_by("-created_at").pages(500):
            ...     print(len(page))
        """
        from lnschema_core.querying.paging import pages

        return pages(self, size)

    # -- strings ------------------------------------------------------------------------------------------------------

    def search(
        self,
        string: str,
        *,
        field: StrField | Sequence[StrField] | None = None,
        limit: int | None = 20,
        return_queryset: bool = False,
        case_sensitive: bool = False,
        synonyms_field: str | None = "synonyms",
    ) -> pd.DataFrame | QuerySet[RecordT]:
        """Search the records by similarity of strings.

        Args:
            string: What to search for.
            field: The field or fields to search; by default the string field of the registry.
            limit: The number of hits, ``None`` for all.
            return_queryset: Return the records rather than a frame.
            case_sensitive: Tell upper from lower case.
            synonyms_field: The field with further names, ``None`` to ignore them.

        Returns:
            A frame with the searched field as index, ``id``, synonyms and the similarity ``__ratio__`` (0 to 100,
            rapidfuzz's ``WRatio``), best first; or a query set in that order.

        Raises:
            TypeError: ``string`` is no string, or ``limit`` no number.
            ValueError: ``limit`` is negative.
        """
        from lnschema_core.search import search

        return search(
            self,
            string,
            field=field,
            limit=limit,
            return_queryset=return_queryset,
            case_sensitive=case_sensitive,
            synonyms_field=synonyms_field,
        )

    def lookup(self, field: StrField | None = None, return_field: StrField | None = None) -> Lookup:
        """An object with one attribute per record, for auto-completion; see ``Registry.lookup``."""
        name = string_field(self, field=field)
        if return_field is None:
            return Lookup([*self.values_list(name, "pk")], load=self._by_key)
        wanted = field_name(return_field)
        return Lookup([(getattr(record, name), getattr(record, wanted)) for record in self._in_stable_order()])

    def _by_key(self, keys: Sequence[Any]) -> dict[Any, RecordT]:
        """Records of the query set by primary key."""
        return {record.pk: record for record in find_records(self, "pk", keys)}

    def _in_stable_order(self) -> QuerySet[RecordT]:
        return self if self.ordered or self.query.is_sliced else self.order_by("pk")

    def filter_by_label(self, labels: Registry | ListLike | str, feature: Feature) -> Self:
        """Those of files or datasets that have any of some labels under a feature; see ``File.filter_by_label``."""
        from lnschema_core.annotation.label_filter import has_label

        return self.filter(has_label(self.model, labels, feature))

    # -- validation ---------------------------------------------------------------------------------------------------

    def validate(
        self, values: ListLike | str, field: StrField | None = None, *, mute: bool = False, **kwargs: Any
    ) -> np.ndarray[Any, Any] | np.bool_:
        """Which values are values of a field of the records; see ``CanValidate.validate``."""
        from lnschema_core.curation.validating import validate

        return validate(self, values, field, mute=mute, **kwargs)

    def inspect(
        self, values: ListLike | str, field: StrField | None = None, *, mute: bool = False, **kwargs: Any
    ) -> InspectResult | pd.DataFrame:
        """What is known of values; see ``CanValidate.inspect``."""
        from lnschema_core.curation.validating import inspect

        return inspect(self, values, field, mute=mute, **kwargs)

    def standardize(
        self,
        values: ListLike | str,
        field: StrField | None = None,
        *,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        mute: bool = False,
        bionty_aware: bool = True,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
        **kwargs: Any,
    ) -> Any:
        """Replace synonyms by standard names; see ``CanValidate.standardize``."""
        from lnschema_core.curation.validating import standardize

        return standardize(
            self,
            values,
            field,
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            mute=mute,
            bionty_aware=bionty_aware,
            keep=keep,
            synonyms_field=synonyms_field,
            **kwargs,
        )

    def map_synonyms(
        self,
        synonyms: ListLike | str,
        *,
        return_mapper: bool = False,
        case_sensitive: bool = False,
        keep: Keep = "first",
        synonyms_field: str = "synonyms",
        field: StrField | None = None,
        **kwargs: Any,
    ) -> Any:
        """Replace synonyms by the names they stand for (deprecated: use :meth:`standardize`)."""
        log.warning("`map_synonyms()` is deprecated, use `.standardize()`!'")
        return self.standardize(
            synonyms,
            field,
            return_mapper=return_mapper,
            case_sensitive=case_sensitive,
            keep=keep,
            synonyms_field=synonyms_field,
            **kwargs,
        )

    def from_values(self, values: ListLike, field: StrField | None = None, **kwargs: Any) -> builtins.list[RecordT]:
        """The records that values mean among these; see ``Registry.from_values``.

        Terms of the public reference that aren't among them make new records, unsaved.
        """
        from lnschema_core.curation.from_values import from_values

        return from_values(self, values, field, **kwargs)

    # -- where an order of links is in the way ------------------------------------------------------------------------

    def annotate(self, *args: Any, **kwargs: Any) -> Self:
        """Add values to records or, after ``values``, to groups of equal values; links form no groups."""
        annotated = super().annotate(*args, **kwargs)
        return _without_link_order(annotated) if isinstance(annotated.query.group_by, tuple) else annotated

    def union(self, *others: models.QuerySet[Any], all: bool = False) -> Self:  # noqa: A002 - Django's signature
        """The records of this and of other query sets."""
        return models.QuerySet.union(_without_link_order(self), *map(_without_link_order, others), all=all)

    def intersection(self, *others: models.QuerySet[Any]) -> Self:
        """The records that this and other query sets have in common."""
        return models.QuerySet.intersection(_without_link_order(self), *map(_without_link_order, others))

    def difference(self, *others: models.QuerySet[Any]) -> Self:
        """The records that other query sets don't have."""
        return models.QuerySet.difference(_without_link_order(self), *map(_without_link_order, others))

    # -- representation -----------------------------------------------------------------------------------------------

    def _repr_html_(self) -> str:
        return queryset_to_html(self)


def _without_link_order(queryset: QuerySetT) -> QuerySetT:
    """The query set without an order of links, which neither groups nor compound statements can have.

    Django names relations that it made itself with a plus, which no field has.
    """
    order = queryset.query.order_by
    return queryset.order_by() if any(isinstance(name, str) and "+__" in name for name in order) else queryset


_ManagerOfQuerySets = models.Manager.from_queryset(QuerySet, class_name="_ManagerOfQuerySets")


class Manager(_ManagerOfQuerySets[RecordT]):
    """The manager of every registry, and through it of every relation between registries."""

    def __getitem__(self, slot: str) -> Any:
        """What is in a slot; only the feature sets of files and datasets are in slots.

        Raises:
            TypeError: It is no name; positions are those of query sets.
        """
        if isinstance(slot, str):
            return self._in_slot(slot)
        msg = f"a manager has no position {slot!r}: use `.all()[{slot!r}]`"
        raise TypeError(msg)

    def _in_slot(self, slot: str) -> Any:  # noqa: ARG002 - for managers of records that are in slots
        return None
