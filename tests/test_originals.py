"""From a link as found to the page that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.originals import _SOUND, STEPS, Original, resolve, tag_name
from tests.epoch_pages import MIRROR, ORIGINAL, TAG

PAGE = MIRROR.at("pages/ncid9001/n9000001.md")


@pytest.mark.parametrize(
    ("href", "url", "via"),
    [
        ("https://a.example.org/x", "https://a.example.org/x", ()),
        (" https://a.example.org/x ", "https://a.example.org/x", ("trim",)),
        ('https://a.example.org/x"', "https://a.example.org/x", ("trim",)),
        ("“https://a.example.org/x”", "https://a.example.org/x", ("trim",)),
        ("https://a.example.org/x%22", "https://a.example.org/x", ("trim",)),
        ("https://a.example.org/x%20", "https://a.example.org/x", ("trim",)),
        ("https://a.example.org/\u200bx", "https://a.example.org/x", ("invisible",)),
        ("https://a. example.org/x y", "https://a.example.org/x%20y", ("canonical",)),
        ("//a.example.org/x", "https://a.example.org/x", ("scheme-less",)),
        ("a.example.org/x", "https://a.example.org/x", ("scheme-less",)),
        ("https://%20https//a.example.org/x", "https://a.example.org/x", ("scheme",)),
        ("http://https：//a.example.org/x", "https://a.example.org/x", ("scheme",)),
        ("https:///a.example.org/x", "https://a.example.org/x", ("scheme",)),
        ("http:/a.example.org/x", "http://a.example.org/x", ("scheme",)),
        ("http://http://a.example.org/x", "http://a.example.org/x", ("scheme",)),
        ("http://标题 https://a.example.org/x", "https://a.example.org/x", ("scheme",)),
        (
            "https://a.example.org/%25E4%25B8%25A4",
            "https://a.example.org/%E4%B8%A4",
            ("twice-encoded",),
        ),
        ("https://a.example.org/a%2520b", "https://a.example.org/a%2520b", ()),
        ("HTTPS://A.Example.ORG:443/X", "https://a.example.org/X", ("canonical",)),
        ("https://a.example.org", "https://a.example.org/", ("canonical",)),
        ("http://例子.测试/路", "http://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF", ("canonical",)),
        ("https://a.example.org/%e8%b7%af", "https://a.example.org/%E8%B7%AF", ("canonical",)),
        ("https://a.example.org/100%", "https://a.example.org/100%25", ("canonical",)),
        ("http://192.0.2.1:81/a", "http://192.0.2.1:81/a", ()),
        ("http://[2001:db8::1]/a", "http://[2001:db8::1]/a", ()),
        (
            "https://a.example.org/x?utm_source=a&b=2&fbclid=c#d",
            "https://a.example.org/x?b=2#d",
            ("tracking",),
        ),
        (
            "https://a.example.org/x#:~:text=茶",
            "https://a.example.org/x",
            ("canonical", "text-fragment"),
        ),
        ("https://twitter.com/a/status/1?s=20", "https://twitter.com/a/status/1", ("tracking",)),
        ("https://a.example.org/x?s=20", "https://a.example.org/x?s=20", ()),
    ],
)
def test_a_damaged_link_is_repaired(href: str, url: str, via: tuple[str, ...]) -> None:
    original = resolve(href)
    assert (original.url, original.via) == (url, via)


@pytest.mark.parametrize(
    "href",
    ["", "#top", "file:///c/a.pdf", "blob:https://a.example.org/1", "javascript:alert(1)",
     "data:,a", "tel:1", "ftp://a.example.org/", "http://[", "http://标题", "http://word", "https://a.example.org:99999/",
     "标题", "n9000002.htm", "https://", "https://a..example.org/", "x" * 10_000],
)  # fmt: skip
def test_what_no_page_is_behind_is_invalid(href: str) -> None:
    original = resolve(href)
    assert (original.url, original.kind) == ("", "invalid")


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (TAG, "tag"),
        (ORIGINAL, "article"),
        ("https://www.minghui.org/mh/articles/2020/1/3/%E8%8C%B6-1.html", "article"),
        ("https://www.youtube.com/watch?v=abc", "video"),
        ("https://youtu.be/abc", "video"),
        ("https://www.youtube.com/embed/abc", "video"),
        ("https://www.youtube.com/live/abc", "video"),
        ("https://www.youtube.com/channel/abc", "social"),
        ("https://www.ganjing.com/zh-CN/video/abc", "video"),
        ("https://www.ganjing.com/zh-CN/channel/abc", "social"),
        ("https://www.youmaker.com/v/abc", "video"),
        ("https://www.youmaker.com/c/abc", "social"),
        ("https://a.example.org/b.mp4", "video"),
        ("https://twitter.com/a", "social"),
        ("https://www.facebook.com/a", "social"),
        ("https://a.example.org/", "external"),
        ("https://donate.epochtimes.com/", "external"),
        ("https://notyoutube.com/watch?v=a", "external"),
        ("mailto:a@example.org", "mail"),
    ],
)
def test_kinds(url: str, kind: str) -> None:
    assert resolve(url) == Original(url, resolve(url).kind, ())
    assert resolve(url).kind == kind


def test_a_bare_mail_address_is_mail() -> None:
    assert resolve("a@example.org").url == "mailto:a@example.org"
    assert resolve("mailto: a@example.org").url == "mailto:a@example.org"


def test_root_relative_links_are_the_publisher_s() -> None:
    href = "/gb/24/3/4/n9000000.htm"
    assert resolve(href, PAGE, ORIGINAL).url == f"https://www.epochtimes.com{href}"
    assert resolve(href, PAGE).kind == "invalid"


def test_links_to_pages_of_the_mirror_are_articles_there() -> None:
    for href in ("../ncid9002/n9000002.md?1", PAGE.join("../ncid9002/n9000002.md").url):
        original = resolve(href, PAGE, ORIGINAL)
        assert original.kind == "article"
        assert original.url == MIRROR.at("pages/ncid9002/n9000002.md").page_url


def test_tag_names_are_decoded() -> None:
    assert tag_name(TAG) == "图书馆"
    assert tag_name("https://www.epochtimes.com/gb/tag/covid-19.html") == "covid-19"
    assert tag_name(ORIGINAL) == ""


LINKS = st.one_of(
    st.text(),
    st.lists(
        st.sampled_from(
            ["http", "https", ":", "//", "/", "：", "%20", "%25", "E4", "a.example.org", "www.",
             "茶", " ", '"', "?utm_source=a", "&b=1", "#", ":~:", "@", "[", "]", ":80", ":443",
             "\\", "..", "mailto:", "\u200b", "%", "xn--", ".md", "?", "&"]
        ),
        max_size=12,
    ).map("".join),
)  # fmt: skip


@given(LINKS)
@example("http://a@b@c.example.org/")
@example("https://xn--.example.org/")
@example("https://a.example.org/%25%32%35")
def test_resolving_never_raises_and_a_result_resolves_to_itself(href: str) -> None:
    original = resolve(href, PAGE, ORIGINAL)
    assert (original.url == "") == (original.kind == "invalid")
    assert original.url == "" or original.url.startswith(("http://", "https://", "mailto:"))
    again = resolve(original.url)
    assert again.url == original.url
    original.url.encode("ascii" if original.kind != "mail" else "utf-8")


@given(st.from_regex(_SOUND, fullmatch=True))
def test_the_shortcut_for_sound_links_agrees_with_the_steps(url: str) -> None:
    if url[-3] != "%":
        for name, step in STEPS:
            assert step(url) == url, name
