"""Small real proxies: HTTP CONNECT (also over TLS), SOCKS5 and SOCKS4a."""

from __future__ import annotations

import base64
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from tests.raw_server import PAUSE

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping
    from typing import Self

Kind = Literal["http", "https", "socks5h", "socks4a"]


class Refused(Exception):
    """The client is not let through."""


@dataclass
class Proxy:
    """Leads connections for each name in ``routes``, ``host:port``, to an address on this machine.

    It resolves nothing else. What clients ask for stands in ``asked``, and whatever else they say
    in ``heard``.
    """

    kind: Kind
    routes: Mapping[str, int]
    tls: ssl.SSLContext | None = None
    user: str = ""
    password: str = ""
    in_pieces: bool = False
    """The answer to CONNECT comes byte by byte, with header fields of the proxy's own."""
    port: int = 0
    asked: list[str] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
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
        """With its credentials; by a name, so that one can see where the name gets to."""
        secret = ""
        if self.user:
            secret = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@"
        return f"{self.kind}://{secret}localhost:{self.port}"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
            with connection:
                talk = {"socks5h": self._socks5, "socks4a": self._socks4}.get(self.kind, self._http)
                upstream = talk(connection)
                with upstream:
                    _carry(connection, upstream)
        except (OSError, Refused):
            connection.close()

    def _upstream(self, host: str, port: int) -> socket.socket | None:
        self.asked.append(f"{host}:{port}")
        local = self.routes.get(f"{host}:{port}")
        return None if local is None else socket.create_connection(("127.0.0.1", local))

    def _http(self, connection: socket.socket) -> socket.socket:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (byte := connection.recv(1)):
                raise Refused
            head += byte
        self.heard.append(head)
        request, *fields = head.decode().split("\r\n")
        token = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if self.user and f"Proxy-Authorization: Basic {token}" not in fields:
            connection.sendall(b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n")
            raise Refused
        method, target, _ = request.split(" ")
        host, _, port = target.rpartition(":")
        upstream = self._upstream(host, int(port)) if method == "CONNECT" else None
        if upstream is None:
            connection.sendall(b"HTTP/1.1 502 No such host\r\nContent-Length: 0\r\n\r\n")
            raise Refused
        answer = b"HTTP/1.1 200 Connection established\r\nVia: 1.1 localhost (proxy)\r\n\r\n"
        for piece in (
            [answer[i : i + 1] for i in range(len(answer))] if self.in_pieces else [answer]
        ):
            connection.sendall(piece)
            if self.in_pieces:
                time.sleep(PAUSE / 20)
        return upstream

    def _socks5(self, connection: socket.socket) -> socket.socket:
        """RFC 1928, RFC 1929."""
        _, count = _exactly(connection, 2)
        methods = _exactly(connection, count)
        wanted = 2 if self.user else 0
        if wanted not in methods:
            connection.sendall(b"\x05\xff")
            raise Refused
        connection.sendall(bytes([5, wanted]))
        if self.user:
            _exactly(connection, 1)
            user = _exactly(connection, _exactly(connection, 1)[0])
            password = _exactly(connection, _exactly(connection, 1)[0])
            right = (user.decode(), password.decode()) == (self.user, self.password)
            connection.sendall(b"\x01\x00" if right else b"\x01\x01")
            if not right:
                raise Refused
        _, _, _, kind = _exactly(connection, 4)
        if kind != 3:
            raise Refused  # an address: the client has resolved the name itself
        host = _exactly(connection, _exactly(connection, 1)[0]).decode()
        (port,) = struct.unpack(">H", _exactly(connection, 2))
        upstream = self._upstream(host, port)
        code = 0 if upstream else 4
        connection.sendall(bytes([5, code, 0, 1]) + bytes(6))
        if upstream is None:
            raise Refused
        return upstream

    def _socks4(self, connection: socket.socket) -> socket.socket:
        _, _, port, address = struct.unpack(">BBHI", _exactly(connection, 8))
        user = _until_null(connection)
        if not 0 < address < 256 or user.decode() != self.user:
            connection.sendall(bytes([0, 0x5B]) + bytes(6))
            raise Refused
        upstream = self._upstream(_until_null(connection).decode(), port)
        connection.sendall(bytes([0, 0x5A if upstream else 0x5B]) + bytes(6))
        if upstream is None:
            raise Refused
        return upstream


def _exactly(connection: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        if not (more := connection.recv(count - len(data))):
            raise Refused
        data += more
    return data


def _until_null(connection: socket.socket) -> bytes:
    data = b""
    while not data.endswith(b"\0"):
        data += _exactly(connection, 1)
    return data[:-1]


def _carry(client: socket.socket, server: socket.socket) -> None:
    """Both ways until both have ended. The client's way back has a thread: TLS may block."""
    back = threading.Thread(target=_copy, args=(server, client), daemon=True)
    back.start()
    _copy(client, server)
    back.join(10)


def _copy(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
