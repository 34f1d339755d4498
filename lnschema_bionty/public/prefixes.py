"""Ids of terms: one form for them, and which ones are an ontology's own."""

from __future__ import annotations

import re

# Files of some ontologies have terms of others too; these are the prefixes of their own.
_OWN = {
    "clo": ("CLO",),
    "cl": ("CL",),
    "uberon": ("UBERON",),
    "mondo": ("MONDO",),
    "efo": ("EFO",),
    "hp": ("HP",),
    "mp": ("MP",),
    "zp": ("ZP",),
    "pato": ("PATO",),
    "dron": ("DRON",),
    "hsapdv": ("HsapDv",),
    "mmusdv": ("MmusDv",),
    "hancestro": ("HANCESTRO", "AfPO"),
}
_ADDRESS = re.compile(r"^https?://\S*[/#]([A-Za-z]+)_(\w+)$")


def short_id(one: str) -> str:
    """The id with prefix and number, also of an id that is an address.

    Examples:
        >>> short_id("http://www.ebi.ac.uk/efo/EFO_0008913")
        'EFO:0008913'
    """
    found = _ADDRESS.match(one)
    return f"{found[1]}:{found[2]}" if found else one


def own_prefixes(source: str) -> tuple[str, ...]:
    """The prefixes of an ontology's own terms; empty if all of its terms count."""
    return _OWN.get(source, ())


def has_prefix(one: str, prefixes: tuple[str, ...]) -> bool:
    """Whether an id is one of the prefixes' own; ``CLO:1`` isn't one of ``CL``."""
    return not prefixes or one.partition(":")[0] in prefixes
