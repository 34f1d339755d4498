"""Criteria as plain values and as files: JSON, TOML and YAML. Knows what criteria are called, and no data."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lamindb.errors import InvalidCriteria, MissingExtra
from lamindb.text.suggestions import suggest_typos
from lnschema_core.criteria.criterion import Criterion

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    from lnschema_core.criteria.criteria import Criteria

COLUMNS = "columns"
_SLOTS = (COLUMNS, "obs", "var")
_KEYS = (*_SLOTS, "slots", "allow_others", "x_finite", "x_integer", "x_minimum")
_OPTIONS = tuple(name for name in inspect.signature(Criterion).parameters if name != "name")


def as_dict(criteria: Criteria) -> dict[str, Any]:
    """Criteria as plain values."""
    slots = {slot: {one.name: one.as_dict() for one in expected.values()} for slot, expected in criteria.slots.items()}
    others = {slot: slots[slot] for slot in slots if slot not in _SLOTS}
    document: dict[str, Any] = {slot: slots[slot] for slot in _SLOTS if slot in slots}
    settings = {
        "slots": others or None,
        "allow_others": None if criteria.allow_others else False,
        "x_finite": criteria.x_finite or None,
        "x_integer": criteria.x_integer or None,
        "x_minimum": criteria.x_minimum,
    }
    return document | {name: value for name, value in settings.items() if value is not None}


def arguments_of(document: Any) -> dict[str, Any]:
    """The arguments of :class:`Criteria` that plain values stand for.

    Raises:
        InvalidCriteria: They stand for none.
    """
    if not isinstance(document, Mapping):
        msg = f"criteria are a table of columns, obs or var, not {document!r:.80}"
        raise InvalidCriteria(msg)
    check_names(document, _KEYS, "criteria")
    arguments = dict(document)
    if not isinstance(arguments.get("slots") or {}, Mapping):
        msg = f"'slots' is a table of slots, not {arguments['slots']!r:.80}"
        raise InvalidCriteria(msg)
    return arguments


def criteria_of(given: Any) -> dict[str, Criterion]:
    """Criteria by column, of all forms in which they can be given.

    Args:
        given: A list of criteria; or a mapping of names of columns to criteria, to their arguments, to a type or to a
            registry.

    Raises:
        InvalidCriteria: It is none of these, or there are two for a column.
    """
    if isinstance(given, Mapping):
        return {name: _criterion(name, value) for name, value in given.items()}
    if isinstance(given, Criterion):
        given = [given]
    if isinstance(given, str) or not hasattr(given, "__iter__"):
        msg = f"criteria are a list of ln.Criterion(…), or a mapping of columns to them, not {given!r:.80}"
        raise InvalidCriteria(msg)
    return _by_name(_listed(one) for one in given)


def _by_name(criteria: Iterable[Criterion]) -> dict[str, Criterion]:
    found: dict[str, Criterion] = {}
    for one in criteria:
        if one.name in found:
            msg = f"there are two criteria for the column {one.name!r}: put all that is expected of it into one"
            raise InvalidCriteria(msg)
        found[one.name] = one
    return found


def _listed(value: Any) -> Criterion:
    if isinstance(value, Criterion):
        return value
    if isinstance(value, Mapping) and "name" in value:
        return _criterion(value["name"], {key: member for key, member in value.items() if key != "name"})
    msg = f"{value!r:.80} is no criterion: use ln.Criterion(…), or a table with a name"
    raise InvalidCriteria(msg)


def _criterion(name: Any, value: Any) -> Criterion:
    if isinstance(value, Criterion):
        if value.name == name:
            return value
        msg = f"the criterion for {name!r} is called {value.name!r}: give both the same name"
        raise InvalidCriteria(msg)
    if isinstance(value, Mapping):
        check_names(value, _OPTIONS, f"the criterion for {name!r}")
    try:
        if isinstance(value, Mapping):
            return Criterion(name, **value)
        return Criterion(name, registry=value) if _is_registry(value) else Criterion(name, value)
    except (TypeError, ValueError) as error:
        raise InvalidCriteria(str(error)) from error


def _is_registry(value: Any) -> bool:
    """Whether a registry or a field of one is meant, rather than a type; names of registries have a dot."""
    several = value if isinstance(value, (list, tuple)) else [value]
    names = all(isinstance(one, str) and "." in one for one in several)
    return names or any(hasattr(one, "__get_name_with_schema__") or hasattr(one, "field") for one in several)


def check_names(given: Mapping[Any, Any], known: Collection[str], what: str) -> None:
    """Refuse names that aren't known, and say which one may be meant.

    Raises:
        InvalidCriteria: A name isn't known.
    """
    for name in given:
        if name not in known:
            near = suggest_typos([str(name)], known, n_names=len(known)).get(str(name))
            hint = (
                f": do you mean {near.value!r}?" if near is not None and near.value else f"; it has {', '.join(known)}"
            )
            msg = f"{what} can't have {name!r}{hint}"
            raise InvalidCriteria(msg)


# -- files ------------------------------------------------------------------------------------------------------------


def read(path: Path) -> Any:
    """Read plain values from a file, in the format that its suffix says.

    Raises:
        InvalidCriteria: The file can't be understood.
        MissingExtra: It is YAML, and no library for that is installed.
    """
    readers: dict[str, Callable[[str], Any]] = {
        ".json": json.loads,
        ".toml": _read_toml,
        ".yaml": _read_yaml,
        ".yml": _read_yaml,
    }
    _check_suffix(path, readers)
    try:
        return readers[path.suffix](path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        msg = f"the criteria in {path} can't be read: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        raise InvalidCriteria(msg) from error


def write(document: dict[str, Any], path: Path) -> None:
    """Write plain values to a file, as JSON or YAML.

    Raises:
        InvalidCriteria: The suffix is none of these.
    """
    _check_suffix(path, (".json", ".yaml", ".yml"))
    if path.suffix == ".json":
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    else:
        text = _yaml().safe_dump(document, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")


def _check_suffix(path: Path, suffixes: Iterable[str]) -> None:
    if path.suffix not in suffixes:
        msg = f"criteria are in files called {', '.join(suffixes)}, not {path.suffix or 'without suffix'}: {path}"
        raise InvalidCriteria(msg)


def _read_toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


def _read_yaml(text: str) -> Any:
    yaml = _yaml()
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InvalidCriteria(" ".join(str(error).split())) from error


def _yaml() -> Any:
    try:
        import yaml
    except ImportError as error:
        msg = "criteria in YAML need PyYAML, which is not installed: pip install pyyaml. JSON and TOML work without"
        raise MissingExtra(msg) from error
    return yaml
