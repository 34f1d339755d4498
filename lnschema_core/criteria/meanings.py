"""What failing values probably mean. Asks registries a constant number of times."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

from lamindb.text.suggestions import Suggestion, single_spaced, suggest
from lnschema_core.criteria.kinds import cast
from lnschema_core.criteria.vocabularies import keys_of, unregistered

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lamindb.text.suggestions import How
    from lnschema_core.criteria.checking import Finding
    from lnschema_core.criteria.criterion import Criterion
    from lnschema_core.criteria.examination import Lookups, SlotExamination
    from lnschema_core.criteria.vocabularies import Key

_LEAST_SAFE_LAST: tuple[How, ...] = ("strip", "casing", "synonym", "cast", "typo", "public")


def look_for_mends(slots: Iterable[SlotExamination], lookups: Lookups) -> None:
    """Ask each registry once what values that it doesn't have may mean, the most frequent first."""
    unknown: dict[Key, Counter[str]] = {key: Counter() for key in lookups}
    for slot in slots:
        for name, findings in slot.findings.items():
            criterion = slot.checks[name].criterion
            counts = _unregistered_texts(criterion, findings, lookups)
            for key in keys_of(criterion):
                unknown[key] |= counts
    for key, counts in unknown.items():
        if counts:
            lookups[key].suggest([value for value, _ in counts.most_common()])


def _unregistered_texts(criterion: Criterion, findings: Iterable[Finding], lookups: Lookups) -> Counter[str]:
    """Texts that no registry has, with the numbers of their cells."""
    counts: Counter[str] = Counter()
    own = [lookups[key] for key in keys_of(criterion)]
    for finding in findings:
        if finding.reason == "unregistered" and finding.values.type is str:
            for value, n in zip(finding.values.different, finding.values.counts.tolist(), strict=True):
                counts.update(dict.fromkeys(filter(None, unregistered(criterion, value, own)), n))
    return counts


def suggestions_for(criterion: Criterion, finding: Finding, lookups: Lookups) -> list[Suggestion | None]:
    """What each of the failing values may mean."""
    values = list(finding.values.different)
    if finding.values.type is not str or finding.reason == "type":
        has_casts = finding.reason in ("type", "unregistered", "not-allowed")
        return [_casted(criterion, value, lookups) if has_casts else None for value in values]
    ways = {"unregistered": _registered, "not-allowed": _allowed, "pattern": _matching}
    way = ways.get(finding.reason)
    return way(criterion, values, lookups) if way is not None else [None] * len(values)


def _registered(criterion: Criterion, values: Sequence[str], lookups: Lookups) -> list[Suggestion | None]:
    own = [lookups[key] for key in keys_of(criterion)]

    def find(member: str) -> Suggestion | None:
        return next((lookup.suggestions[member] for lookup in own if member in lookup.suggestions), None)

    return [_mended(criterion, value, unregistered(criterion, value, own), find) for value in values]


def _allowed(criterion: Criterion, values: Sequence[str], _: Lookups) -> list[Suggestion | None]:
    allowed = {value: None for value in criterion.allowed or () if isinstance(value, str)}
    strangers = {value: [one for one in criterion.members(value) if one not in allowed] for value in values}
    different = list(dict.fromkeys(one for some in strangers.values() for one in some if one))
    found = suggest(different, allowed.items, allowed.keys().__and__, count=allowed.__len__)
    return [_mended(criterion, value, strangers[value], found.get) for value in values]


def _matching(criterion: Criterion, values: Sequence[str], _: Lookups) -> list[Suggestion | None]:
    pattern = re.compile(criterion.pattern or "")
    shorter = [single_spaced(value) for value in values]
    return [
        Suggestion(short, "strip") if all(map(pattern.fullmatch, criterion.members(short))) else None
        for short in shorter
    ]


def _mended(
    criterion: Criterion, value: str, failing: Sequence[str], find: Callable[[str], Suggestion | None]
) -> Suggestion | None:
    """The suggestion for a value; of a cell with several values the cell with all of them mended, if all can be."""
    if criterion.separator is None:
        return find(value)
    mends = {member: find(member) for member in failing if member}
    pieces = [_mended_piece(piece, mends) for piece in value.split(criterion.separator) if piece.strip()]
    if not pieces or None in pieces:
        return None
    hows = [mend.how for mend in mends.values() if mend is not None]
    how: How = max(hows, key=_LEAST_SAFE_LAST.index, default="strip")
    return Suggestion(criterion.separator.join(piece for piece in pieces if piece is not None), how)


def _mended_piece(piece: str, mends: Mapping[str, Suggestion | None]) -> str | None:
    """The piece of a cell between separators with its value mended, None if it can't be."""
    member = piece.strip()
    if member not in mends:
        return piece
    mend = mends[member]
    return None if mend is None or mend.value is None else piece.replace(member, mend.value)


def _casted(criterion: Criterion, value: Any, lookups: Lookups) -> Suggestion | None:
    meant = cast(value, criterion.type)
    if meant is None or (criterion.allowed is not None and meant not in criterion.allowed):
        return None
    own = [lookups[key] for key in keys_of(criterion)]
    return Suggestion(meant, "cast") if not own or any(lookup.knows(meant) for lookup in own) else None
