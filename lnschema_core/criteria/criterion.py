"""What is expected of one column: a declaration, checked when it is made. Reads nothing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.db.models.query_utils import DeferredAttribute

from lamindb.text.joined import join, split
from lnschema_core.criteria.kinds import WITH_RANGE, kind_of_type
from lnschema_core.fields import field_name, string_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lnschema_core.criteria.kinds import Kind

INDEX = "index"
"""The name under which the index of a frame can be asked for, where no column has that name."""


@dataclass(frozen=True, init=False)
class Criterion:
    """What is expected of one column, and through it of one feature.

    Attributes:
        name: The name of the column, which is the name of the feature. ``"index"`` stands for the index of a frame, of
            ``obs`` or of ``var``, unless a column has that name.
        type: What the values are: ``"number"``, ``"integer"``, ``"category"``, ``"text"``, ``"bool"``, ``"datetime"``,
            ``"timedelta"``, ``"complex"``, ``"any"``, or a type of Python, numpy or pandas. By default categories if there is
            a registry or a list of allowed values, numbers if there is a range, else anything.
        registry: The registry that has to have the values: ``ln.ULabel``, a field such as ``ln.ULabel.name``, their names
            (``"core.ULabel"``), or several of them, one of which has to have a value.
        required: Whether the column has to be there.
        nullable: Whether values may be missing.
        minimum: The least value, for numbers and times.
        maximum: The greatest value, for numbers and times.
        unique: Whether a value may occur only once.
        allowed: The values that may occur.
        pattern: A regular expression that texts have to match as a whole.
        separator: What separates several values in a cell, such as ``";"``. Each of them has to be registered, allowed, and
            match the pattern.
        tolerance: The share of rows that may fail each condition, such as 0.05. They are reported, but tolerated.
        unit: The unit of measurement, for the feature.
        scope: Further conditions on the records of the registry, such as ``{"species": "human"}``.

    Raises:
        TypeError: The name is no text, or the registry no registry.
        ValueError: The type isn't known, or the conditions contradict each other.

    Examples:
        >>> ln.Criterion("cell_type", registry=ln.ULabel)
        >>> ln.Criterion("age", "number", minimum=0, maximum=120, unit="years", nullable=True)
    """

    name: str
    type: Kind
    registry: str | None
    required: bool
    nullable: bool
    minimum: Any
    maximum: Any
    unique: bool
    allowed: tuple[Any, ...] | None
    pattern: str | None
    separator: str | None
    tolerance: float
    unit: str | None
    scope: dict[str, Any] = field(hash=False)

    def __init__(
        self,
        name: str,
        type: Any = None,  # noqa: A002 - the word of Feature
        registry: Any = None,
        *,
        required: bool = True,
        nullable: bool = False,
        minimum: Any = None,
        maximum: Any = None,
        unique: bool = False,
        allowed: Collection[Any] | None = None,
        pattern: str | None = None,
        separator: str | None = None,
        tolerance: float = 0,
        unit: str | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> None:
        _check_name(name)
        self._set(name=name, registry=registry_names(registry), allowed=_checked_allowed(name, allowed))
        self._set(required=required, nullable=nullable, unique=unique, pattern=pattern, unit=unit)
        self._set(minimum=minimum, maximum=maximum, scope=dict(scope or {}))
        self._set(separator=separator, tolerance=_checked_tolerance(name, tolerance))
        self._set(type=self._default_type() if type is None else kind_of_type(type))
        self._set(minimum=self._checked_bound("minimum"), maximum=self._checked_bound("maximum"))
        self._check_range()
        self._check_separator()
        self._check_words()

    @property
    def registries(self) -> tuple[str, ...]:
        """The names of the registries, such as ``core.ULabel``, or of their fields."""
        return tuple(split(self.registry))

    def members(self, value: Any) -> list[Any]:
        """The values in a cell: several if they are separated, without the white space around them."""
        if self.separator is None or not isinstance(value, str):
            return [value]
        return [member.strip() for member in value.split(self.separator)]

    def as_dict(self) -> dict[str, Any]:
        """The criterion as plain values, without its name and without what goes without saying."""
        ordinary = Criterion(self.name, registry=self.registry, allowed=self.allowed, pattern=self.pattern)
        always = {name for name in ("registry", "allowed", "pattern") if getattr(self, name) is not None}
        values = {one.name: getattr(self, one.name) for one in fields(self)}
        said = {name for name in values if values[name] != getattr(ordinary, name)}
        return {name: _plain(value) for name, value in values.items() if name in always | said}

    def __repr__(self) -> str:
        said = "".join(f", {name}={value!r}" for name, value in self.as_dict().items())
        return f"Criterion({self.name!r}{said})"

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def _default_type(self) -> Kind:
        if self.registry is not None or self.allowed is not None:
            return "category"
        if self.pattern is not None:
            return "text"
        bound = self.minimum if self.minimum is not None else self.maximum
        if bound is None:
            return "any" if self.separator is None else "category"
        return kind_of_bound(bound)

    def _checked_bound(self, bound: str) -> Any:
        value = getattr(self, bound)
        if value is None:
            return None
        if self.type not in WITH_RANGE:
            msg = f"values of {self.name!r} are of type {self.type}, which has no {bound}: it is for numbers and times"
            raise ValueError(msg)
        try:
            return _comparable(value, self.type)
        except (TypeError, ValueError) as error:
            msg = f"the {bound} of {self.name!r} has to be a {self.type}, not {value!r:.80}"
            raise ValueError(msg) from error

    def _check_range(self) -> None:
        if self.minimum is None or self.maximum is None:
            return
        if not self.minimum <= self.maximum:
            msg = f"no value of {self.name!r} can be at least {self.minimum} and at most {self.maximum}"
            raise ValueError(msg)

    def _check_separator(self) -> None:
        if self.separator is None:
            return
        if not isinstance(self.separator, str) or not self.separator:
            msg = f"the separator of values of {self.name!r} has to be a text such as ';', not {self.separator!r:.80}"
            raise ValueError(msg)
        if self.type not in ("category", "text", "any"):
            msg = f"values of {self.name!r} are of type {self.type}, but only categories and texts can be separated"
            raise ValueError(msg)

    def _check_words(self) -> None:
        if self.registry is not None and self.type not in ("category", "text", "any"):
            msg = f"values of {self.name!r} are of type {self.type}, but those of a registry are categories"
            raise ValueError(msg)
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except (re.error, TypeError) as error:
                msg = f"the pattern of {self.name!r} is no regular expression: {error}"
                raise ValueError(msg) from error


def registry_names(registry: Any) -> str | None:
    """The names of one registry or several, joined by a bar; ``None`` for none.

    Raises:
        TypeError: It is neither a registry, nor a field of one, nor the name of either.
    """
    if registry is None:
        return None
    several = [*registry] if isinstance(registry, (list, tuple, set, frozenset)) else [registry]
    return join(name for one in several for name in _names_of(one))


def _names_of(registry: Any) -> Iterable[str]:
    if isinstance(registry, str):
        return split(registry)
    if isinstance(registry, DeferredAttribute):
        model, name = registry.field.model, field_name(registry)
        return [_name_of(model) if string_field(model) == name else f"{_name_of(model)}.{name}"]
    return [_name_of(registry)]


def _name_of(registry: Any) -> str:
    is_registry = isinstance(registry, type) and issubclass(registry, Model)
    if not is_registry or not hasattr(registry, "__get_name_with_schema__"):
        msg = f"a registry is a class such as ln.ULabel, a field such as ln.ULabel.name, or its name, not {registry!r:.80}"
        raise TypeError(msg)
    name: str = registry.__get_name_with_schema__()
    return name


def _check_name(name: Any) -> None:
    if not isinstance(name, str):
        msg = f"the name of a criterion is that of a column, a text, not {name!r:.80}"
        raise TypeError(msg)
    if not name:
        msg = "the name of a criterion is that of a column, and can't be empty"
        raise ValueError(msg)


def _checked_allowed(name: str, allowed: Any) -> tuple[Any, ...] | None:
    if allowed is None:
        return None
    if isinstance(allowed, str) or not isinstance(allowed, Collection):
        msg = f"the allowed values of {name!r} have to be a list, not {allowed!r:.80}"
        raise TypeError(msg)
    try:
        values = tuple(dict.fromkeys(_python(value) for value in allowed))
    except TypeError as error:
        msg = f"the allowed values of {name!r} have to be texts, numbers or times: {error}"
        raise TypeError(msg) from error
    if not values:
        msg = f"the list of allowed values of {name!r} is empty"
        raise ValueError(msg)
    return values


def _checked_tolerance(name: str, tolerance: Any) -> float:
    is_number = isinstance(tolerance, (int, float)) and not isinstance(tolerance, bool)
    if not is_number or not 0 <= tolerance <= 1:
        msg = f"the tolerance of {name!r} is a share of rows between 0 and 1, not {tolerance!r:.80}"
        raise ValueError(msg)
    return float(tolerance)


def kind_of_bound(bound: Any) -> Kind:
    """The kind of values that can be compared with a minimum or maximum."""
    if isinstance(bound, dt.date):
        return "datetime"
    return "timedelta" if isinstance(bound, dt.timedelta) else "number"


def _comparable(bound: Any, kind: Kind) -> Any:
    """The bound as what values are compared with: times of pandas, numbers of Python."""
    import pandas as pd

    if kind in ("datetime", "timedelta"):
        return _not_missing(pd.Timestamp(bound) if kind == "datetime" else pd.Timedelta(bound))
    if isinstance(bound, (str, bool)):
        raise TypeError
    return _not_missing(_python(bound) + 0)  # refuses what is no number


def _python(value: Any) -> Any:
    """The scalar as one of Python, where it is one of numpy."""
    return value.item() if hasattr(value, "item") else value


def _not_missing(bound: Any) -> Any:
    if bound != bound:  # noqa: PLR0124 - only NaN and NaT differ from themselves
        raise ValueError
    return bound


def _plain(value: Any) -> Any:
    """The value made of what JSON and YAML know."""
    if isinstance(value, Mapping):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, tuple):
        return [_plain(member) for member in value]
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
