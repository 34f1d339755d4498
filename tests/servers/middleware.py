"""What stands before a server: something that counts, and something that fails now and then."""

from __future__ import annotations

import random
import threading
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
    """Fails some of the requests, always the same ones: with an error, or after the work was done."""

    def __init__(self, share: float, seed: int = 0) -> None:
        self.failed = 0
        self.share = share
        self._random = random.Random(seed)
        self._lock = threading.Lock()

    def __call__(self, application: Application) -> Application:
        """Stand before an application."""

        def flaky(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
            with self._lock:
                dice = self._random.random()
                self.failed += dice < self.share
            if dice >= self.share:
                return application(environ, start_response)
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start_response(random.choice(("500 Internal Server Error", "503 Slow Down")), [("Content-Length", "0")])
            return [b""]

        return flaky
