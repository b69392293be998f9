"""The ``minghui`` layout on whatever bytes: an answer, soon, and nothing lost or active in it."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mirror.items import encode
from mirror.layouts import ArticlePage, Page, read
from mirror.layouts.warnings import MEANINGS
from mirror.pipelines.normalise import normalise
from mirror.pipelines.originals import resolve_originals
from tests.minghui_pages import MIRROR, PATH, RULE, article_source, read_body, sharing

PIECES = """
< > " ' = / & &amp; &amp;#039 &amp;#039; &lt;p&gt; &lt;/center&gt; ]( [甲 <p> </p> <p <b> </b> <ok>
</ok> <span> </span> <table> <td> <tr> <center> </center> </td> </table> <video> </video> <img/>
<iframe <script> </script> <style> <!-- --> <plaintext> <div> </div> <hr/> 甲 乙 word ### 【明慧网
二零二零年一月三日】 （明慧记者林小河报道） 原文地址：https://a.example/ 手机上长按分享 -----------
"""
FRAGMENTS = st.sampled_from(
    (*PIECES.split(), " ", "\n", "\x00", "\u200b", "\u2028", "\u3000", "<img src=x>",
     '<span href="x">', '<div class="feature-image">', '<div class="art-content">',
     '&lt;div id="bArticleEnglishTranslation"', '<iframe src="//youtu.be/x">')
)  # fmt: skip


def the_whole_way(body: bytes) -> None:
    address = MIRROR.at(PATH)
    found = read(Page(address, body))
    if isinstance(found, ArticlePage):
        assert set(found.article.warnings) <= set(MEANINGS)
        encode(resolve_originals(normalise(found.article), address))


@given(st.binary())
@example(f"### a\n{RULE}".encode())
@example(f"### a\n{RULE}\n<div class='art-content'>".encode())
def test_any_bytes_are_read(body: bytes) -> None:
    the_whole_way(body)


@given(st.lists(FRAGMENTS, max_size=60).map("".join), st.sampled_from(("in", "before", "after")))
def test_any_markup_is_read_and_stays_inert(body: str, where: str) -> None:
    source = article_source(body) if where == "in" else article_source(before=body)
    the_whole_way((source if where != "after" else source + body).encode())


@given(st.lists(FRAGMENTS, max_size=40).map("".join))
def test_any_index_is_read(lines: str) -> None:
    for path in ("README.md", "indexes/140.md"):
        read(Page(MIRROR.at(path), f"### 甲\n\n#### [乙](../pages/1/2.md)\n{lines}".encode()))


@given(
    st.lists(
        st.sampled_from(
            ["甲", "<p>", "</p>", "<b>", "</b>", "\n ", "a", "<br/>", ",", '<span href="x">',
             "</span>", "<center>", "</center>", "<td>"]
        )
    )
)  # fmt: skip
def test_text_is_the_page_s_own_characters_in_order(parts: list[str]) -> None:
    text = read_body("".join(parts)).text
    assert "".join(text.split()) == "".join(p for p in parts if not p.startswith("<") and p.strip())


def nested(levels: int) -> str:
    """Paragraphs as the tool prints them: each inside the one before, and further indented."""
    opening = "".join(f"{' ' * n}<p>\n{' ' * n} 第{n}段\n" for n in range(levels))
    closing = "".join(f"{' ' * n}</p>\n" for n in reversed(range(levels)))
    return opening + closing


def test_a_thousand_nested_paragraphs_are_a_thousand_paragraphs() -> None:
    article = read_body(nested(1_000))
    assert article.text.split("\n\n") == [f"第{n}段" for n in range(1_000)]
    assert article.html.count("<p>") == 1_000
    assert article.warnings == ["no-dateline"]


def test_time_grows_as_the_page_does() -> None:
    def seconds(levels: int) -> float:
        source = article_source(nested(levels)).encode()
        rounds = []
        for _ in range(3):
            start = time.process_time()
            the_whole_way(source)
            rounds.append(time.process_time() - start)
        return min(rounds)

    # The page of four times the levels has sixteen times the bytes, nearly all of them spaces.
    assert seconds(1_600) < 40 * max(seconds(400), 0.002)


@pytest.mark.parametrize(
    "source",
    [
        article_source(" " * 300_000 + "甲" + " " * 300_000 + "乙"),
        article_source("<p>甲" + "\n \n" * 100_000 + "乙</p>"),
        article_source("原文地址：https://a.example/" * 30_000),
        article_source("手机上长按" * 60_000),
        article_source("手机上长按分享" * 40_000),
        article_source("<hr/>\n" * 60_000),
        article_source(before='<div class="feature-image">' + "<hr/> " * 60_000),
        article_source("<div>" * 12_500 + "甲"),
        article_source("<center><img src='a'>" * 10_000 + "甲"),
        article_source("<table><tr><td><img src='a'>甲" * 4_000),
        article_source("&lt;p" * 60_000 + '&lt;div id="bArticleEnglishTranslation"'),
        article_source("<iframe src" * 30_000),
        article_source("<td\u3000" * 60_000),
        article_source("【" * 300_000),
        article_source(title=" " * 300_000 + "甲"),
        f"###{' ' * 300_000}\n----------x",
        f"###{' ' * 300_000}\n甲",
        f"### 甲\n{RULE}\n" + "\n " * 150_000 + "#" * 200_000,
        f"### 甲\n{RULE}\n" + "-" * 300_000 + "x",
        "+" * 300_000 + sharing(),
    ],
)
def test_no_pattern_backtracks_over_a_long_page(source: str) -> None:
    start = time.process_time()
    the_whole_way(source.encode())
    assert time.process_time() - start < 10


@pytest.mark.parametrize(
    "source",
    [
        "#### " + "[" * 200_000,
        "#### " + "[a](" * 100_000,
        "#### " + "[a](b)" * 50_000,
        "#### [a](" + " " * 200_000,
        "### " + " " * 200_000,
        "#### [a](b)\n" * 20_000,
        " " * 200_000 + "#### [a](b)",
        "#### [a](https://github.com/a/b/blob/c/indexes/140.md)" * 5_000,
        "已迁移 " + "[" * 50_000,
    ],
)
@pytest.mark.parametrize("path", ["README.md", "indexes/140.md"])
def test_no_pattern_backtracks_over_a_long_index(source: str, path: str) -> None:
    start = time.process_time()
    read(Page(MIRROR.at(path), source.encode()))
    assert time.process_time() - start < 5
