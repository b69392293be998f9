"""A Scrapy download handler that records every exchange byte for byte.

aiohttp carries the traffic; what Scrapy sees is parsed from the recorded bytes by the same code
that later reads them from the archive, so that a page extracted live and a page extracted from
its WARC record are the same page.
"""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from typing import TYPE_CHECKING, Any, cast

import aiohttp
import yarl
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from mirror import warc
from mirror.capture.connection import (
    PROXY_ERRORS,
    RecordingConnector,
    RecordingProxyConnector,
)
from mirror.capture.exchange import ATTEMPTS, Attempts
from mirror.capture.guard import AddressGuard, AddressRefused
from mirror.capture.proxy import proxy_of
from mirror.capture.recorder import Recorder

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from mirror.capture.exchange import Exchange, Truncation

HEAD_ALLOWANCE = 256 * 1024
"""Bytes that heads and chunk framing may add to the largest body."""

FAILURES = (
    TimeoutError,
    OSError,
    ValueError,
    aiohttp.ClientError,
    aiohttp.http.HttpProcessingError,
    *PROXY_ERRORS,
)
"""What aiohttp raises when a request does not come to a good end."""


class ArchivingDownloadHandler(BaseDownloadHandler):
    """Fetches http and https and gives each exchange to the crawler's :class:`Recorder`.

    Needs asyncio: Scrapy's asyncio reactor or no reactor. The settings it reads are described in
    ``docs/capture.md``.
    """

    lazy = True

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._maxsize = settings.getint("DOWNLOAD_MAXSIZE")
        self._timeout = settings.getfloat("DOWNLOAD_TIMEOUT")
        self._concurrency = settings.getint("CONCURRENT_REQUESTS")
        self._proxy: str | None = settings.get("PROXY") or None
        private: list[str] | None = (
            settings.getlist("PRIVATE_ORIGINS") if settings["PRIVATE_ORIGINS"] is not None else None
        )
        self._guard = AddressGuard(private)
        self._tls = _tls_context(
            verify=settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"),
            authority=settings.get("TLS_CA_FILE") or None,
        )
        self._sessions: dict[str | None, aiohttp.ClientSession] = {}
        self._recorder = crawler.get_extension(Recorder)

    async def download_request(self, request: Request) -> Response:
        """Fetch and record one request.

        The record's place is left in ``request.meta["capture"]``.

        :raises AddressRefused: the address is private and was not named.
        :raises DownloadCancelledError: the body is larger than ``DOWNLOAD_MAXSIZE``.
        :raises ResponseDataLossError: the response was cut short; what came is recorded.
        :raises DownloadTimeoutError, DownloadConnectionRefusedError, CannotResolveHostError,
            DownloadFailedError: as Scrapy's own handlers do, so that retries work.
        """
        maxsize: int = request.meta.get("download_maxsize", self._maxsize)
        attempts = Attempts(limit=maxsize + HEAD_ALLOWANCE if maxsize else 0)
        token = ATTEMPTS.set(attempts)
        try:
            error = await self._exchange(request)
        finally:
            ATTEMPTS.reset(token)
        answered = [exchange for exchange in attempts.exchanges if exchange.received]
        recorded = [
            (exchange, *await self._record(request, exchange, error)) for exchange in answered
        ]
        if not recorded or recorded[-1][0] is not attempts.exchanges[-1]:
            raise _scrapy_error(request, error or aiohttp.ServerDisconnectedError())
        last, parsed, truncated = recorded[-1]
        if truncated == "length":
            raise DownloadCancelledError(f"body larger than {maxsize} bytes: {request.url}")
        if parsed is None:
            raise DownloadFailedError(f"not an HTTP response: {request.url}")
        if truncated:
            message = f"response cut short ({truncated}): {request.url}"
            raise (DownloadTimeoutError if truncated == "time" else ResponseDataLossError)(message)
        body = warc.payload(last.received, parsed)
        if maxsize and len(body) > maxsize:
            raise DownloadCancelledError(f"body larger than {maxsize} bytes: {request.url}")
        return _response(request, last, parsed, body)

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _exchange(self, request: Request) -> Exception | None:
        """Let aiohttp carry out the request; say how it failed, if it did."""
        timeout = request.meta.get("download_timeout", self._timeout)
        try:
            async with self._session(proxy_of(request) or self._proxy).request(
                request.method,
                # Sent as written: aiohttp would otherwise normalise the percent-encoding, and
                # the request line would not be that of the record's target URI.
                yarl.URL(request.url, encoded=True),
                data=request.body or None,
                headers=_sent_headers(request),
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as response:
                async for _ in response.content.iter_any():
                    pass
        except AddressRefused:
            raise
        except FAILURES as error:
            return error
        return None

    async def _record(
        self, request: Request, exchange: Exchange, error: Exception | None
    ) -> tuple[warc.Response | None, Truncation | None]:
        parsed = exchange.response()
        truncated = _truncation(exchange, parsed, error)
        if self._recorder is not None:
            request.meta["capture"] = await self._recorder.record(
                request.url, exchange, parsed, truncated
            )
        return parsed, truncated

    def _session(self, proxy: str | None) -> aiohttp.ClientSession:
        """The session for requests that go through `proxy`; made when first needed."""
        session = self._sessions.get(proxy)
        if session is None:
            # Scrapy's slots bound the concurrency; a second bound here would only queue twice.
            options: dict[str, Any] = {
                "limit": self._concurrency,
                "ssl": self._tls,
                "guard": self._guard,
            }
            connector = (
                RecordingConnector(**options, ttl_dns_cache=300)
                if proxy is None
                else cast(
                    "RecordingProxyConnector",
                    RecordingProxyConnector.from_url(
                        _plain_proxy(proxy),
                        **options,
                        proxy_ssl=self._tls if proxy.startswith("https://") else None,
                    ),
                )
            )
            session = self._sessions[proxy] = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
                max_line_size=65536,
                max_field_size=65536,
            )
        return session


def _tls_context(*, verify: bool, authority: str | None) -> ssl.SSLContext:
    """TLS for the mirror's hosts; `authority` is a PEM file of further trusted certificates."""
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(cafile=authority)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    # The record is of HTTP/1.1 bytes: another protocol must not be agreed on.
    context.set_alpn_protocols(["http/1.1"])
    return context


def _plain_proxy(proxy: str) -> str:
    """The proxy's URL in the schemes that python-socks knows."""
    for known, plain in (
        ("https://", "http://"),
        ("socks5h://", "socks5://"),
        ("socks4a://", "socks4://"),
    ):
        if proxy.startswith(known):
            return plain + proxy.removeprefix(known)
    return proxy


def _sent_headers(request: Request) -> list[tuple[str, str]]:
    """The request's headers without the proxy's and without a coding that replay cannot read."""
    headers = []
    for name, values in request.headers.items():
        if name == b"Proxy-Authorization":
            continue
        for value in values:
            text = value.decode("latin-1")
            if name == b"Accept-Encoding":
                codings = [coding.strip() for coding in text.split(",")]
                text = ", ".join(c for c in codings if not c.lower().startswith("zstd"))
            headers.append((name.decode("latin-1"), text))
    return headers


def _truncation(
    exchange: Exchange, parsed: warc.Response | None, error: Exception | None
) -> Truncation | None:
    """Why the response is not whole; ``None`` when it is (WARC 1.1 §5.13)."""
    if exchange.overflowed:
        return "length"
    # A body that ends with the connection is whole only when the end was the server's.
    by_close = parsed is not None and parsed.framing == "close"
    if parsed is not None and parsed.end is not None and not (by_close and error):
        return None
    if isinstance(error, TimeoutError):
        return "time"
    return "disconnect" if exchange.closed else "unspecified"


def _response(request: Request, exchange: Exchange, parsed: warc.Response, body: bytes) -> Response:
    headers = Headers([(name, value) for name, value in parsed.fields])
    cls = responsetypes.from_args(headers=headers, url=request.url, body=body)
    return cls(
        url=request.url,
        status=parsed.status,
        headers=headers,
        body=body,
        request=request,
        ip_address=ipaddress.ip_address(exchange.ip) if exchange.ip else None,
        protocol=parsed.version.decode("ascii", "replace"),
    )


def _scrapy_error(request: Request, error: Exception) -> Exception:
    """The exception by which Scrapy's middlewares know what happened."""
    message = f"{request.url}: {str(error) or type(error).__name__}"
    if isinstance(error, TimeoutError | asyncio.TimeoutError):
        return DownloadTimeoutError(message)
    if isinstance(error, aiohttp.InvalidURL):
        return UnsupportedURLSchemeError(message)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return CannotResolveHostError(message)
    if isinstance(error, aiohttp.ClientConnectorError):
        return DownloadConnectionRefusedError(message)
    return DownloadFailedError(message)
