"""The user's own sources: a file or an address becomes a source in one call."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lamindb import log
from lamindb.errors import InvalidSource, NoSuchSource, UnreadableFile
from lamindb.io.placing import discard
from lnschema_bionty.public import fetching, places, sources, tables
from lnschema_bionty.public.columns import ENTITIES
from lnschema_bionty.public.parsing import parse
from lnschema_bionty.public.source import Source
from lnschema_bionty.public.writing import write_table

if TYPE_CHECKING:
    import os

_NAME = re.compile(r"(?!.*__)[\w.() -]+")


def register(
    entity: str,
    address: str | os.PathLike[str],
    *,
    source: str,
    version: str,
    licence: str,
    species: str = "all",
    md5: str = "",
    name: str = "",
    website: str = "",
) -> Source:
    """Register a file as a source of public terms, and use it from now on where nobody names another.

    The file is read at once: an ontology (OBO, OWL or OBO-graph JSON), or a table (tsv, csv or parquet) with a column
    per field of the entity.

    Args:
        entity: What its terms are, such as ``"CellType"``.
        address: A path, or an address with ``https:`` or ``s3:``.
        source: The ontology in short, such as ``"cl"``.
        version: The release.
        licence: Under which conditions its terms may be used, such as ``"CC-BY-4.0"`` or ``"internal"``.
        species: The species that it is about.
        md5: The MD5 of the file in hexadecimal digits, if it is known.
        name: The ontology in full.
        website: Where it presents itself.

    Returns:
        The source.

    Raises:
        InvalidSource: There is no such entity, the licence is empty, or there is such a source already.
        FileNotFoundError: There is no such file.
        StorageError: The address can't be fetched.
        UnreadableFile: The file is broken, or lacks what the entity needs.
    """
    new = Source(entity, source, species, str(version), _url(address), md5, "", name or source, website, licence)
    _check(new)
    return _take_in(new)


def _take_in(new: Source) -> Source:
    """Read the file of a source, and list it when its table is there."""
    path = tables.file_of(new)
    registered = replace(new, digest=fetching.digest_of(path))
    try:
        table = parse(path, new)
    except UnreadableFile:
        if path == places.cached_file_path(new):
            discard(path)
        raise
    write_table(table, places.cached_table_path(new))
    sources.add_own(registered)
    sources.choose(registered.entity, registered.species, registered.source, registered.version)
    return registered


def forget(entity: str, *, source: str, version: str, species: str = "all") -> None:
    """Take a source that was registered out of the list, with its cached table.

    Raises:
        NoSuchSource: No such source was registered.
    """
    key = (entity, source, species, str(version))
    found = next((one for one in sources.own() if one.key == key), None)
    if found is None:
        msg = f"no source {source} {version} of {entity} for {species} was registered, so there is nothing to forget"
        raise NoSuchSource(msg)
    sources.remove_own(found)
    for path in (places.cached_table_path(found), places.cached_file_path(found)):
        discard(path)


def reset_sources(*, yes: bool = False) -> None:
    """Remove the user's own list of sources and choice of versions, after a question.

    Args:
        yes: Ask nothing.
    """
    answer = "y" if yes else ""
    while answer not in ("y", "n"):
        answer = input("Are you sure that you want to reset your local bionty sources? [Y/N]? ").strip().lower()
    for path in (places.local_sources_file(), places.choices_file()):
        if answer == "y" and discard(path):
            log.success(f"removed file: {path}.")


def _url(address: str | os.PathLike[str]) -> str:
    text = str(address)
    if re.match(r"\w+://", text) and not text.startswith("file://"):
        return text
    path = Path(text.removeprefix("file://")).expanduser().resolve()
    if not path.is_file():
        msg = f"there is no file {path}"
        raise FileNotFoundError(msg)
    return path.as_uri()


def _check(new: Source) -> None:
    if new.entity not in ENTITIES:
        msg = f"{new.entity!r} is no entity: take one of {', '.join(ENTITIES)}"
        raise InvalidSource(msg)
    for what, value in (("source", new.source), ("species", new.species), ("version", new.version)):
        if not _NAME.fullmatch(value):
            msg = f"{what} {value!r} can't be used: take letters, digits, blanks, dots, hyphens and single underscores"
            raise InvalidSource(msg)
    if not new.licence.strip():
        msg = f"{new} has no licence: say under which its terms may be used, for instance licence='CC-BY-4.0' or 'internal'"
        raise InvalidSource(msg)
    registered = {one.key for one in sources.own()}
    if any(one.key == new.key for one in sources.available() if one.key not in registered):
        msg = f"{new} comes with LaminDB already: choose another source or version"
        raise InvalidSource(msg)
