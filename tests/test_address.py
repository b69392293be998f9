"""Addresses of pages: the views of each forge, links between pages, hostile text."""

from __future__ import annotations

import pickle
from urllib.parse import urljoin

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from w3lib.url import safe_url_string

from mirror.address import Address, Forge, Mirror, mirror_named, parse, parse_mirror

GITHUB = Mirror(Forge.GITHUB, "https://github.com", "chenbao", "village-news", "master")
GITLAB = Mirror(Forge.GITLAB, "https://gitlab.com", "press/asia", "village-news", "master")
GITEE = Mirror(Forge.GITEE, "https://gitee.com", "chenbao", "village-news", "master")
GITEA = Mirror(Forge.GITEA, "https://codeberg.org", "chenbao", "village-news", "master")
BITBUCKET = Mirror(Forge.BITBUCKET, "https://bitbucket.org", "chenbao", "village-news", "master")
PLAIN = Mirror(Forge.PLAIN, "http://127.0.0.1:8099/")
PLAIN_BELOW = Mirror(Forge.PLAIN, "https://mirror.example/news/%E6%99%A8%E6%8A%A5/")
OWN_GITLAB = Mirror(Forge.GITLAB, "https://code.example:8443", "a/b/c", "news", "main")
OWN_GITEA = Mirror(Forge.GITEA, "http://git.example:3000", "chenbao", "village-news", "main")
FORGES = [GITHUB, GITLAB, GITEE, GITEA, BITBUCKET, OWN_GITLAB, OWN_GITEA]
MIRRORS = [*FORGES, PLAIN, PLAIN_BELOW]

# Paths as Git can hold them: any bytes but NUL and slash in a segment.
segments = (
    st.one_of(
        st.text("ab.-_%?# ()&+:@~\\\"'<>新闻é\u200b\u2028\x08", min_size=1, max_size=8),
        st.binary(min_size=1, max_size=6).map(lambda data: data.decode("utf-8", "surrogateescape")),
    )
    .filter(lambda segment: segment not in (".", "..") and not {"/", "\0"} & set(segment))
    .map(lambda segment: segment.encode("utf-8", "surrogateescape"))
    .map(lambda data: data.decode("utf-8", "surrogateescape"))
)
paths = st.lists(segments, min_size=1, max_size=4).map("/".join)
refs = st.lists(st.text("abv0159.-%#新", min_size=1, max_size=45), min_size=1, max_size=3).map(
    "/".join
)
some_ref = refs.filter(
    lambda ref: not {".", ".."} & set(ref.split("/")) and ref not in ("branch", "tag", "commit")
)
some_mirror = st.sampled_from(MIRRORS)
some_forge = st.sampled_from(FORGES)

# Text that gets deep into the parsers: the words of URLs, the characters that matter, and noise.
pieces = st.sampled_from(
    [
        *("../", "./", "/", "//", "\\", "?", "#", "%", "%2F", "%2e%2e/", "%00", "%zz", "%E6", "@"),
        *(":", "http:", "https://", "HTTPS://", "file:///", "javascript:", "data:", "[", "[::1]"),
        *("github.com", "www.github.com", "raw.githubusercontent.com", "127.0.0.1:8099", ":99999"),
        *("gitlab.com", "gitee.com", "codeberg.org", "bitbucket.org", "mirror.example", ":٣", ":"),
        *("/chenbao", "/press/asia", "/village-news", ".git", "/-/", "/blob/", "/tree/", "/raw/"),
        *("/src/", "/branch/", "/tag/", "/commit/", "/master/", "/HEAD/", "refs/heads/", "README"),
        *(" ", "\t", "\n", "\0", "\x7f", "\ud800", "\udc2f", "\udce6", "\u3002", "新闻", "ß", "１"),
    ]
)
hostile = st.one_of(
    st.text(), st.lists(st.one_of(pieces, st.characters()), max_size=14).map("".join)
)


def views(address: Address) -> list[str]:
    return [address.url, address.page_url, address.tree_url]


# --- views -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mirror", "raw", "blob", "tree"),
    [
        (
            GITHUB,
            "https://raw.githubusercontent.com/chenbao/village-news/master/a/b%20c.md",
            "https://github.com/chenbao/village-news/blob/master/a/b%20c.md",
            "https://github.com/chenbao/village-news/tree/master/a/b%20c.md",
        ),
        (
            GITLAB,
            "https://gitlab.com/press/asia/village-news/-/raw/master/a/b%20c.md",
            "https://gitlab.com/press/asia/village-news/-/blob/master/a/b%20c.md",
            "https://gitlab.com/press/asia/village-news/-/tree/master/a/b%20c.md",
        ),
        (
            GITEE,
            "https://gitee.com/chenbao/village-news/raw/master/a/b%20c.md",
            "https://gitee.com/chenbao/village-news/blob/master/a/b%20c.md",
            "https://gitee.com/chenbao/village-news/tree/master/a/b%20c.md",
        ),
        (
            GITEA,
            "https://codeberg.org/chenbao/village-news/raw/branch/master/a/b%20c.md",
            "https://codeberg.org/chenbao/village-news/src/branch/master/a/b%20c.md",
            "https://codeberg.org/chenbao/village-news/src/branch/master/a/b%20c.md",
        ),
        (
            BITBUCKET,
            "https://bitbucket.org/chenbao/village-news/raw/master/a/b%20c.md",
            "https://bitbucket.org/chenbao/village-news/src/master/a/b%20c.md",
            "https://bitbucket.org/chenbao/village-news/src/master/a/b%20c.md",
        ),
        (PLAIN, *["http://127.0.0.1:8099/a/b%20c.md"] * 3),
    ],
)
def test_each_forge_has_its_views(mirror: Mirror, raw: str, blob: str, tree: str) -> None:
    assert views(mirror.at("a/b c.md")) == [raw, blob, tree]


@given(some_forge, some_ref, paths)
def test_views_lead_back_to_the_address(mirror: Mirror, ref: str, path: str) -> None:
    address = mirror.with_ref(ref).at(path)
    assume(not (ref.startswith("refs") or f"{ref}/{path}".startswith("refs/")))
    for view in views(address):
        assert address.mirror.find(view) == address
        assert parse(view, [ref, "a", "main"]) == address
        assert parse(parse(view, [ref]).url, [ref]).url == address.url
        target = address.mirror.at("x/y.md").join(view)
        assert (target.kind, target.address, target.url) == ("page", address, address.url)


@given(st.sampled_from([PLAIN, PLAIN_BELOW]), paths)
def test_plain_urls_lead_back_to_the_address(mirror: Mirror, path: str) -> None:
    address = mirror.at(path)
    assert mirror.find(address.url) == address
    assert mirror.at("x/y.md").join(address.url).address == address


@given(some_mirror, paths)
def test_no_library_on_the_way_respells_a_url(mirror: Mirror, path: str) -> None:
    for view in views(mirror.at(path)):
        assert view == safe_url_string(view)
        assert view.isascii()
        assert not set("?#") & set(view)


@given(some_mirror, paths)
def test_a_path_has_one_spelling(mirror: Mirror, path: str) -> None:
    address = mirror.at(path)
    assert mirror.at(address.path) == address
    assert mirror.at(f"/x/..//./{path}/") == address
    assert pickle.loads(pickle.dumps(address)) == address


@pytest.mark.parametrize("path", ["..", "a/../..", "/../a", "a\0b", "a\ud800b"])
def test_what_is_no_path_in_the_tree_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="path"):
        GITHUB.at(path)


@pytest.mark.parametrize(
    ("url", "refs", "ref", "path"),
    [
        ("https://github.com/o/r", [], None, ""),
        ("https://github.com/o/r.git", [], None, ""),
        ("https://github.com/o/r/blob/HEAD/a.md", [], None, "a.md"),
        ("http://www.github.com:80/o/r/raw/master/a.md?raw=true#L3", [], "master", "a.md"),
        ("https://user:pw@GitHub.COM:443/o/r/blame/master/a.md", [], "master", "a.md"),
        ("https://raw.githubusercontent.com/o/r/refs/heads/dev/a.md", [], "dev", "a.md"),
        ("https://raw.githubusercontent.com/o/r/refs/tags/v1/a.md", ["v1"], "v1", "a.md"),
        ("https://github.com/o/r/blob/a/b/c.md", [], "a", "b/c.md"),
        ("https://github.com/o/r/blob/a/b/c.md", ["a", "a/b", "a/x"], "a/b", "c.md"),
        ("https://github.com/o/r/tree/a/b", ["refs/heads/a/b"], "a/b", ""),
        ("https://github.com/o/r/blob/a%2Fb/c.md", [], "a/b", "c.md"),
        ("https://gitlab.com/g/s/r/-/blob/a/b.md?ref_type=heads", [], "a", "b.md"),
        ("https://gitlab.com/g/s/r/raw/a/b.md", [], "a", "b.md"),
        ("https://code.example/g/s/r/-/tree/a/b", [], "a", "b"),
        ("https://codeberg.org/o/r/src/tag/v1/a.md", [], "refs/tags/v1", "a.md"),
        ("https://codeberg.org/o/r/raw/v1/a.md", [], "v1", "a.md"),
        ("https://git.example:3000/o/r/raw/commit/0a1b2c3/a.md", [], "0a1b2c3", "a.md"),
        ("https://codeberg.org/o/r/src/branch/0a1b2c3/a.md", [], "refs/heads/0a1b2c3", "a.md"),
        ("https://codeberg.org/o/r/src/branch/20240101/a.md", [], "20240101", "a.md"),
        ("https://codeberg.org/o/r/src/branch/HEAD/a.md", [], None, "a.md"),
        ("https://bitbucket.org/o/r/src/a%2Fb/c.md", [], "a/b", "c.md"),
        ("https://raw.giteeusercontent.com/o/r/raw/master/a.md", [], "master", "a.md"),
    ],
)
def test_any_view_is_read(url: str, refs: list[str], ref: str | None, path: str) -> None:
    address = parse(url, refs)
    assert (address.mirror.ref, address.path) == (ref, path)
    known = [ref] if ref else []
    assert parse(address.url, known) == address
    assert parse(address.page_url, known) == address


@pytest.mark.parametrize(
    "url",
    [
        *("", "a.md", "https://example.org/o/r", "https://github.com/o", "https://github.com/"),
        *("https://github.com/o/r/issues/1", "https://gist.github.com/o/r", "ftp://github.com/o/r"),
        *(
            "https://github.com/o%2Fr/x",
            "https://github.com/o/r\0x",
            "http://[",
            "//github.com:x/o/r",
        ),
    ],
)
def test_what_is_no_view_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="no page of a repository"):
        parse(url)


def test_bitbucket_alone_encodes_the_slash_of_a_ref() -> None:
    assert BITBUCKET.with_ref("a/b").at("c.md").url.endswith("/raw/a%2Fb/c.md")
    for mirror in FORGES:
        if mirror is not BITBUCKET:
            assert mirror.with_ref("a/b#").at("c.md").url.endswith("/a/b%23/c.md")


def test_an_unresolved_ref_is_head_in_every_view() -> None:
    for mirror in FORGES:
        unresolved = parse_mirror(mirror.home_url) if "example" not in mirror.base else None
        if unresolved:
            assert unresolved.ref is None
            assert "/HEAD/a.md" in unresolved.at("a.md").url
            assert unresolved.with_ref("master").at("a.md") == mirror.at("a.md")
            assert mirror.with_ref("HEAD") == unresolved


@pytest.mark.parametrize("ref", ["", "a//b", "/a", "..", "a/../b", "a\nb"])
def test_what_is_no_ref_is_refused(ref: str) -> None:
    with pytest.raises(ValueError, match="not a ref"):
        GITHUB.with_ref(ref)


# --- mirrors -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "mirror"),
    [
        ("https://github.com/chenbao/village-news/tree/master", GITHUB),
        (" http://www.GitHub.com/chenbao/village-news/blob/master/x.md?1#2 ", GITHUB),
        ("https://raw.githubusercontent.com/chenbao/village-news/master/README.md", GITHUB),
        ("http://127.0.0.1:8099", PLAIN),
        ("http://me:secret@127.0.0.1:08099/x/../?y", PLAIN),
        ("https://Mirror.Example.:443/news/晨报", PLAIN_BELOW),
        ("https://code.example:8443/a/b/c/news/-/tree/main", OWN_GITLAB),
        ("http://git.example:3000/chenbao/village-news/src/branch/main/", OWN_GITEA),
    ],
)
def test_a_mirror_is_read_from_what_a_person_gives(text: str, mirror: Mirror) -> None:
    assert parse_mirror(text) == mirror


@pytest.mark.parametrize(
    "text",
    [
        *("github.com/chenbao/village-news", "https://github.com/chenbao/village-news.git/"),
        *("git@github.com:chenbao/village-news.git", "git://github.com/chenbao/village-news.git"),
        "ssh://git@github.com:22/chenbao/village-news.git",
    ],
)
def test_git_urls_name_the_same_mirror(text: str) -> None:
    assert parse_mirror(text).with_ref("master") == GITHUB


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no http"),
        ("demo", "no http"),
        ("/srv/news.git", "no http"),
        ("https://me:secret@[/x", "no http"),
        ("https://me:sec/ret@host:x/", "no http"),
        ("https://me:secret@github.com/o", "no page or home of a repository at https://github.com"),
        ("https://me:secret@code.example/o/r.git", "nothing tells which forge"),
    ],
)
def test_a_refused_mirror_says_why_and_keeps_the_password_to_itself(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as refused:
        parse_mirror(text)
    assert "sec" not in str(refused.value)


def test_a_mirror_has_names() -> None:
    assert GITHUB.name == "github.com/chenbao/village-news"
    assert GITHUB.slug == "github.com-chenbao-village-news"
    assert GITHUB.git_url == "https://github.com/chenbao/village-news.git"
    assert GITHUB.raw_origins == {"https://raw.githubusercontent.com"}
    assert OWN_GITLAB.name == "code.example:8443/a/b/c/news"
    assert OWN_GITLAB.raw_origins == {"https://code.example:8443"}
    assert (PLAIN.name, PLAIN.slug) == ("127.0.0.1:8099", "127.0.0.1-8099")
    assert (PLAIN.home_url, PLAIN.git_url) == ("http://127.0.0.1:8099/", None)
    assert PLAIN_BELOW.name == "mirror.example/news/%E6%99%A8%E6%8A%A5"
    assert PLAIN_BELOW.raw_origins == {"https://mirror.example"}


@given(some_mirror, some_ref, paths)
@example(GITEA, "refs/tags/v1", "a")
@example(BITBUCKET, "a/b", "a/b")
def test_a_mirror_is_known_again_by_its_name_and_any_page(
    mirror: Mirror, ref: str, path: str
) -> None:
    if mirror.forge is not Forge.PLAIN:
        mirror = mirror.with_ref(ref)
    refs = [mirror.ref] if mirror.ref else []
    assert mirror_named(mirror.name, mirror.at(path).url, refs) == mirror


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("github.com/chenbao/other", "https://raw.githubusercontent.com/chenbao/news/main/a.md"),
        ("127.0.0.1:8099", "http://127.0.0.1:8098/a.md"),
        ("127.0.0.1:8099/base", "http://127.0.0.1:8099/a.md"),
        ("127.0.0.1:8099", "a.md"),
        ("", "http:///a.md"),
    ],
)
def test_a_page_of_another_mirror_is_refused(name: str, url: str) -> None:
    with pytest.raises(ValueError, match="no page of the mirror"):
        mirror_named(name, url)


@given(hostile, hostile)
def test_any_name_and_url_give_a_mirror_of_that_name_or_none(name: str, url: str) -> None:
    try:
        mirror = mirror_named(name, url)
    except ValueError:
        return
    assert mirror.find(url) is not None


names = st.text("aB1._-", min_size=1, max_size=60)


@given(st.text(max_size=120), names, names)
@example("..", "-", ".")
@example("晨报", "a", "b")
@example("CON/A%2Fb", "A", "a" * 300)
def test_a_slug_is_a_safe_file_name(base: str, owner: str, repo: str) -> None:
    slugs = [Mirror(Forge.GITHUB, "https://github.com", owner, repo).slug]
    for url in (f"http://[::1]/{base}", f"http://{base}"):
        try:
            slugs.append(parse_mirror(url).slug)
        except ValueError:
            continue
    for slug in slugs:
        assert 0 < len(slug) <= 80
        assert set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
        assert slug[0] not in ".-"


def test_mirrors_that_differ_have_slugs_that_differ() -> None:
    texts = [
        f"http://h/{path}" for path in ("a", "A", "é", "e%CC%81", "a" * 90, "a" * 91, "", "a%20")
    ]
    assert len({parse_mirror(text).slug for text in texts}) == len(texts)


# --- links -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirror", MIRRORS, ids=lambda mirror: mirror.name)
@pytest.mark.parametrize(
    ("href", "path"),
    [
        ("../../indexes/c1/README.md?10211645", "indexes/c1/README.md"),
        ("./3.md?t=1?t=1", "pages/c1/3.md"),
        ("热点 新闻.md#上", "pages/c1/热点 新闻.md"),
        ("%E7%83%AD%E7%82%B9%20%E6%96%B0%E9%97%BB.md", "pages/c1/热点 新闻.md"),
        ("..//./c2/%2e%2e/c3/x.md/", "pages/c3/x.md"),
        ("a\\b.md", "pages/c1/a/b.md"),
        (" \x01../c2/\nx.md\t", "pages/c2/x.md"),
        ("a%252Fb.md", "pages/c1/a%2Fb.md"),
        ("", "pages/c1/n1.md"),
        ("?n1", "pages/c1/n1.md"),
        ("#top", "pages/c1/n1.md"),
    ],
)
def test_a_link_into_the_tree_is_a_page(mirror: Mirror, href: str, path: str) -> None:
    target = mirror.at("pages/c1/n1.md").join(href)
    assert (target.kind, target.address) == ("page", mirror.at(path))
    assert target.url == mirror.at(path).url


def test_an_encoded_slash_is_no_separator() -> None:
    page = PLAIN.at("pages/c1/n1.md")
    target = page.join("a%2fb.md")
    assert target.address != page.join("a/b.md").address
    assert target.url == "http://127.0.0.1:8099/pages/c1/a%2Fb.md"
    assert PLAIN.find(target.url) == target.address
    assert page.join("..%2f..%2fx.md").kind == "page"


@pytest.mark.parametrize("mirror", MIRRORS, ids=lambda mirror: mirror.name)
@pytest.mark.parametrize("href", ["../..", "../../..", "../../../..?n1", "../../../../"])
def test_a_link_to_the_repository_is_home(mirror: Mirror, href: str) -> None:
    target = mirror.at("pages/c1/n1.md").join(href)
    assert (target.kind, target.url, target.address) == ("home", mirror.home_url, None)


@pytest.mark.parametrize("mirror", FORGES, ids=lambda mirror: mirror.name)
@pytest.mark.parametrize(
    "href",
    [
        *("../../../../../village-comment?n1", "../../../../../village-comment.git"),
        "../../../../../village-comment/blob/master/README.md?t=1",
        "{base}/{owner}/village-comment",
        "/{owner}/village-comment/#readme",
    ],
)
def test_a_link_to_another_repository_of_the_owner_is_a_sister(mirror: Mirror, href: str) -> None:
    href = href.format(base=mirror.base, owner=mirror.owner.upper())
    target = mirror.at("pages/c1/n1.md").join(href)
    assert (target.kind, target.name) == ("sister", f"{mirror.owner}/village-comment")
    assert target.url == f"{mirror.base}/{mirror.owner}/village-comment"


def test_forges_with_longer_views_understand_their_own_links_too() -> None:
    page = GITLAB.at("pages/c1/n1.md")
    assert page.join("../../../../../../village-comment").name == "press/asia/village-comment"
    assert page.join("../../../../../-/issues").url.endswith("/asia/village-news/-/issues")
    assert page.join("../../../../../village-news").kind == "home"
    for href in ("../../../../../", "../../../../../../"):
        there = page.join(f"{href}village-news/blob/master/a.md")
        assert there.address == GITLAB.at("a.md")
    assert page.join("../../../../../../..").url == "https://gitlab.com/press"


def test_a_plain_mirror_knows_sisters_by_name_alone() -> None:
    for mirror in (PLAIN, PLAIN_BELOW):
        page = mirror.at("pages/c1/n1.md")
        for href in ("../../../../../village-comment?n1", "../../../../../village-comment/blob/x"):
            target = page.join(href)
            assert (target.kind, target.url, target.name) == ("sister", "", "village-comment")
        for href in ("../../../../..", "../../../../../../a/b", "../../../../issues"):
            assert page.join(href).kind == "invalid"
        for href in ("../../../master/a.md", "../../../../blob/master/a.md"):
            assert page.join(href).address == mirror.at("a.md")


def test_a_slash_in_the_ref_does_not_change_where_links_lead() -> None:
    for mirror in FORGES:
        long, short = (mirror.with_ref(ref).at("pages/c1/n1.md") for ref in ("a/b", "a"))
        for href in ("../..", "../../../..", "../../../../x", "../../../../../village-comment"):
            assert long.join(href) == short.join(href)


@pytest.mark.parametrize(
    ("href", "kind", "url"),
    [
        ("https://github.com/chenbao/village-news?1", "home", GITHUB.home_url),
        ("//github.com/Chenbao/Village-News.git#x", "home", GITHUB.home_url),
        ("https://github.com/chenbao/village-news/tree/master/", "home", GITHUB.home_url),
        ("/chenbao/village-news/blob/HEAD/a.md", "page", GITHUB.at("a.md").url),
        ("https://github.com/chenbao/village-news/raw/master/a.md", "page", GITHUB.at("a.md").url),
        *(
            (url, "outside", url)
            for url in (
                "https://github.com/chenbao/village-news/blob/dev/a.md",
                "https://github.com/chenbao/village-news/issues?q=1",
                "https://github.com/chenbao",
                "https://github.com/other/village-news",
                "http://192.0.2.7:81/y.html?a?b",
            )
        ),
        ("../../../issues?q=1", "outside", "https://github.com/chenbao/village-news/issues?q=1"),
        ("HTTPS:\\\\U:P@Example.ORG:443\\晨 报?é#f", "outside", "https://example.org/%E6%99%A8%20%E6%8A%A5?%C3%A9"),
        ("https:///bücher.example", "outside", "https://xn--bcher-kva.example/"),
        ("http://[2001:DB8::0:1]:80/", "outside", "http://[2001:db8::1]/"),
    ],
)  # fmt: skip
def test_absolute_links_are_told_apart(href: str, kind: str, url: str) -> None:
    target = GITHUB.at("pages/n1.md").join(href)
    assert (target.kind, target.url) == (kind, url)


@pytest.mark.parametrize("mirror", MIRRORS, ids=lambda mirror: mirror.name)
@pytest.mark.parametrize(
    "href",
    [
        *("file:///etc/passwd", "data:text/html,x", "JavaScript:alert(1)", "ftp://h/x", "blob:x"),
        *("mailto:a@b.example", " java\nscript:x", "http://[", "http://[::1", "http://[1%25a]/"),
        *("http://h:99999/", "http://h:x/", "http://", "https:", "//", "http://a b/", "http://%20/"),
        *("http://[x::y]/", "http://a..é/"),
        *("http://..", "http://" + "a" * 300, "http://" + "ü" * 300, "x%00y"),
        "http://h:" + "9" * 5000,
    ],
)  # fmt: skip
def test_what_cannot_be_fetched_is_invalid(mirror: Mirror, href: str) -> None:
    target = mirror.at("pages/c1/n1.md").join(href)
    assert (target.kind, target.url, target.address) == ("invalid", "", None)


def test_a_fragment_is_kept_apart() -> None:
    page = GITHUB.at("n1.md")
    assert page.join("a.md?1#第二 节").fragment == "%E7%AC%AC%E4%BA%8C%20%E8%8A%82"
    assert page.join("a.md#x").url == page.join("a.md").url


def test_pages_are_found_by_any_view_and_nothing_else_is() -> None:
    assert GITHUB.find(f"{GITHUB.home_url}.git") == GITHUB.at("")
    assert GITHUB.find("https://github.com/chenbao/village-news/blob/dev/a.md") is None
    assert (
        GITHUB.find("https://github.com/chenbao/village-news/blob/master/x/a.md", ["master/x"])
        is None
    )
    assert GITHUB.with_ref("a/b").find(GITHUB.with_ref("a/b").at("c").url) is not None
    assert GITHUB.find("README.md") is None
    assert GITHUB.find("https://github.com/chenbao/village-comment/blob/master/a.md") is None
    assert PLAIN_BELOW.find("https://mirror.example/news/a.md") is None
    assert PLAIN_BELOW.find("http://mirror.example/news/%E6%99%A8%E6%8A%A5/a.md") is None
    assert PLAIN_BELOW.find("https://mirror.example/news/晨报/a.md?1") == PLAIN_BELOW.at("a.md")


# --- properties of links -----------------------------------------------------------------------


@given(some_mirror, paths, hostile)
@example(GITHUB, "a", "http://\u2100/")
@example(PLAIN, "a", "../" * 100_000)
@example(GITEA, "a", "http://" + "\u0345" * 100_000)
def test_no_text_is_too_hostile_for_a_link(mirror: Mirror, path: str, href: str) -> None:
    target = mirror.at(path).join(href)
    found = mirror.find(href)
    assert (target.address is not None) == (target.kind == "page")
    assert (target.url + target.fragment).isascii()
    assert not {*"# \n\r\t\0"} & {*target.url, *target.fragment}
    if target.address:
        assert target.url == target.address.url
        assert target.url.startswith(mirror.at("").url)
        assert "?" not in target.url
        assert mirror.at(target.address.path) == target.address
        assert mirror.find(target.url) == target.address
    elif target.kind == "outside":
        assert target.url.startswith(("http://", "https://"))
    elif target.kind == "invalid":
        assert target.url == ""
    if found:
        assert mirror.find(found.url) == found


@given(hostile)
def test_no_text_breaks_reading_a_mirror(text: str) -> None:
    for read in (parse, parse_mirror):
        message = ""
        try:
            read(text)
        except ValueError as refused:
            message = str(refused)
        assert message.isprintable()


@given(some_mirror, paths, hostile)
def test_following_a_link_twice_changes_nothing(mirror: Mirror, path: str, href: str) -> None:
    page = mirror.at(path)
    target = page.join(href)
    assume(target.kind in ("page", "home", "outside") or (target.kind == "sister" and target.url))
    again = page.join(target.url)
    assert (again.kind, again.url, again.address) == (target.kind, target.url, target.address)


@given(some_mirror, paths, paths, st.text("a1?&=/:新 ", max_size=12), st.text("a1?#/", max_size=8))
def test_a_page_has_one_address_whatever_the_query(
    mirror: Mirror, page: str, path: str, query: str, fragment: str
) -> None:
    address = mirror.at(path)
    for view in views(address):
        target = mirror.at(page).join(f"{view}?{query}?{query}#{fragment}")
        assert (target.url, target.address) == (address.url, address)
        assert mirror.find(f"{view}?{query}") == address


@given(
    st.sampled_from([GITHUB, GITEE, PLAIN]),
    st.lists(st.sampled_from(["a", "b.md", "c-d"]), min_size=1, max_size=4).map("/".join),
    st.lists(st.sampled_from(["..", ".", "a", "b.md", "%E6%96%B0"]), max_size=5).map("/".join),
)
def test_links_inside_the_tree_resolve_as_in_a_browser(
    mirror: Mirror, path: str, href: str
) -> None:
    page = mirror.at(path)
    expected = mirror.find(urljoin(page.page_url, href)) if href else page
    assume(href.count("..") < len(path.split("/")))
    target = page.join(href)
    assert (target.address or mirror.at("")) == expected


@given(some_mirror, paths, st.text("./.a1-_~?", max_size=24))
def test_the_short_cut_for_ordinary_links_changes_nothing(
    mirror: Mirror, path: str, href: str
) -> None:
    page = mirror.at(path)
    assert page.join(href) == page._join_any(href)
