"""From a link as found to the page that it stands for."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.originals import Original, _carried, resolve, tag_name
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
            ("canonical", "fragment"),
        ),
        ("https://twitter.com/a/status/1?s=20", "https://twitter.com/a/status/1", ("tracking",)),
        ("https://a.example.org/x?s=20", "https://a.example.org/x?s=20", ()),
        ("https:\\\\a.example.org\\x", "https://a.example.org/x", ("scheme", "canonical")),
        ("https://a:b@a.example.org/x", "https://a.example.org/x", ("canonical",)),
        ("https://a.example.org./x", "https://a.example.org/x", ("canonical",)),
        ("https://a.example.org/b/../x/./", "https://a.example.org/x/", ("canonical",)),
        ("https://a.example.org/%7Ex%2D%2f", "https://a.example.org/~x-%2F", ("canonical",)),
        ("https://a.example.org/x?#", "https://a.example.org/x", ("canonical",)),
        (
            "https://a.example.org/[x]?a=[1]",
            "https://a.example.org/%5Bx%5D?a=%5B1%5D",
            ("canonical",),
        ),
        ("http://[2001:DB8:0::1]:80/a", "http://[2001:db8::1]/a", ("canonical",)),
        ("https://a.example.org/x?b=1&amp;c=2", "https://a.example.org/x?b=1&c=2", ("entity",)),
        ('https://a.example.org/x"></iframe>', "https://a.example.org/x", ("trim",)),
        ("www.example.org/x", "https://www.example.org/x", ("scheme-less",)),
        ("https://a.example.org/x.mp4?_=1", "https://a.example.org/x.mp4", ("tracking",)),
        ("https://a.example.org/x#xtor=RSS-1", "https://a.example.org/x", ("fragment",)),
        ("https://a.example.org/x#:~:text=a", "https://a.example.org/x", ("fragment",)),
        ("https://a.example.org/x#part-2", "https://a.example.org/x#part-2", ()),
    ],
)
def test_a_damaged_link_is_repaired(href: str, url: str, via: tuple[str, ...]) -> None:
    original = resolve(href)
    assert (original.url, original.via) == (url, via)


@pytest.mark.parametrize(
    "href",
    ["", "#top", "file:///c/a.pdf", "blob:https://a.example.org/1", "javascript:alert(1)",
     "data:,a", "tel:1", "ftp://a.example.org/", "http://[", "http://标题", "http://word", "https://a.example.org:99999/",
     "http://[fe80::1%25eth0]/",
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


def test_a_mail_address_with_the_scheme_of_a_page_is_mail() -> None:
    assert resolve("http://a.b@example.org").url == "mailto:a.b@example.org"
    assert resolve("http://a.b@example.org/x").url == "http://example.org/x"


def test_relative_links_to_pages_are_the_publisher_s() -> None:
    base = "https://www.minghui.org/mh/articles/2020/1/3/a.html"
    assert (
        resolve("b.html#2", None, base).url
        == "https://www.minghui.org/mh/articles/2020/1/3/b.html#2"
    )
    assert (
        resolve("../../c.html", PAGE, base).url == "https://www.minghui.org/mh/articles/2020/c.html"
    )
    assert resolve("b.html").kind == "invalid"
    assert resolve("a.example.org/b.html", None, base).url == "https://a.example.org/b.html"
    assert resolve("#note", None, base).kind == "invalid"


def test_root_relative_links_are_the_publisher_s() -> None:
    href = "/gb/24/3/4/n9000000.htm"
    assert resolve(href, PAGE, ORIGINAL).url == f"https://www.epochtimes.com{href}"
    assert resolve(href, PAGE).kind == "invalid"


def test_links_to_pages_of_the_mirror_are_articles_there() -> None:
    for href in ("../ncid9002/n9000002.md?1", PAGE.join("../ncid9002/n9000002.md").url):
        original = resolve(href, PAGE, ORIGINAL)
        assert original.kind == "article"
        assert original.url == MIRROR.at("pages/ncid9002/n9000002.md").page_url
    page_url = MIRROR.at("pages/ncid9002/n9000002.md").page_url
    wrapped = f"https://web.archive.org/web/2020/{page_url}?1#part"
    assert resolve(wrapped, PAGE, ORIGINAL).url == f"{page_url}#part"
    assert resolve(wrapped).kind == "article"
    # Some other ref of the same page is the page as the mirror has it.
    other = page_url.replace("/master/", "/HEAD/")
    assert resolve(f"https://archive.ph/newest/{other}", PAGE).url == page_url
    assert resolve("./README.md", PAGE).kind == "external"


def test_a_page_of_any_repository_has_one_address() -> None:
    blob = "https://github.com/village/other-news/blob/main/pages/nf1/n9000001.md"
    raw = "https://raw.githubusercontent.com/village/other-news/main/pages/nf1/n9000001.md"
    for url in (blob, raw, f"{blob}?t=07161702?t=04201721", f"{raw}?12"):
        assert resolve(url).url == blob
        assert resolve(url).kind == "article"
    assert resolve("https://www.github.com/village/news.git?n9000001").url == (
        "https://github.com/village/news"
    )
    for url in ("https://github.com/village/news/issues/1", "https://github.com/search?q=a"):
        assert resolve(url) == Original(url, "external", ())


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
             "\\", "..", "mailto:", "\u200b", "%", "xn--", ".md", "?", "&", "../", ";", "amp",
             "javascript:", "file:", "archive.ph", "web.archive.org/web/2020/", "google.com/url?q=",
             "youtu.be/", "github.com/village/evening-news/", "blob/", "raw/", "master", "HEAD/",
             "x.cdn.ampproject.org/c/s/", "translate.goog", "l.facebook.com/l.php?u=", "pages/"]
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
    assert resolve(original.url).url == original.url
    assert resolve(original.url, PAGE, ORIGINAL).url == original.url
    original.url.encode("ascii" if original.kind != "mail" else "utf-8")


HOSTS = (
    "a.example.org village.org amp.village.org www.epochtimes.com archive.ph www.archive.today "
    "web.archive.org archive.org "
    "youtu.be x.cdn.ampproject.org a-b.translate.goog www.google.com www.google.ca amp.example.org "
    "megalodon.jp perma.cc ghostarchive.org 12ft.io feedproxy.google.com feeds.feedburner.com "
    "bit.ly t.co a.page.link github.com raw.githubusercontent.com gitlab.com gitee.com "
    "codeberg.org git.example.org bitbucket.org urldefense.com timetravel.mementoweb.org disq.us "
)
PATHS = st.lists(
    st.sampled_from(
        ["http://", "https:/", "https%3A", "a.example.org", "/", "//", "web", "20200102030405", "o",
         "ab1Cd", "newest", "amp", ".amp.html", "c/s", "a", "b.md", "README.md", "blob/main", "-",
         "src/branch", ".", "..", "%E4%B8%A4", "%2F", "%41", "%25E4", "%22", "n9000001.htm", "@"]
    ),
    max_size=8,
).map("/".join)  # fmt: skip


@pytest.mark.parametrize(
    "url",
    ["https://www.village.org/wayback/20200102030405/http://a.village.org/",
     "https://www.village.org/o/r/raw/branch/main/a.md",
     "https://www.village.org/a%E3%80%80",
     "https://www.village.org/a/../b",
     "https://www.village.org/a/amp/",
     "https://youtu.be/ab-_1234567",
     "https://archive.ph/ab1Cd",
     "https://feeds.feedburner.com/~r/village/~3/abc/",
     "https://a.page.link/abc",
     "https://www.bit.ly/abc",
     "https://www.village.org/%41",
     "https://github.com/village/news/"],
)  # fmt: skip
def test_no_shortcut_is_taken_where_there_is_something_to_do(url: str) -> None:
    assert resolve(url) == _carried(url, "")
    assert resolve(url).via


@given(st.sampled_from(HOSTS.split()), PATHS, st.sampled_from(["http", "https"]))
def test_the_shortcut_for_sound_links_agrees_with_the_steps(
    host: str, path: str, scheme: str
) -> None:
    url = f"{scheme}://{host}/{path}"
    assert resolve(url) == _carried(url, "")
