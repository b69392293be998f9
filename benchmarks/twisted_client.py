"""A recording client on Twisted: its protocol, made by the pool's factory, copies what it carries.

What Scrapy's default download handler would have to be given for byte-exact records.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from twisted.internet import asyncioreactor
from twisted.internet.defer import Deferred, DeferredList
from twisted.web._newclient import HTTP11ClientProtocol
from twisted.web.client import (
    Agent,
    HTTPConnectionPool,
    PartialDownloadError,
    _HTTP11ClientFactory,
    readBody,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.http_clients import Done


class _Transport:
    """A transport that copies what is written to it."""

    def __init__(self, transport: Any, protocol: RecordingProtocol) -> None:
        self._transport = transport
        self._protocol = protocol

    def write(self, data: bytes) -> None:
        self._protocol.sent += data
        self._transport.write(data)

    def writeSequence(self, pieces: Iterable[bytes]) -> None:  # noqa: N802 - Twisted's name
        self.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


class RecordingProtocol(HTTP11ClientProtocol):
    """The copies are those of the newest request on this connection."""

    sent: bytearray
    received: bytearray

    def makeConnection(self, transport: Any) -> None:  # noqa: N802
        super().makeConnection(_Transport(transport, self))  # type: ignore[no-untyped-call]

    def request(self, request: Any) -> Any:
        self.sent, self.received = bytearray(), bytearray()
        RECORDED[request.absoluteURI.decode()] = (self.sent, self.received)
        return super().request(request)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        self.received += data
        super().dataReceived(data)  # type: ignore[no-untyped-call]


class _Factory(_HTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> HTTP11ClientProtocol:  # noqa: N802
        return RecordingProtocol(self._quiescentCallback)  # type: ignore[no-untyped-call]


class RecordingPool(HTTPConnectionPool):
    _factory = _Factory


RECORDED: dict[str, tuple[bytearray, bytearray]] = {}
"""What was sent and received for a URL, until it is done with."""


def fetch(urls: list[str], concurrency: int, timeout: float, done: Done) -> None:
    """Get each URL and call ``done(url, sent, received, error)``."""
    asyncioreactor.install()  # type: ignore[no-untyped-call]
    reactor: Any = import_module("twisted.internet.reactor")  # the one just installed
    pool: Any = RecordingPool(reactor)  # type: ignore[no-untyped-call]
    pool.maxPersistentPerHost = concurrency
    agent: Any = Agent(reactor, pool=pool)  # type: ignore[no-untyped-call]
    left = iter(urls)

    async def get(url: str) -> None:
        error = ""
        try:
            response = await agent.request(b"GET", url.encode()).addTimeout(timeout, reactor)
            await readBody(response).addTimeout(timeout, reactor)
        except PartialDownloadError:
            pass  # a body that ends with the connection, which Scrapy takes for whole as well
        except Exception as failure:  # noqa: BLE001 - what it was is the result
            error = type(failure).__name__
        sent, received = RECORDED.pop(url, (b"", b""))
        done(url, bytes(sent), bytes(received), error)

    async def work() -> None:
        for url in left:
            await get(url)

    async def work_all() -> None:
        await DeferredList([Deferred.fromCoroutine(work()) for _ in range(concurrency)])
        reactor.stop()

    finished = Deferred.fromCoroutine(work_all())
    reactor.run()
    assert finished.called
