"""aiohttp connections that record every byte they carry.

The two seams are aiohttp's own: a connector makes its protocols through a factory, and hands a
connection to each request through :meth:`connect`. A protocol that copies what it is given before
parsing it sees the bytes after TLS and before any normalisation.
"""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import python_socks
from aiohttp import ClientConnectorError, TCPConnector
from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnectionError, ProxyConnector, ProxyError, ProxyTimeoutError
from python_socks.async_.asyncio.v2 import Proxy

from mirror.capture.exchange import ATTEMPTS, Exchange
from mirror.capture.guard import AddressRefused

if TYPE_CHECKING:
    import asyncio
    import ssl
    from collections.abc import Iterable

    from aiohttp.client import ClientTimeout
    from aiohttp.client_reqrep import ClientRequest
    from aiohttp.connector import AddrInfoType, Connection
    from aiohttp.tracing import Trace

    from mirror.capture.guard import AddressGuard


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
    the message is complete by our own reading.
    """

    __slots__ = ("_error", "_parser", "_protocol")

    def __init__(self, parser: Any, protocol: RecordingProtocol) -> None:
        self._parser = parser
        self._protocol = protocol
        self._error: Exception | None = None

    def feed_data(self, data: bytes) -> Any:
        if self._error is None:
            try:
                return self._parser.feed_data(data)
            except Exception as error:  # noqa: BLE001 - whatever it is, aiohttp gets it below
                self._error = error
        if self._protocol.exchange is None or self._protocol.exchange.is_complete():
            raise self._error
        return [], False, b""

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
        self.proxied = False
        self.stream_writer: asyncio.StreamWriter | None = None
        """Kept alive with the protocol: a StreamWriter closes its transport when collected."""

    def begin(self, limit: int) -> Exchange:
        """Start a new exchange: bytes from now on belong to it."""
        transport = self.transport
        assert transport is not None
        tls = transport.get_extra_info("ssl_object")
        peer = None if self.proxied else transport.get_extra_info("peername")
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
        if data and (exchange := self.exchange) is not None and not exchange.overflowed:
            exchange.received += data
            if exchange.limit and len(exchange.received) > exchange.limit:
                exchange.overflowed = True
                if self.transport is not None:
                    self.transport.abort()
                return
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self.exchange is not None:
            self.exchange.closed = True
        super().connection_lost(exc)


def _begin(connection: Connection) -> None:
    """Tie the bytes of a connection just handed out to the request that asked for it."""
    attempts = ATTEMPTS.get()
    if attempts is not None:
        protocol = cast("RecordingProtocol", connection.protocol)
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


class RecordingProxyConnector(ProxyConnector):
    """Connects through an HTTP, HTTPS or SOCKS proxy, always as a tunnel.

    The proxy sees a CONNECT (RFC 9110 §9.3.6) or a SOCKS request for the host's name, which is
    resolved on its side; what is recorded is what goes through the tunnel, to the byte the same
    as without a proxy, and nothing of the talk with the proxy.
    """

    def __init__(self, *, guard: AddressGuard, **options: Any) -> None:
        super().__init__(rdns=True, **options)
        self._guard = guard

    async def connect(
        self, req: ClientRequest, traces: list[Trace], timeout: ClientTimeout
    ) -> Connection:
        connection = await super().connect(req, traces, timeout)
        _begin(connection)
        return connection

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: list[AddrInfoType],
        req: ClientRequest,
        timeout: ClientTimeout,
        client_error: type[Exception] = ClientConnectorError,
        **options: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        self._guard.check_name(str(req.url))
        return await super()._wrap_create_connection(
            *args,
            addr_infos=addr_infos,
            req=req,
            timeout=timeout,
            client_error=client_error,
            **options,
        )

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: ssl.SSLContext | None = None,
        timeout: float | None = None,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        proxy = Proxy(
            proxy_type=self._proxy_type,
            host=self._proxy_host,
            port=self._proxy_port,
            username=self._proxy_username,
            password=self._proxy_password,
            rdns=self._rdns,
            proxy_ssl=self._proxy_ssl,
        )
        stream = await proxy.connect(dest_host=host, dest_port=port, dest_ssl=ssl, timeout=timeout)
        transport = cast("asyncio.Transport", stream.writer.transport)
        protocol = RecordingProtocol(loop=self._loop)
        protocol.proxied = True
        protocol.stream_writer = stream.writer
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol


PROXY_ERRORS = (ProxyConnectionError, ProxyError, ProxyTimeoutError, python_socks.ProxyError)

__all__ = ["PROXY_ERRORS", "AddressRefused", "RecordingConnector", "RecordingProxyConnector"]
