"""Nothing but public addresses is connected to, and the origins that the operator named."""

from __future__ import annotations

import ipaddress
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy import Request
from scrapy.settings import Settings
from scrapy.utils.misc import load_object

from mirror.capture import WarcAddon
from mirror.capture.guard import AddressGuard, AddressRefused, is_public, origin_of
from mirror.capture.handler import ArchivingDownloadHandler
from tests.proxies import Proxy
from tests.raw_server import Answer, RawServer
from tests.test_capture_bytes import OK, PAGE, Crawl, fetch, sized

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOT_PUBLIC = {
    "unspecified": ("0.0.0.0", "0.1.2.3", "::"),
    "loopback": ("127.0.0.1", "127.255.255.254", "::1"),
    "private": ("10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fd00::1", "fc00::1"),
    "link-local": ("169.254.169.254", "fe80::1", "febf::1"),
    "site-local": ("fec0::1",),
    "carrier-grade NAT": ("100.64.0.1", "100.127.255.254"),
    "multicast": ("224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"),
    "broadcast and reserved": ("255.255.255.255", "240.0.0.1"),
    "documentation": ("192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"),
    "protocol assignments": ("192.0.0.8", "198.18.0.1", "2001::1", "2001:10::1"),
    "IPv4-mapped": ("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254"),
    "IPv4-compatible": ("::127.0.0.1", "::8.8.8.8"),
    "IPv4-translated": ("::ffff:0:127.0.0.1",),
    "NAT64": ("64:ff9b::127.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1"),
    "6to4": ("2002:7f00:1::", "2002:a9fe:a9fe::1", "2002:c0a8:101::"),
    "not given out": ("100::1", "4000::1", "5f00::1", "e000::1"),
}
PUBLIC = (
    "8.8.8.8",
    "1.1.1.1",
    "140.82.121.3",
    "172.15.0.1",
    "172.32.0.1",
    "100.63.255.255",
    "100.128.0.1",
    "2606:4700::1111",
    "2a04:4e42::133",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
)


@pytest.mark.parametrize("kind", NOT_PUBLIC)
def test_special_addresses_are_not_public(kind: str) -> None:
    assert [text for text in NOT_PUBLIC[kind] if is_public(ipaddress.ip_address(text))] == []


@pytest.mark.parametrize("text", PUBLIC)
def test_ordinary_addresses_are_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


ADDRESSES = st.ip_addresses()


@given(ADDRESSES)
def test_public_is_never_more_than_python_has_global(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(address):
        assert not address.is_private or address.version == 6
        assert not address.is_loopback
        assert not address.is_link_local
        assert not address.is_multicast
        assert not address.is_unspecified


@given(st.ip_addresses(v=4))
def test_address_in_another_is_judged_like_itself(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    for carrier in (
        (0xFFFF << 32) + number,
        (0x64FF9B << 96) + number,
        (0x2002 << 112) + (number << 80) + 1,
    ):
        assert is_public(ipaddress.IPv6Address(carrier)) == is_public(address)


# --- origins -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://Example.COM", "http://example.com:80"),
        ("HTTPS://example.com./x?y#z", "https://example.com:443"),
        ("http://me:secret@example.com:8080/", "http://example.com:8080"),
        ("http://[::1]/", "http://[::1]:80"),
        ("http://[0:0:0:0:0:0:0:1]:1/", "http://[::1]:1"),
        ("https://bücher.example/", "https://xn--bcher-kva.example:443"),
        ("http://127.0.0.1:0/", "http://127.0.0.1:0"),
    ],
)
def test_origin(url: str, origin: str) -> None:
    assert origin_of(url) == origin


@pytest.mark.parametrize(
    "url", ["", "/path", "http://", "http:///x", "http://h:99999/", "http://["]
)
def test_what_has_no_origin(url: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        origin_of(url)


LABEL = st.from_regex(r"[a-z][a-z0-9]{0,8}", fullmatch=True)
HOSTS = st.one_of(
    st.lists(LABEL, min_size=1, max_size=3).map(".".join),
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(lambda address: f"[{address}]"),
)


@given(st.sampled_from(["http", "https"]), HOSTS, st.integers(0, 65535), st.text(max_size=20))
def test_origin_is_its_own_origin_whatever_the_path(
    scheme: str, host: str, port: int, rest: str
) -> None:
    origin = origin_of(f"{scheme}://{host}:{port}")
    assert origin_of(origin) == origin
    assert urlsplit(origin).port == port
    path = rest.translate(dict.fromkeys(map(ord, "\t\r\n")))
    assert origin_of(f"{scheme.upper()}://u:p@{host.upper()}:{port}/{path}") == origin


@given(st.text(max_size=60) | st.text(max_size=40).map("http://{}".format))
def test_origin_of_any_text_is_an_origin_or_a_value_error(text: str) -> None:
    try:
        origin = origin_of(text)
    except ValueError:
        return
    assert origin_of(origin) == origin


# --- what is connected to ------------------------------------------------------------------------


class Listener:
    """A port that nobody may connect to."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._socket = socket.create_server((host, 0), family=family)
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]

    def touched(self) -> bool:
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def forbidden() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    touched = listener.touched()
    listener.close()
    assert not touched, "somebody connected"


FORMS = (
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f.1",
    "0x7f000001",
    "0X7F.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "00127.0.0.1",
    "127.0.0.1.",
    "0.0.0.0",
    "0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
    "localhost",
    "LOCALHOST.",
    "x.localhost",
    "printer.local",
    "metadata.google.internal",
    "router.home.arpa",
    "router",
    "①②⑦.0.0.1",
    "127。0。0。1",
    "127%2e0%2e0%2e1",
)


@pytest.mark.parametrize("host", FORMS)
def test_no_form_of_a_private_host_is_connected_to(
    host: str, forbidden: Listener, tmp_path: Path
) -> None:
    crawl = Crawl(tmp_path, PRIVATE_ORIGINS=["http://127.0.0.1:1", "http://localhost:1"])
    (error,) = fetch(crawl, Request(f"http://{host}:{forbidden.port}/"))
    assert isinstance(error, AddressRefused)
    assert "PRIVATE_ORIGINS" in str(error)
    assert crawl.records("request") == []


@pytest.mark.parametrize("host", [*FORMS, "169.254.169.254", "010.0.0.1", "1.2.3.4.5", "8.8.2056"])
def test_no_form_of_a_private_host_is_handed_to_a_proxy(host: str, tmp_path: Path) -> None:
    # What such a host means is for the proxy to say, and it may be inside its network.
    with Proxy("socks5h", {}) as proxy:
        crawl = Crawl(tmp_path, PRIVATE_ORIGINS=[], PROXY=proxy.url)
        (error,) = fetch(crawl, Request(f"http://{host}/"))
    assert isinstance(error, AddressRefused)
    assert proxy.asked == []


@pytest.mark.parametrize("host", ["github.com", "a.b.example", "8.8.8.8", "xn--bcher-kva.example"])
def test_public_names_are_handed_to_a_proxy(host: str) -> None:
    AddressGuard([]).check_name(f"http://{host}/", host)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    """Let every name have these addresses."""
    getaddrinfo = socket.getaddrinfo

    def answer(host: str, port: int, *args: Any, **kwargs: Any) -> list[Any]:
        if host.endswith(".example"):
            return [
                info
                for address in addresses
                for info in getaddrinfo(address, port, *args, **kwargs)
            ]
        return getaddrinfo(host, port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["203.0.113.9", "127.0.0.1"], ["127.0.0.1", "203.0.113.9"]],
    ids=["private", "public and private", "private and public"],
)
def test_name_that_leads_to_a_private_address_is_refused(
    addresses: list[str],
    forbidden: Listener,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 203.0.113.9 stands for a public one: were it connected to, there would be a timeout.
    monkeypatch.setattr(
        "mirror.capture.guard.is_public", lambda address: str(address) == "203.0.113.9"
    )
    resolve_to(monkeypatch, *addresses)
    crawl = Crawl(tmp_path, PRIVATE_ORIGINS=[], DOWNLOAD_TIMEOUT=2)
    (error,) = fetch(crawl, Request(f"http://rebound.example:{forbidden.port}/"))
    assert isinstance(error, AddressRefused)
    assert "127.0.0.1" in str(error)


def test_name_is_judged_by_the_answer_that_is_connected_to(
    forbidden: Listener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: a name that was public when looked at first is private when it counts."""
    answers = iter([["203.0.113.9"], ["127.0.0.1"]])
    monkeypatch.setattr(
        "mirror.capture.guard.is_public", lambda address: str(address) == "203.0.113.9"
    )
    crawl = Crawl(tmp_path, PRIVATE_ORIGINS=[], DOWNLOAD_TIMEOUT=0.5)
    monkeypatch.setattr("aiohttp.connector.TCPConnector._resolve_host", resolver(answers))
    url = f"http://rebound.example:{forbidden.port}/"
    first, second = fetch(crawl, Request(url), Request(url))
    assert not isinstance(first, AddressRefused)
    assert isinstance(second, AddressRefused)


def resolver(answers: Iterator[list[str]]) -> Any:
    async def resolve(_self: Any, host: str, port: int, **_: Any) -> list[dict[str, Any]]:
        return [
            {
                "hostname": host,
                "host": address,
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
            for address in next(answers)
        ]

    return resolve


def test_only_the_named_origin_is_let_through(forbidden: Listener, tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([sized(OK, PAGE)])) as server:
        crawl = Crawl(tmp_path, PRIVATE_ORIGINS=[f"{server.url}some/path"])
        named, port, scheme, name = fetch(
            crawl,
            Request(server.url),
            Request(f"http://127.0.0.1:{forbidden.port}/"),
            Request(server.url.replace("http:", "https:")),
            Request(server.url.replace("127.0.0.1", "localhost")),
        )
    assert not isinstance(named, Exception)
    assert named.body == PAGE
    for refused in (port, scheme, name):
        assert isinstance(refused, AddressRefused)
    assert len(server.requests) == 1


def test_redirect_to_a_private_address_is_refused_like_a_link(
    forbidden: Listener, tmp_path: Path
) -> None:
    location = f"http://127.0.0.1:{forbidden.port}/".encode()
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
    with RawServer(lambda _: Answer([answer])) as server:
        crawl = Crawl(tmp_path, PRIVATE_ORIGINS=[server.url])
        moved, refused = fetch(crawl, Request(server.url), Request(location.decode()))
    assert not isinstance(moved, Exception)
    assert moved.headers[b"Location"] == location
    assert isinstance(refused, AddressRefused)


def test_without_the_setting_nothing_is_refused(tmp_path: Path) -> None:
    with RawServer(lambda _: Answer([sized(OK, PAGE)])) as server:
        (result,) = fetch(Crawl(tmp_path), Request(server.url))
    assert not isinstance(result, Exception)


def test_only_http_and_https_have_a_handler() -> None:
    settings = Settings()
    WarcAddon().update_settings(settings)
    handlers = settings.getwithbase("DOWNLOAD_HANDLERS")
    present = {scheme: path for scheme, path in handlers.items() if path is not None}
    assert set(present) == {"http", "https"}
    assert {load_object(path) for path in present.values()} == {ArchivingDownloadHandler}
