"""What stands before a server: something that counts, and something that fails now and then."""

from __future__ import annotations

import random
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Counting:
    """Counts the bytes that clients send, and stands still once they are more than some number."""

    def __init__(self, limit: float = float("inf")) -> None:
        self.sent = 0
        self.is_reached = threading.Event()
        self.may_go_on = threading.Event()
        self._limit = limit
        self._lock = threading.Lock()

    def __call__(self, application: Application) -> Application:
        """Stand before an application."""

        def counting(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            if self.sent >= self._limit and not self.may_go_on.is_set():
                self.is_reached.set()
                self.may_go_on.wait()
                start_response("503 Slow Down", [("Content-Length", "0")])
                return [b""]
            answer = application(environ, start_response)
            with self._lock:
                self.sent += int(environ.get("CONTENT_LENGTH") or 0)
            return answer

        return counting


class Flaky:
    """Fails some of the requests: with an error, or by cutting the connection before or after the work was done. Others it delays.

    Args:
        share: The part of all requests that fails.
        slow: The part of all requests that is answered late.
        delay: How many seconds late.
        seed: Makes others fail.
    """

    def __init__(self, share: float, *, slow: float = 0.0, delay: float = 10.0, seed: int = 0) -> None:
        self.failed = 0
        self.share = share
        self.slow = slow
        self._delay = delay
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, application: Application) -> Application:
        """Stand before an application."""

        def flaky(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            with self._lock:
                is_refused, is_late = self._random.random() < self.share, self._random.random() < self.slow
                way = self._random.choice(("error", "error", "cut", "cut when done"))
                self.failed += is_refused
            if is_late:
                time.sleep(self._delay)
            if not is_refused:
                return application(environ, start_response)
            if way == "cut when done":
                list(application(environ, lambda *_: None))
            else:
                environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            if way != "error":
                environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
                raise ConnectionResetError
            start_response(
                self._random.choice(("500 Internal Server Error", "503 Slow Down")), [("Content-Length", "0")]
            )
            return [b""]

        return flaky
