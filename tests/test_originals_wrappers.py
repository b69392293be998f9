"""The page behind archives, caches, translations, AMP, redirects and short URLs."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.originals import resolve
from tests.epoch_pages import MIRROR, ORIGINAL

if TYPE_CHECKING:
    from collections.abc import Callable

PAGE = MIRROR.at("pages/ncid9001/n9000001.md")
A = "https://a.example.org/x?b=1&c=%E8%B7%AF"
ENCODED = quote(A, safe="")


@pytest.mark.parametrize(
    "wrapper",
    [
        # archive.today under all its names (Wikipedia, "archive.today"); /o/ID/ is what a link on a
        # saved page becomes, with the scheme or without.
        *(
            f"https://archive.{tld}/newest/{A}"
            for tld in ("ph", "is", "today", "md", "vn", "li", "fo")
        ),
        f"https://archive.ph/{A}",
        f"https://archive.ph/o/ab1Cd/{A}",
        f"https://archive.ph/o/ab1Cd/{A.removeprefix('https://')}",
        f"https://archive.ph/oldest/{A}",
        f"https://archive.ph/timegate/{A}",
        f"https://archive.ph/20200102030405/{A}",
        f"https://archive.ph/2020/{A}",
        f"https://archive.ph/2020.01.02-030405/{A}",
        f"https://archive.ph/?run=1&url={ENCODED}",
        f"https://archive.ph/submit/?url={ENCODED}",
        f"https://archive.ph/newest/{ENCODED}",
        # Wayback Machine; the modifiers are those of pywb's manual, "URL Rewriter".
        f"https://web.archive.org/web/20200102030405/{A}",
        f"http://www.archive.org/web/20200102/{A}",
        f"https://web.archive.org/web/2020*/{A}",
        f"https://web.archive.org/web/*/{A}",
        f"https://web.archive.org/web/*/{A}*",
        f"https://web.archive.org/web/{A}",
        f"https://web.archive.org/save/{A}",
        f"https://web.archive.org/save/_embed/{A}",
        f"https://web.archive.org/web/2020/{A.replace('//', '/', 1)}",
        f"https://web.archive.org/web/2020/{A.removeprefix('https://')}",
        *(f"https://web.archive.org/web/20200102030405{flag}_/{A}" for flag in ("id", "im", "js")),
        # OpenWayback and pywb at other archives; megalodon.jp; Memento Time Travel (its guide).
        f"https://arquivo.pt/wayback/20200102030405/{A}",
        f"https://wayback.archive-it.org/123/20200102030405mp_/{A}",
        f"https://megalodon.jp/2020-0102-0304-05/{A.replace('.org', '.org:443')}",
        f"http://timetravel.mementoweb.org/memento/2020/{A}",
        f"http://www.webcitation.org/5eWaHRbn4?url={ENCODED}",
        f"https://12ft.io/{A}",
        # Google's cache, with and without its number and the words that were searched for.
        f"https://webcache.googleusercontent.com/search?q=cache:JvpLDiFoA9YJ:{ENCODED}+&cd=5",
        f"https://webcache.googleusercontent.com/search?q=cache:{ENCODED}+two+words&hl=zh-CN",
        f"http://www.google.com/search?q=cache%3A{ENCODED}",
        # Google's translation of sites ("Enable your ad network for translation-related Google
        # Search features") and of single pages.
        "https://a-example-org.translate.goog/x?b=1&c=%E8%B7%AF&_x_tr_sl=zh-CN&_x_tr_tl=en",
        f"https://translate.google.com/translate?sl=zh-CN&tl=en&u={ENCODED}",
        f"https://translate.google.com.hk/translate?hl=en&u={ENCODED}&prev=search",
        # AMP caches and viewers (amp.dev, "AMP Cache URL format and request handling").
        "https://a-example-org.cdn.ampproject.org/c/s/a.example.org/x?b=1&c=%E8%B7%AF",
        "https://a-example-org.cdn.ampproject.org/v/s/a.example.org/x?b=1&c=%E8%B7%AF&amp_js_v=0.1",
        "https://cdn.ampproject.org/i/s/a.example.org/x?b=1&c=%E8%B7%AF",
        "https://www.google.ca/amp/s/a.example.org/x?b=1&c=%E8%B7%AF",
        "https://a.example.org/x?b=1&amp=1&c=%E8%B7%AF",
        "https://a.example.org/x?amp&b=1&c=%E8%B7%AF",
        # Redirects; google, youtube and steamcommunity as in the rules of ClearURLs.
        f"https://www.google.com/url?sa=t&url={ENCODED}&usg=a",
        f"https://www.google.co.jp/url?q={ENCODED}",
        f"https://www.youtube.com/redirect?event=video_description&redir_token=a&q={ENCODED}",
        f"https://l.facebook.com/l.php?u={ENCODED}&h=AT0",
        f"https://lm.facebook.com/l.php?u={ENCODED}",
        f"https://www.facebook.com/l.php?u={ENCODED}",
        f"https://l.instagram.com/?u={ENCODED}&e=a",
        f"https://nam01.safelinks.protection.outlook.com/?url={ENCODED}&data=05%7C01&reserved=0",
        f"https://out.reddit.com/t3_abc?url={ENCODED}&token=a",
        f"https://slack-redir.net/link?url={ENCODED}&v=3",
        f"https://vk.com/away.php?to={ENCODED}",
        f"https://link.zhihu.com/?target={ENCODED.replace('%2F', '/')}",
        f"https://weibo.cn/sinaurl?f=w&u={ENCODED}",
        f"https://t.umblr.com/redirect?z={ENCODED}&t=a",
        f"https://steamcommunity.com/linkfilter/?url={ENCODED}",
        f"https://disq.us/url?url={ENCODED}%3AabcdefGHIJKL0123456789-_xyz&cuid=1",
        f"https://href.li/?{A}",
        f"https://anonym.to/?{A}",
        f"https://duckduckgo.com/l/?uddg={ENCODED}&rut=a",
        f"https://village.page.link/?link={ENCODED}&apn=a",
        f"https://t.me/iv?url={ENCODED}&rhash=a",
        f"https://b.example.org/a/external.html?link={ENCODED}",
        # Encoded once more than needed, and in the spellings that repair knows.
        f"https://www.google.com/url?q={quote(ENCODED, safe='')}",
        f"https://www.google.com/url?q={quote(quote(ENCODED, safe=''), safe='')}",
        f"https://www.google.com/url?q=%20{ENCODED}%20",
        f" http://WWW.Google.com:80/url?q={ENCODED}&utm_source=a ",
    ],
)
def test_the_page_that_a_wrapper_names(wrapper: str) -> None:
    original = resolve(wrapper)
    assert original.url == A
    assert original.via


@pytest.mark.parametrize(
    ("wrapper", "url"),
    [
        ("https://www.example.org/_next/image?url=%2Fa%2Fb.jpg&w=640&q=75",
         "https://www.example.org/a/b.jpg"),
        ("https://www.example.org/_next/image?url=https%3A%2F%2Fi.example.org%2Fb.jpg&w=1",
         "https://i.example.org/b.jpg"),
        ("https://youtu.be/ab-_1234567?t=10", "https://www.youtube.com/watch?v=ab-_1234567&t=10"),
        ("https://youtu.be/ab-_1234567?si=a", "https://www.youtube.com/watch?v=ab-_1234567"),
        ("https://www.youtube.com/attribution_link?a=1&u=%2Fwatch%3Fv%3Dab-_1234567%26feature%3Dshare",
         "https://www.youtube.com/watch?v=ab-_1234567"),
        ("https://a--b-example-org.translate.goog/x?_x_tr_sch=http", "http://a-b.example.org/x"),
        ("https://1-cn--sec-com.translate.goog/a.html?_x_tr_enc=1&_x_tr_sl=zh-CN",
         "https://cn-sec.com/a.html"),
        ("https://example-org.translate.goog/x?_x_tr_hp=a-very-long-", "https://a.very.long.example.org/x"),
        ("https://example-org.cdn.ampproject.org/c/example.org/x", "http://example.org/x"),
        ("https://www.google.com/url?q=https://a.example.org/x#part", "https://a.example.org/x#part"),
        ("https://web.archive.org/web/2020/http://例子.测试/路",
         "http://xn--fsqu00a.xn--0zwm56d/%E8%B7%AF"),
        # GBK bytes, as found: what they mean is not for a URL to say.
        ("https://www.google.com/url?q=http%3A%2F%2Fa.example.org%2F%D6%D0", "http://a.example.org/%D6%D0"),
        ("https://www.google.com/url?q=http%3A%2F%2Fa.example.org%2F%25D6%25D0", "http://a.example.org/%D6%D0"),
    ],
)  # fmt: skip
def test_what_wrappers_write_in_their_own_way(wrapper: str, url: str) -> None:
    assert resolve(wrapper).url == url


@pytest.mark.parametrize("scheme", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,a",
                                    "blob:https://a.example.org/1", "//", "about:blank", "a b",
                                    "mailto:a@example.org", "chrome://settings"])  # fmt: skip
@pytest.mark.parametrize(
    "wrapper",
    ["https://www.google.com/url?q={}", "https://l.facebook.com/l.php?u={}", "https://href.li/?{}",
     "https://www.example.org/_next/image?url={}", "https://web.archive.org/web/2020/{}",
     "https://archive.ph/newest/{}", "https://www.youtube.com/redirect?q={}"],
)  # fmt: skip
def test_a_wrapper_of_no_web_page_stays(wrapper: str, scheme: str) -> None:
    wrapped = wrapper.format(quote(scheme, safe=""))
    original = resolve(wrapped)
    assert original.url.partition("?")[0] == wrapped.partition("?")[0]
    assert original.kind != "invalid"
    nested = f"https://archive.ph/newest/{wrapped}"
    assert resolve(nested).url == original.url


@pytest.mark.parametrize(
    ("url", "mark"),
    [
        ("https://bit.ly/abc", "shortener"),
        ("https://t.co/abc", "shortener"),
        ("https://ept.ms/abc", "shortener"),
        ("https://git.io/abc", "shortener"),
        ("https://disq.us/p/abc", "shortener"),
        ("https://archive.ph/ab1Cd", "snapshot"),
        ("https://archive.is/wip/ab1Cd", "snapshot"),
        ("https://archive.ph/ab1Cd#selection-1.0-2.1", "snapshot"),
        ("https://perma.cc/AB12-CD34", "snapshot"),
        ("https://feedproxy.google.com/~r/village/~3/abc/", "opaque"),
        ("https://www.baidu.com/link?url=abc", "opaque"),
        ("https://www.google.com/url?q=javascript:a", "opaque"),
        ("https://l.facebook.com/l.php?u=file:///a", "opaque"),
        ("https://www.example.org/a/amp/", "amp"),
        ("https://www.example.org/amp/a", "amp"),
        ("https://www.example.org/a.amp.html", "amp"),
        ("https://amp.example.org/a", "amp"),
    ],
)
def test_what_a_url_alone_cannot_tell_is_marked(url: str, mark: str) -> None:
    original = resolve(url)
    assert (original.url, original.via[-1:]) == (url, (mark,))


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.facebook.com/sharer/sharer.php?u=https%3A%2F%2Fa.example.org%2F", "social"),
        ("https://twitter.com/intent/tweet?url=https%3A%2F%2Fa.example.org%2F", "social"),
        ("https://t.me/share/url?url=https%3A%2F%2Fa.example.org%2F", "social"),
        ("https://t.me/village", "social"),
        ("https://bit.ly/", "external"),
        ("https://archive.ph/", "external"),
        ("https://archive.ph/faq", "external"),
        ("https://web.archive.org/", "external"),
        ("https://archive.org/details/abc", "external"),
        ("https://www.google.com/search?q=https%3A%2F%2Fa.example.org%2F", "external"),
        ("https://a.example.org/login?url=https%3A%2F%2Fb.example.org%2F", "external"),
        ("https://a.example.org/20200102/https", "external"),
    ],
)
def test_what_only_looks_like_a_wrapper_stays(url: str, kind: str) -> None:
    original = resolve(url)
    assert (original.url, original.kind) == (url, kind)


def _translated(url: str) -> str:
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    path, hash_, fragment = path.partition("#")
    prefix = host.replace("-", "--").replace(".", "-")
    separator = "&" if "?" in path else "?"
    return (
        f"https://{prefix}.translate.goog{slash}{path}{separator}_x_tr_sl=zh-CN&_x_tr_sch={scheme}"
        f"{hash_}{fragment}"
    )


def _amp_cached(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"https://a-b.cdn.ampproject.org/c/{'s/' if scheme == 'https' else ''}{rest}"


def _in_parameter(before: str, after: str = "") -> Callable[[str], str]:
    return lambda url: f"{before}{quote(url, safe='')}{after}"


def _twice_in_parameter(url: str) -> str:
    return f"https://www.google.com/url?q={quote(quote(url, safe=''), safe='')}"


def _in_path(before: str) -> Callable[[str], str]:
    return lambda url: before + url


WRAPPERS: list[Callable[[str], str]] = [
    _in_path("https://archive.ph/"),
    _in_path("https://archive.is/newest/"),
    _in_path("https://archive.md/o/ab1Cd/"),
    _in_path("https://archive.today/20200102030405/"),
    _in_path("https://web.archive.org/web/20200102030405/"),
    _in_path("http://web.archive.org/web/2020id_/"),
    _in_path("https://arquivo.pt/wayback/20200102030405/"),
    _in_path("https://href.li/?"),
    _amp_cached,
    _in_parameter(
        "https://webcache.googleusercontent.com/search?q=cache:AB1_-cdEFGHI:", "+a&hl=en"
    ),
    _in_parameter("https://translate.google.com/translate?sl=auto&u="),
    _in_parameter("https://www.google.com/url?sa=t&url=", "&usg=a"),
    _in_parameter("https://l.facebook.com/l.php?u=", "&h=AT0"),
    _in_parameter("https://www.youtube.com/redirect?q="),
    _in_parameter("https://eur01.safelinks.protection.outlook.com/?url=", "&data=a%7Cb&reserved=0"),
    _in_parameter("https://link.zhihu.com/?target="),
    _in_parameter("https://weibo.cn/sinaurl?u="),
    _in_parameter("https://vk.com/away.php?to="),
    _in_parameter("https://www.example.org/_next/image?url=", "&w=640&q=75"),
    _twice_in_parameter,
]

HOSTS = st.sampled_from(
    ["a.example.org", "www.example-site.org", "x1.example.co.uk", "xn--fsqu00a.xn--0zwm56d",
     "a.example.org:8080", "192.0.2.1", "www.epochtimes.com", "www.youtube.com", "github.com"]
)  # fmt: skip
PIECES = st.sampled_from(
    ["/", "a", "b.html", "n9000001.htm", "%E8%B7%AF", "%D6", "%20b", "%2F", "%25", "%2B", "+", "-",
     "--", "~", "(", "'", ":", ";", "@", "=", ",", "!", "amp", "cache:", "tag"]
)  # fmt: skip
QUERIES = st.lists(
    st.sampled_from(
        ["a=1", "b=%26", "c=%E8%B7%AF", "d=%23", "e=a+b", "f", "g=%253D", "h=/x", "i=?"]
    ),
    max_size=3,
    unique=True,
).map("&".join)
FRAGMENTS = st.sampled_from(["", "", "#part", "#%E8%B7%AF", "#a=1"])


@st.composite
def pages(draw: st.DrawFn) -> str:
    """URLs of pages that stand for themselves, in every spelling that canonical form allows."""
    path = "/" + "".join(draw(st.lists(PIECES, max_size=6)))
    query = draw(QUERIES)
    url = f"{draw(st.sampled_from(['http', 'https']))}://{draw(HOSTS)}{path}"
    return resolve(f"{url}{'?' if query else ''}{query}{draw(FRAGMENTS)}").url


@given(pages().filter(bool), st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=4))
def test_any_page_in_any_wrappers_is_found_again(
    page: str, wrappers: list[Callable[[str], str]]
) -> None:
    wrapped = page
    for wrap in wrappers:
        wrapped = wrap(wrapped)
    assert resolve(wrapped).url == page
    assert resolve(wrapped, PAGE, ORIGINAL).url == page


@given(pages().filter(lambda url: ":8080" not in url and "192." not in url and "xn--" not in url))
def test_any_page_in_translation_is_found_again(page: str) -> None:
    if page:
        assert resolve(_translated(page)).url == page


@given(
    st.lists(st.sampled_from(WRAPPERS), min_size=1, max_size=4),
    st.sampled_from(
        ["javascript:", "file:///", "data:", "blob:http://", "vbscript:", "ftp://", ""]
    ),
    st.text(max_size=12),
)
@example([WRAPPERS[0]], "", "javascript:http://a.example.org/")
def test_no_private_scheme_ever_comes_out(
    wrappers: list[Callable[[str], str]], scheme: str, rest: str
) -> None:
    href = scheme + rest
    for wrap in wrappers:
        href = wrap(href) if href.isascii() else wrap(quote(href, safe=""))
        original = resolve(href, PAGE, ORIGINAL)
        assert original.url == "" or original.url.startswith(("http://", "https://", "mailto:"))
        assert resolve(original.url, PAGE, ORIGINAL).url == original.url
        assert resolve(original.url).url == original.url


def test_wrappers_nested_beyond_reason_are_invalid() -> None:
    assert resolve("https://archive.ph/" * 60 + A).url == A
    assert resolve("https://archive.ph/" * 100 + A).kind == "invalid"


@pytest.mark.parametrize(
    "piece",
    ["a", " ", "%", "%20", "%22", "http://", "https:", "/", "../", "?", "&", "&amp;", "#", "@", "-",
     ".", "：", "茶", "\u200b", "a.", "a@", "https://archive.ph/", "url=", "[", "\\", "%25", '"',
     "https%253A", "cache:", "-.", ":~:"],
)  # fmt: skip
@pytest.mark.parametrize(
    "before", ["", "http", "https://a.example.org/", "https://www.google.com/url?q="]
)
def test_long_links_take_bounded_time(before: str, piece: str) -> None:
    for size in (8_000, 1_000_000):
        href = (before + piece * (size // len(piece)))[:size]
        started = time.perf_counter()
        original = resolve(href, PAGE, ORIGINAL)
        assert time.perf_counter() - started < 2
        assert len(original.url) <= 8192
        assert resolve(original.url, PAGE, ORIGINAL).url == original.url
