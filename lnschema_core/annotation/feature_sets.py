"""Making and saving feature sets: sets of saved records, found again by the hash of their ids."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

from lamindb import log
from lamindb.errors import EmptyInput, MissingData
from lamindb.io.hashing import hash_set
from lamindb.text import messages
from lamindb.text.batch import as_list, unique
from lamindb.text.inspection import compare
from lnschema_core import ids
from lnschema_core.annotation.feature_types import NUMBER, checked_columns, common_type, type_of_dtype
from lnschema_core.annotation.relations import relations_of
from lnschema_core.catalogue import core_registry
from lnschema_core.curation.vocabulary import vocabulary_of
from lnschema_core.fields import oldest_first
from lnschema_core.rows.storable import is_saved
from lnschema_core.rows.values import AnyOf, find_records, without_garbage_collection

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    import pandas as pd

    from lamindb.types import ListLike, StrField
    from lnschema_core.annotation.relations import Relation
    from lnschema_core.curation.vocabulary import Vocabulary
    from lnschema_core.models import FeatureSet, Modality, Registry

METADATA = "meta"
"""The modality of features that annotate observations rather than being measured."""

_ARGUMENTS = ("features", "type", "modality", "name")


@dataclass(frozen=True)
class Members:
    """The members of a feature set that isn't saved yet.

    Attributes:
        accessor: The attribute of the feature set that will have them, such as ``features``.
        registry: Their registry.
        keys: Their primary keys. Of tens of thousands, nothing else is read until somebody asks for it.
    """

    accessor: str
    registry: type[Registry]
    keys: tuple[Any, ...]

    def records(self, most: int | None = None) -> list[Registry]:
        """The members as they are now, or the first of them. One query."""
        keys = self.keys[:most]
        found = {record.pk: record for record in find_records(self.registry.filter(), "pk", keys)}
        return [found[key] for key in keys if key in found]


# -- construct --------------------------------------------------------------------------------------------------------


def construct(feature_set: FeatureSet, fields: dict[str, Any]) -> None:
    """Become a new set of the constructor's arguments, or the existing set of the same members. Writes nothing.

    Raises:
        MissingData: No features are passed.
        TypeError: They aren't records of one registry, or the modality is none.
        ValueError: There are none, one isn't saved, or feature sets can't have records of their registry.
    """
    records = _checked_features(fields)
    keys = keys_of(records)
    _become_set_of(feature_set, type(records[0]), keys, fields.get("type"), fields.get("name"), fields.get("modality"))


def _become_set_of(
    feature_set: FeatureSet,
    registry: type[Registry],
    keys: Sequence[Any],
    kind: Any,
    name: str | None,
    modality: Modality | None,
) -> None:
    """Become a new set of saved records of a registry, or the existing set of the same ones. One query."""
    checked_modality = _checked_modality(modality)
    accessor = member_relation(type(feature_set), registry).accessor
    digest = hash_set(map(str, keys))
    same = type(feature_set).filter(hash=digest, registry=registry.__get_name_with_schema__())
    existing = same.order_by("created_at", "pk").first()
    if existing is not None:
        log.success(f"loaded: {existing}")
        feature_set.become(existing)
        return
    Model.__init__(
        feature_set,
        id=ids.base62_20(),
        name=name,
        n=len(keys),
        type=type_of_values(registry, kind),
        modality=checked_modality,
        registry=registry.__get_name_with_schema__(),
        hash=digest,
    )
    feature_set.looked_for = {"hash": digest, "registry": feature_set.registry}
    feature_set.pending_members = Members(accessor, registry, tuple(keys))


def type_of_values(registry: type[Registry], given: Any) -> str | None:
    """What the values of all members are; by default unknown for features, which have a type each, and else numbers."""
    if given is None:
        return None if registry is core_registry("Feature") else NUMBER
    return given.__name__ if isinstance(given, type) else common_type(str(given))


def member_relation(feature_set_registry: type[FeatureSet], registry: type[Model]) -> Relation:
    """How feature sets have records of a registry as members.

    Raises:
        ValueError: They don't.
    """
    for relation in relations_of(feature_set_registry):
        if relation.registry is registry and not has_slots(relation):
            return relation
    msg = (
        f"Can't create feature sets from {registry.__name__} because it's not related to it! A registry of features has a "
        "many-to-many field to FeatureSet."
    )
    raise ValueError(msg)


def has_slots(relation: Relation) -> bool:
    """Whether records at the other end have feature sets, rather than being their members."""
    return any(field.name == "slot" for field in relation.link._meta.concrete_fields)


def _checked_features(fields: dict[str, Any]) -> list[Registry]:
    """The records that were passed, each once."""
    if fields.get("features") is None:
        msg = "pass features: a list of saved records of one registry"
        raise MissingData(msg)
    if not fields.keys() <= set(_ARGUMENTS):
        msg = f"Only {', '.join(_ARGUMENTS)} are valid keyword arguments"
        raise ValueError(msg)
    features = fields["features"]
    if not hasattr(features, "__len__"):
        msg = "Please pass a ListLike of features, not a single feature"
        raise ValueError(msg)
    if len(features) == 0:
        msg = "Provide list of features with at least one element"
        raise EmptyInput(msg)
    if not hasattr(features, "__getitem__"):
        msg = "features has to be list-like"
        raise TypeError(msg)
    records = list(features)
    _check_records(records)
    keys = keys_of(records)
    return records if len({*keys}) == len(keys) else list(dict.fromkeys(records))


def _check_records(records: Sequence[Any]) -> None:
    first = records[0]
    if not (isinstance(first, Model) and hasattr(first, "__get_name_with_schema__")):
        msg = "features has to store feature records! use .from_values() otherwise"
        raise TypeError(msg)
    if len({type(record) for record in records}) > 1:
        msg = "feature_set can only contain a single type"
        raise TypeError(msg)
    if any(record._state.adding for record in records) or None in keys_of(records):
        msg = "Can only construct feature sets from validated features"
        raise ValueError(msg)


def keys_of(records: Sequence[Model]) -> list[Any]:
    """The primary keys of records of one registry."""
    return list(map(attrgetter(records[0]._meta.pk.attname), records))


def _checked_modality(modality: Modality | None) -> Modality | None:
    if modality is None:
        return None
    registry: type[Modality] = core_registry("Modality")
    if not isinstance(modality, registry):
        msg = "modality needs to be of type Modality"
        raise TypeError(msg)
    if not is_saved(modality):
        msg = f"unvalidated modality, save to registry if you're sure it is correct: {modality}"
        raise ValueError(msg)
    return modality


# -- from values ------------------------------------------------------------------------------------------------------


def from_values(
    values: ListLike,
    field: StrField | None = None,
    *,
    type: Any = None,  # noqa: A002 - the API of 0.54
    name: str | None = None,
    modality: Modality | None = None,
    **kwargs: Any,
) -> FeatureSet | None:
    """Make a feature set of those values that are validated features; see ``FeatureSet.from_values``.

    Two queries, however many values, and one more where several records have a value.

    Raises:
        TypeError: The field is no field of a registry.
        ValueError: There are no values.
    """
    registry, column = _names_of_features(field)
    listed = as_list(values)
    if not listed:
        msg = "Provide a list of at least one value"
        raise EmptyInput(msg)
    with without_garbage_collection():
        keys = validated_keys(registry, column, listed, **kwargs)
        return _make(registry, keys, type_of_values(registry, type), name, modality)


def from_df(
    df: pd.DataFrame, field: StrField | None = None, *, name: str | None = None, modality: Modality | None = None
) -> FeatureSet | None:
    """Make a feature set of those columns of a frame that are validated features; see ``FeatureSet.from_df``.

    Two queries, however many columns, and one more where several records have a name.

    Raises:
        TypeError: The field is no field of a registry.
        ValueError: The names of columns are no strings or not unique; or the columns have different data types, but the
            features of the registry have no types of their own.
    """
    registry, column = _names_of_features(field)
    keys = validated_keys(registry, column, checked_columns(df))
    has_types = not keys or registry is core_registry("Feature")
    return _make(registry, keys, None if has_types else _common_dtype(df, keys.keys()), name, modality)


def _make(
    registry: type[Registry],
    keys: Mapping[Any, Sequence[Any]],
    kind: Any,
    name: str | None,
    modality: Modality | None,
) -> FeatureSet | None:
    """A feature set of records given by their keys, by value; ``None`` if there are none."""
    if not keys:
        return None
    feature_set_registry: type[FeatureSet] = core_registry("FeatureSet")
    feature_set = feature_set_registry.__new__(feature_set_registry)
    _become_set_of(feature_set, registry, [key for some in keys.values() for key in some], kind, name, modality)
    return feature_set


def registry_and_field(field: Any) -> tuple[type[Registry], str]:
    """The registry and the name of a field that is given by reference.

    Raises:
        TypeError: It isn't given by reference.
    """
    if not isinstance(field, DeferredAttribute):
        msg = "Argument `field` must be a Registry field, e.g., `Feature.name`"
        raise TypeError(msg)
    registry: Any = field.field.model
    return registry, field.field.name


def _names_of_features(field: StrField | None) -> tuple[type[Registry], str]:
    """The registry and the field that have the names of features, by default ``Feature.name``."""
    return (core_registry("Feature"), "name") if field is None else registry_and_field(field)


def validated_keys(registry: type[Registry], field: str, values: Sequence[Any], **kwargs: Any) -> dict[Any, list[Any]]:
    """The keys of the records of those values that are in a registry, by value, in their order; says how many values are.

    One query, and one more where several records have a value. Names of features are not unique: of several features with one name the
    oldest is meant; else all are, the oldest first.
    """
    vocabulary = vocabulary_of(registry.filter(), field, kwargs)
    distinct = unique(values)
    found: dict[Any, list[Any]] = {}
    for value, key in vocabulary.find_keys(distinct):
        found.setdefault(value, []).append(key)
    messages.show(messages.about_validation(compare(values, found.keys().__and__), field))
    if not found:
        log.warning("no validated features, skip creating feature set")
        return {}
    shared = [value for value, keys in found.items() if len(keys) > 1]
    if shared:
        found |= _by_age(vocabulary, shared, most=1 if registry is core_registry("Feature") else None)
    return {value: found[value] for value in distinct if value in found}


def _by_age(vocabulary: Vocabulary, values: Sequence[Any], *, most: int | None) -> dict[Any, list[Any]]:
    """The keys of so many records of each value, the oldest first. One query."""
    having = vocabulary.records.filter(AnyOf(vocabulary.field, values)).order_by(*oldest_first(vocabulary.registry))
    keys: dict[Any, list[Any]] = {}
    for value, key in having.values_list(vocabulary.field, "pk"):
        keys.setdefault(value, []).append(key)
    return {value: some[:most] for value, some in keys.items()}


def _common_dtype(df: pd.DataFrame, columns: Collection[str]) -> str:
    dtypes = {str(df[column].dtype) for column in df.columns if column in columns}
    if len(dtypes) > 1:
        msg = f"data types are heterogeneous: {dtypes}"
        raise ValueError(msg)
    return type_of_dtype(dtypes.pop())


def mark_as_metadata(feature_set: FeatureSet) -> None:
    """Give a new feature set the modality ``meta``; one that doesn't exist yet is saved with the set."""
    if feature_set._state.adding:
        registry = core_registry("Modality")
        saved = registry.filter(name=METADATA).order_by("created_at", "pk").first()
        feature_set.modality = saved or registry.from_fields(name=METADATA)


def shared(sets: Mapping[str, FeatureSet | None]) -> dict[str, FeatureSet]:
    """Feature sets by slot, without empty slots; slots with the same members have the same set, also if it is new."""
    by_members: dict[tuple[str, str | None], FeatureSet] = {}
    found = {slot: one for slot, one in sets.items() if one is not None}
    return {slot: by_members.setdefault((one.registry, one.hash), one) for slot, one in found.items()}


# -- save -------------------------------------------------------------------------------------------------------------


@contextmanager
def saving_members(feature_set: FeatureSet) -> Iterator[None]:
    """Save a feature set within the block together with its modality and members: all or nothing.

    One query for the links to members, however many; the members themselves are saved already.
    """
    members = feature_set.pending_members
    with transaction.atomic():
        if members is not None:
            _save_modality(feature_set)
        yield
        if members is not None:
            member_relation(type(feature_set), members.registry).insert(feature_set.pk, members.keys)
    feature_set.pending_members = None


def _save_modality(feature_set: FeatureSet) -> None:
    """Save the modality if it is new; one of its name that was saved since is taken instead."""
    modality = feature_set.modality
    if modality is None or not modality._state.adding:
        return
    saved = type(modality).filter(name=modality.name).order_by("created_at", "pk").first()
    if saved is None:
        modality.save()
    feature_set.modality = saved or modality
