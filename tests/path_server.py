"""A raw server that answers by the path asked for, with whatever bytes a test thinks of."""

from __future__ import annotations

import socket
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Self


@dataclass
class PathServer:
    """Sends ``answers[path]``, piece by piece, then closes the connection; else a 404.

    The path is compared as it was sent. An answer may be a function that gives the pieces, as for
    those without an end.
    """

    answers: Mapping[str, bytes | Callable[[], Iterable[bytes]]]
    asked: list[str] = field(default_factory=list)
    port: int = 0

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        try:
            with connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                head = b""
                while b"\r\n\r\n" not in head:
                    if not (received := connection.recv(65536)):
                        return
                    head += received
                path = head.split(b" ")[1].decode()
                self.asked.append(path)
                answer = self.answers.get(path, message(b"404 Not Found", b""))
                for piece in [answer] if isinstance(answer, bytes) else answer():
                    connection.sendall(piece)
        except OSError:
            return


def message(status: bytes, body: bytes, *fields: bytes) -> bytes:
    """A response with its Content-Length."""
    length = b"Content-Length: %d" % len(body)
    return b"\r\n".join([b"HTTP/1.1 " + status, length, *fields, b"", body])


def page(text: str, *fields: bytes) -> bytes:
    return message(b"200 OK", text.encode(), b"Content-Type: text/plain", *fields)
