"""An article becomes a page that a person can read and that nothing on it can break out of."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser

from mirror.items import GitRef, Image, Link
from mirror.render.page import readable_page, readable_url
from mirror.render.policy import PAGE_POLICY, SERVED_POLICY
from tests.export_samples import article
from tests.hostile_article import HOSTILE_HTML, HOSTILE_TEXT

_AROUND = (
    "html head meta title style body aside p dl div dt dd time code a main header h1 span"
    " figure img figcaption ul li"
)
ALLOWED = frozenset(_AROUND.split())
"""Elements of the page around the body."""


FORBIDDEN = (
    "script iframe object embed form input button base link template noscript math svg"
    " foreignObject portal frame frameset applet"
)


def page(**changes: Any) -> LexborHTMLParser:
    return LexborHTMLParser(readable_page(article(**changes), "街坊").decode())


def text_of(tree: LexborHTMLParser, selector: str) -> str:
    (found,) = tree.css(selector)
    return found.text()


def test_page_shows_title_date_people_channel_and_text() -> None:
    tree = page(title="桥 通了", published="2026-11-02", html="<p>第一段。</p><p>第二段。</p>")
    assert text_of(tree, "title") == text_of(tree, "h1") == "桥 通了"
    assert text_of(tree, ".facts") == "街坊2026年11月2日林禾、周砚"
    assert [p.text() for p in tree.css(".body p")] == ["第一段。", "第二段。"]
    (time,) = tree.css(".facts time")
    assert time.attributes["datetime"] == "2026-11-02"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-Hans", "存档阅读版"),
        ("zh-Hant", "存檔閱讀版"),
        ("zh-TW", "存檔閱讀版"),
        ("en", "Archived reading copy"),
        ("", "Archived reading copy"),
    ],
)
def test_page_speaks_of_itself_in_the_language_of_the_article(language: str, words: str) -> None:
    tree = page(language=language)
    assert words in text_of(tree, ".about p")
    (html,) = tree.css("html")
    assert html.attributes["lang"] == (language or "en")


def test_banner_names_mirror_capture_and_original() -> None:
    sample = article()
    tree = page()
    about = text_of(tree, ".about")
    assert "github.com/owner/repo" in about
    assert "2026-11-01 00:00 UTC" in about
    assert [a.attributes["href"] for a in tree.css(".about a")] == [
        sample.url,
        sample.original_url,
    ]


def test_banner_names_the_commit_of_a_page_from_git() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    git = GitRef(commit, "f" * 40, "pages/news/n1.md", "2026-10-01T00:00:00Z")
    assert "0123456789ab" in text_of(page(git=git), ".about")


def test_pictures_stand_with_caption_and_credit() -> None:
    picture = Image("https://i.example.org/1.jpg", "", "桥", "桥上的人。", "林禾摄", featured=True)
    tree = page(images=[picture])
    (image,) = tree.css("figure img")
    assert image.attributes["src"] == "https://i.example.org/1.jpg"
    assert image.attributes["alt"] == "桥"
    assert text_of(tree, "figcaption") == "桥上的人。（林禾摄）"


def test_picture_that_is_in_the_body_is_not_shown_twice() -> None:
    url = "https://i.example.org/1.jpg"
    picture = Image(url, url, "", "", "", featured=True)
    tree = page(images=[picture], html=f'<p><img src="{url}"></p>')
    assert len(tree.css("img")) == 1


@pytest.mark.parametrize(
    ("markup", "breaks"),
    [
        (
            "<p>甲</p><br><figure><img src='https://i.example.org/1.jpg'><br></figure><br><p>乙</p>",
            0,
        ),
        ("<figure></figure>\n<br>\n<br><figure></figure>", 0),
        ("甲<br>乙<figure></figure>丙<br>丁", 2),
        ("<p>甲<br>乙<br><br>丙</p>", 3),
    ],
)
def test_breaks_beside_figures_are_no_empty_lines(markup: str, breaks: int) -> None:
    assert len(page(html=markup, images=[]).css(".body br")) == breaks


def test_many_breaks_are_read_in_one_pass() -> None:
    assert len(page(html="<br>" * 100_000).css(".body br")) == 100_000


def test_links_stay_those_of_the_originals() -> None:
    url = "https://www.example.org/gb/26/11/1/n2.htm"
    (link,) = page(html=f'<p><a href="{url}">下一篇</a></p>').css(".body a")
    assert link.attributes["href"] == url


def test_tags_lead_where_they_lead_on_the_page() -> None:
    url = "https://www.example.org/gb/tag/%E6%9D%91.html"
    tree = page(tags=["村", "桥"], links=[Link(url, url, "村", "tag")])
    assert [li.text() for li in tree.css(".tags li")] == ["村", "桥"]
    assert [a.attributes["href"] for a in tree.css(".tags a")] == [url]


def test_same_article_gives_the_same_bytes() -> None:
    assert readable_page(article()) == readable_page(article())


def test_style_in_the_page_is_the_one_that_both_policies_name() -> None:
    page_text = readable_page(article()).decode()
    (style,) = re.findall(r"<style>(.*?)</style>", page_text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    for policy in (PAGE_POLICY, SERVED_POLICY):
        assert f"style-src 'sha256-{digest}'" in policy
        assert "default-src 'none'" in policy
        assert "script-src" not in policy


def test_policy_stands_before_all_that_it_governs() -> None:
    text = readable_page(article()).decode()
    assert text.index("Content-Security-Policy") < text.index("<style>")


# --- the address ---------------------------------------------------------------------------------


def test_page_answers_under_the_original() -> None:
    assert readable_url(article()) == "https://www.example.org/gb/26/11/1/n1.htm"


def test_page_without_original_answers_where_readers_see_it() -> None:
    sample = article(original_url="")
    assert readable_url(sample) == sample.page_url


def test_page_never_takes_the_place_of_its_own_capture() -> None:
    sample = article(original_url="", url="https://m.example.org/1.md")
    same = replace(sample, page_url=sample.url)
    assert readable_url(same) == "urn:readable:https://m.example.org/1.md"


# --- hostile articles ----------------------------------------------------------------------------


def assert_inert(text: str) -> None:
    """Nothing runs, loads by itself but pictures, submits, moves on, or changes the look."""
    tree = LexborHTMLParser(text)
    for forbidden in FORBIDDEN.split():
        assert not tree.css(forbidden), forbidden
    (style,) = tree.css("style")
    assert style.parent is not None
    assert style.parent.tag == "head"
    metas = tree.css("meta[http-equiv]")
    assert [each.attributes["http-equiv"] for each in metas] == ["Content-Security-Policy"]
    assert metas[0].attributes["content"] == PAGE_POLICY
    for element in tree.css("*"):
        for name, value in element.attributes.items():
            assert not name.startswith("on"), (element.tag, name)
            assert name not in ("style", "srcset", "action", "formaction", "background", "ping")
            if name in ("href", "src"):
                assert re.match(r"(?i)https?://|mailto:", value or ""), (element.tag, value)


def test_hostile_body_is_inert() -> None:
    assert_inert(readable_page(article(html=HOSTILE_HTML)).decode())


def test_hostile_fields_are_text() -> None:
    hostile = HOSTILE_TEXT
    sample = article(
        id=hostile,
        title=hostile,
        byline=hostile,
        reporters=[hostile],
        tags=[hostile],
        language=hostile,
        mirror=hostile,
        published=None,
        images=[Image(hostile, hostile, hostile, hostile, hostile, featured=True)],
        links=[Link("javascript:alert(1)", "", hostile, "tag")],
    )
    for each in (sample, replace(sample, original_url=hostile, url=hostile, page_url=hostile)):
        text = readable_page(each, channel_title=hostile).decode()
        assert_inert(text.replace('src=""', ""))
        tree = LexborHTMLParser(text)
        assert text_of(tree, "h1") == hostile
        assert {element.tag for element in tree.css("html, html *")} <= ALLOWED


PIECES = (
    "< > \" ' = / <p> </p> <b <script> </script> <style> </style> <svg> <math> <mtext>"
    " <mglyph> <img src=x onerror=alert(1)> <a href=javascript:alert(1)> <table> <td>"
    " <template> <noscript> <textarea> </title> <title> <!-- --> --!> <![CDATA[ ]]> <xmp>"
    " <plaintext> <iframe srcdoc=x> <form action=//e> <base href=//e> <meta"
    " http-equiv=refresh content=0;url=//e> </main> </body> </html> <select> <option>"
    " <annotation-xml encoding=text/html> 甲 &lt;script&gt; &#x3c;script&#x3e;"
)
MARKUP = st.lists(st.sampled_from(PIECES.split(" ")), max_size=40).map(" ".join)


@given(MARKUP)
@example("<svg><style><!--</style><img src=x onerror=alert(1)>")
@example("<noscript><p title='</noscript><img src=x onerror=alert(1)>'>")
@example("</div></main><base href=//e><form action=//e>")
def test_any_body_is_inert(markup: str) -> None:
    assert_inert(readable_page(article(html=markup)).decode())


@given(st.text(), st.text())
def test_any_title_and_caption_stay_text(title: str, caption: str) -> None:
    picture = Image("https://i.example.org/1.jpg", "", caption, caption, caption, featured=True)
    page_bytes = readable_page(article(title=title, images=[picture]), caption)
    assert_inert(page_bytes.decode())


def test_the_same_article_gives_the_same_page_in_every_process() -> None:
    """What the cleaner adds, it adds in an order that each process draws anew."""
    program = (
        "from mirror.render.body import safe_body;"
        'print(safe_body(\'<p><img src="https://h/a.png" alt="&quot; loading=&quot;lazy&quot;">\''
        "'<video src=\"https://h/v\"></video><audio></audio></p>'))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        ).stdout
        for _ in range(12)
    }
    (page,) = found
    assert 'alt="&quot; loading=&quot;lazy&quot;" decoding="async" loading="lazy"' in page
