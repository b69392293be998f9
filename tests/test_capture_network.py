"""TLS and proxies: what is fetched through them, and that nothing of them is left in the record."""

from __future__ import annotations

import asyncio
import gzip
import logging
import socket
import time
from itertools import product
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.downloadermiddlewares.httpproxy import HttpProxyMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)

from mirror.capture import BadContentCoding, CertificateRefused, ProxyFailed
from mirror.capture.proxy import ProxyAddress, parse_proxy, proxy_of
from mirror.capture.tunnel import abort
from tests.authority import Authority
from tests.proxies import Kind, Proxy
from tests.raw_server import Answer, RawServer
from tests.test_capture_bytes import GZIPPED, OK, PAGE, Crawl, fetch, sized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from scrapy.http import Response

NAME = "mirror.example"
"""Known to the proxies of these tests and to no resolver (RFC 6761 §6.5)."""
USER, PASSWORD = "some one", "p@ss/w:rd%2F"
KINDS: tuple[Kind, ...] = ("http", "https", "socks5h", "socks4a")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names that this process asked the resolver for."""
    names: list[str] = []
    getaddrinfo = socket.getaddrinfo

    def note(host: Any, *args: Any, **kwargs: Any) -> Any:
        names.append(str(host))
        return getaddrinfo(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", note)
    return names


def verifying(folder: Path, **settings: Any) -> Crawl:
    """With certificates checked, as this project has it; Scrapy by itself checks none."""
    return Crawl(folder, **{"DOWNLOAD_VERIFY_CERTIFICATES": True, **settings})


def page(result: Response | Exception) -> bytes:
    assert not isinstance(result, Exception), result
    return result.body


def everything(folder: Path) -> bytes:
    return b"".join(gzip.decompress(path.read_bytes()) for path in folder.glob("*.warc.gz"))


# --- TLS -----------------------------------------------------------------------------------------


def test_tls_is_trusted_by_the_authority_in_the_setting(
    authority: Authority, tmp_path: Path
) -> None:
    context = authority.server_context("127.0.0.1")
    with RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server:
        crawl = verifying(tmp_path, TLS_CA_FILE=str(authority.pem))
        (result,) = fetch(crawl, Request(server.url))
    assert page(result) == PAGE
    (record,) = crawl.records("response")
    assert record.block == sized(OK, PAGE)
    assert [v for k, v in record.headers if k == "WARC-Protocol"] == ["http/1.1", "tls/1.3"]
    (sent,) = crawl.records("request")
    assert sent.block == server.requests[0]


def test_unknown_authority_is_refused_with_the_reason(authority: Authority, tmp_path: Path) -> None:
    context = authority.server_context("127.0.0.1")
    with RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server:
        crawl = verifying(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, CertificateRefused)
    assert "unable to get local issuer certificate" in str(error)
    assert server.requests == []
    assert crawl.records("response") == []


def test_certificate_of_another_host_is_refused(authority: Authority, tmp_path: Path) -> None:
    context = authority.server_context("other.example")
    with RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server:
        crawl = verifying(tmp_path, TLS_CA_FILE=str(authority.pem))
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, CertificateRefused)
    assert "IP address mismatch" in str(error)


def test_verification_is_left_out_only_when_told_so(authority: Authority, tmp_path: Path) -> None:
    context = authority.server_context("other.example")
    with RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server:
        crawl = verifying(tmp_path, DOWNLOAD_VERIFY_CERTIFICATES=False)
        (result,) = fetch(crawl, Request(server.url))
    assert page(result) == PAGE


# --- proxies -------------------------------------------------------------------------------------


def start_proxy(kind: Kind, authority: Authority, routes: dict[str, int], **options: Any) -> Proxy:
    tls = authority.server_context("localhost") if kind == "https" else None
    return Proxy(kind, routes, tls=tls, **options)


def shape(crawl: Crawl) -> list[tuple[Any, ...]]:
    """The records but for what differs between any two runs: ids, dates, the server's port."""
    varying = ("WARC-Record-ID", "WARC-Date", "WARC-Warcinfo-ID", "WARC-Concurrent-To")
    return [
        (tuple(h for h in record.headers if h[0] not in varying), bytes(record.block))
        for kind in ("request", "response")
        for record in crawl.records(kind)
    ]


@pytest.mark.parametrize("secret", [False, True], ids=["open", "credentials"])
@pytest.mark.parametrize("tls", [False, True], ids=["to http", "to https"])
@pytest.mark.parametrize("kind", KINDS)
def test_record_is_that_of_a_direct_connection(
    kind: Kind,
    tls: bool,
    secret: bool,
    authority: Authority,
    looked_up: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    context = authority.server_context(NAME) if tls else None
    url = f"{'https' if tls else 'http'}://{NAME}/a%20b?q=%2f"
    requests = [Request(url), Request(f"{url}2")]
    credentials = {"user": USER, "password": PASSWORD} if secret else {}
    with RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server:
        routes = {f"{NAME}:{443 if tls else 80}": server.port}
        with start_proxy(kind, authority, routes, **credentials) as proxy:
            through = verifying(
                tmp_path / "through", PROXY=proxy.url, TLS_CA_FILE=str(authority.pem)
            )
            first, second = fetch(through, *requests)
        assert NAME not in looked_up
        assert proxy.asked == list(routes), "one tunnel, asked for by name"
        route_to(monkeypatch, server.port)
        direct = verifying(tmp_path / "direct", TLS_CA_FILE=str(authority.pem))
        fetch(direct, *requests)
    assert page(first) == page(second) == PAGE
    expected = [
        (tuple(h for h in headers if h != ("WARC-IP-Address", "127.0.0.1")), block)
        for headers, block in shape(direct)
    ]
    assert shape(through) == expected
    assert shape(through) != shape(direct)
    assert_nothing_of_the_proxy(proxy, everything(tmp_path / "through") + caplog.text.encode())


def assert_nothing_of_the_proxy(proxy: Proxy, text: bytes) -> None:
    leaks = [b"proxy-auth", b"localhost", str(proxy.port).encode()]
    if proxy.user:
        leaks += [word.encode().lower() for word in (proxy.user, proxy.password)]
    assert [leak for leak in leaks if leak in text.lower()] == []


def route_to(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Let every name lead to a port of this machine."""

    async def resolve(_self: Any, host: str, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    monkeypatch.setattr("aiohttp.connector.TCPConnector._resolve_host", resolve)


def test_answer_of_the_proxy_in_pieces_stays_out_of_the_record(
    authority: Authority, tmp_path: Path
) -> None:
    with (
        RawServer(lambda _: Answer([sized(OK, PAGE)])) as server,
        start_proxy("http", authority, {f"{NAME}:80": server.port}, in_pieces=True) as proxy,
    ):
        crawl = verifying(tmp_path, PROXY=proxy.url)
        (result,) = fetch(crawl, Request(f"http://{NAME}/"))
    assert page(result) == PAGE
    (record,) = crawl.records("response")
    assert record.block == sized(OK, PAGE)


@pytest.mark.parametrize("kind", KINDS)
def test_proxy_of_the_request_counts_before_the_setting(
    kind: Kind, authority: Authority, tmp_path: Path
) -> None:
    with (
        RawServer(lambda _: Answer([sized(OK, PAGE)])) as server,
        start_proxy(
            kind, authority, {f"{NAME}:80": server.port}, user=USER, password=PASSWORD
        ) as proxy,
    ):
        crawl = verifying(tmp_path, PROXY="http://127.0.0.1:9", TLS_CA_FILE=str(authority.pem))
        request = Request(f"http://{NAME}/", meta={"proxy": proxy.url})
        HttpProxyMiddleware("utf-8").process_request(request)
        assert PASSWORD not in request.meta["proxy"]
        direct = Request(server.url, meta={"proxy": None})
        first, second = fetch(crawl, request, direct)
    assert page(first) == page(second) == PAGE
    assert len(proxy.asked) == 1
    assert_nothing_of_the_proxy(proxy, everything(tmp_path))


@pytest.mark.parametrize("kind", ["http", "https"])
def test_proxy_of_the_environment_is_used(
    kind: Kind, authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = authority.server_context(NAME)
    with (
        RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server,
        start_proxy(
            kind, authority, {f"{NAME}:443": server.port}, user=USER, password=PASSWORD
        ) as proxy,
    ):
        monkeypatch.setenv("https_proxy", proxy.url)
        request = Request(f"https://{NAME}/")
        HttpProxyMiddleware().process_request(request)
        crawl = verifying(tmp_path, TLS_CA_FILE=str(authority.pem))
        (result,) = fetch(crawl, request)
    assert page(result) == PAGE
    assert proxy.asked == [f"{NAME}:443"]
    assert_nothing_of_the_proxy(proxy, everything(tmp_path))


def test_named_proxy_is_not_overruled_by_the_environment(tmp_path: Path) -> None:
    assert verifying(tmp_path / "a").handler.crawler.settings.getbool("HTTPPROXY_ENABLED")
    named = verifying(tmp_path / "b", PROXY="socks5h://127.0.0.1:9050")
    assert not named.handler.crawler.settings.getbool("HTTPPROXY_ENABLED")


@pytest.mark.parametrize(("kind", "wrong"), list(product(KINDS, ["", "wrong"])))
def test_wrong_credentials_fail_without_being_told(
    kind: Kind, wrong: str, authority: Authority, tmp_path: Path
) -> None:
    with start_proxy(kind, authority, {}, user=USER, password=PASSWORD) as proxy:
        parts = urlsplit(proxy.url)
        host = f"localhost:{proxy.port}"
        url = parts._replace(netloc=f"{wrong}:{wrong}@{host}" if wrong else host).geturl()
        crawl = verifying(tmp_path, PROXY=url, TLS_CA_FILE=str(authority.pem))
        (error,) = fetch(crawl, Request(f"http://{NAME}/"))
    assert isinstance(error, ProxyFailed)
    assert str(error).startswith(f"http://{NAME}/: the proxy refused to connect")
    assert_nothing_of_the_proxy(proxy, str(error).encode())
    assert error.__cause__ is None
    assert error.__context__ is None, "a traceback would show it"
    assert crawl.records("response") == []


@pytest.mark.parametrize("kind", KINDS)
def test_host_unknown_to_the_proxy(kind: Kind, authority: Authority, tmp_path: Path) -> None:
    with start_proxy(kind, authority, {}) as proxy:
        crawl = verifying(tmp_path, PROXY=proxy.url, TLS_CA_FILE=str(authority.pem))
        (error,) = fetch(crawl, Request(f"https://{NAME}/"))
    assert isinstance(error, ProxyFailed)
    assert_nothing_of_the_proxy(proxy, str(error).encode())


@pytest.mark.parametrize("kind", KINDS)
def test_unreachable_proxy_fails_without_its_name(kind: Kind, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    crawl = verifying(tmp_path, PROXY=f"{kind}://me:secret@localhost:{port}")
    (error,) = fetch(crawl, Request(f"http://{NAME}/"))
    assert isinstance(error, ProxyFailed)
    assert "Connection refused" in str(error)
    assert "localhost" not in str(error)
    assert str(port) not in str(error)


def test_proxy_with_a_foreign_certificate_is_refused(authority: Authority, tmp_path: Path) -> None:
    with start_proxy("https", authority, {}) as proxy:
        crawl = verifying(tmp_path, PROXY=proxy.url)
        (error,) = fetch(crawl, Request(f"http://{NAME}/"))
    assert isinstance(error, ProxyFailed)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)
    assert "localhost" not in str(error)


@pytest.mark.parametrize("kind", KINDS)
def test_certificates_are_checked_inside_the_tunnel_too(
    kind: Kind, authority: Authority, tmp_path: Path
) -> None:
    context = authority.server_context("other.example")
    with (
        RawServer(lambda _: Answer([sized(OK, PAGE)]), tls=context) as server,
        start_proxy(kind, authority, {f"{NAME}:443": server.port}) as proxy,
    ):
        crawl = verifying(tmp_path, PROXY=proxy.url, TLS_CA_FILE=str(authority.pem))
        (error,) = fetch(crawl, Request(f"https://{NAME}/"))
    assert isinstance(error, CertificateRefused)
    assert "Hostname mismatch" in str(error)
    assert server.requests == []


def test_connection_that_has_ended_is_aborted_all_the_same() -> None:
    class Ended(asyncio.WriteTransport):
        """As of TLS in CPython 3.11.2."""

        def abort(self) -> None:
            raise AttributeError("'NoneType' object has no attribute '_abort'")

    abort(Ended())


@pytest.fixture
def silent() -> Iterator[int]:
    """Port of a server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.mark.parametrize("kind", KINDS)
def test_silent_proxy_runs_into_the_timeout(kind: Kind, silent: int, tmp_path: Path) -> None:
    crawl = verifying(tmp_path, PROXY=f"{kind}://127.0.0.1:{silent}", DOWNLOAD_TIMEOUT=0.3)
    started = time.monotonic()
    (error,) = fetch(crawl, Request(f"http://{NAME}/"))
    assert isinstance(error, DownloadTimeoutError)
    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("127.0.0.1:3128", ProxyAddress("http", "127.0.0.1", 3128)),
        ("http://h", ProxyAddress("http", "h", 80)),
        ("https://h/", ProxyAddress("http", "h", 443, tls=True)),
        ("socks5h://h", ProxyAddress("socks5", "h", 1080)),
        ("socks5://h:1", ProxyAddress("socks5", "h", 1)),
        ("socks4a://me@h", ProxyAddress("socks4", "h", 1080, "me")),
        ("http://a%40b:c%2Fd%3A@[::1]:8", ProxyAddress("http", "::1", 8, "a@b", "c/d:")),
    ],
)
def test_proxy_is_read(url: str, expected: ProxyAddress) -> None:
    assert parse_proxy(url) == expected


@pytest.mark.parametrize(
    "url", ["gopher://me:secret@h:1", "http://me:secret@:1", "http://me:secret@h:x", "http://h/p",
            "me:secret@h:99999", "http://[me:secret@h"]
)  # fmt: skip
def test_what_is_no_proxy_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match=r"^(a|the) proxy is ") as caught:
        parse_proxy(url)
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(caught.value.__cause__)


def test_credentials_do_not_show_in_repr() -> None:
    shown = repr(parse_proxy("https://me:secret@host.example:8080"))
    assert not [word for word in ("me", "secret", "host.example", "8080") if f"'{word}'" in shown]


def test_proxy_credentials_of_another_scheme_are_refused() -> None:
    request = Request(
        "http://a.example/",
        meta={"proxy": "http://h:1"},
        headers={"Proxy-Authorization": "Bearer abc"},
    )
    with pytest.raises(ValueError, match="Basic"):
        proxy_of(request, None)


# --- what servers get wrong ----------------------------------------------------------------------


def test_unknown_host_and_closed_port_are_told_apart(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    crawl = verifying(tmp_path)
    unknown, closed = fetch(
        crawl, Request("http://no-such-host.invalid/"), Request(f"http://127.0.0.1:{port}/")
    )
    assert isinstance(unknown, CannotResolveHostError)
    assert isinstance(closed, DownloadConnectionRefusedError)


def test_late_bytes_of_one_page_are_not_the_next_page(tmp_path: Path) -> None:
    forged = sized(OK, b"forged")

    def answer(number: int) -> Answer:
        page = sized(OK, f"page {number}".encode())
        return Answer([page, b"", b"", forged] if number == 0 else [page])

    async def run() -> list[bytes]:
        bodies = []
        for number in range(3):
            response = await crawl.handler.download_request(Request(f"{server.url}{number}"))
            bodies.append(response.body)
            await asyncio.sleep(0.2)
        await crawl.close()
        return bodies

    with RawServer(answer) as server:
        crawl = verifying(tmp_path)
        assert asyncio.run(run()) == [b"page 0", b"page 1", b"page 2"]
    assert [record.block for record in crawl.records("response")] == [
        sized(OK, f"page {number}".encode()) for number in range(3)
    ]


def coded(coding: bytes, body: bytes) -> bytes:
    return sized(
        b"HTTP/1.1 200 OK\r\nContent-Encoding: " + coding + b"\r\nContent-Length: LENGTH\r\n\r\n",
        body,
    )


def test_coded_body_is_decoded_for_the_spider_and_left_in_the_record(tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([coded(b"gzip", GZIPPED)])) as server:
        crawl = verifying(tmp_path)
        (result,) = fetch(crawl, Request(server.url))
    assert page(result) == PAGE
    assert not isinstance(result, Exception)
    assert b"Content-Encoding" not in result.headers
    (record,) = crawl.records("response")
    assert record.block == coded(b"gzip", GZIPPED)


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        (b"gzip", GZIPPED[:-9]),
        (b"gzip", PAGE),
        (b"gzip", GZIPPED[:12] + b"\xff" + GZIPPED[13:]),
        (b"zstd", PAGE),
        (b"gzip, gzip", GZIPPED),
    ],
    ids=["cut", "not coded", "damaged", "unknown", "once instead of twice"],
)
def test_body_that_cannot_be_decoded_is_no_page(coding: bytes, body: bytes, tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([coded(coding, body)])) as server:
        crawl = verifying(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, BadContentCoding)
    (record,) = crawl.records("response")
    assert record.block == coded(coding, body)
    assert record.get("WARC-Truncated") is None


def test_bomb_is_stopped_at_the_size_limit(tmp_path: Path) -> None:
    bomb = gzip.compress(bytes(20_000_000), mtime=0)
    with RawServer(lambda _: Answer([coded(b"gzip", bomb)])) as server:
        crawl = verifying(tmp_path, DOWNLOAD_MAXSIZE=1_000_000)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadCancelledError)
    (record,) = crawl.records("response")
    assert record.block == coded(b"gzip", bomb)


def test_endless_head_is_cut(tmp_path: Path) -> None:
    flood = [b"HTTP/1.1 200 OK\r\n", *[b"a: b\r\n" * 20_000] * 40]
    with RawServer(lambda _: Answer(flood)) as server:
        crawl = verifying(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadCancelledError)
    (record,) = crawl.records("response")
    assert record.get("WARC-Truncated") == "length"
    assert len(record.block) < 1_000_000


def test_endless_interim_responses_are_cut(tmp_path: Path) -> None:
    flood = [b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000] * 40
    with RawServer(lambda _: Answer(flood)) as server:
        crawl = verifying(tmp_path)
        (error,) = fetch(crawl, Request(server.url))
    assert isinstance(error, DownloadCancelledError)


def test_unreadable_message_in_small_chunks_does_not_hold_up_the_crawl(tmp_path: Path) -> None:
    pieces = [
        b"HTTP/1.1 200 OK\r\nno colon\r\nTransfer-Encoding: chunked\r\n\r\n",
        *[b"1\r\nx\r\n" * 10_000] * 100,
    ]
    with RawServer(lambda _: Answer(pieces, close=True)) as server:
        crawl = verifying(tmp_path)
        before = time.process_time()
        (error,) = fetch(crawl, Request(server.url))
        assert time.process_time() - before < 8
    assert isinstance(error, Exception)
    (record,) = crawl.records("response")
    assert record.get("WARC-Truncated")


def test_fragment_and_user_stay_out_of_the_target_uri(tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([sized(OK, PAGE)])) as server:
        crawl = verifying(tmp_path)
        plain = f"{server.url}a?b@c"
        fetch(crawl, Request(plain.replace("http://", "http://me:secret@") + "#part"))
    for kind in ("request", "response"):
        (record,) = crawl.records(kind)
        assert record.target_uri == plain


def test_latency_is_left_for_the_throttle(tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([sized(OK, b""), b"", b"", PAGE])) as server:
        request = Request(server.url)
        fetch(verifying(tmp_path), request)
    assert 0 < request.meta["download_latency"] < 5
