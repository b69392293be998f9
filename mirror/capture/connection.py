"""aiohttp connections that record every byte they carry.

The two seams are aiohttp's own: a connector makes its protocols through a factory, and hands a
connection to each request through :meth:`connect`. A protocol that copies what it is given before
parsing it sees the bytes after TLS and before any normalisation.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from aiohttp import ClientPayloadError, ServerDisconnectedError, TCPConnector
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from mirror.capture.exchange import ATTEMPTS, Exchange
from mirror.capture.tunnel import abort, open_tunnel

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Iterable

    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import AddrInfoType, Connection
    from aiohttp.tracing import Trace

    from mirror.capture.guard import AddressGuard
    from mirror.capture.proxy import ProxyAddress

PATIENCE_SECONDS = 1.0
"""Processor time that one message which aiohttp cannot read may take of ours."""


class RecordingTransport:
    """A transport that keeps a copy of what is written to it."""

    __slots__ = ("_protocol", "_transport")

    def __init__(self, transport: asyncio.Transport, protocol: RecordingProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        if (exchange := self._protocol.exchange) is not None:
            exchange.sent += data
        self._transport.write(data)

    def writelines(self, chunks: Iterable[bytes]) -> None:
        self.write(b"".join(chunks))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class PatientParser:
    """aiohttp's response parser, which does not hang up on a message that it cannot read.

    A line without a colon or white space before a chunk extension (RFC 9112 §2.2, §7.1.1) ends
    the message for aiohttp, but its bytes are still to be recorded: its error is held back until
    the message is complete by our own reading, or has cost too much of it.
    """

    __slots__ = ("_error", "_parser", "_protocol", "_spent")

    def __init__(self, parser: Any, protocol: RecordingProtocol) -> None:
        self._parser = parser
        self._protocol = protocol
        self._error: Exception | None = None
        self._spent = 0.0

    def feed_data(self, data: bytes) -> Any:
        if self._error is None:
            try:
                return self._parser.feed_data(data)
            except Exception as error:  # noqa: BLE001 - whatever it is, aiohttp gets it below
                self._error = error
        if self._protocol.exchange is None or self._is_complete(self._protocol.exchange):
            raise self._error
        return [], False, b""

    def _is_complete(self, exchange: Exchange) -> bool:
        """The message is read from its start each time: a server could make that go on for long."""
        if self._spent > PATIENCE_SECONDS:
            return True
        before = time.thread_time()
        complete = exchange.is_complete()
        self._spent += time.thread_time() - before
        return complete

    def feed_eof(self) -> Any:
        if self._error is not None:
            raise self._error
        return self._parser.feed_eof()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._parser, name)


class RecordingProtocol(ResponseHandler):
    """aiohttp's client protocol, with a copy of all that it receives in its exchange."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self.exchange: Exchange | None = None
        self.tunnel: Tunnel | None = None

    def begin(self, limit: int) -> Exchange:
        """Start a new exchange: bytes from now on belong to it."""
        transport = self.transport
        assert transport is not None
        tls = transport.get_extra_info("ssl_object")
        peer = transport.get_extra_info("peername")
        if self.tunnel is not None:
            # The peer is the proxy, and so is who TLS is with unless the tunnel has its own.
            peer = None
            tls = tls if self.tunnel.tls else None
        self.exchange = Exchange(
            started=datetime.now(UTC),
            limit=limit,
            ip=str(peer[0]).partition("%")[0] if peer else None,
            tls=tls.version() if tls is not None else None,
        )
        return self.exchange

    def set_response_params(self, **params: Any) -> None:
        super().set_response_params(**params)
        if self._parser is not None:
            self._parser = cast("Any", PatientParser(self._parser, self))

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        # aiohttp tells who waits for a head, but leaves who waits for a body to the timeout.
        payload = self._payload
        super().set_exception(exc, *cause)
        if payload is not None and not payload.is_eof() and payload.exception() is None:
            payload.set_exception(exc)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        recording = RecordingTransport(cast("asyncio.Transport", transport), self)
        super().connection_made(cast("asyncio.Transport", recording))

    def data_received(self, data: bytes) -> None:
        # An empty call is aiohttp telling itself to go on, not the socket.
        if data and (exchange := self.exchange) is not None:
            if exchange.over:
                # Nobody asked for these bytes; left in, they would be the next page's answer.
                self._abort()
                return
            if exchange.overflowed:
                return
            # The body's size is that before `data`, which the allowance makes up for. It stays the
            # last one known when aiohttp gives the payload up over what comes after it, which may
            # have been in the first piece of all.
            if self._payload is not None:
                exchange.body = self._payload.total_bytes
            elif exchange.received:
                exchange.body = exchange.body or 0
            exchange.received += data
            if exchange.is_excessive(exchange.body):
                exchange.overflowed = True
                # Else aiohttp would take it for a lost connection, and ask for all of it again.
                self.set_exception(ClientPayloadError("more bytes than are taken"))
                self._abort()
                return
        super().data_received(data)

    def _abort(self) -> None:
        if self.transport is not None:
            abort(self.transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.exchange is not None:
            self.exchange.closed = True
        super().connection_lost(exc)


def _allow_resending() -> None:
    """Let the client send a request again only when a kept connection was closed under it.

    aiohttp does so as well, once and at once, when a server hangs up on a new connection: that is
    the server's answer, and how long to leave it alone is for others to say.

    :raises ServerDisconnectedError: the request was sent on a new connection.
    """
    attempts = ATTEMPTS.get()
    if attempts is not None and attempts.exchanges and attempts.fresh:
        raise ServerDisconnectedError("the server hung up without an answer")


def _begin(connection: Connection) -> None:
    """Tie the bytes of a connection just handed out to the request that asked for it."""
    attempts = ATTEMPTS.get()
    if attempts is not None:
        protocol = cast("RecordingProtocol", connection.protocol)
        attempts.fresh = protocol.exchange is None
        attempts.exchanges.append(protocol.begin(attempts.limit))


class RecordingConnector(TCPConnector):
    """Connects directly, to addresses that the guard lets through only."""

    def __init__(self, *, guard: AddressGuard, **options: Any) -> None:
        super().__init__(**options)
        self._guard = guard
        self._factory = cast("Any", partial(RecordingProtocol, loop=self._loop))

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        _allow_resending()
        connection = await super().connect(req, traces, timeout)
        _begin(connection)
        return connection

    async def _wrap_create_connection(
        self, *args: Any, addr_infos: list[AddrInfoType], req: ClientRequest, **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        # Here the name is resolved and nothing is sent yet: what is checked is what is
        # connected to, so a name cannot answer differently between the two.
        for info in addr_infos:
            self._guard.check(str(req.url), ipaddress.ip_address(str(info[4][0]).partition("%")[0]))
        return await super()._wrap_create_connection(
            *args, addr_infos=addr_infos, req=req, **options
        )


class Unresolved(AbstractResolver):
    """Leaves names as they are: a proxy resolves them."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Tunnel:
    """What a connection through a proxy is."""

    writer: asyncio.StreamWriter
    """Kept alive with the protocol: a StreamWriter closes its transport when collected."""
    tls: bool
    """There is TLS with the host inside the tunnel."""


class RecordingProxyConnector(TCPConnector):
    """Connects through an HTTP, HTTPS or SOCKS proxy, always as a tunnel.

    What is recorded is what goes through the tunnel, to the byte the same as without a proxy, and
    nothing of the talk with the proxy.
    """

    def __init__(self, *, proxy: ProxyAddress, proxy_tls: ssl.SSLContext, **options: Any) -> None:
        super().__init__(resolver=Unresolved(), **options)
        self._proxy = proxy
        self._proxy_tls = proxy_tls

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        _allow_resending()
        connection = await super().connect(req, traces, timeout)
        _begin(connection)
        return connection

    async def _wrap_create_connection(
        self, *args: Any, req: ClientRequest, ssl: ssl.SSLContext | None = None, **options: Any
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        host, port = req.url.raw_host, req.port
        assert host is not None
        assert port is not None
        writer = await open_tunnel(self._proxy, host, port, tls=ssl, proxy_tls=self._proxy_tls)
        transport = cast("asyncio.Transport", writer.transport)
        protocol = RecordingProtocol(loop=self._loop)
        protocol.tunnel = Tunnel(writer, tls=ssl is not None)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol
