"""Why two results differ: the first difference in how they were made, going back from both at once."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from lamindb.errors import NoResultFound
from lamindb.provenance import modules
from lamindb.provenance.addresses import file_at
from lnschema_core.catalogue import core_registry
from lnschema_core.files.reading import local_path
from lnschema_core.history.executions import execution_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lnschema_core.models import Dataset, File, Run, Transform

    Host = File | Dataset

_MOST_PAIRS = 1_000


@dataclass(frozen=True)
class Difference:
    """One thing that two runs don't have in common."""

    kind: str
    """``input``, ``source``, ``module``, ``parameter``, ``argument``, ``package``, ``python`` or ``transform``."""
    what: str
    """Which one: the name of an input, parameter or package, the number of a line, also of a module as ``helpers.py:3``."""
    first: str | None
    second: str | None
    runs: tuple[str, str]
    """The runs that differ."""


def why(first: str, second: str) -> list[Difference]:
    """Why two files, datasets or runs differ: how the earliest runs that differ differ.

    Equal inputs need no explanation; of inputs that differ it is their origin that explains the rest.

    Args:
        first: An id, or the key of a file.
        second: Another one.

    Returns:
        The differences of the farthest pair of runs that differ while their inputs don't, or whose differing inputs nobody
        knows the origin of; none if everything that was recorded is equal.

    Raises:
        NoResultFound: There is no such record, or it isn't known how it was made.
    """
    pending = [(_run_of(first), _run_of(second))]
    seen: set[tuple[str, str]] = set()
    found: list[Difference] = []
    for one, other in pending:
        if one.pk == other.pk or (one.pk, other.pk) in seen or len(seen) > _MOST_PAIRS:
            continue
        seen.add((one.pk, other.pk))
        origins, unexplained = _differing_inputs(one, other)
        pending += origins
        here = [*unexplained, *_differences(one, other)]
        found = here or found  # pairs come farther and farther
    return found


def _run_of(name: str) -> Run:
    run: Run | None = core_registry("Run").filter(pk=name).one_or_none()
    if run is not None:
        return run
    host: Host | None = core_registry("Dataset").filter(pk=name).select_related("run").one_or_none()
    if host is None:
        try:
            host = file_at(name)
        except FileNotFoundError as error:
            msg = f"no run, dataset or file has the id or key {name!r}"
            raise NoResultFound(msg) from error
    if host.run is None:
        msg = f"it isn't known how {name} was made: it has no run"
        raise NoResultFound(msg)
    return host.run


# -- inputs -----------------------------------------------------------------------------------------------------------


def _differing_inputs(one: Run, other: Run) -> tuple[list[tuple[Run, Run]], list[Difference]]:
    """The runs that made inputs which differ, and the inputs of which nobody knows who made them."""
    origins, unexplained = [], []
    for first, second in _paired(_inputs(one), _inputs(other)):
        if first is not None and second is not None:
            if _content(first) == _content(second):
                continue
            if first.run is not None and second.run is not None and first.run_id != second.run_id:
                origins.append((first.run, second.run))
                continue
        known = first if first is not None else second
        values = [None if host is None else f"{host.pk} {_content(host)[0] or ''}".strip() for host in (first, second)]
        unexplained.append(Difference("input", _name(known), values[0], values[1], (one.pk, other.pk)))
    return origins, unexplained


def _inputs(run: Run) -> list[Any]:
    files = run.input_files.select_related("run").order_by("created_at", "pk")
    return [*files, *run.input_datasets.select_related("run").order_by("created_at", "pk")]


def _paired(first: list[Any], second: list[Any]) -> Iterator[tuple[Any, Any]]:
    """Inputs of two runs side by side: those of the same content, then of the same name, then in their order."""
    for tell in (_content, _name):
        remaining = list(second)
        for host in list(first):
            match = next((one for one in remaining if tell(one) == tell(host)), None)
            if match is not None:
                yield host, match
                first = [one for one in first if one is not host]
                second = [one for one in second if one is not match]
                remaining.remove(match)
    yield from zip_longest(first, second)


def _content(host: Any) -> tuple[Any, ...]:
    return (host.hash, getattr(host, "hash_type", None)) if host.hash is not None else (host.pk, None)


def _name(host: Any) -> str:
    names = (getattr(host, name, None) for name in ("key", "description", "name"))
    return next((str(name) for name in names if name), str(host.pk))


# -- how they were made -----------------------------------------------------------------------------------------------


def _differences(one: Run, other: Run) -> Iterator[Difference]:
    runs = one.pk, other.pk
    if one.transform_id != other.transform_id:
        yield Difference("transform", "", _name_of(one.transform), _name_of(other.transform), runs)
    first, second = execution_of(one), execution_of(other)
    if first is None or second is None:
        return
    yield from _unequal("parameter", first.params or {}, second.params or {}, runs)
    yield from _unequal("argument", _numbered(first.arguments), _numbered(second.arguments), runs)
    if first.source_id != second.source_id:
        yield from _first_of(_unequal("source", _lines(first.source_id), _lines(second.source_id), runs))
    if first.modules_id != second.modules_id:
        yield from _differing_modules(first.modules_id, second.modules_id, runs)
    if first.python != second.python:
        yield Difference("python", "", first.python, second.python, runs)
    if first.environment_id != second.environment_id:
        yield from _unequal("package", _packages(first.environment_id), _packages(second.environment_id), runs)


def _name_of(transform: Transform) -> str:
    version = "" if transform.version is None else f" version {transform.version}"
    return f"{transform.name or transform.pk}{version}"


def _unequal(
    kind: str, first: Mapping[str, Any], second: Mapping[str, Any], runs: tuple[str, str]
) -> Iterator[Difference]:
    for name in dict.fromkeys([*first, *second]):
        if first.get(name) != second.get(name):
            yield Difference(kind, name, _text(first.get(name)), _text(second.get(name)), runs)


def _first_of(differences: Iterator[Difference]) -> Iterator[Difference]:
    found = next(differences, None)
    if found is not None:
        yield found


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _numbered(values: list[str] | None) -> dict[str, str]:
    return {str(number): value for number, value in enumerate(values or [], start=1)}


def _lines(file_id: str | None) -> dict[str, str]:
    return _numbered(_captured(file_id).splitlines())


def _differing_modules(first: str | None, second: str | None, runs: tuple[str, str]) -> Iterator[Difference]:
    """The first line that differs of each module beside the code; one that is missing has no lines."""
    one, other = (modules.texts_of(_captured(file_id) or "{}") for file_id in (first, second))
    for place in dict.fromkeys([*one, *other]):
        yield from _first_of(_unequal("module", _lines_at(place, one), _lines_at(place, other), runs))


def _lines_at(place: str, texts: Mapping[str, str]) -> dict[str, str]:
    lines = _numbered(texts.get(place, "").splitlines())
    return {f"{place}:{number}": line for number, line in lines.items()}


def _packages(file_id: str | None) -> dict[str, str]:
    return dict(line.split("==", 1) for line in _captured(file_id).splitlines() if "==" in line)


def _captured(file_id: str | None) -> str:
    file = None if file_id is None else core_registry("File").objects.filter(pk=file_id).first()
    return "" if file is None else local_path(file).read_text(encoding="utf-8")
