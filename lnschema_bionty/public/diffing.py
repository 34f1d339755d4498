"""What happened to terms from one release of an ontology to another. Knows no source and no registry."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnschema_bionty.public.columns import ONTOLOGY_ID, PARENTS, SYNONYMS

if TYPE_CHECKING:
    import pandas as pd

    from lnschema_bionty.public.terms import Terms


@dataclass(frozen=True)
class Changes:
    """What happened to terms, by id. A term that is obsolete or gone now isn't listed under anything else."""

    added: tuple[str, ...]
    """Terms that are new."""
    removed: tuple[str, ...]
    """Terms that are gone without a word."""
    obsolete: tuple[str, ...]
    """Terms that are obsolete now, and that no other term replaces."""
    replaced: dict[str, str]
    """Terms that are obsolete now or were merged into another, each with its successor."""
    renamed: dict[str, tuple[str, str]]
    """Terms with another name: the old one and the new one."""
    redefined: tuple[str, ...]
    """Terms with another definition."""
    moved: tuple[str, ...]
    """Terms with other parents."""
    synonyms: tuple[str, ...]
    """Terms with other synonyms."""

    def __repr__(self) -> str:
        counts = ", ".join(f"{len(value)} {name}" for name, value in vars(self).items())
        return f"Changes({counts})"


def find_changes(old: Terms, new: Terms) -> Changes:
    """What happened to the terms in use of a release.

    Raises:
        NotImplementedError: The terms have no ontology ids.
    """
    if ONTOLOGY_ID not in old.table.column_names:
        msg = "only terms with ontology ids can be followed from one release to another"
        raise NotImplementedError(msg)
    before, after, retired = _by_id(old), _by_id(new), _by_id(new, obsolete=True)
    gone = [one for one in before if one not in after]
    kept = [(one, before[one], after[one]) for one in before if one in after]
    replaced = {one: retired[one]["replaced_by"] for one in gone if one in retired and retired[one]["replaced_by"]}
    return Changes(
        added=tuple(one for one in after if one not in before),
        removed=tuple(one for one in gone if one not in retired),
        obsolete=tuple(one for one in gone if one in retired and one not in replaced),
        replaced=replaced,
        renamed={one: (a["name"], b["name"]) for one, a, b in kept if a["name"] != b["name"]},
        redefined=tuple(one for one, a, b in kept if a["definition"] != b["definition"]),
        moved=tuple(one for one, a, b in kept if set(a[PARENTS] or ()) != set(b[PARENTS] or ())),
        synonyms=tuple(one for one, a, b in kept if a[SYNONYMS] != b[SYNONYMS]),
    )


def _by_id(terms: Terms, *, obsolete: bool = False) -> dict[str, dict[str, Any]]:
    rows = terms.table.to_pylist() if obsolete else terms.live.to_pylist()
    return {row[ONTOLOGY_ID]: row for row in rows if row["obsolete"] is obsolete}


def compare_frames(first: pd.DataFrame, second: pd.DataFrame, **options: Any) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The rows that only one of two frames has, and the values that differ where both have a row; parents don't count.

    A row that was modified is among the first result twice, with its values in either frame.
    """
    import pandas as pd

    ours, theirs = (frame.drop(columns=PARENTS, errors="ignore") for frame in (first, second))
    index = ours.index.name
    if index is None:
        index = str(ours.columns[0])
        ours, theirs = (frame.drop_duplicates(index).set_index(index) for frame in (ours, theirs))
    both = pd.concat([ours, theirs]).reset_index()
    new_entries = both[~both.duplicated(keep=False)].set_index(index)
    common = ours.index.intersection(theirs.index)
    columns = [name for name in ours.columns if name in theirs.columns]
    modified = ours.loc[common, columns].compare(theirs.loc[common, columns], **options)
    return new_entries, modified
