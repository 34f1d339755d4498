"""Validate, inspect and standardise values against the records of a query set.

Comparing happens in :mod:`lnschema_core.curation.vocabulary`; here it is decided what is compared, returned and said.
"""

from __future__ import annotations

from dataclasses import replace as replaced
from typing import TYPE_CHECKING, Any

from lamindb import log
from lamindb.text import messages
from lamindb.text.batch import as_list, is_single, unique_strings
from lamindb.text.inspection import compare
from lamindb.text.synonyms import replace
from lnschema_core.curation.vocabulary import SYNONYMS, reference_of, vocabulary_of
from lnschema_core.fields import has_field, registry_of, string_field

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    from django.db.models import QuerySet

    from lamindb.text.inspection import InspectResult
    from lamindb.text.messages import Message
    from lamindb.text.synonyms import Keep
    from lamindb.types import StrField
    from lnschema_core.curation.reference import Reference


def validate(
    queryset: QuerySet[Any],
    values: Any,
    field: StrField | None = None,
    *,
    mute: bool = False,
    logging: bool = True,
    **scope: Any,
) -> npt.NDArray[np.bool_] | np.bool_:
    """Tell which values are values of a field of the records, exactly.

    Args:
        queryset: The records.
        values: The values; empty ones are not valid.
        field: The field that has the valid values; by default the string field of the registry.
        mute: Show no messages.
        logging: The older form of ``mute``.
        **scope: Further conditions on records.

    Returns:
        One boolean per value; for a single value one boolean.

    Raises:
        TypeError: The field has texts, and one of the values is none.
    """
    vocabulary = vocabulary_of(queryset, field, scope)
    result = compare(values, vocabulary.find)
    with log.silent_if(mute or not logging):
        messages.show(messages.about_validation(result, vocabulary.field))
    valid: npt.NDArray[np.bool_] | np.bool_ = result.is_validated[0] if is_single(values) else result.is_validated
    return valid


def inspect(
    queryset: QuerySet[Any],
    values: Any,
    field: StrField | None = None,
    *,
    mute: bool = False,
    return_df: bool = False,
    logging: bool = True,
    **scope: Any,
) -> InspectResult | pd.DataFrame:
    """Tell what the records know of values: valid ones, synonyms, others.

    Args:
        queryset: The records.
        values: The values.
        field: The field that has the valid values; by default the string field of the registry.
        mute: Show no messages; the public reference of the registry is then not asked.
        return_df: Return the frame of the result.
        logging: The older form of ``mute``.
        **scope: Further conditions on records.

    Raises:
        TypeError: The field has texts, and one of the values is none.
    """
    vocabulary = vocabulary_of(queryset, field, scope)
    result = compare(values, vocabulary.find)
    result = replaced(result, synonyms_mapper=vocabulary.standards(result.non_validated))
    if not mute and logging:
        reference = reference_of(queryset, scope)
        messages.show(_about(result, vocabulary.registry.__name__, vocabulary.field, reference))
    return result.df if return_df else result


def _about(result: InspectResult, registry: str, field: str, reference: Reference | None) -> list[Message]:
    said = messages.about_validation(result, field) + messages.about_synonyms(result.synonyms_mapper)
    left = [value for value in result.non_validated if value not in result.synonyms_mapper]
    if reference is not None and left:
        public = reference.inspect(left, field)
        synonyms = [value for value in public.non_validated if value in public.synonyms_mapper]
        said += messages.about_reference(registry, reference.name, field, names=public.validated, synonyms=synonyms)
        left = [value for value in public.non_validated if value not in public.synonyms_mapper]
    return said + messages.about_unknown(left, registry)


def standardize(
    queryset: QuerySet[Any],
    values: Any,
    field: StrField | None = None,
    *,
    return_mapper: bool = False,
    case_sensitive: bool = False,
    mute: bool = False,
    bionty_aware: bool = True,
    keep: Keep = "first",
    synonyms_field: str = SYNONYMS,
    **scope: Any,
) -> Any:
    """Replace synonyms, and other casings of names, by the names they stand for.

    Exact names are never replaced; other casings of names go before synonyms. A registry without synonyms leaves all
    values as they are, and so do values that stand for nothing.

    Args:
        queryset: The records.
        values: The values.
        field: The field that has the standard names; by default the string field of the registry.
        return_mapper: Return ``{value: standard name}`` of the values that change.
        case_sensitive: Tell upper from lower case.
        mute: Show no messages.
        bionty_aware: Also ask the public reference of the registry.
        keep: For a synonym of several records, the ``"first"``, the ``"last"``, or ``False`` for a list of all.
        synonyms_field: The field with the synonyms.
        **scope: Further conditions on records.

    Returns:
        A list of the length and order of the values, one value for one value, or the mapper.

    Raises:
        KeyError: There is no such field, or it is both the field of names and that of synonyms.
    """
    name = string_field(queryset, field=field)
    _check_fields(registry_of(queryset), name, synonyms_field)
    vocabulary = vocabulary_of(queryset, name, scope, synonyms_field=synonyms_field)
    strings = unique_strings(as_list(values)) if vocabulary.synonyms_field else []
    known = vocabulary.find(strings)
    unknown = [value for value in strings if value not in known]
    mapper = vocabulary.standards(unknown, case_sensitive=case_sensitive, keep=keep)
    said = messages.about_standardization(len(strings) - len(unknown) + len(mapper), len(strings))
    left = [value for value in unknown if value not in mapper]
    reference = reference_of(queryset, scope) if bionty_aware and left else None
    if reference is not None:
        public = reference.standardize(
            left, name, case_sensitive=case_sensitive, keep=keep, synonyms_field=synonyms_field
        )
        said += messages.about_public_synonyms(public, vocabulary.registry.__name__, reference.name)
        mapper |= public
    with log.silent_if(mute):
        messages.show(said + (messages.about_lists(as_mapper=return_mapper) if keep is False else []))
    return mapper if return_mapper else _replaced(values, mapper)


def _replaced(values: Any, mapper: dict[str, Any]) -> Any:
    """The values with their standards in place, one value for one value."""
    standard = replace(as_list(values), mapper)
    return standard[0] if is_single(values) else standard


def _check_fields(registry: type[Any], field: str, synonyms_field: str) -> None:
    if field == synonyms_field:
        msg = "synonyms_field must be different from field!"
        raise KeyError(msg)
    for argument, name in (("field", field), ("synonyms_field", synonyms_field)):
        if not has_field(registry, name) and name != SYNONYMS:
            available = [column.name for column in registry._meta.concrete_fields]
            msg = f"{argument} {name!r} is invalid! Available fields are: {available}"
            raise KeyError(msg)
