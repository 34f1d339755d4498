"""A server of files on this machine that can break off, swap a file, and forget how to resume."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class FileServer:
    """What a server has, and what it was asked for."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    breaks_after: int | None = None
    """Bytes of an answer after which the connection is closed."""
    knows_ranges: bool = True
    tells_etag: bool = True
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Per request its path and its range."""


@contextmanager
def serving() -> Iterator[FileServer]:
    """Run a server of files while the block runs."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, server)

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listener:
        server = FileServer(f"http://127.0.0.1:{listener.server_port}")
        Thread(target=listener.serve_forever, daemon=True).start()
        yield server
        listener.shutdown()


def _answer(request: BaseHTTPRequestHandler, server: FileServer) -> None:
    path, asked = request.path, request.headers.get("Range")
    server.asked.append((path, asked))
    if path in server.redirects:
        request.send_response(302)
        request.send_header("Location", server.redirects[path])
        request.end_headers()
        return
    if path not in server.files:
        request.send_error(404)
        return
    content = server.files[path]
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    start = 0
    if asked and server.knows_ranges and request.headers.get("If-Range") in (None, etag):
        start = int(asked.removeprefix("bytes=").removesuffix("-"))
    if start >= len(content) > 0 and start:
        request.send_error(416)
        return
    request.send_response(206 if start else 200)
    request.send_header("Content-Length", str(len(content) - start))
    if server.tells_etag:
        request.send_header("ETag", etag)
    if start:
        request.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
    request.end_headers()
    rest = content[start:]
    request.wfile.write(rest if server.breaks_after is None else rest[: server.breaks_after])
