"""Parameters as they are kept: values that JSON has, short, and without secrets. Knows no database."""

from __future__ import annotations

import math
import os
import sys
from typing import TYPE_CHECKING, Any

from lamindb.text.masking import MASK, Masker, mask_patterns

if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 1_000
_MOST = 100
_DEEPEST = 6
_SECRET = "x" * 8


def masker() -> Masker:
    """What masks the secrets that this process was given, by its arguments and its environment."""
    return Masker.of_process(sys.argv[1:], os.environ)


def kept(params: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters as they are kept.

    Texts are masked, and so is every value whose name says that it is a secret. Records are kept by registry and id, arrays
    and tables by type and shape, and what else JSON doesn't know by its representation.
    """
    mask = masker()
    return {str(name): _value(str(name), value, mask, 0) for name, value in params.items()}


def arguments() -> list[str]:
    """The arguments of this process on the command line, without secrets."""
    mask = masker()
    return [_hidden_behind(previous, mask.mask(one)) for previous, one in zip(sys.argv[:-1], sys.argv[1:], strict=True)]


def _hidden_behind(previous: str, argument: str) -> str:
    return MASK if previous.startswith("-") and "=" not in previous and _is_secret(previous) else argument


def _value(name: str, value: Any, mask: Masker, depth: int) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if _is_secret(name):
        return MASK
    if isinstance(value, int | float):
        return value if math.isfinite(value) and abs(value) < 2**63 else str(value)
    if isinstance(value, str):
        return _text(value, mask)
    return _further(name, value, mask, depth)


def _further(name: str, value: Any, mask: Masker, depth: int) -> Any:
    if isinstance(value, dict) and depth < _DEEPEST:
        return {str(key): _value(str(key), one, mask, depth + 1) for key, one in list(value.items())[:_MOST]}
    if isinstance(value, list | tuple | set | frozenset) and depth < _DEEPEST:
        return [_value(name, one, mask, depth + 1) for one in list(value)[:_MOST]]
    if not isinstance(value, type) and hasattr(value, "_meta") and hasattr(value, "pk"):
        return {"registry": value._meta.object_name, "id": value.pk}
    shape = None if isinstance(value, type) else getattr(value, "shape", None)
    if isinstance(shape, tuple):
        return f"{type(value).__name__} of shape {shape}"
    return _text(repr(value), mask)


def _text(value: str, mask: Masker) -> str:
    masked = mask.mask(value[: 10 * _LONGEST]).replace("\0", "\\0").encode(errors="replace").decode()
    return masked if len(masked) <= _LONGEST else f"{masked[: _LONGEST - 1]}…"


def _is_secret(name: str) -> bool:
    """Whether a name says that its value is a secret."""
    return MASK in mask_patterns(f"{name.lstrip('-')}={_SECRET}")
