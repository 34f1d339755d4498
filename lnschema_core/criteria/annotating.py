"""Annotating a record with what was found in its data: features by slot, and labels under features.

A constant number of queries per slot and registry, whatever the number of columns and values. Runs in the transaction of
the caller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text.joined import join, split
from lnschema_core.annotation.feature_sets import mark_as_metadata, member_relation, shared
from lnschema_core.annotation.label_links import find_label_relation, link_labels_of_features
from lnschema_core.annotation.slots import link_feature_sets, save_feature_sets
from lnschema_core.criteria.criterion import INDEX
from lnschema_core.criteria.kinds import feature_type, kind_of_feature
from lnschema_core.criteria.stored import COLUMNS
from lnschema_core.criteria.vocabularies import find_registry
from lnschema_core.models import Dataset, Feature, FeatureSet
from lnschema_core.rows.values import find_records
from lnschema_core.saving import save as save_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from lnschema_core.annotation.slots import Host
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.examination import Examination, SlotExamination
    from lnschema_core.criteria.vocabularies import Key
    from lnschema_core.models import Registry

_WORDS = ("category", "text", "any")
_NUMBERS = ("number", "integer")


def annotate(host: Host, examination: Examination) -> None:
    """Link a saved record to the features of its data, and to the labels among their values."""
    described = [check.criterion for slot in examination.slots for check in _columns(slot).values()]
    others = [name for slot in examination.slots for name in slot.table.columns if isinstance(name, str)]
    features = save_described_features(described, others)
    sets = shared(_feature_sets(examination, features))
    save_feature_sets(sets)
    link_feature_sets(host, sets)
    if isinstance(host, Dataset) and host.file is not None:
        link_feature_sets(host.file, sets)
    _link_labels(host, examination, features)


def _columns(slot: SlotExamination) -> dict[str, Any]:
    """The checks of columns, without that of the index."""
    return {name: check for name, check in slot.checks.items() if not slot.table.names_index(name)}


# -- features ---------------------------------------------------------------------------------------------------------


def save_described_features(criteria: Sequence[Criterion], others: Iterable[str] = ()) -> dict[str, Feature]:
    """Save features that aren't registered yet. Two queries, one more if registered ones get further registries.

    Args:
        criteria: What describes the features.
        others: Names of further columns, whose features are wanted if they are registered.

    Returns:
        The features by name, those of criteria first.
    """
    described = {one.name: one for one in criteria if one.name != INDEX}
    names = list(dict.fromkeys([*described, *others]))
    stored = {feature.name: feature for feature in sorted(find_records(Feature.filter(), "name", names), key=_newest)}
    new = {name: _feature_of(one) for name, one in described.items() if name not in stored}
    changed = [feature for name, feature in stored.items() if name in described and _complete(feature, described[name])]
    if new or changed:
        save_records([*new.values(), *changed])
    features = stored | new
    return {name: features[name] for name in names if name in features}


def _newest(feature: Feature) -> tuple[float, str]:
    """Sorts the oldest of several features of one name last, so that it counts."""
    return -feature.created_at.timestamp(), feature.pk


def _feature_of(criterion: Criterion) -> Feature:
    return Feature.from_fields(
        name=criterion.name,
        type=feature_type(criterion.type),
        unit=criterion.unit,
        registries=join(_registries_of(criterion)),
    )


def _registries_of(criterion: Criterion) -> list[str]:
    return [find_registry(name)[0].__get_name_with_schema__() for name in criterion.registries]


def _complete(feature: Feature, criterion: Criterion) -> bool:
    """Add the registries of a criterion to a registered feature; whether there were new ones."""
    stored, expected = kind_of_feature(feature.type), criterion.type
    if stored != expected and not any({stored, expected} <= set(alike) for alike in (_WORDS, _NUMBERS)):
        log.warning(
            f"feature '{feature.name}' is registered with type '{feature.type}', but the criterion for it says '{expected}'"
        )
    before = split(feature.registries)
    feature.registries = join([*before, *_registries_of(criterion)])
    return split(feature.registries) != before


# -- feature sets -----------------------------------------------------------------------------------------------------


def _feature_sets(examination: Examination, features: Mapping[str, Feature]) -> dict[str, FeatureSet | None]:
    sets: dict[str, FeatureSet | None] = {}
    with log.muted():
        for slot in examination.slots:
            members = [features[name] for name in dict.fromkeys(slot.table.columns) if name in features]
            of_columns = _feature_set(members) if members else None
            if of_columns is not None and slot.slot != COLUMNS:
                mark_as_metadata(of_columns)
            if slot.slot.rpartition("/")[2] != "var":
                sets[slot.slot] = of_columns
            else:
                sets |= {slot.slot: _set_of_variables(examination, slot), f"{slot.slot}/columns": of_columns}
    return sets


def _set_of_variables(examination: Examination, slot: SlotExamination) -> FeatureSet | None:
    """The feature set of the names of variables, if a registry of features has to have them."""
    if INDEX not in slot.checks or not slot.table.names_index(INDEX):
        return None
    for key, values in examination.labels(slot, INDEX).items():
        lookup = examination.lookups[key]
        if values and _can_be_members(lookup.registry):
            return _feature_set(list(lookup.records_of(values).values()))
    return None


def _feature_set(members: list[Any]) -> FeatureSet:
    make: Any = FeatureSet  # the Django plugin of mypy takes constructors for lists of fields
    feature_set: FeatureSet = make(members)
    return feature_set


def _can_be_members(registry: type[Registry]) -> bool:
    try:
        member_relation(FeatureSet, registry)
    except ValueError:
        return False
    return True


# -- labels -----------------------------------------------------------------------------------------------------------


def _link_labels(host: Host, examination: Examination, features: Mapping[str, Feature]) -> None:
    """Link the registered values of columns under their features. Three queries per registry."""
    wanted: dict[Key, dict[str, list[Any]]] = {}
    for slot in examination.slots:
        for name in _columns(slot):
            for key, values in examination.labels(slot, name).items():
                if values:
                    wanted.setdefault(key, {}).setdefault(name, []).extend(values)
    for key, by_feature in wanted.items():
        lookup = examination.lookups[key]
        relation = find_label_relation(host, lookup.registry)
        if relation is None:
            log.warning(f"values of {key[0]} don't become labels: records of that registry can't be linked")
            continue
        records = lookup.records_of(list(dict.fromkeys(value for values in by_feature.values() for value in values)))
        labels = {features[name]: [records[value] for value in values] for name, values in by_feature.items()}
        link_labels_of_features(host, relation, labels)
