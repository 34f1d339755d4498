"""Features of the columns of a frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text.ranking import rank
from lamindb.text.screening import SIMILAR, Screen
from lnschema_core.annotation.feature_types import checked_columns, feature_types
from lnschema_core.catalogue import core_registry
from lnschema_core.rows.values import find_records
from lnschema_core.settings import settings

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from lnschema_core.models import Feature

MOST_FEATURES = 100_000
"""With so many registered features new names are compared at most; takes about a second."""


def features_of_frame(df: pd.DataFrame) -> list[Feature]:
    """Make one feature per column of a frame, in its order; see ``Feature.from_df``.

    Registered features are returned as they are stored, the oldest if several have the name. One query for them, and one for
    names that are similar to new ones, however many columns.

    Raises:
        ValueError: The names of columns are no strings or not unique.
    """
    columns = checked_columns(df)
    registry = core_registry("Feature")
    stored = sorted(find_records(registry.filter(), "name", columns), key=_age, reverse=True)
    features = {feature.name: feature for feature in stored}
    new = [name for name in columns if name not in features]
    types = feature_types(df, new)
    for name in new:
        features[name] = registry.from_fields(name=name, type=types[name])
        features[name].looked_for = {"name": name}
    if new and settings.upon_create_search_names:
        _warn_similar(new)
    return [features[name] for name in columns]


def _age(feature: Feature) -> tuple[Any, str]:
    return feature.created_at, feature.pk


def _warn_similar(names: Iterable[str]) -> None:
    """Point out registered features whose name, or one of whose synonyms, is similar to new names. One query."""
    names = list(names)
    vocabulary = list(core_registry("Feature").filter().values_list("pk", "name", "synonyms")[: MOST_FEATURES + 1])
    if len(vocabulary) > MOST_FEATURES:
        log.hint(
            f"didn't compare {len(names)} new names with those of more than {MOST_FEATURES} features, since that would take long: "
            "use Feature.search to find similar ones"
        )
        return
    screen = Screen(vocabulary)
    found = {name: rank(name, screen.similar(name) or [], min_score=SIMILAR) for name in names}
    lines = [f"   {name!r} is similar to {_listed(hits)}" for name, hits in found.items() if hits]
    if len(lines) == 1:
        log.warning("\n".join(["record with similar name exist! did you mean to load it?", *lines]))
    elif lines:
        log.warning("\n".join(["records with similar names exist! did you mean to load one of them?", *lines]))


def _listed(hits: Iterable[Any]) -> str:
    return ", ".join(f"'{hit.value}' ({hit.score:.0f})" for hit in hits)
