"""Which addresses pictures may be fetched from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirror.frontier import ImageHosts, fetchable
from mirror.frontier.image_hosts import LONGEST
from mirror.layouts import LAYOUTS

HOSTS = ImageHosts.parse(["example.org", "Pictures.Example.net:8080", "192.0.2.7", "[2001:db8::7]"])

ALLOWED = [
    "https://example.org/a.jpg",
    "http://i.example.org/a.jpg",
    "https://a.b.EXAMPLE.org./a.jpg",
    "https://example.org:443/a.jpg",
    "http://example.org:80/a.jpg",
    "http://pictures.example.net:8080/a.jpg",
    "http://i.pictures.example.net:8080/a.jpg",
    "http://192.0.2.7/a.jpg",
    "http://[2001:db8::7]/a.jpg",
]
REFUSED = [
    "https://example.com/a.jpg",
    "https://notexample.org/a.jpg",
    "https://example.org.evil.example/a.jpg",
    "https://evil.example/example.org/a.jpg",
    "https://evil.example/?https://example.org/a.jpg",
    "https://example.org@evil.example/a.jpg",
    "https://example.org:22/a.jpg",
    "http://example.org:443/a.jpg",
    "http://pictures.example.net/a.jpg",
    "http://1.192.0.2.7/a.jpg",
    "ftp://example.org/a.jpg",
    "file://example.org/etc/passwd",
    "data:image/png;base64,AAAA",
    "javascript:alert(1)//example.org",
    "//example.org/a.jpg",
    "http:///a.jpg",
    "http://[example.org/a.jpg",
    "http://example.org:99999/a.jpg",
    "https://exämple.org/a.jpg",
    "",
]


@pytest.mark.parametrize("url", ALLOWED)
def test_a_host_stands_for_itself_and_its_subdomains(url: str) -> None:
    assert HOSTS.allows(url)


@pytest.mark.parametrize("url", REFUSED)
def test_any_other_is_refused(url: str) -> None:
    assert not HOSTS.allows(url)


@pytest.mark.parametrize(
    "entry",
    [
        "",
        "http://example.org",
        "example.org/",
        "*.example.org",
        "a b",
        "h:0",
        "h:65536",
        ".org",
        "[x",
    ],
)
def test_what_is_no_host_is_named(entry: str) -> None:
    with pytest.raises(ValueError, match="is no host"):
        ImageHosts.parse([entry])


def test_no_host_allows_nothing_and_two_lists_are_joined() -> None:
    assert not ImageHosts().allows("https://example.org/")
    both = ImageHosts.parse(["a.example"]) | ImageHosts.parse(["b.example"])
    assert both.allows("https://a.example/1")
    assert both.allows("https://b.example/1")
    assert str(both) == "a.example:,b.example:"


def test_loopback_is_told_from_the_rest() -> None:
    assert ImageHosts.parse(["127.0.0.1:80", "localhost", "[::1]:81"]).are_loopback
    assert not ImageHosts.parse(["127.0.0.1", "example.org"]).are_loopback


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.name)
def test_every_layout_names_hosts(layout: object) -> None:
    assert ImageHosts.parse(layout.image_hosts).entries  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("named", "asked"),
    [
        ("https://h.example/a.jpg", "https://h.example/a.jpg"),
        ("https://h.example/a.jpg?w=600#top", "https://h.example/a.jpg?w=600"),
        ("https://h.example/图.jpg", "https://h.example/%E5%9B%BE.jpg"),
        ("https://h.example/%E5%9B%BE.jpg", "https://h.example/%E5%9B%BE.jpg"),
        ("https://user:secret@h.example/a.jpg", None),
        ("https://h.example\\@evil.example/a.jpg", None),
        ("https://h.example/a b.jpg", None),
        ("https://h.example/a\r\nX: y.jpg", None),
        ("https://h.example/" + "a" * LONGEST, None),
        ("https://h.example/" + "图" * (LONGEST // 8), None),
        ("file:///etc/passwd", None),
        ("data:image/png;base64,AAAA", None),
        ("", None),
    ],
)
def test_an_address_is_asked_for_as_it_is_recorded(named: str, asked: str | None) -> None:
    assert fetchable(named) == asked


@given(
    st.text(max_size=60) | st.text("htps:/@.\\[]%#?exampl图 \n", max_size=40).map("http://".__add__)
)
def test_no_text_breaks_it_and_what_is_asked_for_stays_what_it_is(text: str) -> None:
    HOSTS.allows(text)
    url = fetchable(text)
    if url is not None:
        assert url.isascii()
        assert url.startswith(("http://", "https://"))
        assert fetchable(url) == url
        assert HOSTS.allows(url) == HOSTS.allows(text)
