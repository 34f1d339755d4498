"""Sessions of Jupyter servers: which kernel runs which notebook, as the servers tell it."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

_SERVER_FILES = ("jpserver-*.json", "nbserver-*.json")
_COLAB_ADDRESS = "http://{host}:9000/api/sessions"
_TIMEOUT = 2.0


@dataclass(frozen=True)
class Session:
    """A notebook and the kernel that runs it."""

    path: str
    """The path of the notebook, as the server's file system has it."""
    name: str
    """The file name of the notebook."""
    kernel_id: str
    is_lab: bool
    """Whether the server is one of JupyterLab's kind, or of the classic notebook's."""


def sessions(runtime_folder: Path) -> Iterator[Session]:
    """The sessions of the servers that run here.

    Args:
        runtime_folder: Where Jupyter keeps the files of running servers and kernels.
    """
    for pattern in _SERVER_FILES:
        for file in sorted(runtime_folder.glob(pattern)):
            yield from _sessions_of(_read(file))


def colab_session() -> Session | None:
    """The document that this runtime of Google Colab runs; None elsewhere."""
    if "google.colab" not in sys.modules:
        return None
    host = socket.gethostbyname(socket.gethostname())
    for answer in _ask(_COLAB_ADDRESS.format(host=host), token=""):
        return _session(answer, root="/", is_lab=False)
    return None


def _sessions_of(server: dict[str, Any]) -> Iterator[Session]:
    is_lab = "root_dir" in server
    root = server.get("root_dir") or server.get("notebook_dir") or ""
    token = server.get("token") or os.environ.get("JUPYTERHUB_API_TOKEN", "")
    for answer in _ask(f"{server.get('url', '')}api/sessions", token):
        yield _session(answer, root, is_lab=is_lab)


def _session(answer: dict[str, Any], root: str, *, is_lab: bool) -> Session:
    path = str(answer.get("path") or "")
    kernel = answer.get("kernel") or {}
    name = str(answer.get("name") or "") or Path(path).name
    return Session(os.path.join(root, path), name, str(kernel.get("id", "")), is_lab)  # noqa: PTH118 - keeps addresses


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _ask(address: str, token: str) -> list[dict[str, Any]]:
    """What a server answers; nothing if it is gone, refuses or answers anything but sessions."""
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    if not address.startswith(("http://", "https://")):
        return []
    headers = {"Authorization": f"token {token}"} if token else {}
    try:
        with urlopen(Request(address, headers=headers), timeout=_TIMEOUT) as response:  # noqa: S310 - http, see above
            answer = json.load(response)
    except (URLError, OSError, ValueError):
        return []
    return [one for one in answer if isinstance(one, dict)] if isinstance(answer, list) else []
