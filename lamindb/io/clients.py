"""How object stores are reached: the packages that talk to them, and the options of addresses in this process.

Options such as endpoints and credentials are kept in memory only; other processes take theirs from the environment or from
the configuration of fsspec (https://filesystem-spec.readthedocs.io/en/latest/features.html#configuration).
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lamindb.errors import MissingExtra

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLIENTS = {"s3": ("s3fs", "aws"), "gs": ("gcsfs", "gcp")}

_options: dict[tuple[str, ...], dict[str, Any]] = {}


def remember_options(root: tuple[str, ...], options: Mapping[str, Any]) -> None:
    """Reach everything below a root with these options from now on.

    Args:
        root: The protocol, the bucket and the segments of the root.
        options: What the file system takes; none forgets those that were given before.
    """
    if options:
        _options[root] = dict(options)
    else:
        _options.pop(root, None)


def options_of(place: tuple[str, ...]) -> Mapping[str, Any]:
    """The options of the innermost root that a place is in, none if nobody gave any."""
    for depth in range(len(place), 0, -1):
        found = _options.get(place[:depth])
        if found is not None:
            return found
    return {}


def prepare(protocol: str) -> None:
    """Set what the client of a protocol reads when it is imported, unless the user has."""
    if protocol == "gs":
        # gcsfs asks for the type of each bucket through a gRPC interface that proxies, firewalls and other servers don't
        # answer: the first access waits 60 seconds for it. Only zonal buckets need it; for them, set it to "true".
        os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")


def require_client(protocol: str) -> None:
    """Check that the client of a protocol is installed.

    Raises:
        MissingExtra: It isn't.
    """
    module, extra = _CLIENTS.get(protocol, ("", ""))
    if module and find_spec(module) is None:
        msg = f"Addresses that start with {protocol}:// need {module}: pip install 'lamindb[{extra}]'"
        raise MissingExtra(msg)
