"""Lists of sources as files: entity, source, species and version, nested. Knows the layout and not what is listed.

Beside the species of a source are its name, its website and its licence; a version has the address and the digests of
its file. Numbers that are meant as versions may be unquoted. This is the layout that files of users have since 2023.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from lamindb.errors import InvalidSettings
from lnschema_bionty.public.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ABOUT_SOURCE = {"name": "source_name", "website": "source_website", "licence": "licence"}
_ABOUT_VERSION = ("url", "md5", "digest")
FORMAT = "0.2.3"


def read_sources(path: Path) -> list[Source]:
    """The sources of a list, in its order.

    Raises:
        InvalidSettings: The file isn't such a list.
    """
    return list(_rows(read_nested(path), path))


def read_nested(path: Path) -> dict[str, Any]:
    """The content of a YAML file that is a mapping.

    Raises:
        InvalidSettings: It is none.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        msg = f"The list of sources {path} can't be read, correct or delete it: {' '.join(str(error).split())}"
        raise InvalidSettings(msg) from error
    return _mapping(content or {}, path, "the file")


def _mapping(content: Any, path: Path, what: str) -> dict[str, Any]:
    if not isinstance(content, dict):
        msg = f"The list of sources {path} can't be read, correct or delete it: {what} is {content!r} and no mapping"
        raise InvalidSettings(msg)
    return {str(key): value for key, value in content.items()}


def _rows(content: dict[str, Any], path: Path) -> Iterator[Source]:
    for entity, sources in content.items():
        if entity == "version":
            continue
        for source, per_species in _mapping(sources, path, entity).items():
            where = f"{source} of {entity}"
            levels = _mapping(per_species, path, where)
            about = {name: str(levels.pop(key, None) or "") for key, name in _ABOUT_SOURCE.items()}
            for species, versions in levels.items():
                for version, facts in _mapping(versions, path, f"{species} of {where}").items():
                    known = _mapping(facts, path, f"version {version} of {where}")
                    digests = {key: str(known.get(key) or "") for key in _ABOUT_VERSION}
                    yield Source(entity, source, species, version, **digests, **about)


def write_sources(sources: Iterable[Source]) -> str:
    """The text of a list that has the sources."""
    content: dict[str, Any] = {"version": FORMAT}
    for one in sources:
        levels = content.setdefault(one.entity, {}).setdefault(one.source, {})
        facts = {key: getattr(one, key) for key in _ABOUT_VERSION if getattr(one, key)}
        levels.setdefault(one.species, {})[one.version] = facts
        levels.update({key: getattr(one, name) for key, name in _ABOUT_SOURCE.items() if getattr(one, name)})
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1000)
