"""The base of all registries: construction, querying, representation."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection, models, router, transaction
from django.db.models.base import ModelBase, ModelState
from django.db.models.fields.related_descriptors import ForeignKeyDeferredAttribute
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import post_init, pre_init

from lamindb.text.escaping import escaped
from lnschema_core import naming
from lnschema_core.html import record_to_html
from lnschema_core.models.adopting import adopt
from lnschema_core.query import Manager, QuerySet
from lnschema_core.rows import meanwhile
from lnschema_core.rows.deleting import delete_rows
from lnschema_core.rows.storable import check_storable

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Self

    import pandas as pd

    from lamindb.text.lookup import Lookup
    from lamindb.types import ListLike, StrField
    from lnschema_core.curation.reference import Reference


class FieldAttr(DeferredAttribute):
    """A field as seen from its registry, such as ``ULabel.name``; stands for the field wherever a field is asked for."""

    def __repr__(self) -> str:
        return f"FieldAttr({self.field.model.__name__}.{self.field.name})"


class RegistryMeta(ModelBase):
    """Gives the fields of a registry a readable representation, and the managers and constructors of packages what they need."""

    def __init__(cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any) -> None:  # noqa: N805
        super().__init__(name, bases, namespace, **kwargs)
        constructor: Any = cls.__init__  # type: ignore[misc] # that of records
        cls.loads_by_constructor = constructor.__module__.partition(".")[0] not in _OUR_PACKAGES
        if cls._meta.abstract:  # type: ignore[attr-defined]
            return
        for field in cls._meta.concrete_fields:  # type: ignore[attr-defined]
            if type(cls.__dict__.get(field.attname)) is DeferredAttribute:
                setattr(cls, field.attname, FieldAttr(field))

    def add_to_class(cls, name: str, value: Any) -> None:  # noqa: N805
        """Add what knows its class; a manager as it is written, with our verbs."""
        super().add_to_class(name, adopt(value) if isinstance(value, models.Manager) else value)


_OUR_PACKAGES = {"lnschema_core", "lnschema_bionty"}
"""Where constructors do nothing that a loaded record needs."""
_BREAKS = "\n\t"
"""What is shown of texts with several lines as it is."""
_PLAIN = {FieldAttr, ForeignKeyDeferredAttribute}
"""What stands for fields whose values are attributes of a record just as they are passed."""


class Registry(models.Model, metaclass=RegistryMeta):
    """Base class of all registries: a table of records that can be queried, searched and looked up.

    Constructing a record writes nothing; :meth:`save` does. A registry with a ``name`` field warns about similarly named
    records, and a constructor call with the name of an existing record returns that record.

    Raises:
        TypeError: A required field is missing.
        ValueError: Positional arguments are passed.
    """

    class Meta:
        abstract = True

    objects = Manager()

    search_fields: ClassVar[Sequence[str] | None] = None
    """The fields that :meth:`search` looks at by default; ``None`` for the string field of the registry."""
    namesake_fields: ClassVar[Sequence[str]] = ()
    """Fields that tell records of the same name apart, such as ``species``: the constructor returns none that differs in one."""
    is_context: ClassVar[bool] = False
    """Whether records of other registries belong to one of this registry, within which they are validated; see :meth:`find_scope`."""
    keeps_count: ClassVar[bool] = False
    """Whether the database keeps the number of records, for registries that may have millions."""
    loads_by_constructor: ClassVar[bool] = False
    """Whether the constructor is that of a package, which is asked for rows of the database, too."""
    refusal_of_plain_arguments: ClassVar[str] = "please provide keyword arguments, not plain arguments"
    """What a constructor says that takes fields by their names only."""
    as_read: tuple[Any, ...] | None = None
    """What :mod:`lnschema_core.rows.as_read` knows of the row."""
    looked_for: dict[str, Any] | None = None
    """The columns by which the constructor has found no record, and their values, if the database doesn't see to it that there is one only."""
    _feature: str | None = None
    """The name of the series of values that the record was made for, as :meth:`from_values` leaves it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if args:
            if len(args) != len(self._meta.concrete_fields):
                raise ValueError(self.refusal_of_plain_arguments)
            super().__init__(*args)
            return
        naming.check_texts(type(self), kwargs)
        self._construct(kwargs)

    def _construct(self, fields: dict[str, Any]) -> None:
        """Check the fields, then become a new record or the existing one of the same name."""
        naming.check_required(type(self), fields)
        existing = naming.find_namesake(type(self), fields)
        if existing is not None:
            self.become(existing)
            return
        if not _fill_new(self, fields):
            super().__init__(**fields)
        if naming.may_be_doubled(type(self)):
            self.looked_for = naming.looked_for(type(self), fields)

    def become(self, record: Self) -> None:
        """Take over the values of a record from the database."""
        super().__init__(*[getattr(record, field.attname) for field in self._meta.concrete_fields])
        self._state.adding = False
        self._state.db = record._state.db

    @classmethod
    def from_fields(cls, **fields: Any) -> Self:
        """Build a record from plain field values, without any of the constructor's checks and look-ups."""
        record = cls.__new__(cls)
        models.Model.__init__(record, **fields)
        return record

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], *, fetch_mode: Any = None
    ) -> Self:
        """Build a record from a database row; Django calls it, from 6.1 with a ``fetch_mode``.

        Values go where ``Model.__init__`` would put them, without its checks of arguments: rows come by the hundred thousand.
        """
        if cls.loads_by_constructor:
            record = cls(*_row(cls, field_names, values))
        elif _has_listeners():
            record = cls.__new__(cls)
            models.Model.__init__(record, *_row(cls, field_names, values))
        else:
            record = cls.__new__(cls)
            record._state = ModelState()
            record.__dict__.update(zip(field_names, values, strict=True))
        record._state.adding = False
        record._state.db = db
        if fetch_mode is not None:
            record._state.fetch_mode = fetch_mode
        return record

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write the record to the database; a new one becomes the record that somebody else has made of its name meanwhile.

        Raises:
            NotStorable: A text is too long for the database, or has characters that it doesn't take.
        """
        check_storable([self])
        if args or kwargs or not meanwhile.is_looked_for(self):
            super().save(*args, **kwargs)
            return
        with nullcontext() if connection.in_atomic_block else transaction.atomic():
            if meanwhile.become_existing(type(self), [self]):
                super().save()

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: FBT001, FBT002 - as Django has it
        """Delete the record, and the links to it.

        Returns:
            How many rows are gone, and how many of each registry.

        Raises:
            ProtectedError: Something else refers to the record.
        """
        if self.pk is None:
            return super().delete(using, keep_parents)  # which refuses
        using = using or router.db_for_write(type(self), instance=self)
        return delete_rows([self], using=using, origin=self, keep_parents=keep_parents)

    # -- querying -----------------------------------------------------------------------------------------------------

    @classmethod
    def filter(cls, **expressions: Any) -> QuerySet[Self]:
        """Query records.

        Args:
            **expressions: Fields and values in Django's query syntax, such as ``name__contains="x"``; none for all records.

        Returns:
            A query set, evaluated when needed.

        Raises:
            django.core.exceptions.FieldError: A field doesn't exist.

        Examples:
            >>> ln.ULabel.filter(name__startswith="study").df()
        """
        return QuerySet(cls).filter(**expressions)

    @classmethod
    def select(cls, **expressions: Any) -> QuerySet[Self]:
        """Query records (deprecated: use :meth:`filter`)."""
        naming.warn_select()
        return cls.filter(**expressions)

    @classmethod
    def search(
        cls,
        string: str,
        *,
        field: StrField | Sequence[StrField] | None = None,
        limit: int | None = 20,
        return_queryset: bool = False,
        case_sensitive: bool = False,
        synonyms_field: str | None = "synonyms",
    ) -> pd.DataFrame | QuerySet[Self]:
        """Search records by similarity of strings; see :meth:`QuerySet.search <lnschema_core.query.QuerySet.search>`."""
        return cls.filter().search(
            string,
            field=field,
            limit=limit,
            return_queryset=return_queryset,
            case_sensitive=case_sensitive,
            synonyms_field=synonyms_field,
        )

    @classmethod
    def lookup(cls, field: StrField | None = None, return_field: StrField | None = None) -> Lookup:
        """An object with one attribute per record, for auto-completion.

        Args:
            field: The field whose values become attributes; by default the string field of the registry.
            return_field: Return this field of a record instead of the record.

        Examples:
            >>> labels = ln.ULabel.lookup()
            >>> labels.my_project_1
        """
        return cls.filter().lookup(field, return_field)

    @classmethod
    def from_values(cls, values: ListLike, field: StrField | None = None, **kwargs: Any) -> list[Self]:
        """Get the records for a list of values.

        Args:
            values: The values, such as names; empty ones and duplicates are ignored.
            field: The field that has the values; by default the string field of the registry.
            **kwargs: Further conditions that records have to meet.

        Returns:
            The records whose field, or one of whose synonyms, is among the values. Values that are not in the registry, nor in
            its public reference, are reported and make no record.
        """
        from lnschema_core.curation.from_values import from_values

        return from_values(cls, values, field, **kwargs)

    # -- what kind of registry this is --------------------------------------------------------------------------------

    @classmethod
    def is_shown(cls, foreign_key: str) -> models.Q:  # noqa: ARG003 - for registries that leave records out
        """The condition on rows with a foreign key to this registry that :meth:`filter` doesn't leave out the record."""
        return models.Q()

    @classmethod
    def public_reference(cls, **kwargs: Any) -> Reference | None:  # noqa: ARG003 - for registries that have one
        """The public vocabulary behind this registry, ``None`` where there is none; see :class:`Reference`."""
        return None

    @classmethod
    def find_scope(cls, **kwargs: Any) -> dict[str, Any]:
        """The conditions that keyword arguments of validation put on records.

        Foreign keys to a registry with ``is_context`` are resolved by it: a name becomes a record, nothing becomes a default.
        """
        kwargs.pop("logging", None)
        for field in cls._meta.concrete_fields:
            target: Any = field.related_model
            if target is not None and target != "self" and getattr(target, "is_context", False):
                context = target.find_context(cls, kwargs.pop(field.name, None), required=not field.null)
                kwargs |= {} if context is None else {field.name: context}
        return kwargs

    @classmethod
    def find_context(cls, registry: type[Registry], given: Any, *, required: bool) -> Self | None:  # noqa: ARG003 - see above
        """The record of this registry within which those of another one are validated, where ``is_context``.

        Args:
            registry: The other registry.
            given: What the caller passed for it: a record, its name, or ``None``.
            required: Whether records of the other registry always belong to one.
        """
        return given  # type: ignore[no-any-return]

    @classmethod
    def __get_schema_name__(cls) -> str:
        return cls.__module__.partition(".")[0].removeprefix("lnschema_")

    @classmethod
    def __get_name_with_schema__(cls) -> str:
        return f"{cls.__get_schema_name__()}.{cls.__name__}"

    # -- representation -----------------------------------------------------------------------------------------------

    def __repr__(self) -> str:
        return self.describe_fields(with_foreign_keys=True)

    __str__ = __repr__

    def describe_fields(self, *, with_foreign_keys: bool) -> str:
        """``Class(field=value, …)`` without missing values, foreign keys last."""
        deferred = self.get_deferred_fields()
        fields = [field for field in self._meta.concrete_fields if field.attname not in deferred]
        shown = [field for field in fields if not field.is_relation and field.name != "created_at"]
        if with_foreign_keys:
            shown += [field for field in fields if field.is_relation]
        values = ((field.attname, getattr(self, field.attname)) for field in shown)
        entries = [f"{name}={_format_value(value)}" for name, value in values if value is not None]
        return f"{type(self).__name__}({', '.join(entries)})"

    def _repr_html_(self) -> str:
        return record_to_html(self)


def fill(record: Registry, values: Mapping[str, Any]) -> None:
    """Make an object a new record with values in some columns and ``None`` in the others, without any check.

    Values go where ``Model.__init__`` would put them, which takes four times as long.
    """
    if _has_listeners():
        models.Model.__init__(record, **{**dict.fromkeys(_column_names(type(record))), **values})
        return
    record._state = ModelState()
    record.__dict__.update({**dict.fromkeys(_column_names(type(record))), **values})


def _fill_new(record: Registry, values: Mapping[str, Any]) -> bool:
    """Make an object a new record with values in some columns and defaults in the others, as ``Model.__init__`` does in five times the time.

    Returns:
        Whether it is one now: not where a value belongs to no column, or where somebody has to be asked or told.
    """
    columns, makers = _defaults(type(record))
    if not values.keys() <= columns.keys() or _has_listeners():
        return False
    record._state = ModelState()
    record.__dict__.update({**columns, **values})
    for name, default in makers.items():
        if name not in values:
            record.__dict__[name] = default()
    super(models.Model, record).__init__()
    return True


@cache
def _defaults(registry: type[models.Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """The defaults by column, and what makes those that each record has its own of; nothing if a field takes no values as they are."""
    fields = registry._meta.concrete_fields
    if any(
        field.generated or field.has_db_default() or type(registry.__dict__.get(field.attname)) not in _PLAIN
        for field in fields
    ):
        return {}, {}
    makers = {field.attname: _maker(field) for field in fields if callable(field.default) and field.has_default()}
    return {field.attname: None if field.attname in makers else field.get_default() for field in fields}, makers


def _maker(field: models.Field[Any, Any]) -> Callable[[], Any]:
    """What makes the defaults of a field; the key that a foreign key refers to without Django's look whether it is a record."""
    default: Callable[[], Any] = field.default
    if not isinstance(field, models.ForeignKey):
        return default

    def key() -> Any:
        value = default()
        return value if isinstance(value, str) else field.get_default()

    return key


def _has_listeners() -> bool:
    """Whether a package wants to be told of new objects."""
    return bool(pre_init.receivers or post_init.receivers)


def _row(registry: type[models.Model], field_names: Collection[str], values: Collection[Any]) -> list[Any]:
    """The values of all columns; something that stands for it where one is loaded later."""
    loaded = dict(zip(field_names, values, strict=True))
    return [loaded.get(name, models.DEFERRED) for name in _column_names(registry)]


@cache
def _column_names(registry: type[models.Model]) -> tuple[str, ...]:
    return tuple(field.attname for field in registry._meta.concrete_fields)


def _format_value(value: Any) -> str:
    if isinstance(value, str):
        return f"'{escaped(value, keep=_BREAKS)}'"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S") if value.tzinfo else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)


ORM = Registry  # the name before 0.50, still in migrations of plug-ins


class LinkORM:
    """Marks a registry as a link between two others."""

    __module__ = "lnschema_core.models"
