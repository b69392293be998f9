"""A server that answers with given bytes, and keeps the bytes that it was sent."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Self

PAUSE = 0.02
"""Seconds between two pieces, so that they arrive as segments of their own."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is sent for one request, in pieces; then the connection is kept or cut."""

    pieces: Sequence[bytes]
    close: bool = False
    reset: bool = False
    """Cut with RST instead of FIN."""


@dataclass
class RawServer:
    """Answers the n-th request, over all connections, with ``answer(n)``."""

    answer: Callable[[int], Answer]
    tls: ssl.SSLContext | None = None
    host: str = "127.0.0.1"
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, 0))
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://{self.host}:{self.port}/"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                for request in _requests(connection):
                    self.requests.append(request)
                    if not self._send(connection, self.answer(len(self.requests) - 1)):
                        return
        except OSError:
            return

    def _send(self, connection: socket.socket, answer: Answer) -> bool:
        for number, piece in enumerate(answer.pieces):
            if number:
                time.sleep(PAUSE)
            connection.sendall(piece)
        if answer.reset:
            time.sleep(PAUSE)
            connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00"
            )
        elif answer.close and self.tls is not None:
            connection.unwrap() if isinstance(connection, ssl.SSLSocket) else None
        return not (answer.close or answer.reset)


def _requests(connection: socket.socket) -> Iterator[bytes]:
    """Requests without a body, as the bytes that came."""
    buffer = b""
    while True:
        while b"\r\n\r\n" not in buffer:
            received = connection.recv(65536)
            if not received:
                return
            buffer += received
        end = buffer.index(b"\r\n\r\n") + 4
        yield buffer[:end]
        buffer = buffer[end:]
