"""A pool of connections in front of a Postgres server, as strict as PgBouncer in transaction mode.

Each transaction reaches another session than the one before, sessions are never reset, and options are refused. Passwords are
not asked for. The messages are those of https://www.postgresql.org/docs/current/protocol-message-formats.html.
"""

from __future__ import annotations

import os
import select
import socket
import struct
import threading
from collections import deque
from contextlib import closing, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = 196608
_NO_ENCRYPTION = {80877103: b"N", 80877104: b"N"}  # requests for TLS and for GSSAPI
_ENDS_A_BATCH = {b"Q", b"S", b"F"}
_IDLE = b"I"


@contextmanager
def running_pool(url: str) -> Iterator[str]:
    """Put a pool in front of a database, yield its url, and stop it."""
    credentials, _, place = url.removeprefix("postgresql://").rpartition("@")
    address, _, database = place.partition("/")
    host, port = address.split(":")
    pool = _Pool((host, int(port)), {"user": credentials.partition(":")[0], "database": database, "TimeZone": "UTC"})
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=pool.listen, args=[listener], daemon=True).start()
        yield f"postgresql://{credentials}@127.0.0.1:{listener.getsockname()[1]}/{database}"
        listener.shutdown(socket.SHUT_RDWR)
    pool.close()


class _Pool:
    def __init__(self, server: tuple[str, int], parameters: dict[str, str]) -> None:
        self._server = server
        self._parameters = parameters
        self._idle: deque[socket.socket] = deque()
        self._greeting = b""
        for _ in range(2):
            self._idle.append(self._connect())

    def listen(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the listener was shut down
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=[_undelayed(client)], daemon=True).start()

    def close(self) -> None:
        for server in self._idle:
            server.close()

    def _connect(self) -> socket.socket:
        server = _undelayed(socket.create_connection(self._server))
        words = "".join(f"{name}\0{value}\0" for name, value in self._parameters.items())
        body = struct.pack("!i", _VERSION) + words.encode() + b"\0"
        server.sendall(struct.pack("!i", len(body) + 4) + body)
        greeting = []
        while (message := _message(server))[:1] != b"Z":
            assert message[:1] != b"E", message
            greeting.append(message)
        self._greeting = b"".join(one for one in greeting if one[:1] in b"RS")
        return server

    def _serve(self, client: socket.socket) -> None:
        with closing(client), suppress(ConnectionError):
            if not _is_let_in(client):
                return
            key = _pack(b"K", os.urandom(8))  # of no session of the server
            client.sendall(self._greeting + key + _pack(b"Z", _IDLE))
            while self._transaction(client):
                pass

    def _transaction(self, client: socket.socket) -> bool:
        """Let a client have a session for a transaction; False if it says good-bye instead."""
        message = _message(client)
        if message[:1] == b"X":
            return False
        server = self._idle.popleft() if self._idle else self._connect()
        try:
            _relay(message, client, server)
        except ConnectionError:
            server.close()
            raise
        self._idle.append(server)
        return True


def _relay(message: bytes, client: socket.socket, server: socket.socket) -> None:
    """Carry messages to and fro until the transaction that begins with one of the client's is over."""
    expected = 0
    while True:
        server.sendall(message)
        expected += message[:1] in _ENDS_A_BATCH
        while client not in select.select([client, server], [], [])[0]:
            answer = _message(server)
            client.sendall(answer)
            expected -= answer[:1] == b"Z"
            if answer[:1] == b"Z" and not expected and answer[-1:] == _IDLE:
                return
        message = _message(client)


def _is_let_in(client: socket.socket) -> bool:
    while True:
        (length,) = struct.unpack("!i", _read(client, 4))
        body = _read(client, length - 4)
        (code,) = struct.unpack("!i", body[:4])
        if code not in _NO_ENCRYPTION:
            break
        client.sendall(_NO_ENCRYPTION[code])
    if b"\0options\0" in body:
        fields = b"SFATAL\0C08P01\0Munsupported startup parameter: options\0\0"
        client.sendall(_pack(b"E", fields))
    return code == _VERSION and b"\0options\0" not in body


def _undelayed(connection: socket.socket) -> socket.socket:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _message(source: socket.socket) -> bytes:
    start = _read(source, 5)
    return start + _read(source, struct.unpack("!i", start[1:])[0] - 4)


def _read(source: socket.socket, length: int) -> bytes:
    parts = bytearray()
    while len(parts) < length:
        part = source.recv(length - len(parts))
        if not part:
            raise ConnectionResetError
        parts += part
    return bytes(parts)


def _pack(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body
