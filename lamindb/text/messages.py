"""Sentences about a batch of values, made here and shown by whoever called. Knows no Django.

Each function returns messages; :func:`show` hands them to the log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from lamindb import log
from lamindb.text.synonyms import is_casing_only

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from lamindb.text.inspection import InspectResult

MOST_VALUES = 20


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
    """The first 20 values, and ``...`` if there are more."""
    shown = [f"'{value}'" if quoted else str(value) for value, _ in zip(values, range(MOST_VALUES), strict=False)]
    return ", ".join([*shown, "..."] if len(values) > MOST_VALUES else shown)


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
    if unknown and result.n_empty:
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
    return [Message("info", f"standardized {number}/{total} terms")]
