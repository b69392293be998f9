"""A Scrapy download handler that records every exchange byte for byte.

aiohttp carries the traffic; what Scrapy sees is parsed from the recorded bytes by the same code
that later reads them from the archive, so that a page extracted live and a page extracted from
its WARC record are the same page.
"""

from __future__ import annotations

import ipaddress
import ssl
import sys
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import yarl
from scrapy.core.downloader.handlers.base import BaseDownloadHandler
from scrapy.exceptions import (
    DownloadCancelledError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Headers
from scrapy.responsetypes import responsetypes

from mirror import warc
from mirror.capture.connection import RecordingConnector, RecordingProxyConnector
from mirror.capture.errors import FAILURES, BadContentCoding, WrongLength, as_scrapy_error
from mirror.capture.exchange import ATTEMPTS, FRAMING_ALLOWANCE, Attempts
from mirror.capture.guard import AddressGuard, AddressRefused
from mirror.capture.proxy import ProxyAddress, parse_proxy, proxy_of
from mirror.capture.recorder import Recorder

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response

    from mirror.capture.exchange import Exchange, Truncation


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
        proxy = settings.get("PROXY")
        self._proxy = parse_proxy(proxy) if proxy else None
        private: list[str] | None = (
            settings.getlist("PRIVATE_ORIGINS") if settings["PRIVATE_ORIGINS"] is not None else None
        )
        self._guard = AddressGuard(private)
        self._tls = tls_context(
            verify=settings.getbool("DOWNLOAD_VERIFY_CERTIFICATES"),
            authority=settings.get("TLS_CA_FILE") or None,
        )
        self._sessions: dict[ProxyAddress | None, aiohttp.ClientSession] = {}
        self._recorder = crawler.get_extension(Recorder)

    async def download_request(self, request: Request) -> Response:
        """Fetch and record one request.

        The record's place is left in ``request.meta["capture"]``; ``request.meta["embedded_in"]``
        names the page that it is fetched for as a part of, if any.

        :raises AddressRefused: the address is private and was not named.
        :raises DownloadCancelledError: the body, as sent or decoded, is larger than
            ``DOWNLOAD_MAXSIZE``.
        :raises BadContentCoding: the body is not what its Content-Encoding says.
        :raises ResponseDataLossError: the response was cut short; what came is recorded.
        :raises WrongLength: more came than its Content-Length says.
        :raises CertificateRefused, ProxyFailed, DownloadTimeoutError, CannotResolveHostError,
            DownloadConnectionRefusedError, DownloadFailedError: as Scrapy's own handlers do, so
            that retries work.
        """
        maxsize: int = request.meta.get("download_maxsize", self._maxsize)
        attempts = Attempts(limit=maxsize + FRAMING_ALLOWANCE if maxsize else 0)
        token = ATTEMPTS.set(attempts)
        try:
            error = await self._exchange(request)
        finally:
            ATTEMPTS.reset(token)
            for exchange in attempts.exchanges:
                exchange.end()
        try:
            return await self._answer(request, attempts.exchanges, error, maxsize)
        finally:
            for exchange in attempts.exchanges:
                exchange.forget()

    async def close(self) -> None:
        for session in self._sessions.values():
            await session.close()

    async def _exchange(self, request: Request) -> Exception | None:
        """Let aiohttp carry out the request; say how it failed, if it did."""
        timeout = request.meta.get("download_timeout", self._timeout)
        started = time.monotonic()
        try:
            # Sent as written: aiohttp would otherwise normalise the percent-encoding, and the
            # request line would not be that of the record's target URI.
            url = yarl.URL(request.url, encoded=True)
            self._guard.check_name(request.url, url.raw_host or "")
            async with self._session(proxy_of(request, self._proxy)).request(
                request.method,
                url,
                data=request.body or None,
                headers=_sent_headers(request),
                timeout=aiohttp.ClientTimeout(total=timeout),
                allow_redirects=False,
            ) as response:
                # What AutoThrottle goes by.
                request.meta["download_latency"] = time.monotonic() - started
                async for _ in response.content.iter_any():
                    pass
        except AddressRefused:
            raise
        except FAILURES as error:
            return error
        return None

    async def _answer(
        self, request: Request, exchanges: list[Exchange], error: Exception | None, maxsize: int
    ) -> Response:
        """Record what the request led to, and make a response of the last of it."""
        parsed = truncated = last = None
        for exchange in exchanges:
            last = exchange if exchange.received else None
            if last is not None:
                parsed, truncated = await self._record(request, last, error)
        if last is None:
            raise as_scrapy_error(request, error or aiohttp.ServerDisconnectedError())
        if parsed is None and truncated == "length":
            raise DownloadCancelledError(f"endless head or no HTTP response: {request.url}")
        if parsed is None and truncated == "time":
            raise DownloadTimeoutError(f"no whole head in time: {request.url}")
        if parsed is None:
            raise DownloadFailedError(f"not an HTTP response: {request.url}")
        if truncated == "length":
            raise DownloadCancelledError(f"body larger than {maxsize} bytes: {request.url}")
        if truncated and _is_longer_than_said(last, parsed):
            raise WrongLength(f"more bytes than its Content-Length says: {request.url}")
        if truncated:
            message = f"response cut short ({truncated}): {request.url}"
            raise (DownloadTimeoutError if truncated == "time" else ResponseDataLossError)(message)
        return _response(request, last, parsed, maxsize)

    async def _record(
        self, request: Request, exchange: Exchange, error: Exception | None
    ) -> tuple[warc.Response | None, Truncation | None]:
        parsed = exchange.response()
        truncated = _truncation(exchange, parsed, error)
        if self._recorder is not None:
            request.meta["capture"] = await self._recorder.record(
                request.url,
                exchange,
                parsed,
                truncated,
                embedded_in=request.meta.get("embedded_in"),
            )
        return parsed, truncated

    def _session(self, proxy: ProxyAddress | None) -> aiohttp.ClientSession:
        """The session for requests that go through `proxy`; made when first needed."""
        session = self._sessions.get(proxy)
        if session is None:
            # Scrapy's slots bound the concurrency; a second bound here would only queue twice.
            options: dict[str, Any] = {"limit": self._concurrency, "ssl": self._tls}
            connector = (
                RecordingConnector(**options, guard=self._guard, ttl_dns_cache=300)
                if proxy is None
                else RecordingProxyConnector(**options, proxy=proxy, proxy_tls=self._tls)
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


def tls_context(*, verify: bool, authority: str | None) -> ssl.SSLContext:
    """TLS for the mirror's hosts; `authority` is a PEM file of further trusted certificates.

    :raises OSError: the file cannot be read, or holds no certificate.
    """
    context = ssl.create_default_context()
    if authority:
        context.load_verify_locations(cafile=authority)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    # The record is of HTTP/1.1 bytes: another protocol must not be agreed on.
    context.set_alpn_protocols(["http/1.1"])
    return context


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
    if parsed is not None and _is_longer_than_said(exchange, parsed):
        return "unspecified"
    if parsed is not None and parsed.end is not None and not (by_close and error):
        return None
    if isinstance(error, TimeoutError):
        return "time"
    return "disconnect" if exchange.closed else "unspecified"


def _is_longer_than_said(exchange: Exchange, parsed: warc.Response) -> bool:
    """Whether Content-Length ends the body before the server did (RFC 9112 §6.3).

    Only bytes that came by the time when the response was read are seen. Empty lines after a body
    are known of careless servers (RFC 9112 §2.2).
    """
    if parsed.framing != "length" or parsed.end is None:
        return False
    return bool(bytes(exchange.received[parsed.end :]).strip())


def _response(
    request: Request, exchange: Exchange, parsed: warc.Response, maxsize: int
) -> Response:
    headers = Headers([(name, value) for name, value in parsed.fields])
    body = warc.payload(exchange.received, parsed)
    # Undone by the code that will read the record, so that both read the same or fail alike.
    coding = b", ".join(headers.getlist("Content-Encoding"))
    try:
        body = warc.decoded(body, coding, limit=maxsize or sys.maxsize)
    except warc.BodyTooLarge as error:
        raise DownloadCancelledError(f"{error}: {request.url}") from None
    except warc.BadEncoding as error:
        raise BadContentCoding(f"{error}: {request.url}") from None
    if body:
        headers.pop("Content-Encoding", None)
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
