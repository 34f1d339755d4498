"""Sentences about a batch of values, made here and shown by whoever called. Knows no Django.

Each function returns messages; :func:`show` hands them to the log.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lamindb import log
from lamindb.text.escaping import escaped
from lamindb.text.synonyms import is_casing_only

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from lamindb.text.inspection import InspectResult

MOST_VALUES = 20

LONGEST = 200
"""Characters of a value that are shown."""


class Message(NamedTuple):
    """A sentence and how loud to say it."""

    level: Literal["success", "info", "warning", "plain"]
    text: str


def show(messages: Iterable[Message]) -> None:
    """Hand messages to the log, in order."""
    for level, text in messages:
        getattr(log, level)(text)


# -- parts of sentences -----------------------------------------------------------------------------------------------


def plural(number: int) -> str:
    """What to append to a noun: an "s" unless the number is 1."""
    return "" if number == 1 else "s"


def is_or_are(number: int) -> str:
    """The verb for a number of things."""
    return "is" if number == 1 else "are"


def listed(values: Collection[Any], *, quoted: bool = True) -> str:
    """The first 20 values, long ones cut, and ``...`` if there are more."""
    first = [escaped(_cut(str(value))) for value in islice(values, MOST_VALUES)]
    shown = [f"'{value}'" for value in first] if quoted else first
    return ", ".join([*shown, "..."] if len(values) > MOST_VALUES else shown)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _terms(number: int) -> str:
    return f"{number} term{plural(number)}"


# -- what was found ---------------------------------------------------------------------------------------------------


def about_validation(result: InspectResult, field: str | None = None) -> list[Message]:
    """Say how many values are validated and which are not."""
    if not result.values:
        return [Message("warning", "input has zero length")]
    of_field = f" for {field}" if field else ""
    known, unknown = len(result.validated), len(result.non_validated)
    messages = []
    if result.n_empty and (unknown or not known):
        verb = is_or_are(result.n_empty)
        ignored = f"{result.n_empty} empty/duplicated term{plural(result.n_empty)} {verb} ignored"
        messages.append(
            Message("warning", f"received {result.n_unique} unique term{plural(result.n_unique)}, {ignored}")
        )
    if known:
        text = f"{_terms(known)} ({result.percentage(known):.2f}%) {is_or_are(known)} validated{of_field}"
        messages.append(Message("success", text))
    if unknown:
        share = f"{_terms(unknown)} ({result.percentage(unknown):.2f}%) {is_or_are(unknown)} not validated{of_field}"
        messages.append(Message("warning", f"{share}: {listed(result.non_validated, quoted=False)}"))
    return messages


def about_synonyms(mapper: Mapping[str, Any]) -> list[Message]:
    """Say which values stand for a standard name."""
    if not mapper:
        return []
    casing = any(is_casing_only(value, standard) for value, standard in mapper.items())
    kind = f"{'inconsistent casing/' if casing else ''}synonym{plural(len(mapper))}"
    return [
        Message("plain", f"   detected {len(mapper)} terms with {kind}: {listed(mapper)}"),
        Message("plain", "→  standardize terms via .standardize()"),
    ]


def about_reference(
    registry: str, reference: str, field: str, *, names: Sequence[str], synonyms: Sequence[str]
) -> list[Message]:
    """Say which values a public reference has that the registry hasn't."""
    if not names and not synonyms:
        return []
    messages = [Message("plain", f"→  add records from {reference} to your {registry} registry via .from_values()")]
    if synonyms:
        n = len(synonyms)
        kind = f"{n} {registry} term{plural(n)} in {reference} as synonym{plural(n)}"
        messages.insert(0, Message("plain", f"   detected {kind}: {listed(synonyms)}"))
    if names:
        n = len(names)
        kind = f"{n} {registry} term{plural(n)} in {reference} for {field}"
        messages.insert(0, Message("plain", f"   detected {kind}: {listed(names)}"))
    return messages


def about_unknown(values: Collection[str], registry: str) -> list[Message]:
    """Say which values nothing is known about, and how to create records for them."""
    if not values:
        return []
    s = plural(len(values))
    return [
        Message("plain", f"   couldn't validate {_terms(len(values))}: {listed(values)}"),
        Message("plain", f"→  if you are sure, create new record{s} via ln.{registry}() and save to your registry"),
    ]


def about_standardization(number: int, total: int) -> list[Message]:
    """Say how many values are standard names now."""
    return [Message("info", f"standardized {number}/{total} terms")] if total else []


def about_lists(*, as_mapper: bool) -> list[Message]:
    """Say that ambiguous values give lists, where a caller asked for all their standards."""
    where = "mapper might contain lists as values" if as_mapper else "list might contain lists"
    return [Message("warning", f"returning {where} when 'keep=False'")]


def about_public_synonyms(mapper: Mapping[str, Any], registry: str, reference: str) -> list[Message]:
    """Say which values a public reference knows as synonyms, and how to get their records."""
    if not mapper:
        return []
    standards = list(dict.fromkeys(name for names in mapper.values() for name in _several(names)))
    found = f"found {len(mapper)} synonym{plural(len(mapper))} in {reference}: {list(mapper)}"
    mend = f"   please add corresponding {registry} records via `.from_values({standards})`"
    return [Message("warning", f"{found}\n{mend}")]


def _several(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else names


# -- which records were made of values --------------------------------------------------------------------------------


def about_records(how: tuple[str, str], registry: str, values: Collection[Any]) -> list[Message]:
    """Say which values have records now; ``how`` is a verb, and what it was that matched."""
    if not values:
        return []
    verb, matching = how
    records = f"{len(values)} {registry} record{plural(len(values))}"
    return [Message("success", f"{verb} {records}{matching}: {listed(values)}")]


def about_missing_records(registry: str, field: str, values: Collection[Any]) -> list[Message]:
    """Say for which values there is no record."""
    if not values:
        return []
    s = plural(len(values))
    what = f"{registry} record{s} for {len(values)} non-validated {field}{s}"
    return [Message("warning", f"did not create {what}: {listed(values)}")]


def about_ambiguous_records(source: str, values: Collection[Any]) -> list[Message]:
    """Say which values have several records in a public reference or in a registry."""
    if not values:
        return []
    n = len(values)
    return [Message("warning", f"ambiguous validation in {source} for {n} record{plural(n)}: {listed(values)}")]
